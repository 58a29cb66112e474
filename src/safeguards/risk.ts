import type { Instant } from "#base";
import type { PartyId } from "#policy";
import type { Assurance, Risk, RiskDecision } from "#store";
import type { RecordFacts } from "./person.ts";
import type { Reason } from "./reason.ts";

/** The grounds of the test, the gravest first. */
export const RISKS = ["torture", "unlawful-killing", "rendition", "ill-treatment", "death-penalty"] as const;
export type RiskKind = (typeof RISKS)[number];

const PRINCIPLES = "UK “The Principles” (detention and intelligence), real-risk test";
const SOURCE: Readonly<Record<RiskKind, string>> = {
  torture: `${PRINCIPLES}; UN Convention against Torture arts 2(2) and 3`,
  "unlawful-killing": `${PRINCIPLES}; ICCPR art. 6(1)`,
  rendition: `${PRINCIPLES}; ICCPR arts 9 and 13`,
  "ill-treatment": `${PRINCIPLES}; ICCPR art. 7`,
  "death-penalty": "ICCPR art. 6 and its Second Optional Protocol; Directive (EU) 2016/680 recital 71",
};
const WORDS: Readonly<Record<RiskKind, string>> = {
  torture: "torture",
  "unlawful-killing": "unlawful killing",
  rendition: "unlawful rendition",
  "ill-treatment": "cruel, inhuman or degrading treatment",
  "death-penalty": "the death penalty",
};

/** Whom a death sentence threatens. One whose category is not stated is measured as if they were a suspect. */
const CAPITAL: readonly (RecordFacts["category"] | undefined)[] = ["suspect", "convict", undefined];

/** The registry as it concerns one recipient and one release. */
export interface RiskWorld {
  readonly release: string;
  readonly recipient: PartyId;
  readonly now: Instant;
  readonly risks: readonly Risk[];
  readonly assurances: readonly Assurance[];
  readonly decisions: readonly RiskDecision[];
}

export interface PersonAtRisk {
  readonly record: string;
  readonly facts: RecordFacts;
}

export interface RiskAnswer {
  /** No role, assurance or decision lifts these. */
  readonly refused: readonly Reason[];
  /** These wait for the words of a legal and a senior officer. */
  readonly escalated: readonly (Reason & { readonly risk: string })[];
  readonly obligations: readonly Reason[];
  /** What the release rests on. */
  readonly assurances: readonly Assurance[];
  /** The risks that officers weigh, decided already or not. */
  readonly weighed: readonly string[];
}

/** Without the risk that it speaks of, as every other reason is given. */
export const plainReason = ({ rule, message, source, fix }: Reason): Reason => ({ rule, message, source, fix });

const inForce = (from: Instant, until: Instant | null, now: Instant): boolean =>
  from <= now && (until === null || until > now);

/** Risks at this recipient that are known today. */
export function risksOf(risks: readonly Risk[], recipient: PartyId, now: Instant): readonly Risk[] {
  return risks.filter(
    (risk) =>
      risk.endedAt === null && risk.parties.includes(recipient) && inForce(risk.validFrom, risk.validUntil, now),
  );
}

/**
 * The real-risk test, for one record about a person: torture is refused whoever asks; another risk needs the recipient's
 * assurance, and without one the reasoned words of a legal and a senior officer.
 */
export function reviewRisks({ record, facts }: PersonAtRisk, world: RiskWorld): RiskAnswer {
  const refused: Reason[] = [];
  const escalated: (Reason & { risk: string })[] = [];
  const obligations: Reason[] = [];
  const relied = new Map<string, Assurance>();
  const weighed: string[] = [];
  for (const risk of risksOf(world.risks, world.recipient, world.now)) {
    const kind = RISKS.find((known) => known === risk.kind) ?? "torture";
    if (kind === "death-penalty" && !CAPITAL.includes(facts.category)) continue;
    if (kind === "torture") {
      refused.push(torture(risk));
      continue;
    }
    const assurance = assuranceFor(kind, record, world);
    if (assurance !== undefined) {
      relied.set(assurance.id, assurance);
      obligations.push(resting(kind, assurance));
      continue;
    }
    weighed.push(risk.id);
    const outcome = decided(record, risk.id, world.decisions);
    if (outcome === "open") escalated.push({ ...open(kind, risk, world), risk: risk.id });
    else if (outcome === "refused") refused.push(refusedByOfficer(kind, risk, world.decisions));
    else obligations.push(allowedByOfficers(kind, world.decisions));
  }
  return { refused, escalated, obligations, assurances: [...relied.values()], weighed };
}

