import type { Instant } from "#base";
import type { Role } from "#policy";
import type { RepoContext } from "./context.ts";

export interface Officer {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  /** Of the grants that hold now. */
  readonly roles: readonly Role[];
  /** The grants that hold now. */
  readonly grants: readonly Grant[];
  readonly unit: string;
  readonly createdAt: Instant;
  readonly disabledAt: Instant | null;
}

/** A role held for a unit and a time. */
export interface Grant {
  readonly id: string;
  readonly officer: string;
  readonly role: Role;
  /** Empty for the whole party. */
  readonly unit: string;
  readonly from: Instant;
  /** The first instant at which it no longer holds; `null` without an end. */
  readonly until: Instant | null;
  readonly grantedBy: string;
  readonly grantedAt: Instant;
  readonly endedAt: Instant | null;
  readonly endedBy: string | null;
}

export interface SessionRow {
  readonly id: string;
  readonly officer: string;
  readonly createdAt: Instant;
  readonly seenAt: Instant;
  readonly expires: Instant;
  readonly method: SignInMethod;
  /** When the officer last proved who they are in a way that approvals may rest on. */
  readonly strongAt: Instant | null;
  readonly address: string;
  readonly agent: string;
}

export type SignInMethod = "link" | "passkey" | "recovery" | "oidc";

export interface OfficerReader {
  get(id: string): Promise<Officer | null>;
  byEmail(email: string): Promise<Officer | null>;
  list(): Promise<readonly Officer[]>;
  /** Every grant that this officer ever had, oldest first. */
  grants(officer: string): Promise<readonly Grant[]>;
  /** By the hash of the session's token; an expired session is given too, for the caller to judge. */
  session(tokenHash: string): Promise<SessionRow | null>;
  /** Of one officer, or of all. */
  sessions(officer?: string): Promise<readonly SessionRow[]>;
}

export interface OfficerWriter extends OfficerReader {
  add(officer: Omit<Officer, "roles" | "grants">): Promise<void>;
  grant(grant: Omit<Grant, "endedAt" | "endedBy">): Promise<void>;
  /** @returns false when there is no such grant that still stands. */
  endGrant(id: string, by: string): Promise<boolean>;
  disable(id: string): Promise<void>;
  enable(id: string): Promise<void>;
  addLink(tokenHash: string, officer: string, expires: Instant): Promise<void>;
  /** Uses up an unused link that has not expired. @returns its officer, or `null`. */
  useLink(tokenHash: string): Promise<string | null>;
  addSession(tokenHash: string, session: Omit<SessionRow, "createdAt" | "seenAt">): Promise<void>;
  touchSession(tokenHash: string): Promise<void>;
  /** The officer has just proved who they are again. */
  strengthen(id: string): Promise<void>;
  endSession(tokenHash: string): Promise<void>;
  /** Ends one session of an officer by its id, or all but one. @returns how many ended. */
  endSessions(officer: string, which: { readonly id: string } | { readonly but: string | null }): Promise<number>;
  /** Ends every session and every unused link: after a restore, what was ended since must not live again. */
  endAll(): Promise<void>;
}

interface Row {
  id: string;
  name: string;
  email: string;
  unit: string;
  created_at: string;
  disabled_at: string | null;
}

interface GrantRow {
  id: string;
  officer: string;
  role: string;
  unit: string;
  valid_from: string;
  valid_until: string | null;
  granted_by: string;
  granted_at: string;
  ended_at: string | null;
  ended_by: string | null;
}

const toGrant = (row: GrantRow): Grant => ({
  id: row.id,
  officer: row.officer,
  role: row.role as Role,
  unit: row.unit,
  from: row.valid_from,
  until: row.valid_until,
  grantedBy: row.granted_by,
  grantedAt: row.granted_at,
  endedAt: row.ended_at,
  endedBy: row.ended_by,
});

function toOfficer(row: Row, grants: readonly Grant[]): Officer {
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    roles: [...new Set(grants.map((grant) => grant.role))],
    grants,
    unit: row.unit,
    createdAt: row.created_at,
    disabledAt: row.disabled_at,
  };
}

