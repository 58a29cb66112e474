import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readEnvelope } from "./envelope.ts";
import { createTaxiiClient, type Position, readAddress, START, walkObjects } from "./index.ts";
import { isTaxii } from "./media-type.ts";
import { COLLECTION, send, startTestServer, type TestServer, tool } from "./testing.ts";

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(() => server.close());

const open = (extra: object = {}) => createTaxiiClient({ url: server.url, patienceMs: 2000, ...extra });
const fill = (
  n: number,
  added: (i: number) => string = (i) => `2026-01-01T00:00:00.${String(i).padStart(6, "0")}Z`,
) => {
  for (let i = 0; i < n; i++) server.held.push({ object: tool(i), added: added(i) });
};
const now = () => new Date("2026-06-01T00:00:00Z");

async function walk(
  from: Position = START,
  options: { limit?: number; maxPages?: number; pages?: number } = {},
): Promise<{ ids: string[]; at: Position; pages: number }> {
  const { pages: most = Number.POSITIVE_INFINITY, ...rest } = options;
  const ids: string[] = [];
  let at = from;
  let pages = 0;
  for await (const { page, after } of walkObjects(open(), server.root, COLLECTION, from, { now, ...rest })) {
    const { objects = [] } = JSON.parse(Buffer.from(page.body).toString()) as { objects?: { id: string }[] };
    ids.push(...objects.map((object) => object.id));
    at = after;
    if (++pages >= most) break;
  }
  return { ids, at, pages };
}
const everyId = () => new Set(server.held.map((item) => item.object["id"]));

describe("resources (§4 and §5)", () => {
  test("discovery, API root, collections, collection by alias, manifest", async () => {
    const client = open({ credentials: { kind: "basic", username: "user", password: "pass word" } });
    fill(3);
    expect(await client.discovery()).toMatchObject({
      title: "Test",
      default: new URL("/root/", server.url).href,
      apiRoots: [new URL("/root/", server.url).href, "https://other.example/root/"],
    });
    expect(await client.apiRoot("/root")).toMatchObject({ title: "Root", maxContentLength: 100_000 });
    expect(await client.collections("/root/")).toMatchObject([{ id: COLLECTION, canRead: true, canWrite: true }]);
    expect(await client.collection("/root/", COLLECTION)).toMatchObject({ alias: "tools" });
    expect((await client.manifest("/root/", COLLECTION)).records).toHaveLength(3);
    expect(server.headers[0]).toMatchObject({
      accept: "application/taxii+json;version=2.1",
      authorization: `Basic ${Buffer.from("user:pass word").toString("base64")}`,
    });
  });
  test("a bearer token, the query as the standard writes it", async () => {
    await open({ credentials: { kind: "bearer", token: "t0ken" } }).objects("/root/", COLLECTION, {
      addedAfter: "2026-01-01T00:00:00.000000Z",
      limit: 7,
      match: { type: ["tool", "malware"], version: ["all"] },
    });
    expect(server.headers[0]?.authorization).toBe("Bearer t0ken");
    const asked = new URL(server.asked[0]?.split(" ")[1] ?? "", server.url).searchParams;
    expect(Object.fromEntries(asked)).toEqual({
      added_after: "2026-01-01T00:00:00.000000Z",
      limit: "7",
      "match[type]": "tool,malware",
      "match[version]": "all",
    });
  });
  test("push: each object to the letter, and the status until it is complete", async () => {
    server.pendings = 2;
    server.rejects.add(tool(2).id);
    const texts = [1, 2].map((n) => `${JSON.stringify(tool(n)).slice(0, -1)},  "x_odd":1.50}`);
    const status = await open().push("/root/", COLLECTION, texts, { pollMs: 1 });
    expect(status).toMatchObject({ state: "complete", succeeded: 1, failed: 1, failures: [{ message: "not wanted" }] });
    expect(server.asked.filter((line) => line.startsWith("GET /root/status/"))).toHaveLength(2);
    expect(server.headers[0]?.["content-type"]).toBe("application/taxii+json;version=2.1");
  });
  test("a server that never finishes is left", async () => {
    server.pendings = 1_000_000;
    await expect(
      open().push("/root/", COLLECTION, [JSON.stringify(tool(1))], { pollMs: 1, deadlineMs: 30 }),
    ).rejects.toMatchObject({ code: "unfinished" });
  });
});

