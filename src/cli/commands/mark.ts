import type { Command } from "commander";
import { canonicalJson, instantOf } from "#base";
import { requirePermission } from "#access";
import { handlingMarking } from "#policy";
import { newId } from "#stix";
import type { Transactor } from "#store";
import { actingOfficer, dateOption, findChannel, print, withNode } from "../context.ts";
import { CliError } from "../errors.ts";

interface MarkOptions {
  readonly releasableTo?: readonly string[];
  readonly purpose?: readonly string[];
  readonly caveat: readonly string[];
  readonly onward?: boolean;
  readonly reviewBy?: string;
  readonly expires?: string;
  readonly record: readonly string[];
}

export function markCommand(program: Command): void {
  program
    .command("mark")
    .description("make handling terms, as a marking to give to records (here, or with import --marking)")
    .option("--releasable-to <partner...>", "the partners it may go to (name or channel); none: national only")
    .option("--purpose <purpose...>", "only for these purposes")
    .option("--caveat <text...>", "what a recipient must keep to", [])
    .option("--onward", "a recipient may pass it on")
    .option("--review-by <date>")
    .option("--expires <date>")
    .option("--record <id...>", "give the terms to these records of your own, in place of the terms given before", [])
    .action(async (options: MarkOptions, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        requirePermission(officer, "content.write");
        const releasableTo: string[] = [];
        for (const name of options.releasableTo ?? [])
          releasableTo.push((await findChannel(node, officer, name)).partner);
        const id = newId("marking-definition");
        const terms = {
          originator: node.self.id,
          releasableTo,
          noOnward: options.onward !== true,
          purposes: options.purpose ?? null,
          evidenceUse: "with-consent" as const,
          caveats: options.caveat,
          reviewBy: options.reviewBy === undefined ? null : dateOption(options.reviewBy),
          expires: options.expires === undefined ? null : dateOption(options.expires),
          foreignCodes: [],
        };
        const text = canonicalJson(
          handlingMarking(terms, { id, created: instantOf(new Date()), createdBy: node.self.id }),
        );
        await node.store.transact(officer, async (t) => {
          await t.labels.addMarking(id, text, node.self.id);
          await t.audit.note("marking.add", id);
          for (const record of options.record) await markRecord(t, record, node.self.id, id);
        });
        print(command, { id, releasableTo, records: options.record }, id);
      });
    });
}

async function markRecord(t: Transactor, record: string, owner: string, marking: string): Promise<void> {
  const held = await t.records.get(record);
  if (held === null || held.owner !== owner) {
    throw new CliError("record-unknown", "there is no such record of your own party", {
      where: record,
      fix: "Find its id with entente records NAME. Only its originator marks a record.",
    });
  }
  await t.records.relabel(record, held.version, [marking]);
  await t.audit.note("record.mark", record);
}

export function recordsCommand(program: Command): void {
  program
    .command("records")
    .description("find records that this officer may read")
    .argument("[name]", "part of a name or an alias, in any script")
    .option("--type <type...>")
    .option("--limit <n>", "at most so many", "20")
    .action(async (name: string | undefined, options: { type?: string[]; limit: string }, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const { items } = await node.store.read(officer, (r) =>
          r.records.list({
            limit: Number(options.limit) || 20,
            ...(name === undefined ? {} : { name }),
            ...(options.type === undefined ? {} : { types: options.type }),
          }),
        );
        const records = items.map(({ id, version, type, title, owner, addedAt }) => ({
          id,
          version,
          type,
          title,
          owner,
          addedAt,
        }));
        print(
          command,
          { records },
          records.length === 0
            ? "Nothing found."
            : records.map((record) => `${record.type.padEnd(16)} ${record.title}  ${record.id}`),
        );
      });
    });
}
