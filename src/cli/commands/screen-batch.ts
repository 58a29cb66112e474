import { once } from "node:events";
import { createReadStream, createWriteStream, existsSync, truncateSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Command } from "commander";
import { CodedError } from "#base";
import { type AskedType, askedType, type Screener } from "#pillars/designations";
import { print } from "../context.ts";
import { type CsvRow, openCsv } from "../csv.ts";
import { CliError } from "../errors.ts";

interface Batch {
  readonly from: string;
  readonly to: string;
  readonly type: AskedType;
  readonly resume: boolean;
  readonly limits: { readonly minimum: number; readonly limit: number };
}

const PROGRESS_MS = 2000;

/** Screens every row; a row that cannot be screened gets its line too, with the error. */
export async function screenFile(screener: Screener, batch: Batch, command: Command): Promise<void> {
  const file = await openCsv(batch.from, ["name"]);
  const done = batch.resume ? await rowsDone(batch.to) : 0;
  const out = createWriteStream(batch.to, { flags: done > 0 ? "a" : "w", mode: 0o600 });
  await once(out, "open");
  const report = { rows: 0, resumedAfter: done, withCandidates: 0, matches: 0, errors: 0 };
  const started = performance.now();
  let [pending, told, place] = ["", started, 0];
  for await (const row of file.rows((at, message) => console.error(`row ${at}: ${message}`))) {
    place++;
    if (place <= done) continue;
    report.rows++;
    const line = screenRow(screener, row, batch);
    if (line.error !== undefined) report.errors++;
    if (line.candidates.length > 0) report.withCandidates++;
    if (line.candidates.some(({ match }) => match)) report.matches++;
    pending += `${JSON.stringify({ row: place, ...line })}\n`;
    if (pending.length > 1 << 16) {
      if (!out.write(pending)) await once(out, "drain");
      pending = "";
    }
    if (performance.now() - told > PROGRESS_MS) {
      told = performance.now();
      console.error(`${report.rows} rows screened, ${report.matches} with a possible match`);
    }
  }
  out.end(pending);
  await once(out, "close");
  const seconds = Math.round(performance.now() - started) / 1000;
  const { subjects, names } = screener;
  print(command, { file: batch.to, ...report, seconds, list: { subjects, names } }, [
    `${report.rows} rows screened against ${subjects} entries with ${names} names in ${seconds} s${done > 0 ? `; ${done} were there before` : ""}.`,
    `${report.matches} rows have a possible match, ${report.withCandidates} a candidate, ${report.errors} could not be screened; ${batch.to}.`,
  ]);
}

interface Line {
  readonly id?: string;
  readonly name: string;
  readonly candidates: ReturnType<Screener["screen"]>;
  readonly error?: { readonly code: string; readonly message: string };
}

function screenRow(screener: Screener, row: CsvRow, { type, limits }: Batch): Line {
  const [name, id, own] = [row.get("name"), row.get("id"), row.get("type")];
  const head = { ...(id === "" ? {} : { id }), name: name.slice(0, 1000) };
  try {
    const query = {
      name,
      type: own === "" ? type : askedType(own),
      born: row.get("born"),
      country: row.get("country"),
      document: id,
    };
    return { ...head, candidates: screener.screen(query, limits) };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return { ...head, candidates: [], error: { code: String(error.code), message: error.message } };
  }
}

/** Whole lines that the output has; what a broken-off run left of a line is cut away. */
async function rowsDone(path: string): Promise<number> {
  if (!existsSync(path)) return 0;
  let [lines, whole, size] = [0, 0, 0];
  for await (const chunk of createReadStream(path) as AsyncIterable<Uint8Array>) {
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) {
      lines++;
      whole = size + at + 1;
    }
    size += chunk.length;
  }
  let last = "";
  if (lines > 0) {
    let n = 0;
    for await (const line of createInterface({ input: createReadStream(path, { end: whole - 1 }) })) {
      n++;
      if (n === lines) last = line;
    }
  }
  if (lines > 0 && !last.startsWith(`{"row":${lines},`))
    throw new CliError("file-unreadable", `${path} is not the output of a screening of this kind`, {
      where: path,
      fix: "Leave out --resume to write it anew.",
    });
  if (whole < size) truncateSync(path, whole);
  return lines;
}
