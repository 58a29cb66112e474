import { canonicalJson, type JsonObject, sha256Hex } from "#base";
import type { Alias, Entry, Identifier, SubjectKind } from "../entry.ts";
import { readBirth, readDay } from "./birth.ts";
import { csvRows, headText } from "./csv.ts";
import type { ListFormat, ListItem } from "./format.ts";
import { scriptOf } from "./script.ts";
import { columnKey, type Table, tableOf, uniq } from "./table.ts";

/** What a national list is, where its file does not say it row by row. */
export interface NationalList {
  /** The registry's id, and the prefix of its keys. */
  readonly id: string;
  readonly authority: string;
  readonly title: string;
  readonly legalBasis?: string;
  /** What its entries are, where no column says it. */
  readonly kind: SubjectKind;
}

/** Names by which a column is known; the first is the documented one (docs/lists.md). */
const COLUMNS = {
  reference: ["reference", "ref", "serial", "sno", "sr", "srno", "id"],
  type: ["type", "designationtype"],
  name: ["name", "nameofperson", "nameoforganization", "nameoforganisation", "organization", "organisation"],
  aliases: ["aliases", "alias", "aka"],
  weakAliases: ["weakaliases"],
  original: ["nameoriginal", "nameurdu", "originalscript"],
  father: ["fathername", "fathersname", "fatherhusbandname", "so"],
  cnic: ["cnic", "cnicno", "nationalid"],
  passport: ["passport", "passportno"],
  born: ["born", "dateofbirth", "dob"],
  birthPlace: ["birthplace", "placeofbirth"],
  nationality: ["nationality"],
  gender: ["gender"],
  address: ["address"],
  district: ["district"],
  province: ["province"],
  country: ["country"],
  programme: ["programme", "schedule", "category"],
  legalBasis: ["legalbasis", "law"],
  listedOn: ["listedon", "dateofproscription", "proscribedon", "notificationdate", "dateofnotification", "date"],
  remarks: ["remarks", "note", "notes"],
  authority: ["authority"],
  list: ["list"],
} as const;
type Column = keyof typeof COLUMNS;

const MAPPED = new Set(
  Object.values(COLUMNS)
    .flat()
    .map((name) => columnKey(name)),
);

/** A national list as CSV: a header, then one row an entry. */
export function nationalCsv(national: NationalList): ListFormat {
  return {
    name: "national-csv",
    title: `${national.title} (CSV)`,
    sniff(head) {
      const first = headText(head).split(/\r?\n/, 1)[0] ?? "";
      const keys = first.split(",").map((cell) => columnKey(cell));
      return COLUMNS.name.some((name) => keys.includes(name)) && keys.length > 1;
    },
    async *read(source, signal) {
      let table: Table | null = null;
      for await (const row of csvRows(source)) {
        if (signal.aborted) return;
        if (row.kind === "problem") yield row;
        else if (table === null) table = headerOf(row.cells);
        else yield* readRow(national, source.name, table, row.cells, row.line);
        if (table === null) break;
      }
      if (table === null)
        yield {
          kind: "problem",
          place: source.name,
          code: "header-missing",
          message: "the first row names no column `name`",
        };
    },
  };
}

function headerOf(cells: readonly string[]): Table | null {
  for (const name of COLUMNS.name) {
    const table = tableOf(cells, name);
    if (table !== null) return table;
  }
  return null;
}

function* readRow(
  national: NationalList,
  source: string,
  table: Table,
  cells: readonly string[],
  line: number,
): Generator<ListItem> {
  const place = `${source}, line ${line}`;
  if (cells.every((cell) => cell === "")) return;
  if (cells.length !== table.width) {
    const message = `the row has ${cells.length} columns, not ${table.width}`;
    yield { kind: "problem", place, code: "row-columns", message };
    return;
  }
  const row = table.read(cells);
  const get = (column: Column): string => {
    for (const name of COLUMNS[column]) {
      const cell = row[name];
      if (typeof cell === "string") return cell;
    }
    return "";
  };
  if (get("name") === "") {
    yield { kind: "problem", place, code: "row-malformed", message: "an entry needs a name" };
    return;
  }
  const entry = readEntry(national, source, get, table.rest([row], MAPPED));
  yield { kind: "entry", entry, place };
  const tell = (code: string, message: string): ListItem => ({ kind: "problem", place, code, message });
  for (const { from, text } of entry.births ?? [])
    if (from === undefined) yield tell("date-impossible", `${entry.key}: born ${text} is no date`);
  if (get("listedOn") !== "" && entry.listedOn === undefined)
    yield tell("date-impossible", `${entry.key}: ${get("listedOn")} is no date`);
  if (get("cnic") !== "" && !/^\d{13}$/.test(digits(get("cnic"))))
    yield tell("cnic-malformed", `${entry.key}: ${get("cnic")} has not the 13 digits of a CNIC; it is kept as it came`);
}

