import type { Command } from "commander";
import { COMPLETIONS, CONFIDENCES, type CommitmentLine, STANDINGS } from "#pillars/dialogues";
import { print } from "../../context.ts";
import { atDesk, dialogueId, type Marked, marked, partyOf } from "./shared.ts";

const ORIGIN_WORDS = {
  "agreed-text": "agreed",
  "unilateral-statement": "one side's own",
  commentary: "commentary",
} as const;

export function lineWords(line: CommitmentLine, name: (ref: string) => string): string {
  const score = (view: { score: number } | null | undefined): string =>
    view === null || view === undefined ? "–" : view.score > 0 ? "+1" : String(view.score);
  const due = line.dueOn === null ? "no date" : `due ${line.dueOn}${line.state === "overdue" ? ", overdue" : ""}`;
  const theirs = line.theirs.map((view) => `${name(view.party)} ${score(view)}`).join(", ");
  return `  ${ORIGIN_WORDS[line.origin].padEnd(14)} ${line.name} (${line.owedBy.map(name).join(", ")}; ${due}; we ${score(line.ours)}${theirs === "" ? "" : `, ${theirs}`}${line.disagree ? "; the sides disagree" : ""})  ${line.id}`;
}

interface MarkOptions extends Marked {
  readonly start: string;
  readonly end: string;
  readonly lang: string;
  readonly name: string;
  readonly area: string;
  readonly owedBy: readonly string[];
  readonly owedTo: readonly string[];
  readonly guideline?: string;
  readonly due?: string;
}

export function commitmentsCommand(dialogue: Command): void {
  const commitments = dialogue
    .command("commitments")
    .description("what was promised: list, mark in a statement, amend");
  commitments
    .command("list", { isDefault: true })
    .description("the commitments of a dialogue, by area")
    .argument("[dialogue]")
    .action(async (named: string | undefined, _options: object, command: Command) => {
      await atDesk(command, async (desk) => {
        const screen = await desk.node.dialogues.nextRound(desk.officer, await dialogueId(desk, named));
        const names = new Map(screen.dialogue.parties.map(({ ref, name }) => [ref, name]));
        const all = screen.areas.flatMap((area) => area.commitments);
        print(
          command,
          { commitments: all },
          all.length === 0
            ? "No commitment yet. Bring a statement in: entente dialogue statement add --help"
            : screen.areas.flatMap((area) =>
                area.commitments.length === 0
                  ? []
                  : [area.name, ...area.commitments.map((line) => lineWords(line, (ref) => names.get(ref) ?? ref))],
              ),
        );
      });
    });
  marked(
    commitments
      .command("mark")
      .description("mark a commitment: its verbatim words in a statement, by their place")
      .argument("<statement>")
      .requiredOption("--start <n>", "where its words begin (UTF-16 code units)")
      .requiredOption("--end <n>", "where they end")
      .option("--lang <tag>", "", "en")
      .requiredOption("--name <text>", "what to call it")
      .requiredOption("--area <text>")
      .requiredOption("--owed-by <party...>")
      .option("--owed-to <party...>", "", [])
      .option("--guideline <text>", "what counts as done; fixed before anyone scores")
      .option("--due <date>"),
  ).action(async (statement: string, options: MarkOptions, command: Command) => {
    await atDesk(command, async (desk) => {
      const { value: found } = (await desk.node.dialogues.collection(desk.officer, await dialogueOf(desk, statement)))
        .dialogue;
      const id = await desk.node.dialogues.addCommitment(
        desk.officer,
        {
          statement_ref: statement,
          span: { lang: options.lang, start: Number(options.start), end: Number(options.end) },
          name: options.name,
          area: options.area,
          owed_by: options.owedBy.map((party) => partyOf(desk, found.parties, party)),
          ...(options.owedTo.length === 0
            ? {}
            : { owed_to: options.owedTo.map((party) => partyOf(desk, found.parties, party)) }),
          ...(options.guideline === undefined ? {} : { guideline: options.guideline }),
          ...(options.due === undefined ? {} : { due_on: options.due }),
        },
        options.marking,
      );
      print(command, { id }, id);
    });
  });
  commitments
    .command("amend")
    .description("change a commitment's guideline, dates or area; what counts as done is fixed once it was scored")
    .argument("<commitment>")
    .option("--guideline <text>")
    .option("--due <date>")
    .option("--area <text>")
    .option("--name <text>")
    .action(
      async (
        id: string,
        options: { guideline?: string; due?: string; area?: string; name?: string },
        command: Command,
      ) => {
        await atDesk(command, async (desk) => {
          const { due, ...rest } = options;
          await desk.node.dialogues.amendCommitment(desk.officer, id, {
            ...pick(rest),
            ...(due === undefined ? {} : { due_on: due }),
          });
          print(command, { id }, `${id} has a new version.`);
        });
      },
    );
}

