import { sql } from "kysely";
import { type Instant, instantOf } from "#base";
import type { RepoContext } from "./context.ts";

/** Facts about this node (its party, what was set up), and leases that let one process of several act. */
export interface SettingReader {
  get(key: string): Promise<string | null>;
}

export interface SettingWriter extends SettingReader {
  set(key: string, value: string): Promise<void>;
  /** Makes this transaction the only one inside `name` until it ends (SQLite has one writer anyway). */
  lock(name: string): Promise<void>;
  /** Takes or renews the lease `name` until `expires`. @returns false while another holder has it. */
  lease(name: string, holder: string, expires: Instant): Promise<boolean>;
}

/** More than processes of one party may differ in their clocks. */
function addMinute(instant: Instant): Instant {
  return instantOf(new Date(Date.parse(`${instant.slice(0, 23)}Z`) + 60_000));
}

export function settingRepo({ tx, now }: RepoContext): SettingWriter {
  return {
    async get(key) {
      const row = await tx.db.selectFrom("setting").select("value").where("key", "=", key).executeTakeFirst();
      return row?.value ?? null;
    },
    async set(key, value) {
      await tx.db
        .insertInto("setting")
        .values({ key, value })
        .onConflict((conflict) => conflict.column("key").doUpdateSet({ value }))
        .execute();
    },
    async lock(name) {
      if (tx.engine === "postgres")
        await sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`.execute(tx.db);
    },
    async lease(name, holder, expires) {
      const row = await tx.db
        .insertInto("lease")
        .values({ name, holder, expires })
        .onConflict((conflict) =>
          conflict
            .column("name")
            .doUpdateSet({ holder, expires })
            .where((eb) =>
              eb.or([
                eb("lease.holder", "=", holder),
                eb("lease.expires", "<=", now),
                // Taken under a clock that has been set back since; it would not end for as long as the clock was ahead.
                eb("lease.expires", ">", addMinute(expires)),
              ]),
            ),
        )
        .returning("holder")
        .executeTakeFirst();
      return row !== undefined;
    },
  };
}
