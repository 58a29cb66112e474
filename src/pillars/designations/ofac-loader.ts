import { Readable } from "node:stream";
import { parse } from "csv-parse";
import type { Loaded, Loader, Source } from "#intake";
import { type Alias, type Entry, makeObjects, type SubjectClass } from "./make.ts";

/** The legacy SDN files of the U.S. Treasury's Office of Foreign Assets Control: sdn, alt, add and comments, joined by entry number. */
export const ofacLoader: Loader = {
  name: "ofac-sdn-csv",
  title: "OFAC SDN list (legacy CSV)",
  sniff(head, fileName) {
    return (
      /sdn[^/]*\.csv$/i.test(fileName) && /^\d+,"/.test(new TextDecoder("windows-1252").decode(head.subarray(0, 200)))
    );
  },
  async *load(source, { signal }) {
    const [aliases, addresses, comments] = [
      new Map<string, Alias[]>(),
      new Map<string, string[]>(),
      new Map<string, string>(),
    ];
    yield* join(source, "alt.csv", 5, (row) => {
      push(aliases, row[0], { name: row[3] ?? "", kind: row[2] ?? "aka" });
    });
    yield* join(source, "add.csv", 6, (row) => {
      push(addresses, row[0], [row[2], row[3], row[4]].filter((part) => part !== undefined && part !== "").join(", "));
    });
    yield* join(source, "sdn_comments.csv", 2, (row) => {
      comments.set(row[0] ?? "", `${comments.get(row[0] ?? "") ?? ""} ${row[1] ?? ""}`.trim());
    });
    for await (const row of rows(source, 12)) {
      if (signal.aborted) return;
      if (row.kind === "problem") {
        yield row;
        continue;
      }
      const number = row.cells[0] ?? "";
      const place = `${source.name}, line ${row.line}`;
      if (!/^\d+$/.test(number) || (row.cells[1] ?? "") === "") {
        yield { kind: "problem", place, code: "row-malformed", message: "an entry needs a number and a name" };
        continue;
      }
      const entry = readEntry(
        source.name,
        row.cells,
        aliases.get(number) ?? [],
        addresses.get(number) ?? [],
        comments.get(number),
      );
      for (const object of makeObjects(entry)) yield { kind: "object", object, place };
    }
  },
};

function push<T>(map: Map<string, T[]>, key: string | undefined, value: T): void {
  if (key === undefined || value === "") return;
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function readEntry(
  source: string,
  cells: readonly string[],
  aliases: readonly Alias[],
  addresses: readonly string[],
  comment: string | undefined,
): Entry {
  const [
    number = "",
    name = "",
    type = "",
    programmes = "",
    title = "",
    call = "",
    vessel = "",
    tonnage = "",
    gross = "",
    flag = "",
    owner = "",
    remarks = "",
  ] = cells;
  const full = `${remarks} ${comment ?? ""}`.trim();
  // "a.k.a. 'BLA'." in the remarks is where OFAC puts weak aliases.
  const weak = [...full.matchAll(/a\.k\.a\. '([^']+)'/g)].map((match) => ({
    name: match[1] ?? "",
    kind: "aka",
    quality: "weak",
  }));
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
    aliases: [...aliases.filter((alias) => alias.name !== ""), ...weak],
    authority: "United States: Department of the Treasury, OFAC",
    list: "Specially Designated Nationals and Blocked Persons List",
    reference: number,
    programmes: programmes
      .split("] [")
      .map((code) => code.replace(/[[\]]/g, "").trim())
      .filter((code) => code !== ""),
    source,
    ...(full === "" ? {} : { remarks: full }),
    facts: {
      titles: title === "" ? [] : [title],
      addresses,
      ...Object.fromEntries(labelled.map(([key, value]) => [key, value === "" ? [] : [value]])),
    },
  };
}

function subjectClass(type: string): SubjectClass {
  if (type === "individual") return "individual";
  return type === "" ? "organization" : "unspecified";
}

async function* join(
  source: Source,
  name: string,
  columns: number,
  take: (cells: readonly string[]) => void,
): AsyncGenerator<Loaded> {
  const file = source.sibling(name);
  if (file === null) return;
  for await (const row of rows(file, columns)) {
    if (row.kind === "problem") yield row;
    else take(row.cells);
  }
}

type Row =
  | { readonly kind: "row"; readonly cells: readonly string[]; readonly line: number }
  | Extract<Loaded, { kind: "problem" }>;

/** Rows of a file without a header. `-0-` is OFAC's word for nothing. The files are not UTF-8 everywhere: what is not is read as Windows-1252. */
async function* rows(source: Source, columns: number): AsyncGenerator<Row> {
  const parser = parse({
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    info: true,
    max_record_size: 1 << 20,
    encoding: null,
    skip_records_with_error: true,
  });
  const input = Readable.from(source.open());
  const problems: Row[] = [];
  parser.on("skip", (error: Error | undefined) => {
    problems.push({
      kind: "problem",
      place: source.name,
      code: "row-unreadable",
      message: error?.message ?? "the row cannot be read",
    });
  });
  input.on("error", (error) => parser.destroy(error));
  input.pipe(parser);
  for await (const { record, info } of parser as AsyncIterable<{ record: Uint8Array[]; info: { lines: number } }>) {
    const cells = record.map(decode);
    // The files end in a lone control character.
    if (cells.length === 1 && /^[\p{Cc}\s]*$/u.test(cells[0] ?? "")) continue;
    if (cells.length !== columns) {
      yield {
        kind: "problem",
        place: `${source.name}, line ${info.lines}`,
        code: "row-columns",
        message: `the row has ${cells.length} columns, not ${columns}`,
      };
      continue;
    }
    yield { kind: "row", cells: cells.map((cell) => (cell.trim() === "-0-" ? "" : cell.trim())), line: info.lines };
  }
  yield* problems;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });
const windows1252 = new TextDecoder("windows-1252");

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return windows1252.decode(bytes);
    throw error;
  }
}
