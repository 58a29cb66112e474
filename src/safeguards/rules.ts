import { daysBetween, type Instant } from "#base";
import { type Context, decide, type Label, type PartyId, type Viewer } from "#policy";
import type { RecordFacts } from "./person.ts";
import type { Reason } from "./reason.ts";
import { plainReason, reviewRisks, type RiskWorld } from "./risk.ts";

export interface Answer {
  readonly effect: "allow" | "refuse" | "escalate";
  readonly reasons: readonly Reason[];
  /** What must still be done or kept to, though nothing is refused. */
  readonly obligations: readonly Reason[];
}

export interface DraftFacts {
  readonly purpose: string;
  readonly necessity: string;
  readonly reviewBy: Instant | null;
  readonly recipient: PartyId;
  readonly recipientPurposes: readonly string[];
  readonly basis: BasisFacts | null;
  readonly now: Instant;
}

export interface BasisFacts {
  readonly title: string;
  readonly purposes: readonly string[];
  readonly parties: readonly PartyId[];
  readonly validFrom: Instant;
  readonly validUntil: Instant | null;
}

export interface ItemFacts {
  readonly label: Label;
  readonly aboutPerson: boolean;
  readonly withdrawn: boolean;
  /** What the drafter says of it. */
  readonly facts?: RecordFacts;
  /** The real-risk test is made when a person is concerned: by the record itself, or by one that it refers to. */
  readonly atRisk?: { readonly record: string; readonly world: RiskWorld };
}

/** INTERPOL's Rules on the Processing of Data set five years as the normal first retention. */
const LONGEST_REVIEW_DAYS = 5 * 366;

const LED = "Directive (EU) 2016/680";

/** What holds or fails for the release as a whole, whatever is in it. */
export function reviewDraft(facts: DraftFacts): readonly Reason[] {
  return [...basisReasons(facts), ...purposeReasons(facts), ...reviewDateReasons(facts)];
}

function basisReasons({ basis, purpose, recipient, now }: DraftFacts): Reason[] {
  if (basis === null) {
    return [
      {
        rule: "legal-basis",
        message: "No legal basis is named.",
        source: `${LED} arts 8 and 35`,
        fix: "Choose the instrument under which this may be given, or have one registered.",
      },
    ];
  }
  const reasons: Reason[] = [];
  if (basis.validFrom > now || (basis.validUntil !== null && basis.validUntil <= now)) {
    reasons.push({
      rule: "legal-basis-validity",
      message: `“${basis.title}” is not in force today.`,
      source: `${LED} art. 8`,
      fix: "Choose an instrument that is in force, or register its extension.",
    });
  }
  if (purpose !== "" && !basis.purposes.includes(purpose)) {
    reasons.push({
      rule: "legal-basis-purpose",
      message: `“${basis.title}” does not cover the purpose “${purpose}”.`,
      source: `${LED} arts 4(2) and 35`,
      fix: `Name a basis that covers it, or a purpose that this one covers: ${basis.purposes.join(", ")}.`,
    });
  }
  if (!basis.parties.includes(recipient)) {
    reasons.push({
      rule: "legal-basis-party",
      message: `“${basis.title}” does not cover giving to this party.`,
      source: `${LED} art. 35`,
      fix: "Choose an instrument to which this party belongs.",
    });
  }
  return reasons;
}

function purposeReasons({ purpose, necessity, recipientPurposes }: DraftFacts): Reason[] {
  const reasons: Reason[] = [];
  if (purpose === "") {
    reasons.push({
      rule: "purpose",
      message: "No purpose is stated.",
      source: `${LED} art. 4(1)(b)`,
      fix: "Say what the recipient may use this for.",
    });
  } else if (!recipientPurposes.includes(purpose)) {
    reasons.push({
      rule: "purpose-of-recipient",
      message: `The recipient has not declared that it uses records for “${purpose}”.`,
      source: `${LED} art. 4(2)`,
      fix: `Its declared purposes are: ${recipientPurposes.join(", ") || "none"}. Choose one of them, or agree on another with the partner.`,
    });
  }
  if (necessity.trim() === "") {
    reasons.push({
      rule: "necessity",
      message: "It is not said why the recipient needs this.",
      source: `${LED} art. 4(1)(c)`,
      fix: "Say in one sentence why it is needed and why no less would do.",
    });
  }
  return reasons;
}

