import { isJsonObject, type JsonObject, parseJson } from "#base";
import type { ListEntry, ListState, Reader } from "#store";
import { fieldText } from "#stix";
import type { Address, Alias, Birth, Identifier, Relation, SubjectKind } from "../entry.ts";
import { SUBJECT_EXTENSION_ID } from "../types.ts";

const PAGE = 500;

/** One entry of a list as its records have it. */
export interface ListedSubject {
  /** `ofac:26953`. */
  readonly key: string;
  readonly list: string;
  /** The state that it was read from, and the day on which that stood. */
  readonly state: number;
  readonly statedOn: string;
  readonly subjectId: string;
  readonly designationId: string;
  readonly version: string;
  readonly kind: SubjectKind;
  readonly name: string;
  readonly aliases: readonly Alias[];
  readonly births: readonly Birth[];
  readonly identifiers: readonly Identifier[];
  readonly places: readonly Address[];
  readonly nationalities: readonly string[];
  readonly relations: readonly Relation[];
  readonly otherKeys: readonly string[];
  readonly authority: string;
  /** The part of the list, in its own words: `Al-Qaida`. */
  readonly listName: string;
  readonly reference: string;
  readonly programmes: readonly string[];
  readonly legalBasis: string | null;
  readonly listedOn: string | null;
  readonly amendedOn: readonly string[];
  /** The two records, for what is not named here. */
  readonly subject: JsonObject;
  readonly designation: JsonObject;
}

/** The newest accepted state of each list, with `knownAt` as it was known then. */
async function currentStates(reader: Reader, knownAt?: string): Promise<readonly ListState[]> {
  const newest = new Map<string, ListState>();
  for (const state of await acceptedStates(reader, knownAt)) newest.set(state.list, state);
  return [...newest.values()];
}

/** Accepted states, oldest first. What was accepted after `knownAt` was not known then. */
export async function acceptedStates(reader: Reader, knownAt?: string): Promise<readonly ListState[]> {
  const states = await reader.lists.states();
  return states.filter(
    (state) => state.state === "accepted" && (knownAt === undefined || (state.decidedAt ?? state.loadedAt) <= knownAt),
  );
}

/**
 * Everybody and everything that stands on the newest accepted states of all lists, as far as the reader may see it. One
 * subject on two lists comes twice, once for each entry.
 */
export async function* currentSubjects(reader: Reader): AsyncGenerator<ListedSubject> {
  for (const state of await currentStates(reader)) yield* subjectsOf(reader, state);
}

/** The entries of one state. */
async function* subjectsOf(reader: Reader, state: ListState): AsyncGenerator<ListedSubject> {
  for (let after = 0; ;) {
    const page = await reader.lists.members(state.id, after, PAGE);
    yield* await readEntries(reader, page, () => state);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.id;
  }
}

/** Entries with their records; those whose records the reader may not see are not there. */
export async function readEntries(
  reader: Reader,
  entries: readonly ListEntry[],
  stateFor: (entry: ListEntry) => Pick<ListState, "id" | "statedOn">,
): Promise<readonly ListedSubject[]> {
  const found = new Map<string, JsonObject>();
  for (let at = 0; at < entries.length; at += PAGE) {
    const wanted = entries
      .slice(at, at + PAGE)
      .flatMap(({ subjectId, designationId, version }) => [subjectId, designationId].map((id) => ({ id, version })));
    for (const record of await reader.records.many(wanted)) {
      if (record.text === "") continue;
      const object = parseJson(record.text);
      if (isJsonObject(object)) found.set(`${record.id} ${record.version}`, object);
    }
  }
  return entries.flatMap((entry) => {
    const subject = found.get(`${entry.subjectId} ${entry.version}`);
    const designation = found.get(`${entry.designationId} ${entry.version}`);
    if (subject === undefined || designation === undefined) return [];
    return [describe(entry, stateFor(entry), subject, designation)];
  });
}

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
const objects = <T>(value: unknown): T[] => (Array.isArray(value) ? (value.filter(isJsonObject) as T[]) : []);
const orNull = (text: string): string | null => (text === "" ? null : text);

function describe(
  entry: ListEntry,
  state: Pick<ListState, "id" | "statedOn">,
  subject: JsonObject,
  designation: JsonObject,
): ListedSubject {
  const { extensions } = subject;
  const said = isJsonObject(extensions) ? extensions[SUBJECT_EXTENSION_ID] : undefined;
  const extension = isJsonObject(said) ? said : {};
  return {
    key: entry.key,
    list: entry.list,
    state: state.id,
    statedOn: state.statedOn,
    subjectId: entry.subjectId,
    designationId: entry.designationId,
    version: entry.version,
    // Written by this room, from its own types.
    kind: (fieldText(extension, "subject_kind") || "unspecified") as SubjectKind,
    name: fieldText(subject, "name"),
    aliases: objects<Alias>(extension["aliases"]),
    births: objects<Birth>(extension["births"]),
    identifiers: objects<Identifier>(extension["identifiers"]),
    places: objects<Address>(extension["places"]),
    nationalities: texts(extension["nationalities"]),
    relations: objects<Relation>(extension["relations"]),
    otherKeys: texts(extension["other_keys"]),
    authority: fieldText(designation, "authority"),
    listName: fieldText(designation, "list"),
    reference: fieldText(designation, "list_reference"),
    programmes: texts(designation["programmes"]),
    legalBasis: orNull(fieldText(designation, "legal_basis")),
    listedOn: orNull(fieldText(designation, "listed_on")),
    amendedOn: texts(designation["amended_on"]),
    subject,
    designation,
  };
}
