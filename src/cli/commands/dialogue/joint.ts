import type { Command } from "commander";
import { itemOf, type RoundRecord } from "#pillars/dialogues";
import { print, readText } from "../../context.ts";
import { CliError } from "../../errors.ts";
import { atDesk, type Desk, dialogueId, type Marked, marked } from "./shared.ts";

async function recordOf({ node, officer }: Desk, id: string) {
  const held = await node.store.read(officer, (r) => r.records.get(id));
  if (held === null || held.type !== "round-record")
    throw new CliError("record-unknown", `there is no round's record ${id} that you may see`, {
      fix: "List them: entente dialogue record list",
    });
  return itemOf<RoundRecord>(held);
}

interface DraftOptions extends Marked {
  readonly round: string;
  readonly name: string;
  readonly lang: string;
}

export function recordCommand(dialogue: Command): void {
  const record = dialogue
    .command("record")
    .description("the record of a round: drafted by one, amended by the other, closed by both signatures");
  record
    .command("list", { isDefault: true })
    .description("the records of a dialogue's rounds and who has signed them")
    .argument("[dialogue]")
    .action(async (named: string | undefined, _options: object, command: Command) => {
      await atDesk(command, async (desk) => {
        const records = await desk.node.dialogues.records(desk.officer, await dialogueId(desk, named));
        print(
          command,
          { records },
          records.length === 0
            ? "No record yet. Draft one: entente dialogue record draft --help"
            : records.flatMap(({ id, value, state, signatures, openAmendments }) => [
                `${value.name}: ${state}  ${id}`,
                ...signatures.map(
                  ({ party, state: signed, signedBy }) =>
                    `  ${party}: ${signed}${signedBy === null ? "" : `, ${signedBy}`}`,
                ),
                ...openAmendments.map((amendment) => `  proposed: ${amendment}`),
              ]),
        );
      });
    });
  marked(
    record
      .command("draft")
      .description("draft a round's record from a text file")
      .argument("<file>")
      .requiredOption("--round <id>")
      .requiredOption("--name <text>")
      .option("--lang <tag>", "", "en"),
  ).action(async (file: string, options: DraftOptions, command: Command) => {
    await atDesk(command, async (desk) => {
      const text = readText(file);
      const dialogues = await desk.node.dialogues.list(desk.officer);
      for (const { id } of dialogues) {
        const { rounds, commitments } = await desk.node.dialogues.collection(desk.officer, id);
        if (!rounds.some((round) => round.id === options.round)) continue;
        const agreed = commitments.filter(
          ({ value }) => value.round_ref === options.round && value.origin === "agreed-text",
        );
        const made = await desk.node.dialogues.draftRecord(
          desk.officer,
          {
            name: options.name,
            dialogue_ref: id,
            round_ref: options.round,
            texts: [{ lang: options.lang, text }],
            ...(agreed.length === 0 ? {} : { commitment_refs: agreed.map((item) => item.id) }),
          },
          options.marking,
        );
        return print(command, { id: made }, made);
      }
      throw new CliError("record-unknown", `there is no round ${options.round} that you may see`);
    });
  });
  marked(
    record
      .command("amend")
      .description("propose other wording for a record that the other side drafted")
      .argument("<record>")
      .argument("<file>", "the whole text as it should read")
      .requiredOption("--reasons <text>")
      .option("--lang <tag>", "", "en"),
  ).action(async (id: string, file: string, options: Marked & { reasons: string; lang: string }, command: Command) => {
    await atDesk(command, async (desk) => {
      const { value } = await recordOf(desk, id);
      const texts = [
        { lang: options.lang, text: readText(file) },
        ...value.texts.filter(({ lang }) => lang !== options.lang),
      ];
      const made = await desk.node.dialogues.proposeAmendment(
        desk.officer,
        { record_ref: id, texts, reasons: options.reasons },
        options.marking,
      );
      print(command, { id: made }, made);
    });
  });
  record
    .command("accept")
    .description("take a proposed amendment into a record that this party drafted")
    .argument("<amendment>")
    .action(async (id: string, _options: object, command: Command) => {
      await atDesk(command, async (desk) => {
        await desk.node.dialogues.acceptAmendment(desk.officer, id);
        print(command, { id }, "The record has a new version; signatures under the earlier one no longer count.");
      });
    });
}

export function signCommand(dialogue: Command): void {
  marked(
    dialogue
      .command("sign")
      .description("sign a round's record for this party; it shows the text first and signs the hash that you give")
      .argument("<record>")
      .requiredOption("--by <name>", "who signs, by name")
      .option(
        "--sha256 <hex>",
        "of the text that you read; without it the text and its hash are shown, and nothing is signed",
      ),
  ).action(async (id: string, options: Marked & { by: string; sha256?: string }, command: Command) => {
    await atDesk(command, async (desk) => {
      const { value, sha256 } = await recordOf(desk, id);
      if (options.sha256 === undefined)
        return print(command, { record: id, sha256, texts: value.texts, signed: false }, [
          ...value.texts.map(({ lang, text }) => `[${lang}]\n${text}\n`),
          `Not signed yet. To sign this text: entente dialogue sign ${id} --by NAME --sha256 ${sha256}`,
        ]);
      const made = await desk.node.dialogues.sign(
        desk.officer,
        { record: id, sha256: options.sha256, signedBy: options.by },
        options.marking,
      );
      print(
        command,
        { id: made, record: id, sha256, signed: true },
        `Signed: ${made}. Release it to the partner so that it counts there.`,
      );
    });
  });
}

interface NoteOptions {
  readonly dialogue?: string;
  readonly round?: string;
  readonly name: string;
  readonly content: string;
}

export function noteCommand(dialogue: Command): void {
  dialogue
    .command("note")
    .description("a meeting note; national: it goes to nobody")
    .option("--dialogue <id>")
    .option("--round <id>")
    .requiredOption("--name <text>")
    .requiredOption("--content <text>")
    .action(async (options: NoteOptions, command: Command) => {
      await atDesk(command, async (desk) => {
        const id = await desk.node.dialogues.addNote(desk.officer, {
          name: options.name,
          content: options.content,
          dialogue_ref: await dialogueId(desk, options.dialogue),
          ...(options.round === undefined ? {} : { round_ref: options.round }),
        });
        print(command, { id }, id);
      });
    });
}

interface TaskOptions {
  readonly dialogue?: string;
  readonly commitment?: string;
  readonly name: string;
  readonly to: string;
  readonly due?: string;
}

export function taskCommand(dialogue: Command): void {
  const task = dialogue.command("task").description("what an officer has to do; national");
  task
    .command("add")
    .option("--dialogue <id>")
    .option("--commitment <id>")
    .requiredOption("--name <text>")
    .requiredOption("--to <address>", "the officer's address")
    .option("--due <date>")
    .action(async (options: TaskOptions, command: Command) => {
      await atDesk(command, async (desk) => {
        const id = await desk.node.dialogues.addTask(desk.officer, {
          name: options.name,
          dialogue_ref: await dialogueId(desk, options.dialogue),
          assigned_to: options.to,
          ...(options.commitment === undefined ? {} : { commitment_ref: options.commitment }),
          ...(options.due === undefined ? {} : { due_on: options.due }),
        });
        print(command, { id }, id);
      });
    });
  task
    .command("done")
    .argument("<task>")
    .action(async (id: string, _options: object, command: Command) => {
      await atDesk(command, async (desk) => {
        await desk.node.dialogues.finishTask(desk.officer, id);
        print(command, { id }, `${id} is done.`);
      });
    });
}
