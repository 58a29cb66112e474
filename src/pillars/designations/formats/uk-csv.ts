import type { JsonObject } from "#base";
import type { Address, Alias, Entry, Identifier, SubjectKind } from "../entry.ts";
import { readBirth, readDay } from "./birth.ts";
import { csvRows, headText } from "./csv.ts";
import type { ListFormat, ListItem } from "./format.ts";
import { scriptOf } from "./script.ts";
import { columnKey, type Table, tableOf, uniq } from "./table.ts";

/** Rows of one list; the whole of it has some 20,000. */
const MAX_ROWS = 500_000;

/**
 * The UK Sanctions List of the Foreign, Commonwealth and Development Office (CSV): the report's date in the first line, then
 * one row for each name and each other value of an entry, tied by the Unique ID. Since 28 January 2026 it is the only UK list.
 */
export const ukCsv: ListFormat = {
  name: "uk-sanctions-list-csv",
  title: "UK Sanctions List (CSV)",
  sniff(head) {
    const text = headText(head);
    return /unique id/i.test(text) && /ofsi group id|un reference number/i.test(text);
  },
  async *read(source, signal) {
    const groups = new Map<string, { readonly rows: JsonObject[]; readonly line: number }>();
    let table: Table | null = null;
    let rows = 0;
    for await (const row of csvRows(source)) {
      if (signal.aborted) return;
      if (row.kind === "problem") {
        yield row;
        continue;
      }
      const place = `${source.name}, line ${row.line}`;
      if (table === null) {
        const date = /report date:?\s*(\S+)/i.exec(row.cells.join(" "));
        const on = date === null ? null : (readDay((date[1] ?? "").replaceAll("-", " ")) ?? readDay(date[1] ?? ""));
        if (on !== null) yield { kind: "dated", on };
        table = tableOf(row.cells, "uniqueid");
        continue;
      }
      if (++rows > MAX_ROWS) {
        yield { kind: "problem", place, code: "csv-cut", message: `more than ${MAX_ROWS} rows` };
        break;
      }
      const record = table.read(row.cells);
      const id = value(record, "uniqueid");
      if (id === "" || row.cells.length > table.width) {
        const message =
          id === "" ? "a row needs a Unique ID" : `the row has ${row.cells.length} columns, not ${table.width}`;
        yield { kind: "problem", place, code: id === "" ? "row-malformed" : "row-columns", message };
        continue;
      }
      const group = groups.get(id);
      if (group === undefined) groups.set(id, { rows: [record], line: row.line });
      else group.rows.push(record);
    }
    if (table === null) {
      yield { kind: "problem", place: source.name, code: "header-missing", message: "no row names the columns" };
      return;
    }
    for (const [id, group] of groups) yield* readGroup(source.name, id, group.rows, group.line, table);
  },
};

const value = (row: JsonObject, name: string): string => {
  const found = row[name];
  return typeof found === "string" ? found : "";
};

const MAPPED = new Set(
  [
    "Last Updated",
    "Unique ID",
    "OFSI Group ID",
    "UN Reference Number",
    "Name type",
    "Alias strength",
    "Title",
    "Name non-latin script",
    "Non-latin script type",
    "Non-latin script language",
    "Regime Name",
    "Designation Type",
    "Designation source",
    "Other Information",
    "UK Statement of Reasons",
    "Address Country",
    "Address Postal Code",
    "Date Designated",
    "D.O.B",
    "Nationality(/ies)",
    "National Identifier number",
    "National Identifier additional information",
    "Passport number",
    "Passport additional information",
    "Position",
    "Gender",
    "Town of birth",
    "Country of birth",
    "IMO number",
    "Business registration number (s)",
    ...[1, 2, 3, 4, 5, 6].flatMap((n) => [`Name ${n}`, `Address Line ${n}`]),
  ].map(columnKey),
);

