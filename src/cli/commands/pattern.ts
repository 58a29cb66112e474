import type { Command } from "commander";
import { BaseError, isJsonObject, type JsonValue, parseJson } from "#base";
import { checkPattern, type CompiledPattern, compilePattern, PatternError, readObjects } from "#stix";
import { type Common, fileSource, print, readText } from "../context.ts";

/** Characters of a long line that are shown on each side of a fault. */
const AROUND = 60;

export function patternCommand(program: Command): void {
  const pattern = program
    .command("pattern")
    .description("check a STIX pattern, or match it against observed data; needs no node");
  pattern
    .command("check")
    .description("say whether a pattern is valid, and where it is not; exit code 0 valid, 1 invalid")
    .argument("[pattern]")
    .option("--file <file>", "read the pattern from a file")
    .action((text: string | undefined, options: { file?: string }, command: Command) => {
      check(patternText(text, options.file, command), command);
    });
  pattern
    .command("match")
    .description(
      "match a pattern against observed-data in files (bundle, list, object, JSON lines); exit code 0 matched, 1 not",
    )
    .option("--pattern <pattern>")
    .option("--file <file>", "read the pattern from a file")
    .requiredOption(
      "--observed <file>",
      "observed-data and their cyber-observables; several times",
      (file: string, before: readonly string[]) => [...before, file],
      [],
    )
    .action(async (options: { pattern?: string; file?: string; observed: readonly string[] }, command: Command) => {
      if (options.observed.length === 0) command.error("error: name the observed data with --observed FILE");
      await match(patternText(options.pattern, options.file, command), options.observed, command);
    });
}

function patternText(text: string | undefined, file: string | undefined, command: Command): string {
  if ((text === undefined) === (file === undefined))
    command.error("error: give the pattern or --file FILE, one of the two");
  return text ?? readText(file ?? "");
}

function check(text: string, command: Command): void {
  const { valid, errors, warnings } = checkPattern(text);
  const value = {
    pattern: text,
    valid,
    errors: errors.map(told),
    ...(warnings.length === 0 ? {} : { warnings: warnings.map(told) }),
  };
  print(command, value, [
    valid ? "The pattern is valid." : "The pattern is not valid.",
    ...[...errors, ...warnings].flatMap((error) => explained(text, error)),
  ]);
  if (!valid) process.exitCode = 1;
}

async function match(text: string, files: readonly string[], command: Command): Promise<void> {
  const json = command.optsWithGlobals<Common>().json === true;
  let compiled: CompiledPattern;
  try {
    compiled = compilePattern(text);
  } catch (error) {
    if (json || !(error instanceof PatternError)) throw error;
    console.error(["The pattern cannot be matched.", ...explained(text, error)].join("\n"));
    process.exitCode = 1;
    return;
  }
  const objects: JsonValue[] = [];
  for (const file of files) await readInto(objects, file);
  const { matched, observed, problems } = compiled.match(objects);
  if (objects.every((object) => !isJsonObject(object) || object["type"] !== "observed-data"))
    console.error(`there is no observed-data among ${objects.length} objects`);
  for (const { id, message } of problems) console.error(`${id}: ${message}`);
  print(
    command,
    { matched, observed },
    matched ? ["The pattern matches:", ...observed.map((id) => `  ${id}`)] : "The pattern does not match.",
  );
  if (!matched) process.exitCode = 1;
}

/** Objects that cannot be read are named on standard error; the rest is matched. */
async function readInto(objects: JsonValue[], file: string): Promise<void> {
  for await (const item of readObjects(fileSource(file).open())) {
    if (item.kind === "problem") {
      console.error(`${file}, byte ${item.offset}: ${item.message}`);
      continue;
    }
    try {
      objects.push(parseJson(item.text));
    } catch (error) {
      if (!(error instanceof BaseError)) throw error;
      console.error(`${file}, byte ${item.offset}: ${error.message}`);
    }
  }
}

function told({ place, message, expected }: PatternError): object {
  return {
    line: place?.line ?? 1,
    column: place?.column ?? 1,
    offset: place?.offset ?? 0,
    message,
    ...(expected === undefined ? {} : { expected }),
  };
}

/** The fault, the line where it stands, and a caret under the place. */
function explained(text: string, { place, message, expected, fix }: PatternError): string[] {
  const words = [
    `${place === undefined ? "" : `line ${place.line}, column ${place.column}: `}${message}`,
    ...(expected === undefined ? [] : [`  expected ${expected}`]),
    ...(fix === undefined ? [] : [`  ${fix}`]),
  ];
  if (place === undefined) return words;
  const line = Array.from(text.split(/\r\n|\n|\r/)[place.line - 1] ?? "");
  const from = Math.max(0, place.column - 1 - AROUND);
  const shown = (part: readonly string[]): string => part.join("").replaceAll("\t", " ");
  const lead = `  ${from > 0 ? "…" : ""}`;
  const before = shown(line.slice(from, place.column - 1));
  const after = shown(line.slice(place.column - 1, place.column - 1 + AROUND));
  return [
    ...words,
    `${lead}${before}${after}${line.length > place.column - 1 + AROUND ? "…" : ""}`,
    `${" ".repeat(lead.length + Array.from(before).length)}^`,
  ];
}
