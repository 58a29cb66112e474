import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { utf8 } from "#base";
import {
  append,
  entryBundle,
  formatCheckpoint,
  generateSeed,
  hashTile,
  leafHash,
  memoryHashStore,
  rootAt,
  signingKey,
  signNote,
  tilePath,
  tilesOf,
  verifierKey,
} from "#ledger";
import { buildVerifier, goIsThere } from "../../tools/go.ts";

/** Past 256 × 256: full tiles of level 1, and a beginning of level 2. */
const SIZE = 66_000;
const folder = mkdtempSync(join(tmpdir(), "entente-go-large-"));
const verifier = join(folder, "verify-log");
const log = join(folder, "log");

beforeAll(async () => {
  if (!goIsThere()) return;
  buildVerifier(verifier);
  const tree = memoryHashStore();
  const entry = (n: number): Uint8Array => utf8(`entry ${n}`);
  for (let n = 0; n < SIZE; n++) await append(tree, "log", leafHash(entry(n)));
  for (const tile of tilesOf(SIZE)) {
    const file = join(log, tilePath(tile));
    mkdirSync(dirname(file), { recursive: true });
    const entries = Array.from({ length: tile.width }, (_, n) => entry(tile.index * 256 + n));
    writeFileSync(file, tile.kind === "entries" ? entryBundle(entries) : await hashTile(tree, "log", tile));
  }
  const key = signingKey(generateSeed());
  const note = async (size: number): Promise<string> =>
    signNote(formatCheckpoint({ origin: "large", size, root: await rootAt(tree, "log", size) }), [
      { name: "large", key },
    ]);
  writeFileSync(join(log, "checkpoint"), await note(SIZE));
  writeFileSync(join(folder, "older"), await note(12_345));
  writeFileSync(join(log, "keys"), `log ${verifierKey({ name: "large", publicKey: key.publicKey })}\n`);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

test.runIf(goIsThere())("three levels of tiles are verified, and a byte of the middle one matters", () => {
  const judge = () => spawnSync(verifier, ["-older", join(folder, "older"), log], { encoding: "utf8" }).stdout;
  expect(judge()).toMatch(/^VERIFIED: large, 66000 entries.*\n.*12345 entries\n$/);
  const tile = join(log, "tile/1/000");
  const bytes = readFileSync(tile);
  expect(bytes.length).toBe(8192);
  writeFileSync(tile, bytes.with(4000, (bytes[4000] ?? 0) ^ 1));
  expect(judge()).toMatch(/^REFUSED: .*tile\/1\/000 is not of the entries/);
});

test.runIf(goIsThere())(
  "the Go is formatted and vetted",
  () => {
    const cwd = resolve(import.meta.dirname, "../../tools/verify-log");
    expect(spawnSync("/usr/bin/gofmt", ["-l", "."], { cwd, encoding: "utf8" })).toMatchObject({
      status: 0,
      stdout: "",
    });
    const env = { ...process.env, GO111MODULE: "off", GOPATH: "/usr/share/gocode", GOFLAGS: "" };
    expect(spawnSync("/usr/bin/go", ["vet", "."], { cwd, env, encoding: "utf8" })).toMatchObject({ status: 0 });
  },
  60_000,
);