const digits = (text: string): string => text.replace(/\D/g, "");
const split = (text: string): string[] => uniq(text.split(/[;|]/).map((part) => part.trim()));

function readEntry(
  national: NationalList,
  source: string,
  get: (column: Column) => string,
  unmapped: JsonObject,
): Entry {
  const kind = kindOf(get("type"), national.kind);
  const listedOn = get("listedOn") === "" ? null : readDay(get("listedOn"));
  const legalBasis = get("legalBasis") || national.legalBasis;
  const name = get("name");
  const reference = get("reference");
  const key = keyOf(national.id, get);
  const country = get("country");
  const place = [get("address"), get("district"), get("province"), country].filter((part) => part !== "").join(", ");
  const facts = {
    nationalities: split(get("nationality")),
    genders: split(get("gender")),
    birth_places: split(get("birthPlace")),
  };
  return {
    key,
    name,
    kind,
    subjectClass: kind === "person" ? "individual" : kind === "organization" ? "organization" : "unspecified",
    aliases: aliasesOf(get),
    authority: get("authority") || national.authority,
    list: get("list") || national.title,
    reference: reference || key.slice(national.id.length + 1),
    programmes: split(get("programme")),
    source,
    ...(legalBasis === undefined ? {} : { legalBasis }),
    ...(listedOn === null ? {} : { listedOn }),
    ...(get("remarks") === "" ? {} : { remarks: get("remarks") }),
    births: split(get("born")).map((words) => readBirth(words)),
    identifiers: identifiersOf(get),
    places: place === "" ? [] : [{ text: place, ...(country === "" ? {} : { country }) }],
    relations: get("father") === "" ? [] : [{ kind: "father", name: get("father") }],
    facts: {
      ...facts,
      father_names: get("father") === "" ? [] : [get("father")],
      districts: split(get("district")),
      provinces: split(get("province")),
    },
    unmapped,
  };
}

/** A row number moves when a row above it goes: what tells a person apart is the CNIC, else name, father and district. */
function keyOf(id: string, get: (column: Column) => string): string {
  const cnic = digits(get("cnic"));
  if (cnic.length === 13) return `${id}:cnic-${cnic}`;
  const reference = get("reference");
  if (reference !== "" && !/^\d{1,6}\.?$/.test(reference)) return `${id}:${reference.replace(/\s+/g, "-")}`;
  const marks = [get("name"), get("father"), get("district")].map((text) => text.toUpperCase().replace(/\s+/g, " "));
  return `${id}:${sha256Hex(canonicalJson(marks)).slice(0, 16)}`;
}

function kindOf(type: string, usual: SubjectKind): SubjectKind {
  if (/person|individual/i.test(type)) return "person";
  if (/organi[sz]ation|entity|group|party/i.test(type)) return "organization";
  if (/vessel|ship/i.test(type)) return "vessel";
  return /aircraft/i.test(type) ? "aircraft" : usual;
}

function aliasesOf(get: (column: Column) => string): Alias[] {
  const strong = split(get("aliases")).map((name) => ({ name, kind: "aka", ...scriptOf(name) }));
  const weak = split(get("weakAliases")).map((name) => ({ name, kind: "aka", quality: "weak", ...scriptOf(name) }));
  const original = split(get("original")).map((name) => ({ name, kind: "original-script", ...scriptOf(name) }));
  return [...strong, ...weak, ...original];
}

function identifiersOf(get: (column: Column) => string): Identifier[] {
  const cnics = split(get("cnic")).map((value) => ({ kind: "national-id", value, label: "CNIC", country: "Pakistan" }));
  return [...cnics, ...split(get("passport")).map((value) => ({ kind: "passport", value }))];
}
