import type { Command } from "commander";
import { actingOfficer, dateOption, findChannel, print, withNode } from "../context.ts";

export function basisCommand(program: Command): void {
  const basis = program.command("basis").description("the registry of legal bases");
  basis
    .command("add")
    .description("register an instrument under which records may be given")
    .requiredOption("--title <text>")
    .requiredOption("--citation <text>")
    .requiredOption("--purpose <purpose...>")
    .requiredOption("--party <partner...>", "the parties it covers, by name or id")
    .requiredOption("--from <date>")
    .option("--until <date>")
    .action(
      async (
        options: { title: string; citation: string; purpose: string[]; party: string[]; from: string; until?: string },
        command: Command,
      ) => {
        await withNode(command, async (node) => {
          const officer = await actingOfficer(command, node);
          const parties: string[] = [];
          for (const party of options.party)
            parties.push(party.startsWith("identity--") ? party : (await findChannel(node, officer, party)).partner);
          const added = await node.safeguards.addBasis(officer, {
            title: options.title,
            citation: options.citation,
            purposes: options.purpose,
            parties,
            validFrom: dateOption(options.from),
            validUntil: options.until === undefined ? null : dateOption(options.until),
          });
          print(command, added, added.id);
        });
      },
    );
  basis
    .command("list")
    .description("what is registered")
    .action(async (_options: object, command: Command) => {
      await withNode(command, async (node) => {
        const bases = await node.store.read(await actingOfficer(command, node), (r) => r.releases.bases());
        print(
          command,
          { bases },
          bases.map((item) => `${item.id}  ${item.title}, ${item.citation}`),
        );
      });
    });
}
