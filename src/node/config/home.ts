import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { BaseError, parseJson } from "#base";
import { NodeError } from "../errors.ts";
import { type Config, configSchema } from "./config.ts";
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

/** @throws NodeError `home-missing`, `config-invalid` or `keys-unreadable`, with the place. */
export function openHome(folder: string): Home {
  const file = join(folder, "config.json");
  if (!existsSync(file))
    throw new NodeError("home-missing", `there is no node in ${folder}`, {
      fix: "Make one with `entente init`, or name its folder with --home.",
    });
  return {
    folder,
    config: parse(configSchema, readJson(file), file),
    secrets: parse(secretsSchema, readJson(join(folder, "keys.json")), "keys.json"),
  };
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
