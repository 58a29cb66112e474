import type { Command } from "commander";
import { requirePermission } from "#access";
import { type Role, ROLES } from "#policy";
import { actingOfficer, dateOption, findChannel, print, withNode } from "../context.ts";
import { signInLink } from "./init.ts";

export function officerCommand(program: Command): void {
  const officer = program.command("officer").description("the people of this party, and what they may do");
  officer
    .command("add")
    .requiredOption("--name <name>")
    .requiredOption("--email <address>")
    .requiredOption("--role <role...>", ROLES.join(", "))
    .description("add an officer and print a one-time sign-in link")
    .action(async (options: { name: string; email: string; role: Role[] }, command: Command) => {
      await withNode(command, async (node) => {
        const actor = await actingOfficer(command, node);
        requirePermission(actor, "officer.manage");
        const added = await node.access.addOfficer(actor, {
          name: options.name,
          email: options.email,
          roles: options.role,
        });
        const signIn = await signInLink(node, node.home, added.id);
        print(command, { ...added, signIn }, `${added.name} signs in, once, within a day: ${signIn}`);
      });
    });
  officer
    .command("link")
    .argument("<address>")
    .description("a new one-time sign-in link")
    .action(async (address: string, _options: object, command: Command) => {
      await withNode(command, async (node) => {
        requirePermission(await actingOfficer(command, node), "officer.manage");
        const { officer: id } = await node.access.asOfficer(address);
        const signIn = await signInLink(node, node.home, id);
        print(command, { officer: id, signIn }, signIn);
      });
    });
  officer
    .command("list")
    .description("who is here, with which roles")
    .action(async (_options: object, command: Command) => {
      await withNode(command, async (node) => {
        const officers = await node.access.officers();
        print(
          command,
          { officers },
          officers.map(
            (item) =>
              `${item.email.padEnd(28)} ${item.name.padEnd(24)} ${item.roles.join(", ")}${item.disabledAt === null ? "" : " (disabled)"}`,
          ),
        );
      });
    });
}

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
