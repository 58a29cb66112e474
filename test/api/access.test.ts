import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WebServer } from "#api";
import { type Party, party } from "../federation/two-nodes.ts";
import { authenticator, type Authenticator, type Options } from "./authenticator.ts";
import { type Caller, caller } from "./client.ts";

type Who = keyof Party["officers"];

let a: Party;
let web: WebServer;
let origin: string;
const person = { id: "" };

async function link(who: Who): Promise<string> {
  const setup = { kind: "job", party: a.node.self.id, name: "setup", may: [] } as const;
  return a.node.access.signInToken(setup, a.officers[who].officer);
}

/** A new browser of this officer, signed in by a one-time link. */
async function desk(who: Who): Promise<Caller> {
  const made = caller(origin);
  expect((await made.call("POST", "/session", { token: await link(who) })).status).toBe(200);
  return made;
}

interface Asked {
  readonly ceremony: string;
  readonly options: Options;
}

async function addPasskey(at: Caller): Promise<Authenticator> {
  const key = authenticator();
  const asked = (await at.call("POST", "/passkeys/options")).json as unknown as Asked;
  const response = key.register(asked.options, origin);
  const added = await at.call("POST", "/passkeys", { ceremony: asked.ceremony, name: "Laptop", response });
  expect(added).toMatchObject({ status: 200, json: { id: key.id } });
  return key;
}

beforeAll(async () => {
  a = await party("Islamabad");
  web = await a.node.serveWeb(() => undefined);
  origin = `http://localhost:${web.port}`;
  person.id = await a.record({ type: "identity", name: "Noor Wali Mehsud", identity_class: "individual" }, []);
});
afterAll(async () => {
  await web.close();
  await a.close();
});

describe("passkeys (WebAuthn level 3 §7)", () => {
  test("added after the link, they sign in, and an approval rests on one", async () => {
    const first = await desk("disclosure");
    const key = await addPasskey(first);
    const later = caller(origin);
    const asked = (await later.call("POST", "/sign-in/passkey/options")).json as unknown as Asked;
    expect(JSON.stringify(asked)).not.toContain("example.org");
    const response = key.answer(asked.options, origin);
    expect(await later.call("POST", "/sign-in/passkey", { ceremony: asked.ceremony, response })).toMatchObject({
      status: 200,
      json: { email: "disclosure-officer@example.org", recent: true },
    });
    // The same answer again: the challenge is used up.
    expect(await later.call("POST", "/sign-in/passkey", { ceremony: asked.ceremony, response })).toMatchObject({
      status: 409,
      json: { code: "ceremony-over" },
    });
    // With a passkey in the house, a link alone lets in but approves nothing.
    const byLink = await desk("disclosure");
    expect(await byLink.call("POST", "/releases/none/approve", { note: "" })).toMatchObject({
      status: 403,
      json: { code: "step-up-required", fix: expect.stringContaining("passkey") },
    });
    expect((await byLink.call("POST", "/passkeys/options")).json).toMatchObject({ code: "step-up-required" });
    expect((await byLink.call("DELETE", `/passkeys/${key.id}`)).json).toMatchObject({ code: "step-up-required" });
    const again = (await byLink.call("POST", "/step-up/options")).json as unknown as Asked;
    const proof = { ceremony: again.ceremony, response: key.answer(again.options, origin) };
    expect((await byLink.call("POST", "/step-up/passkey", proof)).status).toBe(200);
    expect((await byLink.call("POST", "/releases/none/approve", { note: "" })).status).toBe(404);
    const view = (await byLink.call("GET", "/security")).json as { passkeys: unknown[]; history: { verb: string }[] };
    expect(view.passkeys).toHaveLength(1);
    expect(view.history.map((entry) => entry.verb)).toContain("session.step-up");
  });

  test.each<[string, (key: Authenticator, options: Options) => Record<string, unknown>]>([
    ["another site's origin", (key, options) => key.answer(options, "http://localhost.example")],
    ["another relying party", (key, options) => key.answer(options, origin, { rpId: "example.org" })],
    ["no user verification", (key, options) => key.answer(options, origin, { flags: 0x01 })],
    ["another challenge", (key) => key.answer({ challenge: "AAAA", rpId: "localhost" }, origin)],
    ["a key that nobody knows", (_, options) => authenticator().answer(options, origin)],
    ["nothing", () => ({})],
    ["another shape", (key) => ({ id: key.id, response: { clientDataJSON: 1, authenticatorData: [], signature: {} } })],
    ["a counter that goes back (§7.2 step 22)", (key, options) => key.answer(options, origin, { counter: 1 })],
  ])("an answer with %s is refused, and says no more than that", async (_, forge) => {
    const owner = await desk("analyst");
    const known = (await owner.call("GET", "/security")).json as { passkeys: { id: string }[] };
    for (const { id } of known.passkeys) {
      await a.node.access.reset({ kind: "job", party: a.node.self.id, name: "t", may: [] }, a.officers.analyst.officer);
      expect(id).not.toBe("");
    }
    const key = await addPasskey(known.passkeys.length > 0 ? await desk("analyst") : owner);
    const stranger = caller(origin);
    const good = (await stranger.call("POST", "/sign-in/passkey/options")).json as unknown as Asked;
    const entered = key.answer(good.options, origin, { counter: 5 });
    expect(
      (await stranger.call("POST", "/sign-in/passkey", { ceremony: good.ceremony, response: entered })).status,
    ).toBe(200);
    const asked = (await stranger.call("POST", "/sign-in/passkey/options")).json as unknown as Asked;
    const answer = { ceremony: asked.ceremony, response: forge(key, asked.options) };
    expect(await caller(origin).call("POST", "/sign-in/passkey", answer)).toMatchObject({
      status: 401,
      json: { code: "passkey-refused", title: "this passkey was not accepted" },
    });
    await a.node.access.reset({ kind: "job", party: a.node.self.id, name: "t", may: [] }, a.officers.analyst.officer);
  });

  test("a number is no name for a passkey: the way on is said", async () => {
    const at = caller(`http://127.0.0.1:${web.port}`);
    expect((await at.call("POST", "/sign-in/passkey/options")).json).toMatchObject({
      code: "passkey-origin",
      fix: expect.stringContaining(origin),
    });
  });
});

