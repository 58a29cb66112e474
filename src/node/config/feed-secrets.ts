import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { parseJson } from "#base";
import type { Credentials, FeedSecrets } from "#exchange";
import { NodeError } from "../errors.ts";

const schema = z.record(
  z.string(),
  z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("basic"), username: z.string(), password: z.string() }),
    z.strictObject({ kind: z.literal("bearer"), token: z.string() }),
  ]),
);

/**
 * The credentials of feeds, in `feeds.json` of the node's folder, readable by its account only. Apart from the store, so
 * that a copy of the database gives nobody a way into a partner's server. Several processes of one party on one PostgreSQL
 * each need the file.
 */
export function feedSecrets(folder: string): FeedSecrets {
  const file = join(folder, "feeds.json");

  function read(): Map<string, Credentials> {
    if (!existsSync(file)) return new Map();
    try {
      return new Map(Object.entries(schema.parse(parseJson(readFileSync(file, "utf8"), { maxLength: 1 << 20 }))));
    } catch {
      // Neither the words nor the cause: what a parser quotes of this file is a secret.
      throw new NodeError("keys-unreadable", "feeds.json is not what this node wrote", {
        where: file,
        fix: "Correct it, or remove it and add the feeds again.",
      });
    }
  }

  function write(all: ReadonlyMap<string, Credentials>): void {
    const next = `${file}.${process.pid}`;
    writeFileSync(next, `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`, { mode: 0o600 });
    renameSync(next, file);
  }

  return {
    get: (name) => read().get(name) ?? null,
    set: (name, credentials) => write(read().set(name, credentials)),
    remove(name) {
      const all = read();
      if (all.delete(name)) write(all);
    },
  };
}
