import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const fixtures = join(root, "src/pillars/designations/fixtures");
const folder = mkdtempSync(join(tmpdir(), "entente-lists-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function entente(...args: readonly string[]): { status: number | null; out: string; json: Record<string, unknown> } {
  const all = [...args, "--home", join(folder, "node"), "--as", "analyst@x.org"];
  const { status, stdout } = spawnSync(join(root, "bin/entente"), all, { encoding: "utf8", cwd: folder });
  const line = stdout.trim().split("\n").at(-1) ?? "";
  return { status, out: stdout, json: line.startsWith("{") ? (JSON.parse(line) as Record<string, unknown>) : {} };
}
const row = (number: number, name: string): string => `${number},"${name}",-0- ,"SDGT"${",-0- ".repeat(8)}\r\n`;

beforeAll(() => {
  expect(entente("init", "--party", "Islamabad").status).toBe(0);
  const admin = ["--home", join(folder, "node"), "--as", "admin@localhost"];
  const add = ["officer", "add", "--name", "A", "--email", "analyst@x.org", "--role", "analyst", ...admin];
  expect(spawnSync(join(root, "bin/entente"), add, { cwd: folder }).status).toBe(0);
}, 60_000);

test("as an officer types it: two states, a delta, a day between them, an amendment, the matrix, a join", () => {
  const ttp = row(12206, "TEHRIK-E TALIBAN PAKISTAN (TTP)");
  writeFileSync(join(folder, "old-sdn.csv"), ttp);
  writeFileSync(join(folder, "new-sdn.csv"), ttp + row(26953, "BALOCHISTAN LIBERATION ARMY"));
  expect(entente("lists", "load", "ofac-sdn", "old-sdn.csv", "--dated", "2019-04-15", "--json").json).toMatchObject({
    state: "accepted",
    entries: 1,
  });
  expect(entente("lists", "load", "ofac-sdn", "new-sdn.csv", "--dated", "2021-07-01").out).toContain(
    "2 entries, 1 of them new",
  );
  expect(entente("lists", "load", "uk", join(fixtures, "uk.csv"), "--json").json).toMatchObject({
    entries: 3,
    problems: 2,
  });
  expect(entente("lists", "delta", "1", "2", "--json").json).toMatchObject({
    added: [{ key: "ofac:26953" }],
    delisted: [],
  });
  expect(entente("designations", "show", "balochistan", "--as-of", "2020-01-01").out).toContain(
    "UNCERTAIN: it changed between the states of 2019-04-15 and 2021-07-01",
  );
  const amend = ["designations", "amend", "ofac:26953", "--effective", "2025-08-11", "--programme", "FTO"];
  expect(entente(...amend, "--source", "Department of State, 11 August 2025").status).toBe(0);
  expect(entente("designations", "show", "26953", "--as-of", "2025-08-12").out).toContain("SDGT FTO");
  expect(entente("designations", "matrix").out).toContain("uk                       listed AQD0103");
  const pair = entente("designations", "candidates", "--json").json["candidates"];
  expect(pair).toMatchObject([{ keys: ["ofac:12206", "uk:AQD0103"] }]);
  expect(entente("designations", "join", "ofac:12206", "uk:AQD0103", "--reason", "the same").status).toBe(0);
  writeFileSync(join(folder, "short-sdn.csv"), ttp);
  const held = entente("lists", "load", "ofac-sdn", "short-sdn.csv", "--dated", "2022-01-01");
  expect([held.status, held.out.includes("HELD")]).toEqual([1, true]);
  expect(entente("designations", "show", "nobody of this name").status).toBe(1);
  expect(entente("lists", "delta", "one", "2").status).toBe(2);
}, 120_000);
