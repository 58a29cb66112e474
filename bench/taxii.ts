import { mkdtempSync, rmSync } from "node:fs";
import { Agent, createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTaxii, listenTaxii } from "#exchange";
import { signingKey } from "#ledger";
import type { Viewer } from "#policy";
import { coreTypes, TypeRegistry } from "#stix";
import { openSqlite, openStore, type Store } from "#store";
import { type Benchmark, round } from "./figure.ts";
import { objectText } from "./objects.ts";

const PARTY = "identity--10000000-0000-4000-8000-00000000000a";
const discloser: Viewer = { kind: "officer", party: PARTY, officer: "officer--1", roles: ["disclosure-officer"] };
const MEDIA = "application/taxii+json;version=2.1";
const PAGE = 1000;

export interface Served {
  readonly store: Store;
  readonly file: string;
  readonly port: number;
  /** Bearer tokens of two clients with the same view. */
  readonly tokens: readonly [string, string];
  close(): Promise<void>;
}

/** A TAXII server over a store on disk, on a socket of this machine. */
export async function serveTaxii(): Promise<Served> {
  const folder = mkdtempSync(join(tmpdir(), "entente-bench-"));
  const file = join(folder, "taxii.sqlite");
  const clock = (): Date => new Date();
  const store = await openStore({ engine: openSqlite(file), party: PARTY, clock });
  const seed = Buffer.alloc(32, 1);
  const key = signingKey(seed.toString("base64"));
  const taxii = createTaxii({
    store,
    clock,
    self: { id: PARTY, name: "Bench", key, previous: [], url: "https://localhost/", tlsPin: "", purposes: [] },
    registry: new TypeRegistry(coreTypes),
    pageKey: seed,
    onError: (error) => console.error(error),
  });
  const tokens: string[] = [];
  for (const name of ["one", "two"]) {
    const client = { name, party: PARTY, roles: ["analyst" as const], purpose: null, perMinute: 0 };
    tokens.push((await taxii.addClient(discloser, client)).token);
  }
  const collection = {
    title: "Bench",
    description: "",
    types: [],
    markings: [],
    strict: false,
    readers: ["one", "two"],
  };
  await taxii.addCollection(discloser, { ...collection, alias: "posted", kind: "listed", writers: ["one"] });
  await taxii.addCollection(discloser, { ...collection, alias: "all", kind: "records", writers: [] });
  const listener = await listenTaxii(taxii.serve(), "127.0.0.1", 0, null);
  return {
    store,
    file,
    port: listener.port,
    tokens: [tokens[0] ?? "", tokens[1] ?? ""],
    async close() {
      await listener.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

interface Answer {
  readonly status: number;
  readonly bytes: number;
  /** The first bytes: what a page says of itself. */
  readonly head: string;
  readonly last: string | null;
}

/** A client that lets the bytes go by: the server is measured, not a parser. */
export function call(port: number, path: string, token: string, body?: Uint8Array): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = {
      accept: MEDIA,
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { "content-type": MEDIA, "content-length": body.length }),
    };
    const options = { host: "127.0.0.1", port, path, agent, headers, method: body === undefined ? "GET" : "POST" };
    const asked = request(options, (response) => {
      let [bytes, head] = [0, ""];
      response.on("data", (part: Buffer) => {
        if (bytes === 0) head = part.toString("latin1", 0, 400);
        bytes += part.length;
      });
      response.on("end", () => {
        const last = response.headers["x-taxii-date-added-last"];
        resolve({ status: response.statusCode ?? 0, bytes, head, last: typeof last === "string" ? last : null });
      });
      response.on("error", reject);
    });
    asked.on("error", reject);
    asked.end(body);
  });
}

export const objectsPath = (alias: string): string => `/taxii2/default/collections/${alias}/objects/`;

interface Walk {
  readonly pages: number;
  readonly bytes: number;
  readonly ms: number;
  /** Milliseconds of each page. */
  readonly each: readonly number[];
}

