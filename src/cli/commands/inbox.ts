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
          const inbound = await r.parcels.inboundList({ kinds: ["release", "correction", "recall"] });
          return inbound.map(({ channel, sequence, kind, receivedAt, summary }) => ({
            channel,
            from: channels.get(channel) ?? channel,
            sequence,
            kind,
            receivedAt,
            ...(JSON.parse(summary) as { title: string; records: number }),
          }));
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
