import type { Instant } from "#base";
import type { Role } from "#policy";
import type { RepoContext } from "./context.ts";

export interface Officer {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  readonly roles: readonly Role[];
  readonly unit: string;
  readonly createdAt: Instant;
  readonly disabledAt: Instant | null;
}

export interface SessionRow {
  readonly officer: string;
  readonly createdAt: Instant;
  readonly seenAt: Instant;
  readonly expires: Instant;
}

export interface OfficerReader {
  get(id: string): Promise<Officer | null>;
  byEmail(email: string): Promise<Officer | null>;
  list(): Promise<readonly Officer[]>;
  /** By the hash of the session's token; an expired session is given too, for the caller to judge. */
  session(tokenHash: string): Promise<SessionRow | null>;
}

export interface OfficerWriter extends OfficerReader {
  add(officer: Officer): Promise<void>;
  setRoles(id: string, roles: readonly Role[]): Promise<void>;
  disable(id: string): Promise<void>;
  addLink(tokenHash: string, officer: string, expires: Instant): Promise<void>;
  /** Uses up an unused link that has not expired. @returns its officer, or `null`. */
  useLink(tokenHash: string): Promise<string | null>;
  addSession(tokenHash: string, officer: string, expires: Instant): Promise<void>;
  touchSession(tokenHash: string): Promise<void>;
  endSession(tokenHash: string): Promise<void>;
  /** Ends every session and every unused link: after a restore, what was ended since must not live again. */
  endAll(): Promise<void>;
}

interface Row {
  id: string;
  name: string;
  email: string;
  roles: string;
  unit: string;
  created_at: string;
  disabled_at: string | null;
}

const toOfficer = (row: Row): Officer => ({
  id: row.id,
  name: row.name,
  email: row.email,
  roles: JSON.parse(row.roles) as Role[],
  unit: row.unit,
  createdAt: row.created_at,
  disabledAt: row.disabled_at,
});

export function officerRepo({ tx, now }: RepoContext): OfficerWriter {
  const select = () => tx.db.selectFrom("officer").selectAll();
  return {
    async get(id) {
      const row = await select().where("id", "=", id).executeTakeFirst();
      return row === undefined ? null : toOfficer(row);
    },
    async byEmail(email) {
      const row = await select().where("email", "=", email.toLowerCase()).executeTakeFirst();
      return row === undefined ? null : toOfficer(row);
    },
    async list() {
      return (await select().orderBy("name").execute()).map(toOfficer);
    },
    async session(tokenHash) {
      const row = await tx.db.selectFrom("session").selectAll().where("token_hash", "=", tokenHash).executeTakeFirst();
      return row === undefined
        ? null
        : { officer: row.officer, createdAt: row.created_at, seenAt: row.seen_at, expires: row.expires };
    },
    async add({ createdAt, disabledAt, ...officer }) {
      await tx.db
        .insertInto("officer")
        .values({
          ...officer,
          email: officer.email.toLowerCase(),
          roles: JSON.stringify(officer.roles),
          created_at: createdAt,
          disabled_at: disabledAt,
        })
        .execute();
    },
    async setRoles(id, roles) {
      await tx.db
        .updateTable("officer")
        .set({ roles: JSON.stringify(roles) })
        .where("id", "=", id)
        .execute();
    },
    async disable(id) {
      await tx.db.updateTable("officer").set({ disabled_at: now }).where("id", "=", id).execute();
      await tx.db.deleteFrom("session").where("officer", "=", id).execute();
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
    async addSession(token_hash, officer, expires) {
      await tx.db
        .insertInto("session")
        .values({ token_hash, officer, created_at: now, seen_at: now, expires })
        .execute();
    },
    async touchSession(tokenHash) {
      await tx.db.updateTable("session").set({ seen_at: now }).where("token_hash", "=", tokenHash).execute();
    },
    async endAll() {
      await tx.db.deleteFrom("session").execute();
      await tx.db.deleteFrom("sign_in_link").where("used_at", "is", null).execute();
    },
    async endSession(tokenHash) {
      await tx.db.deleteFrom("session").where("token_hash", "=", tokenHash).execute();
    },
  };
}
