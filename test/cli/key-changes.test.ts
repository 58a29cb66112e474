import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "entente-key-changes-"));
const home = join(folder, "home");
afterAll(() => rmSync(folder, { recursive: true }));

function entente(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    join(root, "bin/entente"),
    [...args, "--json", "--home", home, "--as", "admin@localhost"],
    { encoding: "utf8" },
  );
  const line = stdout.trim().split("\n").at(-1) ?? "";
  const json = line.startsWith("{") ? (JSON.parse(line) as Record<string, unknown>) : {};
  return { status, err: stderr, json };
}
function done(...args: readonly string[]): Record<string, unknown> {
  const { status, err, json } = entente(...args);
  expect([args.join(" "), err, json["error"], status]).toEqual([args.join(" "), "", undefined, 0]);
  return json;
}

test("an administrator changes the keys and sets up a witness, by commands alone", () => {
  done("init", "--party", "Islamabad");
  const { publicKey } = done("keys", "show");
  const { key } = done("keys", "rotate", "--overlap", "0");
  expect(key).not.toBe(publicKey);
  expect(statSync(join(home, "keys.json")).mode & 0o777).toBe(0o600);
  expect(done("keys", "list")).toEqual({ key, channels: [] });
  expect(entente("keys", "rotate", "--overlap", "91").status).toBe(2);
  expect(done("keys", "recover", "--reason", "a burglary")).toEqual({ channels: [] });
  expect(JSON.parse(readFileSync(join(home, "keys.json"), "utf8"))).toMatchObject({ retired: [] });

  const { witnesses } = done("ledger", "keys") as { witnesses: { key: string }[] };
  expect(witnesses[0]?.key).not.toBe(key);
  const log = { origin: "entente/channel--x/identity--y", key: publicKey };
  writeFileSync(join(folder, "card"), JSON.stringify({ witness: { logs: [log] }, witnesses }));
  expect(done("witness", "watch", join(folder, "card"))).toEqual({ added: [log] });
  expect(done("witness", "list")["logs"]).toEqual([{ ...log, size: null, at: null }]);
}, 120_000);
