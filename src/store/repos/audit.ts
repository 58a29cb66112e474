import type { Instant, JsonObject } from "#base";
import { actorName, chunks, type RepoContext } from "./context.ts";

export interface AuditEntry {
  readonly seq: number;
  readonly at: Instant;
  readonly actor: string;
  /** What was done: `release.approve`, `record.read`, `channel.confirm`. */
  readonly verb: string;
  /** The id it was done to. */
  readonly subject: string;
  readonly detail: string;
  /** Its place in the log and its hash, hex; `null` until it is sealed. */
  readonly position: number | null;
  readonly hash: string | null;
}

/** An entry that is sealed: what the log holds. */
export interface SealedEntry extends Omit<AuditEntry, "seq"> {
  readonly position: number;
  readonly hash: string;
}

export interface AuditQuery {
  readonly subject?: string;
  readonly actor?: string;
  /** A verb, or the beginning of verbs that ends in a dot: `session.`. */
  readonly verb?: string;
  readonly from?: Instant;
  readonly until?: Instant;
  readonly before?: number;
  readonly limit?: number;
}

/** What was searched for, kept apart from the entry that names its commitment. */
export interface AuditTerm {
  readonly commitment: string;
  readonly salt: string;
  readonly text: string;
  readonly at: Instant;
}

export interface AuditReader {
  /** Newest first. */
  list(query?: AuditQuery): Promise<readonly AuditEntry[]>;
  /** Sealed entries by place, from `position` on. */
  sealed(position: number, count: number): Promise<readonly SealedEntry[]>;
  /** How many entries wait for their place. */
  unsealed(): Promise<number>;
  terms(commitments: readonly string[]): Promise<readonly AuditTerm[]>;
}

export interface AuditWriter extends AuditReader {
  /** Notes that the actor of this transaction did `verb`. Never a person's data in `detail`. */
  note(verb: string, subject: string, detail?: JsonObject): Promise<void>;
  /** Entries that wait for their place, in the order in which they were written. */
  pending(limit: number): Promise<readonly AuditEntry[]>;
  seal(seq: number, position: number, hash: string): Promise<void>;
  addSealed(entries: readonly SealedEntry[]): Promise<void>;
  addTerms(terms: readonly AuditTerm[]): Promise<void>;
}

export function auditRepo({ tx, viewer, now }: RepoContext): AuditWriter {
  return {
    async list({ subject, actor, verb, from, until, before, limit = 100 } = {}) {
      let select = tx.db.selectFrom("audit").selectAll();
      if (subject !== undefined) select = select.where("subject", "=", subject);
      if (actor !== undefined) select = select.where("actor", "=", actor);
      if (verb !== undefined)
        select = verb.endsWith(".")
          ? select.where("verb", ">=", verb).where("verb", "<", `${verb.slice(0, -1)}/`)
          : select.where("verb", "=", verb);
      if (from !== undefined) select = select.where("at", ">=", from);
      if (until !== undefined) select = select.where("at", "<", until);
      if (before !== undefined) select = select.where("seq", "<", before);
      return select.orderBy("seq", "desc").limit(Math.min(limit, 1000)).execute();
    },
    async sealed(position, count) {
      const rows = await tx.db
        .selectFrom("audit")
        .selectAll()
        .where("position", ">=", position)
        .where("position", "<", position + count)
        .orderBy("position")
        .execute();
      return rows.map(({ position: place, hash, ...entry }) => ({ ...entry, position: place ?? 0, hash: hash ?? "" }));
    },
    async unsealed() {
      const row = await tx.db
        .selectFrom("audit")
        .select((eb) => eb.fn.countAll<number>().as("n"))
        .where("position", "is", null)
        .executeTakeFirstOrThrow();
      return row.n;
    },
    async terms(commitments) {
      const out: AuditTerm[] = [];
      for (const part of chunks(commitments))
        out.push(...(await tx.db.selectFrom("audit_term").selectAll().where("commitment", "in", part).execute()));
      return out;
    },
    async note(verb, subject, detail = {}) {
      await tx.db
        .insertInto("audit")
        .values({
          at: now,
          actor: actorName(viewer),
          verb,
          subject,
          detail: JSON.stringify(detail),
          position: null,
          hash: null,
        })
        .execute();
    },
    async pending(limit) {
      const rows = tx.db.selectFrom("audit").selectAll().where("position", "is", null);
      return rows.orderBy("seq").limit(limit).execute();
    },
    async seal(seq, position, hash) {
      await tx.db.updateTable("audit").set({ position, hash }).where("seq", "=", seq).execute();
    },
    async addSealed(entries) {
      const text = (name: string) => ({ name, type: "text" }) as const;
      const columns = [{ name: "position", type: "integer" } as const, ...["hash", "at", "actor"].map(text)];
      const insert = { table: "audit", columns: [...columns, ...["verb", "subject", "detail"].map(text)], key: null };
      const rows = entries.map((entry) => [
        entry.position,
        entry.hash,
        entry.at,
        entry.actor,
        entry.verb,
        entry.subject,
        entry.detail,
      ]);
      await tx.insertMany(insert, rows);
    },
    async addTerms(terms) {
      const columns = ["commitment", "salt", "text", "at"].map((name) => ({ name, type: "text" }) as const);
      const rows = terms.map(({ commitment, salt, text, at }) => [commitment, salt, text, at]);
      await tx.insertMany({ table: "audit_term", columns, key: null }, rows);
    },
  };
}
