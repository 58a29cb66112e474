import type { JsonObject } from "#base";
import type { Address, Alias, Birth, Entry, Identifier } from "../entry.ts";
import { readBirth, readDay } from "./birth.ts";
import type { ListFormat, ListItem, Problem } from "./format.ts";
import { scriptOf } from "./script.ts";
import { all, type Element, plain, textOf, within, xmlElements } from "./xml.ts";

const ENTRIES = new Set(["INDIVIDUAL", "ENTITY"]);

/** The consolidated list of the United Nations Security Council (XML). */
export const unXml: ListFormat = {
  name: "un-consolidated-xml",
  title: "UN Security Council consolidated list (XML)",
  sniff: (head) => /<(?:\w+:)?CONSOLIDATED_LIST[\s>]/.test(new TextDecoder().decode(head)),
  async *read(source, signal) {
    for await (const item of xmlElements(source, ENTRIES, signal)) {
      if (item.kind === "problem") yield item;
      else if (item.kind === "outside") yield* generated(item.attributes["dateGenerated"]);
      else yield* readElement(source.name, item.element, item.place);
    }
  },
};

function* generated(on: string | undefined): Generator<ListItem> {
  if (on !== undefined && /^\d{4}-\d{2}-\d{2}/.test(on)) yield { kind: "dated", on: on.slice(0, 10) };
}

function* readElement(source: string, element: Element, place: string): Generator<ListItem> {
  const person = element.name === "INDIVIDUAL";
  const problems: Problem[] = [];
  const entry = readEntry(source, element, person, (code, message) =>
    problems.push({ kind: "problem", place, code, message }),
  );
  if (entry === null) {
    const message = "an entry needs a reference number and a name";
    yield { kind: "problem", place, code: "entry-malformed", message };
    return;
  }
  yield { kind: "entry", entry, place };
  yield* problems;
}

/** The elements that have a place of their own; the rest is kept as it came. */
const MAPPED = new Set([
  "FIRST_NAME",
  "SECOND_NAME",
  "THIRD_NAME",
  "FOURTH_NAME",
  "UN_LIST_TYPE",
  "REFERENCE_NUMBER",
  "LISTED_ON",
  "COMMENTS1",
  "NAME_ORIGINAL_SCRIPT",
  "TITLE",
  "DESIGNATION",
  "NATIONALITY",
  "LAST_DAY_UPDATED",
  "GENDER",
  "INDIVIDUAL_ALIAS",
  "ENTITY_ALIAS",
  "INDIVIDUAL_ADDRESS",
  "ENTITY_ADDRESS",
  "INDIVIDUAL_DATE_OF_BIRTH",
  "INDIVIDUAL_PLACE_OF_BIRTH",
  "INDIVIDUAL_DOCUMENT",
  "SORT_KEY",
  "SORT_KEY_LAST_MOD",
]);

type Tell = (code: string, message: string) => void;

function readEntry(source: string, element: Element, person: boolean, tell: Tell): Entry | null {
  const reference = textOf(element, "REFERENCE_NUMBER");
  const name = ["FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"]
    .map((part) => textOf(element, part))
    .filter((part) => part !== "")
    .join(" ");
  if (reference === "" || name === "") return null;
  const prefix = person ? "INDIVIDUAL" : "ENTITY";
  const day = (words: string): string[] => {
    const read = readDay(words);
    if (read === null && words !== "") tell("date-impossible", `${reference}: ${words} is no date`);
    return read === null ? [] : [read];
  };
  const [listedOn] = day(textOf(element, "LISTED_ON"));
  const remarks = textOf(element, "COMMENTS1");
  const gender = textOf(element, "GENDER");
  return {
    key: `un:${reference}`,
    name,
    subjectClass: person ? "individual" : "organization",
    aliases: readAliases(element, prefix),
    authority: "United Nations Security Council",
    list: textOf(element, "UN_LIST_TYPE") || "Consolidated List",
    reference,
    programmes: [],
    legalBasis: "United Nations Charter, Chapter VII",
    source,
    amendedOn: values(element, "LAST_DAY_UPDATED").flatMap(day),
    ...(listedOn === undefined ? {} : { listedOn }),
    ...(remarks === "" ? {} : { remarks }),
    births: readBirths(element, reference, tell),
    identifiers: readDocuments(element),
    places: readPlaces(element, prefix),
    facts: {
      titles: values(element, "TITLE"),
      designations: values(element, "DESIGNATION"),
      nationalities: values(element, "NATIONALITY"),
      genders: gender === "" ? [] : [gender],
      birth_dates: plainAll(element, "INDIVIDUAL_DATE_OF_BIRTH"),
      birth_places: plainAll(element, "INDIVIDUAL_PLACE_OF_BIRTH"),
      documents: plainAll(element, "INDIVIDUAL_DOCUMENT"),
      addresses: plainAll(element, `${prefix}_ADDRESS`),
    },
    unmapped: unmapped(element),
  };
}

