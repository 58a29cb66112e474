import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tool } from "../../src/exchange/taxii-client/testing.ts";
import { freePort } from "../federation/two-nodes.ts";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "entente-taxii-cli-"));
const home = join(folder, "a");
const started: ChildProcess[] = [];
afterAll(() => {
  for (const child of started) child.kill("SIGKILL");
  rmSync(folder, { recursive: true, force: true });
});

function begin(...args: readonly string[]): {
  readonly child: ChildProcess;
  readonly line: Promise<Record<string, unknown>>;
  readonly status: Promise<number | null>;
} {
  const child = spawn(join(root, "bin/entente"), [...args, "--home", home, "--json"], { cwd: folder });
  started.push(child);
  let out = "";
  const line = new Promise<Record<string, unknown>>((done) => {
    const read = (): void => {
      const text = out.trim();
      done(text.startsWith("{") ? (JSON.parse(text.split("\n").at(-1) ?? "") as Record<string, unknown>) : {});
    };
    child.stdout.on("data", (part: Buffer) => {
      out += part.toString();
      if (out.endsWith("\n")) read();
    });
    child.on("close", read);
  });
  return { child, line, status: new Promise((done) => child.on("close", done)) };
}
async function entente(...args: readonly string[]): Promise<{ status: number | null; json: Record<string, unknown> }> {
  const run = begin(...args, "--as", "d@x.org");
  return { status: await run.status, json: await run.line };
}

let web = 0;
beforeAll(async () => {
  web = await freePort();
  const made = begin("init", "--party", "Here", "--link-port", String(await freePort()), "--web-port", String(web));
  expect(await made.status).toBe(0);
  const officer = ["--name", "D", "--email", "d@x.org", "--role", "disclosure-officer"];
  expect(await begin("officer", "add", "--as", "admin@localhost", ...officer).status).toBe(0);
}, 60_000);

test("a client and a collection are made, a running node serves them, and the client is let in no more once revoked", async () => {
  expect((await entente("taxii", "client", "add", "no party")).status).toBe(1);
  expect((await entente("taxii", "client", "add", "siem")).json).toMatchObject({ error: { code: "taxii-invalid" } });
  expect((await entente("taxii", "client", "add", "siem", "--per-minute", "many")).status).toBe(2);
  const file = join(folder, "siem.json");
  const added = await entente("taxii", "client", "add", "siem", "--role", "analyst", "--secret-file", file);
  expect(added.status).toBe(0);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const secrets = JSON.parse(readFileSync(file, "utf8")) as { username: string; password: string; token: string };
  expect(JSON.stringify(added.json)).not.toContain(secrets.password);
  const box = await entente("taxii", "collection", "add", "box", "--reader", "siem", "--writer", "siem");
  expect(box.json).toMatchObject({ alias: "box", kind: "listed" });
  expect((await entente("taxii", "collection", "add", "box")).json).toMatchObject({ error: { code: "taxii-exists" } });
  expect((await entente("taxii", "collection", "list")).json).toMatchObject({
    collections: [{ alias: "box", grants: [{ name: "siem", read: true, write: true }] }],
  });

  const node = begin("start");
  expect(await node.line).toMatchObject({ web, taxii: web });
  const headers = {
    authorization: `Basic ${Buffer.from(`siem:${secrets.password}`).toString("base64")}`,
    "content-type": "application/taxii+json;version=2.1",
  };
  const url = `http://127.0.0.1:${web}/taxii2/`;
  const found = (await (await fetch(url, { headers })).json()) as { default: string };
  expect(found.default).toBe(`${url}default/`);
  const objects = `${found.default}collections/box/objects/`;
  const posted = await fetch(objects, { method: "POST", headers, body: JSON.stringify({ objects: [tool(1)] }) });
  expect([posted.status, await posted.json()]).toMatchObject([202, { success_count: 1 }]);
  expect(await (await fetch(objects, { headers })).json()).toEqual({ objects: [tool(1)] });
  expect((await fetch(url.slice(0, -1), { headers })).headers.get("content-type")).toBe(
    "application/taxii+json;version=2.1",
  );
  expect((await fetch(`http://127.0.0.1:${web}/`)).headers.get("content-type")).not.toContain("taxii");

  expect((await entente("doctor")).json["findings"]).toContainEqual({
    check: "TAXII",
    ok: true,
    says: "1 client(s), 1 collection(s)",
  });
  expect((await entente("taxii", "client", "revoke", "siem")).status).toBe(0);
  expect((await fetch(url, { headers })).status).toBe(401);
  expect((await entente("taxii", "collection", "remove", "box")).status).toBe(0);
  node.child.kill("SIGTERM");
  expect(await node.status).toBe(0);
  await ownListener();
}, 120_000);

/** A listener of its own is served instead of the workbench's. */
async function ownListener(): Promise<void> {
  const file = join(home, "config.json");
  const config = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  writeFileSync(
    file,
    JSON.stringify({ ...config, taxii: { url: "https://taxii.example", listen: { host: "127.0.0.1", port: 0 } } }),
  );
  expect(
    (await entente("taxii", "client", "add", "own", "--role", "analyst", "--secret-file", join(folder, "own.json")))
      .status,
  ).toBe(0);
  const { token } = JSON.parse(readFileSync(join(folder, "own.json"), "utf8")) as { token: string };
  const node = begin("start");
  const { taxii } = (await node.line) as { taxii: number };
  expect(taxii).not.toBe(web);
  const headers = { authorization: `Bearer ${token}` };
  const found = (await (await fetch(`http://127.0.0.1:${taxii}/taxii2/`, { headers })).json()) as object;
  expect(found).toMatchObject({ default: "https://taxii.example/taxii2/default/" });
  expect((await fetch(`http://127.0.0.1:${web}/taxii2/`, { headers })).headers.get("content-type")).not.toContain(
    "taxii",
  );
  node.child.kill("SIGTERM");
  expect(await node.status).toBe(0);
}
