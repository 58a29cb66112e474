import type { Instant } from "#base";
import type { Label } from "./label.ts";
import { type LabelTest, matches } from "./label-test.ts";
import type { Action, PartyId, Role, Viewer } from "./viewer.ts";

export interface Context {
  readonly now: Instant;
  /** The party whose node decides. */
  readonly party: PartyId;
  readonly purpose?: string;
  /** To whom a release would go. */
  readonly recipient?: PartyId;
  /** The record in question, for what is granted record by record; on a page of many there is none. */
  readonly record?: string;
  /** Consents to passing records on that are recorded here and not withdrawn. */
  readonly consents?: readonly Consent[];
}

/** An originator's recorded word that one record of its own may be passed on: to whom, for what, how long. */
export interface Consent {
  readonly originator: PartyId;
  readonly record: string;
  readonly recipient: PartyId;
  readonly purpose: string;
  readonly validUntil: Instant | null;
  /** The originator said, in so many words, that its marking "no onward" does not stand against this. */
  readonly liftsNoOnward: boolean;
  /** What whoever passes it on must see to; empty when nothing was asked. */
  readonly conditions: string;
}

export interface DecisionReason {
  readonly code: string;
  readonly message: string;
  /** The rule's source. */
  readonly source?: string;
  /** The lawful way on. */
  readonly fix?: string;
}

export interface Decision {
  readonly effect: "allow" | "deny" | "escalate";
  /** Why not; empty for `allow`. */
  readonly reasons: readonly DecisionReason[];
  /** What the one who is allowed must keep to. */
  readonly obligations: readonly { readonly code: string; readonly message: string }[];
}

/** One rule: the labels that pass it, what to say of those that do not, and whether a person may lift it. */
interface Rule {
  readonly test: LabelTest;
  readonly reason: DecisionReason;
  readonly escalates?: true;
}

const RED_ROLES: readonly Role[] = ["analyst", "desk-officer", "disclosure-officer"];
const CONTENT_ROLES: readonly Role[] = [...RED_ROLES, "screening-officer", "referral-officer", "programme-officer"];
const RELEASE_ROLES: readonly Role[] = RED_ROLES;

/**
 * The only authority on who may see or be given a record. `decide` and `predicate` read the same rules, so that a page
 * filtered in SQL and a decision on one record cannot disagree.
 */
export function decide(viewer: Viewer, action: Action, label: Label, context: Context): Decision {
  const failed = rulesFor(viewer, action, context).filter((rule) => !matches(rule.test, label));
  if (failed.length === 0) return { effect: "allow", reasons: [], obligations: obligations(action, label, context) };
  return {
    effect: failed.every((rule) => rule.escalates) ? "escalate" : "deny",
    reasons: failed.map((rule) => rule.reason),
    obligations: [],
  };
}

/** Selects exactly the labels that `decide` allows. */
export function predicate(viewer: Viewer, action: Action, context: Context): LabelTest {
  return { op: "all", of: rulesFor(viewer, action, context).map((rule) => rule.test) };
}

function rulesFor(viewer: Viewer, action: Action, context: Context): readonly Rule[] {
  switch (viewer.kind) {
    case "job":
      return viewer.may.includes(action) && viewer.party === context.party ? [] : [noCapability];
    case "partner":
      return action === "receive" ? givingTo(viewer.party, context) : [noCapability];
    case "officer":
      if (viewer.party !== context.party || action === "receive") return [noCapability];
      return action === "read" ? reading(viewer.roles, context) : releasing(viewer.roles, context);
  }
}

const noCapability: Rule = {
  test: { op: "never" },
  reason: {
    code: "no-capability",
    message: "This caller may not do this at all.",
    fix: "Ask an officer who holds the role.",
  },
};

function reading(roles: readonly Role[], { now, party }: Context): readonly Rule[] {
  if (roles.includes("overseer")) return [];
  if (!roles.some((role) => CONTENT_ROLES.includes(role))) {
    return [
      {
        test: { op: "never" },
        reason: {
          code: "content-role",
          message: "Your roles give no access to records.",
          source: "separation of duties: administrators run the node and read nothing on it",
          fix: "Ask an officer who works with the record.",
        },
      },
    ];
  }
  return [
    understoodOrOwn(party),
    {
      test: roles.some((role) => RED_ROLES.includes(role))
        ? { op: "always" }
        : { op: "tlpAtMost", tlp: "amber+strict" },
      reason: {
        code: "tlp-red",
        message: "TLP:RED is for named recipients only.",
        source: "FIRST TLP 2.0",
        fix: "Ask the originator.",
      },
    },
    unexpired(now),
  ];
}

function understoodOrOwn(party: PartyId): Rule {
  return {
    test: {
      op: "any",
      of: [
        { op: "is", field: "known", value: true },
        { op: "owner", party },
      ],
    },
    reason: {
      code: "marking-unknown",
      message: "It carries a marking that this node does not understand; only its owner may see it.",
      source: "a marking that is not understood is obeyed as if it forbade",
      fix: "Ask its originator to mark it in terms both sides understand.",
    },
  };
}

function unexpired(now: Instant): Rule {
  return {
    test: { op: "notExpired", now },
    reason: {
      code: "expired",
      message: "The time for which it was given has passed.",
      source: "Directive (EU) 2016/680 art. 5",
      fix: "Ask the originator to extend it.",
    },
  };
}

