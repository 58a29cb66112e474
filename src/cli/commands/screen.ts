import type { Command } from "commander";
import {
  type AskedType,
  type PossibleMatch,
  createMentionFinder,
  createScreener,
  type ScreenSubject,
  listLoaders,
  type Screener,
  storedSubjects,
  subjectsOfFiles,
} from "#pillars/designations";
import { actingOfficer, fileSource, print, readText, withNode } from "../context.ts";
import { screenFile } from "./screen-batch.ts";
import { compareCommand, typeOption } from "./screen-compare.ts";
import { registerCommands } from "./screen-register.ts";

interface ScreenCommandOptions {
  readonly type: AskedType;
  readonly born?: string;
  readonly country?: string;
  readonly document?: string;
  readonly list?: readonly string[];
  readonly in?: string;
  readonly out?: string;
  readonly resume?: boolean;
  readonly minScore: string;
  readonly limit: string;
}

export function screenCommand(program: Command): void {
  const screen = program
    .command("screen")
    .description("is this name on a list? Possible matches with the reasons; whether one is a match, a person says")
    .argument("[name]", "in Latin, Arabic, Persian, Urdu, Cyrillic or another script")
    .addOption(typeOption())
    .option("--born <date>", "1962-03-05, 1962, circa 1964, 1964 to 1966")
    .option("--country <country>", "a name or an ISO code; several with ;")
    .option("--document <number>", "of a passport or an identity card")
    .option("--list <file...>", "screen against these list files, without a node (OFAC, UN, UK, EU)")
    .option("--in <file>", "a CSV file with the column name and, if you like, type, born, country, id")
    .option("--out <file>", "one JSON line a row, with its candidates")
    .option("--resume", "go on behind the rows that the output already has")
    .option("--min-score <score>", "lowest score that is told", "0.6")
    .option("--limit <n>", "at most so many candidates a name", "10")
    .action(async (name: string | undefined, options: ScreenCommandOptions, command: Command) => {
      const batch = options.in !== undefined && options.out !== undefined;
      if (batch === (name !== undefined)) command.error("error: give a name, or --in FILE.csv and --out FILE.jsonl");
      const limits = {
        minimum: number(options.minScore, 0, 1, "--min-score", command),
        limit: number(options.limit, 1, 200, "--limit", command),
      };
      await withSubjects(options.list ?? [], command, async (subjects) => {
        const screener = createScreener(subjects);
        if (batch) {
          await screenFile(
            screener,
            {
              from: options.in ?? "",
              to: options.out ?? "",
              type: options.type,
              resume: options.resume === true,
              limits,
            },
            command,
          );
          return;
        }
        const { type, born, country, document } = options;
        const candidates = screener.screen(
          {
            name: name ?? "",
            type,
            ...(born === undefined ? {} : { born }),
            ...(country === undefined ? {} : { country }),
            ...(document === undefined ? {} : { document }),
          },
          limits,
        );
        print(command, { name, candidates }, words(name ?? "", candidates, screener));
      });
    });
  compareCommand(screen);
  mentionsCommand(screen);
  registerCommands(screen);
}

function mentionsCommand(screen: Command): void {
  screen
    .command("mentions")
    .description("listed names and aliases in a text file, with their places and a confidence")
    .argument("<file>", "UTF-8 text")
    .option("--list <file...>", "against these list files, without a node")
    .option("--min-confidence <confidence>", "lowest confidence that is told", "0.5")
    .action(async (file: string, _options: object, command: Command) => {
      // Options that screen itself has are read there: commander gives them to the outer command.
      const options = command.optsWithGlobals<{ list?: readonly string[]; minConfidence: string }>();
      const minimum = number(options.minConfidence, 0, 1, "--min-confidence", command);
      const text = readText(file);
      await withSubjects(options.list ?? [], command, async (subjects) => {
        const mentions = createMentionFinder(subjects)(text, minimum);
        print(
          command,
          { file, mentions },
          mentions.length === 0
            ? `No listed name was found in ${file}.`
            : mentions.map(
                ({ start, end, confidence, text: found, subjects: of, reason }) =>
                  `${confidence.toFixed(2)}  ${start}-${end}  “${found}”: ${of.map((one) => `${one.name} (${one.list}, ${one.reference})`).join("; ")}; ${reason}`,
              ),
        );
      });
    });
}

function number(text: string, least: number, most: number, option: string, command: Command): number {
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value) || value < least || value > most)
    command.error(`error: ${option} is a number from ${least} to ${most}`);
  return value;
}

function words(name: string, candidates: readonly PossibleMatch[], { subjects, names }: Screener): string[] {
  if (candidates.length === 0)
    return [`No possible match for “${name}” among ${subjects} entries with ${names} names.`];
  return [
    `${candidates.length} possible ${candidates.length === 1 ? "match" : "matches"} for “${name}” among ${subjects} entries with ${names} names:`,
    ...candidates.flatMap(({ score, match, name: listed, list, reference, reasons }) => [
      `${score.toFixed(2)}${match ? "" : " (below the threshold)"}  ${listed}  (${list}, ${reference})`,
      ...reasons.map((reason) => `      ${reason}`),
    ]),
  ];
}

/** The entries of list files, or of the node's lists. */
async function withSubjects(
  files: readonly string[],
  command: Command,
  work: (subjects: readonly ScreenSubject[]) => Promise<void>,
): Promise<void> {
  if (files.length > 0) {
    const { subjects, problems } = await subjectsOfFiles(
      files.map(fileSource),
      listLoaders,
      new AbortController().signal,
    );
    for (const problem of problems.slice(0, 10)) console.error(problem);
    if (problems.length > 10) console.error(`and ${problems.length - 10} more that cannot be read`);
    await work(subjects);
    return;
  }
  await withNode(command, async (node) => {
    const officer = await actingOfficer(command, node);
    await work(await node.store.read(officer, storedSubjects));
  });
}
