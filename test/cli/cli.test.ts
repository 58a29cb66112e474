import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { configSchema } from "#node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "entente-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function entente(...args: readonly string[]): {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
  readonly json: Record<string, unknown>;
} {
  const { status, stdout, stderr } = spawnSync(join(root, "bin/entente"), args, { encoding: "utf8", cwd: folder });
  const line = stdout.trim().split("\n").at(-1) ?? "";
  return {
    status,
    out: stdout,
    err: stderr,
    json: line.startsWith("{") ? (JSON.parse(line) as Record<string, unknown>) : {},
  };
}

describe("the command line, as its users type it", () => {
  const a = (...args: readonly string[]) => entente(...args, "--home", join(folder, "a"), "--json");
  const b = (...args: readonly string[]) => entente(...args, "--home", join(folder, "b"), "--json");

  beforeAll(() => {
    for (const [run, party, port] of [
      [a, "Islamabad", "14443"],
      [b, "Washington", "14444"],
    ] as const) {
      expect(run("init", "--party", party, "--link-port", port, "--purpose", "prevention").status).toBe(0);
      for (const role of ["analyst", "disclosure-officer", "overseer"]) {
        expect(
          run("officer", "add", "--as", "admin@localhost", "--name", role, "--email", `${role}@x.org`, "--role", role)
            .status,
        ).toBe(0);
      }
    }
  }, 60_000);

  test("from two folders to an approved release, an export and evidence", () => {
    expect(a("pair", "invite", "--as", "admin@localhost", "--out", "a.entente").status).toBe(0);
    const accepted = b("pair", "accept", "a.entente", "--as", "admin@localhost", "--out", "b.entente").json;
    const answered = a("pair", "accept", "b.entente", "--as", "admin@localhost").json;
    expect(answered["fingerprint"]).toBe(accepted["fingerprint"]);
    expect(a("pair", "confirm", "--fingerprint", "1", "--as", "admin@localhost")).toMatchObject({
      status: 1,
      json: { error: { code: "fingerprint-differs" } },
    });
    expect(
      a("pair", "confirm", "--fingerprint", String(accepted["fingerprint"]), "--as", "admin@localhost").json["state"],
    ).toBe("active");

    const marking = a("mark", "--releasable-to", "Washington", "--as", "analyst@x.org").json["id"];
    const imported = a(
      "import",
      join(root, "demo/data/ofac/sdn.csv"),
      "--marking",
      String(marking),
      "--as",
      "analyst@x.org",
    );
    expect(imported).toMatchObject({
      status: 0,
      json: { imported: 8, problems: 1, problemList: [{ code: "row-columns" }] },
    });
    const records = a("records", "baloch", "--as", "analyst@x.org").json["records"] as { id: string }[];
    const partner =
      (a("pair", "list", "--as", "admin@localhost").json["channels"] as { partner: string }[])[0]?.partner ?? "";
    const basis = a(
      "basis",
      "add",
      "--title",
      "Arrangement",
      "--citation",
      "art. 1",
      "--purpose",
      "prevention",
      "--party",
      partner,
      "--from",
      "2025-01-01",
      "--as",
      "disclosure-officer@x.org",
    ).json["id"];
    const draft = a(
      "release",
      "draft",
      "--title",
      "T",
      "--purpose",
      "prevention",
      "--necessity",
      "N",
      "--basis",
      String(basis),
      "--review-by",
      `${new Date().getUTCFullYear() + 1}-01-01`,
      "--record",
      records[0]?.id ?? "",
      "--submit",
      "--as",
      "analyst@x.org",
    );
    expect(draft.json).toMatchObject({ release: { state: "submitted" } });
    const id = (draft.json["release"] as { id: string }).id;
    expect(a("release", "approve", id, "--as", "analyst@x.org")).toMatchObject({
      status: 1,
      json: { error: { code: "forbidden" } },
    });
    expect(a("release", "approve", id, "--as", "disclosure-officer@x.org").json).toMatchObject({
      state: "approved",
      parts: 1,
    });
    expect(a("verify", "--as", "overseer@x.org").json).toMatchObject({ own: { size: 2, verified: true } });

    expect(a("evidence", "make", id, "--out", "evidence.json", "--as", "overseer@x.org").status).toBe(0);
    // No receipt has come, and the check says so, offline.
    expect(entente("evidence", "check", "evidence.json", "--json")).toMatchObject({
      status: 1,
      json: { verdict: "incomplete", keysFrom: "file" },
    });
    writeFileSync(
      join(folder, "forged.json"),
      readFileSync(join(folder, "evidence.json"), "utf8").replace('"index": 1', '"index": 0'),
    );
    expect(entente("evidence", "check", "forged.json", "--json")).toMatchObject({
      status: 1,
      json: { verdict: "refused" },
    });

    const channel = (a("pair", "list", "--as", "admin@localhost").json["channels"] as { id: string }[])[0]?.id ?? "";
    const ledger = ["ledger", "export", "--channel", channel, "--out", "logs", "--as", "overseer@x.org"] as const;
    expect(a(...ledger)).toMatchObject({
      status: 0,
      json: { channel, folder: "logs", logs: [{ side: "ours", size: 2, cosignedSize: null, files: 4 }] },
    });
    expect(readFileSync(join(folder, "logs/ours/checkpoint"), "utf8")).toMatch(
      /^entente\/channel--\S+\n2\n\S+\n\n— entente\/channel--\S+ \S+\n$/,
    );
    expect(readFileSync(join(folder, "logs/ours/tile/0/000.p/2")).length).toBe(64);
    expect(a(...ledger)).toMatchObject({ status: 1, json: { error: { code: "folder-not-empty" } } });
    const keys = a("ledger", "keys", "--as", "overseer@x.org").json;
    const config = JSON.parse(readFileSync(join(folder, "a/config.json"), "utf8")) as object;
    expect(configSchema.parse({ ...config, ...keys })).toMatchObject({
      witness: { logs: [{ origin: expect.stringContaining(channel) as string }] },
    });

    expect(a("export", "--out", "all.json", "--as", "analyst@x.org").json).toMatchObject({ records: 8 });
    expect((JSON.parse(readFileSync(join(folder, "all.json"), "utf8")) as { objects: unknown[] }).objects).toHaveLength(
      8,
    );
    expect(a("inbox", "--as", "analyst@x.org").json).toEqual({ parcels: [] });
    expect(a("doctor").json).toMatchObject({ ok: true });
  }, 120_000);

  test.each<[string, readonly string[], number]>([
    ["help", ["--help"], 0],
    ["help of a command", ["release", "draft", "--help"], 0],
    ["help of the ledger's export", ["ledger", "export", "--help"], 0],
    ["an export to nowhere", ["ledger", "export", "--home", "a", "--as", "overseer@x.org"], 2],
    [
      "an export of no channel",
      ["ledger", "export", "--channel", "none", "--out", "x", "--home", "a", "--as", "overseer@x.org"],
      1,
    ],
    ["an unknown command", ["frobnicate"], 2],
    ["a missing argument", ["import"], 2],
    ["an unknown option", ["inbox", "--frob"], 2],
    ["no node", ["inbox", "--home", "nowhere", "--as", "x@y"], 1],
    ["no file", ["evidence", "check", "nothing.json"], 1],
    ["no officer", ["inbox", "--home", "a"], 1],
    ["an unknown officer", ["inbox", "--home", "a", "--as", "x@y"], 1],
  ])("exit code for %s", (_, args, status) => {
    const run = entente(...args);
    expect(run.status, run.err).toBe(status);
    expect((status === 0 ? run.out : run.err).trim()).not.toBe("");
  });
});

test("the demonstration holds", () => {
  const { status, stdout } = spawnSync("node", ["demo/main.ts", "--once", "--json"], { cwd: root, encoding: "utf8" });
  expect(JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}")).toMatchObject({
    ok: true,
    delivered: 14,
    receipts: 4,
    corrected: 1,
    recalled: 1,
    tampered_evidence_refused: true,
  });
  expect(status).toBe(0);
}, 60_000);
