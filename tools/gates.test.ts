import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");

/** Runs a gate in a small project of its own, with our configuration. */
function gate(command: string, args: readonly string[], files: Readonly<Record<string, string>>): number | null {
  const folder = mkdtempSync(join(tmpdir(), "entente-gate-"));
  try {
    for (const name of ["knip.json", ".oxfmtrc.json"]) cpSync(join(root, name), join(folder, name));
    mkdirSync(join(folder, "src/cli"), { recursive: true });
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "planted", type: "module" }));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return spawnSync(command, args, { cwd: folder }).status;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const clean = {
  "src/cli/main.ts": 'import { used } from "./used.ts";\n\nused();\n',
  "src/cli/used.ts": "export function used(): void {}\n",
};

test("the formatter sees a line that is not as it would write it", () => {
  expect(gate("oxfmt", ["--check", "src"], clean)).toBe(0);
  expect(
    gate("oxfmt", ["--check", "src"], { ...clean, "src/cli/used.ts": "export function used( ) : void {  }\n" }),
  ).not.toBe(0);
});

test("dead code is seen: a file, an export, a dependency that nobody uses", () => {
  expect(gate("knip", [], clean)).toBe(0);
  expect(gate("knip", [], { ...clean, "src/cli/unused.ts": "export const unused = 1;\n" })).not.toBe(0);
  expect(
    gate("knip", [], { ...clean, "src/cli/used.ts": "export function used(): void {}\nexport const dead = 1;\n" }),
  ).not.toBe(0);
  const dependencies = { name: "planted", type: "module", dependencies: { "left-alone": "1.0.0" } };
  expect(gate("knip", [], { ...clean, "package.json": JSON.stringify(dependencies) })).not.toBe(0);
});