export function officerRepo(context: RepoContext): OfficerWriter {
  const { tx, now } = context;
  const select = () => tx.db.selectFrom("officer").select(["id", "name", "email", "unit", "created_at", "disabled_at"]);
  /** An ended or expired grant gives nothing; one of the future nothing yet. */
  const holding = () =>
    tx.db
      .selectFrom("role_grant")
      .selectAll()
      .where("ended_at", "is", null)
      .where("valid_from", "<=", now)
      .where((eb) => eb.or([eb("valid_until", "is", null), eb("valid_until", ">", now)]))
      .orderBy("granted_at")
      .orderBy("id");
  const whole = async (row: Row | undefined): Promise<Officer | null> =>
    row === undefined ? null : toOfficer(row, (await holding().where("officer", "=", row.id).execute()).map(toGrant));
  return {
    get: async (id) => whole(await select().where("id", "=", id).executeTakeFirst()),
    byEmail: async (email) => whole(await select().where("email", "=", email.toLowerCase()).executeTakeFirst()),
    async list() {
      const grants = Map.groupBy((await holding().execute()).map(toGrant), (grant) => grant.officer);
      return (await select().orderBy("name").execute()).map((row) => toOfficer(row, grants.get(row.id) ?? []));
    },
    async grants(officer) {
      const rows = tx.db.selectFrom("role_grant").selectAll().where("officer", "=", officer);
      return (await rows.orderBy("granted_at").orderBy("id").execute()).map(toGrant);
    },
    async add({ createdAt, disabledAt, ...officer }) {
      await tx.db
        .insertInto("officer")
        .values({
          ...officer,
          email: officer.email.toLowerCase(),
          // Roles stand in grants; the column is of the first schema.
          roles: "[]",
          created_at: createdAt,
          disabled_at: disabledAt,
        })
        .execute();
    },
    async grant({ from, until, grantedBy, grantedAt, ...grant }) {
      await tx.db
        .insertInto("role_grant")
        .values({
          ...grant,
          valid_from: from,
          valid_until: until,
          granted_by: grantedBy,
          granted_at: grantedAt,
          ended_at: null,
          ended_by: null,
        })
        .execute();
    },
    async endGrant(id, by) {
      const ended = await tx.db
        .updateTable("role_grant")
        .set({ ended_at: now, ended_by: by })
        .where("id", "=", id)
        .where("ended_at", "is", null)
        .returning("id")
        .executeTakeFirst();
      return ended !== undefined;
    },
    async disable(id) {
      await tx.db.updateTable("officer").set({ disabled_at: now }).where("id", "=", id).execute();
      await tx.db.deleteFrom("session").where("officer", "=", id).execute();
      await tx.db.updateTable("api_token").set({ ended_at: now }).where("officer", "=", id).execute();
      await tx.db.deleteFrom("sign_in_link").where("officer", "=", id).where("used_at", "is", null).execute();
    },
    async enable(id) {
      await tx.db.updateTable("officer").set({ disabled_at: null }).where("id", "=", id).execute();
    },
    async addLink(token_hash, officer, expires) {
      await tx.db
        .insertInto("sign_in_link")
        .values({ token_hash, officer, created_at: now, expires, used_at: null })
        .execute();
    },
    async useLink(tokenHash) {
      const row = await tx.db
        .updateTable("sign_in_link")
        .set({ used_at: now })
        .where("token_hash", "=", tokenHash)
        .where("used_at", "is", null)
        .where("expires", ">", now)
        .returning("officer")
        .executeTakeFirst();
      return row?.officer ?? null;
    },
    ...sessions(context),
  };
}

type Sessions = Pick<
  OfficerWriter,
  "session" | "sessions" | "addSession" | "touchSession" | "strengthen" | "endSession" | "endSessions" | "endAll"
>;

function sessions({ tx, now }: RepoContext): Sessions {
  const select = () => tx.db.selectFrom("session").selectAll();
  const toSession = (row: Awaited<ReturnType<ReturnType<typeof select>["executeTakeFirstOrThrow"]>>): SessionRow => ({
    id: row.id,
    officer: row.officer,
    createdAt: row.created_at,
    seenAt: row.seen_at,
    expires: row.expires,
    method: row.method as SignInMethod,
    strongAt: row.strong_at,
    address: row.address,
    agent: row.agent,
  });
  return {
    async session(tokenHash) {
      const row = await select().where("token_hash", "=", tokenHash).executeTakeFirst();
      return row === undefined ? null : toSession(row);
    },
    async sessions(officer) {
      const rows = officer === undefined ? select() : select().where("officer", "=", officer);
      return (await rows.where("expires", ">", now).orderBy("seen_at", "desc").limit(1000).execute()).map(toSession);
    },
    async addSession(token_hash, { strongAt, ...session }) {
      await tx.db.deleteFrom("session").where("expires", "<=", now).execute();
      await tx.db
        .insertInto("session")
        .values({ ...session, token_hash, created_at: now, seen_at: now, strong_at: strongAt })
        .execute();
    },
    async touchSession(tokenHash) {
      await tx.db.updateTable("session").set({ seen_at: now }).where("token_hash", "=", tokenHash).execute();
    },
    async strengthen(id) {
      await tx.db.updateTable("session").set({ strong_at: now }).where("id", "=", id).execute();
    },
    async endSession(tokenHash) {
      await tx.db.deleteFrom("session").where("token_hash", "=", tokenHash).execute();
    },
    async endSessions(officer, which) {
      let gone = tx.db.deleteFrom("session").where("officer", "=", officer);
      if ("id" in which) gone = gone.where("id", "=", which.id);
      else if (which.but !== null) gone = gone.where("id", "!=", which.but);
      return (await gone.returning("id").execute()).length;
    },
    async endAll() {
      await tx.db.deleteFrom("session").execute();
      await tx.db.deleteFrom("sign_in_link").where("used_at", "is", null).execute();
      await tx.db.deleteFrom("ceremony").execute();
      await tx.db.updateTable("api_token").set({ ended_at: now }).where("ended_at", "is", null).execute();
    },
  };
}
