import type { Command } from "commander";
import type { ReportView } from "#safeguards";
import { actingOfficer, dateOption, findChannel, print, withNode } from "../context.ts";

function words({ report, notifyBy, recipients, copies, hidden, gone, remaining }: ReportView): string[] {
  return [
    `${report.id}  ${report.state}  ${report.what}`,
    `  ${gone + remaining} copies: ${gone} gone, ${remaining} not confirmed; the supervisory authority is told by ${notifyBy.slice(0, 16)}`,
    ...recipients.map(({ name, copies: count }) => `  ${name}: ${count}`),
    ...copies.map(
      ({ recordId, release, sequence, state }) => `  ${state.padEnd(11)}  ${recordId}  ${release}  parcel ${sequence}`,
    ),
    ...(hidden === 0 ? [] : [`  ${hidden} of records that you may not see`]),
  ];
}

interface OpenOptions {
  readonly what: string;
  readonly record?: string[];
  readonly marking?: string;
  readonly from?: string;
  readonly until?: string;
  readonly to?: string;
  readonly recall?: boolean;
}

export function errorReportCommand(program: Command): void {
  const reports = program
    .command("error-report")
    .description("something left that should not have: what, to whom, and what became of it");
  reports
    .command("open")
    .description("report it; the affected copies are found by what is named here, and each part narrows")
    .requiredOption("--what <text>", "what happened")
    .option("--record <id...>")
    .option("--marking <id>")
    .option("--from <date>", "approved on this day or later")
    .option("--until <date>", "approved before this day")
    .option("--to <partner>", "the recipient, by name or id")
    .option("--recall", "take back at once what is still out there")
    .action(async (options: OpenOptions, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const { record, marking, from, until, to } = options;
        const opened = await node.errorReports.open(officer, {
          what: options.what,
          query: {
            ...(record === undefined ? {} : { records: record }),
            ...(marking === undefined ? {} : { marking }),
            ...(from === undefined ? {} : { from: dateOption(from) }),
            ...(until === undefined ? {} : { until: dateOption(until) }),
            ...(to === undefined
              ? {}
              : { recipient: to.startsWith("identity--") ? to : (await findChannel(node, officer, to)).partner }),
          },
        });
        if (options.recall === true) await node.errorReports.recall(officer, opened.report.id);
        const view = await node.errorReports.show(officer, opened.report.id);
        print(command, view, words(view));
      });
    });
  reports
    .command("list")
    .description("reports, newest first")
    .option("--open", "only what is not closed")
    .action(async (options: { open?: boolean }, command: Command) => {
      await withNode(command, async (node) => {
        const found = await node.errorReports.list(await actingOfficer(command, node), options.open === true);
        print(command, { reports: found }, found.length === 0 ? "There is no report." : found.flatMap(words));
      });
    });
  reports
    .command("show")
    .description("one report, and what is not confirmed as gone")
    .argument("<report>")
    .action(async (id: string, _options: object, command: Command) => {
      await withNode(command, async (node) => {
        const view = await node.errorReports.show(await actingOfficer(command, node), id);
        print(command, view, words(view));
      });
    });
  reports
    .command("recall")
    .description("take back what is still out there")
    .argument("<report>")
    .action(async (id: string, _options: object, command: Command) => {
      await withNode(command, async (node) => {
        const told = await node.errorReports.recall(await actingOfficer(command, node), id);
        print(command, { report: id, told }, `${told} recall(s) wait in the outbox and go when the node runs.`);
      });
    });
  reports
    .command("close")
    .description("when nothing that it names is out there any more")
    .argument("<report>")
    .requiredOption("--closing <text>", "what was found, and what is changed so that it does not happen again")
    .action(async (id: string, { closing }: { closing: string }, command: Command) => {
      await withNode(command, async (node) => {
        const view = await node.errorReports.close(await actingOfficer(command, node), id, closing);
        print(command, view, words(view));
      });
    });
}
