import type { Command } from "commander";
import { actingOfficer, findChannel, print, withNode } from "../context.ts";

export function verifyCommand(program: Command): void {
  program
    .command("verify")
    .description("build both logs of a channel again and hold them against the signed checkpoints")
    .option("--channel <id>", "the channel, or the partner's name")
    .action(async (options: { channel?: string }, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const channel = await findChannel(node, officer, options.channel);
        const verdict = await node.exchange.verify(officer, channel.id);
        const line = (name: string, log: typeof verdict.own): string[] => [
          `${name}: ${log.size} entries, ${log.verified ? "verified" : "NOT VERIFIED"}`,
          ...log.problems.map((problem) => `  ${problem}`),
        ];
        print(command, verdict, [
          ...line("Our log", verdict.own),
          ...line(`${channel.partnerName}'s log`, verdict.theirs),
        ]);
        if (!verdict.own.verified || !verdict.theirs.verified) process.exitCode = 1;
      });
    });
}
