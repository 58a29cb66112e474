import { randomUUID } from "node:crypto";
import { type Clock, type Instant, instantOf, sha256Hex } from "#base";
import { type PartyId, type Role, ROLES, type Viewer } from "#policy";
import type { Grant, Officer, Reader, SessionRow, Store, Transactor } from "#store";
import { AccessError } from "./errors.ts";
import { guarded, NOWHERE, subjects, type Whence } from "./guard.ts";
import { createOidc, type Oidc, type OidcProvider } from "./oidc.ts";
import { createPasskeys, type Passkeys } from "./passkeys.ts";
import { createRecovery, type Recovery } from "./recovery.ts";
import { type OfficerViewer, requirePermission } from "./require.ts";
import { conflict } from "./rules.ts";
import { isRecent, newSecret, openSession, SESSION_IDLE_MINUTES, type SignedIn, viewerOf } from "./sessions.ts";
import { createTokens, type Tokens } from "./tokens.ts";

/** A one-time link lives long enough to walk to the other desk. */
const LINK_HOURS = 24;
/** A session's last sight is written at most this often, so that reads stay reads. */
const TOUCH_SECONDS = 60;

/** A role for a unit and a time. */
export interface NewGrant {
  readonly role: Role;
  /** Empty, the default, for the whole party. */
  readonly unit?: string;
  readonly from?: Instant;
  readonly until?: Instant | null;
}

export interface NewOfficer {
  readonly name: string;
  readonly email: string;
  readonly roles: readonly Role[];
  /** The unit the officer belongs to; the roles are held for the whole party unless `grants` says otherwise. */
  readonly unit?: string;
  readonly grants?: readonly NewGrant[];
}

interface Authenticated {
  readonly viewer: OfficerViewer;
  readonly officer: Officer;
  readonly session: SessionRow;
}

export interface Access {
  readonly passkeys: Passkeys;
  readonly recovery: Recovery;
  readonly oidc: Oidc;
  readonly tokens: Tokens;
  addOfficer(actor: Viewer, officer: NewOfficer): Promise<Officer>;
  /** @throws AccessError `roles-conflict` when one person may not unite the two duties. */
  grant(actor: Viewer, officerId: string, grant: NewGrant): Promise<Grant>;
  endGrant(actor: Viewer, officerId: string, grantId: string): Promise<void>;
  disable(actor: Viewer, officerId: string): Promise<void>;
  enable(actor: Viewer, officerId: string): Promise<void>;
  /** Forgets passkeys, recovery codes and identities, and ends every session: the way on is a new one-time link. */
  reset(actor: Viewer, officerId: string): Promise<void>;
  /** A one-time sign-in token for this officer; only its hash is kept. */
  signInToken(actor: Viewer, officerId: string): Promise<string>;
  /** Uses the token up. @throws AccessError `link-invalid`, `sign-in-locked`. */
  signIn(token: string, whence?: Whence): Promise<SignedIn>;
  signOut(session: string): Promise<void>;
  /** @throws AccessError `session-invalid` for an unknown, idle or ended session, or a disabled officer. */
  authenticate(session: string): Promise<Authenticated>;
  /** The sessions that stand: an officer's own, or those of others for whoever administers officers. */
  sessions(viewer: OfficerViewer, officerId?: string): Promise<readonly SessionRow[]>;
  /** Ends one session, or all but one. @returns how many ended. */
  endSessions(
    viewer: OfficerViewer,
    officerId: string,
    which: { readonly id: string } | { readonly but: string | null },
  ): Promise<number>;
  /** The viewer for an officer named by e-mail: for commands on the node's own machine. */
  asOfficer(email: string): Promise<OfficerViewer>;
  officers(): Promise<readonly Officer[]>;
}

export interface AccessDeps {
  readonly store: Store;
  readonly party: PartyId;
  readonly clock: Clock;
  /** The party's name, as an authenticator shows it. */
  readonly partyName?: string;
  readonly oidc?: readonly OidcProvider[];
}