/** Page after page by `next`, up to `most`. */
export async function walkPages(
  port: number,
  path: string,
  token: string,
  most = Number.POSITIVE_INFINITY,
): Promise<Walk> {
  const each: number[] = [];
  let bytes = 0;
  let next: string | null = null;
  const started = performance.now();
  do {
    const from = performance.now();
    const answer: Answer = await call(
      port,
      next === null ? path : `${path}${path.includes("?") ? "&" : "?"}next=${next}`,
      token,
    );
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.head}`);
    each.push(performance.now() - from);
    bytes += answer.bytes;
    next = /"next":"([^"]+)"/.exec(answer.head)?.[1] ?? null;
  } while (next !== null && each.length < most);
  return { pages: each.length, bytes, ms: performance.now() - started, each };
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

/** Only the time between a whole request and its answer counts. */
async function post(port: number, token: string, from: number, count: number): Promise<number> {
  let ms = 0;
  for (let at = from; at < from + count; at += PAGE) {
    const objects = Array.from({ length: PAGE }, (_, k) => objectText(at + k));
    const body = Buffer.from(`{"objects":[${objects.join(",")}]}`);
    const started = performance.now();
    const { status, head } = await call(port, objectsPath("posted"), token, body);
    ms += performance.now() - started;
    if (status !== 202 || !head.includes(`"success_count":${PAGE}`)) throw new Error(`${status} ${head}`);
  }
  return (count / ms) * 1000;
}

const POSTED = 60_000;

/** Envelopes of 1,000 over a socket, each on disk before its answer, beside the speed of the OASIS server in memory. */
export const taxiiPostBench: Benchmark = {
  name: "taxii-post",
  async run(say) {
    const served = await serveTaxii();
    try {
      await post(served.port, served.tokens[0], 10_000_000, 3000);
      const ours = await post(served.port, served.tokens[0], 0, POSTED);
      say(`POST: ${Math.round(ours)} objects/s in envelopes of ${PAGE}, ${POSTED} objects`);
      const limit = await emptySink();
      say(`the same bytes posted to a server that only reads them: ${Math.round(limit)} objects/s`);
      return {
        name: "taxii-post",
        unit: "objects/s",
        ours: Math.round(ours),
        against: "the same envelopes posted to a server that reads and parses them, and keeps nothing",
        theirs: Math.round(limit),
        ratio: round(ours / limit),
        goal: "≥ 20,000 objects/s (OASIS server in memory: 5,450)",
        holds: ours >= 20_000,
      };
    } finally {
      await served.close();
    }
  },
};

async function emptySink(): Promise<number> {
  const server = createServer((incoming, response) => {
    const parts: Buffer[] = [];
    incoming.on("data", (part: Buffer) => parts.push(part));
    incoming.on("end", () => {
      const { objects } = JSON.parse(Buffer.concat(parts).toString()) as { objects: unknown[] };
      response.writeHead(202).end(JSON.stringify({ success_count: objects.length }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    return await post(port, "", 0, POSTED);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const WALKED = 100_000;

/** A whole collection in pages of 1,000: the first walk, and a second client with the same view, beside the bytes from a buffer. */
export const taxiiGetBench: Benchmark = {
  name: "taxii-get",
  async run(say) {
    const served = await serveTaxii();
    try {
      await post(served.port, served.tokens[0], 0, WALKED);
      const path = `${objectsPath("posted")}?limit=${PAGE}`;
      const first = await walkPages(served.port, path, served.tokens[0]);
      const second = await walkPages(served.port, path, served.tokens[1]);
      const buffer = await bufferWalk(first.bytes / first.pages, first.pages);
      const rate = ({ ms }: { ms: number }): number => (WALKED / ms) * 1000;
      const [one, two, limit] = [rate(first), rate(second), rate(buffer)];
      say(`first walk: ${Math.round(one)} objects/s, ${round(one / limit)} of a buffer`);
      say(`second client: ${Math.round(two)} objects/s, ${round(two / limit)} of a buffer`);
      say(`the same bytes from a buffer: ${Math.round(limit)} objects/s`);
      const [early, late] = [median(first.each.slice(0, 20)), median(first.each.slice(-21, -1))];
      say(`first pages ${round(early)} ms, last pages ${round(late)} ms`);
      const flat = late <= early * 1.5;
      return {
        name: "taxii-get",
        unit: "objects/s",
        ours: Math.round(two),
        against: `the same bytes from a buffer; first walk ${Math.round(one)} (${round(one / limit)})`,
        theirs: Math.round(limit),
        ratio: round(two / limit),
        goal: "second client ≥ 300,000 objects/s and ≥ 0.4; first walk ≥ 0.15; flat (OASIS server: 65)",
        holds: two >= 300_000 && two / limit >= 0.4 && one / limit >= 0.15 && flat,
      };
    } finally {
      await served.close();
    }
  },
};

async function bufferWalk(size: number, pages: number): Promise<{ ms: number }> {
  const body = Buffer.alloc(Math.round(size), 0x78);
  const server = createServer((_incoming, response) =>
    response.writeHead(200, { "content-type": MEDIA, "content-length": body.length }).end(body),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    await call(port, "/", "");
    const started = performance.now();
    for (let n = 0; n < pages; n++) await call(port, "/", "");
    return { ms: performance.now() - started };
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
