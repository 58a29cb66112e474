import { writeFileSync } from "node:fs";
import type { Command } from "commander";
import { actingOfficer, findChannel, print, readText, withNode } from "../context.ts";

export function pairCommand(program: Command): void {
  const pair = program
    .command("pair")
    .description("pair with a partner: two files, and digits that two people read to each other");
  pair
    .command("invite")
    .description("write an invitation to give to the partner")
    .requiredOption("--out <file>", "where to write it")
    .option(
      "--continue <channel>",
      "a channel with the same partner that goes on under new keys, since one was revoked",
    )
    .option("--reason <text>", "why, with --continue: the partner reads it")
    .action(async (options: { out: string; continue?: string; reason?: string }, command: Command) => {
      if (options.continue !== undefined && (options.reason ?? "").trim() === "")
        command.error("error: --continue states its --reason");
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const old = options.continue === undefined ? null : await findChannel(node, officer, options.continue);
        const { id, text } = await node.exchange.pairing.invite(
          officer,
          old === null ? undefined : { channel: old.id, reason: options.reason ?? "" },
        );
        writeFileSync(options.out, text, { flag: "wx" });
        print(
          command,
          { id, file: options.out },
          `Give ${options.out} to the partner. The partner sends an answer; open it with: entente pair accept FILE`,
        );
      });
    });
  pair
    .command("accept")
    .description("open the partner's invitation, or its answer to ours")
    .argument("<file>", "the partner's file")
    .option("--out <file>", "where to write our answer, when the file is a first invitation", "answer.entente")
    .action(async (file: string, options: { out: string }, command: Command) => {
      await withNode(command, async (node) => {
        const { channel, fingerprint, answer } = await node.exchange.pairing.accept(
          await actingOfficer(command, node),
          readText(file),
        );
        if (answer !== null) writeFileSync(options.out, answer, { flag: "wx" });
        print(
          command,
          {
            channel: channel.id,
            partner: channel.partnerName,
            fingerprint,
            answer: answer === null ? null : options.out,
          },
          [
            ...(answer === null ? [] : [`Send ${options.out} back to ${channel.partnerName}.`]),
            "Read these digits to each other on a line you both trust:",
            `  ${fingerprint}`,
            `If they are the same: entente pair confirm --channel ${channel.id} --fingerprint "…"`,
          ],
        );
      });
    });
  pair
    .command("confirm")
    .description("say that the partner read the same digits; from then on records may cross")
    .option("--channel <id>", "the channel, or the partner's name")
    .requiredOption("--fingerprint <digits>", "the digits as the partner read them")
    .action(async (options: { channel?: string; fingerprint: string }, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const channel = await findChannel(node, officer, options.channel);
        const confirmed = await node.exchange.pairing.confirm(officer, channel.id, options.fingerprint);
        print(
          command,
          { channel: confirmed.id, state: confirmed.state },
          `The channel with ${confirmed.partnerName} is open.`,
        );
      });
    });
  pair
    .command("list")
    .description("the channels and their state")
    .action(async (_options: object, command: Command) => {
      await withNode(command, async (node) => {
        const channels = await node.store.read(await actingOfficer(command, node), (r) => r.channels.list());
        print(
          command,
          { channels },
          channels.map(
            (channel) => `${channel.partnerName}  ${channel.state}  ${channel.id}  ${channel.lastError ?? ""}`,
          ),
        );
      });
    });
}
