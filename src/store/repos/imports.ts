import type { Instant } from "#base";
import type { RepoContext } from "./context.ts";

export interface ImportRun {
  readonly id: string;
  readonly name: string;
  readonly loader: string;
  readonly startedAt: Instant;
  readonly endedAt: Instant | null;
  readonly actor: string;
  readonly state: "running" | "done" | "stopped" | "failed";
  readonly bytes: number;
  readonly imported: number;
  readonly unchanged: number;
  readonly conflicts: number;
  readonly problems: number;
  readonly sha256: string | null;
}

export interface ImportProblem {
  readonly number: number;
  readonly place: string;
  readonly code: string;
  readonly message: string;
}

export interface ImportReader {
  list(limit?: number): Promise<readonly ImportRun[]>;
  get(id: string): Promise<ImportRun | null>;
  problems(id: string, after?: number, limit?: number): Promise<readonly ImportProblem[]>;
}

export interface ImportWriter extends ImportReader {
  /** Writes the run's whole state; called at its start and after each batch. */
  save(run: ImportRun): Promise<void>;
  addProblems(id: string, problems: readonly ImportProblem[]): Promise<void>;
}

export function importRepo({ tx }: RepoContext): ImportWriter {
  const select = () => tx.db.selectFrom("import_run").selectAll();
  type Row = Awaited<ReturnType<ReturnType<typeof select>["executeTakeFirstOrThrow"]>>;
  const toRun = ({ started_at, ended_at, ...row }: Row): ImportRun => ({
    ...row,
    startedAt: started_at,
    endedAt: ended_at,
  });
  return {
    async list(limit = 50) {
      return (await select().orderBy("started_at", "desc").limit(limit).execute()).map(toRun);
    },
    async get(id) {
      const row = await select().where("id", "=", id).executeTakeFirst();
      return row === undefined ? null : toRun(row);
    },
    problems: (id, after = -1, limit = 500) =>
      tx.db
        .selectFrom("import_problem")
        .select(["number", "place", "code", "message"])
        .where("run", "=", id)
        .where("number", ">", after)
        .orderBy("number")
        .limit(limit)
        .execute(),
    async save({ startedAt, endedAt, ...run }) {
      const { id, ...rest } = { ...run, started_at: startedAt, ended_at: endedAt };
      await tx.db
        .insertInto("import_run")
        .values({ id, ...rest })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(rest))
        .execute();
    },
    async addProblems(run, problems) {
      for (const problem of problems)
        await tx.db
          .insertInto("import_problem")
          .values({ run, ...problem })
          .execute();
    },
  };
}
