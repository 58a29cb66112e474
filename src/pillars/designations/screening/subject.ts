import { isJsonObject, type JsonObject } from "#base";
import { fieldText } from "#stix";
import {
  type BirthRange,
  countryOf,
  documentNumber,
  type Facts,
  looksLikeOrganisation,
  type NameType,
  parseBirth,
} from "../matching/index.ts";
import { SUBJECT_EXTENSION_ID } from "../types.ts";

interface ListedName {
  readonly name: string;
  /** The list itself calls it weak or of low quality. */
  readonly weak: boolean;
}

/** One entry of one list, as screening sees it. */
export interface ScreenSubject {
  /** The list's own key: `ofac:26953`. */
  readonly key: string;
  readonly list: string;
  readonly reference: string;
  readonly subjectId: string;
  readonly designationId: string;
  /** Of the records that it was read from: another version is another state of the entry. */
  readonly version: string;
  readonly type: NameType;
  readonly name: string;
  /** The name first, then the aliases. */
  readonly names: readonly ListedName[];
  readonly facts: Facts;
}

const objects = (value: unknown): JsonObject[] => (Array.isArray(value) ? value.filter(isJsonObject) : []);
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];

/** An entry from its two records: the subject (an identity) and the act of listing it. `null` when they are not such. */
export function readSubject(subject: JsonObject, designation: JsonObject): ScreenSubject | null {
  const extensions = subject["extensions"];
  const said = isJsonObject(extensions) ? extensions[SUBJECT_EXTENSION_ID] : undefined;
  const name = fieldText(subject, "name");
  if (!isJsonObject(said) || name === "") return null;
  const aliases = objects(said["aliases"]).flatMap((alias) => {
    const alternate = fieldText(alias, "name");
    return alternate === "" ? [] : [{ name: alternate, weak: /^(?:low|weak)$/i.test(fieldText(alias, "quality")) }];
  });
  return {
    key: fieldText(said, "list_key"),
    list: fieldText(designation, "list"),
    reference: fieldText(designation, "list_reference"),
    subjectId: fieldText(subject, "id"),
    designationId: fieldText(designation, "id"),
    version: [fieldText(subject, "modified"), fieldText(designation, "modified")].toSorted().at(-1) ?? "",
    type: typeOf(subject, said, name),
    name,
    names: [{ name, weak: false }, ...aliases],
    facts: readFacts(said, fieldText(designation, "remarks")),
  };
}

function typeOf(subject: JsonObject, said: JsonObject, name: string): NameType {
  const kind = fieldText(said, "subject_kind");
  if (kind === "vessel" || kind === "aircraft" || said["vessel_type"] !== undefined || said["call_sign"] !== undefined)
    return "vessel";
  const identity = fieldText(subject, "identity_class");
  if (kind === "person" || identity === "individual") return "person";
  if (kind === "organization" || identity === "organization") return "organization";
  return looksLikeOrganisation(name) ? "organization" : "vessel";
}

/** Birth data, countries and documents: as ranges where the registry read them, else as the list wrote them. */
function readFacts(said: JsonObject, remarks: string): Facts {
  const ranges = objects(said["births"]).flatMap((birth): BirthRange[] => {
    const [from, to] = [fieldText(birth, "from"), fieldText(birth, "to")];
    if (from === "" || to === "") return [];
    return [{ from, to, ...(fieldText(birth, "precision") === "approximate" ? { approximate: true } : {}) }];
  });
  const written = [
    ...objects(said["birth_dates"]).map((birth) => writtenBirth(birth)),
    ...[...remarks.matchAll(/\bDOB ([^;.]{4,40})/g)].map((found) => found[1] ?? ""),
  ].flatMap((text) => parseBirth(text) ?? []);
  const countries = [
    ...texts(said["nationalities"]),
    ...objects(said["places"]).map((place) => fieldText(place, "country")),
    ...objects(said["addresses"]).map((place) => fieldText(place, "country")),
    ...objects(said["identifiers"]).map((one) => fieldText(one, "country")),
    ...objects(said["birth_places"]).map((place) => fieldText(place, "country")),
    ...[...remarks.matchAll(/\b(?:nationality|citizen) ([A-Z][A-Za-z ]{2,40})/g)].map((found) => found[1] ?? ""),
  ];
  const documents = [
    ...objects(said["identifiers"]).map((one) => fieldText(one, "value")),
    ...objects(said["documents"]).map((one) => fieldText(one, "number")),
    ...[
      ...remarks.matchAll(/\b(?:Passport|National ID No\.|Tax ID No\.|IMO|Identification Number) ?([A-Z0-9-]{5,20})/g),
    ].map((found) => found[1] ?? ""),
  ];
  return {
    births: ranges.length > 0 ? ranges : written,
    countries: [...new Set(countries.filter((text) => text !== "").map(countryOf))],
    identifiers: [...new Set(documents.flatMap((text) => documentNumber(text) ?? []))],
  };
}

/** The UN's children of INDIVIDUAL_DATE_OF_BIRTH. */
function writtenBirth(birth: JsonObject): string {
  const about = /approx/i.test(fieldText(birth, "type_of_date")) ? "circa " : "";
  const [from, to] = [fieldText(birth, "from_year"), fieldText(birth, "to_year")];
  if (from !== "" && to !== "") return `${from} to ${to}`;
  return `${about}${fieldText(birth, "date") || fieldText(birth, "year")}`;
}
