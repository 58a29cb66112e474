import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import type { Command } from "commander";
import { fromUtf8, type Instant, parseInstant } from "#base";
import type { OfficerViewer } from "#access";
import type { Source } from "#intake";
import { type EntenteNode, openHome, openNode, readEnv } from "#node";
import { CliError } from "./errors.ts";

/** Options that every command has. */
export interface Common {
  readonly home?: string;
  readonly as?: string;
  readonly json?: boolean;
}

export function homeFolder({ home }: Common): string {
  return resolve(home ?? readEnv().home ?? ".entente");
}

/** The passphrase of sealed keys: from the file that is named, else typed in a terminal; `null` where there is neither. */
export async function passphrase(): Promise<string | null> {
  const { passphraseFile } = readEnv();
  return passphraseFile === null ? typePassphrase("Passphrase of the keys: ") : firstLine(readText(passphraseFile));
}

export const firstLine = (text: string): string => text.split(/\r?\n/, 1)[0] ?? "";

/** Asks in the terminal without showing what is typed; `null` when there is none. */
export async function typePassphrase(question: string): Promise<string | null> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return null;
  process.stderr.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const asked = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await asked.question("");
  } finally {
    asked.close();
    process.stderr.write("\n");
  }
}

/** Opens the node, does the work, and closes it whatever happened. */
export async function withNode<T>(command: Command, work: (node: EntenteNode) => Promise<T>): Promise<T> {
  const options = command.optsWithGlobals<Common>();
  const node = await openNode(await openHome(homeFolder(options), passphrase), {
    clock: () => new Date(),
    onError: (error) => console.error(error),
  });
  try {
    return await work(node);
  } finally {
    await node.close();
  }
}

/** The officer on whose behalf a command acts: `--as`, or `ENTENTE_OFFICER`. There is no other way in. */
export async function actingOfficer(command: Command, node: EntenteNode): Promise<OfficerViewer> {
  const email = command.optsWithGlobals<Common>().as ?? readEnv().officer;
  if (email === null || email === undefined) {
    throw new CliError("officer-missing", "this command acts for an officer", {
      fix: "Name one with --as ADDRESS, or set ENTENTE_OFFICER.",
    });
  }
  return node.access.asOfficer(email);
}

/** Prints what came out: with --json one JSON object on one line, otherwise words. */
export function print(command: Command, value: object, words: string | readonly string[]): void {
  if (command.optsWithGlobals<Common>().json === true) console.log(JSON.stringify(value));
  else console.log(typeof words === "string" ? words : words.join("\n"));
}

/** Invitations and evidence bundles are small; a larger file is neither. */
const MAX_TEXT_BYTES = 256 * 1024 * 1024;

/** A whole file as text. @throws CliError `file-unreadable`: not there, too large, or no UTF-8. */
export function readText(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > MAX_TEXT_BYTES) {
      throw new CliError("file-unreadable", `${path} has ${size} bytes; at most ${MAX_TEXT_BYTES} are read`, {
        where: path,
        fix: "Is this the file that you were given? An evidence bundle holds one release.",
      });
    }
    return fromUtf8(readFileSync(path));
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw new CliError("file-unreadable", `${path}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      where: path,
      cause,
    });
  }
}

/** A file on this machine as intake reads it. @throws CliError `file-unreadable`. */
export function fileSource(path: string): Source {
  if (!existsSync(path) || !statSync(path).isFile())
    throw new CliError("file-unreadable", `there is no file ${path}`, { where: path });
  return {
    name: basename(path),
    size: statSync(path).size,
    open: () => createReadStream(path, { highWaterMark: 256 * 1024 }),
    sibling: (name) => (existsSync(join(dirname(path), name)) ? fileSource(join(dirname(path), name)) : null),
  };
}

/** `2027-02-12` or a full timestamp. @throws BaseError `instant`. */
export function dateOption(text: string): Instant {
  return parseInstant(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
}

/** A channel by its id, its partner's name or its partner's id; the only one when none is named. */
export async function findChannel(node: EntenteNode, viewer: OfficerViewer, name: string | undefined) {
  const channels = await node.store.read(viewer, (r) => r.channels.list());
  const found = channels.filter(
    (channel) => name === undefined || [channel.id, channel.partnerName, channel.partner].includes(name),
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  throw new CliError(
    "channel-ambiguous",
    found.length === 0 ? `there is no channel${name === undefined ? "" : ` ${name}`}` : "there are several channels",
    {
      fix:
        channels.length === 0
          ? "Pair with a partner first: entente pair invite."
          : `Name one: ${channels.map((channel) => channel.partnerName).join(", ")}.`,
    },
  );
}
