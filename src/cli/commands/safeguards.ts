import type { Command } from "commander";
import type { OfficerViewer } from "#access";
import type { EntenteNode } from "#node";
import { type Escalation, type RiskKind, RISKS } from "#safeguards";
import type { Assurance, Risk } from "#store";
import { actingOfficer, dateOption, findChannel, print, withNode } from "../context.ts";

async function partyId(node: EntenteNode, officer: OfficerViewer, name: string): Promise<string> {
  return name.startsWith("identity--") ? name : (await findChannel(node, officer, name)).partner;
}

const period = (from: string, until: string | null) => `${from.slice(0, 10)} to ${until?.slice(0, 10) ?? "open"}`;

function riskWords(risk: Risk): string {
  const ended = risk.endedAt === null ? "" : `  ended ${risk.endedAt.slice(0, 10)}: ${risk.endReason}`;
  return `${risk.id}  ${risk.kind}  ${risk.country}  ${period(risk.validFrom, risk.validUntil)}  ${risk.text} (${risk.source})${ended}`;
}

function assuranceWords(item: Assurance): string {
  const gone = item.withdrawnAt === null ? "" : `  withdrawn ${item.withdrawnAt.slice(0, 10)}: ${item.withdrawReason}`;
  return `${item.id}  ${item.risks.join(", ")}  ${period(item.validFrom, item.validUntil)}  ${item.signatory}: “${item.text}”${gone}`;
}

function escalationWords({ release, title, items, decisions, waitsFor }: Escalation): string[] {
  return [
    `${release}  “${title}”  ${waitsFor.length === 0 ? "waits for nobody" : `waits for: ${waitsFor.join(" and ")}`}`,
    ...items.flatMap(({ recordId, reasons }) =>
      reasons.map((reason) => `  ${recordId}: ${reason.message} (${reason.source}) ${reason.fix}`),
    ),
    ...decisions.map(
      ({ capacity, decision, reasons, at }) => `  ${at.slice(0, 16)} ${capacity}: ${decision}. ${reasons}`,
    ),
  ];
}

export function safeguardsCommand(program: Command): void {
  const safeguards = program
    .command("safeguards")
    .description("risks to people at a recipient, assurances against them, and what waits for a decision");
  riskCommands(safeguards.command("risk").description("the registry of risks, entered by legal officers"));
  assuranceCommands(safeguards.command("assurance").description("what recipients gave their word on"));
  escalationCommands(
    safeguards.command("escalation").description("releases that wait for a legal and a senior officer"),
  );
  safeguards
    .command("facts")
    .description("what the giver said of a received record beside its text")
    .argument("<record>")
    .action(async (record: string, _options: object, command: Command) => {
      await withNode(command, async (node) => {
        const facts = await node.retention.facts(await actingOfficer(command, node), record);
        print(
          command,
          { record, facts },
          facts.length === 0 ? "Nothing was said of it." : facts.map((item) => JSON.stringify(item)),
        );
      });
    });
}

function riskCommands(risk: Command): void {
  risk
    .command("add")
    .description("enter a risk, with where it is known from")
    .requiredOption("--kind <kind>", RISKS.join(", "))
    .requiredOption("--party <partner...>", "the parties it concerns, by name or id")
    .option("--country <code>", "ISO 3166-1 alpha-2", "")
    .requiredOption("--text <text>")
    .requiredOption("--source <text>")
    .requiredOption("--from <date>")
    .option("--until <date>")
    .action(
      async (
        options: {
          kind: RiskKind;
          party: string[];
          country: string;
          text: string;
          source: string;
          from: string;
          until?: string;
        },
        command: Command,
      ) => {
        await withNode(command, async (node) => {
          const officer = await actingOfficer(command, node);
          const added = await node.risks.addRisk(officer, {
            kind: options.kind,
            country: options.country,
            parties: await Promise.all(options.party.map((name) => partyId(node, officer, name))),
            text: options.text,
            source: options.source,
            validFrom: dateOption(options.from),
            validUntil: options.until === undefined ? null : dateOption(options.until),
          });
          print(command, added, added.id);
        });
      },
    );
  risk
    .command("list")
    .description("what is entered, ended findings too")
    .action(async (_options: object, command: Command) => {
      await withNode(command, async (node) => {
        const risks = await node.risks.risks(await actingOfficer(command, node));
        print(command, { risks }, risks.length === 0 ? "No risk is entered." : risks.map(riskWords));
      });
    });
  risk
    .command("end")
    .description("say that a finding no longer holds; for torture two officers say so")
    .argument("<id>")
    .requiredOption("--reason <text>")
    .action(async (id: string, { reason }: { reason: string }, command: Command) => {
      await withNode(command, async (node) => {
        const ended = await node.risks.endRisk(await actingOfficer(command, node), id, reason);
        print(
          command,
          ended,
          ended.endedAt === null ? `${id} stands until another officer says so too.` : `${id} is ended.`,
        );
      });
    });
}

