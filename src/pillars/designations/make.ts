import { canonicalJson, type Instant, type JsonObject, sha256Hex } from "#base";
import { uuid5 } from "#stix";
import { DESIGNATION_EXTENSION_ID, SUBJECT_EXTENSION_ID } from "./types.ts";

const NAMESPACE = "6f1f5b0e-6c0e-4b7e-8a55-6d5f3c1f8b90";

export type SubjectClass = "individual" | "organization" | "unspecified";

export interface Alias {
  readonly name: string;
  readonly kind: string;
  readonly quality?: string;
}

/** What a list's entry says, read but not interpreted. */
export interface Entry {
  /** The list's own stable key: `ofac:26953`, `un:QDe.132`. */
  readonly key: string;
  readonly name: string;
  readonly subjectClass: SubjectClass;
  readonly aliases: readonly Alias[];
  readonly authority: string;
  readonly list: string;
  readonly reference: string;
  readonly programmes: readonly string[];
  readonly legalBasis?: string;
  readonly listedOn?: string;
  readonly amendedOn?: readonly string[];
  readonly remarks?: string;
  readonly source: string;
  /** Facts kept as they came: titles, birth data, documents, addresses, nationalities. */
  readonly facts: Readonly<Record<string, readonly (string | JsonObject)[]>>;
}

/** Before any list was read here. `created` of what a list makes says nothing; the designation's dates do. */
const CREATED: Instant = "2001-01-01T00:00:00.000Z";

/**
 * The subject and the act of listing it, as STIX objects. Their ids come from the list's key, so the same entry is the same
 * object in every state of the list.
 *
 * `modified` is the list's own latest date for the entry where it gives one. Where it gives none (OFAC's legacy files) it is
 * taken from the content: 2002 plus the first 29 bits of its hash in seconds. The same content is then always the same
 * version, and loading again changes nothing; other content is another version, whose order among them says nothing.
 */
export function makeObjects(entry: Entry): readonly [JsonObject, JsonObject] {
  const subjectId = `identity--${uuid5(NAMESPACE, entry.key)}`;
  const facts = Object.fromEntries(
    Object.entries(entry.facts)
      .filter(([, list]) => list.length > 0)
      .map(([key, list]) => [key, [...list]]),
  );
  const subject: JsonObject = {
    name: entry.name,
    identity_class: entry.subjectClass,
    extensions: {
      [SUBJECT_EXTENSION_ID]: {
        extension_type: "property-extension",
        list_key: entry.key,
        ...(entry.aliases.length === 0 ? {} : { aliases: entry.aliases.map((alias) => ({ ...alias })) }),
        ...facts,
      },
    },
  };
  const designation: JsonObject = {
    name: entry.name,
    authority: entry.authority,
    list: entry.list,
    list_reference: entry.reference,
    ...(entry.programmes.length === 0 ? {} : { programmes: [...entry.programmes] }),
    ...(entry.legalBasis === undefined ? {} : { legal_basis: entry.legalBasis }),
    ...(entry.listedOn === undefined ? {} : { listed_on: entry.listedOn }),
    ...(entry.amendedOn === undefined || entry.amendedOn.length === 0 ? {} : { amended_on: [...entry.amendedOn] }),
    ...(entry.remarks === undefined ? {} : { remarks: entry.remarks }),
    subject_ref: subjectId,
    subject_class: entry.subjectClass,
    source_name: entry.source,
    extensions: { [DESIGNATION_EXTENSION_ID]: { extension_type: "new-sdo" } },
  };
  return [
    dated("identity", subjectId, subject, entry),
    dated("designation", `designation--${uuid5(NAMESPACE, `designation ${entry.key}`)}`, designation, entry),
  ];
}

function dated(type: string, id: string, content: JsonObject, entry: Entry): JsonObject {
  const dates = [entry.listedOn ?? "", ...(entry.amendedOn ?? [])].filter((date) => /^\d{4}-\d{2}-\d{2}$/.test(date));
  const latest = dates.toSorted().at(-1);
  // Within the day, so that two states of a list that share a last date but not their content are two versions.
  const spread = Number.parseInt(sha256Hex(canonicalJson(content)).slice(0, 8), 16);
  const modified =
    latest === undefined
      ? new Date(Date.UTC(2002, 0, 1) + (spread % 2 ** 29) * 1000).toISOString()
      : new Date(Date.parse(`${latest}T00:00:00Z`) + (spread % 86_400_000)).toISOString();
  return {
    type,
    spec_version: "2.1",
    id,
    created: CREATED,
    modified: modified < CREATED ? CREATED : modified,
    ...content,
  };
}
