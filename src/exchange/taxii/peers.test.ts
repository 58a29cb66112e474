import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createIntake, stixLoader } from "#intake";
import { readObjects } from "#stix";
import { openPostgres, openSqlite } from "#store";
import { freshDatabase, testServer } from "../../store/testing.ts";
import { createFeeds } from "../feeds/service.ts";
import { createTaxiiClient, type Position, START, walkObjects } from "../taxii-client/index.ts";
import { listen, type TaxiiListener } from "./listen.ts";
import { analyst, discloser, HOME, marking, MEDIA, openFace, PARTNER, type TestFace, tool } from "./testing.ts";

/** Our own client and our own feeds, over a real socket. */
const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function serving(face: TestFace): Promise<TaxiiListener & { readonly url: string }> {
  const listener = await listen(face.app, "127.0.0.1", 0, null);
  closing.push(() => listener.close());
  return { ...listener, url: `http://127.0.0.1:${listener.port}/taxii2/` };
}
async function opened(): Promise<TestFace> {
  const face = await openFace(openSqlite(":memory:"));
  closing.push(() => face.store.close());
  return face;
}

test("our client walks our server by page mark and by date, with name and password", async () => {
  const face = await opened();
  await face.addClient("own");
  await face.addCollection("box");
  const { url } = await serving(face);
  const { password = "" } = face.secrets.get("own") ?? {};
  const client = createTaxiiClient({ url, credentials: { kind: "basic", username: "own", password } });
  const { default: root } = await client.discovery();
  expect(root).toBe(`${url}default/`);
  const [collection] = await client.collections(root ?? "");
  expect(collection).toMatchObject({ alias: "box", canRead: true, canWrite: true });
  const status = await client.push(
    root ?? "",
    collection?.id ?? "",
    Array.from({ length: 25 }, (_, n) => JSON.stringify(tool(n))),
  );
  expect(status).toMatchObject({ state: "complete", succeeded: 25, failed: 0 });
  let position: Position = START;
  const found: string[] = [];
  const walked = walkObjects(client, root ?? "", collection?.id ?? "", position, { now: () => new Date(), limit: 10 });
  for await (const { page, after } of walked) {
    for await (const item of readObjects(new Blob([page.body]).stream()))
      if (item.kind === "object") found.push(item.text);
    position = after;
  }
  expect(found).toEqual(Array.from({ length: 25 }, (_, n) => JSON.stringify(tool(n))));
  const head = await fetch(`${url}default/`, {
    method: "HEAD",
    headers: { authorization: `Bearer ${face.secrets.get("own")?.token ?? ""}` },
  });
  expect([head.status, head.headers.get("content-type")]).toEqual([200, MEDIA]);
});

test("one node pushes into another's collection and a third pulls from it, as feeds", async () => {
  const [giver, hub, taker] = [await opened(), await opened(), await opened()];
  // The hub's own collection; the pushing client is the hub's own account for the giver.
  await hub.addClient("giver");
  await hub.addClient("taker");
  await hub.addCollection("shared", { readers: ["taker", "giver"], writers: ["giver"] });
  const { url } = await serving(hub);
  const feedsOf = ({ deps, store }: TestFace, who: string) => {
    return createFeeds({
      store,
      clock: deps.clock,
      self: deps.self,
      holder: "one",
      intake: createIntake({ store, party: HOME, clock: deps.clock, registry: deps.registry, loaders: [stixLoader] }),
      secrets: { get: () => credentials(who), set: () => undefined, remove: () => undefined },
    });
  };
  const open = marking(1);
  await giver.addClient("local");
  await giver.addCollection("in", { writers: ["local"], readers: [], markings: [open.id] });
  await giver.post("local", "in", [open, ...Array.from({ length: 30 }, (_, n) => tool(n))]);
  const feed = { name: "f", url, collection: "shared", everySeconds: null, markings: [] };
  const credentials = (who: string) => ({ kind: "bearer" as const, token: hub.secrets.get(who)?.token ?? "" });
  const pushing = feedsOf(giver, "giver");
  await pushing.add(discloser, {
    ...feed,
    credentials: credentials("giver"),
    direction: "push",
    recipient: PARTNER,
    purpose: "prevention",
  });
  expect(await pushing.run(discloser, "f")).toMatchObject({ state: "done", sent: 31, refused: 0 });
  const pulling = feedsOf(taker, "taker");
  await pulling.add(analyst, { ...feed, credentials: credentials("taker"), direction: "pull" });
  expect(await pulling.run(analyst, "f")).toMatchObject({ state: "done", imported: 31, problems: 0 });
  await giver.post("local", "in", [tool(40)]);
  expect(await pushing.run(discloser, "f")).toMatchObject({ sent: 1 });
  expect(await pulling.run(analyst, "f")).toMatchObject({ imported: 1 });
});

/** Gone when the test that asked for it ends. */
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "entente-taxii-"));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const shared: Readonly<Record<string, () => Promise<string>>> = {
  "one SQLite file": () => Promise.resolve(join(newFolder(), "shared.sqlite")),
  ...(testServer === undefined ? {} : { "one PostgreSQL": () => freshDatabase() }),
};
test.each(Object.keys(shared))("two processes on %s take each other's page marks", async (name) => {
  const place = (await shared[name]?.()) ?? "";
  const openEngine = () => (place.startsWith("postgres") ? openPostgres(place) : openSqlite(place));
  const [one, two] = [await openFace(openEngine()), await openFace(openEngine())];
  closing.push(
    () => one.store.close(),
    () => two.store.close(),
  );
  await one.addClient("own");
  two.secrets.set("own", one.secrets.get("own") ?? { token: "", password: "" });
  await one.addCollection("box");
  await one.post(
    "own",
    "box",
    [1, 2, 3, 4, 5].map((n) => tool(n)),
  );
  const found: string[] = [];
  let next: string | undefined = "";
  for (let n = 0; next !== undefined; n++) {
    const face: TestFace = n % 2 === 0 ? one : two;
    const mark: string = next === "" ? "" : `&next=${next}`;
    const { body } = await face.json("own", `/taxii2/default/collections/box/objects/?limit=2${mark}`);
    found.push(...(body.objects ?? []).map(({ id }) => id));
    next = body.next;
  }
  expect(found).toEqual([1, 2, 3, 4, 5].map((n) => tool(n).id));
  // A page that one of them keeps is not given after the other took an object out of it.
  const page = "/taxii2/default/collections/box/objects/?limit=2";
  expect((await one.json("own", page)).body.objects).toHaveLength(2);
  expect(
    (await two.ask("own", `/taxii2/default/collections/box/objects/${tool(1).id}/`, { method: "DELETE" })).status,
  ).toBe(200);
  expect((await one.json("own", page)).body.objects?.map(({ id }) => id)).toEqual([tool(2).id, tool(3).id]);
});
