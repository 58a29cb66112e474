import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, test } from "vitest";

/** Two homes, paired by commands alone, no network: files in a folder. */
const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "entente-key-changes-"));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

type Home = "a" | "b";
function entente(home: Home, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    join(root, "bin/entente"),
    [...args, "--json", "--home", at(home), "--as", "admin@localhost"],
    { encoding: "utf8" },
  );
  const line = stdout.trim().split("\n").at(-1) ?? "";
  const json = line.startsWith("{") ? (JSON.parse(line) as Record<string, unknown>) : {};
  return { status, err: stderr, json };
}
function done(home: Home, ...args: readonly string[]): Record<string, unknown> {
  const { status, err, json } = entente(home, ...args);
  expect([args.join(" "), err, json["error"], status]).toEqual([args.join(" "), expect.anything(), undefined, 0]);
  return json;
}
const files = (name: string): string[] => readdirSync(at(name)).map((file) => join(at(name), file));

test("two administrators change keys, set up a witness, and get over a theft, by commands and files alone", () => {
  for (const [home, party] of [
    ["a", "Islamabad"],
    ["b", "Washington"],
  ] as const)
    done(home, "init", "--party", party);
  done("a", "pair", "invite", "--out", at("first"));
  const { fingerprint } = done("b", "pair", "accept", at("first"), "--out", at("answer"));
  const { channel: old } = done("a", "pair", "accept", at("answer"));
  for (const home of ["a", "b"] as const) done(home, "pair", "confirm", "--fingerprint", String(fingerprint));

  const { publicKey } = done("b", "keys", "show");
  const { key } = done("a", "keys", "rotate", "--overlap", "0");
  expect(statSync(join(at("a"), "keys.json")).mode & 0o777).toBe(0o600);
  expect(entente("a", "keys", "rotate", "--overlap", "91").status).toBe(2);
  done("a", "media", "export", "--out", at("out"), "--via", `Courier=${String(publicKey)}`);
  const forwarded = done("b", "media", "forward", ...files("out"), "--out", at("carried"));
  expect(forwarded["files"]).toMatchObject([{ next: "Washington" }]);
  expect(done("b", "media", "import", ...files("carried"))["files"]).toMatchObject([{ stored: 2, stopped: null }]);
  const listed = done("b", "keys", "list") as { channels: { theirs: { key: string; ended: string | null }[] }[] };
  expect(listed.channels[0]?.theirs.map(({ ended }) => ended)).toEqual(["rotated", null]);
  expect(listed.channels[0]?.theirs[1]?.key).toBe(key);

  writeFileSync(at("card.json"), JSON.stringify(done("a", "ledger", "keys")));
  expect(done("b", "witness", "watch", at("card.json"))["added"]).toMatchObject([{ key }]);
  expect(done("b", "witness", "list")["logs"]).toMatchObject([{ key, size: null }]);

  const { channels } = done("a", "keys", "recover", "--reason", "a burglary");
  expect(channels).toMatchObject([{ channel: old, partner: "Washington" }]);
  expect(JSON.parse(readFileSync(join(at("a"), "keys.json"), "utf8"))).toMatchObject({ retired: [] });
  done("b", "keys", "revoke", "--channel", "Islamabad", "--reason", "called");
  expect(entente("a", "pair", "invite", "--continue", String(old), "--out", at("x")).status).toBe(2);
  done("a", "pair", "invite", "--continue", String(old), "--reason", "a burglary", "--out", at("anew"));
  const { fingerprint: again, channel } = done("b", "pair", "accept", at("anew"), "--out", at("anew-answer"));
  done("b", "pair", "confirm", "--channel", String(channel), "--fingerprint", String(again));
  const { findings } = done("b", "doctor") as { findings: { check: string; says: string }[] };
  expect(findings.filter(({ check }) => check.startsWith("channel")).map(({ says }) => says)).toEqual([
    expect.stringMatching(/^closed, continued/),
    expect.stringMatching(/^active/),
  ]);
}, 180_000);
