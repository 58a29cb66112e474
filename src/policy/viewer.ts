/** A party's STIX identity id: `identity--<uuid>`. */
export type PartyId = string;

/** The roles that an officer may hold. */
export const ROLES = [
  "desk-officer",
  "analyst",
  "disclosure-officer",
  "screening-officer",
  "operations-coordinator",
  "referral-officer",
  "programme-officer",
  "overseer",
  "administrator",
] as const;

export type Role = (typeof ROLES)[number];

/** `read`: see the text here. `receive`: be given it as a partner. `release`: give it to `Context.recipient`. */
export type Action = "read" | "receive" | "release";

/** Who asks. There is no viewer who may do everything: a job names what it may do. */
export type Viewer =
  | { readonly kind: "officer"; readonly party: PartyId; readonly officer: string; readonly roles: readonly Role[] }
  | { readonly kind: "partner"; readonly party: PartyId }
  | { readonly kind: "job"; readonly party: PartyId; readonly name: string; readonly may: readonly Action[] };
