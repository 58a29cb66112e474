import type { Command } from "commander";
import { actingOfficer, dateOption, print, withNode } from "../context.ts";

export function retentionCommand(program: Command): void {
  const retention = program
    .command("retention")
    .description("what is to be looked at again, what must be kept, and what is proved to be gone");
  retention
    .command("list")
    .description("reviews that are overdue or due, here and at partners; and holds in force")
    .option("--days <n>", "how far ahead to look", "30")
    .action(async (options: { days: string }, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const [due, all] = [
          await node.retention.due(officer, Number(options.days)),
          await node.retention.holds(officer),
        ];
        const holds = all.filter(({ releasedAt }) => releasedAt === null);
        print(command, { due, holds }, [
          ...due.map(({ days, side, recordId, title }) => {
            const when = days < 0 ? `overdue by ${-days} days` : `in ${days} days`;
            return `${when.padEnd(22)}  ${side.padEnd(8)}  ${recordId}  ${title ?? ""}`;
          }),
          ...holds.map(
            ({ id, recordId, reason, until }) =>
              `held until ${until?.slice(0, 10) ?? "released"}  ${id}  ${recordId}: ${reason}`,
          ),
          ...(due.length + holds.length === 0 ? ["Nothing is due, and nothing is held."] : []),
        ]);
      });
    });
  retention
    .command("keep")
    .description("it was looked at and is still needed")
    .argument("<record>")
    .requiredOption("--until <date>", "when it is looked at again")
    .requiredOption("--reason <text>")
    .action(async (record: string, options: { until: string; reason: string }, command: Command) => {
      await withNode(command, async (node) => {
        const nextReview = dateOption(options.until);
        await node.retention.keep(await actingOfficer(command, node), record, nextReview, options.reason);
        print(command, { record, nextReview }, `${record} is looked at again on ${nextReview.slice(0, 10)}.`);
      });
    });
  retention
    .command("hold")
    .description("a legal hold: neither expiry nor a recall deletes the record while it lasts")
    .argument("<record>")
    .requiredOption("--reason <text>")
    .option("--until <date>")
    .action(async (record: string, options: { reason: string; until?: string }, command: Command) => {
      await withNode(command, async (node) => {
        const until = options.until === undefined ? null : dateOption(options.until);
        const hold = await node.retention.hold(await actingOfficer(command, node), record, options.reason, until);
        print(command, hold, `${hold.id} keeps ${record}.`);
      });
    });
  retention
    .command("release-hold")
    .description("the duty to keep is over")
    .argument("<hold>")
    .requiredOption("--reason <text>")
    .action(async (id: string, { reason }: { reason: string }, command: Command) => {
      await withNode(command, async (node) => {
        const hold = await node.retention.releaseHold(await actingOfficer(command, node), id, reason);
        print(command, hold, `${id} is released; what is past its time goes with the next expiry.`);
      });
    });
  retention
    .command("proof")
    .description("which partners have said, signed, that a record's text is gone there")
    .argument("<record>")
    .action(async (record: string, _options: object, command: Command) => {
      await withNode(command, async (node) => {
        const { copies } = await node.exchange.copies(await actingOfficer(command, node), record);
        const gone = copies.filter(({ state }) => state === "deleted" || state === "recalled");
        const held = copies.length - gone.length;
        print(command, { record, gone, held }, [
          ...gone.map(({ holder, state, updatedAt }) => `${holder.name}: ${state} ${updatedAt.slice(0, 16)}`),
          `${held} cop${held === 1 ? "y is" : "ies are"} not proved to be gone.`,
        ]);
      });
    });
}
