import { type Instant, isJsonObject, type JsonObject, parseJson } from "#base";
import type { Label, PartyId, Viewer } from "#policy";
import type { Page, Reader, Store, StoredRecord } from "#store";
import { derivedUuid, MAX_REFS } from "./emitter.ts";
import { type Labelled, type LeftOut, writeEvent } from "./event-writer.ts";
import { originalOf } from "./extension.ts";
import { textOf } from "./read.ts";
import { isObservableType, MISP_TYPES, uuidPart } from "./to-misp.ts";

const PAGE = 500;
const HEADS = ["report", "grouping"];
/** Observed data come before the observables that they name, so that none of those stands twice. */
const LOOSE: readonly (readonly string[])[] = [
  ["observed-data", ...MISP_TYPES.filter((type) => !isObservableType(type))],
  MISP_TYPES.filter(isObservableType),
];

export interface MispExport {
  readonly store: Store;
  /** What is not for this viewer to read is not there: the store obeys the decision. */
  readonly viewer: Viewer;
  readonly party: { readonly id: PartyId; readonly name: string };
  readonly now: Instant;
}

/**
 * What a viewer may read as MISP events: one for each report and grouping with what it refers to, and the rest in events of
 * 500 records. In memory are one event's records, and the ids of those that are written.
 */
export async function* exportEvents(
  options: MispExport,
): AsyncGenerator<{ readonly event: JsonObject; readonly leftOut: readonly LeftOut[]; readonly records: number }> {
  const { store, viewer, party, now } = options;
  const written = new Set<string>();
  const organisation = { name: party.name, uuid: party.id.slice(-36) };
  const parts = new Set<string>();
  for await (const page of pages(options, HEADS)) {
    // A report comes before its further parts: those refer back to it by their ids.
    for (const record of page) for (const id of partsOf(objectOf(record))) parts.add(id);
    for (const record of page) {
      if (parts.has(record.id)) continue;
      const gathered = await store.read(viewer, (reader) => gather(reader, record));
      written.add(record.id);
      for (const id of gathered.ids) written.add(id);
      const frame = { uuid: record.id.slice(-36), info: record.title, now, organisation };
      const { event, leftOut } = writeEvent(gathered.head, gathered.members, frame);
      yield { event, leftOut, records: gathered.members.size + 1 };
    }
  }
  let number = 0;
  for (const types of LOOSE) {
    for await (const page of pages(options, types)) {
      const rest = page.filter(({ id }) => !written.has(id) && id !== party.id);
      if (rest.length === 0) continue;
      const members = await store.read(viewer, async (reader) => {
        const found = new Map<string, Labelled>();
        for (const record of rest) await join(reader, record, found);
        return found;
      });
      for (const [id, { object }] of members) for (const named of [id, ...refsOf(object)]) written.add(named);
      const uuid = derivedUuid("export", party.id, now, String(number++));
      const frame = { uuid, info: `Records of ${party.name}, part ${number}`, now, organisation };
      const { event, leftOut } = writeEvent(null, members, frame);
      const empty = ["Attribute", "Object", "Galaxy"].every((key) => event[key] === undefined || isEmpty(event[key]));
      if (!empty || leftOut.length > 0) yield { event, leftOut, records: members.size };
    }
  }
}

async function* pages(
  { store, viewer }: MispExport,
  types: readonly string[],
): AsyncGenerator<readonly StoredRecord[]> {
  let cursor: string | null = null;
  do {
    const from: string | null = cursor;
    const page: Page<StoredRecord> = await store.read(viewer, (reader) =>
      reader.records.list({ types, limit: PAGE, ...(from === null ? {} : { cursor: from }) }),
    );
    yield page.items;
    cursor = page.next;
  } while (cursor !== null);
}

const isEmpty = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** A report or grouping with what it refers to, and the further parts of a large event. */
async function gather(
  reader: Reader,
  record: StoredRecord,
): Promise<{ head: Labelled; members: Map<string, Labelled>; ids: Set<string> }> {
  const head = await labelled(reader, record);
  const members = new Map<string, Labelled>();
  const ids = new Set<string>();
  const further = new Set(partsOf(head.object));
  const queue = refsOf(head.object);
  for (let n = 0; n < queue.length; n++) {
    const id = queue[n] ?? "";
    ids.add(id);
    const found = await reader.records.get(id);
    if (found === null) continue;
    if (further.has(id)) queue.push(...refsOf(objectOf(found)));
    else if (!HEADS.includes(found.type)) await join(reader, found, members);
  }
  for (const { object } of members.values()) for (const id of refsOf(object)) ids.add(id);
  return { head, members, ids };
}

/** Adds a record and the observables without which it cannot be said. */
async function join(reader: Reader, record: StoredRecord, members: Map<string, Labelled>): Promise<void> {
  if (members.has(record.id)) return;
  const member = await labelled(reader, record);
  members.set(record.id, member);
  const origin = originalOf(member.object);
  const needed = origin === null ? needs(member.object) : origin.data_ref === undefined ? [] : [origin.data_ref];
  for (const id of needed) {
    if (members.has(id)) continue;
    const found = await reader.records.get(id);
    if (found !== null) await join(reader, found, members);
  }
}

/** The observables that an object's own references name. */
function needs(object: JsonObject): string[] {
  if (object["type"] === "observed-data") return refsOf(object);
  if (!isObservableType(textOf(object["type"]) ?? "")) return [];
  return Object.entries(object).flatMap(([key, value]) => {
    if (key === "object_marking_refs") return [];
    if (key.endsWith("_ref") && typeof value === "string") return [value];
    return key.endsWith("_refs") && Array.isArray(value) ? value.filter((id) => typeof id === "string") : [];
  });
}

/** A large event's groupings have ids made of its own. */
function partsOf(object: JsonObject): string[] {
  if (originalOf(object) === null) return [];
  const made = (id: string, n: number): boolean =>
    id === `grouping--${derivedUuid(uuidPart(object), "part", String(n))}`;
  const groupings = refsOf(object).filter((id) => id.startsWith("grouping--"));
  return groupings.filter((id, index) => made(id, (index + 1) * MAX_REFS));
}
async function labelled(reader: Reader, record: StoredRecord): Promise<Labelled> {
  const label: Label = await reader.labels.label(record.labelId);
  return { object: objectOf(record), label };
}

function objectOf(record: StoredRecord): JsonObject {
  const value = parseJson(record.text);
  return isJsonObject(value) ? value : { id: record.id, type: record.type };
}

const refsOf = (object: JsonObject): string[] =>
  Array.isArray(object["object_refs"]) ? object["object_refs"].filter((id) => typeof id === "string") : [];
