import type { Instant, JsonObject } from "#base";
import { actorName, type RepoContext } from "./context.ts";

export interface AuditEntry {
  readonly seq: number;
  readonly at: Instant;
  readonly actor: string;
  /** What was done: `release.approve`, `record.read`, `channel.confirm`. */
  readonly verb: string;
  /** The id it was done to. */
  readonly subject: string;
  readonly detail: string;
}

export interface AuditReader {
  list(query?: {
    readonly subject?: string;
    readonly before?: number;
    readonly limit?: number;
  }): Promise<readonly AuditEntry[]>;
}

export interface AuditWriter extends AuditReader {
  /** Notes that the actor of this transaction did `verb`. Never a person's data in `detail`. */
  note(verb: string, subject: string, detail?: JsonObject): Promise<void>;
}

export function auditRepo({ tx, viewer, now }: RepoContext): AuditWriter {
  return {
    async list({ subject, before, limit = 100 } = {}) {
      let select = tx.db.selectFrom("audit").selectAll();
      if (subject !== undefined) select = select.where("subject", "=", subject);
      if (before !== undefined) select = select.where("seq", "<", before);
      return select.orderBy("seq", "desc").limit(Math.min(limit, 1000)).execute();
    },
    async note(verb, subject, detail = {}) {
      await tx.db
        .insertInto("audit")
        .values({ at: now, actor: actorName(viewer), verb, subject, detail: JSON.stringify(detail) })
        .execute();
    },
  };
}