function* readGroup(
  source: string,
  id: string,
  rows: readonly JsonObject[],
  line: number,
  table: Table,
): Generator<ListItem> {
  const place = `${source}, line ${line}`;
  const primary = rows.find((row) => /^primary name$/i.test(value(row, "nametype"))) ?? rows[0];
  const name = primary === undefined ? "" : nameOf(primary);
  if (primary === undefined || name === "") {
    yield { kind: "problem", place, code: "entry-malformed", message: `${id} has no name` };
    return;
  }
  const all = (column: string): string[] => uniq(rows.map((row) => value(row, column)));
  const births = all("dob").map((words) => readBirth(words));
  const [listedOn] = all("datedesignated").map(readDay);
  const amended = all("lastupdated").flatMap((words) => readDay(words) ?? []);
  const remarks = all("otherinformation").join("\n");
  const un = value(primary, "unreferencenumber");
  const type = value(primary, "designationtype");
  const entry: Entry = {
    key: `uk:${id}`,
    name,
    ...classOf(type),
    aliases: aliasesOf(rows, primary, name),
    authority: "United Kingdom: Foreign, Commonwealth and Development Office",
    list: "UK Sanctions List",
    reference: id,
    programmes: all("regimename"),
    legalBasis: "Sanctions and Anti-Money Laundering Act 2018",
    source,
    amendedOn: amended,
    ...(listedOn === undefined || listedOn === null ? {} : { listedOn }),
    ...(remarks === "" ? {} : { remarks }),
    births,
    identifiers: identifiersOf(rows),
    places: placesOf(rows),
    otherKeys: un === "" ? [] : [`un:${un}`],
    facts: {
      titles: all("title"),
      positions: all("position"),
      nationalities: all("nationalityies"),
      genders: all("gender"),
      birth_places: uniq(
        rows.map((row) =>
          [value(row, "townofbirth"), value(row, "countryofbirth")].filter((part) => part !== "").join(", "),
        ),
      ),
      statement_of_reasons: all("ukstatementofreasons"),
      ofsi_group_ids: all("ofsigroupid"),
      designation_sources: all("designationsource"),
    },
    unmapped: table.rest(rows, MAPPED),
  };
  yield { kind: "entry", entry, place };
  for (const birth of births)
    if (birth.from === undefined)
      yield { kind: "problem", place, code: "date-impossible", message: `${id}: born ${birth.text} is no date` };
  for (const words of [...all("datedesignated"), ...all("lastupdated")])
    if (readDay(words) === null)
      yield { kind: "problem", place, code: "date-impossible", message: `${id}: ${words} is no date` };
}

/** Name 6 is the surname or the whole name of a body; 1 to 5 stand before it. */
const nameOf = (row: JsonObject): string =>
  [1, 2, 3, 4, 5, 6]
    .map((n) => value(row, `name${n}`))
    .filter((part) => part !== "")
    .join(" ");

function classOf(type: string): Pick<Entry, "subjectClass"> & { readonly kind: SubjectKind } {
  if (/individual/i.test(type)) return { subjectClass: "individual", kind: "person" };
  if (/ship/i.test(type)) return { subjectClass: "unspecified", kind: "vessel" };
  return { subjectClass: "organization", kind: "organization" };
}

function aliasesOf(rows: readonly JsonObject[], primary: JsonObject, name: string): Alias[] {
  const aliases: Alias[] = [];
  const add = (alias: Alias): void => {
    if (alias.name !== "" && !aliases.some((one) => one.name === alias.name && one.kind === alias.kind))
      aliases.push(alias);
  };
  for (const row of rows) {
    const other = nameOf(row);
    const strength = value(row, "aliasstrength");
    if (row !== primary && other !== name)
      add({
        name: other,
        kind: /variation/i.test(value(row, "nametype")) ? "variation" : "aka",
        ...(strength === "" ? {} : { quality: strength }),
        ...scriptOf(other),
      });
    const original = value(row, "namenonlatinscript");
    const language = value(row, "nonlatinscriptlanguage");
    add({
      name: original,
      kind: "original-script",
      ...scriptOf(original),
      ...(language === "" ? {} : { language }),
    });
  }
  return aliases;
}

function identifiersOf(rows: readonly JsonObject[]): Identifier[] {
  const found = new Map<string, Identifier>();
  const take = (row: JsonObject, kind: string, column: string, notes: string): void => {
    const [number, note] = [value(row, column), value(row, notes)];
    if (number !== "") found.set(`${kind} ${number}`, { kind, value: number, ...(note === "" ? {} : { note }) });
  };
  for (const row of rows) {
    take(row, "passport", "passportnumber", "passportadditionalinformation");
    take(row, "national-id", "nationalidentifiernumber", "nationalidentifieradditionalinformation");
    take(row, "imo", "imonumber", "");
    take(row, "registration", "businessregistrationnumbers", "");
  }
  return [...found.values()];
}

function placesOf(rows: readonly JsonObject[]): Address[] {
  const found = new Map<string, Address>();
  for (const row of rows) {
    const country = value(row, "addresscountry");
    const text = [
      ...[1, 2, 3, 4, 5, 6].map((n) => value(row, `addressline${n}`)),
      value(row, "addresspostalcode"),
      country,
    ]
      .filter((part) => part !== "")
      .join(", ");
    if (text !== "") found.set(text, { text, ...(country === "" ? {} : { country }) });
  }
  return [...found.values()];
}
