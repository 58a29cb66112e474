import { randomBytes, randomUUID } from "node:crypto";
import { type Clock, type Instant, instantOf, sha256Hex, toBase64Url } from "#base";
import type { PartyId, Role } from "#policy";
import type { Officer, SessionRow, SignInMethod, Transactor } from "#store";
import type { Whence } from "./guard.ts";
import type { OfficerViewer } from "./require.ts";
import { standing } from "./rules.ts";

export const SESSION_IDLE_MINUTES = 60;
const SESSION_HOURS = 12;
/** How long a proof by passkey or organisation lets approvals pass. */
const RECENT_MINUTES = 5;
/** A one-time link proves as much only for an officer who has nothing better yet, and lets them set it up. */
const RECENT_LINK_MINUTES = 15;

export interface SignedIn {
  /** The session's token: given once, kept as a hash. */
  readonly session: string;
  readonly officer: Officer;
  readonly expires: Instant;
}

export const newSecret = (): string => toBase64Url(randomBytes(32));

/** Opens a session. A new one each time, so that none is fixed beforehand (OWASP ASVS 4.0.3, 3.2.1). */
export async function openSession(
  t: Transactor,
  clock: Clock,
  officer: Officer,
  method: SignInMethod,
  whence: Whence,
): Promise<SignedIn> {
  const session = newSecret();
  const now = clock();
  const expires = instantOf(new Date(now.getTime() + SESSION_HOURS * 3_600_000));
  const strong =
    method === "passkey" ||
    method === "oidc" ||
    (method === "link" && (await t.credentials.passkeys(officer.id)).length === 0);
  await t.officers.addSession(sha256Hex(session), {
    id: `session--${randomUUID()}`,
    officer: officer.id,
    expires,
    method,
    strongAt: strong ? instantOf(now) : null,
    address: whence.address.slice(0, 100),
    agent: whence.agent.slice(0, 300),
  });
  await t.audit.note("session.start", officer.id, { method, address: whence.address.slice(0, 100) });
  return { session, officer, expires };
}

export function isRecent({ method, createdAt, strongAt }: SessionRow, now: Date): boolean {
  if (strongAt === null) return false;
  const minutes = method === "link" && strongAt === createdAt ? RECENT_LINK_MINUTES : RECENT_MINUTES;
  return now.getTime() - Date.parse(strongAt) <= minutes * 60_000;
}

/** Of an officer: the roles that stand now, and the units of those that are not held for the whole party. */
export function viewerOf(party: PartyId, officer: Officer, entry?: OfficerViewer["entry"]): OfficerViewer {
  const roles = standing(officer.roles);
  const units: Partial<Record<Role, readonly string[]>> = {};
  for (const role of roles) {
    const held = officer.grants.filter((grant) => grant.role === role).map((grant) => grant.unit);
    if (!held.includes("")) units[role] = held;
  }
  return {
    kind: "officer",
    party,
    officer: officer.id,
    roles,
    ...(Object.keys(units).length === 0 ? {} : { units }),
    ...(entry === undefined ? {} : { entry }),
  };
}
