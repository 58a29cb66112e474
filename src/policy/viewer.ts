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

/** How an officer who is not at the node's own machine comes in. */
export interface Entry {
  readonly by: "session" | "token";
  /** Whether the officer has just proved who they are, so that approvals may rest on it. A token never has. */
  readonly recent: boolean;
  /** Of a token: what it may be used for, beside what the officer's roles permit. */
  readonly scopes?: readonly string[];
}

/** Who asks. There is no viewer who may do everything: a job names what it may do. */
export type Viewer =
  | {
      readonly kind: "officer";
      readonly party: PartyId;
      readonly officer: string;
      readonly roles: readonly Role[];
      /** The units for which each role is held, where that is not the whole party. */
      readonly units?: Readonly<Partial<Record<Role, readonly string[]>>>;
      /** Absent for a command on the node's own machine, whose user the operating system has let in. */
      readonly entry?: Entry;
    }
  | { readonly kind: "partner"; readonly party: PartyId }
  | { readonly kind: "job"; readonly party: PartyId; readonly name: string; readonly may: readonly Action[] };