function assuranceCommands(assurance: Command): void {
  assurance
    .command("add")
    .description("register a recipient's assurance")
    .requiredOption("--giver <partner>", "the party that gave it, by name or id")
    .requiredOption("--risk <kind...>", RISKS.filter((kind) => kind !== "torture").join(", "))
    .requiredOption("--text <text>")
    .requiredOption("--signatory <text>", "who gave it for that party")
    .requiredOption("--given <date>")
    .option("--from <date>", "since when it holds; the day it was given unless told")
    .option("--until <date>")
    .option("--record <id...>", "only for these records")
    .action(
      async (
        options: {
          giver: string;
          risk: RiskKind[];
          text: string;
          signatory: string;
          given: string;
          from?: string;
          until?: string;
          record?: string[];
        },
        command: Command,
      ) => {
        await withNode(command, async (node) => {
          const officer = await actingOfficer(command, node);
          const added = await node.risks.addAssurance(officer, {
            giver: await partyId(node, officer, options.giver),
            risks: options.risk,
            text: options.text,
            signatory: options.signatory,
            givenOn: dateOption(options.given),
            validFrom: dateOption(options.from ?? options.given),
            validUntil: options.until === undefined ? null : dateOption(options.until),
            records: options.record ?? null,
          });
          print(command, added, added.id);
        });
      },
    );
  assurance
    .command("list")
    .description("what is registered, withdrawn ones too")
    .action(async (_options: object, command: Command) => {
      await withNode(command, async (node) => {
        const assurances = await node.risks.assurances(await actingOfficer(command, node));
        print(
          command,
          { assurances },
          assurances.length === 0 ? "No assurance is registered." : assurances.map(assuranceWords),
        );
      });
    });
  assurance
    .command("withdraw")
    .description("it is not relied on any more")
    .argument("<id>")
    .requiredOption("--reason <text>")
    .action(async (id: string, { reason }: { reason: string }, command: Command) => {
      await withNode(command, async (node) => {
        const gone = await node.risks.withdrawAssurance(await actingOfficer(command, node), id, reason);
        print(command, gone, `${id} is withdrawn; releases that rest on it wait again.`);
      });
    });
}

function escalationCommands(escalation: Command): void {
  escalation
    .command("list")
    .description("what waits, and for whom")
    .action(async (_options: object, command: Command) => {
      await withNode(command, async (node) => {
        const escalations = await node.risks.escalations(await actingOfficer(command, node));
        print(
          command,
          { escalations },
          escalations.length === 0 ? "Nothing waits." : escalations.flatMap(escalationWords),
        );
      });
    });
  escalation
    .command("show")
    .description("the risks of one release, and the words said")
    .argument("<release>")
    .action(async (release: string, _options: object, command: Command) => {
      await withNode(command, async (node) => {
        const found = await node.risks.escalation(await actingOfficer(command, node), release);
        print(command, found, escalationWords(found));
      });
    });
  escalation
    .command("decide")
    .description("say one of the two words; the drafter, the legal and the senior officer are three people")
    .argument("<release>")
    .requiredOption("--capacity <capacity>", "legal or senior")
    .requiredOption("--decision <decision>", "allow or refuse")
    .requiredOption("--reason <text>")
    .action(
      async (
        release: string,
        options: { capacity: "legal" | "senior"; decision: "allow" | "refuse"; reason: string },
        command: Command,
      ) => {
        await withNode(command, async (node) => {
          const { capacity, decision, reason: reasons } = options;
          const found = await node.risks.decide(await actingOfficer(command, node), release, {
            capacity,
            decision,
            reasons,
          });
          print(command, found, escalationWords(found));
        });
      },
    );
}