const values = (element: Element, name: string): string[] =>
  within(element, name, "VALUE")
    .map((value) => value.text.trim())
    .filter((value) => value !== "");

const plainAll = (element: Element, name: string): JsonObject[] =>
  all(element, name)
    .map(plain)
    .filter((value) => Object.keys(value).length > 0);

function readAliases(element: Element, prefix: string): Alias[] {
  const aliases = all(element, `${prefix}_ALIAS`).flatMap((alias): Alias[] => {
    const name = textOf(alias, "ALIAS_NAME");
    if (name === "") return [];
    const quality = textOf(alias, "QUALITY");
    // `a.k.a.` and `f.k.a.` stand where the quality stands, for entities.
    if (/^f\.?k\.?a\.?$/i.test(quality)) return [{ name, kind: "fka", ...scriptOf(name) }];
    if (/^a\.?k\.?a\.?$/i.test(quality) || quality === "") return [{ name, kind: "aka", ...scriptOf(name) }];
    return [{ name, kind: "aka", quality, ...scriptOf(name) }];
  });
  const original = textOf(element, "NAME_ORIGINAL_SCRIPT");
  return original === "" ? aliases : [...aliases, { name: original, kind: "original-script", ...scriptOf(original) }];
}

function readBirths(element: Element, reference: string, tell: Tell): Birth[] {
  return all(element, "INDIVIDUAL_DATE_OF_BIRTH").flatMap((date) => {
    const [type, from, to] = [textOf(date, "TYPE_OF_DATE"), textOf(date, "FROM_YEAR"), textOf(date, "TO_YEAR")];
    const words = textOf(date, "DATE") || textOf(date, "YEAR") || (from !== "" && to !== "" ? `${from} to ${to}` : "");
    if (words === "") return [];
    const birth = readBirth(/approx|circa/i.test(type) ? `circa ${words}` : words);
    if (birth.from === undefined) tell("date-impossible", `${reference}: born ${words} is no date`);
    return [{ ...birth, text: words }];
  });
}

function readDocuments(element: Element): Identifier[] {
  return all(element, "INDIVIDUAL_DOCUMENT").flatMap((document) => {
    const value = textOf(document, "NUMBER");
    if (value === "") return [];
    const label = textOf(document, "TYPE_OF_DOCUMENT");
    const country = textOf(document, "COUNTRY_OF_ISSUE") || textOf(document, "ISSUING_COUNTRY");
    const note = textOf(document, "NOTE");
    return [
      {
        kind: /passport/i.test(label) ? "passport" : /national/i.test(label) ? "national-id" : "other",
        value,
        ...(country === "" ? {} : { country }),
        ...(label === "" ? {} : { label }),
        ...(note === "" ? {} : { note }),
      },
    ];
  });
}

function readPlaces(element: Element, prefix: string): Address[] {
  return all(element, `${prefix}_ADDRESS`).flatMap((address) => {
    const country = textOf(address, "COUNTRY");
    const text = ["STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY"]
      .map((part) => textOf(address, part))
      .filter((part) => part !== "")
      .join(", ");
    return text === "" ? [] : [{ text, ...(country === "" ? {} : { country }) }];
  });
}

function unmapped(element: Element): JsonObject {
  const rest = new Map([...element.children].filter(([name]) => !MAPPED.has(name)));
  return plain({ name: element.name, attributes: {}, text: "", children: rest });
}
