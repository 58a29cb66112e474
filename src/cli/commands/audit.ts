import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import type { Command } from "commander";
import type { AuditVerdict } from "#access";
import { actingOfficer, dateOption, print, readText, withNode } from "../context.ts";
import { CliError } from "../errors.ts";
import { officerBy } from "./officer.ts";

interface SearchOptions {
  readonly officer?: string;
  readonly verb?: string;
  readonly subject?: string;
  readonly from?: string;
  readonly until?: string;
  readonly limit: string;
}

/** For overseers: the audit is a log that only grows, signed, and shows what was tampered with. */
export function auditCommand(program: Command): void {
  const audit = program.command("audit").description("who read, searched, decided and changed what");
  audit
    .command("search")
    .description("entries, newest first")
    .option("--officer <address>", "who did it")
    .option("--verb <verb>", "what was done: record.read, or all of a kind: session.")
    .option("--subject <id>", "to what it was done")
    .option("--from <date>")
    .option("--until <date>")
    .option("--limit <count>", "at most 1000", "100")
    .action(async (options: SearchOptions, command: Command) => {
      await withNode(command, async (node) => {
        const viewer = await actingOfficer(command, node);
        const limit = Number(options.limit);
        if (!Number.isInteger(limit) || limit < 1 || limit > 1000)
          throw new CliError("option-invalid", "--limit is a number from 1 to 1000", { where: "--limit" });
        const entries = await node.auditReading.search(viewer, {
          limit,
          ...(options.officer === undefined ? {} : { actor: (await officerBy(node, options.officer)).id }),
          ...(options.verb === undefined ? {} : { verb: options.verb }),
          ...(options.subject === undefined ? {} : { subject: options.subject }),
          ...(options.from === undefined ? {} : { from: dateOption(options.from) }),
          ...(options.until === undefined ? {} : { until: dateOption(options.until) }),
        });
        await node.audit.durable(viewer, { verb: "audit.search", subject: options.subject ?? "audit" });
        const names = new Map((await node.access.officers()).map((officer) => [officer.id, officer.email]));
        print(
          command,
          { entries },
          entries.map(
            (entry) =>
              `${entry.at.slice(0, 19)}Z  ${(names.get(entry.actor) ?? entry.actor).padEnd(28)} ${entry.verb.padEnd(18)} ${entry.subject}${entry.term === null ? "" : `  “${entry.term}”`}`,
          ),
        );
      });
    });
  audit
    .command("export")
    .description("the whole log as lines of JSON, oldest first, with its signed checkpoint beside it")
    .requiredOption("--out <file>", "a file that is not there yet")
    .action(async ({ out }: { out: string }, command: Command) => {
      await withNode(command, async (node) => {
        const viewer = await actingOfficer(command, node);
        await node.audit.durable(viewer, { verb: "audit.export", subject: "audit" });
        const entries = node.auditReading.export(viewer);
        const first = await entries.next();
        let file: number;
        try {
          file = openSync(out, "wx", 0o600);
        } catch (cause) {
          throw new CliError("file-unreadable", `${out} cannot be made, or is there already`, { where: out, cause });
        }
        let count = 0;
        try {
          for (let item = first; item.done !== true; item = await entries.next(), count++)
            writeSync(file, `${JSON.stringify(item.value)}\n`);
        } finally {
          closeSync(file);
        }
        print(command, { file: out, entries: count }, `${count} entries in ${out}.`);
      });
    });
  checkCommands(audit);
}

function checkCommands(audit: Command): void {
  audit
    .command("checkpoint")
    .description(
      "the signed head of the log: kept elsewhere, it shows later that nothing before it was changed or cut off",
    )
    .option("--out <file>", "a file that is not there yet")
    .action(async ({ out }: { out?: string }, command: Command) => {
      await withNode(command, async (node) => {
        await node.audit.flush();
        const { checkpoint, size } = await node.auditReading.verify(await actingOfficer(command, node));
        if (out !== undefined && checkpoint !== null) writeFileSync(out, checkpoint, { flag: "wx", mode: 0o600 });
        print(command, { size, checkpoint, file: out ?? null }, checkpoint ?? "The log is empty.");
      });
    });
  audit
    .command("verify")
    .description(
      "whether every entry is the one that was noted; says which were changed, removed or moved. Exit 1 if any",
    )
    .option("--checkpoint <file>", "a checkpoint of this log that was kept elsewhere")
    .action(async (options: { checkpoint?: string }, command: Command) => {
      await withNode(command, async (node) => {
        const viewer = await actingOfficer(command, node);
        await node.audit.flush();
        const earlier = options.checkpoint === undefined ? undefined : readText(options.checkpoint);
        const verdict = await node.auditReading.verify(viewer, earlier);
        await node.audit.note(viewer, {
          verb: "audit.verify",
          subject: "audit",
          detail: { verified: verdict.verified, size: verdict.size },
        });
        print(command, verdict, verdictWords(verdict));
        if (!verdict.verified) process.exitCode = 1;
      });
    });
}

function verdictWords({ verified, size, root, faults }: AuditVerdict): string[] {
  if (verified) return [`Verified: ${size} entries, each as it was noted. Root ${root}.`];
  return [
    `NOT verified: ${faults.length} of ${size} entries are not as they were noted.`,
    ...faults.map(
      ({ kind, position, message }) =>
        `${kind.padEnd(12)} ${position === null ? "the log" : `entry ${position}`}: ${message}`,
    ),
  ];
}
