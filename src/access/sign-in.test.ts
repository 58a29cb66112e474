import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Role, ROLES, type Viewer } from "#policy";
import { openSqlite, openStore, type Store } from "#store";
import {
  type Access,
  ALL_PERMISSIONS,
  ALL_SCOPES,
  createAccess,
  type OfficerViewer,
  permits,
  requirePermission,
  STEP_UP,
  whoCan,
} from "./index.ts";
import { standing } from "./rules.ts";

const HOME = "identity--00000000-0000-4000-8000-00000000000a";
const setup: Viewer = { kind: "job", party: HOME, name: "setup", may: [] };
let now: Date;
let store: Store;
let access: Access;
const later = (minutes: number) => (now = new Date(now.getTime() + minutes * 60_000));

beforeEach(async () => {
  now = new Date("2026-01-01T00:00:00Z");
  const clock = () => now;
  store = await openStore({ engine: openSqlite(":memory:"), party: HOME, clock });
  access = createAccess({ store, party: HOME, clock });
});
afterEach(() => store.close());

const add = (email: string, role: Role = "analyst") => access.addOfficer(setup, { name: email, email, roles: [role] });
async function enter(email: string): Promise<OfficerViewer> {
  const officer = (await access.officers()).find((one) => one.email === email);
  const { session } = await access.signIn(await access.signInToken(setup, officer?.id ?? ""));
  return (await access.authenticate(session)).viewer;
}

describe("recovery codes", () => {
  test("each signs in once, in any spelling, and approves nothing", async () => {
    await add("a@example.org", "disclosure-officer");
    const codes = await access.recovery.renew(await enter("a@example.org"));
    expect(new Set(codes).size).toBe(10);
    const [code = ""] = codes;
    const { session } = await access.recovery.signIn(" A@example.org ", code.toLowerCase().replaceAll("-", " "));
    const { viewer } = await access.authenticate(session);
    expect(() => requirePermission(viewer, "release.approve")).toThrow(
      expect.objectContaining({ code: "step-up-required" }),
    );
    await expect(access.recovery.signIn("a@example.org", code)).rejects.toMatchObject({ code: "sign-in-refused" });
    await access.recovery.renew(await enter("a@example.org"));
    await expect(access.recovery.signIn("a@example.org", codes[1] ?? "")).rejects.toMatchObject({
      code: "sign-in-refused",
    });
  });

  test("a wrong code and an unknown officer are one answer, and lock alike with growing delay", async () => {
    await add("a@example.org");
    const answers = async (email: string): Promise<string[]> => {
      const out: string[] = [];
      for (let n = 0; n < 7; n++)
        out.push(await access.recovery.signIn(email, "WRONG").then(String, (error: Error) => error.message));
      return out;
    };
    const known = await answers("a@example.org");
    expect(known).toEqual(await answers("nobody@example.org"));
    expect(known.slice(5).every((answer) => answer.includes("rests for a while"))).toBe(true);
    const waits: number[] = [];
    for (let n = 0; n < 4; n++) {
      const locked = await access.recovery.signIn("a@example.org", "WRONG").catch((error: unknown) => error);
      const wait = (locked as { detail: { retryAfter: number } }).detail.retryAfter;
      waits.push(wait);
      now = new Date(now.getTime() + wait * 1000);
      await access.recovery.signIn("a@example.org", "WRONG").catch(() => undefined);
    }
    expect(waits).toEqual([30, 60, 120, 240]);
  });

  test("a good code during a lock is not tried; tries elsewhere from one address are counted together", async () => {
    await add("a@example.org");
    const [code = ""] = await access.recovery.renew(await enter("a@example.org"));
    const from = { address: "203.0.113.9", agent: "" };
    for (let n = 0; n < 20; n++)
      await access.recovery.signIn(`x${n}@example.org`, "WRONG", from).catch(() => undefined);
    await expect(access.recovery.signIn("a@example.org", code, from)).rejects.toMatchObject({ code: "sign-in-locked" });
    await expect(access.signIn("guess", from)).rejects.toMatchObject({ code: "sign-in-locked" });
    await access.recovery.signIn("a@example.org", code, { address: "203.0.113.10", agent: "" });
  });

  test("many tries at once are counted one after another", async () => {
    await add("a@example.org");
    const tries = await Promise.allSettled(
      Array.from({ length: 50 }, () => access.recovery.signIn("a@example.org", "WRONG")),
    );
    const codes = tries.map((one) => (one.status === "rejected" ? (one.reason as { code: string }).code : "in"));
    expect(codes.filter((code) => code === "sign-in-refused")).toHaveLength(5);
    expect(codes.filter((code) => code === "sign-in-locked")).toHaveLength(45);
  });
});

