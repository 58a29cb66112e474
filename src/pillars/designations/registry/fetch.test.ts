import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Source } from "#intake";
import type { Viewer } from "#policy";
import { openSqlite, openStore, type Store } from "#store";
import { type FetchRequest, fetchList } from "./fetch.ts";

const HOME = "identity--00000000-0000-4000-8000-00000000000a";
const analyst: Viewer = { kind: "officer", party: HOME, officer: "officer--1", roles: ["analyst"] };
const BODY = "0123456789".repeat(5000);
const ETAG = '"v1"';
const MODIFIED = "Fri, 27 Feb 2026 10:00:00 GMT";

let store: Store;
let server: Server;
let folder: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: IncomingMessage["headers"][];
let base: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "entente-fetch-"));
  store = await openStore({
    engine: openSqlite(":memory:"),
    party: HOME,
    clock: () => new Date("2026-06-01T00:00:00Z"),
  });
  asked = [];
  server = createServer((request, response) => {
    asked.push(request.headers);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const take = (address: string, more: Partial<FetchRequest> = {}) =>
  fetchList({ store, folder, clock: () => new Date("2026-06-01T00:00:00Z") }, analyst, {
    list: "un",
    address,
    ...more,
  });
async function textOf(source: Source): Promise<string> {
  let text = "";
  for await (const chunk of source.open()) text += Buffer.from(chunk).toString();
  return text;
}
/** Long enough for what came to reach the disk. */
const DEAD = { idleMs: 700 };
const whole = (response: ServerResponse): void => {
  response.writeHead(200, { etag: ETAG, "last-modified": MODIFIED, "content-length": BODY.length });
  response.end(BODY);
};

test("the second time, the server is asked only for what is new", async () => {
  answer = ({ headers }, response) =>
    headers["if-none-match"] === ETAG ? void response.writeHead(304).end() : whole(response);
  const first = await take(`${base}/un.xml`);
  expect([await textOf(first.source), first.notModified, first.modifiedOn]).toEqual([BODY, false, "2026-02-27"]);
  const again = await take(`${base}/un.xml`);
  expect([await textOf(again.source), again.notModified]).toEqual([BODY, true]);
  expect(asked[1]).toMatchObject({ "if-none-match": ETAG, "if-modified-since": MODIFIED });
});

test("a transfer that breaks goes on where it stopped", async () => {
  answer = ({ headers }, response) => {
    const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? "0");
    const rest = BODY.slice(from);
    response.writeHead(from === 0 ? 200 : 206, {
      etag: ETAG,
      "content-length": rest.length,
      ...(from === 0 ? {} : { "content-range": `bytes ${from}-${BODY.length - 1}/${BODY.length}` }),
    });
    // Twice the line goes dead after a part.
    if (asked.length < 3) response.write(rest.slice(0, 15_000));
    else response.end(rest);
  };
  expect(await textOf((await take(`${base}/un.xml`, { limits: DEAD })).source)).toBe(BODY);
  expect(asked.length).toBe(3);
  expect(asked[1]).toMatchObject({ "if-range": ETAG });
  expect(asked[1]?.range).toMatch(/^bytes=\d+-$/);
});

test("a list that changed meanwhile is taken from its start; never two halves of two lists", async () => {
  answer = (_, response) => {
    if (asked.length > 1) return whole(response);
    response.writeHead(200, { etag: '"v0"', "content-length": BODY.length });
    response.write("x".repeat(15_000));
  };
  expect(await textOf((await take(`${base}/un.xml`, { limits: DEAD })).source)).toBe(BODY);
  expect(asked[1]?.["if-range"]).toBe('"v0"');
});

test("a redirect within the host is followed and shown; to another host it needs an officer's word", async () => {
  const other = createServer((_, response) => whole(response));
  await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(other.address() as AddressInfo).port}`;
  try {
    answer = ({ url }, response) => {
      if (url === "/moved") response.writeHead(302, { location: "/un.xml" }).end();
      else if (url === "/away") response.writeHead(301, { location: `http://${host}/un.xml` }).end();
      else if (url === "/round") response.writeHead(302, { location: "/round" }).end();
      else whole(response);
    };
    const seen: string[] = [];
    await take(`${base}/moved`, { onRedirect: (to) => seen.push(to) });
    expect(seen).toEqual([`${base}/un.xml`]);
    await expect(take(`${base}/away`)).rejects.toMatchObject({ code: "redirect-elsewhere", where: host });
    expect(await textOf((await take(`${base}/away`, { allowHosts: [host] })).source)).toBe(BODY);
    await expect(take(`${base}/round`)).rejects.toMatchObject({ code: "redirect-refused" });
  } finally {
    other.close();
  }
});

test.each([
  ["ftp://example.org/x", "address-invalid"],
  ["http://example.org/x", "address-invalid"],
  ["https://user:secret@example.org/x", "address-invalid"],
])("%s is no address for a list", async (address, code) => {
  await expect(take(address)).rejects.toMatchObject({ code });
});

test("what is too large, too slow or not there is told, with what to do", async () => {
  answer = (_, response) => whole(response);
  await expect(take(`${base}/x`, { limits: { maxBytes: 1000 } })).rejects.toMatchObject({ code: "too-large" });
  answer = (_, response) => void response.writeHead(200).write("a".repeat(2000));
  await expect(take(`${base}/y`, { limits: { maxBytes: 1000 } })).rejects.toMatchObject({ code: "too-large" });
  answer = () => undefined;
  await expect(take(`${base}/z`, { limits: { idleMs: 50, attempts: 1 } })).rejects.toMatchObject({
    code: "fetch-late",
  });
  answer = (_, response) => void response.writeHead(404).end();
  await expect(take(`${base}/gone`)).rejects.toMatchObject({ code: "fetch-failed" });
});
