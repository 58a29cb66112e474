import type { Role } from "#policy";

/** What a route or a command may ask for. */
export type Permission =
  | "content.read"
  | "content.write"
  | "import.run"
  | "release.draft"
  | "release.approve"
  | "release.recall"
  | "consent.ask"
  | "consent.decide"
  | "basis.write"
  | "channel.manage"
  | "ledger.verify"
  | "officer.manage"
  | "node.keep"
  | "audit.read";

const EVERY_CONTENT_ROLE: readonly Permission[] = ["content.read", "ledger.verify"];

const DRAFTING: readonly Permission[] = [
  "content.write",
  "import.run",
  "release.draft",
  "release.recall",
  "consent.ask",
];

/** Who can do what. This table is what decides, and what the screen and the documentation print. */
export const PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  "desk-officer": [...EVERY_CONTENT_ROLE, ...DRAFTING],
  analyst: [...EVERY_CONTENT_ROLE, ...DRAFTING],
  "disclosure-officer": [
    ...EVERY_CONTENT_ROLE,
    "release.approve",
    "release.recall",
    "basis.write",
    "consent.ask",
    "consent.decide",
  ],
  "screening-officer": [...EVERY_CONTENT_ROLE, "import.run"],
  "operations-coordinator": [],
  "referral-officer": EVERY_CONTENT_ROLE,
  "programme-officer": [...EVERY_CONTENT_ROLE, "content.write"],
  overseer: [...EVERY_CONTENT_ROLE, "audit.read"],
  administrator: ["channel.manage", "officer.manage", "node.keep", "ledger.verify"],
};

export function permits(roles: readonly Role[], permission: Permission): boolean {
  return roles.some((role) => PERMISSIONS[role].includes(permission));
}