describe("roles", () => {
  test("hold for their time, and an ended or expired one gives nothing", async () => {
    const officer = await access.addOfficer(setup, {
      name: "A",
      email: "a@example.org",
      roles: [],
      grants: [{ role: "analyst", from: "2026-01-01T01:00:00.000000Z", until: "2026-01-01T02:00:00.000000Z" }],
    });
    const roles = async () => (await access.asOfficer("a@example.org")).roles;
    expect(await roles()).toEqual([]);
    later(60);
    expect(await roles()).toEqual(["analyst"]);
    later(60);
    expect(await roles()).toEqual([]);
    const grant = await access.grant(setup, officer.id, { role: "desk-officer" });
    expect(await roles()).toEqual(["desk-officer"]);
    await access.endGrant(setup, officer.id, grant.id);
    expect(await roles()).toEqual([]);
    await expect(access.endGrant(setup, officer.id, grant.id)).rejects.toMatchObject({ code: "grant-unknown" });
  });

  test("held for one unit, officer administration reaches that unit only, and nobody grants to themselves", async () => {
    const grants = [{ role: "administrator" as const, unit: "South" }];
    await access.addOfficer(setup, { name: "S", email: "s@example.org", roles: [], unit: "South", grants });
    const actor = await access.asOfficer("s@example.org");
    const own = { name: "B", email: "b@example.org", roles: ["analyst"] as const, unit: "South" };
    const added = await access.addOfficer(actor, own);
    expect(added.roles).toEqual(["analyst"]);
    await expect(access.addOfficer(actor, { ...own, email: "c@example.org", unit: "North" })).rejects.toMatchObject({
      code: "forbidden",
    });
    const elsewhere = await add("d@example.org");
    for (const verb of ["disable", "reset", "signInToken", "enable"] as const)
      await expect(access[verb](actor, elsewhere.id)).rejects.toMatchObject({ code: "forbidden" });
    await expect(access.grant(actor, actor.officer, { role: "administrator" })).rejects.toMatchObject({
      code: "forbidden",
    });
  });
});

