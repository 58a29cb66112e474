import type { Command } from "commander";
import { actingOfficer, print, withNode } from "../context.ts";

export function inboxCommand(program: Command): void {
  program
    .command("inbox")
    .description("what partners gave, corrected and took back")
    .action(async (_options: object, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const parcels = await node.store.read(officer, async (r) => {
          const channels = new Map((await r.channels.list()).map((channel) => [channel.id, channel.partnerName]));
          const inbound = await r.parcels.inboundList({ kinds: ["release", "correction", "recall", "fair-key"] });
          return inbound.flatMap(({ channel, sequence, kind, receivedAt, summary }) => {
            const { gives, ...said } = JSON.parse(summary) as { title?: string; records?: number; gives?: string };
            // The key of a sealed release opened what the inbox shows; one that opened nothing is an incident.
            if (kind === "fair-key" && gives === undefined) return [];
            const { title = "", records = 0 } = said;
            const from = channels.get(channel) ?? channel;
            return [{ channel, from, sequence, kind: gives ?? kind, receivedAt, ...said, title, records }];
          });
        });
        print(
          command,
          { parcels },
          parcels.length === 0
            ? "Nothing has come in yet."
            : parcels.map(
                (parcel) =>
                  `${parcel.receivedAt.slice(0, 16)}  ${parcel.kind.padEnd(10)}  ${parcel.from}: ${parcel.title} (${parcel.records})`,
              ),
        );
      });
    });
}
