import { createReadStream } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Source } from "#intake";
import { accept, coreTypes, TypeRegistry } from "#stix";
import type { Entry } from "../entry.ts";
import { makeObjects } from "../make.ts";
import { designationType } from "../types.ts";
import { readBirth, readDay } from "./birth.ts";
import { euXml } from "./eu-xml.ts";
import type { ListFormat } from "./format.ts";
import { nationalCsv } from "./national-csv.ts";
import { ofacAdvanced } from "./ofac-advanced.ts";
import { readRemarks } from "./ofac-remarks.ts";
import { ukCsv } from "./uk-csv.ts";

const fixtures = resolve(import.meta.dirname, "../fixtures");
const fourthSchedule = nationalCsv({ id: "pk-fourth-schedule", authority: "A", title: "T", kind: "person" });
const proscribed = nationalCsv({ id: "pk-proscribed", authority: "A", title: "T", kind: "organization" });
const registry = new TypeRegistry([...coreTypes, designationType]);

function file(name: string): Source {
  const path = join(fixtures, name);
  return {
    name: basename(path),
    size: null,
    // Small pieces: nothing may depend on where a file is cut.
    open: () => createReadStream(path, { highWaterMark: 61 }),
    sibling: (other) => file(join(dirname(name), other)),
  };
}
const inline = (text: string | Uint8Array): Source => ({
  name: "list",
  size: null,
  async *open() {
    yield Buffer.from(text);
  },
  sibling: () => null,
});

async function read(format: ListFormat, source: Source) {
  const entries = new Map<string, Entry>();
  const problems: string[] = [];
  let dated: string | null = null;
  for await (const item of format.read(source, new AbortController().signal)) {
    if (item.kind === "problem") problems.push(item.code);
    else if (item.kind === "dated") dated = item.on;
    else {
      entries.set(item.entry.key, item.entry);
      for (const object of makeObjects(item.entry)) {
        const accepted = accept(JSON.stringify(object), registry, { now: "2026-06-01T00:00:00.000000Z" });
        expect(accepted.ok ? [] : accepted.errors).toEqual([]);
      }
    }
  }
  return { entries, problems, dated };
}

describe("the UK Sanctions List", () => {
  test("rows of one Unique ID are one entry; the UN's reference is kept; the ship by its IMO number", async () => {
    const { entries, problems, dated } = await read(ukCsv, file("uk.csv"));
    expect(dated).toBe("2026-02-26");
    expect([...entries.keys()]).toEqual(["uk:AQD0103", "uk:AQD0999", "uk:XYZ0001"]);
    expect(entries.get("uk:AQD0103")).toMatchObject({
      name: "TEHRIK-E TALIBAN PAKISTAN (TTP)",
      kind: "organization",
      otherKeys: ["un:QDe.132"],
      listedOn: "2011-07-29",
      aliases: [
        { name: "تحریک طالبان پاکستان", kind: "original-script", script: "Arab", language: "Urdu" },
        { name: "PAKISTANI TALIBAN", kind: "aka", quality: "Good quality a.k.a" },
      ],
      unmapped: { "Sanctions Imposed": "Asset freeze|Arms embargo" },
    });
    expect(entries.get("uk:AQD0999")).toMatchObject({
      name: "NOOR WALI MEHSUD",
      births: [
        { precision: "exact", from: "1978-06-26", to: "1978-06-26" },
        { from: "1979-01-01", to: "1979-12-31" },
      ],
      places: [{ text: "Lamman, Barmal District, Afghanistan", country: "Afghanistan" }],
    });
    expect(entries.get("uk:XYZ0001")).toMatchObject({
      kind: "vessel",
      identifiers: [{ kind: "imo", value: "8909575" }],
      unmapped: { "Type of ship": "Products tanker" },
    });
    expect(problems.toSorted()).toEqual(["date-impossible", "row-malformed"]);
  });
  test("without its header, nothing is read, and that is told", async () => {
    const { entries, problems } = await read(ukCsv, inline("Report Date: 26-Feb-2026\r\na,b\r\nc,d\r\n"));
    expect([entries.size, problems]).toEqual([0, ["header-missing"]]);
  });
});