function releasing(roles: readonly Role[], context: Context): readonly Rule[] {
  const role: Rule = {
    test: roles.some((held) => RELEASE_ROLES.includes(held)) ? { op: "always" } : { op: "never" },
    reason: {
      code: "release-role",
      message: "Your roles do not include giving records to partners.",
      fix: "Ask an analyst, a desk officer or a disclosure officer.",
    },
  };
  return [role, ...reading(roles, context), ...givingTo(context.recipient, context)];
}

function givingTo(recipient: PartyId | undefined, context: Context): readonly Rule[] {
  const { now, party, purpose } = context;
  const consents = consentsFor(recipient, context);
  const agreed = consents.map(({ originator }) => ({ op: "owner" as const, party: originator }));
  return [
    {
      test: { op: "is", field: "known", value: true },
      reason: {
        code: "marking-not-understood",
        message: "One of its markings is missing or not understood, so it stays.",
        source: "absence denies",
        fix: "Bring the marking's definition in, or mark the record again in terms that are understood.",
      },
    },
    {
      test: { op: "is", field: "granted", value: true },
      reason: {
        code: "no-handling",
        message: "It has no handling terms, so it goes to nobody.",
        source: "absence denies",
        fix: "Mark it: releasable to whom, for which purposes, until when.",
      },
    },
    {
      // An originator that consents to this party by name has said more than its marking.
      test:
        recipient === undefined
          ? { op: "never" }
          : { op: "any", of: [{ op: "releasableTo", party: recipient }, ...agreed] },
      reason: {
        code: "not-releasable",
        message: "Its marking does not name this party among those it may go to.",
        source: "originator control",
        fix: "Leave it out, or have its owner mark it releasable to this party.",
      },
    },
    {
      test: purpose === undefined || purpose === "" ? { op: "never" } : { op: "admitsPurpose", purpose },
      reason: {
        code: "purpose-not-admitted",
        message:
          purpose === undefined || purpose === ""
            ? "No purpose is stated."
            : `Its marking does not admit the purpose “${purpose}”.`,
        source: "Directive (EU) 2016/680 arts 4(1)(b) and 9(3)",
        fix: "Leave it out, or release it separately for a purpose that its marking admits.",
      },
    },
    unexpired(now),
    {
      test: {
        op: "any",
        of: [
          { op: "owner", party },
          { op: "tlpAtMost", tlp: "amber+strict" },
        ],
      },
      reason: {
        code: "tlp-red-onward",
        message: "TLP:RED of another party is never passed on.",
        source: "FIRST TLP 2.0",
        fix: "Ask its originator to give it directly.",
      },
    },
    {
      test: {
        op: "any",
        of: [
          { op: "owner", party },
          { op: "is", field: "noOnward", value: false },
          ...consents
            .filter((consent) => consent.liftsNoOnward)
            .map(({ originator }) => ({ op: "owner" as const, party: originator })),
        ],
      },
      reason: {
        code: "no-onward",
        message: "Its originator marked it never to be passed on.",
        source: "originator control (ORCON)",
        fix: `Ask its originator to lift that for this party: ${consentRequest(context)}. Or ask it to give the record directly.`,
      },
    },
    {
      // A party needs nobody's consent to be given back what it gave itself.
      test: {
        op: "any",
        of: [
          { op: "owner", party },
          ...(recipient === undefined ? [] : [{ op: "owner" as const, party: recipient }]),
          ...agreed,
        ],
      },
      reason: {
        code: "originator-consent",
        message: "It came from another party, whose consent to passing it on is not recorded.",
        source: "originator control (ORCON); EU–US Umbrella Agreement art. 7",
        fix: `Ask its originator: ${consentRequest(context)}`,
      },
      escalates: true,
    },
  ];
}

/** The command that asks, as far as the case is known. */
function consentRequest({ record = "RECORD", recipient = "PARTY", purpose = "PURPOSE" }: Context): string {
  return `entente consent request --record ${record} --to ${recipient} --purpose ${purpose} --why "…"`;
}

/** The consents that speak of this record, this recipient and this purpose, and are in force. */
function consentsFor(recipient: PartyId | undefined, { now, purpose, record, consents = [] }: Context): Consent[] {
  return consents.filter(
    (consent) =>
      consent.record === record &&
      consent.recipient === recipient &&
      consent.purpose === purpose &&
      (consent.validUntil === null || consent.validUntil > now),
  );
}

function obligations(action: Action, { owner, handling }: Label, context: Context): Decision["obligations"] {
  if (action === "read") return [];
  const out = handling.caveats.map((caveat) => ({ code: "caveat", message: caveat }));
  for (const { originator, conditions } of consentsFor(context.recipient, context)) {
    if (originator === owner && conditions !== "") out.push({ code: "consent-condition", message: conditions });
  }
  if (handling.noOnward) out.push({ code: "no-onward", message: "Do not pass it on." });
  if (handling.evidenceUse === "with-consent")
    out.push({ code: "evidence-consent", message: "Use as evidence only with the originator's consent." });
  if (handling.evidenceUse === "forbidden") out.push({ code: "no-evidence", message: "Not for use as evidence." });
  if (handling.reviewBy !== null)
    out.push({ code: "review-by", message: `Review by ${handling.reviewBy.slice(0, 10)}.` });
  if (handling.expires !== null) out.push({ code: "expires", message: `Delete by ${handling.expires.slice(0, 10)}.` });
  return out;
}
