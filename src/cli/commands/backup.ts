import { resolve } from "node:path";
import type { Command } from "commander";
import { declareRestored, makeBackup, restoreBackup } from "#node";
import { actingOfficer, type Common, homeFolder, passphrase, print, withNode } from "../context.ts";

const now = (): Date => new Date();

export function backupCommand(program: Command): void {
  program
    .command("backup")
    .description("write a backup into a new folder; the node may run meanwhile")
    .argument("<folder>")
    .action(async (folder: string, _options: object, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const manifest = await makeBackup(node, officer, resolve(folder), now, (part) => {
          if (process.stderr.isTTY) process.stderr.write(`\r${Math.round(100 * part)} %  `);
        });
        const bytes = Object.values(manifest.files).reduce((sum, file) => sum + file.bytes, 0);
        print(command, { folder: resolve(folder), ...manifest }, [
          `${resolve(folder)} holds ${manifest.name} as of ${manifest.made}, ${bytes} bytes.`,
          "It holds the node's keys: keep it where you would keep them.",
        ]);
      });
    });
}

export function restoreCommand(program: Command): void {
  program
    .command("restore")
    .description("put a backup into a new folder (--home); no log is signed before its partner has been asked")
    .argument("[folder]", "the backup")
    .option("--in-place", "the database was put back by its own means (PostgreSQL): only distrust the logs")
    .option("--keys <file>", "a keys.json of after the backup: keys that were changed since then")
    .action(async (folder: string | undefined, options: { inPlace?: boolean; keys?: string }, command: Command) => {
      if (folder === undefined) return restoredInPlace(options.inPlace === true, command);
      const home = homeFolder(command.optsWithGlobals<Common>());
      const restored = await restoreBackup(resolve(folder), home, now, passphrase, options.keys ?? null);
      print(command, restored, [
        `${home} holds ${restored.manifest.name} as it was on ${restored.manifest.made}.`,
        `Nobody is signed in. ${restored.channels} channel(s): nothing is signed for a partner before it has said how far our log went;`,
        "start the node, and what the partner holds comes back by itself.",
      ]);
    });
}

async function restoredInPlace(meant: boolean, command: Command): Promise<void> {
  if (!meant) command.error("error: name the folder of the backup, or --in-place");
  await withNode(command, async (node) => {
    const channels = await declareRestored(node, await actingOfficer(command, node));
    print(
      command,
      { channels },
      `Nobody is signed in. ${channels} channel(s) wait for their partner's word on our log.`,
    );
  });
}