const pick = ({ guideline, area, name }: { guideline?: string; area?: string; name?: string }) => ({
  ...(guideline === undefined ? {} : { guideline }),
  ...(area === undefined ? {} : { area }),
  ...(name === undefined ? {} : { name }),
});

async function dialogueOf(desk: Parameters<Parameters<typeof atDesk>[1]>[0], statement: string): Promise<string> {
  for (const { id } of await desk.node.dialogues.list(desk.officer)) {
    const { statements } = await desk.node.dialogues.collection(desk.officer, id);
    if (statements.some((item) => item.id === statement)) return id;
  }
  return dialogueId(desk, statement);
}

interface EvidenceOptions extends Marked {
  readonly shows: string;
  readonly source: string;
  readonly url?: string;
  readonly by: string;
  readonly on: string;
  readonly verified?: boolean;
  readonly reliability?: string;
  readonly credibility?: string;
}

export function evidenceCommand(dialogue: Command): void {
  marked(
    dialogue
      .command("evidence")
      .description("add what shows how far a commitment is met: claimed, or verified")
      .argument("<commitment>")
      .requiredOption("--shows <text>")
      .requiredOption("--source <name>")
      .option("--url <url>")
      .requiredOption("--by <name>", "who claims it, or who verified it")
      .option("--on <date>", "", new Date().toISOString().slice(0, 10))
      .option("--verified", "somebody went and saw; without it, it is a claim")
      .option("--reliability <A-F>", "of the source (Admiralty)")
      .option("--credibility <1-6>", "of the information (Admiralty)"),
  ).action(async (commitment: string, options: EvidenceOptions, command: Command) => {
    await atDesk(command, async (desk) => {
      const id = await desk.node.dialogues.addEvidence(
        desk.officer,
        {
          commitment_ref: commitment,
          shows: options.shows,
          source: { name: options.source, ...(options.url === undefined ? {} : { url: options.url }) },
          standing: options.verified === true ? "verified" : "claimed",
          stated_by: options.by,
          observed_on: options.on,
          ...(options.reliability === undefined ? {} : { source_reliability: options.reliability as "A" }),
          ...(options.credibility === undefined ? {} : { information_credibility: options.credibility as "1" }),
        },
        options.marking,
      );
      print(command, { id }, id);
    });
  });
}

interface AssessOptions extends Marked {
  readonly score: string;
  readonly completion: string;
  readonly confidence: string;
  readonly standing: string;
  readonly reasons: string;
  readonly final?: boolean;
  readonly round?: string;
  readonly evidence: readonly string[];
  readonly on?: string;
  readonly rating?: string;
}

export function assessCommand(dialogue: Command): void {
  marked(
    dialogue
      .command("assess")
      .description("this party's own word on a commitment; it is never averaged with the other's")
      .argument("<commitment>")
      .requiredOption("--score <n>", "-1 not met, 0 partly, 1 met")
      .requiredOption("--completion <word>", COMPLETIONS.join(" | "))
      .option("--confidence <word>", CONFIDENCES.join(" | "), "moderate")
      .option("--standing <word>", STANDINGS.join(" | "), "open")
      .requiredOption("--reasons <text>")
      .option("--final", "not interim")
      .option("--round <id>")
      .option("--evidence <id...>", "", [])
      .option("--on <date>")
      .option("--rating <scheme=value>", "a rating beside the score, for example FATF=LC"),
  ).action(async (commitment: string, options: AssessOptions, command: Command) => {
    await atDesk(command, async (desk) => {
      const [scheme = "", value = ""] = options.rating?.split("=") ?? [];
      const id = await desk.node.dialogues.assess(
        desk.officer,
        {
          commitment_ref: commitment,
          stage: options.final === true ? "final" : "interim",
          score: Number(options.score) as 0,
          completion: options.completion as "complete",
          confidence: options.confidence as "low",
          standing: options.standing as "open",
          reasons: options.reasons,
          ...(options.evidence.length === 0 ? {} : { evidence_refs: [...options.evidence] }),
          ...(options.round === undefined ? {} : { round_ref: options.round }),
          ...(options.on === undefined ? {} : { assessed_on: options.on }),
          ...(options.rating === undefined ? {} : { rating: { scheme, value } }),
        },
        options.marking,
      );
      print(command, { id }, id);
    });
  });
}
