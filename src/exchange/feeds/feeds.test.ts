import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { instantOf } from "#base";
import { createIntake, mispLoader, stixLoader } from "#intake";
import { signingKey } from "#ledger";
import { handlingMarking, type Role, type Viewer } from "#policy";
import { coreTypes, scoId, TypeRegistry } from "#stix";
import { openSqlite, openStore, type Store } from "#store";
import { COLLECTION, send, startTestServer, type TestServer, tool } from "../taxii-client/testing.ts";
import { createFeeds, type Feeds } from "./service.ts";
import type { Credentials } from "../taxii-client/index.ts";
import type { FeedDeps, NewFeed } from "./types.ts";

const HOME = "identity--00000000-0000-4000-8000-00000000000a";
const PARTNER = "identity--00000000-0000-4000-8000-00000000000b";
const as = (...roles: Role[]): Viewer => ({ kind: "officer", party: HOME, officer: "officer--1", roles });
const analyst = as("analyst");
const discloser = as("disclosure-officer");

let server: TestServer;
let store: Store;
let deps: FeedDeps;
let feeds: Feeds;
let time = Date.parse("2026-06-01T00:00:00Z");
const secrets = new Map<string, Credentials>();

beforeEach(async () => {
  server = await startTestServer();
  const clock = () => new Date(time);
  store = await openStore({ engine: openSqlite(":memory:"), party: HOME, clock });
  const registry = new TypeRegistry(coreTypes);
  const seed = Buffer.alloc(32, 7).toString("base64");
  deps = {
    store,
    clock,
    self: { id: HOME, name: "Home", key: signingKey(seed), previous: [], url: "https://x/", tlsPin: "", purposes: [] },
    intake: createIntake({ store, party: HOME, clock, registry, loaders: [mispLoader, stixLoader] }),
    secrets: {
      get: (name) => secrets.get(name) ?? null,
      set: (name, credentials) => void secrets.set(name, credentials),
      remove: (name) => void secrets.delete(name),
    },
    holder: "one",
  };
  feeds = createFeeds(deps);
});
afterEach(async () => {
  secrets.clear();
  await store.close();
  await server.close();
});

const wanted = (extra: Partial<NewFeed> = {}): NewFeed => ({
  name: "tools",
  url: server.url,
  collection: "tools",
  direction: "pull",
  everySeconds: 60,
  markings: [],
  ...extra,
});
const fill = (from: number, to: number) => {
  for (let n = from; n < to; n++)
    server.held.push({ object: tool(n), added: `2026-01-01T00:00:00.${String(n).padStart(6, "0")}Z` });
};
const held = () => store.read(analyst, (r) => r.records.count({ types: ["tool"] }));
const state = async () => (await feeds.list(analyst))[0];

