import type { Command } from "commander";
import { canonicalJson, instantOf } from "#base";
import { requirePermission } from "#access";
import { handlingMarking } from "#policy";
import { newId } from "#stix";
import { actingOfficer, dateOption, findChannel, print, withNode } from "../context.ts";

interface MarkOptions {
  readonly releasableTo?: readonly string[];
  readonly purpose?: readonly string[];
  readonly caveat: readonly string[];
  readonly onward?: boolean;
  readonly reviewBy?: string;
  readonly expires?: string;
}

export function markCommand(program: Command): void {
  program
    .command("mark")
    .description("make handling terms, as a marking to give to records (import --marking)")
    .option("--releasable-to <partner...>", "the partners it may go to (name or channel); none: national only")
    .option("--purpose <purpose...>", "only for these purposes")
    .option("--caveat <text...>", "what a recipient must keep to", [])
    .option("--onward", "a recipient may pass it on")
    .option("--review-by <date>")
    .option("--expires <date>")
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
        await node.store.transact(officer, (t) => t.labels.addMarking(id, text, node.self.id));
        print(command, { id, releasableTo }, id);
      });
    });
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
