import { canonicalJson, instantOf, type JsonObject, parseInstant } from "#base";
import type { Source } from "#intake";
import type { PartyId, Viewer } from "#policy";
import { accept, type AcceptedRecord, type TypeRegistry } from "#stix";
import type { ListEntry, ListProblem, Store, Transactor } from "#store";
import type { Entry } from "../entry.ts";
import type { ListFormat } from "../formats/format.ts";
import { contentOf, designationIdOf, type EntryContent, subjectIdOf, versionsOf } from "../make.ts";

const BATCH = 1000;
const DAY_MS = 86_400_000;
/** Versions of one day that may collide before something is wrong. */
const MAX_TRIES = 20;

export interface FillDeps {
  readonly store: Store;
  readonly party: PartyId;
  readonly registry: TypeRegistry;
}

export interface Filling {
  readonly state: number;
  readonly list: string;
  readonly statedOn: string;
  readonly markings: readonly string[];
  readonly format: ListFormat;
  readonly source: Source;
  /** The number of the first problem that is told here. */
  readonly firstProblem: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (entries: number) => void;
}

/** What came of it; `refused` are entries that are no records to the letter. */
export interface Filled {
  readonly entries: number;
  readonly fresh: number;
  readonly refused: number;
}

/** Reads a state's entries into the store: records where they say something new, and the state's members. */
export async function fill(deps: FillDeps, actor: Viewer, work: Filling): Promise<Filled> {
  let batch: { entry: Entry; place: string }[] = [];
  const seen = new Set<string>();
  const done = { entries: 0, fresh: 0, refused: 0 };
  const flush = async (): Promise<void> => {
    const entries = batch;
    batch = [];
    await deps.store.transact(actor, async (t) => {
      const kept = await keepEntries(deps, t, work, entries, done.refused);
      done.entries += entries.length - kept.refused;
      done.fresh += kept.fresh;
      done.refused += kept.refused;
    });
    work.onProgress?.(done.entries);
  };
  for await (const item of work.format.read(work.source, work.signal)) {
    if (item.kind !== "entry" || seen.has(item.entry.key)) continue;
    seen.add(item.entry.key);
    batch.push(item);
    if (batch.length >= BATCH) await flush();
  }
  if (batch.length > 0) await flush();
  return done;
}

async function keepEntries(
  deps: FillDeps,
  t: Transactor,
  work: Filling,
  entries: readonly { readonly entry: Entry; readonly place: string }[],
  told: number,
): Promise<{ fresh: number; refused: number }> {
  const known = new Map<string, ListEntry[]>();
  for (const row of await t.lists.entriesOf(entries.map(({ entry }) => entry.key))) {
    const rows = known.get(row.key);
    if (rows === undefined) known.set(row.key, [row]);
    else rows.push(row);
  }
  const members: number[] = [];
  const fresh: Fresh[] = [];
  const problems: ListProblem[] = [];
  for (const { entry, place } of entries) {
    const content = contentOf(entry);
    const rows = known.get(entry.key) ?? [];
    const same = standing(rows, content.sha256, `${work.statedOn}T`);
    if (same !== null) {
      members.push(same.id);
      continue;
    }
    const made = make(deps, entry.key, content, rows, work.statedOn, ownIds(entry.key, rows));
    if (made.ok) fresh.push(made.fresh);
    else
      problems.push({
        n: work.firstProblem + told + problems.length,
        place,
        code: "entry-refused",
        message: `${entry.key}: ${made.why}`,
      });
  }
  const rows = await appendAll(deps, t, work, fresh, work.statedOn);
  members.push(...(await t.lists.addEntries(rows)));
  await t.lists.addMembers(work.state, members);
  await t.lists.addProblems(work.state, problems);
  return { fresh: fresh.length, refused: problems.length };
}

/**
 * The version that says the same, if no other version stands between it and this state's date: what a list said, unsaid and
 * said again is three versions.
 */