describe("a walk through a collection (§3.5)", () => {
  test("by next: everything once, then nothing new", async () => {
    fill(25);
    const { ids, at, pages } = await walk(START, { limit: 10 });
    expect([ids.length, new Set(ids), pages]).toEqual([25, everyId(), 3]);
    expect((await walk(at)).ids).toEqual([tool(24)["id"]]);
  });
  test("by date, with a server that names no next page", async () => {
    server.byDate = true;
    fill(25);
    expect(new Set((await walk(START, { limit: 10 })).ids)).toEqual(everyId());
  });
  test.each([true, false])("objects that share one date across pages are all there (by date: %s)", async (byDate) => {
    server.byDate = byDate;
    fill(30, (i) => `2026-01-01T00:00:0${Math.floor(i / 12)}.000000Z`);
    expect(new Set((await walk(START, { limit: 5 })).ids)).toEqual(everyId());
  });
  test("what comes later with the date that was last is not passed over", async () => {
    fill(3, () => "2026-01-01T00:00:00Z");
    const { at } = await walk();
    server.held.push({ object: tool(99), added: "2026-01-01T00:00:00Z" });
    expect((await walk(at)).ids).toContain(tool(99)["id"]);
  });
  test("goes on from any place it was broken off at", async () => {
    fill(23);
    for (let broken = 1; broken <= 4; broken++) {
      const before = await walk(START, { limit: 5, pages: broken });
      const rest = await walk(before.at, { limit: 5 });
      expect(new Set([...before.ids, ...rest.ids])).toEqual(everyId());
      expect(before.ids.length + rest.ids.length).toBe(23);
    }
  });
  test("goes on by date when the mark of the next page has expired", async () => {
    fill(23);
    const before = await walk(START, { limit: 5, pages: 2 });
    server.fault = (request, response) =>
      request.url?.includes("next=10") === true && send(response, 400, { title: "next has expired" });
    const rest = await walk(before.at, { limit: 5 });
    expect(new Set([...before.ids, ...rest.ids])).toEqual(everyId());
  });
  test("a server whose clock is ahead does not make the walk skip what comes after", async () => {
    fill(3, (i) => `2099-01-01T00:00:0${i}Z`);
    server.byDate = true;
    const { at, ids } = await walk(START, { limit: 1 });
    expect(new Set(ids)).toEqual(everyId());
    expect(at.addedAfter).toBe("2026-06-01T00:00:00.000000Z");
  });
  test.each<[string, object]>([
    ["the same next again", { more: true, next: "x", objects: [] }],
    ["more, and no way on", { more: true, objects: [] }],
    ["more, one date, a page that does not grow", { more: true, objects: [tool(1)] }],
  ])("endless pages end: %s", async (_, body) => {
    server.fault = (_request, response) =>
      send(response, 200, body, { "X-TAXII-Date-Added-Last": "2026-01-01T00:00:00Z" });
    await expect(walk(START, { limit: 5 })).rejects.toMatchObject({ code: "paging" });
    expect(server.asked.length).toBeLessThan(10);
  });
  test("pages without end, each with another next, end at the bound", async () => {
    let n = 0;
    server.fault = (_request, response) => send(response, 200, { more: true, next: String(n++), objects: [] });
    await expect(walk(START, { maxPages: 20 })).rejects.toMatchObject({ code: "paging" });
    expect(n).toBe(20);
  });
});

