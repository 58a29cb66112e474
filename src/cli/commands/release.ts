import type { Command } from "commander";
import type { Review } from "#safeguards";
import { actingOfficer, dateOption, findChannel, print, withNode } from "../context.ts";

interface DraftOptions {
  readonly to?: string;
  readonly title: string;
  readonly purpose: string;
  readonly necessity: string;
  readonly basis?: string;
  readonly reviewBy?: string;
  readonly record: readonly string[];
  readonly fair?: boolean;
  readonly submit?: boolean;
}

function words({ release, reasons, items }: Review): string[] {
  return [
    `${release.id}  ${release.state}  “${release.title}”`,
    ...reasons.map((reason) => `  ! ${reason.message} (${reason.source}) ${reason.fix}`),
    ...items.map((item) => {
      const [reason] = item.answer.reasons;
      return `  ${item.answer.effect === "allow" ? "goes   " : item.answer.effect === "refuse" ? "stays  " : "waits  "} ${item.title ?? item.recordId}${reason === undefined ? "" : `: ${reason.message} (${reason.source}) ${reason.fix}`}`;
    }),
  ];
}

export function releaseCommand(program: Command): void {
  const release = program
    .command("release")
    .description("give records to a partner: draft, submit, and a second officer's word");
  release
    .command("draft")
    .description("draft a release and see what the safeguards say")
    .option("--to <channel>", "the channel, or the partner's name")
    .requiredOption("--title <text>")
    .option("--purpose <purpose>", "what the partner may use it for", "")
    .option("--necessity <text>", "why the partner needs it", "")
    .option("--basis <id>", "the legal basis")
    .option("--review-by <date>", "when keeping it must be looked at again")
    .requiredOption("--record <id...>", "the records")
    .option("--fair", "ciphertext first; the key goes when the partner has signed for it")
    .option("--submit", "hand it to the second officer at once")
    .action(async (options: DraftOptions, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const channel = await findChannel(node, officer, options.to);
        const draft = await node.safeguards.draft(officer, {
          channel: channel.id,
          title: options.title,
          purpose: options.purpose,
          necessity: options.necessity,
          legalBasis: options.basis ?? null,
          reviewBy: options.reviewBy === undefined ? null : dateOption(options.reviewBy),
          records: options.record,
          fair: options.fair ?? false,
        });
        const review = options.submit === true ? await node.safeguards.submit(officer, draft.release.id) : draft;
        print(command, review, words(review));
      });
    });
  for (const [name, description] of [
    ["submit", "hand a draft to the second officer"],
    ["show", "what the safeguards say of a release now"],
  ] as const) {
    release
      .command(name)
      .description(description)
      .argument("<id>")
      .action(async (id: string, _options: object, command: Command) => {
        await withNode(command, async (node) => {
          const officer = await actingOfficer(command, node);
          const review =
            name === "submit" ? await node.safeguards.submit(officer, id) : await node.safeguards.review(officer, id);
          print(command, review, words(review));
        });
      });
  }
  for (const name of ["approve", "reject"] as const) {
    release
      .command(name)
      .description(name === "approve" ? "the second officer's word: it leaves" : "the second officer's word: it stays")
      .argument("<id>")
      .option("--note <text>", "why", "")
      .action(async (id: string, options: { note: string }, command: Command) => {
        await withNode(command, async (node) => {
          const decided = await node.safeguards[name](await actingOfficer(command, node), id, options.note);
          print(
            command,
            decided,
            `${decided.id} is ${decided.state}${decided.parts > 0 ? `; ${decided.parts} parcel(s) wait in the outbox and go when the node runs` : ""}.`,
          );
        });
      });
  }
  release
    .command("list")
    .description("the releases, newest first")
    .action(async (_options: object, command: Command) => {
      await withNode(command, async (node) => {
        const releases = await node.store.read(await actingOfficer(command, node), (r) => r.releases.list());
        print(
          command,
          { releases },
          releases.length === 0
            ? "No release yet. Draft one: entente release draft --help"
            : releases.map(
                (item) => `${item.createdAt.slice(0, 16)}  ${item.state.padEnd(9)}  ${item.id}  ${item.title}`,
              ),
        );
      });
    });
  release
    .command("recall")
    .description("take a record back from every party that holds it")
    .argument("<record>")
    .requiredOption("--reason <text>")
    .action(async (record: string, options: { reason: string }, command: Command) => {
      await withNode(command, async (node) => {
        const parties = await node.exchange.recall(await actingOfficer(command, node), record, options.reason);
        print(
          command,
          { record, parties },
          `${parties} part${parties === 1 ? "y is" : "ies are"} told; their receipts will show.`,
        );
      });
    });
}
