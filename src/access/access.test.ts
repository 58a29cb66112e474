import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ROLES, type Viewer } from "#policy";
import { openSqlite, openStore, type Store } from "#store";
import { type Access, createAccess, PERMISSIONS, permits, requirePermission } from "./index.ts";

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

async function signedIn() {
  const officer = await access.addOfficer(setup, { name: "Amna", email: "Amna@example.org", roles: ["analyst"] });
  const token = await access.signInToken(setup, officer.id);
  return { token, ...(await access.signIn(token)) };
}

describe("signing in", () => {
  test("a link works once", async () => {
    const { token, session, officer } = await signedIn();
    expect((await access.authenticate(session)).viewer).toEqual({
      kind: "officer",
      party: HOME,
      officer: officer.id,
      roles: ["analyst"],
      entry: { by: "session", recent: true },
    });
    await expect(access.signIn(token)).rejects.toMatchObject({ code: "link-invalid" });
    await expect(access.signIn("guess")).rejects.toMatchObject({ code: "link-invalid" });
  });
  test("a link ends after a day", async () => {
    const officer = await access.addOfficer(setup, { name: "B", email: "b@example.org", roles: ["overseer"] });
    const token = await access.signInToken(setup, officer.id);
    later(24 * 60);
    await expect(access.signIn(token)).rejects.toMatchObject({ code: "link-invalid" });
  });
  test("a session ends when idle for an hour, but not while in use, and after twelve hours in any case", async () => {
    const { session } = await signedIn();
    for (let turn = 0; turn < 13; turn++) {
      later(55);
      await access.authenticate(session);
    }
    later(10);
    await expect(access.authenticate(session)).rejects.toMatchObject({ code: "session-invalid" });
    const second = await access.signIn(await access.signInToken(setup, (await access.officers())[0]?.id ?? ""));
    later(61);
    await expect(access.authenticate(second.session)).rejects.toMatchObject({ code: "session-invalid" });
  });
  test("signing out and disabling end a session at once", async () => {
    const { session, officer } = await signedIn();
    await access.signOut(session);
    await expect(access.authenticate(session)).rejects.toMatchObject({ code: "session-invalid" });
    const again = await access.signIn(await access.signInToken(setup, officer.id));
    await store.transact(setup, (t) => t.officers.disable(officer.id));
    await expect(access.authenticate(again.session)).rejects.toMatchObject({ code: "session-invalid" });
  });
});

test("an officer is found by address whatever its case, and no address stands twice", async () => {
  await signedIn();
  expect((await access.asOfficer("AMNA@EXAMPLE.ORG")).kind).toBe("officer");
  await expect(
    access.addOfficer(setup, { name: "A", email: "amna@Example.org", roles: ["analyst"] }),
  ).rejects.toMatchObject({ code: "officer-exists" });
  await expect(access.addOfficer(setup, { name: "A", email: "no address", roles: ["analyst"] })).rejects.toMatchObject({
    code: "officer-invalid",
  });
});

test("duties are separate", () => {
  for (const role of ROLES) {
    expect(PERMISSIONS[role].includes("release.draft") && PERMISSIONS[role].includes("release.approve"), role).toBe(
      false,
    );
  }
  expect(permits(["administrator"], "content.read")).toBe(false);
  expect(permits(["overseer"], "content.write")).toBe(false);
  expect(() =>
    requirePermission({ kind: "officer", party: HOME, officer: "o", roles: ["overseer"] }, "release.approve"),
  ).toThrow(expect.objectContaining({ code: "forbidden" }));
});
