import { canonicalJson, isJsonObject, type JsonObject, type JsonValue } from "#base";
import type { ListChange, ListEntry, ListState, Reader } from "#store";
import { DesignationError } from "../errors.ts";
import { SUBJECT_EXTENSION_ID } from "../types.ts";
import { type ListedSubject, readEntries } from "./current.ts";

/** One field of an entry that differs. For a list of values, only those that came or went. */
export interface FieldChange {
  readonly field: string;
  readonly removed: readonly JsonValue[];
  readonly added: readonly JsonValue[];
}

export interface Delta {
  readonly list: string;
  readonly from: ListState;
  readonly to: ListState;
  readonly added: readonly DeltaEntry[];
  readonly delisted: readonly DeltaEntry[];
  readonly amended: readonly (DeltaEntry & { readonly fields: readonly FieldChange[] })[];
  /** The two were read from different forms of the list, which say different things: amendments may be the form's. */
  readonly formsDiffer: boolean;
  /** Changed entries whose records this viewer may not see are not told; 0 where all were. */
  readonly unseen: number;
}

export interface DeltaEntry {
  readonly key: string;
  readonly name: string;
  readonly kind: string;
  readonly programmes: readonly string[];
  readonly listName: string;
}

/** What changed from one state of a list to another. @throws DesignationError `states-differ`. */
export async function deltaOf(reader: Reader, from: ListState, to: ListState): Promise<Delta> {
  if (from.list !== to.list)
    throw new DesignationError("states-differ", `list state ${from.id} is of ${from.list}, ${to.id} of ${to.list}`, {
      fix: "Compare two states of one list.",
    });
  const changes = await reader.lists.difference(from.id, to.id);
  const subjects = await subjectsById(reader, changes);
  const delta = {
    added: [] as DeltaEntry[],
    delisted: [] as DeltaEntry[],
    amended: [] as Delta["amended"][number][],
    unseen: 0,
  };
  for (const change of changes) {
    const before = change.before === null ? null : subjects.get(change.before);
    const after = change.after === null ? null : subjects.get(change.after);
    if (before === undefined || after === undefined) delta.unseen++;
    else if (before === null && after !== null) delta.added.push(brief(after));
    else if (before !== null && after === null) delta.delisted.push(brief(before));
    else if (before !== null && after !== null) {
      const fields = fieldChanges(before, after);
      if (fields.length > 0) delta.amended.push({ ...brief(after), fields });
    }
  }
  return { list: from.list, from, to, formsDiffer: from.format !== to.format, ...delta };
}

async function subjectsById(reader: Reader, changes: readonly ListChange[]): Promise<Map<number, ListedSubject>> {
  const entries: ListEntry[] = [];
  const wanted = new Set(changes.flatMap(({ before, after }) => [before, after]));
  for (const entry of await reader.lists.entriesOf(changes.map(({ key }) => key)))
    if (wanted.has(entry.id)) entries.push(entry);
  const byRecord = new Map(entries.map((entry) => [`${entry.key} ${entry.version}`, entry.id]));
  const found = new Map<number, ListedSubject>();
  for (const subject of await readEntries(reader, entries, () => ({ id: 0, statedOn: "" }))) {
    const id = byRecord.get(`${subject.key} ${subject.version}`);
    if (id !== undefined) found.set(id, subject);
  }
  return found;
}

const brief = ({ key, name, kind, programmes, listName }: ListedSubject): DeltaEntry => ({
  key,
  name,
  kind,
  programmes,
  listName,
});

/** Properties that say which version it is, not what was listed. */
const APART = new Set([
  "modified",
  "created",
  "id",
  "type",
  "spec_version",
  "extensions",
  "subject_ref",
  "source_name",
]);

function fieldChanges(before: ListedSubject, after: ListedSubject): FieldChange[] {
  const [old, now] = [fieldsOf(before), fieldsOf(after)];
  const fields = [...new Set([...old.keys(), ...now.keys()])].toSorted();
  return fields.flatMap((field) => {
    const [was, is] = [old.get(field) ?? [], now.get(field) ?? []];
    const [wasKeys, isKeys] = [new Set(was.map(canonicalJson)), new Set(is.map(canonicalJson))];
    const removed = was.filter((value) => !isKeys.has(canonicalJson(value)));
    const added = is.filter((value) => !wasKeys.has(canonicalJson(value)));
    return removed.length + added.length === 0 ? [] : [{ field, removed, added }];
  });
}

function fieldsOf({ subject, designation }: ListedSubject): Map<string, JsonValue[]> {
  const fields = new Map<string, JsonValue[]>();
  const { extensions } = subject;
  const extension = isJsonObject(extensions) ? extensions[SUBJECT_EXTENSION_ID] : undefined;
  const take = (object: JsonObject): void => {
    for (const [name, value] of Object.entries(object)) {
      if (APART.has(name) || name === "extension_type") continue;
      if (name === "as_listed" && isJsonObject(value))
        for (const [own, one] of Object.entries(value))
          fields.set(`as_listed.${own}`, Array.isArray(one) ? one : [one]);
      else fields.set(name, Array.isArray(value) ? value : [value]);
    }
  };
  take(subject);
  take(designation);
  if (isJsonObject(extension)) take(extension);
  return fields;
}
