import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WebServer } from "#api";
import { pair, type Party, party, PURPOSE, release, until } from "../federation/two-nodes.ts";

type Who = keyof Party["officers"];
const root = resolve(import.meta.dirname, "../..");
const JSON_TYPE = { "content-type": "application/json" };

let a: Party;
let b: Party;
let web: WebServer;
let base: string;
let channel: string;
const cookies = new Map<Who, string>();
const ids = { released: "", national: "" };

async function token(who: Who): Promise<string> {
  const setup = { kind: "job", party: a.node.self.id, name: "setup", may: [] } as const;
  return a.node.access.signInToken(setup, a.officers[who].officer);
}

/** Calls as this officer, or as nobody. */
async function call(who: Who | null, method: string, path: string, body?: unknown, headers: object = {}) {
  const cookie = who === null ? undefined : cookies.get(who);
  const response = await fetch(`${base}${path}`, {
    method,
    headers: { ...(cookie === undefined ? {} : { cookie }), ...(body === undefined ? {} : JSON_TYPE), ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const type = response.headers.get("content-type") ?? "";
  return { status: response.status, type, text, json: type.includes("json") ? (JSON.parse(text) as Answer) : {} };
}
type Answer = Readonly<Record<string, unknown>>;

beforeAll(async () => {
  [a, b] = await Promise.all([party("Islamabad"), party("Washington")]);
  web = await a.node.serveWeb(() => a.link?.wake());
  base = `http://127.0.0.1:${web.port}`;
  channel = await pair(a, b);
  for (const who of ["analyst", "disclosure", "administrator", "overseer"] as const) {
    const response = await fetch(`${base}/api/v1/session`, {
      method: "POST",
      headers: JSON_TYPE,
      body: JSON.stringify({ token: await token(who) }),
    });
    cookies.set(who, (response.headers.get("set-cookie") ?? "").split(";")[0] ?? "");
  }
  const open = await a.mark({ releasableTo: [b.node.self.id] });
  ids.released = await a.record({ type: "tool", name: "Known to both" }, [open]);
  ids.national = await a.record({ type: "tool", name: "Known to us" }, []);
  await release(a, channel, [ids.released]);
});
afterAll(async () => {
  await web.close();
  await Promise.all([a.close(), b.close()]);
});

describe("who calls", () => {
  test.each(["/session", "/home", "/records", "/releases", "/inbox", "/channels", "/audit", "/markings", "/imports"])(
    "nobody reads %s",
    async (path) => {
      const answer = await call(null, "GET", `/api/v1${path}`);
      expect(answer).toMatchObject({ status: 401, json: { status: 401, code: "session-invalid" } });
      expect(answer.type).toContain("application/problem+json");
    },
  );

  test("the session's cookie is out of a script's reach and goes to no other site", async () => {
    const response = await fetch(`${base}/api/v1/session`, {
      method: "POST",
      headers: JSON_TYPE,
      body: JSON.stringify({ token: await token("analyst") }),
    });
    expect(response.headers.get("set-cookie")).toMatch(/HttpOnly.*SameSite=Strict|SameSite=Strict.*HttpOnly/i);
    expect(response.headers.get("cache-control")).toBe("no-store");
  });

  test.each(["https://elsewhere.example", "null", "http://127.0.0.1:1"])(
    "a write from %s is refused",
    async (origin) => {
      const body = { releasableTo: [], purposes: null, noOnward: true, caveats: [], reviewBy: null, expires: null };
      expect(await call("analyst", "POST", "/api/v1/markings", body, { origin })).toMatchObject({ status: 403 });
      expect(await call("analyst", "POST", "/api/v1/markings", body, { origin: base })).toMatchObject({ status: 200 });
    },
  );

  test("an administrator learns nothing of content: no record, no count, no title", async () => {
    expect((await call("administrator", "GET", "/api/v1/records")).status).toBe(403);
    const home = await call("administrator", "GET", "/api/v1/home");
    expect(home.json).toMatchObject({ records: 0 });
    const record = await call("administrator", "GET", `/api/v1/records/${ids.national}`);
    const absent = await call("administrator", "GET", `/api/v1/records/tool--00000000-0000-4000-8000-000000000000`);
    expect(record).toEqual(absent);
    for (const path of ["/home", "/channels", "/session"]) {
      expect((await call("administrator", "GET", `/api/v1${path}`)).text).not.toMatch(/Known to/);
    }
  });

  test("an overseer reads all and changes nothing", async () => {
    expect(await call("overseer", "GET", "/api/v1/records")).toMatchObject({
      status: 200,
      json: { total: expect.any(Number) },
    });
    const body = { releasableTo: [], purposes: null, noOnward: true, caveats: [], reviewBy: null, expires: null };
    expect((await call("overseer", "POST", "/api/v1/markings", body)).status).toBe(403);
    expect((await call("overseer", "PUT", `/api/v1/records/${ids.national}/markings`, { markings: [] })).status).toBe(
      403,
    );
  });
});

describe("problem details (RFC 9457) say what, where and what to do", () => {
  test.each<[string, string, string, unknown, number]>([
    ["an unknown address", "GET", "/api/v1/nothing", undefined, 404],
    ["an unknown record", "GET", "/api/v1/records/tool--00000000-0000-4000-8000-000000000000", undefined, 404],
    ["an unknown release", "POST", "/api/v1/releases/nothing/submit", undefined, 404],
    ["no JSON", "POST", "/api/v1/markings", "{", 400],
    ["JSON of another shape", "POST", "/api/v1/markings", { releasableTo: 1 }, 400],
    ["a depth bomb", "POST", "/api/v1/markings", "[".repeat(100_000), 400],
    [
      "an unknown partner",
      "POST",
      "/api/v1/releases",
      { channel: "none", title: "T", purpose: "", necessity: "", legalBasis: null, reviewBy: null, records: [] },
      404,
    ],
    ["a page that is no cursor", "GET", "/api/v1/records?cursor=%F0%9F%98%80", undefined, 400],
  ])("%s", async (_, method, path, body, status) => {
    const answer = await call("analyst", method, path, body);
    expect(answer.type).toContain("application/problem+json");
    expect(answer).toMatchObject({ status, json: { status, title: expect.any(String), code: expect.any(String) } });
    expect(answer.text).not.toMatch(/at .*\.ts:\d+/);
  });
});

describe("the whole way by HTTP alone", () => {
  test("import, mark, draft, refusal with the way on, approval by another, receipt, evidence", async () => {
    const lines = [1, 2].map((n) =>
      JSON.stringify({
        type: "tool",
        spec_version: "2.1",
        id: `tool--00000000-0000-4000-9000-00000000000${n}`,
        created: "2025-08-12T00:00:00Z",
        modified: "2025-08-12T00:00:00Z",
        name: `By HTTP ${n}`,
      }),
    );
    const run = await fetch(`${base}/api/v1/imports?name=two.jsonl`, {
      method: "POST",
      headers: { cookie: cookies.get("analyst") ?? "", "content-type": "application/octet-stream" },
      body: `${lines.join("\n")}\n{"type":"tool"}\n`,
    });
    expect(await run.json()).toMatchObject({
      imported: 2,
      problems: 1,
      problemList: [{ code: expect.any(String), place: expect.any(String) }],
    });
    const terms = {
      releasableTo: [b.node.self.id],
      purposes: null,
      noOnward: true,
      caveats: ["Not for the press."],
      reviewBy: null,
      expires: null,
    };
    const marking = (await call("analyst", "POST", "/api/v1/markings", terms)).json["id"];
    const record = "tool--00000000-0000-4000-9000-000000000001";
    const draft = {
      channel,
      title: "By HTTP",
      purpose: PURPOSE,
      necessity: "A shared case.",
      legalBasis: null as string | null,
      reviewBy: `${new Date().getUTCFullYear() + 1}-01-01`,
      records: [record],
    };
    const made = (await call("analyst", "POST", "/api/v1/releases", draft)).json as {
      release: { id: string };
      reasons: { rule: string; fix: string }[];
    };
    expect(made.reasons).toMatchObject([{ rule: "legal-basis", fix: expect.stringMatching(/Choose the instrument/) }]);
    const id = made.release.id;
    expect((await call("analyst", "POST", `/api/v1/releases/${id}/submit`)).status).toBe(422);
    const bases = (await call("analyst", "GET", "/api/v1/legal-bases")).json as { bases: { id: string }[] };
    await call("analyst", "PUT", `/api/v1/releases/${id}`, { ...draft, legalBasis: bases.bases[0]?.id ?? null });
    // Unmarked, it goes to nobody; marked, it may go.
    expect((await call("analyst", "POST", `/api/v1/releases/${id}/submit`)).status).toBe(422);
    expect((await call("analyst", "PUT", `/api/v1/records/${record}/markings`, { markings: [marking] })).status).toBe(
      200,
    );
    expect(await call("analyst", "POST", `/api/v1/releases/${id}/submit`)).toMatchObject({
      status: 200,
      json: { release: { state: "submitted" } },
    });
    expect((await call("analyst", "POST", `/api/v1/releases/${id}/approve`, { note: "" })).status).toBe(403);
    expect((await call("disclosure", "POST", `/api/v1/releases/${id}/approve`, { note: "" })).status).toBe(200);
    expect((await call("disclosure", "POST", `/api/v1/releases/${id}/approve`, { note: "" })).status).toBe(409);
    await until("the receipt", async () => {
      const view = (await call("analyst", "GET", `/api/v1/releases/${id}`)).json as {
        parcels: { receipted: boolean }[];
      };
      return view.parcels.length > 0 && view.parcels.every((parcel) => parcel.receipted);
    });
    const evidence = await call("overseer", "GET", `/api/v1/releases/${id}/evidence`);
    const check = await call("overseer", "POST", "/api/v1/evidence/check", { text: evidence.text });
    expect(check).toMatchObject({ status: 200, json: { verdict: "genuine" } });
    const entries = (await call("overseer", "GET", "/api/v1/audit")).json as { entries: { verb: string }[] };
    const actions = entries.entries.map((entry) => entry.verb);
    for (const action of ["record.mark", "marking.add", "release.approve"]) expect(actions).toContain(action);
  });
});

test("the workbench's types are those of the document that this node serves", async () => {
  const document = (await call(null, "GET", "/api/v1/openapi.json")).json as {
    paths: Record<string, Record<string, unknown>>;
  };
  const types = readFileSync(join(root, "web/src/api/types.gen.ts"), "utf8");
  const paths = Object.keys(document.paths);
  expect(paths.length).toBeGreaterThan(20);
  for (const path of paths) expect(types, path).toContain(`"${path}": {`);
  for (const methods of Object.values(document.paths)) {
    for (const operation of Object.values(methods)) expect(operation).toHaveProperty("summary");
  }
});

test("every answer carries the policy of the page", async () => {
  const page = await fetch(`${base}/records`);
  expect(page.headers.get("content-security-policy")).toMatch(
    /default-src 'none'; script-src 'self';.*frame-ancestors 'none'/,
  );
  expect(page.headers.get("x-content-type-options")).toBe("nosniff");
  expect(page.headers.get("referrer-policy")).toBe("no-referrer");
});
