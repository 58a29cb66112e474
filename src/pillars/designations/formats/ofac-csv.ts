import type { Source } from "#intake";
import type { Alias, Entry, SubjectClass, SubjectKind } from "../entry.ts";
import { csvRows, headText, type Row } from "./csv.ts";
import type { ListFormat, ListItem, Problem } from "./format.ts";
import { readRemarks } from "./ofac-remarks.ts";
import { scriptOf } from "./script.ts";

const MAX_NAMED = 20;

/** The legacy SDN files of the U.S. Treasury's Office of Foreign Assets Control: sdn, alt, add and comments, joined by entry number. */
export const ofacCsv: ListFormat = {
  name: "ofac-sdn-csv",
  title: "OFAC SDN list (legacy CSV)",
  parts: ["sdn.csv", "alt.csv", "add.csv", "sdn_comments.csv"],
  sniff: (head, fileName) => /sdn[^/]*\.csv$/i.test(fileName) && /^\d+,"/.test(headText(head.subarray(0, 200))),
  async *read(source, signal) {
    const beside: Beside = { aliases: new Map(), addresses: new Map(), comments: new Map() };
    yield* join(source, "alt.csv", 5, (row) => {
      const name = row[3] ?? "";
      push(
        beside.aliases,
        row[0],
        name === "" ? null : { name, kind: row[2] ?? "aka", ...scriptOf(name), ...note(row[4]) },
      );
    });
    yield* join(source, "add.csv", 6, (row) => {
      const parts = [row[2], row[3], row[4]].map((part) => part ?? "").filter((part) => part !== "");
      push(beside.addresses, row[0], parts.length === 0 ? null : { text: parts.join(", "), country: row[4] ?? "" });
    });
    yield* join(source, "sdn_comments.csv", 2, (row) => {
      // A remark is cut at 1,000 characters, within a word too, and goes on here: nothing stands between the parts.
      beside.comments.set(row[0] ?? "", `${beside.comments.get(row[0] ?? "") ?? ""}${row[1] ?? ""}`);
    });
    for await (const row of rows(source, 12)) {
      if (signal.aborted) return;
      if (row.kind === "problem") yield row;
      else yield* readRow(source.name, row, beside);
    }
    yield* orphans(source.name, beside);
  },
};

interface Beside {
  readonly aliases: Map<string, Alias[]>;
  readonly addresses: Map<string, { text: string; country: string }[]>;
  readonly comments: Map<string, string>;
}

const note = (remarks: string | undefined) => (remarks === undefined || remarks === "" ? {} : { note: remarks });

function push<T>(map: Map<string, T[]>, key: string | undefined, value: T | null): void {
  if (key === undefined || value === null) return;
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function* readRow(source: string, row: Extract<Row, { kind: "row" }>, beside: Beside): Generator<ListItem> {
  const number = row.cells[0] ?? "";
  const place = `${source}, line ${row.line}`;
  if (!/^\d+$/.test(number) || (row.cells[1] ?? "") === "") {
    yield { kind: "problem", place, code: "row-malformed", message: "an entry needs a number and a name" };
    return;
  }
  const problems: Problem[] = [];
  const entry = readEntry(source, row.cells, beside, (words) =>
    problems.push({
      kind: "problem",
      place,
      code: "date-impossible",
      message: `${number}: born ${words} is no date`,
    }),
  );
  for (const map of [beside.aliases, beside.addresses, beside.comments]) map.delete(number);
  yield { kind: "entry", entry, place };
  yield* problems;
}

/** What is left over belongs to entries that the first file does not have: its state is another one. */
function* orphans(source: string, beside: Beside): Generator<ListItem> {
  const numbers = new Set([...beside.aliases.keys(), ...beside.addresses.keys(), ...beside.comments.keys()]);
  if (numbers.size === 0) return;
  const shown = [...numbers].slice(0, MAX_NAMED).join(", ");
  yield {
    kind: "problem",
    place: source,
    code: "entry-unknown",
    message: `aliases, addresses or remarks of ${numbers.size} entries that the first file does not have: ${shown}${numbers.size > MAX_NAMED ? ", …" : ""}`,
  };
}

function readEntry(source: string, cells: readonly string[], beside: Beside, tell: (words: string) => void): Entry {
  const [number = "", name = "", type = "", programmes = "", title = "", call = ""] = cells;
  const [vessel = "", tonnage = "", gross = "", flag = "", owner = "", remarks = ""] = cells.slice(6);
  const full = `${remarks}${beside.comments.get(number) ?? ""}`.trim();
  const said = readRemarks(full);
  for (const birth of said.births) if (birth.from === undefined) tell(birth.text);
  const addresses = beside.addresses.get(number) ?? [];
  const labelled = Object.entries({
    call_sign: call,
    vessel_type: vessel,
    tonnage,
    gross_tonnage: gross,
    flag,
    vessel_owner: owner,
  });
  return {
    key: `ofac:${number}`,
    name,
    subjectClass: subjectClass(type),
    kind: subjectKind(type),
    aliases: [...(beside.aliases.get(number) ?? []), ...said.aliases],
    authority: "United States: Department of the Treasury, OFAC",
    list: "Specially Designated Nationals and Blocked Persons List",
    reference: number,
    programmes: programmes
      .split("] [")
      .map((code) => code.replace(/[[\]]/g, "").trim())
      .filter((code) => code !== ""),
    source,
    ...(full === "" ? {} : { remarks: full }),
    births: said.births,
    identifiers: said.identifiers,
    relations: said.relations,
    places: addresses.map(({ text, country }) => ({ text, ...(country === "" ? {} : { country }) })),
    facts: {
      titles: title === "" ? [] : [title],
      addresses: addresses.map(({ text }) => text),
      nationalities: said.nationalities,
      birth_places: said.birthPlaces,
      genders: said.genders,
      ...Object.fromEntries(labelled.map(([key, value]) => [key, value === "" ? [] : [value]])),
    },
  };
}

function subjectClass(type: string): SubjectClass {
  if (type === "individual") return "individual";
  return type === "" ? "organization" : "unspecified";
}

function subjectKind(type: string): SubjectKind {
  if (type === "vessel" || type === "aircraft") return type;
  if (type === "individual") return "person";
  return type === "" ? "organization" : "unspecified";
}

async function* join(
  source: Source,
  name: string,
  columns: number,
  take: (cells: readonly string[]) => void,
): AsyncGenerator<Problem> {
  const file = source.sibling(name);
  if (file === null) return;
  for await (const row of rows(file, columns)) {
    if (row.kind === "problem") yield { ...row, code: row.code.replace(/^row-/, "part-row-") };
    else take(row.cells);
  }
}

/** Rows of a file without a header. `-0-` is OFAC's word for nothing. */
async function* rows(source: Source, columns: number): AsyncGenerator<Row> {
  for await (const row of csvRows(source)) {
    if (row.kind === "problem") {
      yield row;
      continue;
    }
    const { cells, line } = row;
    // The files end in a lone control character.
    if (cells.length === 1 && /^[\p{Cc}\s]*$/u.test(cells[0] ?? "")) continue;
    if (cells.length === columns) {
      yield { kind: "row", cells: cells.map((cell) => (cell === "-0-" ? "" : cell)), line };
      continue;
    }
    yield {
      kind: "problem",
      place: `${source.name}, line ${line}`,
      code: "row-columns",
      message: `the row has ${cells.length} columns, not ${columns}`,
    };
  }
}