function reviewDateReasons({ reviewBy, now }: DraftFacts): Reason[] {
  if (reviewBy === null) {
    return [
      {
        rule: "review-date",
        message: "No review date is set.",
        source: `${LED} art. 5`,
        fix: "Set the day on which keeping it must be looked at again.",
      },
    ];
  }
  const days = daysBetween(now, reviewBy);
  if (days > 0 && days <= LONGEST_REVIEW_DAYS) return [];
  return [
    {
      rule: "review-date-range",
      message: days <= 0 ? "The review date is not in the future." : "The review date is more than five years away.",
      source: days <= 0 ? `${LED} art. 5` : "INTERPOL Rules on the Processing of Data, initial retention",
      fix: "Set a date within the next five years.",
    },
  ];
}

/** May this officer give this record to this recipient for this purpose? Policy decides; this adds what concerns a person. */
export function reviewItem(viewer: Viewer, item: ItemFacts, facts: DraftFacts, context: Context): Answer {
  if (item.withdrawn) {
    return refuse({
      rule: "withdrawn",
      message: "Its originator took this record back.",
      source: `${LED} art. 7(3)`,
      fix: "Remove it from the release.",
    });
  }
  const decision = decide(viewer, "release", item.label, {
    ...context,
    purpose: facts.purpose,
    recipient: facts.recipient,
  });
  const reasons = decision.reasons.map(({ code, message, source, fix }) => ({
    rule: code,
    message,
    source: source ?? "the record's marking",
    fix: fix ?? "Remove it from the release.",
  }));
  const { facts: said = {}, atRisk } = item;
  const risk = atRisk === undefined ? null : reviewRisks({ record: atRisk.record, facts: said }, atRisk.world);
  const against = [...reasons, ...(risk?.refused ?? []), ...(risk?.escalated ?? []).map(plainReason)];
  if (against.length > 0) {
    const refused = decision.effect === "deny" || (risk?.refused.length ?? 0) > 0;
    return { effect: refused ? "refuse" : "escalate", reasons: against, obligations: [] };
  }
  const obligations = decision.obligations.map(({ code, message }) => ({
    rule: code,
    message,
    source: "the record's marking",
    fix: "The recipient is told with the record.",
  }));
  obligations.push(...(risk?.obligations ?? []));
  for (const caveat of said.caveats ?? [])
    obligations.push({
      rule: "caveat",
      message: caveat,
      source: "the release",
      fix: "The recipient is told with the record.",
    });
  if (item.aboutPerson) {
    obligations.push(...aboutPerson(said));
    obligations.push({
      rule: "person-second-officer",
      message: "It is about a person: a second officer must approve it.",
      source: `${LED} art. 29(1); A/HRC/14/46 practice 33`,
      fix: "Submit the release; a disclosure officer other than you decides.",
    });
  }
  return { effect: "allow", reasons: [], obligations };
}

/** What the law asks to be said of a person, and how a child is seen. What is not said does not stop a release: the risk test is the stricter. */
function aboutPerson({ category, age, nature }: RecordFacts): Reason[] {
  const out: Reason[] = [];
  if (category === undefined) {
    out.push({
      rule: "person-category",
      message:
        "It is not said whether the person is a suspect, a convict, a victim or a witness: risks are measured as for a suspect.",
      source: `${LED} art. 6`,
      fix: "Say which, in the draft.",
    });
  }
  if (nature === undefined) {
    out.push({
      rule: "fact-or-assessment",
      message: "It is not said whether this is fact or assessment.",
      source: `${LED} art. 7(1)`,
      fix: "Say which, in the draft.",
    });
  }
  if (age === "child") {
    out.push({
      rule: "child",
      message: "It is about a child: the child's best interests are a primary consideration.",
      source: "Convention on the Rights of the Child art. 3(1)",
      fix: "The second officer looks at this first; the recipient is told.",
    });
  }
  return out;
}

function refuse(reason: Reason): Answer {
  return { effect: "refuse", reasons: [reason], obligations: [] };
}