describe("separation of duties, over every set of roles", () => {
  const roleSets = fc.subarray([...ROLES], { minLength: 1 });
  const entry = fc.option(
    fc.record({
      by: fc.constantFrom("session" as const, "token" as const),
      recent: fc.boolean(),
      scopes: fc.subarray([...ALL_SCOPES]),
    }),
    { nil: undefined },
  );
  const CHANGES = ALL_PERMISSIONS.filter(
    (permission) => !["content.read", "ledger.verify", "audit.read", "redress.read", "error.read"].includes(permission),
  );

  test("an overseer changes nothing; an administrator reads no content; nobody drafts and approves alone", () => {
    fc.assert(
      fc.property(roleSets, entry, (roles, way) => {
        const viewer: OfficerViewer = {
          kind: "officer",
          party: HOME,
          officer: "officer--1",
          roles: standing(roles),
          ...(way === undefined ? {} : { entry: way }),
        };
        const may = ALL_PERMISSIONS.filter((permission) => {
          try {
            requirePermission(viewer, permission);
            return true;
          } catch {
            return false;
          }
        });
        for (const permission of may) expect(permits(roles, permission)).toBe(true);
        if (roles.includes("overseer")) expect(may.filter((permission) => CHANGES.includes(permission))).toEqual([]);
        else if (roles.includes("administrator")) {
          expect(may).not.toContain("content.read");
          expect(may).not.toContain("audit.read");
        }
        if (way?.by === "token") {
          expect(may.filter((permission) => STEP_UP.includes(permission))).toEqual([]);
          if (way.scopes.length === 0) expect(may).toEqual([]);
        }
        if (way !== undefined && !way.recent) expect(may.filter((p) => STEP_UP.includes(p))).toEqual([]);
      }),
    );
  });

  test("who can do what, as it is printed", () => {
    const { permissions, reading } = whoCan();
    const roles = Object.fromEntries(permissions.map((row) => [row.permission, row.roles.join(" ")]));
    expect(roles).toMatchInlineSnapshot(`
      {
        "audit.read": "overseer",
        "basis.write": "disclosure-officer",
        "channel.manage": "administrator",
        "consent.ask": "desk-officer analyst disclosure-officer",
        "consent.decide": "disclosure-officer",
        "content.read": "desk-officer analyst disclosure-officer screening-officer referral-officer programme-officer overseer",
        "content.write": "desk-officer analyst programme-officer",
        "error.close": "disclosure-officer",
        "error.read": "desk-officer analyst disclosure-officer overseer",
        "error.report": "desk-officer analyst disclosure-officer",
        "import.run": "desk-officer analyst screening-officer",
        "ledger.verify": "desk-officer analyst disclosure-officer screening-officer referral-officer programme-officer overseer administrator",
        "node.keep": "administrator",
        "officer.manage": "administrator",
        "redress.decide": "disclosure-officer",
        "redress.read": "desk-officer analyst disclosure-officer screening-officer overseer",
        "redress.write": "desk-officer analyst disclosure-officer screening-officer",
        "release.approve": "disclosure-officer",
        "release.draft": "desk-officer analyst",
        "release.recall": "desk-officer analyst disclosure-officer",
        "retention.keep": "disclosure-officer",
        "risk.decide": "disclosure-officer",
        "risk.write": "disclosure-officer",
      }
    `);
    expect(reading.filter((row) => row.roles.includes("administrator"))).toEqual([]);
    expect(reading.every((row) => row.roles.includes("overseer"))).toBe(true);
    expect(Object.fromEntries(reading.map((row) => [row.record, row.roles.join(" ")]))).toMatchInlineSnapshot(`
      {
        "a partner's, TLP:AMBER": "desk-officer analyst disclosure-officer screening-officer referral-officer programme-officer overseer",
        "a partner's, TLP:AMBER+STRICT": "desk-officer analyst disclosure-officer screening-officer referral-officer programme-officer overseer",
        "a partner's, TLP:CLEAR": "desk-officer analyst disclosure-officer screening-officer referral-officer programme-officer overseer",
        "a partner's, TLP:GREEN": "desk-officer analyst disclosure-officer screening-officer referral-officer programme-officer overseer",
        "a partner's, TLP:RED": "desk-officer analyst disclosure-officer overseer",
        "a partner's, its time past": "overseer",
        "a partner's, with a marking not understood": "overseer",
        "our own, TLP:AMBER": "desk-officer analyst disclosure-officer screening-officer referral-officer programme-officer overseer",
        "our own, TLP:AMBER+STRICT": "desk-officer analyst disclosure-officer screening-officer referral-officer programme-officer overseer",
        "our own, TLP:CLEAR": "desk-officer analyst disclosure-officer screening-officer referral-officer programme-officer overseer",
        "our own, TLP:GREEN": "desk-officer analyst disclosure-officer screening-officer referral-officer programme-officer overseer",
        "our own, TLP:RED": "desk-officer analyst disclosure-officer overseer",
        "our own, with a marking not understood": "desk-officer analyst disclosure-officer screening-officer referral-officer programme-officer overseer",
      }
    `);
  });
});