describe("a pull", () => {
  test("brings everything in, with the markings asked for, and then only what is new", async () => {
    fill(0, 25);
    server.cap = 10;
    const green = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb";
    await feeds.add(analyst, wanted({ markings: [green], credentials: { kind: "bearer", token: "secret" } }));
    const seen: number[] = [];
    const run = await feeds.run(analyst, "tools", { onProgress: ({ imported }) => void seen.push(imported) });
    expect(run).toMatchObject({ state: "done", objects: 25, imported: 25, problems: 0 });
    expect(seen).toEqual([10, 20, 25]);
    const { items } = await store.read(analyst, (r) => r.records.list());
    const label = await store.read(analyst, (r) => r.labels.label(items[0]?.labelId ?? 0));
    expect(label.refs).toEqual([green]);
    expect(server.headers.every((headers) => headers.authorization === "Bearer secret")).toBe(true);
    expect(JSON.stringify([await feeds.list(analyst), await store.read(analyst, (r) => r.audit.list())])).not.toContain(
      "secret",
    );
    fill(25, 28);
    expect(await feeds.run(analyst, "tools")).toMatchObject({ imported: 3 });
    expect(await held()).toBe(28);
  });

  test("a page is read as STIX, even one that looks like another kind of file", async () => {
    const value = "example.org";
    const object = { type: "domain-name", id: scoId("domain-name", { value }), value, info: "x", analysis: "1" };
    server.held.push({ object, added: "2026-01-01T00:00:00.000001Z" });
    await feeds.add(analyst, wanted());
    expect(await feeds.run(analyst, "tools")).toMatchObject({ state: "done", imported: 1, problems: 0 });
  });

  test("a quiet collection makes no import at all", async () => {
    fill(0, 3);
    await feeds.add(analyst, wanted());
    for (let n = 0; n < 4; n++) await feeds.run(analyst, "tools");
    // The first look from the last date back gives a page of its own; from then on it is the same page.
    expect((await store.read(analyst, (r) => r.imports.list())).length).toBeLessThanOrEqual(2);
    expect(await state()).toMatchObject({
      imported: 3,
      lastError: null,
      nextRunAt: instantOf(new Date(time + 60_000)),
    });
  });

  test.each([false, true])(
    "broken off at each page in turn: nothing lost, nothing doubled (by date: %s)",
    async (byDate) => {
      fill(0, 23);
      server.cap = 5;
      server.byDate = byDate;
      await feeds.add(analyst, wanted());
      let let_through = 1;
      let pages = 0;
      server.fault = (request, response) => {
        if (request.url?.includes("/objects/") !== true || pages++ < let_through) return false;
        response.destroy();
        return true;
      };
      for (let n = 0; n < 20; n++) {
        pages = 0;
        let_through = 1;
        const done = await feeds.run(analyst, "tools").then(
          () => true,
          (error: { code: string }) => (expect(error.code).toBe("connection"), false),
        );
        if (done) break;
        expect((await state())?.lastError).toContain("no answer");
      }
      expect(await state()).toMatchObject({ imported: 23, lastError: null });
      expect(await held()).toBe(23);
      const asked = server.asked.filter((line) => line.includes("/objects/"));
      // Each page asked for once, and once more where the connection broke.
      expect(asked.length).toBeLessThanOrEqual(2 * 7);
    },
  );

  test("the position is not ahead of the store: a failing import keeps it", async () => {
    fill(0, 10);
    server.cap = 5;
    await feeds.add(analyst, wanted());
    let calls = 0;
    const failing = createFeeds({
      ...deps,
      intake: {
        importFile: (actor, request) =>
          ++calls === 2 ? Promise.reject(new Error("disk full")) : deps.intake.importFile(actor, request),
      },
    });
    await expect(failing.run(analyst, "tools")).rejects.toThrow("disk full");
    expect(await held()).toBe(5);
    await feeds.run(analyst, "tools");
    expect(await held()).toBe(10);
  });

  test("one object that cannot be read is a problem; the others come in", async () => {
    server.held.push({ object: { type: "tool" }, added: "2026-01-01T00:00:00Z" });
    fill(1, 3);
    await feeds.add(analyst, wanted());
    expect(await feeds.run(analyst, "tools")).toMatchObject({ imported: 2, problems: 1, objects: 3 });
  });

  test("one process at a time; a process that was killed lets go", async () => {
    fill(0, 3);
    await feeds.add(analyst, wanted());
    await store.transact(analyst, (t) => t.settings.lease("feed tools", "another", instantOf(new Date(time + 10_000))));
    await expect(feeds.run(analyst, "tools")).rejects.toMatchObject({ code: "feed-busy" });
    await expect(feeds.remove(analyst, "tools")).rejects.toMatchObject({ code: "feed-busy" });
    time += 10_000;
    expect(await feeds.run(analyst, "tools")).toMatchObject({ imported: 3 });
  });

  test("a process that lost its lease writes nothing more", async () => {
    fill(0, 10);
    server.cap = 5;
    await feeds.add(analyst, wanted());
    const taken = feeds.run(analyst, "tools", {
      onProgress: () => void (time += 11_000),
    });
    server.fault = (request) => {
      if (request.url?.includes("next=5") === true)
        void store.transact(analyst, (t) =>
          t.settings.lease("feed tools", "another", instantOf(new Date(time + 60_000))),
        );
      return false;
    };
    await expect(taken).rejects.toMatchObject({ code: "feed-busy" });
    expect(JSON.parse((await state())?.position ?? "{}")).toMatchObject({ at: { page: { next: "5" } } });
  });

  test("the signal stops it between pages; the next run goes on", async () => {
    fill(0, 10);
    server.cap = 5;
    await feeds.add(analyst, wanted());
    const stop = new AbortController();
    expect(await feeds.run(analyst, "tools", { signal: stop.signal, onProgress: () => stop.abort() })).toMatchObject({
      state: "stopped",
    });
    expect(await held()).toBe(5);
    expect(await feeds.run(analyst, "tools")).toMatchObject({ state: "done", imported: 5 });
  });
});

