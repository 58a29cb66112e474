import type { Command } from "commander";
import type { CopyState } from "#exchange";
import { actingOfficer, print, withNode } from "../context.ts";

function words(copy: CopyState): string {
  const names = [...copy.via, copy.holder].map(({ name }) => name);
  const shut = copy.channelState === "active" ? "" : `; the channel is ${copy.channelState}`;
  return `${copy.confirmed ? "confirmed    " : "NOT CONFIRMED"}  ${copy.state.padEnd(11)}  ${names.join(" → ")}  since ${copy.updatedAt.slice(0, 16)}${shut}`;
}

export function copiesCommand(program: Command): void {
  program
    .command("copies")
    .description("every copy of a record, also where a partner passed it on, and whose receipt is missing")
    .argument("<record>")
    .action(async (record: string, _options: object, command: Command) => {
      await withNode(command, async (node) => {
        const tree = await node.exchange.copies(await actingOfficer(command, node), record);
        const { copies, confirmed, unconfirmed } = tree;
        const copiesWord = copies.length === 1 ? "copy" : "copies";
        print(command, tree, [
          `${copies.length} ${copiesWord}: ${confirmed} confirmed, ${unconfirmed} not`,
          ...copies.map(words),
        ]);
      });
    });
}

export function oversightCommand(program: Command): void {
  const oversight = program.command("oversight").description("what an overseer looks for");
  oversight
    .command("unconfirmed")
    .description("copies given or taken back of which no receipt has come, the oldest first")
    .action(async (_options: object, command: Command) => {
      await withNode(command, async (node) => {
        const copies = await node.exchange.unconfirmed(await actingOfficer(command, node));
        print(
          command,
          { copies },
          copies.length === 0 ? "Every copy is confirmed." : copies.map((copy) => `${copy.recordId}  ${words(copy)}`),
        );
      });
    });
}

export function expireCommand(program: Command): void {
  program
    .command("expire")
    .description(
      "delete now what partners gave for a time that is over, and tell them; a running node does so by itself",
    )
    .action(async (_options: object, command: Command) => {
      await withNode(command, async (node) => {
        const done = await node.exchange.expire(await actingOfficer(command, node));
        const kept = done.held === 0 ? "" : ` ${done.held} are kept under a legal hold.`;
        print(
          command,
          done,
          `${done.records} records and ${done.envelopes} envelopes lost their text; their hashes stay.${kept}`,
        );
      });
    });
}
