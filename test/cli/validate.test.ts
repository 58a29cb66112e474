import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "entente-validate-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Line {
  readonly file: string;
  readonly valid: boolean;
  readonly errors: readonly {
    readonly path: string;
    readonly code: string;
    readonly message: string;
    readonly section: string;
  }[];
  readonly warnings: readonly unknown[];
}

function validate(...args: readonly string[]): {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
  readonly lines: readonly Line[];
} {
  const { status, stdout, stderr } = spawnSync(join(root, "bin/entente"), ["validate", ...args], {
    encoding: "utf8",
    cwd: folder,
  });
  const lines = args.includes("--json")
    ? stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Line)
    : [];
  return { status, out: stdout, err: stderr, lines };
}

const tool = {
  type: "tool",
  spec_version: "2.1",
  id: "tool--10000000-0000-4000-8000-000000000001",
  created: "2025-01-01T00:00:00.000Z",
  modified: "2025-01-01T00:00:00.000Z",
  name: "T",
};
const file = (name: string, value: unknown): string => {
  writeFileSync(join(folder, name), typeof value === "string" ? value : JSON.stringify(value));
  return name;
};
const id = "bundle--10000000-0000-4000-8000-000000000001";
const good = file("good.json", { type: "bundle", id, objects: [tool] });
const warned = file("warned.json", { ...tool, x_own: 1 });
const bad = file("bad.json", { type: "bundle", objects: [tool, { ...tool, name: 1 }] });

describe("entente validate", () => {
  test("one line of JSON for each file, with paths from its top", () => {
    const { status, lines } = validate("--json", good, warned, bad);
    expect(status).toBe(1);
    expect(lines.map((line) => [line.file, line.valid, line.errors.length, line.warnings.length])).toEqual([
      [good, true, 0, 0],
      [warned, true, 0, 1],
      [bad, false, 3, 0],
    ]);
    expect(lines[2]?.errors.map(({ path, code, section }) => [path, code, section])).toEqual([
      ["/objects/1/name", "type", "2.15"],
      ["/objects/1/id", "version-conflict", "3.6"],
      ["/id", "required", "8.1"],
    ]);
    expect(lines[2]?.errors.every(({ message }) => message !== "")).toBe(true);
  });

  test("words for people", () => {
    const { out } = validate(good, bad);
    expect(out).toContain("good.json: valid (1 objects, 0 errors, 0 warnings)");
    expect(out).toContain("error at /objects/1/name: must be a string, not 1 (STIX 2.1 §2.15)");
  });

  test.each<[string, readonly string[], number]>([
    ["a valid file", [good], 0],
    ["a warning", [warned], 0],
    ["a warning under --strict", ["--strict", warned], 1],
    ["a valid file under --strict", ["--strict", good], 0],
    [
      "JSON lines",
      [
        file(
          "lines.json",
          `${JSON.stringify(tool)}\n${JSON.stringify({ ...tool, id: tool.id.replace("000001", "000002") })}\n`,
        ),
      ],
      0,
    ],
    ["a list", [file("list.json", [tool])], 0],
    ["no JSON", [file("none.json", "hello")], 1],
    ["one bad of two", [good, bad], 1],
    ["no such file", ["nothing.json"], 1],
    ["no file named", [], 2],
    ["an unknown option", ["--frob", good], 2],
  ])("exit code for %s", (_, args, status) => {
    expect(validate(...args).status).toBe(status);
  });

  test("the findings of a large file are listed up to a thousand, and counted", () => {
    const many = Array.from({ length: 1500 }, (_, n) =>
      JSON.stringify({ ...tool, id: tool.id.replace("000000000001", String(n).padStart(12, "0")), name: n }),
    );
    const { lines } = validate("--json", file("many.json", many.join("\n")));
    expect(lines[0]).toMatchObject({ valid: false, errors: { length: 1001 }, warnings: [] });
    expect(lines[0]?.errors.at(-1)).toMatchObject({ code: "more", message: "500 more findings are not listed" });
    expect(Object.keys(lines[0] ?? {})).toEqual(["file", "valid", "errors", "warnings"]);
  });
});
