import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openSqlite } from "#store";
import {
  analyst,
  as,
  discloser,
  HOME,
  marking,
  openFace,
  PARTNER,
  type TestFace,
  tool,
  uuid,
  walk,
} from "./testing.ts";
import { accept, coreTypes, TypeRegistry } from "#stix";

const ALL = "/taxii2/default/collections/all/objects/";
const BOX = "/taxii2/default/collections/box/objects/";
const registry = new TypeRegistry(coreTypes);
let face: TestFace;
beforeEach(async () => {
  face = await openFace(openSqlite(":memory:"));
  await face.addClient("own");
  await face.addClient("partner", { party: PARTNER, purpose: "prevention" });
  await face.addClient("stranger", { party: "identity--00000000-0000-4000-8000-00000000000c", purpose: "prevention" });
  await face.addCollection("all", { kind: "records", readers: ["own", "partner", "stranger"], writers: [] });
});
afterEach(() => face.store.close());

async function keep(objects: readonly object[], assigned: readonly string[] = [], owner = HOME): Promise<void> {
  await face.store.transact(analyst, async (t) => {
    const items = objects.map((object) => {
      const accepted = accept(JSON.stringify(object), registry, { now: "2026-06-01T00:00:00.000000Z" });
      if (!accepted.ok) throw new Error(JSON.stringify(accepted.errors));
      return { record: accepted.record, owner, assigned, source: "test" };
    });
    for (const { record } of items)
      if (record.type === "marking-definition") await t.labels.addMarking(record.id, record.text, owner);
    await t.records.append(items);
  });
}
const seen = async (client: string, path = ALL, query = "limit=2") =>
  (await walk(face, client, path, query)).flatMap((page) => (page.objects ?? []).map((object) => object.id)).toSorted();
const tools = (...numbers: number[]) => numbers.map((n) => tool(n).id).toSorted();

