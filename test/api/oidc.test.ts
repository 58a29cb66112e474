import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WebServer } from "#api";
import { freePort, type Party, party } from "../federation/two-nodes.ts";
import { type Caller, caller } from "./client.ts";

/** What a person at the provider is; what the provider says of them. */
const people: Readonly<Record<string, { email: string; email_verified: boolean; name: string }>> = {
  amna: { email: "Analyst@example.org", email_verified: true, name: "Amna" },
  mallory: { email: "disclosure-officer@example.org", email_verified: false, name: "Mallory" },
  stranger: { email: "stranger@example.org", email_verified: true, name: "Nobody" },
};

let a: Party;
let web: WebServer;
let origin: string;
let provider: Server;
let issuer: string;

/** A real provider on this machine: oidc-provider, certified for the code flow. */
async function openProvider(port: number, redirect: string): Promise<Server> {
  const { default: Provider } = await import("oidc-provider");
  const oidc = new Provider(`http://127.0.0.1:${port}`, {
    clients: [{ client_id: "entente", client_secret: "s".repeat(40), redirect_uris: [redirect] }],
    claims: { email: ["email", "email_verified"], profile: ["name"] },
    pkce: { required: () => true },
    cookies: { keys: ["k".repeat(32)] },
    findAccount: (_context: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub, ...people[sub] }) }),
  });
  const server = createServer(oidc.callback());
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return server;
}

/** A person's browser at the provider: follows it, signs in, consents. @returns the address it is sent back to. */
async function atProvider(start: string, login: string): Promise<string> {
  const cookies = new Map<string, string>();
  const person = caller(issuer, cookies);
  let url = start;
  for (let step = 0; step < 12; step++) {
    if (!url.startsWith(issuer)) return url;
    const page = await person.call("GET", url);
    if (page.status >= 300 && page.status < 400) {
      url = new URL(page.headers.get("location") ?? "", url).href;
      continue;
    }
    const action = /action="([^"]+)"/.exec(page.text)?.[1] ?? "";
    const prompt = /name="prompt" value="([^"]+)"/.exec(page.text)?.[1] ?? "";
    const form = `prompt=${prompt}&login=${login}&password=x`;
    const to = new URL(action, url).href;
    const answer = await person.call("POST", to, form, { "content-type": "application/x-www-form-urlencoded" });
    url = new URL(answer.headers.get("location") ?? "", to).href;
  }
  throw new Error("the provider leads nowhere");
}

async function begin(at: Caller, path = "/sign-in/oidc"): Promise<string> {
  return String((await at.call("POST", path, { provider: "ministry" })).json["url"]);
}

beforeAll(async () => {
  const [providerPort, webPort] = [await freePort(), await freePort()];
  issuer = `http://127.0.0.1:${providerPort}`;
  origin = `http://localhost:${webPort}`;
  provider = await openProvider(providerPort, `${origin}/api/v1/sign-in/oidc/callback`);
  a = await party("Islamabad");
  const { writeFileSync } = await import("node:fs");
  writeFileSync(`${a.node.home.folder}/ministry.secret`, `${"s".repeat(40)}\n`);
  await a.restart({
    web: { host: "127.0.0.1", port: webPort },
    oidc: [
      { name: "ministry", title: "The Ministry", issuer, clientId: "entente", clientSecretFile: "ministry.secret" },
    ],
  });
  web = await a.node.serveWeb(() => undefined);
}, 60_000);
afterAll(async () => {
  await web.close();
  await a.close();
  provider.closeAllConnections();
  await new Promise((resolve) => provider.close(resolve));
});

describe("OpenID Connect Core 1.0 §3.1, with PKCE, against a real provider", () => {
  test("an officer known by a verified address comes in, and afterwards by the provider's name for them", async () => {
    expect((await caller(origin).call("GET", "/node")).json).toMatchObject({
      organisations: [{ name: "ministry", title: "The Ministry" }],
    });
    for (let turn = 0; turn < 2; turn++) {
      const officer = caller(origin);
      const start = await begin(officer);
      expect(start).toMatch(/code_challenge_method=S256/);
      const back = await officer.call("GET", await atProvider(start, "amna"));
      expect(back).toMatchObject({ status: 303 });
      expect(back.headers.get("location")).toBe("/");
      expect((await officer.call("GET", "/session")).json).toMatchObject({
        email: "analyst@example.org",
        recent: true,
      });
    }
  });

  test.each(["mallory", "stranger"])("%s does not: no verified address, or nobody here", async (login) => {
    const officer = caller(origin);
    const back = await officer.call("GET", await atProvider(await begin(officer), login));
    expect(back.headers.get("location")).toBe("/sign-in#refused=oidc-refused");
    expect((await officer.call("GET", "/session")).status).toBe(401);
  });

  test("an answer in another browser, a second time, or with another state or code is refused", async () => {
    const victim = caller(origin);
    const answer = await atProvider(await begin(victim), "amna");
    expect((await caller(origin).call("GET", answer)).headers.get("location")).toContain("refused=ceremony-over");
    const tampered = new URL(answer);
    tampered.searchParams.set("state", "another");
    expect((await victim.call("GET", tampered.href)).headers.get("location")).toContain("refused=oidc-refused");
    // The flow is used up by the failure.
    expect((await victim.call("GET", answer)).headers.get("location")).toContain("refused=ceremony-over");
    const again = caller(origin);
    const forged = new URL(await atProvider(await begin(again), "amna"));
    forged.searchParams.set("code", "guess");
    expect((await again.call("GET", forged.href)).headers.get("location")).toContain("refused=oidc-refused");
    expect((await again.call("POST", "/sign-in/oidc", { provider: "elsewhere" })).status).toBe(404);
  });

  test("a step-up asks the provider to ask again, and only the same officer passes", async () => {
    const setup = { kind: "job", party: a.node.self.id, name: "setup", may: [] } as const;
    const officer = caller(origin);
    await officer.call("POST", "/session", {
      token: await a.node.access.signInToken(setup, a.officers.analyst.officer),
    });
    const start = await begin(officer, "/step-up/oidc");
    expect(start).toMatch(/prompt=login/);
    expect(start).toMatch(/max_age=0/);
    expect((await officer.call("GET", await atProvider(start, "amna"))).headers.get("location")).toBe(
      "/security#confirmed",
    );
    const other = caller(origin);
    await other.call("POST", "/session", {
      token: await a.node.access.signInToken(setup, a.officers.overseer.officer),
    });
    const wrong = await atProvider(await begin(other, "/step-up/oidc"), "amna");
    expect((await other.call("GET", wrong)).headers.get("location")).toContain("refused=oidc-refused");
  });
});
