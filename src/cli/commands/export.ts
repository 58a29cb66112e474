import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { type Command, Option } from "commander";
import type { OfficerViewer } from "#access";
import { instantOf } from "#base";
import { exportEvents } from "#intake";
import type { EntenteNode } from "#node";
import { newId } from "#stix";
import type { Page, StoredRecord } from "#store";
import { CliError } from "../errors.ts";
import { actingOfficer, print, withNode } from "../context.ts";

const LISTED = 500;

export function exportCommand(program: Command): void {
  program
    .command("export")
    .description(
      "write what this officer may read: as one STIX 2.1 bundle, each record to the letter, or as MISP events",
    )
    .requiredOption("--out <file>")
    .addOption(new Option("--format <format>").choices(["stix", "misp"]).default("stix"))
    .option("--type <type...>", "only records of these types (STIX)")
    .action(async (options: { out: string; format: string; type?: string[] }, command: Command) => {
      if (options.format === "misp" && options.type !== undefined)
        command.error("error: --type is for STIX; a MISP event holds what its report refers to");
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const file = await outFile(options.out);
        const result =
          options.format === "misp"
            ? await writeMisp(node, officer, file)
            : { records: await writeStix(node, officer, file, options.type) };
        await file.close();
        await node.store.transact(officer, (t) =>
          t.audit.note("record.export", options.out.slice(-200), { records: result.records }),
        );
        print(command, { file: options.out, format: options.format, ...result }, words(options.out, result));
      });
    });
}

interface Written {
  readonly records: number;
  readonly events?: number;
  /** Records that MISP has no place for, or whose marking keeps them in; up to 500 by id. */
  readonly leftOut?: number;
  readonly leftOutList?: readonly { readonly id: string; readonly reason: string }[];
}

function words(out: string, { records, events, leftOut = 0, leftOutList = [] }: Written): string[] {
  if (events === undefined) return [`${records} records are in ${out}.`];
  return [
    `${records} records are in ${out}, as ${events} MISP events; ${leftOut} were left out.`,
    ...leftOutList
      .slice(0, 10)
      .map(
        ({ id, reason }) =>
          `  ${id}: ${reason === "no-place" ? "MISP has no place for it" : "its marking is not understood"}`,
      ),
    ...(leftOut > 10 ? [`  and ${leftOut - 10} more: --json lists up to ${LISTED}`] : []),
  ];
}

interface OutFile {
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

/** @throws CliError `file-unwritable`: it exists, or cannot be made. */
async function outFile(path: string): Promise<OutFile> {
  const out = createWriteStream(path, { flags: "wx", mode: 0o600 });
  try {
    await once(out, "open");
  } catch (cause) {
    throw new CliError("file-unwritable", `${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      where: path,
      fix: "Name a file that does not exist yet.",
      cause,
    });
  }
  return {
    async write(text) {
      if (!out.write(text)) await once(out, "drain");
    },
    async close() {
      out.end();
      await once(out, "close");
    },
  };
}

async function writeStix(
  node: EntenteNode,
  officer: OfficerViewer,
  file: OutFile,
  types: readonly string[] | undefined,
): Promise<number> {
  let count = 0;
  let cursor: string | null = null;
  await file.write(`{"type":"bundle","id":"${newId("bundle")}","objects":[`);
  do {
    const from: string | null = cursor;
    const page: Page<StoredRecord> = await node.store.read(officer, (r) =>
      r.records.list({
        limit: 1000,
        ...(from === null ? {} : { cursor: from }),
        ...(types === undefined ? {} : { types }),
      }),
    );
    for (const record of page.items) await file.write(`${count++ === 0 ? "\n" : ",\n"}${record.text}`);
    cursor = page.next;
  } while (cursor !== null);
  await file.write("\n]}\n");
  return count;
}

async function writeMisp(node: EntenteNode, officer: OfficerViewer, file: OutFile): Promise<Written> {
  const party = { id: node.self.id, name: node.self.name };
  const leftOutList: { id: string; reason: string }[] = [];
  let [records, events, leftOut] = [0, 0, 0];
  await file.write('{"response":[');
  for await (const item of exportEvents({ store: node.store, viewer: officer, party, now: instantOf(new Date()) })) {
    await file.write(`${events++ === 0 ? "\n" : ",\n"}${JSON.stringify({ Event: item.event })}`);
    records += item.records - item.leftOut.length;
    leftOut += item.leftOut.length;
    leftOutList.push(...item.leftOut.slice(0, LISTED - leftOutList.length));
  }
  await file.write("\n]}\n");
  return { records, events, leftOut, leftOutList };
}