describe("tokens", () => {
  test("reach what their scopes name, as their officer, until they end; never approve", async () => {
    const officer = await desk("overseer");
    const expires = new Date(Date.now() + 86_400_000).toISOString();
    const terms = { name: "Reader", scopes: ["records:read"], expires };
    const made = (await officer.call("POST", "/tokens", terms)).json as { token: string; kept: { id: string } };
    const as = { authorization: `Bearer ${made.token}` };
    const tool = caller(origin);
    expect((await tool.call("GET", "/records", undefined, as)).status).toBe(200);
    for (const [method, path] of [
      ["GET", "/audit"],
      ["GET", "/home"],
      ["GET", "/security"],
      ["GET", "/releases"],
      ["POST", "/tokens"],
      ["POST", "/imports"],
      ["POST", "/releases/none/approve"],
      ["DELETE", "/session"],
    ] as const) {
      const answer = await tool.call(method, path, method === "POST" ? {} : undefined, as);
      expect(answer, `${method} ${path}`).toMatchObject({ status: 403, json: { code: "token-scope" } });
    }
    expect((await officer.call("GET", "/security")).text).not.toContain(made.token);
    expect((await officer.call("DELETE", `/tokens/${made.kept.id}`)).status).toBe(200);
    expect((await tool.call("GET", "/records", undefined, as)).json).toMatchObject({ code: "token-invalid" });
  });

  test.each([
    ["no end", { name: "X", scopes: ["records:read"], expires: "never" }],
    ["an end too far", { name: "X", scopes: ["records:read"], expires: "2999-01-01" }],
    ["an end past", { name: "X", scopes: ["records:read"], expires: "2020-01-01" }],
    ["an unknown scope", { name: "X", scopes: ["everything"], expires: "2027-01-01" }],
    ["no scope", { name: "X", scopes: [], expires: "2027-01-01" }],
  ])("with %s is not made", async (_, terms) => {
    expect((await (await desk("overseer")).call("POST", "/tokens", terms)).status).toBe(400);
  });

  test("what is no token is refused", async () => {
    for (const token of ["entente_x", "x".repeat(300), "'; drop table api_token --"])
      expect(
        (await caller(origin).call("GET", "/records", undefined, { authorization: `Bearer ${token}` })).status,
      ).toBe(401);
  });
});

