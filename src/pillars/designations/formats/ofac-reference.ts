import type { Source } from "#intake";
import type { Address, Identifier } from "../entry.ts";
import type { Problem } from "./format.ts";
import { identifierKind } from "./ofac-remarks.ts";
import { all, attribute, type Element, textOf, within, xmlElements } from "./xml.ts";

/** What stands beside the parties of the advanced XML, and is joined to them by number. */
export interface Beside {
  /** Words of the reference value sets: `AliasType 1400` → `A.K.A.`. */
  readonly words: Map<string, string>;
  readonly locations: Map<string, Address>;
  /** Documents by the identity that they belong to. */
  readonly documents: Map<string, Identifier[]>;
  /** Entries on lists by profile. */
  readonly entries: Map<string, SanctionsEntry[]>;
  /** Ties by the profile that they go out from. */
  readonly ties: Map<string, { readonly kind: string; readonly to: string }[]>;
  issuedOn: string | null;
}

interface SanctionsEntry {
  readonly list: string;
  readonly programmes: readonly string[];
  readonly bases: readonly string[];
  /** The first event's date, as the list gives it. */
  readonly listedOn: string | null;
}

/** Reference values are small elements of these names, each with an ID. */
const VALUES = [
  "AliasType",
  "AreaCode",
  "Country",
  "DetailReference",
  "FeatureType",
  "IDRegDocType",
  "LegalBasis",
  "List",
  "LocPartType",
  "NamePartType",
  "PartySubType",
  "PartyType",
  "RelationType",
  "SanctionsProgram",
  "SanctionsType",
  "Script",
  "EntryEventType",
  "CalendarType",
] as const;

const WANTED = new Set<string>([
  ...VALUES,
  "DateOfIssue",
  "Location",
  "IDRegDocument",
  "SanctionsEntry",
  "ProfileRelationship",
]);

/** One reading of the file for all that parties refer to, wherever in the file it stands. */
export async function* readBeside(source: Source, beside: Beside, signal: AbortSignal): AsyncGenerator<Problem> {
  // Parties are read in the second reading; here their many elements are passed over.
  for await (const item of xmlElements(source, WANTED, signal)) {
    if (item.kind === "problem") yield item;
    if (item.kind === "element") keep(item.element, beside);
  }
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function keep(element: Element, beside: Beside): void {
  const { words } = beside;
  const word = (set: string, id: string): string => words.get(`${set} ${id}`) ?? id;
  switch (element.name) {
    case "DateOfIssue":
      beside.issuedOn = dayOf(element);
      return;
    case "Location":
      beside.locations.set(attribute(element, "ID"), readLocation(element, word));
      return;
    case "IDRegDocument": {
      const document = readDocument(element, word);
      if (document !== null) push(beside.documents, attribute(element, "IdentityID"), document);
      return;
    }
    case "SanctionsEntry":
      push(beside.entries, attribute(element, "ProfileID"), readSanctions(element, word));
      return;
    case "ProfileRelationship": {
      const former = attribute(element, "Former") === "true" ? "former " : "";
      const kind = `${former}${word("RelationType", attribute(element, "RelationTypeID"))}`;
      push(beside.ties, attribute(element, "From-ProfileID"), { kind, to: attribute(element, "To-ProfileID") });
      return;
    }
    default:
      keepValue(element, words);
  }
}

function keepValue(element: Element, words: Map<string, string>): void {
  const id = attribute(element, "ID");
  const text = element.text.trim();
  switch (element.name) {
    case "AreaCode":
      words.set(`AreaCode ${id}`, attribute(element, "Description") || text);
      return;
    case "LegalBasis":
      words.set(`LegalBasis ${id}`, attribute(element, "LegalBasisShortRef") || text);
      return;
    case "Script":
      words.set(`Script ${id}`, attribute(element, "ScriptCode") || text);
      return;
    case "PartySubType":
      words.set(`PartySubType ${id}`, text);
      words.set(`PartyTypeOf ${id}`, attribute(element, "PartyTypeID"));
      return;
    default:
      words.set(`${element.name} ${id}`, text);
  }
}

type Word = (set: string, id: string) => string;

/** `Year`, `Month` and `Day` below an element, as far as they are given; `null` when there is no year. */
export function dateWords(element: Element | undefined): string | null {
  const parts = ["Year", "Month", "Day"].map((name) => (element === undefined ? "" : textOf(element, name)));
  const [year = "", month = "", day = ""] = parts;
  if (year === "") return null;
  return [year.padStart(4, "0"), month, day]
    .filter((part) => part !== "")
    .map((part) => part.padStart(2, "0"))
    .join("-");
}

function dayOf(element: Element | undefined): string | null {
  const words = dateWords(element);
  return words !== null && /^\d{4}-\d{2}-\d{2}$/.test(words) ? words : null;
}

function readLocation(element: Element, word: Word): Address {
  const parts = all(element, "LocationPart").flatMap((part) => {
    const value = within(part, "LocationPartValue", "Value")[0]?.text.trim() ?? "";
    const type = word("LocPartType", attribute(part, "LocPartTypeID"));
    // OFAC writes `Unknown` where it has nothing.
    return value === "" || type.toUpperCase() === "UNKNOWN" ? [] : [value];
  });
  const [country] = all(element, "LocationCountry").map((one) => word("Country", attribute(one, "CountryID")));
  const [area] = all(element, "LocationAreaCode").map((one) => word("AreaCode", attribute(one, "AreaCodeID")));
  const place = country ?? area;
  const text = [...parts, place ?? ""].filter((part) => part !== "").join(", ");
  return { text: text || "unknown", ...(place === undefined || place === "" ? {} : { country: place }) };
}

function readDocument(element: Element, word: Word): Identifier | null {
  const value = textOf(element, "IDRegistrationNo");
  if (value === "") return null;
  const label = word("IDRegDocType", attribute(element, "IDRegDocTypeID"));
  const countryId = attribute(element, "IssuedBy-CountryID");
  const comment = textOf(element, "Comment");
  return {
    kind: identifierKind(label),
    value,
    label,
    ...(countryId === "" ? {} : { country: word("Country", countryId) }),
    ...(comment === "" ? {} : { note: comment }),
  };
}

function readSanctions(element: Element, word: Word): SanctionsEntry {
  const events = all(element, "EntryEvent");
  const measures = all(element, "SanctionsMeasure");
  const programmes = measures
    .filter((one) => /program/i.test(word("SanctionsType", attribute(one, "SanctionsTypeID"))))
    .map((one) => textOf(one, "Comment"));
  const dates = events.flatMap((one) => dayOf(all(one, "Date")[0]) ?? []).toSorted();
  return {
    list: word("List", attribute(element, "ListID")),
    programmes: programmes.filter((code) => code !== ""),
    bases: events.map((one) => word("LegalBasis", attribute(one, "LegalBasisID"))).filter((basis) => basis !== ""),
    listedOn: dates[0] ?? null,
  };
}
