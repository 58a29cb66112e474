import { type Command, Option } from "commander";
import type { CaseStep, Written } from "#pillars/designations";
import { actingOfficer, print, withNode } from "../context.ts";
import { CliError } from "../errors.ts";

interface AmendOptions {
  readonly effective: string;
  readonly act: "amended" | "listed" | "delisted";
  readonly programme?: string[];
  readonly removeProgramme?: string[];
  readonly alias?: string[];
  readonly legalBasis?: string;
  readonly source: string;
  readonly sourceUrl?: string;
  readonly sourceDate?: string;
  readonly note?: string;
  readonly marking?: string[];
}

interface ProposeOptions {
  readonly act: "list" | "amend" | "delist";
  readonly grounds: string;
  readonly authority?: string;
  readonly legalBasis?: string;
  readonly alias?: string[];
  readonly group?: boolean;
  readonly marking?: string[];
}

const kept = (command: Command, written: Written): void =>
  print(command, written, `kept as ${written.id}; it leaves only by a release`);

export function addActs(designations: Command): void {
  designations
    .command("amend")
    .description("enter by hand what an authority did that no list's state shows yet, with its source and day")
    .argument("<name>", "a key, reference or name that finds one entry")
    .requiredOption("--effective <day>", "the day from which it is in law (YYYY-MM-DD)")
    .requiredOption("--source <text>", "where it was read, such as the Federal Register's citation")
    .option("--source-url <url>")
    .option("--source-date <day>", "when that was published")
    .addOption(new Option("--act <act>").choices(["amended", "listed", "delisted"]).default("amended"))
    .option("--programme <code...>", "programmes that it adds, such as FTO")
    .option("--remove-programme <code...>")
    .option("--alias <name...>", "aliases that it adds")
    .option("--legal-basis <text>")
    .option("--note <text>")
    .option("--marking <id...>", "markings to give to it")
    .action(async (name: string, options: AmendOptions, command: Command) => {
      await withNode(command, async (node) => {
        const written = await node.lists.amend(await actingOfficer(command, node), {
          about: name,
          act: options.act,
          effectiveOn: options.effective,
          source: {
            name: options.source,
            ...(options.sourceUrl === undefined ? {} : { url: options.sourceUrl }),
            ...(options.sourceDate === undefined ? {} : { publishedOn: options.sourceDate }),
          },
          ...(options.programme === undefined ? {} : { programmesAdded: options.programme }),
          ...(options.removeProgramme === undefined ? {} : { programmesRemoved: options.removeProgramme }),
          ...(options.alias === undefined ? {} : { aliasesAdded: options.alias }),
          ...(options.legalBasis === undefined ? {} : { legalBasis: options.legalBasis }),
          ...(options.note === undefined ? {} : { note: options.note }),
          ...(options.marking === undefined ? {} : { markings: options.marking }),
        });
        kept(command, written);
      });
    });
  designations
    .command("propose")
    .description(
      "propose that an authority list somebody, or amend or end a listing; it goes to a partner by a release",
    )
    .argument("<name>", "a name for a new listing, else a key, reference or name on a list")
    .requiredOption("--grounds <text>")
    .addOption(new Option("--act <act>").choices(["list", "amend", "delist"]).default("list"))
    .option("--authority <name>", "whom it is proposed to")
    .option("--legal-basis <text>")
    .option("--alias <name...>")
    .option("--group", "a new listing of a group or body, not of a person")
    .option("--marking <id...>", "markings to give to it")
    .action(async (name: string, options: ProposeOptions, command: Command) => {
      await withNode(command, async (node) => {
        const written = await node.lists.propose(await actingOfficer(command, node), {
          about: name,
          act: options.act,
          grounds: options.grounds,
          person: options.group !== true,
          ...(options.authority === undefined ? {} : { authority: options.authority }),
          ...(options.legalBasis === undefined ? {} : { legalBasis: options.legalBasis }),
          ...(options.alias === undefined ? {} : { aliases: options.alias }),
          ...(options.marking === undefined ? {} : { markings: options.marking }),
        });
        kept(command, written);
      });
    });
}

interface StepOptions {
  readonly next?: string;
  readonly extendTo?: string;
  readonly decide?: "granted" | "refused" | "withdrawn";
  readonly on?: string;
  readonly outcome?: string;
}

/** One of the three ways to move a case on. */
function stepOf({ next, extendTo, decide, on, outcome }: StepOptions): CaseStep {
  if (next !== undefined && extendTo === undefined && decide === undefined) return { step: "next", on: next };
  if (extendTo !== undefined && next === undefined && decide === undefined) return { step: "extend", to: extendTo };
  if (decide !== undefined && on !== undefined && outcome !== undefined && next === undefined && extendTo === undefined)
    return { step: "decide", state: decide, on, outcome };
  throw new CliError(
    "option-invalid",
    "a case is moved on by --next DAY, by --extend-to DAY, or by --decide with --on and --outcome",
  );
}

export function redressCommand(designations: Command): void {
  const redress = designations
    .command("redress")
    .description(
      "petitions against a listing, on the way that its list gives (UN Ombudsperson, Focal Point, 31 CFR 501.807)",
    );
  redress
    .command("open")
    .description("record a petition; its route follows from the list")
    .argument("<name>", "a key, reference or name that finds one entry")
    .requiredOption("--filed <day>", "YYYY-MM-DD")
    .option("--note <text>")
    .option("--marking <id...>")
    .action(async (name: string, options: { filed: string; note?: string; marking?: string[] }, command: Command) => {
      await withNode(command, async (node) => {
        const written = await node.lists.openCase(await actingOfficer(command, node), {
          about: name,
          filedOn: options.filed,
          ...(options.note === undefined ? {} : { note: options.note }),
          ...(options.marking === undefined ? {} : { markings: options.marking }),
        });
        kept(command, written);
      });
    });
  redress
    .command("step")
    .description("move a case on: its next phase, a longer term, or the decision")
    .argument("<case>", "its id")
    .option("--next <day>", "the running phase ended on this day, the next began")
    .option("--extend-to <day>", "the running phase's term is extended to this day")
    .addOption(new Option("--decide <state>").choices(["granted", "refused", "withdrawn"]))
    .option("--on <day>", "the day of the decision")
    .option("--outcome <text>")
    .action(async (id: string, options: StepOptions, command: Command) => {
      await withNode(command, async (node) => {
        kept(command, await node.lists.stepCase(await actingOfficer(command, node), id, stepOf(options)));
      });
    });
}
