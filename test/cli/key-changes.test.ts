import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

/** Two homes, paired by commands alone, no network: files in a folder. */
const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "entente-key-changes-"));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

type Home = "a" | "b" | "carrier";
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

beforeAll(() => {
  for (const [home, party] of [
    ["a", "Islamabad"],
    ["b", "Washington"],
    ["carrier", "Courier"],
  ] as const)
    done(home, "init", "--party", party);
  done("a", "pair", "invite", "--out", at("first"));
  const { fingerprint } = done("b", "pair", "accept", at("first"), "--out", at("answer"));
  done("a", "pair", "accept", at("answer"));
  for (const home of ["a", "b"] as const) done(home, "pair", "confirm", "--fingerprint", String(fingerprint));
}, 120_000);

describe("an administrator's commands", () => {
  test("rotate, carried by hand over a courier; list; forget; the passphrase stays", () => {
    const { publicKey: carrier } = done("carrier", "keys", "show");
    const { key } = done("a", "keys", "rotate", "--overlap", "0");
    expect(done("a", "keys", "show")).toMatchObject({ publicKey: key });
    expect(statSync(join(at("a"), "keys.json")).mode & 0o777).toBe(0o600);
    expect(entente("a", "keys", "rotate")).toMatchObject({ status: 1, json: { error: { code: "keys-changing" } } });
    expect(entente("a", "keys", "rotate", "--overlap", "91").status).toBe(2);
    done("a", "media", "export", "--out", at("out"), "--via", `Courier=${String(carrier)}`);
    const forwarded = done("carrier", "media", "forward", ...files("out"), "--out", at("carried"));
    expect(forwarded["files"]).toMatchObject([{ next: "Washington" }]);
    expect(entente("a", "media", "export", "--out", at("none"), "--via", "Nobody")).toMatchObject({
      json: { error: { code: "hop-unknown" } },
    });
    expect(done("b", "media", "import", ...files("carried"))["files"]).toMatchObject([{ stored: 2, stopped: null }]);
    const { channels } = done("b", "keys", "list") as {
      channels: { theirs: { key: string; ended: string | null }[] }[];
    };
    expect(channels[0]?.theirs.map(({ ended }) => ended)).toEqual(["rotated", null]);
    expect(channels[0]?.theirs[1]?.key).toBe(key);
    done("b", "media", "export", "--out", at("back"));
    done("a", "media", "import", ...files("back"));
    expect(done("a", "keys", "forget")).toEqual({ forgotten: 1 });
    expect(JSON.parse(readFileSync(join(at("a"), "keys.json"), "utf8"))).toMatchObject({ retired: [] });
  }, 60_000);

  test("who witnesses whom", () => {
    const card = (home: Home): string => {
      writeFileSync(at(`${home}.json`), JSON.stringify(done(home, "ledger", "keys")));
      return at(`${home}.json`);
    };
    expect(done("carrier", "witness", "watch", card("a"))["added"]).toHaveLength(1);
    expect(done("carrier", "witness", "watch", card("a"))["added"]).toEqual([]);
    done("a", "witness", "add", card("carrier"));
    const { logs } = done("carrier", "witness", "list") as { logs: { origin: string; size: number | null }[] };
    expect(logs).toMatchObject([{ size: null }]);
    expect(done("a", "witness", "list")["witnesses"]).toMatchObject([{ cosigned: [{ cosigned: null }] }]);
    const asked = entente("a", "witness", "ask");
    expect([asked.status, asked.json["outcomes"]]).toMatchObject([1, [{ outcome: "unreachable" }]]);
    expect(done("carrier", "witness", "unwatch", logs[0]?.origin ?? "")).toEqual({ removed: 1 });
    const [witness] = done("a", "witness", "list")["witnesses"] as { name: string }[];
    expect(done("a", "witness", "remove", witness?.name ?? "")).toEqual({ removed: 1 });
    expect(entente("a", "witness", "add", at("first"))).toMatchObject({
      status: 1,
      json: { error: { code: "file-unreadable" } },
    });
  }, 60_000);

  test("a stolen key: recover, revoke, pair anew", () => {
    const before = done("a", "keys", "show")["publicKey"];
    const { channels } = done("a", "keys", "recover", "--reason", "a burglary") as { channels: { channel: string }[] };
    const old = channels[0]?.channel ?? "";
    expect(done("a", "keys", "show")["publicKey"]).not.toBe(before);
    expect(readFileSync(join(at("a"), "keys.json"), "utf8")).toContain('"retired": []');
    done("b", "keys", "revoke", "--channel", "Islamabad", "--reason", "called");
    expect(entente("a", "pair", "invite", "--continue", old, "--out", at("x")).status).toBe(2);
    done("a", "pair", "invite", "--continue", old, "--reason", "a burglary", "--out", at("anew"));
    const { fingerprint, channel } = done("b", "pair", "accept", at("anew"), "--out", at("anew-answer"));
    done("a", "pair", "accept", at("anew-answer"));
    for (const home of ["a", "b"] as const)
      done(home, "pair", "confirm", "--channel", String(channel), "--fingerprint", String(fingerprint));
    done("a", "media", "export", "--channel", String(channel), "--out", at("new"));
    expect(done("b", "media", "import", ...files("new"))["files"]).toMatchObject([{ stored: 2, stopped: null }]);
    const { incidents } = (done("b", "doctor")["findings"] as { check: string; says: string }[]).reduce(
      (all, { check, says }) => ({ ...all, [check]: says }),
      {} as Record<string, string>,
    );
    expect(incidents).toBe("none");
  }, 60_000);
});