describe("a partner's client is given what a push would give its party", () => {
  test("named terms, the purpose that its account is bound to, and nobody's else", async () => {
    const [open, other, war] = [marking(1), marking(2, { releasableTo: [HOME] }), marking(3, { purposes: ["war"] })];
    await keep([open, other, war]);
    await keep([tool(1), tool(2)], [open.id]);
    await keep([tool(3)]);
    await keep([tool(4)], [other.id]);
    await keep([tool(5)], [war.id]);
    await keep([tool(6)], [open.id, other.id]);
    expect(await seen("partner")).toEqual(tools(1, 2));
    expect(await seen("stranger")).toEqual([]);
    expect(await seen("own", ALL, "match[type]=tool")).toEqual(tools(1, 2, 3, 4, 5, 6));
    // Absent and not allowed are the same answer.
    const [hidden, none] = await Promise.all([3, 99].map((n) => face.json("partner", `${ALL}${tool(n).id}/`)));
    expect({ ...hidden?.body, error_id: "" }).toEqual({ ...none?.body, error_id: "" });
  });

  test("no record about a person; obligations only where the text itself names them", async () => {
    const caveat = marking(3, { caveats: ["Ask"] });
    const open = marking(1);
    await keep([open, caveat]);
    const person = { ...tool(8, { type: "identity", id: `identity--${uuid(8)}` }), identity_class: "individual" };
    await keep([person, tool(1)], [open.id]);
    await keep([tool(2)], [caveat.id]);
    await keep([tool(3, { object_marking_refs: [caveat.id] })]);
    expect(await seen("partner")).toEqual(tools(1, 3));
  });

  test("terms taken away, expired, or a record withdrawn: gone from the next page on, and from pages kept", async () => {
    const [open, short] = [marking(1), marking(2, { expires: "2026-06-01T01:00:00.000000Z" })];
    await keep([open, short]);
    await keep(
      [1, 2, 3, 4, 5, 6].map((n) => tool(n)),
      [open.id],
    );
    await keep([tool(7, { object_marking_refs: [short.id] })]);
    for (let n = 0; n < 2; n++) expect(await seen("partner")).toEqual(tools(1, 2, 3, 4, 5, 6, 7));
    face.time += 2 * 3_600_000;
    expect(await seen("partner")).toEqual(tools(1, 2, 3, 4, 5, 6));
    const first = await face.json("partner", `${ALL}?limit=2`);
    await face.store.transact(analyst, (t) => t.records.relabel(tool(3).id, "2025-01-01T00:00:00.000000Z", []));
    // Each change by itself, and the page is asked for between them: one must not hide what the other forgot.
    expect(await seen("partner")).toEqual(tools(1, 2, 4, 5, 6));
    await face.store.transact(analyst, (t) => t.records.withdraw(tool(4).id, HOME));
    const second = await face.json("partner", `${ALL}?limit=2&next=${first.body.next}`);
    expect(second.body.objects?.map(({ id }) => id)).toEqual(tools(5, 6));
    expect(await seen("partner")).toEqual(tools(1, 2, 5, 6));
    const secret = marking(9, { releasableTo: [] });
    await keep([secret]);
    await keep([tool(5, { modified: "2025-02-01T00:00:00.000Z", object_marking_refs: [secret.id] })]);
    // The version that may be seen is still the latest that may be seen.
    expect(await seen("partner")).toEqual(tools(1, 2, 5, 6));
    expect((await face.json("partner", `${ALL}${tool(5).id}/versions/`)).body["versions"]).toHaveLength(1);
  });

  test("an account without a purpose cannot be made; a revoked one is out at once, with its page marks", async () => {
    await expect(face.addClient("x", { party: PARTNER })).rejects.toMatchObject({ code: "taxii-invalid" });
    const open = marking(1);
    await keep([open]);
    await keep([tool(1), tool(2), tool(3)], [open.id]);
    const { body } = await face.json("partner", `${ALL}?limit=1`);
    // A mark carries no rights: another's client with it sees what it may see itself.
    expect((await face.json("stranger", `${ALL}?limit=1&next=${body.next}`)).body).toEqual({});
    await face.taxii.revokeClient(discloser, "partner");
    expect((await face.json("partner", `${ALL}?limit=1&next=${body.next}`)).status).toBe(401);
  });
});

describe("what a partner posts", () => {
  beforeEach(() => face.addCollection("box", { readers: ["own", "partner"], writers: ["own", "partner", "stranger"] }));

  test("is the partner's: it reads its own back under the collection's terms, and nobody takes its ids", async () => {
    const open = marking(1);
    await keep([open]);
    await face.addCollection("marked", {
      readers: ["own", "partner"],
      writers: ["own", "partner"],
      markings: [open.id],
    });
    const path = "/taxii2/default/collections/marked/objects/";
    const person = { ...tool(8, { type: "identity", id: `identity--${uuid(8)}` }), identity_class: "individual" };
    expect((await face.post("partner", "marked", [tool(1), person])).body).toMatchObject({ success_count: 2 });
    expect(await seen("partner", path)).toEqual([person.id, tool(1).id].toSorted());
    expect(await seen("own", path)).toEqual([person.id, tool(1).id].toSorted());
    // Without terms it goes to nobody, not even back: absence denies.
    await face.post("partner", "box", [tool(2)]);
    expect(await seen("partner", BOX)).toEqual([]);
    expect(await seen("own", BOX)).toEqual(tools(2));
    const { body } = await face.post("own", "box", [tool(1)]);
    expect(body.failures?.map(({ message }) => message)).toEqual(["this id cannot be taken from this client"]);
    const record = await face.store.read(analyst, (r) => r.records.get(tool(1).id));
    expect(record).toMatchObject({ owner: PARTNER, addedBy: PARTNER, text: JSON.stringify(tool(1)) });
  });

  test("a strict collection takes only what holds to the letter; one of some types only those", async () => {
    await face.addCollection("strict", { strict: true, types: ["tool", "malware"] });
    const loose = tool(2, { kill_chain_phases: [{ kill_chain_name: "x" }] });
    const { body } = await face.post("own", "strict", [
      tool(1),
      loose,
      { ...tool(3), type: "campaign", id: `campaign--${uuid(3)}` },
    ]);
    expect(body).toMatchObject({ success_count: 1, failure_count: 2 });
    expect(body.failures?.map(({ message }) => message.slice(0, 9))).toEqual(["object 1:", "object 2:"]);
  });
});

