import { Readable } from "node:stream";
import { parse } from "csv-parse";
import type { Source } from "#intake";
import type { Problem } from "./format.ts";

export type Row = { readonly kind: "row"; readonly cells: readonly string[]; readonly line: number } | Problem;

/** One row may hold a statement of reasons, but no more than a megabyte. */
const MAX_ROW = 1 << 20;

/** Rows of a CSV file, one at a time. What is not UTF-8 is read as Windows-1252, cell by cell. */
export async function* csvRows(source: Source, options: { readonly delimiter?: string } = {}): AsyncGenerator<Row> {
  const parser = parse({
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    info: true,
    max_record_size: MAX_ROW,
    encoding: null,
    bom: true,
    skip_records_with_error: true,
    ...(options.delimiter === undefined ? {} : { delimiter: options.delimiter }),
  });
  const input = Readable.from(source.open());
  const skipped: Row[] = [];
  parser.on("skip", (error: Error | undefined) => {
    const message = error?.message ?? "the row cannot be read";
    // A quote that never closes swallows the rest of the file.
    const code = /quote/i.test(message) && /end of|not closed/i.test(message) ? "csv-cut" : "row-unreadable";
    skipped.push({ kind: "problem", place: source.name, code, message });
  });
  input.on("error", (error) => parser.destroy(error));
  input.pipe(parser);
  try {
    for await (const { record, info } of parser as AsyncIterable<{ record: Uint8Array[]; info: { lines: number } }>) {
      yield { kind: "row", cells: record.map((cell) => decode(cell).trim()), line: info.lines };
    }
  } catch (error) {
    if (!(error instanceof Error) || !("code" in error) || !String(error.code).startsWith("CSV_")) throw error;
    yield { kind: "problem", place: source.name, code: "csv-cut", message: error.message };
  }
  yield* skipped;
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

/** The first rows of a file as text, for a look at what it is. */
export const headText = (head: Uint8Array): string => windows1252.decode(head).replace(/^(?:\u00ef\u00bb\u00bf)/, "");