export function createAccess(deps: AccessDeps): Access {
  const { store, party, clock } = deps;
  const self: Viewer = { kind: "job", party, name: "access", may: [] };
  const inHours = (hours: number) => instantOf(new Date(clock().getTime() + hours * 3_600_000));

  async function known(t: Reader, id: string): Promise<Officer> {
    const officer = await t.officers.get(id);
    if (officer === null) throw new AccessError("officer-unknown", `no officer ${id}`);
    return officer;
  }

  /** One change of an officer by whoever administers the officer's unit. Jobs that set a node up may too. */
  function administer<T>(actor: Viewer, id: string, fn: (t: Transactor, officer: Officer) => Promise<T>): Promise<T> {
    return store.transact(actor, async (t) => {
      const officer = await known(t, id);
      if (actor.kind !== "job") requirePermission(actor, "officer.manage", officer.unit);
      return fn(t, officer);
    });
  }

  async function addGrant(t: Transactor, actor: Viewer, officer: string, grant: NewGrant): Promise<Grant> {
    const now = instantOf(clock());
    const { role, unit = "", from = now, until = null } = grant;
    if (!ROLES.includes(role) || unit.length > 200 || (until !== null && until <= from)) {
      throw new AccessError("officer-invalid", "a grant is a known role, for a unit, from one moment to a later one", {
        fix: `Roles are: ${ROLES.join(", ")}.`,
      });
    }
    const standingGrants = (await t.officers.grants(officer)).filter(
      (held) => held.endedAt === null && (held.until === null || held.until > now),
    );
    const other = conflict(
      role,
      standingGrants.map((held) => held.role),
    );
    if (other !== null) {
      throw new AccessError("roles-conflict", `one person does not hold ${role} and ${other}`, {
        fix: "Overseers change nothing and administrators read nothing: give the role to another person, or end the other grant first.",
      });
    }
    const made = { id: `grant--${randomUUID()}`, officer, role, unit, from, until };
    const by = actor.kind === "officer" ? actor.officer : actor.kind === "job" ? `job:${actor.name}` : actor.party;
    await t.officers.grant({ ...made, grantedBy: by, grantedAt: now });
    return { ...made, grantedBy: by, grantedAt: now, endedAt: null, endedBy: null };
  }

  return {
    passkeys: createPasskeys(deps),
    recovery: createRecovery(deps),
    oidc: createOidc(deps),
    tokens: createTokens(deps),
    async addOfficer(actor, { name, email, roles, unit = "", grants = roles.map((role) => ({ role })) }) {
      if (actor.kind !== "job") requirePermission(actor, "officer.manage", unit);
      if (
        name.trim() === "" ||
        name.length > 300 ||
        email.length > 320 ||
        !/^[^\s@]+@[^\s@]+$/.test(email) ||
        grants.length === 0 ||
        grants.some(({ role }) => !ROLES.includes(role))
      ) {
        throw new AccessError(
          "officer-invalid",
          "an officer needs a name, an e-mail address and at least one known role",
          { fix: `Roles are: ${ROLES.join(", ")}.` },
        );
      }
      const id = `officer--${randomUUID()}`;
      await store.transact(actor, async (t) => {
        if ((await t.officers.byEmail(email)) !== null) {
          throw new AccessError("officer-exists", `an officer with the address ${email} is already here`);
        }
        const [at, address] = [instantOf(clock()), email.toLowerCase()];
        await t.officers.add({ id, name: name.trim(), email: address, unit, createdAt: at, disabledAt: null });
        for (const grant of grants) await addGrant(t, actor, id, grant);
        await t.audit.note("officer.add", id, { roles: grants.map(({ role }) => role) });
      });
      return store.read(self, (r) => known(r, id));
    },
    grant: (actor, id, grant) =>
      administer(actor, id, async (t) => {
        // Nobody gives themselves a duty: a second administrator does.
        if (actor.kind === "officer" && actor.officer === id)
          throw new AccessError("forbidden", "nobody grants a role to themselves", {
            fix: "Ask another administrator.",
          });
        const made = await addGrant(t, actor, id, grant);
        const { role, unit, from, until } = made;
        await t.audit.note("officer.grant", id, { role, unit, from, until });
        return made;
      }),
    endGrant: (actor, id, grantId) =>
      administer(actor, id, async (t) => {
        const grant = (await t.officers.grants(id)).find((held) => held.id === grantId);
        if (grant === undefined || !(await t.officers.endGrant(grantId, actor.kind === "officer" ? actor.officer : "")))
          throw new AccessError("grant-unknown", "there is no such grant that still stands", { where: grantId });
        await t.audit.note("officer.grant.end", id, { role: grant.role, unit: grant.unit });
      }),
    disable: (actor, id) =>
      administer(actor, id, async (t) => {
        if (actor.kind === "officer" && actor.officer === id)
          throw new AccessError("forbidden", "nobody disables themselves", { fix: "Ask another administrator." });
        await t.officers.disable(id);
        await t.audit.note("officer.disable", id);
      }),
    enable: (actor, id) =>
      administer(actor, id, async (t) => {
        await t.officers.enable(id);
        await t.audit.note("officer.enable", id);
      }),
    reset: (actor, id) =>
      administer(actor, id, async (t) => {
        await t.credentials.forget(id);
        await t.officers.endSessions(id, { but: null });
        await t.audit.note("officer.reset", id);
      }),
    async signInToken(actor, officerId) {
      const token = newSecret();
      await administer(actor, officerId, async (t) => {
        await t.officers.addLink(sha256Hex(token), officerId, inHours(LINK_HOURS));
        await t.audit.note("officer.link", officerId);
      });
      return token;
    },
    async signIn(token, whence = NOWHERE) {
      const signedIn = await store.transact(self, (t) =>
        guarded(t, clock, subjects(whence), async () => {
          const id = await t.officers.useLink(sha256Hex(token));
          const found = id === null ? null : await t.officers.get(id);
          if (found !== null && found.disabledAt === null) return openSession(t, clock, found, "link", whence);
          await t.audit.note("session.refused", found?.id ?? "unknown", { method: "link", address: whence.address });
          return null;
        }),
      );
      if (signedIn !== null) return signedIn;
      throw new AccessError("link-invalid", "this sign-in link was used already, has expired, or is not one of ours", {
        fix: "Ask the administrator for a new link: `entente officer link ADDRESS`.",
      });
    },
    async signOut(session) {
      await store.transact(self, async (t) => {
        const row = await t.officers.session(sha256Hex(session));
        await t.officers.endSession(sha256Hex(session));
        if (row !== null) await t.audit.note("session.end", row.officer);
      });
    },
    async authenticate(session) {
      const hash = sha256Hex(session);
      const now = clock();
      const found = await store.read(self, async (r) => {
        const row = await r.officers.session(hash);
        const officer = row === null ? null : await r.officers.get(row.officer);
        return row === null || officer === null ? null : { row, officer };
      });
      const idle = found === null ? 0 : now.getTime() - Date.parse(found.row.seenAt);
      if (
        found === null ||
        found.officer.disabledAt !== null ||
        found.row.expires <= instantOf(now) ||
        idle > SESSION_IDLE_MINUTES * 60_000
      ) {
        throw new AccessError("session-invalid", "you are signed out", { fix: "Sign in again; nothing was lost." });
      }
      if (idle > TOUCH_SECONDS * 1000) await store.transact(self, (t) => t.officers.touchSession(hash));
      const entry = { by: "session" as const, recent: isRecent(found.row, now) };
      return { viewer: viewerOf(party, found.officer, entry), officer: found.officer, session: found.row };
    },
    async sessions(viewer, officerId = viewer.officer) {
      if (officerId !== viewer.officer) {
        const officer = await store.read(self, (r) => known(r, officerId));
        requirePermission(viewer, "officer.manage", officer.unit);
      }
      return store.read(self, (r) => r.officers.sessions(officerId));
    },
    async endSessions(viewer, officerId, which) {
      return store.transact(viewer, async (t) => {
        if (officerId !== viewer.officer) requirePermission(viewer, "officer.manage", (await known(t, officerId)).unit);
        const ended = await t.officers.endSessions(officerId, which);
        if (ended > 0) await t.audit.note("session.revoke", officerId, { sessions: ended });
        return ended;
      });
    },
    async asOfficer(email) {
      const officer = await store.read(self, (r) => r.officers.byEmail(email));
      if (officer === null || officer.disabledAt !== null) {
        throw new AccessError("officer-unknown", `no officer with the address ${email}`, {
          fix: "List them with `entente officer list`.",
        });
      }
      return viewerOf(party, officer);
    },
    officers: () => store.read(self, (r) => r.officers.list()),
  };
}