test("requests are counted for each client: 429 says when to come again", async () => {
  await face.addClient("slow", { perMinute: 3 });
  for (let n = 0; n < 3; n++) expect((await face.ask("slow", "/taxii2/")).status).toBe(200);
  const refused = await face.json("slow", "/taxii2/");
  expect([refused.status, refused.headers.get("retry-after"), refused.body["http_status"]]).toEqual([429, "20", "429"]);
  expect((await face.ask("own", "/taxii2/")).status).toBe(200);
  face.time += 20_000;
  expect((await face.ask("slow", "/taxii2/")).status).toBe(200);
});

test("signing in: by password or token; wrong ones cost, and are counted", async () => {
  const basic = (name: string, password: string) => ({
    headers: { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`, accept: "*/*" },
  });
  const { password = "" } = face.secrets.get("own") ?? {};
  for (let n = 0; n < 3; n++) expect((await face.app.request("/taxii2/", basic("own", password))).status).toBe(200);
  expect((await face.app.request("/taxii2/", basic("own", `${password}x`))).status).toBe(401);
  expect((await face.app.request("/taxii2/", basic("nobody", password))).status).toBe(401);
  for (const authorization of [
    "Basic",
    "Basic !",
    "Bearer x y",
    "Digest a=b",
    `Basic ${Buffer.from("nocolon").toString("base64")}`,
    `Basic ${Buffer.from([0xff, 0x3a]).toString("base64")}`,
  ])
    expect((await face.app.request("/taxii2/", { headers: { authorization } })).status).toBe(401);
  let last = 0;
  for (let n = 0; n < 25; n++) last = (await face.app.request("/taxii2/", basic("own", `guess ${n}`))).status;
  expect(last).toBe(429);
  const rows = await face.store.read(analyst, (r) => r.taxii.clients());
  expect(JSON.stringify([rows, await face.store.read(analyst, (r) => r.audit.list())])).not.toContain(password);
});

test("clients and collections are the disclosure officer's; an overseer looks", async () => {
  const client = { name: "c", party: HOME, roles: ["analyst" as const], purpose: null, perMinute: 0 };
  for (const actor of [as("administrator"), analyst, as("overseer")])
    await expect(face.taxii.addClient(actor, client)).rejects.toMatchObject({ code: "forbidden" });
  await expect(face.taxii.addClient(discloser, { ...client, roles: ["overseer"] })).rejects.toMatchObject({
    code: "taxii-invalid",
  });
  await expect(face.taxii.addClient(discloser, { ...client, name: "own" })).rejects.toMatchObject({
    code: "taxii-exists",
  });
  await expect(face.taxii.removeCollection(discloser, "none")).rejects.toMatchObject({ code: "taxii-unknown" });
  expect(JSON.stringify(await face.taxii.clients(as("overseer")))).not.toContain("scrypt");
  const [shown] = await face.taxii.collections(as("overseer"));
  expect(shown?.grants.map(({ name }) => name).toSorted()).toEqual(["own", "partner", "stranger"]);
  await face.taxii.grant(discloser, "all", "own", { read: false, write: false });
  expect((await face.ask("own", ALL)).status).toBe(404);
  await face.taxii.removeCollection(discloser, "all");
  expect((await face.ask("partner", ALL)).status).toBe(404);
});