function standing(rows: readonly ListEntry[], sha256: string, day: string): ListEntry | null {
  for (const row of rows.toReversed()) {
    if (row.sha256 !== sha256) continue;
    const [low, high] = row.version < day ? [row.version, `${day}~`] : [day, row.version];
    const between = rows.some((other) => other.sha256 !== sha256 && other.version > low && other.version < high);
    if (!between) return row;
  }
  return null;
}

interface Ids {
  readonly subject: string;
  readonly designation: string;
}

/** Once a key has records of its own here, its later versions go on with them. */
function ownIds(key: string, rows: readonly ListEntry[]): Ids {
  const [first] = rows;
  return first === undefined
    ? { subject: subjectIdOf(key), designation: designationIdOf(key) }
    : { subject: first.subjectId, designation: first.designationId };
}

interface Fresh {
  readonly key: string;
  readonly content: EntryContent;
  readonly rows: readonly ListEntry[];
  readonly ids: Ids;
  readonly records: readonly [AcceptedRecord, AcceptedRecord];
}

type Made = { readonly ok: true; readonly fresh: Fresh } | { readonly ok: false; readonly why: string };

function make(
  { registry }: FillDeps,
  key: string,
  content: EntryContent,
  rows: readonly ListEntry[],
  statedOn: string,
  ids: Ids,
  shift = 0,
): Made {
  const taken = new Set(rows.map((row) => row.version));
  // Within the day, by content: two states of one day that differ are two versions.
  const start = Date.parse(`${statedOn}T00:00:00Z`);
  const spread = Number.parseInt(content.sha256.slice(0, 8), 16) % (DAY_MS - 1000);
  let at = start + spread + shift;
  while (taken.has(instantOf(new Date(at)))) at++;
  const modified = instantOf(new Date(at));
  const records: AcceptedRecord[] = [];
  for (const object of versionsOf(key, content, modified, ids)) {
    const accepted = accept(textOf(object), registry, { now: parseInstant(modified) });
    if (!accepted.ok)
      return { ok: false, why: accepted.errors.map(({ path, message }) => `${path} ${message}`).join("; ") };
    records.push(accepted.record);
  }
  const [subject, designation] = records;
  if (subject === undefined || designation === undefined) return { ok: false, why: "it makes no records" };
  return { ok: true, fresh: { key, content, rows, ids, records: [subject, designation] } };
}

const textOf = (object: JsonObject): string => canonicalJson(object);

/** Appends, and tells each entry's final version and ids. */
async function appendAll(
  deps: FillDeps,
  t: Transactor,
  { list, markings, state }: Filling,
  fresh: readonly Fresh[],
  statedOn: string,
): Promise<Omit<ListEntry, "id">[]> {
  const done: Omit<ListEntry, "id">[] = [];
  let waiting = [...fresh];
  for (let tries = 1; waiting.length > 0; tries++) {
    if (tries > MAX_TRIES) throw new Error(`${waiting.length} entries of ${list} find no version of their own`);
    const results = await t.records.append(
      waiting.flatMap(({ records }) =>
        records.map((record) => ({ record, owner: deps.party, assigned: markings, source: `list-state--${state}` })),
      ),
    );
    const again: Fresh[] = [];
    for (const [n, one] of waiting.entries()) {
      const answers = [results[2 * n], results[2 * n + 1]];
      if (!answers.includes("foreign") && !answers.includes("conflict")) {
        const { key, content, ids, records } = one;
        const version = records[0].version;
        done.push({
          key,
          version,
          list,
          sha256: content.sha256,
          subjectId: ids.subject,
          designationId: ids.designation,
        });
        continue;
      }
      // A partner's record has this id: it stays the partner's, and ours gets an id of this party.
      const mine = `${deps.party} ${one.key}`;
      const ids = answers.includes("foreign")
        ? { subject: subjectIdOf(mine), designation: designationIdOf(mine) }
        : one.ids;
      const made = make(deps, one.key, one.content, one.rows, statedOn, ids, tries);
      if (made.ok) again.push(made.fresh);
    }
    waiting = again;
  }
  return done;
}
