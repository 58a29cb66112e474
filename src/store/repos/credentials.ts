import type { Instant } from "#base";
import type { RepoContext } from "./context.ts";

/** How officers and their tools prove who they are. Of every secret only a hash or a public key is kept. */
export interface Passkey {
  /** The credential's id, base64url. */
  readonly id: string;
  readonly officer: string;
  readonly name: string;
  /** COSE public key, base64url. */
  readonly publicKey: string;
  /** WebAuthn §6.1.1: the authenticator's signature counter as last seen. */
  readonly counter: number;
  readonly transports: readonly string[];
  /** Whether it is kept in several places (WebAuthn §6.1.3). */
  readonly backedUp: boolean;
  readonly createdAt: Instant;
  readonly lastUsedAt: Instant | null;
}

export interface ApiToken {
  readonly id: string;
  readonly officer: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: Instant;
  readonly expires: Instant;
  readonly lastUsedAt: Instant | null;
  readonly endedAt: Instant | null;
}

export interface Guard {
  readonly failures: number;
  readonly lastAt: Instant;
  readonly lockedUntil: Instant | null;
}

interface Ceremony {
  readonly officer: string | null;
  readonly data: string;
}

export interface CredentialReader {
  passkeys(officer: string): Promise<readonly Passkey[]>;
  passkey(id: string): Promise<Passkey | null>;
  /** How many recovery codes are left. */
  recoveryCodes(officer: string): Promise<number>;
  tokens(officer?: string): Promise<readonly ApiToken[]>;
  /** By the hash of the token; an expired or ended one is given too, for the caller to judge. */
  token(tokenHash: string): Promise<ApiToken | null>;
  guard(subject: string): Promise<Guard | null>;
  oidcOfficer(issuer: string, subject: string): Promise<string | null>;
}

export interface CredentialWriter extends CredentialReader {
  addPasskey(passkey: Passkey): Promise<void>;
  usedPasskey(id: string, counter: number): Promise<void>;
  removePasskey(officer: string, id: string): Promise<boolean>;
  /** Replaces all recovery codes of this officer. */
  setRecoveryCodes(officer: string, hashes: readonly string[]): Promise<void>;
  useRecoveryCode(officer: string, hash: string): Promise<boolean>;
  begin(idHash: string, kind: string, officer: string | null, data: string, expires: Instant): Promise<void>;
  /** Ends a ceremony that has not expired; a second time there is nothing to end. */
  end(idHash: string, kind: string): Promise<Ceremony | null>;
  addToken(tokenHash: string, token: Omit<ApiToken, "lastUsedAt" | "endedAt">): Promise<void>;
  usedToken(id: string): Promise<void>;
  endToken(id: string): Promise<boolean>;
  setGuard(subject: string, guard: Guard): Promise<void>;
  clearGuard(subject: string): Promise<void>;
  linkOidc(issuer: string, subject: string, officer: string): Promise<void>;
  /** Passkeys, recovery codes and OpenID identities: the officer starts anew with a one-time link. */
  forget(officer: string): Promise<void>;
}

export function credentialRepo(context: RepoContext): CredentialWriter {
  return { ...passkeyRepo(context), ...tokenRepo(context), ...guardRepo(context) };
}

type Passkeys = Pick<
  CredentialWriter,
  | "passkeys"
  | "passkey"
  | "addPasskey"
  | "usedPasskey"
  | "removePasskey"
  | "recoveryCodes"
  | "setRecoveryCodes"
  | "useRecoveryCode"
  | "forget"
>;

function passkeyRepo({ tx, now }: RepoContext): Passkeys {
  const select = () => tx.db.selectFrom("passkey").selectAll();
  const toPasskey = (row: Awaited<ReturnType<ReturnType<typeof select>["executeTakeFirstOrThrow"]>>): Passkey => ({
    id: row.id,
    officer: row.officer,
    name: row.name,
    publicKey: row.public_key,
    counter: row.counter,
    transports: JSON.parse(row.transports) as string[],
    backedUp: row.backed_up === 1,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  });
  return {
    async passkeys(officer) {
      return (await select().where("officer", "=", officer).orderBy("created_at").execute()).map(toPasskey);
    },
    async passkey(id) {
      const row = await select().where("id", "=", id).executeTakeFirst();
      return row === undefined ? null : toPasskey(row);
    },
    async addPasskey({ publicKey, backedUp, createdAt, lastUsedAt, transports, ...passkey }) {
      await tx.db
        .insertInto("passkey")
        .values({
          ...passkey,
          public_key: publicKey,
          backed_up: backedUp ? 1 : 0,
          created_at: createdAt,
          last_used_at: lastUsedAt,
          transports: JSON.stringify(transports),
        })
        .execute();
    },
    async usedPasskey(id, counter) {
      await tx.db.updateTable("passkey").set({ counter, last_used_at: now }).where("id", "=", id).execute();
    },
    async removePasskey(officer, id) {
      const gone = tx.db.deleteFrom("passkey").where("id", "=", id).where("officer", "=", officer);
      return (await gone.returning("id").executeTakeFirst()) !== undefined;
    },
    async recoveryCodes(officer) {
      const left = tx.db.selectFrom("recovery_code").select("code_hash").where("officer", "=", officer);
      return (await left.where("used_at", "is", null).execute()).length;
    },
    async setRecoveryCodes(officer, hashes) {
      await tx.db.deleteFrom("recovery_code").where("officer", "=", officer).execute();
      for (const code_hash of hashes)
        await tx.db
          .insertInto("recovery_code")
          .values({ code_hash, officer, created_at: now, used_at: null })
          .execute();
    },
    async useRecoveryCode(officer, hash) {
      const used = await tx.db
        .updateTable("recovery_code")
        .set({ used_at: now })
        .where("code_hash", "=", hash)
        .where("officer", "=", officer)
        .where("used_at", "is", null)
        .returning("officer")
        .executeTakeFirst();
      return used !== undefined;
    },
    async forget(officer) {
      await tx.db.deleteFrom("passkey").where("officer", "=", officer).execute();
      await tx.db.deleteFrom("recovery_code").where("officer", "=", officer).execute();
      await tx.db.deleteFrom("oidc_identity").where("officer", "=", officer).execute();
    },
  };
}

