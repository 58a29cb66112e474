import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "entente-keys-"));
const home = join(folder, "home");
afterAll(() => rmSync(folder, { recursive: true }));

function entente(args: readonly string[], passphraseFile?: string) {
  const env = { ...process.env, ...(passphraseFile === undefined ? {} : { ENTENTE_PASSPHRASE_FILE: passphraseFile }) };
  const { status, stdout, stderr } = spawnSync(join(root, "bin/entente"), [...args, "--json"], {
    encoding: "utf8",
    env,
  });
  const line = stdout.trim().split("\n").at(-1) ?? "";
  return { status, err: stderr, json: line.startsWith("{") ? (JSON.parse(line) as Record<string, unknown>) : {} };
}
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

beforeAll(() => {
  expect(entente(["init", "--home", home, "--party", "Islamabad"]).status).toBe(0);
}, 30_000);

test("keys are sealed, opened only by the passphrase, and never left half written", () => {
  const [right, wrong, weak] = [
    file("right", "five words that differ much\n"),
    file("wrong", "other words altogether\n"),
    file("weak", "short\n"),
  ];
  const before = entente(["keys", "show", "--home", home]).json;
  expect(before).toMatchObject({ sealed: false });
  expect(entente(["keys", "seal", "--home", home, "--new-passphrase-file", weak])).toMatchObject({
    status: 1,
    json: { error: { code: "passphrase-weak" } },
  });
  expect(entente(["keys", "seal", "--home", home, "--new-passphrase-file", right]).status).toBe(0);
  expect(readFileSync(join(home, "keys.json"), "utf8")).not.toMatch(/signingSeed|PRIVATE KEY/);
  expect(statSync(join(home, "keys.json")).mode & 0o777).toBe(0o600);

  expect(entente(["doctor", "--home", home])).toMatchObject({ status: 1, json: { error: { code: "keys-sealed" } } });
  expect(entente(["doctor", "--home", home], wrong)).toMatchObject({
    status: 1,
    json: { error: { code: "passphrase-wrong" } },
  });
  expect(entente(["doctor", "--home", home], right)).toMatchObject({ status: 0, json: { ok: true } });
  expect(entente(["keys", "show", "--home", home], right).json).toEqual({ ...before, sealed: true });

  const text = readFileSync(join(home, "keys.json"), "utf8");
  writeFileSync(
    join(home, "keys.json"),
    text.replace(/"box": "(.)/, (_, first: string) => `"box": "${first === "A" ? "B" : "A"}`),
  );
  expect(entente(["doctor", "--home", home], right)).toMatchObject({
    status: 1,
    json: { error: { code: "passphrase-wrong" } },
  });
  writeFileSync(join(home, "keys.json"), text);
  expect(entente(["keys", "unseal", "--home", home], right).status).toBe(0);
  expect(entente(["keys", "show", "--home", home]).json).toEqual(before);
  expect(entente(["keys", "unseal", "--home", home])).toMatchObject({
    status: 1,
    json: { error: { code: "keys-open" } },
  });
}, 60_000);

test("a backup by command, sealed keys and all, and its restore", () => {
  const [backup, again] = [join(folder, "backup"), join(folder, "again")];
  expect(entente(["backup", backup, "--home", home, "--as", "admin@localhost"])).toMatchObject({
    status: 0,
    json: { name: "Islamabad" },
  });
  expect(entente(["backup", backup, "--home", home, "--as", "admin@localhost"])).toMatchObject({
    status: 1,
    json: { error: { code: "backup-exists" } },
  });
  expect(entente(["restore", backup, "--home", home])).toMatchObject({
    status: 1,
    json: { error: { code: "home-exists" } },
  });
  expect(entente(["restore", backup, "--home", again])).toMatchObject({ status: 0, json: { channels: 0 } });
  expect(entente(["doctor", "--home", again]).json).toMatchObject({ ok: true });
  expect(entente(["restore", "--home", again]).status).toBe(2);
}, 60_000);