describe("the EU's consolidated list", () => {
  test("names with strength and language, births of both calendars, documents; the entry whole beside", async () => {
    const { entries, problems, dated } = await read(euXml, file("eu.xml"));
    expect([dated, problems]).toEqual(["2026-02-20", []]);
    expect(entries.get("eu:EU.2601.48")).toMatchObject({
      name: "Tehrik-e Taliban Pakistan",
      otherKeys: ["un:QDe.132"],
      programmes: ["TAQA"],
      legalBasis: "796/2011 (OJ L 205)",
      aliases: [
        { name: "TTP", kind: "aka", quality: "weak" },
        { name: "تحریک طالبان پاکستان", kind: "original-script", script: "Arab", language: "UR" },
      ],
    });
    const person = entries.get("eu:EU.6330.88");
    expect(person).toMatchObject({
      name: "Noor Wali Mehsud",
      listedOn: "2020-07-20",
      identifiers: [{ kind: "passport", value: "AB1234567", country: "PAKISTAN", note: "(expired)" }],
      places: [{ text: "Lamman, Paktika Province, AFGHANISTAN" }],
      unmapped: { "@logicalId": "125001" },
    });
    // 1398 AH lies in 1977 and 1978.
    expect(person?.births).toMatchObject([
      { precision: "exact", from: "1978-06-26" },
      { precision: "approximate", from: "1977-01-01", to: "1979-12-31" },
      { calendar: "hijri", from: "1977-12-10", to: "1978-12-03" },
    ]);
  });
});

describe("OFAC's advanced XML", () => {
  test("aliases with type, quality and script; documents, places, ties and programmes by number", async () => {
    const { entries, problems, dated } = await read(ofacAdvanced, file("ofac-advanced.xml"));
    expect([dated, problems]).toEqual(["2026-02-20", []]);
    expect(entries.get("ofac:26953")).toMatchObject({
      name: "BALOCHISTAN LIBERATION ARMY",
      kind: "organization",
      programmes: ["SDGT", "FTO"],
      listedOn: "2019-07-02",
      legalBasis: "Executive Order 13224 (Terrorism)",
      aliases: [
        { name: "BLA", kind: "aka", quality: "weak" },
        { name: "MAJEED BRIGADE", kind: "aka" },
        { name: "بلوچستان لبریشن آرمی", kind: "original-script", script: "Arab" },
      ],
      places: [{ text: "Balochistan, Pakistan", country: "Pakistan" }],
      unmapped: { "Organization Established Date": ["2000"] },
    });
    expect(entries.get("ofac:27313")).toMatchObject({
      name: "WALI, Noor",
      kind: "person",
      births: [{ precision: "exact", from: "1978-06-26", to: "1978-06-26" }],
      identifiers: [{ kind: "passport", value: "AB1234567", country: "Pakistan" }],
      relations: [{ kind: "Acting for or on behalf of", key: "ofac:12206" }],
      facts: { nationalities: ["Pakistan"], genders: ["Male"] },
    });
  });
});

describe("national lists as CSV", () => {
  test("persons of one name are told apart by CNIC; what is impossible is listed and kept", async () => {
    const { entries, problems } = await read(fourthSchedule, file("pk-fourth-schedule.csv"));
    expect(entries.size).toBe(3);
    expect(entries.get("pk-fourth-schedule:cnic-3520012345671")).toMatchObject({
      relations: [{ kind: "father", name: "Ghulam Example" }],
      identifiers: [{ kind: "national-id", label: "CNIC", value: "35200-1234567-1" }],
      aliases: [{ name: "Aslam Example" }, { name: "محمد اسلم", script: "Arab" }],
      births: [{ precision: "approximate", calendar: "hijri", from: "1968-03-29", to: "1969-03-21" }],
      listedOn: "2021-03-15",
      unmapped: { "Police Station": "City" },
    });
    expect(problems.toSorted()).toEqual(["cnic-malformed", "date-impossible", "date-impossible"]);
  });
  test("organisations by their reference", async () => {
    const { entries } = await read(proscribed, file("pk-proscribed.csv"));
    expect(entries.get("pk-proscribed:PK-008")).toMatchObject({
      kind: "organization",
      aliases: [{ name: "BLA", quality: "weak" }],
      listedOn: "2006-04-07",
    });
  });
});

test.each<[ListFormat, string]>([
  [euXml, "<export><sanctionEntity"],
  [euXml, '<!DOCTYPE x [<!ENTITY a "aa">]><export/>'],
  [ofacAdvanced, "<Sanctions><DateOfIssue><Year>2026"],
  [ofacAdvanced, '<!DOCTYPE x [<!ENTITY a "aa">]><Sanctions/>'],
])("%o: a broken or hostile file is told", async (format, text) => {
  const { problems } = await read(format, inline(text));
  expect(problems.some((code) => ["xml-syntax", "doctype"].includes(code))).toBe(true);
});
test("XML that is not the text that it says it is", async () => {
  const bytes = Buffer.concat([
    Buffer.from('<?xml version="1.0" encoding="UTF-8"?><export><x>'),
    Buffer.from([0xff, 0xe9]),
    Buffer.from("</x></export>"),
  ]);
  expect((await read(euXml, inline(bytes))).problems).toEqual(["encoding"]);
  const latin = Buffer.from(
    '<?xml version="1.0" encoding="windows-1252"?><export><sanctionEntity euReferenceNumber="EU.1"><nameAlias wholeName="Pe\u00f1a"/></sanctionEntity></export>',
    "latin1",
  );
  expect((await read(euXml, inline(latin))).entries.get("eu:EU.1")?.name).toBe("Peña");
});

