import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { keyId } from "#ledger";
import { keysAreSealed, NodeError, openHome, writeKeys } from "#node";
import { type Common, firstLine, homeFolder, passphrase, print, typePassphrase, withNode } from "../context.ts";
import { CliError } from "../errors.ts";
import { keyChangeCommands } from "./key-changes.ts";

interface SealOptions {
  readonly newPassphraseFile?: string;
}

export function keysCommand(program: Command): void {
  const keys = program
    .command("keys")
    .description("this node's keys and its partners': show, replace, revoke them; seal ours by a passphrase");
  keyChangeCommands(keys);
  keys
    .command("show")
    .description("the public key that partners pinned, and whether the secret ones are sealed")
    .action(async (_options: object, command: Command) => {
      const folder = homeFolder(command.optsWithGlobals<Common>());
      const { config } = await openHome(folder, passphrase);
      const publicKey = await withNode(command, (node) => Promise.resolve(node.self.key.publicKey));
      const sealed = keysAreSealed(folder);
      print(command, { party: config.party.id, publicKey, keyId: keyId(publicKey), sealed }, [
        `${config.party.name}  ${config.party.id}`,
        `Signing key ${publicKey} (${keyId(publicKey).slice(0, 16)})`,
        sealed
          ? "Sealed by a passphrase."
          : "Not sealed: readable by whoever reads the file. Seal them: entente keys seal",
      ]);
    });
  keys
    .command("seal")
    .description("seal the keys by a passphrase (or by another one)")
    .option("--new-passphrase-file <file>", "its first line is the new passphrase; otherwise it is asked for")
    .action(async (options: SealOptions, command: Command) => {
      const folder = homeFolder(command.optsWithGlobals<Common>());
      const home = await openHome(folder, passphrase);
      const chosen =
        options.newPassphraseFile === undefined
          ? await twice()
          : firstLine(readFileSync(options.newPassphraseFile, "utf8"));
      await writeKeys(home, chosen);
      print(command, { sealed: true }, [
        "The keys are sealed. From now on every command needs the passphrase:",
        "typed in a terminal, or in a file that ENTENTE_PASSPHRASE_FILE names. Nobody can open them without it.",
      ]);
    });
  keys
    .command("unseal")
    .description("keep the keys without a passphrase again")
    .action(async (_options: object, command: Command) => {
      const folder = homeFolder(command.optsWithGlobals<Common>());
      if (!keysAreSealed(folder)) throw new NodeError("keys-open", "the keys are not sealed", { where: folder });
      await writeKeys(await openHome(folder, passphrase), null);
      print(command, { sealed: false }, "The keys are open: protect the folder.");
    });
}

async function twice(): Promise<string> {
  const [first, second] = [await typePassphrase("New passphrase: "), await typePassphrase("Again: ")];
  if (first === null || second === null) {
    throw new CliError("passphrase-missing", "there is no terminal to ask for the new passphrase", {
      fix: "Name a file that holds it with --new-passphrase-file.",
    });
  }
  if (first !== second) throw new CliError("passphrase-missing", "the two are not the same", { fix: "Try again." });
  return first;
}
