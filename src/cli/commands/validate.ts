import type { Command } from "commander";
import type { StreamValidation } from "#stix";
import { coreTypes, TypeRegistry, validateStream } from "#stix";
import { designationType } from "#pillars/designations";
import { dialogueTypes } from "#pillars/dialogues";
import { type Common, fileSource } from "../context.ts";

const LISTED = 1000;
const SHOWN = 20;

export function validateCommand(program: Command): void {
  program
    .command("validate")
    .description(
      "hold files against STIX 2.1 to the letter: bundle, list, object, JSON lines. Exit codes: 0 all valid, 1 some not, 2 usage.",
    )
    .argument("<file...>")
    .option("--strict", "what the standard advises counts too: warnings make a file invalid")
    .action(async (files: readonly string[], options: { strict?: boolean }, command: Command) => {
      const { json } = command.optsWithGlobals<Common>();
      const registry = new TypeRegistry([...coreTypes, designationType, ...dialogueTypes]);
      const sources = files.map((file) => ({ file, source: fileSource(file) }));
      for (const { file, source } of sources) {
        const found = await validateStream(source.open(), {
          registry,
          strict: options.strict === true,
          maxFindings: LISTED,
        });
        console.log(json === true ? JSON.stringify(line(file, found)) : words(file, found).join("\n"));
        if (!found.valid) process.exitCode = 1;
      }
    });
}

/** Exactly these four; what is past the limit is counted in a finding of its own. */
function line(file: string, { valid, errors, warnings, more }: StreamValidation): object {
  const rest = { path: "", code: "more", message: `${more} more findings are not listed`, section: "" };
  const within = errors.length >= LISTED ? "errors" : "warnings";
  const lists = { errors, warnings };
  return { file, valid, ...lists, ...(more > 0 ? { [within]: [...lists[within], rest] } : {}) };
}

function words(file: string, { valid, errors, warnings, more, objects }: StreamValidation): string[] {
  const findings = [
    ...errors.map((finding) => ({ ...finding, weight: "error" })),
    ...warnings.map((finding) => ({ ...finding, weight: "warning" })),
  ];
  const counts = `${objects} objects, ${errors.length} errors, ${warnings.length} warnings${more > 0 ? ` and ${more} more findings` : ""}`;
  return [
    `${file}: ${valid ? "valid" : "NOT VALID"} (${counts})`,
    ...findings
      .slice(0, SHOWN)
      .map(
        ({ weight, path, message, section }) =>
          `  ${weight} at ${path === "" ? "the top" : path}: ${message}${where(section)}`,
      ),
    ...(findings.length > SHOWN ? [`  and ${findings.length - SHOWN} more: --json lists up to ${LISTED} of each`] : []),
  ];
}

const where = (section: string | undefined): string =>
  section === undefined ? "" : /^[0-9]/.test(section) ? ` (STIX 2.1 §${section})` : ` (${section})`;