describe("sessions", () => {
  test("are listed and ended, one's own and, by an administrator, another's", async () => {
    const [here, there] = [await desk("overseer"), await desk("overseer")];
    const { sessions } = (await here.call("GET", "/sessions")).json as { sessions: { id: string; current: boolean }[] };
    expect(sessions.filter((session) => session.current)).toHaveLength(1);
    await here.call("DELETE", "/sessions");
    expect((await there.call("GET", "/session")).status).toBe(401);
    expect((await here.call("GET", "/session")).status).toBe(200);
    const administrator = await desk("administrator");
    const path = `/officers/${a.officers.overseer.officer}/sessions`;
    expect((await administrator.call("GET", path)).json).toMatchObject({
      sessions: [{ method: "link", current: false }],
    });
    expect((await here.call("DELETE", `/officers/${a.officers.administrator.officer}/sessions`)).status).toBe(403);
    expect((await administrator.call("DELETE", path)).json).toEqual({ ended: 1 });
    expect((await here.call("GET", "/session")).status).toBe(401);
  });
});

describe("officers, by HTTP", () => {
  test("roles are granted for a unit and a time, and duties are kept apart", async () => {
    const administrator = await desk("administrator");
    const grant = { role: "analyst", unit: "South", from: null, until: "2026-12-31" };
    const made = (await administrator.call("POST", "/officers", {
      name: "Bilal",
      email: "bilal@example.org",
      unit: "South",
      grants: [{ ...grant, until: "2999-12-31" }],
    })) as unknown as { status: number; json: { officer: { id: string; roles: string[] }; token: string } };
    expect(made).toMatchObject({ status: 200, json: { officer: { roles: ["analyst"] } } });
    const id = made.json.officer.id;
    for (const role of ["overseer", "administrator"])
      expect(
        await administrator.call("POST", `/officers/${id}/grants`, { ...grant, until: null, role }),
        role,
      ).toMatchObject({ status: 409, json: { code: "roles-conflict" } });
    const own = `/officers/${a.officers.administrator.officer}`;
    expect((await administrator.call("POST", `${own}/grants`, { ...grant, until: null })).status).toBe(403);
    expect((await administrator.call("POST", `${own}/disable`)).status).toBe(403);
    const bilal = caller(origin);
    expect((await bilal.call("POST", "/session", { token: made.json.token })).status).toBe(200);
    expect((await administrator.call("POST", `/officers/${id}/disable`)).status).toBe(200);
    expect((await bilal.call("GET", "/session")).status).toBe(401);
  });
});

describe("the audit, by HTTP", () => {
  test("a person's record is noted before it is shown; a search keeps its words for the overseer alone", async () => {
    const [analyst, overseer] = [await desk("analyst"), await desk("overseer")];
    expect((await analyst.call("GET", `/records/${person.id}`)).status).toBe(200);
    await analyst.call("GET", "/records?q=Mehsud");
    expect((await analyst.call("GET", "/audit")).status).toBe(403);
    const { entries } = (await overseer.call("GET", "/audit?limit=50")).json as {
      entries: { verb: string; subject: string; actorId: string; term: string | null; detail: string }[];
    };
    const read = entries.find((entry) => entry.verb === "record.read");
    expect(read).toMatchObject({ subject: person.id, actorId: a.officers.analyst.officer });
    const search = entries.find((entry) => entry.verb === "record.search");
    expect(search).toMatchObject({ term: "Mehsud", detail: expect.not.stringContaining("Mehsud") });
    expect(entries.some((entry) => entry.verb === "access.refused")).toBe(true);
    expect((await overseer.call("GET", "/audit/verify")).json).toMatchObject({ verified: true, faults: [] });
    const exported = await overseer.call("GET", "/audit/export");
    expect(exported.text.trim().split("\n").length).toBeGreaterThan(5);
    expect(exported.text).not.toContain("Mehsud");
    const mine = (await analyst.call("GET", "/activity")).json as { entries: { verb: string; term: string | null }[] };
    expect(mine.entries.find((entry) => entry.verb === "record.search")?.term).toBe("Mehsud");
  });
});
