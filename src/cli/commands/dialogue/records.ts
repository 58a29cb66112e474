import { readFileSync, statSync } from "node:fs";
import type { Command } from "commander";
import {
  findTemplate,
  MAX_DOCUMENT_BYTES,
  ORIGINS,
  type Origin,
  readDocument,
  TEMPLATES,
  templateText,
} from "#pillars/dialogues";
import { print } from "../../context.ts";
import { CliError } from "../../errors.ts";
import { atDesk, dialogueId, type Marked, marked, partyOf, partyRef, personOption } from "./shared.ts";

export function newCommand(dialogue: Command): void {
  marked(
    dialogue
      .command("new")
      .description("begin a dialogue: a series of rounds between two or more parties")
      .requiredOption("--name <text>")
      .requiredOption("--party <name=party...>", 'each party as "Name=us" or "Name=PARTNER"; two or more')
      .option("--area <text...>", "the areas, in their order", []),
  ).action(async (options: { name: string; party: string[]; area: string[] } & Marked, command: Command) => {
    await atDesk(command, async (desk) => {
      const parties = [];
      for (const given of options.party) {
        const cut = given.lastIndexOf("=");
        parties.push({ name: given.slice(0, cut), ref: await partyRef(desk, given.slice(cut + 1)) });
      }
      const id = await desk.node.dialogues.newDialogue(
        desk.officer,
        { name: options.name, parties, ...(options.area.length === 0 ? {} : { areas: options.area }) },
        options.marking,
      );
      print(command, { id }, id);
    });
  });
}

interface RoundOptions extends Marked {
  readonly place: string;
  readonly on: string;
  readonly chair: readonly string[];
  readonly agenda: readonly string[];
}

export function roundCommand(dialogue: Command): void {
  marked(
    dialogue
      .command("round")
      .description("record a round: held, or planned for a day to come")
      .argument("[dialogue]", "its id or name; may be left out when there is only one")
      .requiredOption("--place <text>")
      .requiredOption("--on <date>", "YYYY-MM-DD")
      .requiredOption("--chair <person...>", '"Name; title; party", one for each side')
      .option("--agenda <item...>", "", []),
  ).action(async (name: string | undefined, options: RoundOptions, command: Command) => {
    await atDesk(command, async (desk) => {
      const id = await dialogueId(desk, name);
      const { value } = (await desk.node.dialogues.collection(desk.officer, id)).dialogue;
      const round = await desk.node.dialogues.addRound(
        desk.officer,
        {
          name: value.name,
          series: value.name,
          dialogue_ref: id,
          place: options.place,
          held_on: options.on,
          co_chairs: options.chair.map((text) => personOption(desk, value.parties, text)),
          areas: value.areas ?? [value.name],
          ...(options.agenda.length === 0 ? {} : { agenda: options.agenda.map((item) => ({ item })) }),
        },
        options.marking,
      );
      print(command, { id: round }, round);
    });
  });
}

interface StatementOptions extends Marked {
  readonly dialogue?: string;
  readonly round?: string;
  readonly name: string;
  readonly origin: string;
  readonly by: readonly string[];
  readonly on: string;
  readonly lang: string;
  readonly url?: string;
  readonly template?: string;
}

export function statementCommand(dialogue: Command): void {
  const statement = dialogue.command("statement").description("statements: agreed text, one side's own, commentary");
  marked(
    statement
      .command("add")
      .description("bring a statement in from a text, HTML, PDF or DOCX file, or adopt a template")
      .argument("[file]")
      .option("--dialogue <id>")
      .option("--round <id>")
      .option("--name <text>", "its title", "")
      .option("--origin <origin>", ORIGINS.join(" | "), "agreed-text")
      .option("--by <party...>", "who issued it: a party's name, or a publisher", [])
      .option("--on <date>", "YYYY-MM-DD", new Date().toISOString().slice(0, 10))
      .option("--lang <tag>", "its language", "en")
      .option("--url <url>", "where it was published")
      .option("--template <key>", `instead of a file: ${TEMPLATES.map(({ key }) => key).join(" | ")}`),
  ).action(async (file: string | undefined, options: StatementOptions, command: Command) => {
    await atDesk(command, async (desk) => {
      const id = await dialogueId(desk, options.dialogue);
      const { value } = (await desk.node.dialogues.collection(desk.officer, id)).dialogue;
      const template = options.template === undefined ? null : findTemplate(options.template);
      if ((file === undefined) === (template === null))
        throw new CliError("option-invalid", "a statement comes from one file, or from one template");
      const text = template === null ? (await readDocument(documentBytes(file ?? ""))).text : templateText(template);
      const title = options.name === "" ? (template?.title ?? file ?? "") : options.name;
      const url = options.url ?? template?.source;
      const made = await desk.node.dialogues.addStatement(
        desk.officer,
        {
          name: title,
          dialogue_ref: id,
          ...(options.round === undefined ? {} : { round_ref: options.round }),
          origin: options.origin as Origin,
          issued_by:
            options.by.length === 0
              ? value.parties.map(({ ref }) => ref)
              : options.by.map((by) =>
                  value.parties.some(({ name }) => name === by) || by === "us" ? partyOf(desk, value.parties, by) : by,
                ),
          issued_on: options.on,
          texts: [{ lang: options.lang, text }],
          source: { name: template?.instrument ?? title, ...(url === undefined ? {} : { url }) },
        },
        options.marking,
      );
      const suggestions = await desk.node.dialogues.suggest(desk.officer, made, options.lang);
      print(command, { id: made, characters: text.length, suggestions }, [
        made,
        `${suggestions.length} sentence${suggestions.length === 1 ? " reads" : "s read"} like a commitment. Mark one: entente dialogue commitments mark ${made} --start N --end N`,
        ...suggestions.map(({ start, end, text: words, because }) => `  ${start}–${end}  [${because}]  ${words}`),
      ]);
    });
  });
}

function documentBytes(path: string): Uint8Array {
  try {
    if (statSync(path).size > MAX_DOCUMENT_BYTES)
      throw new CliError("file-unreadable", `${path} is larger than a statement can be`, { where: path });
    return new Uint8Array(readFileSync(path));
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError("file-unreadable", `${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      where: path,
      cause,
    });
  }
}
