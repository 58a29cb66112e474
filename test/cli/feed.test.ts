import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { send, startTestServer, type TestServer, tool } from "../../src/exchange/taxii-client/testing.ts";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "entente-feed-"));
const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
  readonly json: Record<string, unknown>;
}

/** Not `spawnSync`: the server that the command asks lives in this process. */
function begin(...args: readonly string[]): { readonly child: ChildProcess; readonly ran: Promise<Ran> } {
  const child = spawn(join(root, "bin/entente"), [...args, "--home", join(folder, "a")], { cwd: folder });
  started.push(child);
  let [out, err] = ["", ""];
  child.stdout.on("data", (part: Buffer) => (out += part.toString()));
  child.stderr.on("data", (part: Buffer) => (err += part.toString()));
  const ran = new Promise<Ran>((done) =>
    child.on("close", (status) => {
      const line = out.trim().split("\n").at(-1) ?? "";
      done({ status, out, err, json: line.startsWith("{") ? (JSON.parse(line) as Record<string, unknown>) : {} });
    }),
  );
  return { child, ran };
}
const entente = (...args: readonly string[]) => begin(...args, "--json").ran;
const analyst = (...args: readonly string[]) => entente(...args, "--as", "analyst@x.org");
const discloser = (...args: readonly string[]) => entente(...args, "--as", "disclosure-officer@x.org");

let server: TestServer;
beforeAll(async () => {
  const ports = ["--link-port", "14543", "--web-port", "14580"];
  expect((await entente("init", "--party", "Here", ...ports)).status).toBe(0);
  for (const role of ["analyst", "disclosure-officer"]) {
    const who = ["--name", role, "--email", `${role}@x.org`, "--role", role];
    expect((await entente("officer", "add", "--as", "admin@localhost", ...who)).status).toBe(0);
  }
}, 60_000);
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

const fill = (from: number, to: number) => {
  for (let n = from; n < to; n++)
    server.held.push({ object: tool(n), added: `2026-01-01T00:00:00.${String(n).padStart(6, "0")}Z` });
};
const add = (name: string, ...more: readonly string[]) =>
  analyst("feed", "add", name, "--url", server.url, "--collection", "tools", ...more);
const until = async (ready: () => boolean | Promise<boolean>) => {
  let done = await ready();
  for (let n = 0; n < 400 && !done; n++) {
    await new Promise((rest) => setTimeout(rest, 50));
    done = await ready();
  }
  expect(done).toBe(true);
};

test("add, run, list and remove; credentials stay in a file of their own", async () => {
  fill(0, 25);
  server.cap = 10;
  writeFileSync(join(folder, "password"), "open sesame\n");
  const added = await add("one", "--user", "me", "--password-file", "password", "--every", "never");
  expect(added).toMatchObject({ status: 0, json: { name: "one", direction: "pull", everySeconds: null } });
  expect(await analyst("feed", "run", "one")).toMatchObject({ status: 0, json: { state: "done", imported: 25 } });
  expect(server.headers.at(-1)?.authorization).toBe(`Basic ${Buffer.from("me:open sesame").toString("base64")}`);
  const listed = await analyst("feed", "list");
  expect(listed.json).toMatchObject({ feeds: [{ name: "one", imported: 25, lastError: null }] });
  const words = await begin("feed", "list", "--as", "analyst@x.org").ran;
  expect(words.out).toMatch(/^one\s+pull\s+http.*25 imported$/m);
  for (const run of [added, listed, words]) expect(run.out + run.err).not.toContain("sesame");
  const file = join(folder, "a", "feeds.json");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, "utf8")).toContain("sesame");
  expect(readFileSync(join(folder, "a", "entente.sqlite")).includes("sesame")).toBe(false);

  server.fault = (_request, response) => send(response, 401, { title: "Who are you?" });
  const refused = await analyst("feed", "run");
  expect(refused).toMatchObject({ status: 1, json: { runs: [{ name: "one", error: { code: "not-authorised" } }] } });
  expect(JSON.stringify(refused.json)).toContain("Who are you?");
  expect((await analyst("feed", "list")).json).toMatchObject({
    feeds: [{ lastError: "the server answers 401: Who are you?" }],
  });
  expect((await analyst("feed", "remove", "one")).status).toBe(0);
  expect(readFileSync(file, "utf8")).not.toContain("sesame");
}, 60_000);

