import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WebServer } from "#api";
import { rateLimiter } from "../../src/api/rate-limit.ts";
import { type Party, party } from "../federation/two-nodes.ts";
import { caller } from "./client.ts";

let a: Party;
let web: WebServer;
let origin: string;

const setup = () => ({ kind: "job", party: a.node.self.id, name: "setup", may: [] }) as const;

/** A request with headers that fetch would not let through. */
function raw(method: string, path: string, headers: Readonly<Record<string, string>>, body = "") {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port: web.port, method, path, headers }, (answer) => {
      answer.resume();
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

beforeAll(async () => {
  a = await party("Islamabad");
  web = await a.node.serveWeb(() => undefined);
  origin = `http://localhost:${web.port}`;
});
afterAll(async () => {
  await web.close();
  await a.close();
});

describe("headers", () => {
  test("the policy of the page: no inline script, style elements by a nonce that no two answers share", async () => {
    const [one, two] = [await caller(origin).call("GET", `${origin}/`), await caller(origin).call("GET", `${origin}/`)];
    const policy = (answer: typeof one): string => answer.headers.get("content-security-policy") ?? "";
    const script = /script-src ([^;]*)/.exec(policy(one))?.[1];
    expect(script).toBe("'self'");
    const nonce = /style-src-elem 'self' 'nonce-([^']+)'/.exec(policy(one))?.[1] ?? "";
    expect(nonce.length).toBeGreaterThan(15);
    expect(one.text).toContain(`nonce="${nonce}"`);
    expect(policy(two)).not.toContain(nonce);
    expect(Object.fromEntries(one.headers)).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-resource-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
      "permissions-policy": expect.stringContaining("camera=()"),
    });
    expect(one.headers.get("strict-transport-security")).toBeNull();
  });

  test("a name that is not this node's is refused before anything is said", async () => {
    expect((await raw("GET", "/api/v1/node", { host: "rebound.example" })).status).toBe(421);
    expect((await raw("GET", "/api/v1/node", { host: "127.0.0.1" })).status).toBe(200);
  });

  test.each(["cross-site", "same-site"])("a write that the browser calls %s is refused", async (site) => {
    const headers = { host: "localhost", "sec-fetch-site": site, "content-type": "application/json" };
    expect((await raw("POST", "/api/v1/session", headers, "{}")).status).toBe(403);
  });

  test("what a stranger sends is small", async () => {
    const answer = await caller(origin).call("POST", "/session", { token: "x".repeat(100_000) });
    expect(answer).toMatchObject({ status: 413, json: { code: "too-large" } });
  });
});

describe("over TLS, as a proxy brings it", () => {
  test("the cookie is the host's alone and secure, and the browser is told to stay on TLS", async () => {
    const other = await party("Washington");
    await other.restart({ web: { host: "127.0.0.1", port: 0, url: "https://entente.example.org" } });
    const server = await other.node.serveWeb(() => undefined);
    const job = { kind: "job", party: other.node.self.id, name: "setup", may: [] } as const;
    const token = await other.node.access.signInToken(job, other.officers.analyst.officer);
    const at = `http://127.0.0.1:${server.port}/api/v1/session`;
    const headers = { "content-type": "application/json", origin: "https://entente.example.org" };
    const answer = await fetch(at, { method: "POST", headers, body: JSON.stringify({ token }) });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("set-cookie")).toMatch(
      /^__Host-entente_\w+=[^;]+;(?=.*Secure)(?=.*HttpOnly)(?=.*SameSite=Strict)(?=.*Path=\/)/i,
    );
    expect(answer.headers.get("strict-transport-security")).toContain("max-age=");
    const wrong = await fetch(at, { method: "POST", headers: { ...headers, origin: "http://127.0.0.1" }, body: "{}" });
    expect(wrong.status).toBe(403);
    await server.close();
    await other.close();
  });
});

describe("rates", () => {
  test("a stranger who asks on and on is told when to come back; an officer is not troubled", async () => {
    // A node of its own: its address is used up for every other stranger too.
    const own = await party("Karachi");
    const server = await own.node.serveWeb(() => undefined);
    const there = `http://localhost:${server.port}`;
    const officer = caller(there);
    const by = { kind: "job", party: own.node.self.id, name: "setup", may: [] } as const;
    const token = await own.node.access.signInToken(by, own.officers.analyst.officer);
    await officer.call("POST", "/session", { token });
    const stranger = caller(there);
    const answers = await Promise.all(Array.from({ length: 200 }, () => stranger.call("GET", "/node")));
    const told = answers.filter((answer) => answer.status === 429);
    expect(told.length).toBeGreaterThan(20);
    expect(Number(told[0]?.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await officer.call("GET", "/session")).status).toBe(200);
    await server.close();
    await own.close();
  });

  test("the limiter gives back with time and remembers a bounded number of callers", () => {
    let now = 0;
    const limiter = rateLimiter({ burst: 2, perSecond: 1 }, () => now, 3);
    expect([limiter.take("a"), limiter.take("a"), limiter.take("a")]).toEqual([0, 0, 1]);
    now = 1000;
    expect([limiter.take("a"), limiter.take("a")]).toEqual([0, 1]);
    for (const other of ["b", "c", "d"]) limiter.take(other);
    // Forgotten for the others: counted anew.
    expect(limiter.take("a")).toBe(0);
  });
});

test("every reading route of the document leaves its mark, whoever asks", async () => {
  const overseer = caller(origin);
  const token = await a.node.access.signInToken(setup(), a.officers.overseer.officer);
  await overseer.call("POST", "/session", { token });
  const document = (await overseer.call("GET", "/openapi.json")).json as { paths: Record<string, { get?: object }> };
  const quiet =
    /^\/(node|session|sessions|security|activity|channels|legal-bases|markings|who-can|step-up|officers.*)$/;
  const routes = Object.keys(document.paths).filter(
    (path) => document.paths[path]?.get !== undefined && !path.includes("{") && !quiet.test(path),
  );
  expect(routes.length).toBeGreaterThan(5);
  const count = async () => {
    await a.node.audit.flush();
    return a.node.store.read(a.officers.overseer, async (r) => r.trees.size("audit"));
  };
  for (const path of routes) {
    const before = await count();
    const { status } = await overseer.call("GET", path);
    // One that asks for more than its address shows nothing without it.
    expect([200, 400], path).toContain(status);
    if (status === 200) expect(await count(), path).toBeGreaterThan(before);
  }
});