const marking = (n: number, extra: object = {}) => {
  const id = `marking-definition--00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
  const terms = {
    originator: HOME,
    releasableTo: [PARTNER],
    noOnward: false,
    purposes: ["prevention"],
    evidenceUse: "allowed" as const,
    caveats: [],
    reviewBy: null,
    expires: null,
    foreignCodes: [],
    ...extra,
  };
  return Object.assign(handlingMarking(terms, { id, created: "2025-01-01T00:00:00.000Z", createdBy: HOME }), { id });
};

async function keep(objects: readonly object[], markings: readonly string[] = []): Promise<void> {
  const text = JSON.stringify({ type: "bundle", objects });
  const source = {
    name: "own.json",
    size: text.length,
    async *open() {
      yield Buffer.from(text);
    },
    sibling: () => null,
  };
  expect((await deps.intake.importFile(analyst, { source, markings })).problems).toBe(0);
}

describe("a push", () => {
  const pushed = () => server.held.map((item) => item.object["id"] as string);
  const standing = () => feeds.add(discloser, wanted({ direction: "push", recipient: PARTNER, purpose: "prevention" }));

  test("gives what policy lets this recipient receive for this purpose, once, and nothing else", async () => {
    const [open, other, caveat] = [marking(1), marking(2, { releasableTo: [HOME] }), marking(3, { caveats: ["Ask"] })];
    const [openId, otherId, caveatId] = [open.id, other.id, caveat.id];
    await keep([open, other, caveat]);
    const person = {
      ...tool(8, { type: "identity", id: "identity--00000000-0000-4000-8000-000000000008" }),
      identity_class: "individual",
    };
    await keep([tool(1), tool(2), person], [openId]);
    await keep([tool(3)]);
    await keep([tool(4)], [otherId]);
    await keep([tool(5)], [caveatId]);
    await keep([tool(6, { object_marking_refs: [caveatId] })]);
    await keep([tool(7, { object_marking_refs: [openId] })], [otherId]);
    await standing();
    expect(await feeds.run(discloser, "tools")).toMatchObject({ state: "done", refused: 0, withheld: 5, sent: 5 });
    expect(pushed().toSorted()).toEqual([openId, caveatId, ...[1, 2, 6].map((n) => tool(n).id)].toSorted());
    // The definitions stand before what names them.
    expect(pushed().slice(0, 2).toSorted()).toEqual([openId, caveatId].toSorted());
    expect(await feeds.run(discloser, "tools")).toMatchObject({ sent: 0, withheld: 5 });
    await keep([tool(1, { modified: "2025-02-01T00:00:00Z" })], [openId]);
    expect(await feeds.run(discloser, "tools")).toMatchObject({ sent: 1 });
    expect(server.asked.filter((line) => line.startsWith("POST"))).toHaveLength(2);
  });

  test("terms given later are seen; what the server would not take goes again", async () => {
    const open = marking(1);
    await keep([open]);
    await keep([tool(1), tool(2)], [open.id]);
    server.rejects.add(tool(2).id);
    server.pendings = 1;
    await standing();
    expect(await feeds.run(discloser, "tools")).toMatchObject({ sent: 2, refused: 1 });
    await keep([tool(3)]);
    const record = await store.read(analyst, (r) => r.records.get(tool(3).id));
    await store.transact(analyst, (t) => t.records.relabel(record?.id ?? "", record?.version ?? "", [open.id]));
    server.rejects.clear();
    expect(await feeds.run(discloser, "tools")).toMatchObject({ sent: 2, refused: 0, withheld: 0 });
    expect(new Set(pushed())).toEqual(new Set([open.id, ...[1, 2, 3].map((n) => tool(n).id)]));
  });

  test("killed between the post and its note: the server knows what it has", async () => {
    const open = marking(1);
    await keep([open]);
    await keep([tool(1), tool(2)], [open.id]);
    await standing();
    server.fault = (request, response) => {
      if (request.url?.includes("/status/") !== true) return false;
      response.destroy();
      return true;
    };
    server.pendings = 1;
    await expect(feeds.run(discloser, "tools")).rejects.toMatchObject({ code: "connection" });
    server.fault = () => false;
    expect(await feeds.run(discloser, "tools")).toMatchObject({ sent: 3 });
    expect(new Set(pushed()).size).toBe(server.held.length);
  });

  test("in parts that the server takes; a record larger than that is told", async () => {
    const open = marking(1);
    await keep([open]);
    const big = "x".repeat(40_000);
    await keep(
      [1, 2, 3, 4, 5].map((n) => tool(n, { description: big })),
      [open.id],
    );
    await keep([tool(6, { description: big.repeat(3) })], [open.id]);
    await standing();
    expect(await feeds.run(discloser, "tools")).toMatchObject({ sent: 6, refused: 1 });
    expect(server.asked.filter((line) => line.startsWith("POST"))).toHaveLength(3);
  });
});

describe("who may, and what is refused", () => {
  test("a pull is the analyst's, a push the disclosure officer's", async () => {
    const push = wanted({ direction: "push", recipient: PARTNER, purpose: "prevention" });
    await expect(feeds.add(discloser, wanted())).rejects.toMatchObject({ code: "forbidden" });
    await expect(feeds.add(analyst, push)).rejects.toMatchObject({ code: "forbidden" });
    await feeds.add(discloser, push);
    await expect(feeds.run(analyst, "tools")).rejects.toMatchObject({ code: "forbidden" });
    await expect(feeds.remove(analyst, "tools")).rejects.toMatchObject({ code: "forbidden" });
    await expect(feeds.list(as("overseer"))).rejects.toMatchObject({ code: "forbidden" });
    await feeds.remove(discloser, "tools");
    await expect(feeds.run(discloser, "tools")).rejects.toMatchObject({ code: "feed-unknown" });
  });
  test.each<[string, Partial<NewFeed>, string]>([
    ["a name that leads elsewhere", { name: "../x" }, "feed-invalid"],
    ["too often", { everySeconds: 1 }, "feed-invalid"],
    ["plain HTTP elsewhere", { url: "http://taxii.example/" }, "address-refused"],
    ["another server's root", { root: "https://other.example/root/" }, "address-refused"],
    ["no such collection", { collection: "none" }, "feed-invalid"],
    ["no such server", { url: "http://127.0.0.1:1/" }, "connection"],
  ])("%s", async (_, extra, code) => {
    await expect(feeds.add(analyst, wanted(extra))).rejects.toMatchObject({ code });
    expect(await feeds.list(analyst)).toEqual([]);
  });
  test("a push without recipient or purpose; a name taken; a collection that may not be written", async () => {
    const push = { direction: "push" as const, recipient: PARTNER };
    await expect(feeds.add(discloser, wanted(push))).rejects.toMatchObject({ code: "feed-invalid" });
    await feeds.add(analyst, wanted());
    await expect(feeds.add(analyst, wanted())).rejects.toMatchObject({ code: "feed-exists" });
    server.fault = (request, response) =>
      request.url === "/root/collections/" &&
      send(response, 200, { collections: [{ id: COLLECTION, title: "T", can_read: true, can_write: false }] });
    await expect(
      feeds.add(discloser, wanted({ ...push, name: "b", purpose: "p", collection: COLLECTION })),
    ).rejects.toMatchObject({ code: "feed-invalid" });
  });
});

test("a running node runs what is due, says what failed, waits as long as the server asks, and stops", async () => {
  fill(0, 12);
  server.cap = 5;
  await feeds.add(analyst, wanted());
  await feeds.add(analyst, wanted({ name: "by-hand", everySeconds: null }));
  const failures: unknown[] = [];
  const schedule = feeds.start({ pollMs: 5, onError: (error) => failures.push(error) });
  const until = async (ready: () => Promise<boolean>) => {
    for (let n = 0; n < 400 && !(await ready()); n++) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await ready()).toBe(true);
  };
  const tools = async () => (await feeds.list(analyst)).find((feed) => feed.name === "tools");
  await until(async () => (await tools())?.imported === 12 && (await tools())?.lastRunAt !== null);
  const asked = server.asked.length;
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(server.asked.length).toBe(asked);
  server.fault = (_request, response) => send(response, 503, { title: "Closed" }, { "retry-after": "7200" });
  time += 60_000;
  await until(async () => (await tools())?.lastError !== null);
  expect(await tools()).toMatchObject({
    lastError: "the server answers 503: Closed",
    nextRunAt: instantOf(new Date(time + 7_200_000)),
  });
  server.fault = () => true;
  time += 7_200_000;
  await until(() => Promise.resolve(server.asked.length > asked + 1));
  await schedule.stop();
  expect(failures).toEqual([]);
  expect((await feeds.list(analyst)).find((feed) => feed.name === "by-hand")?.lastRunAt).toBeNull();
});
