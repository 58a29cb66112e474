import { createHash, randomUUID } from "node:crypto";
import { canonicalJson, type Clock, instantOf } from "#base";
import type { PartyId, Viewer } from "#policy";
import { accept, type AcceptedRecord, type TypeRegistry } from "#stix";
import type { AppendResult, ImportProblem, ImportRun, Store } from "#store";
import { IntakeError } from "./errors.ts";
import type { Loader, Source } from "./loader.ts";

const BATCH = 1000;
/** Problems kept one by one; past that they are only counted. */
const MAX_PROBLEMS_KEPT = 10_000;

export interface ImportRequest {
  readonly source: Source;
  /** The name of the loader that reads it; otherwise the first that knows the file. */
  readonly format?: string;
  /** Markings this party assigns to everything in the file. */
  readonly markings?: readonly string[];
  readonly signal?: AbortSignal;
  /** Called after each batch is on disk. */
  readonly onProgress?: (run: ImportRun) => void;
}

export interface Intake {
  /**
   * Reads a file into the store in batches, each whole or not at all. What cannot be read is listed with its place and
   * reason, and the rest is kept.
   * @throws IntakeError `format-unknown` when no loader knows the file.
   */
  importFile(actor: Viewer, request: ImportRequest): Promise<ImportRun>;
}

interface Deps {
  readonly store: Store;
  readonly party: PartyId;
  readonly clock: Clock;
  readonly registry: TypeRegistry;
  readonly loaders: readonly Loader[];
}

export function createIntake({ store, party, clock, registry, loaders }: Deps): Intake {
  return {
    async importFile(actor, { source, format, markings = [], signal = new AbortController().signal, onProgress }) {
      const loader = await recognise(loaders, source, format);
      const hash = createHash("sha256");
      let bytes = 0;
      const counted: Source = {
        ...source,
        sibling: (name) => source.sibling(name),
        async *open() {
          for await (const chunk of source.open()) {
            hash.update(chunk);
            bytes += chunk.length;
            yield chunk;
          }
        },
      };
      const now = instantOf(clock());
      const run: { -readonly [K in keyof ImportRun]: ImportRun[K] } = {
        id: `import--${randomUUID()}`,
        name: source.name,
        loader: loader.name,
        startedAt: now,
        endedAt: null,
        actor: actor.kind === "officer" ? actor.officer : actor.kind,
        state: "running",
        bytes: 0,
        imported: 0,
        unchanged: 0,
        conflicts: 0,
        problems: 0,
        sha256: null,
      };
      let pending: { record: AcceptedRecord; place: string }[] = [];
      let problems: ImportProblem[] = [];
      const problem = (place: string, code: string, message: string): void => {
        if (run.problems < MAX_PROBLEMS_KEPT) problems.push({ number: run.problems, place, code, message });
        run.problems++;
      };
      const flush = async (): Promise<void> => {
        const batch = pending;
        pending = [];
        await store.transact(actor, async (t) => {
          for (const { record } of batch) {
            if (record.type === "marking-definition") await t.labels.addMarking(record.id, record.text, party);
          }
          const results = await t.records.append(
            batch.map(({ record }) => ({ record, owner: party, assigned: markings, source: run.id })),
          );
          for (const [n, result] of results.entries()) count(run, result, batch[n], problem);
          run.bytes = bytes;
          await t.imports.save(run);
          await t.imports.addProblems(run.id, problems);
          problems = [];
        });
        onProgress?.({ ...run });
      };
      await flush();
      try {
        for await (const item of loader.load(counted, { now, party, signal })) {
          if (signal.aborted) break;
          if (item.kind === "problem") {
            problem(item.place, item.code, item.message);
            continue;
          }
          const accepted = accept(item.kind === "text" ? item.text : canonicalJson(item.object), registry, { now });
          if (accepted.ok) pending.push({ record: accepted.record, place: item.place });
          else for (const error of accepted.errors) problem(`${item.place}${error.path}`, error.code, error.message);
          if (pending.length >= BATCH || problems.length >= BATCH) await flush();
        }
      } catch (error) {
        await flush();
        run.state = "failed";
        run.endedAt = instantOf(clock());
        await store.transact(actor, (t) => t.imports.save(run));
        throw error;
      }
      await flush();
      run.state = signal.aborted ? "stopped" : "done";
      run.endedAt = instantOf(clock());
      run.sha256 = hash.digest("hex");
      await store.transact(actor, async (t) => {
        await t.imports.save(run);
        await t.audit.note("import.run", run.id, { imported: run.imported, problems: run.problems });
      });
      return run;
    },
  };
}

function count(
  run: { imported: number; unchanged: number; conflicts: number },
  result: AppendResult,
  item: { record: AcceptedRecord; place: string } | undefined,
  problem: (place: string, code: string, message: string) => void,
): void {
  if (result === "added") run.imported++;
  else if (result === "unchanged") run.unchanged++;
  else {
    run.conflicts++;
    const message =
      result === "conflict"
        ? "this version is already here with other content; what was here is kept"
        : "the id belongs to another party's record";
    problem(item?.place ?? "", result, `${item?.record.id ?? ""}: ${message}`);
  }
}

async function recognise(loaders: readonly Loader[], source: Source, format: string | undefined): Promise<Loader> {
  if (format !== undefined) {
    const named = loaders.find(({ name }) => name === format);
    if (named !== undefined) return named;
    throw new IntakeError("format-unknown", `there is no format ${JSON.stringify(format)}`, {
      fix: `Known are: ${loaders.map(({ name }) => name).join(", ")}.`,
    });
  }
  let head = new Uint8Array(0);
  for await (const chunk of source.open()) {
    head = Buffer.concat([head, chunk]);
    if (head.length >= 4096) break;
  }
  const loader = loaders.find((candidate) => candidate.sniff(head.subarray(0, 4096), source.name));
  if (loader !== undefined) return loader;
  throw new IntakeError("format-unknown", `${source.name} is not a kind of file that is read here`, {
    fix: `Known are: ${loaders.map((known) => known.title).join(", ")}.`,
  });
}
