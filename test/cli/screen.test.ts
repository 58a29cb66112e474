import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "entente-screen-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const OFAC = join(root, "demo/data/ofac/sdn.csv");
const UN = join(root, "demo/data/un/consolidated.xml");

function entente(...args: readonly string[]): {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
  readonly json: Record<string, unknown>;
} {
  const { status, stdout, stderr } = spawnSync(join(root, "bin/entente"), ["screen", ...args], {
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
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return name;
};
const lines = (name: string): Record<string, unknown>[] =>
  readFileSync(join(folder, name), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe("screen compare, without a node", () => {
  test("two names", () => {
    const { status, json } = entente("compare", "Jon Smith", "John Smith", "--json");
    expect(status).toBe(0);
    expect(json).toMatchObject({ match: true });
    expect(json["score"]).toBeGreaterThan(0.8);
    expect(json["reasons"]).toContain("“jon” ~ “john”: spellings of one name (0.97)");
  });
  test("a file of pairs: rows stay as they came, score and match are added, a bad row is named", () => {
    const rows =
      'name1,name2,type,note\n"Gates, Bill",William Gates,person,"a ""note"""\n,John,person,\nحزب الله,Hizballah,organization,\n';
    const { status, json, err } = entente("compare", "--in", file("pairs.csv", rows), "--out", "scored.csv", "--json");
    expect(status).toBe(0);
    expect(json).toMatchObject({ rows: 3, matches: 2, problems: 1 });
    expect(err).toContain("row 3: the name is empty");
    const [head, first, second] = readFileSync(join(folder, "scored.csv"), "utf8").split("\n");
    expect(head).toBe("name1,name2,type,note,score,match");
    expect(first).toMatch(/^"Gates, Bill",William Gates,person,"a ""note""",0\.\d+,true$/);
    expect(second).toBe(",John,person,,0,false");
  });
  test.each([
    [["compare", "", "x"], 1, "the name is empty"],
    [["compare", "x".repeat(10_000), "x"], 1, "at most 1000 are read"],
    [["compare", "…!", "x"], 1, "no letter"],
    [["compare", "x"], 2, "two names"],
    [["compare", "--in", "nowhere.csv", "--out", "o.csv"], 1, "nowhere.csv"],
  ])("refused: case %#", (args, status, message) => {
    const refused = entente(...args);
    expect(refused.status).toBe(status);
    expect(refused.err).toContain(message);
  });
  test("a file without the columns is refused", () => {
    expect(entente("compare", "--in", file("other.csv", "a,b\n1,2\n"), "--out", "o.csv")).toMatchObject({ status: 1 });
  });
});

describe("screening against list files", () => {
  test("a name in another script, with reasons", () => {
    const { status, json } = entente("تحریک طالبان پاکستان", "--list", OFAC, UN, "--json");
    expect(status).toBe(0);
    const references = (json["candidates"] as { reference: string; match: boolean }[])
      .filter(({ match }) => match)
      .map(({ reference }) => reference);
    expect(references).toEqual(expect.arrayContaining(["12206", "QDe.132"]));
  });
  test("a file: one line a row, errors in their place, and it goes on where it was cut", () => {
    const rows =
      "id,name,type,born,country\n7,Noor Wali,person,1978,Pakistan\n8,,,,\n9,Balochistan Liberation Army,organization,,\n10,Nobody Atall,person,31-02-1950,\n";
    const args = ["--in", file("names.csv", rows), "--out", "out.jsonl", "--list", OFAC, UN, "--json"];
    const first = entente(...args);
    expect(first).toMatchObject({ status: 0, json: { rows: 4, errors: 2, matches: 2 } });
    const whole = lines("out.jsonl");
    expect(whole.map(({ id }) => id)).toEqual(["7", "8", "9", "10"]);
    expect(whole[1]).toMatchObject({ candidates: [], error: { code: "name-empty" } });
    expect(whole[3]).toMatchObject({ error: { code: "birth-date-invalid" } });
    expect(whole[2]).toMatchObject({ candidates: [expect.objectContaining({ reference: "26953" })] });
    const text = readFileSync(join(folder, "out.jsonl"), "utf8");
    truncateSync(join(folder, "out.jsonl"), Buffer.byteLength(text.split("\n").slice(0, 2).join("\n")) + 20);
    expect(entente(...args, "--resume")).toMatchObject({ status: 0, json: { rows: 2, resumedAfter: 2 } });
    expect(readFileSync(join(folder, "out.jsonl"), "utf8")).toBe(text);
  });
  test("mentions in a text: whole words, acronyms with context, any script", () => {
    const text = "The BLACK market. The Balochistan Liberation Army (BLA) spoke; تحریک طالبان پاکستان نے کہا.";
    const found = entente("mentions", file("text.txt", text), "--list", OFAC, UN, "--json").json["mentions"] as {
      start: number;
      end: number;
      text: string;
    }[];
    expect(found.map((one) => one.text)).toEqual(["Balochistan Liberation Army", "BLA", "تحریک طالبان پاکستان"]);
    for (const one of found) expect(text.slice(one.start, one.end)).toBe(one.text);
    const alone = entente("mentions", file("alone.txt", "BLA and BLACK"), "--list", OFAC, "--json").json["mentions"];
    expect(alone).toEqual([]);
  });
  test("a file that is no list", () => {
    expect(entente("X", "--list", file("x.csv", "a,b\n"))).toMatchObject({ status: 1 });
  });
});

describe("a register on a node", () => {
  const a = (...args: readonly string[]) =>
    entente(...args, "--home", join(folder, "a"), "--as", "analyst@x.org", "--json");
  const node = (...args: readonly string[]) =>
    spawnSync(join(root, "bin/entente"), [...args, "--home", join(folder, "a"), "--json"], {
      encoding: "utf8",
      cwd: folder,
    });

  beforeAll(() => {
    expect(node("init", "--party", "Islamabad", "--link-port", "14543", "--purpose", "prevention").status).toBe(0);
    expect(
      node("officer", "add", "--as", "admin@localhost", "--name", "A", "--email", "analyst@x.org", "--role", "analyst")
        .status,
    ).toBe(0);
    expect(a("Noor Wali").json).toMatchObject({ error: { code: "list-empty" } });
    expect(node("import", OFAC, "--as", "analyst@x.org").status).toBe(0);
  }, 180_000);

  test("possible matches of a register are found, decided and replayed", () => {
    const rows = file(
      "register.csv",
      "id,name,type\n1,Noor Wali,person\n2,Balochistan Liberation Army,organization\n3,,\n",
    );
    expect(a("register", "add", "customers", "--in", rows).json).toMatchObject({ rows: 2, changed: 2, problems: 1 });
    expect(a("register", "rescreen", "customers").json).toMatchObject({ entries: 2, added: 2, standing: 0 });
    const hits = a("hits").json["hits"] as { id: string; name: string; score: number }[];
    const army = hits.find((hit) => hit.name === "Balochistan Liberation Army")?.id ?? "";
    expect(a("decide", army, "confirm", "--reason", "the same group").json).toMatchObject({ state: "proposed" });
    expect(a("replay", army)).toMatchObject({ status: 0, json: { same: true } });
    expect(a("register", "rescreen", "nobody").json).toMatchObject({ error: { code: "register-unknown" } });
  }, 180_000);
});
