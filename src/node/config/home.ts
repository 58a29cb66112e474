import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { BaseError, parseJson } from "#base";
import { NodeError } from "../errors.ts";
import { type Config, configSchema } from "./config.ts";
import { sealedSchema, sealSecrets, unsealSecrets } from "./seal.ts";
import { makeSecrets, type Secrets, secretsSchema } from "./secrets.ts";

export interface Home {
  readonly folder: string;
  readonly config: Config;
  readonly secrets: Secrets;
}

/** Makes a node's folder with its configuration and keys. @throws NodeError `home-exists`: nothing is ever overwritten. */
export async function createHome(folder: string, config: Config, now: Date): Promise<Home> {
  if (existsSync(join(folder, "config.json"))) {
    throw new NodeError("home-exists", `${folder} holds a node already`, {
      fix: "Choose another folder with --home, or start this one.",
    });
  }
  const checked = parse(configSchema, config, "config.json");
  const secrets = await makeSecrets(now);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  writeFileSync(join(folder, "keys.json"), `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  writeFileSync(join(folder, "config.json"), `${JSON.stringify(checked, null, 2)}\n`, { mode: 0o600, flag: "wx" });
  return { folder, config: checked, secrets };
}

/**
 * Opens a node's folder.
 * @throws NodeError `home-missing`, `config-invalid` or `keys-unreadable`, with the place; `keys-sealed` without a
 * passphrase where one is needed, `passphrase-wrong` with another.
 */
export async function openHome(folder: string, passphrase: () => Promise<string | null> = noPassphrase): Promise<Home> {
  const file = join(folder, "config.json");
  if (!existsSync(file))
    throw new NodeError("home-missing", `there is no node in ${folder}`, {
      fix: "Make one with `entente init`, or name its folder with --home.",
    });
  const config = parse(configSchema, readJson(file), file);
  return { folder, config, secrets: await openSecrets(folder, passphrase) };
}

const noPassphrase = (): Promise<null> => Promise.resolve(null);

async function openSecrets(folder: string, passphrase: () => Promise<string | null>): Promise<Secrets> {
  const value = readJson(join(folder, "keys.json"));
  if (!isSealed(value)) return parse(secretsSchema, value, "keys.json");
  const sealed = parse(sealedSchema, value, "keys.json");
  const given = await passphrase();
  if (given === null) {
    throw new NodeError("keys-sealed", "the keys of this node are sealed by a passphrase", {
      where: join(folder, "keys.json"),
      fix: "Name a file that holds it with ENTENTE_PASSPHRASE_FILE, or run the command in a terminal and type it.",
    });
  }
  return unsealSecrets(sealed, given);
}

function isSealed(value: unknown): boolean {
  return typeof value === "object" && value !== null && "sealed" in value;
}

/** Whether the keys in this folder need a passphrase. */
export function keysAreSealed(folder: string): boolean {
  return isSealed(readJson(join(folder, "keys.json")));
}

/** Writes the keys again, sealed by a passphrase or (with `null`) open, in one step that cannot leave half a file. */
export async function writeKeys({ folder, secrets }: Home, passphrase: string | null): Promise<void> {
  const value = passphrase === null ? secrets : await sealSecrets(secrets, passphrase);
  const next = join(folder, "keys.json.next");
  writeFileSync(next, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(next, join(folder, "keys.json"));
}

/** Writes the configuration again, checked, in one step. A node that runs reads it at its next start. */
export function writeConfig({ folder }: Home, config: Config): void {
  const checked = parse(configSchema, config, "config.json");
  const next = join(folder, "config.json.next");
  writeFileSync(next, `${JSON.stringify(checked, null, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(next, join(folder, "config.json"));
}

function readJson(file: string): unknown {
  try {
    return parseJson(readFileSync(file, "utf8"), { maxLength: 1 << 20 });
  } catch (cause) {
    const why = cause instanceof BaseError || cause instanceof Error ? cause.message : String(cause);
    throw new NodeError(file.endsWith("keys.json") ? "keys-unreadable" : "config-invalid", `${file}: ${why}`, {
      where: file,
      cause,
    });
  }
}

function parse<T>(schema: z.ZodType<T>, value: unknown, file: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new NodeError("config-invalid", `${file}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`, {
    where: file,
    fix: "Correct the file; nothing was started.",
  });
}
