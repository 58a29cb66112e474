import type { Command } from "commander";
import { commitmentsCsv, type NextRound, type WordingChange } from "#pillars/dialogues";
import { print } from "../../context.ts";
import { CliError } from "../../errors.ts";
import { lineWords } from "./commitments.ts";
import { atDesk, dialogueId } from "./shared.ts";

export function listCommand(dialogue: Command): void {
  dialogue
    .command("list")
    .description("the dialogues that this officer may see")
    .action(async (_options: object, command: Command) => {
      await atDesk(command, async ({ node, officer }) => {
        const dialogues = await node.dialogues.list(officer);
        print(
          command,
          { dialogues },
          dialogues.length === 0
            ? "No dialogue yet. Begin one: entente dialogue new --help"
            : dialogues.map(({ id, name, parties }) => `${name} (${parties.join(", ")})  ${id}`),
        );
      });
    });
}

export function nextRoundCommand(dialogue: Command): void {
  dialogue
    .command("next-round")
    .description("all that a desk officer needs before the next round")
    .argument("[dialogue]")
    .action(async (named: string | undefined, _options: object, command: Command) => {
      await atDesk(command, async (desk) => {
        const screen = await desk.node.dialogues.nextRound(desk.officer, await dialogueId(desk, named));
        print(command, screen, screenWords(screen));
      });
    });
}

const POINT_WORDS: Readonly<Record<NextRound["talkingPoints"][number]["kind"], string>> = {
  "overdue-ours": "We owe, overdue",
  "overdue-theirs": "Owed to us, overdue",
  disagreement: "The sides disagree",
  "unverified-claim": "Claimed complete, not verified",
  "no-guideline": "What counts as done is not fixed",
  "wording-dropped": "Wording dropped",
};

function screenWords(screen: NextRound): string[] {
  const names = new Map(screen.dialogue.parties.map(({ ref, name }) => [ref, name]));
  const name = (ref: string): string => names.get(ref) ?? ref;
  const round = (label: string, item: NextRound["next"]): string[] =>
    item === null
      ? []
      : [
          `${label}: ${item.place}, ${item.heldOn}; ${item.coChairs.map((chair) => `${chair.name} (${name(chair.party)})`).join(", ")}`,
        ];
  return [
    screen.dialogue.name,
    screen.daysToGo === null
      ? "No next round is planned."
      : `${screen.daysToGo} day${screen.daysToGo === 1 ? "" : "s"} to go`,
    ...round("Next", screen.next),
    ...round("Last", screen.last),
    "",
    ...screen.areas.flatMap((area) => [
      area.name,
      ...(area.commitments.length === 0
        ? ["  nothing marked yet"]
        : area.commitments.map((line) => lineWords(line, name))),
    ]),
    "",
    ...screen.overdue.map(({ party, commitments }) => `Overdue, owed by ${name(party)}: ${commitments.length}`),
    ...(screen.talkingPoints.length === 0 ? [] : ["", "Talking points"]),
    ...screen.talkingPoints.map(
      ({ kind, text, parties, source }) =>
        `  ${POINT_WORDS[kind]}${parties.length === 0 ? "" : ` (${parties.map(name).join(", ")})`}: ${text}  [${source}]`,
    ),
    ...(screen.news.length === 0 ? [] : ["", "New since the last round"]),
    ...screen.news.map(({ title, type }) => `  ${type}: ${title}`),
    ...(screen.wording === null ? [] : ["", ...wordingWords(screen.wording)]),
    ...(screen.national.notes.length + screen.national.tasks.length === 0 ? [] : ["", "Held nationally"]),
    ...screen.national.notes.map((note) => `  ${note.name}: ${note.content}`),
    ...screen.national.tasks.map(
      (task) =>
        `  ${task.doneOn === null ? "to do" : "done"}: ${task.name} (${task.assignedTo}${task.dueOn === null ? "" : `, ${task.dueOn}`})`,
    ),
  ];
}

function wordingWords(change: WordingChange): string[] {
  return [
    `Wording, ${change.before.name} (${change.before.issuedOn}) → ${change.after.name} (${change.after.issuedOn}): ${change.added} added, ${change.dropped} dropped, ${change.changed} changed`,
    ...change.spans.flatMap((span) => {
      if (span.kind === "same") return [];
      if (span.words === undefined)
        return [`  ${span.kind === "added" ? "+" : "−"} ${span.after?.text ?? span.before?.text ?? ""}`];
      const words = span.words.map(({ kind, text }) =>
        kind === "same" ? text : kind === "added" ? `[+${text}+]` : `[-${text}-]`,
      );
      return [`  ~ ${words.join("")}`];
    }),
  ];
}

export function diffCommand(dialogue: Command): void {
  dialogue
    .command("diff")
    .description("what was added, dropped and changed from one statement to another, span by span")
    .argument("<before>")
    .argument("<after>")
    .option("--lang <tag>", "", "en")
    .action(async (before: string, after: string, options: { lang: string }, command: Command) => {
      await atDesk(command, async ({ node, officer }) => {
        const change = await node.dialogues.diff(officer, before, after, options.lang);
        print(command, change, wordingWords(change));
      });
    });
}

export function progressCommand(dialogue: Command): void {
  dialogue
    .command("progress")
    .description("how the commitments stood at each round, by each party's own word")
    .argument("[dialogue]")
    .option("--on <date...>", "these days instead of the rounds'")
    .action(async (named: string | undefined, options: { on?: string[] }, command: Command) => {
      await atDesk(command, async (desk) => {
        const id = await dialogueId(desk, named);
        const { dialogue: found } = await desk.node.dialogues.collection(desk.officer, id);
        const names = new Map(found.value.parties.map(({ ref, name }) => [ref, name]));
        const points = await desk.node.dialogues.progress(desk.officer, id, options.on);
        print(
          command,
          { points },
          points.flatMap((point) => [
            `${point.on}  ${point.label}: ${point.commitments} commitments`,
            ...point.byParty.map(
              (side) =>
                `  ${names.get(side.party) ?? side.party}: ${side.assessed} assessed, ${side.claimed} claimed complete, ${side.verified} verified`,
            ),
          ]),
        );
      });
    });
}

export function exportCommand(dialogue: Command): void {
  dialogue
    .command("export")
    .description(
      "what this officer sees of a dialogue: the screen as JSON, the commitments as CSV, the dates as iCalendar",
    )
    .argument("[dialogue]")
    .option("--format <format>", "json | csv | ics", "json")
    .action(async (named: string | undefined, { format }: { format: string }, command: Command) => {
      await atDesk(command, async (desk) => {
        const id = await dialogueId(desk, named);
        if (format === "ics") {
          const text = await desk.node.dialogues.calendar(desk.officer, id);
          return print(command, { format, text }, text);
        }
        const screen = await desk.node.dialogues.nextRound(desk.officer, id);
        if (format === "csv") return print(command, { format, text: commitmentsCsv(screen) }, commitmentsCsv(screen));
        if (format === "json") return print(command, screen, JSON.stringify(screen, null, 2));
        throw new CliError("option-invalid", `there is no format ${format}`, { fix: "Choose json, csv or ics." });
      });
    });
}