type Tokens = Pick<CredentialWriter, "tokens" | "token" | "addToken" | "usedToken" | "endToken">;

function tokenRepo({ tx, now }: RepoContext): Tokens {
  const select = () => tx.db.selectFrom("api_token").selectAll();
  const toToken = (row: Awaited<ReturnType<ReturnType<typeof select>["executeTakeFirstOrThrow"]>>): ApiToken => ({
    id: row.id,
    officer: row.officer,
    name: row.name,
    scopes: JSON.parse(row.scopes) as string[],
    createdAt: row.created_at,
    expires: row.expires,
    lastUsedAt: row.last_used_at,
    endedAt: row.ended_at,
  });
  return {
    async tokens(officer) {
      const rows = officer === undefined ? select() : select().where("officer", "=", officer);
      return (await rows.orderBy("created_at", "desc").limit(1000).execute()).map(toToken);
    },
    async token(tokenHash) {
      const row = await select().where("token_hash", "=", tokenHash).executeTakeFirst();
      return row === undefined ? null : toToken(row);
    },
    async addToken(token_hash, { createdAt, scopes, ...token }) {
      await tx.db
        .insertInto("api_token")
        .values({
          ...token,
          token_hash,
          scopes: JSON.stringify(scopes),
          created_at: createdAt,
          last_used_at: null,
          ended_at: null,
        })
        .execute();
    },
    async usedToken(id) {
      await tx.db.updateTable("api_token").set({ last_used_at: now }).where("id", "=", id).execute();
    },
    async endToken(id) {
      const ended = tx.db.updateTable("api_token").set({ ended_at: now }).where("id", "=", id);
      return (await ended.where("ended_at", "is", null).returning("id").executeTakeFirst()) !== undefined;
    },
  };
}

type Guards = Pick<
  CredentialWriter,
  "begin" | "end" | "guard" | "setGuard" | "clearGuard" | "oidcOfficer" | "linkOidc"
>;

function guardRepo({ tx, now }: RepoContext): Guards {
  return {
    async begin(id_hash, kind, officer, data, expires) {
      await tx.db.deleteFrom("ceremony").where("expires", "<=", now).execute();
      await tx.db.insertInto("ceremony").values({ id_hash, kind, officer, data, expires }).execute();
    },
    async end(idHash, kind) {
      const row = await tx.db
        .deleteFrom("ceremony")
        .where("id_hash", "=", idHash)
        .where("kind", "=", kind)
        .where("expires", ">", now)
        .returning(["officer", "data"])
        .executeTakeFirst();
      return row ?? null;
    },
    async guard(subject) {
      const row = await tx.db.selectFrom("sign_in_guard").selectAll().where("subject", "=", subject).executeTakeFirst();
      return row === undefined ? null : { failures: row.failures, lastAt: row.last_at, lockedUntil: row.locked_until };
    },
    async setGuard(subject, { failures, lastAt, lockedUntil }) {
      const values = { failures, last_at: lastAt, locked_until: lockedUntil };
      await tx.db
        .insertInto("sign_in_guard")
        .values({ subject, ...values })
        .onConflict((conflict) => conflict.column("subject").doUpdateSet(values))
        .execute();
    },
    async clearGuard(subject) {
      await tx.db.deleteFrom("sign_in_guard").where("subject", "=", subject).execute();
    },
    async oidcOfficer(issuer, subject) {
      const row = await tx.db
        .selectFrom("oidc_identity")
        .select("officer")
        .where("issuer", "=", issuer)
        .where("subject", "=", subject)
        .executeTakeFirst();
      return row?.officer ?? null;
    },
    async linkOidc(issuer, subject, officer) {
      await tx.db.insertInto("oidc_identity").values({ issuer, subject, officer, linked_at: now }).execute();
    },
  };
}
