import { once } from "node:events";
import { createWriteStream } from "node:fs";
import type { Command } from "commander";
import { newId } from "#stix";
import type { Page, StoredRecord } from "#store";
import { actingOfficer, print, withNode } from "../context.ts";

export function exportCommand(program: Command): void {
  program
    .command("export")
    .description("write what this officer may read as one STIX 2.1 bundle, each record to the letter")
    .requiredOption("--out <file>")
    .option("--type <type...>", "only records of these types")
    .action(async (options: { out: string; type?: string[] }, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const out = createWriteStream(options.out, { flags: "wx", mode: 0o600 });
        await once(out, "open");
        const write = async (text: string): Promise<void> => {
          if (!out.write(text)) await once(out, "drain");
        };
        let count = 0;
        let cursor: string | null = null;
        await write(`{"type":"bundle","id":"${newId("bundle")}","objects":[`);
        do {
          const from: string | null = cursor;
          const page: Page<StoredRecord> = await node.store.read(officer, (r) =>
            r.records.list({
              limit: 1000,
              ...(from === null ? {} : { cursor: from }),
              ...(options.type === undefined ? {} : { types: options.type }),
            }),
          );
          for (const record of page.items) await write(`${count++ === 0 ? "\n" : ",\n"}${record.text}`);
          cursor = page.next;
        } while (cursor !== null);
        await write("\n]}\n");
        out.end();
        await once(out, "close");
        await node.store.transact(officer, (t) =>
          t.audit.note("record.export", options.out.slice(-200), { records: count }),
        );
        print(command, { file: options.out, records: count }, `${count} records are in ${options.out}.`);
      });
    });
}
