import { basename } from "node:path";
import { canonicalJson, type Clock, instantOf, sha256Hex } from "#base";
import { requirePermission } from "#access";
import type { Source } from "#intake";
import type { Viewer } from "#policy";
import type { ListPart, ListProblem, ListState, Store } from "#store";
import { DesignationError } from "../errors.ts";
import type { ListFormat } from "../formats/format.ts";
import { keepFile, keptSource } from "./files.ts";
import { fill, type FillDeps } from "./fill.ts";
import { type ListSource, sourceOf } from "./sources.ts";
import { holdFor, survey, type Survey } from "./survey.ts";

export interface LoadDeps extends FillDeps {
  readonly clock: Clock;
}

/** A file to load, and where it came from. */
export interface ListFile {
  readonly source: Source;
  readonly from: string;
  /** The day on which its server says that it last changed. */
  readonly modifiedOn?: string | null;
}

export interface LoadRequest {
  readonly list: string;
  /** The files of one state. */
  readonly files: readonly ListFile[];
  /** `YYYY-MM-DD`: the day on which the list stood so, where an officer knows it better than the file. */
  readonly statedOn?: string;
  readonly markings?: readonly string[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (entries: number) => void;
}

export interface LoadResult {
  readonly state: ListState;
  /** The same files were here: nothing was changed. */
  readonly unchanged: boolean;
  /** Entries that say something new, and so became records. */
  readonly fresh: number;
}

/**
 * Reads one state of a list. Its bytes are kept first; it is read once to see what it holds, and a state that might delist
 * somebody by mistake waits for an officer's word; then its entries become records.
 *
 * @throws DesignationError `source-unknown`, `format-wrong`, `part-missing`, `list-empty`, `date-invalid`, `too-large`,
 * `file-changed`.
 */
export async function loadState(deps: LoadDeps, actor: Viewer, request: LoadRequest): Promise<LoadResult> {
  requirePermission(actor, "import.run");
  const list = sourceOf(request.list);
  const signal = request.signal ?? new AbortController().signal;
  const { format, parts, carried } = await gather(deps, actor, list, request);
  const digest = sha256Hex(canonicalJson([list.id, parts.map(({ name, sha256 }) => [name, sha256])]));
  const known = await sameFiles(deps.store, actor, list, digest, request.statedOn);
  if (known !== null && known.state !== "loading") return { state: known, unchanged: true, fresh: 0 };
  const [primary] = parts;
  const source = primary === undefined ? null : keptSource(deps.store, actor, parts, primary.name);
  if (source === null) throw new DesignationError("part-missing", "the list has no files");
  const read = await survey(format, source, signal);
  if (read.keys.size === 0) throw empty(list, read);
  const { statedOn, datedBy } = dateOf(deps.clock, request, read);
  const before = await stateBefore(deps, actor, list.id, statedOn, read);
  const reason = holdFor(read, before);
  const markings = request.markings ?? [];
  const id = await deps.store.transact(actor, async (t) => {
    if (known !== null) await t.lists.clearMembers(known.id);
    const made =
      known?.id ??
      (await t.lists.addState({
        list: list.id,
        format: format.name,
        statedOn,
        datedBy,
        parts,
        digest,
        carried,
        markings,
        state: reason === null ? "loading" : "held",
        heldFor: reason,
        entries: read.keys.size,
        problems: read.problemCount,
        missing: before?.missing ?? 0,
      }));
    await t.lists.addProblems(made, read.problems.map(numbered));
    if (reason !== null) await t.audit.note("list.held", `list-state--${made}`, { list: list.id, reason });
    return made;
  });
  if (reason !== null) return { state: await stateOf(deps.store, actor, id), unchanged: false, fresh: 0 };
  const fresh = await keep(deps, actor, id, request);
  return { state: await stateOf(deps.store, actor, id), unchanged: false, fresh };
}

const numbered = ({ place, code, message }: Omit<ListProblem, "n">, n: number): ListProblem => ({
  n,
  place,
  code,
  message,
});

/** Reads a state that is not held (any more) into records, from its kept bytes. */
async function keep(
  deps: LoadDeps,
  actor: Viewer,
  id: number,
  { signal = new AbortController().signal, onProgress }: Pick<LoadRequest, "signal" | "onProgress">,
): Promise<number> {
  const state = await stateOf(deps.store, actor, id);
  const format = formatNamed(state);
  const source = keptSource(deps.store, actor, state.parts, state.parts[0]?.name ?? "");
  if (source === null) throw new DesignationError("file-missing", "the state's bytes are not kept");
  const filled = await fill(deps, actor, {
    state: id,
    list: state.list,
    statedOn: state.statedOn,
    markings: state.markings,
    format,
    source,
    firstProblem: state.problems,
    signal,
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  await deps.store.transact(actor, async (t) => {
    // An entry that is no record is missing: the state may not delist it unseen.
    const whole = filled.refused === 0;
    const heldFor = whole ? null : `${filled.refused} of its entries cannot be kept as records`;
    await t.lists.saveState(id, { state: whole ? "accepted" : "held", ...(heldFor === null ? {} : { heldFor }) });
    await t.audit.note("list.load", `list-state--${id}`, {
      list: state.list,
      entries: filled.entries,
      fresh: filled.fresh,
    });
  });
  return filled.fresh;
}

/** @throws DesignationError `state-unknown`. */
export async function stateOf(store: Store, viewer: Viewer, id: number): Promise<ListState> {
  const state = await store.read(viewer, (r) => r.lists.state(id));
  if (state !== null) return state;
  throw new DesignationError("state-unknown", `there is no list state ${id}`, { fix: "See entente lists status." });
}

/**
 * An officer's word on a state that was held: `accept` makes it the list's, `refuse` leaves it aside. Its bytes stay.
 * @throws DesignationError `state-unknown`, `state-not-held`.
 */
export async function decideState(
  deps: LoadDeps,
  actor: Viewer,
  id: number,
  word: "accept" | "refuse",
  onProgress?: (entries: number) => void,
): Promise<LoadResult> {
  requirePermission(actor, "import.run");
  const state = await stateOf(deps.store, actor, id);
  if (state.state !== "held")
    throw new DesignationError("state-not-held", `list state ${id} is ${state.state}, not held`);
  await deps.store.transact(actor, async (t) => {
    await t.lists.decide(id, word === "accept" ? "loading" : "refused");
    await t.audit.note(`list.${word}`, `list-state--${id}`, { list: state.list, reason: state.heldFor });
  });
  const fresh = word === "accept" ? await keep(deps, actor, id, onProgress === undefined ? {} : { onProgress }) : 0;
  return { state: await stateOf(deps.store, actor, id), unchanged: false, fresh };
}

interface Gathered {
  readonly format: ListFormat;
  readonly parts: readonly ListPart[];
  /** The file that names the entries is that of an earlier state. */
  readonly carried: boolean;
}

/** Keeps the files that were given, and takes those that were not from the state before. */
async function gather(deps: LoadDeps, actor: Viewer, list: ListSource, request: LoadRequest): Promise<Gathered> {
  const { store } = deps;
  const format = await formatFor(list, request.files);
  const names = format.parts ?? [list.id];
  const given = new Map<string, ListPart>();
  for (const { source, from } of request.files) {
    const name = format.parts === undefined ? list.id : partNamed(format.parts, source.name);
    if (name === null || given.has(name))
      throw new DesignationError("format-wrong", `${source.name} is none of the files of ${format.title}`, {
        where: source.name,
        fix: `They end in: ${names.join(", ")}. Give the files of one state.`,
      });
    given.set(name, { name, ...(await keepFile(store, actor, source)), from, carriedFrom: null });
  }
  const missing = names.filter((name) => !given.has(name));
  const earlier = missing.length === 0 ? null : await partsBefore(store, actor, list.id, format.name, request.statedOn);
  for (const name of missing) {
    const part = earlier?.parts.find((one) => one.name === name);
    if (part !== undefined && earlier !== null)
      given.set(name, { ...part, carriedFrom: part.carriedFrom ?? earlier.id });
  }
  const [first = list.id] = names;
  const primary = given.get(first);
  if (primary === undefined)
    throw new DesignationError("part-missing", `${first} is missing, and no earlier state has it`, {
      fix: `Give ${first} too, or load a state that has it first.`,
    });
  const parts = names.flatMap((name) => given.get(name) ?? []);
  return { format, parts, carried: primary.carriedFrom !== null };
}

async function formatFor(list: ListSource, files: readonly ListFile[]): Promise<ListFormat> {
  for (const { source } of files) {
    let head: Uint8Array = new Uint8Array(0);
    for await (const chunk of source.open()) {
      head = Buffer.concat([head, chunk]);
      if (head.length >= 4096) break;
    }
    const found = list.formats.find(
      (format) =>
        format.sniff(head.subarray(0, 4096), source.name) ||
        (format.parts !== undefined && partNamed(format.parts.slice(1), source.name) !== null),
    );
    if (found !== undefined) return found;
  }
  const [first] = files;
  throw new DesignationError("format-wrong", `${first?.source.name ?? "nothing"} is not a form of ${list.title}`, {
    ...(first === undefined ? {} : { where: first.source.name }),
    fix: `Known are: ${list.formats.map((format) => format.title).join(", ")}.`,
  });
}

function partNamed(parts: readonly string[], file: string): string | null {
  const name = basename(file).toLowerCase();
  return parts.find((part) => name.endsWith(part)) ?? null;
}

function formatNamed(state: ListState): ListFormat {
  const format = sourceOf(state.list).formats.find((one) => one.name === state.format);
  if (format === undefined) throw new DesignationError("format-wrong", `the format ${state.format} is not known here`);
  return format;
}

async function partsBefore(
  store: Store,
  viewer: Viewer,
  list: string,
  format: string,
  day: string | undefined,
): Promise<ListState | null> {
  const states = await store.read(viewer, (r) => r.lists.states(list));
  const usable = states.filter((state) => state.state === "accepted" && state.format === format);
  return usable.findLast((state) => day === undefined || state.statedOn <= day) ?? null;
}

async function sameFiles(
  store: Store,
  actor: Viewer,
  list: ListSource,
  digest: string,
  day: string | undefined,
): Promise<ListState | null> {
  const states = await store.read(actor, (r) => r.lists.states(list.id));
  const same = states.findLast(
    (state) => state.digest === digest && state.state !== "refused" && (day === undefined || state.statedOn === day),
  );
  if (same === undefined) return null;
  await store.transact(actor, (t) => t.lists.seen(same.id));
  return stateOf(store, actor, same.id);
}

function empty(list: ListSource, { problems }: Survey): DesignationError {
  const [first] = problems;
  return new DesignationError(
    "list-empty",
    `no entry of ${list.title} can be read${first === undefined ? "" : `: ${first.message}`}`,
    { ...(first === undefined ? {} : { where: first.place }), fix: "Is this the list, and the whole file?" },
  );
}

function dateOf(
  clock: Clock,
  { statedOn, files }: LoadRequest,
  read: Survey,
): { statedOn: string; datedBy: ListState["datedBy"] } {
  const today = instantOf(clock()).slice(0, 10);
  const served = files
    .flatMap(({ modifiedOn }) => modifiedOn ?? [])
    .toSorted()
    .at(-1);
  const found: { statedOn: string; datedBy: ListState["datedBy"] } =
    statedOn !== undefined
      ? { statedOn, datedBy: "officer" }
      : read.statedOn !== null
        ? { statedOn: read.statedOn, datedBy: "list" }
        : served !== undefined
          ? { statedOn: served, datedBy: "server" }
          : { statedOn: today, datedBy: "load" };
  if (!/^\d{4}-\d{2}-\d{2}$/.test(found.statedOn) || Number.isNaN(Date.parse(found.statedOn)) || found.statedOn > today)
    throw new DesignationError("date-invalid", `a list cannot have stood so on ${found.statedOn}`, {
      fix: "Give the day as YYYY-MM-DD, not later than today.",
    });
  return found;
}

async function stateBefore(
  { store }: LoadDeps,
  viewer: Viewer,
  list: string,
  statedOn: string,
  { keys }: Survey,
): Promise<{ entries: number; missing: number } | null> {
  return store.read(viewer, async (r) => {
    const states = (await r.lists.states(list)).filter((state) => state.state === "accepted");
    const before = states.findLast((state) => state.statedOn <= statedOn) ?? null;
    if (before === null) return null;
    let missing = 0;
    for (let after = 0; ;) {
      const page = await r.lists.members(before.id, after, 5000);
      for (const { key } of page) if (!keys.has(key)) missing++;
      const last = page.at(-1);
      if (last === undefined) break;
      after = last.id;
    }
    return { entries: before.entries, missing };
  });
}
