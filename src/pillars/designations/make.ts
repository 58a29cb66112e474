import { canonicalJson, type Instant, type JsonObject, type JsonValue, sha256Hex } from "#base";
import { uuid5 } from "#stix";
import type { Entry, SubjectKind } from "./entry.ts";
import { DESIGNATION_EXTENSION_ID, SUBJECT_EXTENSION_ID } from "./types.ts";

const NAMESPACE = "6f1f5b0e-6c0e-4b7e-8a55-6d5f3c1f8b90";

/** Before any list was read here. `created` of what a list makes says nothing; the designation's dates do. */
const CREATED: Instant = "2001-01-01T00:00:00.000Z";

/** An entry's subject and act of listing, without the version that they will have. */
export interface EntryContent {
  readonly subject: JsonObject;
  readonly designation: JsonObject;
  /** Of both, in canonical form: the same entry in two states of a list has the same one. */
  readonly sha256: string;
}

export const subjectIdOf = (key: string): string => `identity--${uuid5(NAMESPACE, key)}`;
export const designationIdOf = (key: string): string => `designation--${uuid5(NAMESPACE, `designation ${key}`)}`;

/** Only what is there: absent and empty say nothing. */
function filled(fields: Readonly<Record<string, JsonValue | readonly object[] | undefined>>): JsonObject {
  const out: JsonObject = {};
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) continue;
    out[key] = (
      Array.isArray(value)
        ? value.map((one: JsonValue | object) =>
            typeof one === "object" && one !== null ? Object.fromEntries(Object.entries(one)) : one,
          )
        : value
    ) as JsonValue;
  }
  return out;
}

/** `person` and `organization` are what most entries are; a list that does not say leaves it open. */
function kindOf({ kind, subjectClass }: Pick<Entry, "kind" | "subjectClass">): SubjectKind {
  if (kind !== undefined) return kind;
  return subjectClass === "individual" ? "person" : subjectClass;
}

export function contentOf(entry: Entry): EntryContent {
  const subject: JsonObject = {
    name: entry.name,
    identity_class: entry.subjectClass,
    extensions: {
      [SUBJECT_EXTENSION_ID]: {
        extension_type: "property-extension",
        list_key: entry.key,
        subject_kind: kindOf(entry),
        ...filled({
          aliases: entry.aliases,
          births: entry.births,
          identifiers: entry.identifiers,
          places: entry.places,
          relations: entry.relations,
          other_keys: entry.otherKeys === undefined ? undefined : [...entry.otherKeys],
          ...Object.fromEntries(Object.entries(entry.facts).map(([key, list]) => [key, [...list]])),
          as_listed:
            entry.unmapped === undefined || Object.keys(entry.unmapped).length === 0 ? undefined : entry.unmapped,
        }),
      },
    },
  };
  const designation: JsonObject = {
    name: entry.name,
    authority: entry.authority,
    list: entry.list,
    list_reference: entry.reference,
    ...filled({
      programmes: [...entry.programmes],
      legal_basis: entry.legalBasis,
      listed_on: entry.listedOn,
      amended_on: [...(entry.amendedOn ?? [])],
      remarks: entry.remarks,
    }),
    subject_ref: subjectIdOf(entry.key),
    subject_class: entry.subjectClass,
    source_name: entry.source,
    extensions: { [DESIGNATION_EXTENSION_ID]: { extension_type: "new-sdo" } },
  };
  return { subject, designation, sha256: sha256Hex(canonicalJson([subject, designation])) };
}

/** The two objects as versions of one instant, as a list's state gives it. */
export function versionsOf(
  key: string,
  content: EntryContent,
  modified: Instant,
  ids = { subject: subjectIdOf(key), designation: designationIdOf(key) },
): readonly [JsonObject, JsonObject] {
  const common = { spec_version: "2.1", created: CREATED, modified };
  return [
    { type: "identity", id: ids.subject, ...common, ...content.subject },
    { type: "designation", id: ids.designation, ...common, ...content.designation, subject_ref: ids.subject },
  ];
}

/**
 * The subject and the act of listing it, as STIX objects. Their ids come from the list's key, so the same entry is the same
 * object in every state of the list.
 *
 * `modified` is the list's own latest date for the entry where it gives one. Where it gives none (OFAC's legacy files) it is
 * taken from the content: 2002 plus the first 29 bits of its hash in seconds. The same content is then always the same
 * version, and loading again changes nothing; other content is another version, whose order among them says nothing.
 * The registry, which knows the date of a list's state, dates them by it.
 */
export function makeObjects(entry: Entry): readonly [JsonObject, JsonObject] {
  const content = contentOf(entry);
  const [subject, designation] = versionsOf(entry.key, content, CREATED);
  return [dated(subject, content.subject, entry), dated(designation, content.designation, entry)];
}

function dated(object: JsonObject, content: JsonObject, entry: Entry): JsonObject {
  const dates = [entry.listedOn ?? "", ...(entry.amendedOn ?? [])].filter((date) => /^\d{4}-\d{2}-\d{2}$/.test(date));
  const latest = dates.toSorted().at(-1);
  // Within the day, so that two states of a list that share a last date but not their content are two versions.
  const spread = Number.parseInt(sha256Hex(canonicalJson(content)).slice(0, 8), 16);
  const start = latest === undefined ? Number.NaN : Date.parse(`${latest}T00:00:00Z`);
  const modified = Number.isNaN(start)
    ? new Date(Date.UTC(2002, 0, 1) + (spread % 2 ** 29) * 1000).toISOString()
    : new Date(start + (spread % 86_400_000)).toISOString();
  return { ...object, modified: modified < CREATED ? CREATED : modified };
}
