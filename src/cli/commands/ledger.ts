import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command } from "commander";
import { cosignerName, logOrigin } from "#ledger";
import { actingOfficer, findChannel, print, withNode } from "../context.ts";
import { CliError } from "../errors.ts";

interface ExportOptions {
  readonly channel?: string;
  readonly out: string;
  readonly published: boolean;
}

export function ledgerCommand(program: Command): void {
  const ledger = program.command("ledger").description("both logs of a channel, for tools that are not Entente");
  keysCommand(ledger);
  ledger
    .command("export")
    .description(
      "write both logs as C2SP tlog-tiles folders (ours/, partner/): entries, hashes, signed checkpoint, keys",
    )
    .option("--channel <id>", "the channel, or the partner's name")
    .requiredOption("--out <folder>", "a folder that is empty or not there yet")
    .option("--published", "our log alone, as witnesses see it: at its last published, padded size", false)
    .action(async (options: ExportOptions, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const channel = await findChannel(node, officer, options.channel);
        if (existsSync(options.out) && readdirSync(options.out).length > 0) {
          throw new CliError("folder-not-empty", `${options.out} is not empty`, {
            fix: "Name a new folder with --out.",
          });
        }
        const way = options.published ? "exportPublished" : "exportLogs";
        const logs = await node.exchange[way](officer, channel.id, (path, bytes) => {
          const file = join(options.out, path);
          mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
          writeFileSync(file, bytes, { flag: "wx", mode: 0o600 });
          return Promise.resolve();
        });
        print(command, { channel: channel.id, folder: options.out, logs }, [
          ...logs.map(
            (log) =>
              `${join(options.out, log.side)}: ${log.size} entries, ${log.files} files, ${cosignedWords(log.size, log.cosignedSize)}`,
          ),
          "The entries are salted commitments: they tell nothing of a parcel to those who do not hold it.",
        ]);
      });
    });
}

/** What others need to witness this node's logs, and to ask this node to witness theirs: the words of config.json. */
function keysCommand(ledger: Command): void {
  ledger
    .command("keys")
    .description("what a witness, or one who asks this node to witness, writes into its config.json")
    .action(async (_options: object, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const channels = await node.store.read(officer, (r) => r.channels.list());
        const { id, key, url, tlsPin } = node.self;
        const logs = channels.map((channel) => ({ origin: logOrigin(channel.id, id), key: key.publicKey }));
        const witness = { name: cosignerName(id), key: key.publicKey, url, tlsPin };
        print(command, { witness: { logs }, witnesses: [witness] }, [
          "This node as a witness, under `witnesses` of those who ask it:",
          JSON.stringify(witness, null, 2),
          "This node's logs, under `witness.logs` of those who witness them:",
          JSON.stringify(logs, null, 2),
        ]);
      });
    });
}

function cosignedWords(size: number, cosigned: number | null): string {
  if (cosigned === null) return "not cosigned yet";
  return cosigned >= size ? "cosigned" : `cosigned up to ${cosigned} (checkpoint.cosigned)`;
}