function assuranceFor(
  kind: RiskKind,
  record: string,
  { assurances, recipient, now }: RiskWorld,
): Assurance | undefined {
  return assurances.find(
    (item) =>
      item.giver === recipient &&
      item.withdrawnAt === null &&
      item.risks.includes(kind) &&
      (item.records === null || item.records.includes(record)) &&
      inForce(item.validFrom, item.validUntil, now),
  );
}

/** One refusal refuses; two words of yes, by two officers, that each looked at this risk to this record allow. */
function decided(record: string, risk: string, decisions: readonly RiskDecision[]): "open" | "allowed" | "refused" {
  const here = decisions.filter(({ covers }) => covers.some((item) => item.record === record && item.risk === risk));
  if (here.some(({ decision }) => decision === "refuse")) return "refused";
  const capacities = new Set(here.map(({ capacity }) => capacity));
  const officers = new Set(here.map(({ officer }) => officer));
  return capacities.has("legal") && capacities.has("senior") && officers.size > 1 ? "allowed" : "open";
}

function torture(risk: Risk): Reason {
  return {
    rule: "real-risk-torture",
    message: `There is a real risk of torture: ${risk.text} (${risk.source}).`,
    source: SOURCE.torture,
    fix: "Leave out every record about a person. No role, assurance or decision lifts this; if the finding no longer holds, two legal officers end it in the registry with their reasons.",
  };
}

function open(kind: RiskKind, risk: Risk, { release, recipient }: RiskWorld): Reason {
  return {
    rule: `real-risk-${kind}`,
    message: `There is a real risk of ${WORDS[kind]}: ${risk.text} (${risk.source}). The recipient has given no assurance that is valid today.`,
    source: SOURCE[kind],
    fix: `Ask the recipient for an assurance and register it: entente safeguards assurance add --giver ${recipient} --risk ${kind}. Or have a legal and a senior officer decide, with reasons: entente safeguards escalation decide ${release}. Or leave the record out.`,
  };
}

function refusedByOfficer(kind: RiskKind, risk: Risk, decisions: readonly RiskDecision[]): Reason {
  const word = decisions.find(
    ({ decision, covers }) => decision === "refuse" && covers.some((item) => item.risk === risk.id),
  );
  return {
    rule: `real-risk-${kind}-refused`,
    message: `The ${word?.capacity ?? ""} officer decided that it stays: ${word?.reasons ?? ""}`,
    source: SOURCE[kind],
    fix: "Leave the record out, or ask the recipient for an assurance.",
  };
}

function resting(kind: RiskKind, assurance: Assurance): Reason {
  const until = assurance.validUntil === null ? "" : `, valid until ${assurance.validUntil.slice(0, 10)}`;
  return {
    rule: `assurance-${kind}`,
    message: `It rests on the assurance of ${assurance.signatory} of ${assurance.givenOn.slice(0, 10)}${until}: “${assurance.text}”`,
    source: SOURCE[kind],
    fix: "The recipient is held to it; it goes with the release.",
  };
}

function allowedByOfficers(kind: RiskKind, decisions: readonly RiskDecision[]): Reason {
  return {
    rule: `real-risk-${kind}-decided`,
    message: `A legal and a senior officer decided that it goes despite the risk: ${decisions.map(({ capacity, reasons }) => `${capacity}: ${reasons}`).join(" · ")}`,
    source: SOURCE[kind],
    fix: "Their reasons are kept with the release.",
  };
}
