import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(import.meta.dirname, "..");

/** Lints a file planted inside the project, where its types are known; gives the rules that fired. */
function lint(text: string | null): { readonly status: number | null; readonly output: string } {
  const folder = join(root, "test", `.planted-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    if (text !== null) writeFileSync(join(folder, "planted.ts"), text);
    const { status, stdout, stderr } = spawnSync("oxlint", ["--type-aware", folder], { cwd: root, encoding: "utf8" });
    return { status, output: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each([
  ["no-floating-promises", "export function f(): void {\n  Promise.resolve(1);\n}\n"],
  ["no-explicit-any", "export const a: any = 1;\n"],
  ["no-default-export", "export default 1;\n"],
])("the linter sees %s", (rule, text) => {
  const { status, output } = lint(text);
  expect(output).toContain(rule);
  expect(status).not.toBe(0);
});

test("the linter does not pass over nothing", () => {
  expect(lint(null).status).not.toBe(0);
});
