import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pair, type Party, party, PURPOSE, release, until } from "../federation/two-nodes.ts";

const root = resolve(import.meta.dirname, "../..");
let a: Party;
let b: Party;
let c: Party;
let ab: string;
let bc: string;

beforeAll(async () => {
  [a, b, c] = await Promise.all([party("Islamabad"), party("Washington"), party("Ankara")]);
  ab = await pair(a, b);
  bc = await pair(b, c);
}, 60_000);
afterAll(() => Promise.all([a, b, c].map((side) => side.close())));

/** A command beside the running node, on the same folder. It must not block this process, in which the nodes run. */
function entente(side: Party, as: string, ...args: readonly string[]) {
  return new Promise<{ status: number | null; out: string; json: Record<string, unknown> }>((done, failed) => {
    const common = ["--home", side.node.home.folder, "--as", `${as}@example.org`];
    const child = spawn(join(root, "bin/entente"), [...args, ...common], { cwd: root });
    let out = "";
    child.stdout.on("data", (part: Buffer) => (out += part.toString()));
    child.on("error", failed);
    child.on("close", (status) => {
      const line = out.trim().split("\n").at(-1) ?? "";
      done({ status, out, json: line.startsWith("{") ? (JSON.parse(line) as Record<string, unknown>) : {} });
    });
  });
}

test("a consent is asked, refused without its reason, given and used; the copies are counted; what is missing is shown", async () => {
  const group = { type: "identity", name: "Balochistan Liberation Army", identity_class: "organization" };
  const id = await a.record(group, [await a.mark({ releasableTo: [b.node.self.id], noOnward: false })]);
  await release(a, ab, [id]);
  const held = (at: Party) => at.node.store.read(at.officers.analyst, (r) => r.records.get(id));
  await until("the record", () => held(b));

  const ask = ["consent", "request", "--record", id, "--to", "Ankara", "--purpose", PURPOSE];
  expect((await entente(b, "analyst", ...ask)).status).toBe(2);
  expect(await entente(b, "administrator", ...ask, "--why", "A shared case.", "--json")).toMatchObject({
    status: 1,
    json: { error: { code: "forbidden" } },
  });
  const request = (await entente(b, "analyst", ...ask, "--why", "A shared case.", "--json")).json;
  expect(request).toMatchObject({ side: "ours", state: "open" });
  const consent = String(request["id"]);
  const state = (at: Party) => at.node.store.read(at.officers.analyst, (r) => r.onward.consent(consent));
  await until("the question", () => state(a));

  expect((await entente(a, "disclosure-officer", "consent", "list", "--open")).out).toContain(
    `Washington asks us: may ${id} go to Ankara, for ${PURPOSE}?`,
  );
  const grant = [
    "consent",
    "grant",
    consent,
    "--reason",
    "The same case.",
    "--conditions",
    "Not for a court.",
    "--json",
  ];
  expect(await entente(a, "analyst", ...grant)).toMatchObject({ status: 0, json: { state: "proposed" } });
  expect(await entente(a, "disclosure-officer", ...grant, "--until", "2099-01-01")).toMatchObject({
    status: 0,
    json: { state: "granted", validUntil: "2099-01-01T00:00:00.000000Z" },
  });
  await until("the answer", async () => (await state(b))?.state === "granted");
  await release(b, bc, [id], { fair: true });
  await until("the copy", () => held(c));
  await until("the word of it", async () => (await a.node.exchange.copies(a.officers.overseer, id)).unconfirmed === 0);

  expect((await entente(a, "analyst", "copies", id)).out).toMatch(
    /^2 copies: 2 confirmed, 0 not\nconfirmed +confirmed +Washington .*\nconfirmed +confirmed +Washington → Ankara /,
  );
  await c.link?.close();
  c.link = null;
  await entente(a, "analyst", "release", "recall", id, "--reason", "Source withdrawn.");
  await until("what is missing", async () => (await a.node.exchange.unconfirmed(a.officers.overseer)).length === 1);
  expect((await entente(a, "overseer", "oversight", "unconfirmed")).out).toMatch(
    new RegExp(`^${id}  NOT CONFIRMED  recall-sent  Washington → Ankara`),
  );
  expect(await entente(a, "analyst", "oversight", "unconfirmed", "--json")).toMatchObject({
    status: 1,
    json: { error: { code: "forbidden" } },
  });
  expect(
    await entente(a, "disclosure-officer", "consent", "withdraw", consent, "--reason", "Closed.", "--json"),
  ).toMatchObject({
    status: 0,
    json: { state: "withdrawn" },
  });
  expect(await entente(a, "disclosure-officer", "consent", "refuse", consent, "--reason", "x", "--json")).toMatchObject(
    {
      status: 1,
      json: { error: { code: "consent-state" } },
    },
  );
  expect(await entente(b, "administrator", "expire", "--json")).toMatchObject({ status: 0, json: { records: 0 } });
}, 120_000);
