import { type Role, ROLES } from "#policy";

/** What a route or a command may ask for, in words. */
const PERMISSION_WORDS = {
  "content.read": "read records, as the decision on each allows",
  "content.write": "make and mark records",
  "import.run": "bring files in",
  "release.draft": "draft and submit releases",
  "release.approve": "approve or reject releases drafted by others",
  "release.recall": "take records back from partners",
  "consent.ask": "ask an originator for consent to pass a record on",
  "consent.decide": "answer a partner who asks to pass our record on",
  "basis.write": "register legal bases",
  "channel.manage": "pair with partners",
  "ledger.verify": "verify logs and evidence",
  "officer.manage": "add officers, grant and end roles, end sessions",
  "node.keep": "back up, restore, seal keys",
  "risk.write": "enter and end risks, register and withdraw assurances",
  "risk.decide": "say the legal or the senior officer's word on a risk",
  "retention.keep": "review what is kept, place and release legal holds",
  "redress.read": "read case files of redress",
  "redress.write": "open case files of redress",
  "redress.decide": "decide, extend and close case files of redress",
  "error.read": "read reports of errors",
  "error.report": "report that something left that should not have",
  "error.close": "close reports of errors",
  "audit.read": "search, export and verify the audit",
} as const;

export type Permission = keyof typeof PERMISSION_WORDS;

export const ALL_PERMISSIONS = Object.keys(PERMISSION_WORDS) as readonly Permission[];

const EVERY_CONTENT_ROLE: readonly Permission[] = ["content.read", "ledger.verify"];

const DRAFTING: readonly Permission[] = [
  "content.write",
  "import.run",
  "release.draft",
  "release.recall",
  "consent.ask",
  "redress.read",
  "redress.write",
  "error.read",
  "error.report",
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
    "risk.write",
    "risk.decide",
    "retention.keep",
    "redress.read",
    "redress.write",
    "redress.decide",
    "error.read",
    "error.report",
    "error.close",
  ],
  "screening-officer": [...EVERY_CONTENT_ROLE, "import.run", "redress.read", "redress.write"],
  "operations-coordinator": [],
  "referral-officer": EVERY_CONTENT_ROLE,
  "programme-officer": [...EVERY_CONTENT_ROLE, "content.write"],
  overseer: [...EVERY_CONTENT_ROLE, "redress.read", "error.read", "audit.read"],
  administrator: ["channel.manage", "officer.manage", "node.keep", "ledger.verify"],
};

/** Duties that one person never unites: who oversees changes nothing, who runs the node reads nothing on it. */
const ALONE: readonly Role[] = ["overseer", "administrator"];

/** The roles that stand when several are held: one that stands alone puts the others out, oversight first. */
export function standing(roles: readonly Role[]): readonly Role[] {
  const alone = ALONE.find((role) => roles.includes(role));
  return alone === undefined ? roles : [alone];
}

/** The role among those held with which `role` may not be united, or `null`. */
export function conflict(role: Role, held: readonly Role[]): Role | null {
  return held.find((other) => other !== role && (ALONE.includes(role) || ALONE.includes(other))) ?? null;
}

export function permits(roles: readonly Role[], permission: Permission): boolean {
  return standing(roles).some((role) => PERMISSIONS[role].includes(permission));
}

/** What rests on the officer having just proved who they are (NIST SP 800-63B §7.2; OWASP ASVS 4.0.3, 3.7.1). */
export const STEP_UP: readonly Permission[] = [
  "release.approve",
  "release.recall",
  "consent.decide",
  "risk.decide",
  "officer.manage",
];

/** What an API token may be made for. A token never approves, and never administers. */
export const SCOPES = {
  "records:read": { permissions: ["content.read"], words: "read records" },
  import: { permissions: ["content.read", "import.run"], words: "bring files in and follow their import" },
  feeds: { permissions: ["content.read"], words: "read records as collections for other tools" },
  "audit:read": { permissions: ["audit.read"], words: "read the audit" },
} as const satisfies Readonly<Record<string, { readonly permissions: readonly Permission[]; readonly words: string }>>;

export type Scope = keyof typeof SCOPES;

export const ALL_SCOPES = Object.keys(SCOPES) as readonly Scope[];

export function scopesPermit(scopes: readonly string[], permission: Permission): boolean {
  return ALL_SCOPES.some(
    (scope) => scopes.includes(scope) && (SCOPES[scope].permissions as readonly Permission[]).includes(permission),
  );
}

/** The table, a row a permission. */
export function permissionTable(): readonly {
  readonly permission: Permission;
  readonly words: string;
  readonly roles: readonly Role[];
  readonly stepUp: boolean;
  readonly scopes: readonly Scope[];
}[] {
  return ALL_PERMISSIONS.map((permission) => ({
    permission,
    words: PERMISSION_WORDS[permission],
    roles: ROLES.filter((role) => permits([role], permission)),
    stepUp: STEP_UP.includes(permission),
    scopes: ALL_SCOPES.filter((scope) => scopesPermit([scope], permission)),
  }));
}
