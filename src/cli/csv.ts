import { createReadStream, statSync } from "node:fs";
import { parse } from "csv-parse";
import { CliError } from "./errors.ts";

/** One row of a CSV file with a header: cells by lower-case column name, and as they came. */
export interface CsvRow {
  readonly row: number;
  readonly cells: readonly string[];
  get(column: string): string;
}

export interface CsvFile {
  readonly columns: readonly string[];
  readonly bytes: number;
  /** Rows that cannot be read are told to `onProblem` and left out. */
  rows(onProblem: (row: number, message: string) => void): AsyncGenerator<CsvRow>;
}

const MAX_RECORD = 1 << 20;

function parser() {
  return parse({
    bom: true,
    relax_quotes: true,
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD,
  });
}

/**
 * Opens a CSV file (UTF-8, comma, header) of which these columns must be there.
 * @throws CliError `file-unreadable`: not there, no header, or a column is missing.
 */
export async function openCsv(path: string, needed: readonly string[]): Promise<CsvFile> {
  const columns = await header(path);
  for (const column of needed) {
    if (!columns.includes(column))
      throw new CliError(
        "file-unreadable",
        `${path} has no column ${column}; its first line says: ${columns.join(", ").slice(0, 200)}`,
        {
          where: path,
          fix: `The first line names the columns; needed: ${needed.join(", ")}.`,
        },
      );
  }
  const places = new Map(columns.map((column, at) => [column, at] as const));
  return {
    columns,
    bytes: statSync(path).size,
    async *rows(onProblem) {
      let row = 0;
      const input = createReadStream(path);
      const stream = input.pipe(parser());
      input.on("error", (error) => stream.destroy(error));
      try {
        for await (const cells of stream as AsyncIterable<string[]>) {
          row++;
          if (row === 1) continue;
          if (cells.length !== columns.length)
            onProblem(row, `the row has ${cells.length} cells, not ${columns.length}`);
          yield { row, cells, get: (column) => (cells[places.get(column) ?? -1] ?? "").trim() };
        }
      } catch (error) {
        if (!isCsvError(error)) throw error;
        onProblem(row + 1, error.message);
      }
    },
  };
}

const isCsvError = (error: unknown): error is Error =>
  (error instanceof Error && error.name === "CsvError") ||
  (error instanceof Error && "code" in error && String(error.code).startsWith("CSV_"));

async function header(path: string): Promise<readonly string[]> {
  try {
    const input = createReadStream(path, { end: MAX_RECORD - 1 });
    const stream = input.pipe(parser());
    input.on("error", (error) => stream.destroy(error));
    for await (const cells of stream as AsyncIterable<string[]>) {
      input.destroy();
      return cells.map((cell) => cell.trim().toLowerCase());
    }
  } catch (cause) {
    throw new CliError("file-unreadable", `${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      where: path,
      cause,
    });
  }
  throw new CliError("file-unreadable", `${path} is empty`, { where: path });
}

/** A cell as RFC 4180 writes it. */
const csvCell = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
export const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join(",")}\n`;