test("killed between pages, then run again: nothing lost, nothing doubled", async () => {
  fill(100, 130);
  server.cap = 10;
  expect((await add("killed", "--every", "never")).status).toBe(0);
  let stuck = false;
  server.fault = (request) => (stuck = request.url?.includes("next=20") === true);
  const { child, ran } = begin("feed", "run", "killed", "--as", "analyst@x.org");
  await until(() => stuck);
  child.kill("SIGKILL");
  await ran;
  server.fault = () => false;
  const asked = server.asked.length;
  await until(async () => (await analyst("feed", "run", "killed")).status === 0);
  expect((await analyst("feed", "list")).json).toMatchObject({
    feeds: [{ name: "killed", imported: 30, unchanged: 0 }],
  });
  // It went on at the page where it was killed.
  expect(server.asked.slice(asked).map((line) => new URL(line.split(" ")[1] ?? "", server.url).search)).toEqual([
    "?limit=1000&next=20",
  ]);
  await analyst("feed", "remove", "killed");
}, 90_000);

test("a running node runs feeds by itself, and stops at once", async () => {
  fill(200, 205);
  expect((await add("often", "--every", "10s")).status).toBe(0);
  const { child, ran } = begin("start");
  await until(async () => JSON.stringify((await analyst("feed", "list")).json).includes('"imported":5'));
  fill(205, 207);
  await until(async () => JSON.stringify((await analyst("feed", "list")).json).includes('"imported":7'));
  child.kill("SIGTERM");
  expect((await ran).status).toBe(0);
  await analyst("feed", "remove", "often");
}, 90_000);

test("a push gives what is marked for its recipient, by the disclosure officer's word", async () => {
  const partner = "identity--00000000-0000-4000-8000-00000000000b";
  const handling = {
    type: "marking-definition",
    spec_version: "2.1",
    id: "marking-definition--00000000-0000-4000-8000-000000000001",
    created: "2025-01-01T00:00:00Z",
    extensions: {
      "extension-definition--5d2b9f5e-6e0c-4f6c-9b8e-3d1f8a7c2e41": {
        extension_type: "property-extension",
        originator: "identity--00000000-0000-4000-8000-00000000000a",
        releasable_to: [partner],
        no_onward: true,
        evidence_use: "allowed",
      },
    },
  };
  const objects = [handling, tool(300, { object_marking_refs: [handling.id] }), tool(301)];
  writeFileSync(join(folder, "own.json"), JSON.stringify({ type: "bundle", objects }));
  expect((await analyst("import", "own.json")).json).toMatchObject({ imported: 3 });
  const args = ["feed", "add", "out", "--url", server.url, "--collection", "tools", "--direction", "push"];
  const full = [...args, "--recipient", partner, "--purpose", "prevention", "--every", "never"];
  expect(await analyst(...full)).toMatchObject({ status: 1, json: { error: { code: "forbidden" } } });
  expect(await discloser(...args)).toMatchObject({ status: 1, json: { error: { code: "feed-invalid" } } });
  expect((await discloser(...full)).status).toBe(0);
  expect((await discloser("feed", "run", "out")).json).toMatchObject({ sent: 2 });
  expect(server.held.map((item) => item.object)).toEqual([handling, objects[1]]);
  expect((await discloser("feed", "remove", "out")).status).toBe(0);
}, 60_000);

test.each<[string, readonly string[], number]>([
  ["no collection", ["feed", "add", "x", "--url", "https://x/"], 2],
  ["an interval that is none", ["feed", "add", "x", "--url", "https://x/", "--collection", "c", "--every", "soon"], 2],
  [
    "a direction that is none",
    ["feed", "add", "x", "--url", "https://x/", "--collection", "c", "--direction", "up"],
    2,
  ],
  ["plain HTTP", ["feed", "add", "x", "--url", "http://taxii.example/", "--collection", "c"], 1],
  ["a name without a password", ["feed", "add", "x", "--url", "https://x/", "--collection", "c", "--user", "u"], 1],
  ["an unknown feed", ["feed", "run", "nowhere"], 1],
])("exit code for %s", async (_, args, status) => {
  const run = await analyst(...args);
  expect(run.status, run.err).toBe(status);
});
