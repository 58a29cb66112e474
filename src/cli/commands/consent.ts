import type { Command } from "commander";
import type { ConsentCase } from "#store";
import { actingOfficer, dateOption, findChannel, print, withNode } from "../context.ts";

function words(item: ConsentCase, partner: string): string {
  const records = item.records.map(({ id }) => id).join(", ");
  const asks = item.side === "ours" ? `we ask ${partner}` : `${partner} asks us`;
  return [
    `${item.askedAt.slice(0, 16)}  ${item.state.padEnd(9)}  ${item.id}`,
    `  ${asks}: may ${records} go to ${item.recipientName}, for ${item.purpose}?`,
    `  why: ${item.why}`,
    ...(item.reason === "" ? [] : [`  answer: ${item.reason}`]),
    ...(item.conditions === "" ? [] : [`  on condition: ${item.conditions}`]),
    ...(item.validUntil === null ? [] : [`  until ${item.validUntil.slice(0, 10)}`]),
    ...(item.liftsNoOnward ? ["  the marking “no onward” is lifted for this"] : []),
  ].join("\n");
}

export function consentCommand(program: Command): void {
  const consent = program
    .command("consent")
    .description("originator control: ask whether a partner's record may be passed on, and answer when asked");
  consent
    .command("request")
    .description("ask the originator of these records")
    .requiredOption("--record <id...>", "the records, all of one originator")
    .requiredOption("--to <partner>", "to whom they would go: the channel, or the partner's name")
    .requiredOption("--purpose <purpose>", "what that party may use them for")
    .requiredOption("--why <text>", "why it needs them")
    .action(async (options: { record: string[]; to: string; purpose: string; why: string }, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const { partner } = await findChannel(node, officer, options.to);
        const { record: records, purpose, why } = options;
        const item = await node.exchange.consents.request(officer, { records, recipient: partner, purpose, why });
        print(command, item, `${item.id} waits in the outbox and goes when the node runs.`);
      });
    });
  consent
    .command("list")
    .description("what was asked, by us and of us, and the answers")
    .option("--open", "only what waits for an answer")
    .action(async (options: { open?: boolean }, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const consents = await node.exchange.consents.list(officer, options.open === true);
        print(
          command,
          { consents },
          consents.length === 0
            ? "Nothing was asked. Ask: entente consent request --help"
            : consents.map((item) => words(item, item.partnerName)),
        );
      });
    });
  consent
    .command("grant")
    .description("say yes; with a person in it, two officers say so")
    .argument("<id>")
    .requiredOption("--reason <text>")
    .option("--conditions <text>", "what whoever passes it on must see to", "")
    .option("--until <date>", "how long it holds")
    .option("--lift-no-onward", "the marking “no onward” is not to stand against this")
    .action(
      async (
        id: string,
        options: { reason: string; conditions: string; until?: string; liftNoOnward?: boolean },
        command: Command,
      ) => {
        await withNode(command, async (node) => {
          const item = await node.exchange.consents.grant(await actingOfficer(command, node), id, {
            reason: options.reason,
            conditions: options.conditions,
            validUntil: options.until === undefined ? null : dateOption(options.until),
            liftsNoOnward: options.liftNoOnward ?? false,
          });
          print(
            command,
            item,
            item.state === "granted"
              ? `${id} is granted; the answer goes when the node runs. Its proof: ${item.proof}`
              : `${id} is proposed. Another officer says the second word: entente consent grant ${id}`,
          );
        });
      },
    );
  for (const [name, description] of [
    ["refuse", "say no"],
    ["withdraw", "take a consent back: nothing more is passed on under it"],
  ] as const) {
    consent
      .command(name)
      .description(description)
      .argument("<id>")
      .requiredOption("--reason <text>")
      .action(async (id: string, { reason }: { reason: string }, command: Command) => {
        await withNode(command, async (node) => {
          const item = await node.exchange.consents[name](await actingOfficer(command, node), id, reason);
          print(command, item, `${id} is ${item.state}; the answer goes when the node runs.`);
        });
      });
  }
}
