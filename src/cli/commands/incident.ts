import type { Command } from "commander";
import { permits, requirePermission } from "#access";
import { adviceFor } from "#exchange";
import type { Incident } from "#store";
import { actingOfficer, print, withNode } from "../context.ts";
import { CliError } from "../errors.ts";

export function incidentCommand(program: Command): void {
  const incident = program
    .command("incident")
    .description("what partners and witnesses did wrong, the evidence of it, and what to do");
  incident
    .command("list")
    .description("incidents that nobody has looked at yet")
    .option("--all", "those that were looked at too", false)
    .action(async (options: { all: boolean }, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        requirePermission(officer, "ledger.verify");
        const [all, partners] = await node.store.read(officer, async (r) => [
          await r.parcels.incidents(1000),
          new Map((await r.channels.list()).map((channel) => [channel.id, channel.partnerName])),
        ]);
        const incidents = all
          .filter(({ seenBy }) => options.all || seenBy === null)
          .map((item) => ({
            ...item,
            evidence: undefined,
            partner: item.channel === null ? null : (partners.get(item.channel) ?? item.channel),
            todo: adviceFor(item.kind),
          }));
        const line = (item: (typeof incidents)[number]): string[] => [
          `${item.id}  ${item.at.slice(0, 16)}  ${item.kind}  ${item.partner ?? "a witnessed log"}${times(item.times)}`,
          `  ${item.message}`,
          `  What to do: ${item.todo}`,
        ];
        print(command, { incidents }, incidents.length === 0 ? "There are none." : incidents.flatMap(line));
      });
    });
  incident
    .command("show")
    .description("one incident with its evidence")
    .argument("<id>", "the incident")
    .action(async (id: string, _options: object, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        requirePermission(officer, "ledger.verify");
        const found = await node.store.read(officer, (r) => r.parcels.incident(id));
        if (found === null) throw new CliError("incident-unknown", `there is no incident ${id}`);
        // A refused message may hold what a record holds: who may not read records sees its hash alone.
        const { evidence, ...rest } = found;
        const shown = permits(officer.roles, "content.read") ? evidence : null;
        const todo = adviceFor(found.kind);
        print(command, { ...rest, evidence: shown, todo }, [...lines(found, todo), ...(shown === null ? [] : [shown])]);
      });
    });
  incident
    .command("seen")
    .description("say that you have looked at it; it stays, with its evidence")
    .argument("<id>", "the incident")
    .action(async (id: string, _options: object, command: Command) => {
      await withNode(command, async (node) => {
        await node.exchange.seeIncident(await actingOfficer(command, node), id);
        print(command, { id, seen: true }, "Noted. It stays among the incidents, with its evidence.");
      });
    });
}

function times(n: number): string {
  return n === 1 ? "" : `, tried ${n} times`;
}

function lines(incident: Incident, todo: string): string[] {
  const seen = incident.seenBy === null ? "nobody has looked at it" : `looked at by ${incident.seenBy}`;
  return [
    `${incident.kind}${times(incident.times)}: ${incident.message}`,
    `first ${incident.at}, last ${incident.lastAt}; ${seen}`,
    `What to do: ${todo}`,
    `Evidence, SHA-256 ${incident.digest}:`,
  ];
}
