import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { en } from "../web/src/i18n/en.ts";
import { ur } from "../web/src/i18n/ur.ts";

const source = resolve(import.meta.dirname, "../web/src");

/** Whether the words have this key, as it is or in its forms by number. */
function has(words: unknown, key: string): boolean {
  const found = key
    .split(".")
    .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], words);
  return typeof found === "string" || (!key.endsWith("_other") && has(words, `${key}_other`));
}

test("every word that a screen asks for by name stands in English and in Urdu", () => {
  const asked = new Set<string>();
  for (const file of readdirSync(source, { recursive: true, encoding: "utf8" }).filter((name) => /\.tsx?$/.test(name)))
    for (const [, key = ""] of readFileSync(join(source, file), "utf8").matchAll(/\bt\("([\w.-]+)"/g)) asked.add(key);
  expect(asked.size).toBeGreaterThan(100);
  expect([...asked].filter((key) => !has(en, key) || !has(ur, key))).toEqual([]);
});