describe("birth dates", () => {
  test.each<[string, string | undefined, string | undefined, string]>([
    ["26 Jun 1978", "1978-06-26", "1978-06-26", "exact"],
    ["1978-06-26", "1978-06-26", "1978-06-26", "exact"],
    ["Jun 1978", "1978-06-01", "1978-06-30", "exact"],
    ["June 26, 1978", "1978-06-26", "1978-06-26", "exact"],
    ["1938", "1938-01-01", "1938-12-31", "exact"],
    ["circa 1964", "1964-01-01", "1964-12-31", "approximate"],
    ["circa 1964 to 1966", "1964-01-01", "1966-12-31", "approximate"],
    ["1964-1966", "1964-01-01", "1966-12-31", "between"],
    ["between 1964 and 1966", "1964-01-01", "1966-12-31", "between"],
    ["01 Jan 1964 to 31 Dec 1966", "1964-01-01", "1966-12-31", "between"],
    ["00/00/1970", "1970-01-01", "1970-12-31", "exact"],
    ["dd/03/1970", "1970-03-01", "1970-03-31", "exact"],
    ["1970s", "1970-01-01", "1979-12-31", "approximate"],
    ["1388 AH", "1968-03-29", "1969-03-21", "approximate"],
    ["31 Feb 1970", undefined, undefined, "exact"],
    ["13/13/1970", undefined, undefined, "exact"],
    ["1966 to 1964", undefined, undefined, "between"],
    ["unknown", undefined, undefined, "exact"],
  ])("%s", (words, from, to, precision) => {
    const birth = readBirth(words);
    expect([birth.from, birth.to, birth.precision, birth.text]).toEqual([from, to, precision, words]);
  });
  test("a day that is read is that day, in each of its forms", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date("1900-01-01"), max: new Date("2099-12-31"), noInvalidDate: true }),
        (date) => {
          const day = date.toISOString().slice(0, 10);
          const [year, month, number] = day.split("-");
          expect(readBirth(day)).toMatchObject({ from: day, to: day });
          expect(readDay(`${number}/${month}/${year}`)).toBe(day);
        },
      ),
    );
  });
  test("a year of the Islamic calendar holds the days that ICU puts in it", () => {
    const icu = new Intl.DateTimeFormat("en-u-ca-islamic-civil", { year: "numeric", timeZone: "UTC" });
    fc.assert(
      fc.property(
        fc.date({ min: new Date("1900-01-01"), max: new Date("2030-12-31"), noInvalidDate: true }),
        (date) => {
          const year = /\d{4}/.exec(icu.format(date))?.[0] ?? "";
          const { from = "", to = "" } = readBirth(`${year} AH`);
          const day = date.toISOString().slice(0, 10);
          expect(from <= day && day <= to).toBe(true);
        },
      ),
    );
  });
  test("no words make a range that ends before it begins, or throw", () => {
    fc.assert(
      fc.property(fc.string(), (words) => {
        const { from, to } = readBirth(words);
        expect(from === undefined || to === undefined || from <= to).toBe(true);
      }),
    );
  });
});

test("OFAC's remarks: births, documents, ties, weak aliases", () => {
  expect(
    readRemarks(
      "DOB 10 Sep 1964; alt. DOB circa 1968; POB Quetta, Pakistan; nationality Pakistan; Gender Male; Passport J349992 (Pakistan) issued 01 Jan 2001; National ID No. 2083655452 (Saudi Arabia); a.k.a. 'TURAB, Abu'; Linked To: TALIBAN.",
    ),
  ).toMatchObject({
    births: [{ from: "1964-09-10" }, { precision: "approximate", from: "1968-01-01" }],
    birthPlaces: ["Quetta, Pakistan"],
    nationalities: ["Pakistan"],
    identifiers: [
      { kind: "passport", value: "J349992", country: "Pakistan", note: "issued 01 Jan 2001" },
      { kind: "national-id", value: "2083655452", country: "Saudi Arabia" },
    ],
    aliases: [{ name: "TURAB, Abu", quality: "weak" }],
    relations: [{ kind: "linked-to", name: "TALIBAN" }],
  });
});
