import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "entente-pattern-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function entente(...args: readonly string[]): {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
  readonly json: Record<string, unknown>;
} {
  const { status, stdout, stderr } = spawnSync(join(root, "bin/entente"), ["pattern", ...args], {
    encoding: "utf8",
    cwd: folder,
  });
  const line = stdout.trim().split("\n").at(-1) ?? "";
  return {
    status,
    out: stdout,
    err: stderr,
    json: line.startsWith("{") ? (JSON.parse(line) as Record<string, unknown>) : {},
  };
}

const address = {
  type: "ipv4-addr",
  spec_version: "2.1",
  id: "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4",
  value: "198.51.100.3",
};
const observed = (digit: number, time: string) => ({
  type: "observed-data",
  spec_version: "2.1",
  id: `observed-data--b67d30ff-02ac-498a-92f9-32f845f4481${digit}`,
  created: time,
  modified: time,
  first_observed: time,
  last_observed: time,
  number_observed: 1,
  object_refs: [address.id],
});
const [first, second] = [observed(1, "2026-01-01T12:00:00Z"), observed(2, "2026-01-01T12:01:00Z")];
const valid = "[ipv4-addr:value ISSUBSET '198.51.100.0/24']";

describe("pattern check, as its users type it", () => {
  test("a valid pattern", () => {
    expect(entente("check", valid)).toMatchObject({ status: 0, out: "The pattern is valid.\n" });
    expect(entente("check", valid, "--json")).toMatchObject({
      status: 0,
      json: { pattern: valid, valid: true, errors: [] },
    });
  });

  test("a fault is shown under the pattern", () => {
    const { status, out } = entente("check", "[a:b = 'x']\n  AND [a:b = h'1']");
    expect(status).toBe(1);
    expect(out).toBe(
      [
        "The pattern is not valid.",
        "line 2, column 14: a hex constant has an even number of digits",
        "  expected h'ffd8'",
        "    AND [a:b = h'1']",
        "               ^",
        "",
      ].join("\n"),
    );
    const long = entente("check", `[a:b = '${"x".repeat(300)}' AND\tc:d = 1]`)
      .out.trimEnd()
      .split("\n");
    expect(long.at(-2)?.[long.at(-1)?.indexOf("^") ?? -1]).toBe("c");
    expect(long.at(-2)?.length).toBeLessThan(150);
  });

  test("every fault in JSON, from a file too", () => {
    writeFileSync(join(folder, "p.txt"), "[a:b = h'1' AND c:d = 1] WITHIN 0 SECONDS\n");
    const { status, json } = entente("check", "--file", "p.txt", "--json");
    expect(status).toBe(1);
    expect(json).toEqual({
      pattern: "[a:b = h'1' AND c:d = 1] WITHIN 0 SECONDS\n",
      valid: false,
      errors: [
        { line: 1, column: 8, offset: 7, message: expect.stringContaining("even number"), expected: "h'ffd8'" },
        {
          line: 1,
          column: 17,
          offset: 16,
          message: expect.stringContaining("none is both a and c"),
          expected: expect.any(String),
        },
        {
          line: 1,
          column: 26,
          offset: 25,
          message: expect.stringContaining("more than 0"),
          expected: expect.any(String),
        },
      ],
    });
  });

  test("what is valid but is not run here is a warning", () => {
    expect(entente("check", "[a:b MATCHES '(?=x)']", "--json")).toMatchObject({
      status: 0,
      json: { valid: true, errors: [], warnings: [{ column: 14 }] },
    });
  });
});

describe("pattern match, as its users type it", () => {
  beforeAll(() => {
    writeFileSync(
      join(folder, "bundle.json"),
      JSON.stringify({ type: "bundle", id: "bundle--1", objects: [first, address] }),
    );
    writeFileSync(join(folder, "lines.jsonl"), `${JSON.stringify(second)}\n${JSON.stringify(address)}\n`);
    writeFileSync(join(folder, "broken.json"), `[{"a":1,}, ${JSON.stringify(first)}, 5, ${JSON.stringify(address)}]`);
    writeFileSync(join(folder, "one.json"), JSON.stringify(first));
  });

  test("over a bundle and JSON lines", () => {
    expect(entente("match", "--pattern", valid, "--observed", "bundle.json", "--json")).toMatchObject({
      status: 0,
      json: { matched: true, observed: [first.id] },
    });
    const both = ["--observed", "lines.jsonl", "--observed", "bundle.json", "--json"];
    expect(entente("match", "--pattern", `(${valid} FOLLOWEDBY ${valid}) WITHIN 61 SECONDS`, ...both)).toMatchObject({
      status: 0,
      json: { matched: true, observed: [first.id, second.id] },
    });
    expect(entente("match", "--pattern", `(${valid} FOLLOWEDBY ${valid}) WITHIN 60 SECONDS`, ...both)).toMatchObject({
      status: 1,
      json: { matched: false, observed: [] },
    });
    expect(entente("match", "--pattern", valid, "--observed", "bundle.json").out).toBe(
      `The pattern matches:\n  ${first.id}\n`,
    );
    expect(entente("match", "--pattern", "[file:size > 1]", "--observed", "bundle.json")).toMatchObject({
      status: 1,
      out: "The pattern does not match.\n",
    });
  });

  test("what cannot be read is named, and the rest is matched", () => {
    const { status, err, json } = entente("match", "--pattern", valid, "--observed", "broken.json", "--json");
    expect({ status, json }).toEqual({ status: 0, json: { matched: true, observed: [first.id] } });
    expect(err).toMatch(/broken\.json, byte 1: not JSON/);
    expect(err).toMatch(/not a JSON object/);
    expect(entente("match", "--pattern", valid, "--observed", "one.json").err).toMatch(/1 of its object_refs/);
    writeFileSync(join(folder, "none.json"), "[]");
    expect(entente("match", "--pattern", valid, "--observed", "none.json").err).toMatch(/no observed-data/);
  });

  test("a pattern that cannot be matched", () => {
    const words = entente("match", "--pattern", "[a:b MATCHES '(a)\\\\1']", "--observed", "bundle.json");
    expect(words).toMatchObject({ status: 1, out: "" });
    expect(words.err).toMatch(/linear time[^]*\n {15}\^/);
    expect(entente("match", "--pattern", "[a:b = ", "--observed", "bundle.json", "--json")).toMatchObject({
      status: 1,
      json: { error: { code: "pattern-syntax", where: "line 1, column 8" } },
    });
  });

  test.each<[string, readonly string[], number]>([
    ["help", ["--help"], 0],
    ["help of check", ["check", "--help"], 0],
    ["help of match", ["match", "--help"], 0],
    ["no pattern", ["check"], 2],
    ["a pattern and a file", ["check", valid, "--file", "p.txt"], 2],
    ["no observed data", ["match", "--pattern", valid], 2],
    ["no pattern to match", ["match", "--observed", "bundle.json"], 2],
    ["an unknown option", ["check", valid, "--frob"], 2],
    ["no such file", ["match", "--pattern", valid, "--observed", "nothing.json"], 1],
    ["no such pattern file", ["check", "--file", "nothing.txt"], 1],
  ])("exit code for %s", (_, args, status) => {
    const run = entente(...args);
    expect(run.status, run.err).toBe(status);
    expect((status === 0 ? run.out : run.err).trim()).not.toBe("");
  });
});
