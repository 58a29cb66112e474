import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { type Command, Option } from "commander";
import { type AskedType, askedType, checkName, compareNames, compareScore } from "#pillars/designations";
import { print } from "../context.ts";
import { csvLine, openCsv } from "../csv.ts";

export const typeOption = (): Option =>
  new Option("--type <type>", "what the names are names of")
    .choices(["person", "organization", "vessel", "any"])
    .default("any");

interface CompareOptions {
  readonly type: AskedType;
  readonly in?: string;
  readonly out?: string;
}

export function compareCommand(screen: Command): void {
  screen
    .command("compare")
    .description("compare two names, or a file of pairs; needs no node")
    .argument("[name1]")
    .argument("[name2]")
    .addOption(typeOption())
    .option("--in <file>", "a CSV file with the columns name1, name2 and, if you like, type")
    .option("--out <file>", "the same rows with the columns score and match")
    .action(async (name1: string | undefined, name2: string | undefined, _options: object, command: Command) => {
      // Options that screen itself has are read there: commander gives them to the outer command.
      const options = command.optsWithGlobals<CompareOptions>();
      if (options.in !== undefined || options.out !== undefined) {
        if (options.in === undefined || options.out === undefined || name1 !== undefined)
          command.error("error: give two names, or --in FILE.csv and --out FILE.csv");
        await compareFile(options.in ?? "", options.out ?? "", options.type, command);
        return;
      }
      if (name1 === undefined || name2 === undefined)
        command.error("error: give two names, or --in FILE.csv and --out FILE.csv");
      const [left, right] = [checkName(name1 ?? "", "name1"), checkName(name2 ?? "", "name2")];
      const result = compareNames(left, right, options.type);
      print(command, result, [
        `${result.score.toFixed(2)}  ${result.match ? "possible match" : "no match"}`,
        ...result.reasons.map((reason) => `  ${reason}`),
      ]);
    });
}

/** Rows in which a name is missing or cannot be read stay, with the score 0; they are counted and named. */
async function compareFile(from: string, to: string, type: AskedType, command: Command): Promise<void> {
  const file = await openCsv(from, ["name1", "name2"]);
  const out = createWriteStream(to, { mode: 0o600 });
  await once(out, "open");
  let [rows, matches, problems] = [0, 0, 0];
  const problem = (row: number, message: string): void => {
    problems++;
    if (problems <= 20) console.error(`row ${row}: ${message}`);
  };
  let pending = csvLine([...file.columns, "score", "match"]);
  const started = performance.now();
  for await (const row of file.rows(problem)) {
    rows++;
    const [name1, name2, own] = [row.get("name1"), row.get("name2"), row.get("type")];
    let result = { score: 0, match: false };
    const bad = badName(name1) ?? badName(name2);
    if (bad !== null) problem(row.row, bad);
    else result = compareScore(name1, name2, own === "" ? type : askedType(own));
    if (result.match) matches++;
    const cells = file.columns.map((_, at) => row.cells[at] ?? "");
    pending += csvLine([...cells, String(result.score), String(result.match)]);
    if (pending.length > 1 << 16) {
      if (!out.write(pending)) await once(out, "drain");
      pending = "";
    }
  }
  out.end(pending);
  await once(out, "close");
  const seconds = (performance.now() - started) / 1000;
  print(
    command,
    { file: to, rows, matches, problems, seconds: Math.round(seconds * 1000) / 1000 },
    `${rows} pairs, ${matches} possible matches, ${problems} problems; ${to}`,
  );
}

const badName = (name: string): string | null => {
  try {
    checkName(name, "name");
    return null;
  } catch (error) {
    if (error instanceof Error) return error.message;
    throw error;
  }
};
