import type { Command } from "commander";
import type { CaseInput, CaseView } from "#safeguards";
import type { RedressCase } from "#store";
import { actingOfficer, dateOption, print, withNode } from "../context.ts";

function words({ case: item, overdue, copies, confirmed, missing }: CaseView): string[] {
  const when =
    item.state === "open" ? `due ${item.dueAt.slice(0, 10)}${overdue ? " OVERDUE" : ""}` : (item.outcome ?? "");
  return [
    `${item.id}  ${item.kind}  ${item.state}  ${when}`,
    ...(copies.length === 0 ? [] : [`  ${confirmed} confirmed, ${missing} not`]),
    ...copies.map(
      (copy) =>
        `  ${copy.confirmed ? "confirmed    " : copy.told ? "NO RECEIPT   " : "NOT YET TOLD "} ${copy.holderName}  ${copy.recordId}`,
    ),
  ];
}

/** With what was asked and decided: only where one case is shown. */
function fully(view: CaseView): string[] {
  const { request, reasons, extensionReason } = view.case;
  return [
    ...words(view),
    `  asked: ${request}`,
    ...(extensionReason === "" ? [] : [`  extended: ${extensionReason}`]),
    ...(reasons === "" ? [] : [`  reasons: ${reasons}`]),
  ];
}

export function redressCommand(program: Command): void {
  const redress = program
    .command("redress")
    .description("case files of people who ask for access, a correction or erasure, or dispute a match");
  redress
    .command("open")
    .description("open a case")
    .requiredOption("--kind <kind>", "access, correction, erasure, match-dispute")
    .requiredOption("--request <text>", "what was asked; it stays in the case file")
    .option("--received <date>", "when it came; now unless told")
    .option("--record <id...>", "the records it concerns", [])
    .action(
      async (
        options: { kind: CaseInput["kind"]; request: string; received?: string; record: string[] },
        command: Command,
      ) => {
        await withNode(command, async (node) => {
          const view = await node.redress.open(await actingOfficer(command, node), {
            kind: options.kind,
            request: options.request,
            receivedAt: dateOption(options.received ?? new Date().toISOString()),
            records: options.record,
          });
          print(command, view, words(view));
        });
      },
    );
  redress
    .command("list")
    .description("cases, by when they are due")
    .option("--open", "only what is not closed")
    .action(async (options: { open?: boolean }, command: Command) => {
      await withNode(command, async (node) => {
        const cases = await node.redress.list(await actingOfficer(command, node), options.open === true);
        print(command, { cases }, cases.length === 0 ? "There is no case." : cases.flatMap(words));
      });
    });
  for (const [name, description] of [
    ["show", "a case, its decision, and who has confirmed it"],
    ["close", "when every receipt has come"],
  ] as const) {
    redress
      .command(name)
      .description(description)
      .argument("<case>")
      .action(async (id: string, _options: object, command: Command) => {
        await withNode(command, async (node) => {
          const view = await node.redress[name](await actingOfficer(command, node), id);
          print(command, view, fully(view));
        });
      });
  }
  deciding(redress);
  redress
    .command("correct")
    .description("draft a release of the corrected version to every party that holds an older one")
    .argument("<case>")
    .action(async (id: string, _options: object, command: Command) => {
      await withNode(command, async (node) => {
        const releases = await node.redress.correct(await actingOfficer(command, node), id);
        print(
          command,
          { case: id, releases },
          releases.length === 0
            ? "Nobody holds an older version, or the corrected version is not here yet."
            : releases.map((release) => `${release} waits for the second officer: entente release approve ${release}`),
        );
      });
    });
  redress
    .command("notice")
    .description("what the person is sent: the number of the case and nothing about it")
    .argument("<case>")
    .action(async (id: string, _options: object, command: Command) => {
      await withNode(command, async (node) => {
        const notice = await node.redress.notice(await actingOfficer(command, node), id);
        print(command, notice, notice.text);
      });
    });
}

function deciding(redress: Command): void {
  redress
    .command("decide")
    .description("decide a case that another officer opened; a granted erasure goes out at once")
    .argument("<case>")
    .requiredOption("--outcome <outcome>", "granted, partly, refused")
    .requiredOption("--reasons <text>")
    .action(
      async (
        id: string,
        options: { outcome: NonNullable<RedressCase["outcome"]>; reasons: string },
        command: Command,
      ) => {
        await withNode(command, async (node) => {
          const view = await node.redress.decide(await actingOfficer(command, node), id, options);
          print(command, view, fully(view));
        });
      },
    );
  redress
    .command("extend")
    .description("extend its time, once, with a reason")
    .argument("<case>")
    .requiredOption("--reason <text>")
    .action(async (id: string, { reason }: { reason: string }, command: Command) => {
      await withNode(command, async (node) => {
        const view = await node.redress.extend(await actingOfficer(command, node), id, reason);
        print(command, view, words(view));
      });
    });
}
