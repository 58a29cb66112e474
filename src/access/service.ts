import { randomBytes, randomUUID } from "node:crypto";
import { type Clock, instantOf, sha256Hex, toBase64Url } from "#base";
import { type PartyId, type Role, ROLES, type Viewer } from "#policy";
import type { Officer, Store } from "#store";
import { AccessError } from "./errors.ts";
import { permits, type Permission } from "./rules.ts";

/** A one-time link lives long enough to walk to the other desk. */
const LINK_HOURS = 24;
const SESSION_IDLE_MINUTES = 60;
const SESSION_HOURS = 12;
/** A session's last sight is written at most this often, so that reads stay reads. */
const TOUCH_SECONDS = 60;

export type OfficerViewer = Extract<Viewer, { kind: "officer" }>;

export interface NewOfficer {
  readonly name: string;
  readonly email: string;
  readonly roles: readonly Role[];
  readonly unit?: string;
}

export interface Access {
  addOfficer(actor: Viewer, officer: NewOfficer): Promise<Officer>;
  /** A one-time sign-in token for this officer; only its hash is kept. */
  signInToken(actor: Viewer, officerId: string): Promise<string>;
  /** Uses the token up. @throws AccessError `link-invalid`. */
  signIn(token: string): Promise<{ readonly session: string; readonly officer: Officer; readonly expires: string }>;
  signOut(session: string): Promise<void>;
  /** @throws AccessError `session-invalid` for an unknown, idle or ended session, or a disabled officer. */
  authenticate(session: string): Promise<{ readonly viewer: OfficerViewer; readonly officer: Officer }>;
  /** The viewer for an officer named by e-mail: for commands on the node's own machine. */
  asOfficer(email: string): Promise<OfficerViewer>;
  officers(): Promise<readonly Officer[]>;
}

export function createAccess({
  store,
  party,
  clock,
}: {
  readonly store: Store;
  readonly party: PartyId;
  readonly clock: Clock;
}): Access {
  const self: Viewer = { kind: "job", party, name: "access", may: [] };
  const inHours = (hours: number) => instantOf(new Date(clock().getTime() + hours * 3_600_000));
  const viewerOf = (officer: Officer): OfficerViewer => ({
    kind: "officer",
    party,
    officer: officer.id,
    roles: officer.roles,
  });
  const newToken = () => toBase64Url(randomBytes(32));

  return {
    async addOfficer(actor, { name, email, roles, unit = "" }) {
      const unknown = roles.filter((role) => !ROLES.includes(role));
      if (name.trim() === "" || !/^[^\s@]+@[^\s@]+$/.test(email) || roles.length === 0 || unknown.length > 0) {
        throw new AccessError(
          "officer-invalid",
          "an officer needs a name, an e-mail address and at least one known role",
          {
            fix: `Roles are: ${ROLES.join(", ")}.`,
          },
        );
      }
      return store.transact(actor, async (t) => {
        if ((await t.officers.byEmail(email)) !== null) {
          throw new AccessError("officer-exists", `an officer with the address ${email} is already here`);
        }
        const officer: Officer = {
          id: `officer--${randomUUID()}`,
          name: name.trim(),
          email: email.toLowerCase(),
          roles,
          unit,
          createdAt: instantOf(clock()),
          disabledAt: null,
        };
        await t.officers.add(officer);
        await t.audit.note("officer.add", officer.id, { roles: [...roles] });
        return officer;
      });
    },
    async signInToken(actor, officerId) {
      const token = newToken();
      await store.transact(actor, async (t) => {
        if ((await t.officers.get(officerId)) === null)
          throw new AccessError("officer-unknown", `no officer ${officerId}`);
        await t.officers.addLink(sha256Hex(token), officerId, inHours(LINK_HOURS));
        await t.audit.note("officer.link", officerId);
      });
      return token;
    },
    async signIn(token) {
      const session = newToken();
      const expires = inHours(SESSION_HOURS);
      const officer = await store.transact(self, async (t) => {
        const id = await t.officers.useLink(sha256Hex(token));
        const found = id === null ? null : await t.officers.get(id);
        if (found === null || found.disabledAt !== null) return null;
        await t.officers.addSession(sha256Hex(session), found.id, expires);
        await t.audit.note("session.start", found.id);
        return found;
      });
      if (officer === null) {
        throw new AccessError(
          "link-invalid",
          "this sign-in link was used already, has expired, or is not one of ours",
          {
            fix: "Ask the administrator for a new link: `entente officer link ADDRESS`.",
          },
        );
      }
      return { session, officer, expires };
    },
    async signOut(session) {
      await store.transact(self, (t) => t.officers.endSession(sha256Hex(session)));
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
      return { viewer: viewerOf(found.officer), officer: found.officer };
    },
    async asOfficer(email) {
      const officer = await store.read(self, (r) => r.officers.byEmail(email));
      if (officer === null || officer.disabledAt !== null) {
        throw new AccessError("officer-unknown", `no officer with the address ${email}`, {
          fix: "List them with `entente officer list`.",
        });
      }
      return viewerOf(officer);
    },
    officers: () => store.read(self, (r) => r.officers.list()),
  };
}

/** @throws AccessError `forbidden` unless one of the officer's roles holds the permission. */
export function requirePermission(viewer: Viewer, permission: Permission): asserts viewer is OfficerViewer {
  if (viewer.kind !== "officer" || !permits(viewer.roles, permission)) {
    throw new AccessError("forbidden", `your roles do not include ${permission}`, {
      fix: "Ask the administrator, or an officer who holds the role.",
    });
  }
}
