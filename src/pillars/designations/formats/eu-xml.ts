import type { Address, Alias, Birth, Entry, Identifier, SubjectKind } from "../entry.ts";
import { hijriSpan, readBirth, readDay } from "./birth.ts";
import type { ListFormat, ListItem } from "./format.ts";
import { identifierKind } from "./ofac-remarks.ts";
import { scriptOf } from "./script.ts";
import { uniq } from "./table.ts";
import { all, attribute, type Element, textOf, whole, xmlElements } from "./xml.ts";

const ENTRIES = new Set(["sanctionEntity"]);

/** The consolidated list of persons and entities under EU financial sanctions (XML, schema 1.1): values stand in attributes. */
export const euXml: ListFormat = {
  name: "eu-consolidated-xml",
  title: "EU consolidated financial sanctions list (XML)",
  sniff: (head) => /fpi\/fsd\/export|<(?:\w+:)?export[\s>][^]*sanctionEntity/.test(new TextDecoder().decode(head)),
  async *read(source, signal) {
    for await (const item of xmlElements(source, ENTRIES, signal)) {
      if (item.kind === "problem") yield item;
      else if (item.kind === "element") yield* readElement(source.name, item.element, item.place);
      else {
        const on = item.attributes["generationDate"];
        if (on !== undefined && /^\d{4}-\d{2}-\d{2}/.test(on)) yield { kind: "dated", on: on.slice(0, 10) };
      }
    }
  },
};

function* readElement(source: string, element: Element, place: string): Generator<ListItem> {
  const reference = attribute(element, "euReferenceNumber") || attribute(element, "logicalId");
  const names = all(element, "nameAlias").filter((alias) => nameOf(alias) !== "");
  const [primary] = names;
  if (reference === "" || primary === undefined) {
    const message = "an entry needs a reference and a name";
    yield { kind: "problem", place, code: "entry-malformed", message };
    return;
  }
  const births = all(element, "birthdate").flatMap(readBirthdate);
  const regulations = all(element, "regulation");
  const dates = regulations.flatMap((one) => readDay(attribute(one, "publicationDate")) ?? []).toSorted();
  const listedOn = readDay(attribute(element, "designationDate"));
  const un = attribute(element, "unitedNationId");
  const remarks = all(element, "remark")
    .map((one) => one.text.trim())
    .filter((text) => text !== "");
  const entry: Entry = {
    key: `eu:${reference}`,
    name: nameOf(primary),
    ...classOf(attribute(all(element, "subjectType")[0], "code")),
    aliases: names.slice(1).map(readAlias),
    authority: "European Union: Council",
    list: "Consolidated list of persons, groups and entities subject to EU financial sanctions",
    reference,
    programmes: uniq(regulations.map((one) => attribute(one, "programme"))),
    legalBasis: uniq(regulations.map((one) => attribute(one, "numberTitle"))).join("; ") || "Treaty on European Union",
    source,
    amendedOn: uniq(dates),
    ...(listedOn === null ? {} : { listedOn }),
    ...(remarks.length === 0 ? {} : { remarks: remarks.join("\n") }),
    births,
    identifiers: all(element, "identification").flatMap(readIdentification),
    places: all(element, "address").flatMap(readAddress),
    otherKeys: un === "" ? [] : [`un:${un}`],
    facts: {
      titles: uniq(names.map((one) => attribute(one, "title"))),
      positions: uniq(names.map((one) => attribute(one, "function"))),
      genders: uniq(names.map((one) => attribute(one, "gender"))),
      nationalities: uniq(all(element, "citizenship").map((one) => attribute(one, "countryDescription"))),
      birth_places: uniq(
        all(element, "birthdate").map((one) => joined(one, ["city", "place", "region", "countryDescription"])),
      ),
      designation_details: uniq([attribute(element, "designationDetails")]),
    },
    // Values stand in attributes of many kinds: the entry is kept whole beside what is read out of it.
    unmapped: whole(element),
  };
  yield { kind: "entry", entry, place };
  for (const birth of births)
    if (birth.from === undefined)
      yield { kind: "problem", place, code: "date-impossible", message: `${reference}: born ${birth.text} is no date` };
}

const joined = (element: Element, names: readonly string[]): string =>
  names
    .map((name) => attribute(element, name))
    .filter((part) => part !== "" && part.toUpperCase() !== "UNKNOWN")
    .join(", ");

function nameOf(alias: Element): string {
  const parts = ["firstName", "middleName", "lastName"].map((part) => attribute(alias, part));
  return attribute(alias, "wholeName") || parts.filter((part) => part !== "").join(" ");
}

function readAlias(alias: Element): Alias {
  const name = nameOf(alias);
  const language = attribute(alias, "nameLanguage");
  const script = scriptOf(name);
  return {
    name,
    kind: script.script === undefined ? "aka" : "original-script",
    quality: attribute(alias, "strong") === "false" ? "weak" : "strong",
    ...script,
    ...(language === "" ? {} : { language }),
  };
}

function classOf(code: string): Pick<Entry, "subjectClass"> & { readonly kind: SubjectKind } {
  if (code === "person") return { subjectClass: "individual", kind: "person" };
  return { subjectClass: "organization", kind: "organization" };
}

function readBirthdate(birth: Element): Birth[] {
  const get = (name: string): string => attribute(birth, name);
  const [from, to] = [get("yearRangeFrom"), get("yearRangeTo")];
  const parts = [get("year"), get("monthOfYear"), get("dayOfMonth")].filter((part) => part !== "" && part !== "0");
  const words =
    get("birthdate") ||
    (parts.length > 0 ? parts.map((part) => part.padStart(2, "0")).join("-") : "") ||
    (from !== "" && to !== "" ? `${from} to ${to}` : "");
  if (words === "") return [];
  if (/islam|hijri/i.test(get("calendarType"))) {
    const [year, month, day] = words.split("-").map(Number);
    const span = hijriSpan(year ?? 0, month ?? null, day ?? null);
    return [{ precision: "approximate", ...span, calendar: "hijri", text: words }];
  }
  return [{ ...readBirth(get("circa") === "true" ? `circa ${words}` : words), text: words }];
}

function readIdentification(document: Element): Identifier[] {
  const get = (name: string): string => attribute(document, name);
  const value = get("number") || get("latinNumber");
  if (value === "") return [];
  const label = get("identificationTypeDescription") || get("identificationTypeCode");
  const country = get("countryDescription");
  const note = [
    ...all(document, "remark").map((one) => one.text.trim()),
    get("knownFalse") === "true" ? "known to be false" : "",
  ]
    .filter((part) => part !== "")
    .join("; ");
  return [
    {
      kind: identifierKind(`${get("identificationTypeCode")} ${label}`),
      value,
      label,
      ...(country === "" ? {} : { country }),
      ...(note === "" ? {} : { note }),
    },
  ];
}

function readAddress(address: Element): Address[] {
  const text = joined(address, ["street", "poBox", "city", "place", "zipCode", "region", "countryDescription"]);
  const country = attribute(address, "countryDescription");
  const remark = textOf(address, "remark");
  if (text === "" && remark === "") return [];
  return [{ text: text || remark, ...(country === "" ? {} : { country }) }];
}