describe("faults", () => {
  const get = (extra: object = {}) => open(extra).objects("/root/", COLLECTION);
  test("429 and 503 are waited out, as long as the server says", async () => {
    let n = 0;
    server.fault = (_request, response) => {
      n++;
      if (n === 1) return send(response, 429, { title: "Slowly" }, { "retry-after": "1" });
      return n === 2 && send(response, 503, { title: "Down" }, { "retry-after": new Date(0).toUTCString() });
    };
    const started = Date.now();
    await expect(get()).resolves.toMatchObject({ objects: 0 });
    expect(Date.now() - started).toBeGreaterThan(950);
  });
  test("a date to come again at, from a server that does not tell its own time", async () => {
    server.fault = (_request, response) => {
      response.sendDate = false;
      return send(
        response,
        503,
        { title: "Closed" },
        { "retry-after": new Date(Date.now() + 7_200_000).toUTCString() },
      );
    };
    const error = await get().catch((thrown: unknown) => thrown);
    const { retryAfterMs } = (error as { detail: { retryAfterMs: number } }).detail;
    expect(retryAfterMs).toBeGreaterThan(7_000_000);
    expect(retryAfterMs).toBeLessThan(7_201_000);
  });
  test("a server that asks for more patience than there is: the wait is told", async () => {
    server.fault = (_request, response) =>
      send(response, 503, { title: "Closed", error_id: "e1" }, { "retry-after": "3600" });
    await expect(get()).rejects.toMatchObject({
      code: "busy",
      message: "the server answers 503: Closed",
      detail: { status: 503, retryAfterMs: 3_600_000, errorId: "e1" },
    });
    expect(server.asked).toHaveLength(1);
  });
  test.each<[number, string]>([
    [401, "not-authorised"],
    [403, "not-authorised"],
    [404, "not-found"],
    [406, "refused"],
    [413, "content-too-large"],
    [500, "refused"],
  ])("%i: the error resource's own words, made safe for a screen", async (status, code) => {
    server.fault = (_request, response) =>
      send(response, status, { title: "No\u001B[31m", description: `Because${"!".repeat(1000)}` });
    const error = await get().catch((caught: unknown) => caught as Error);
    expect(error).toMatchObject({ code, detail: { status } });
    expect((error as Error).message).toMatch(/^the server answers \d+: No \[31m: Because!+$/);
    expect((error as Error).message.length).toBeLessThan(600);
  });
  test.each<[string, string, Record<string, string>, string]>([
    ["a web page", "<html>", { "content-type": "text/html" }, "media-type"],
    ["plain JSON", "{}", { "content-type": "application/json" }, "media-type"],
    ["TAXII 2.0", "{}", { "content-type": "application/vnd.oasis.taxii+json; version=2.0" }, "media-type"],
    ["another version", "{}", { "content-type": "application/taxii+json;version=3.0" }, "media-type"],
    ["half an envelope", '{"objects":[{"type":"tool"', {}, "body-malformed"],
    ["a list", "[]", {}, "body-malformed"],
    ["nothing", "", {}, "body-malformed"],
    ["two envelopes", "{}{}", {}, "body-malformed"],
    ["objects of another kind", '{"objects":{}}', {}, "body-malformed"],
    ["another origin", "", { location: "https://127.0.0.1:1/" }, "redirect-refused"],
    ["nowhere", "", {}, "redirect-refused"],
    ["in a circle", "", { location: "." }, "redirect-refused"],
  ])("%s is refused", async (name, body, headers, code) => {
    const status = code === "redirect-refused" ? 302 : 200;
    server.fault = (_request, response) => send(response, status, body, headers);
    await expect(get(), name).rejects.toMatchObject({ code });
  });
  test("a redirect inside the same origin is followed", async () => {
    server.fault = (request, response) =>
      request.url?.includes("moved") !== true && send(response, 308, "", { location: "/root/moved/" });
    await expect(get()).rejects.toMatchObject({ code: "not-found" });
    expect(server.asked).toEqual([`GET /root/collections/${COLLECTION}/objects/`, "GET /root/moved/"]);
  });
  test("a body without end is left at the limit", async () => {
    let sent = 0;
    server.fault = (_request, response) => {
      response.writeHead(200, { "content-type": "application/taxii+json;version=2.1" });
      const more = (): void => {
        if (response.destroyed) return;
        sent += 65_536;
        response.write(" ".repeat(65_536), () => setImmediate(more));
      };
      more();
      return true;
    };
    await expect(get({ maxBody: 1_000_000 })).rejects.toMatchObject({ code: "body-too-large" });
    expect(sent).toBeLessThan(20_000_000);
  });
  test("a length that says too much is not even read", async () => {
    server.fault = (_request, response) => {
      response.writeHead(200, { "content-type": "application/taxii+json", "content-length": "999999999" });
      response.write("{");
      return true;
    };
    await expect(get({ maxBody: 1000 })).rejects.toMatchObject({ code: "body-too-large" });
  });
  test("a connection that breaks in the middle, and one that is never answered", async () => {
    server.fault = (_request, response) => {
      response.writeHead(200, { "content-type": "application/taxii+json" });
      response.write('{"objects":[', () => response.destroy());
      return true;
    };
    await expect(get()).rejects.toMatchObject({ code: "connection" });
    server.fault = () => true;
    await expect(get({ idleMs: 50 })).rejects.toMatchObject({ code: "timeout" });
    await server.close();
    await expect(get()).rejects.toMatchObject({ code: "connection" });
  });
  test("one byte at a time does not outlast the whole request's time", async () => {
    server.fault = (_request, response) => {
      response.writeHead(200, { "content-type": "application/taxii+json" });
      const timer = setInterval(() => (response.destroyed ? clearInterval(timer) : response.write(" ")), 10);
      return true;
    };
    await expect(get({ idleMs: 500, requestMs: 150 })).rejects.toMatchObject({ code: "timeout" });
  });
  test("the caller's signal stops a request and a wait", async () => {
    const stop = new AbortController();
    server.fault = () => (stop.abort(), true);
    await expect(get({ signal: stop.signal })).rejects.toMatchObject({ code: "stopped" });
    const later = new AbortController();
    server.fault = (_request, response) => {
      setTimeout(() => later.abort(), 20);
      return send(response, 503, {}, { "retry-after": "2" });
    };
    await expect(get({ signal: later.signal })).rejects.toMatchObject({ code: "stopped" });
  });
  test("one object that is no JSON spoils only itself", async () => {
    server.fault = (_request, response) =>
      send(response, 200, '{"objects":[{"type":nonsense},{"type":"tool"}],"more":false}');
    await expect(get()).resolves.toMatchObject({ objects: 2, more: false });
  });
});

describe("addresses", () => {
  test.each([
    "http://taxii.example/",
    "ftp://127.0.0.1/",
    "no address",
    "https://u:p@taxii.example/",
    "http://127.1.example/",
  ])("%s is refused", (url) =>
    expect(() => readAddress(url)).toThrow(expect.objectContaining({ code: "address-refused" })),
  );
  test.each(["https://taxii.example/a", "http://127.0.0.1:1/", "http://localhost/x", "http://[::1]/"])(
    "%s is taken",
    (url) => expect(readAddress(url).pathname.endsWith("/")).toBe(true),
  );
  test("credentials never reach another server, nor another path", async () => {
    const asked: string[] = [];
    const other = createServer((request, response) => {
      asked.push(request.headers.authorization ?? "");
      response.end();
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}/root/`;
    const client = open({ credentials: { kind: "bearer", token: "secret" } });
    await expect(client.apiRoot(elsewhere)).rejects.toMatchObject({ code: "address-refused" });
    server.fault = (_request, response) => send(response, 302, "", { location: elsewhere });
    await expect(client.discovery()).rejects.toMatchObject({ code: "redirect-refused" });
    await expect(client.objects("/root/", "..")).rejects.toMatchObject({ code: "address-refused" });
    await expect(client.objects("/root/", "../../x")).rejects.toMatchObject({ code: "redirect-refused" });
    expect(server.asked.at(-1)).toBe("GET /root/collections/..%2F..%2Fx/objects/");
    expect(asked).toEqual([]);
    other.close();
  });
});

test.each<[string | null, boolean]>([
  ["application/taxii+json;version=2.1", true],
  ["Application/TAXII+json; charset=utf-8; version=2.1", true],
  ["application/taxii+json", true],
  ["application/taxii+json; version=2.0", false],
  ["application/json", false],
  [null, false],
])("media type %s", (type, taxii) => expect(isTaxii(type)).toBe(taxii));

describe("reading an envelope", () => {
  const bytes = (text: string) => Buffer.from(text);
  test("agrees with JSON on every well-formed envelope", () => {
    fc.assert(
      fc.property(
        fc.record(
          { more: fc.boolean(), next: fc.string(), objects: fc.array(fc.jsonValue()), other: fc.jsonValue() },
          { requiredKeys: [] },
        ),
        fc.constantFrom(undefined, 2),
        (value, indent) => {
          expect(readEnvelope(bytes(JSON.stringify(value, null, indent)))).toEqual({
            more: value.more ?? false,
            next: value.next ?? null,
            objects: value.objects?.length ?? 0,
          });
        },
      ),
      { numRuns: 500 },
    );
  });
  test("never throws and never hangs, whatever comes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (input) => void readEnvelope(input)),
      { numRuns: 500 },
    );
    const seed = JSON.stringify({ more: true, next: 'a"\\', objects: [{ a: [1, { b: "]}" }] }, []] });
    fc.assert(
      fc.property(fc.nat(seed.length), fc.string({ maxLength: 3 }), (at, cut) => {
        readEnvelope(bytes(seed.slice(0, at) + cut + seed.slice(at + 1)));
        if (at < seed.length) expect(readEnvelope(bytes(seed.slice(0, at)))).toBeNull();
      }),
      { numRuns: 500 },
    );
    expect(readEnvelope(bytes("[".repeat(1_000_000)))).toBeNull();
    expect(readEnvelope(bytes(`{"a":${"[".repeat(1_000_000)}`))).toBeNull();
  });
});
