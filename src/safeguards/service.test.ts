import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { handlingMarking, type HandlingTerms, type Viewer } from "#policy";
import { accept, coreTypes, TypeRegistry } from "#stix";
import { openSqlite, openStore, type Store } from "#store";
import { createSafeguards, type Departure, type DraftInput, type Safeguards } from "./index.ts";

const [HOME, PARTNER] = ["a", "b"].map((last) => `identity--00000000-0000-4000-8000-00000000000${last}`) as [
  string,
  string,
];
const NOW = "2026-01-01T00:00:00.000000Z";
const officer = (id: string, ...roles: Extract<Viewer, { kind: "officer" }>["roles"][number][]): Viewer => ({
  kind: "officer",
  party: HOME,
  officer: id,
  roles,
});
const drafter = officer("officer--1", "analyst");
const approver = officer("officer--2", "disclosure-officer");
const registry = new TypeRegistry(coreTypes);
const clock = () => new Date("2026-01-01T00:00:00Z");

let store: Store;
let safeguards: Safeguards;
let departed: Departure[];
let basis: string;

const id = (type: string, n: number) => `${type}--00000000-0000-4000-8000-00000000000${n}`;
const RELEASABLE = id("marking-definition", 1);
const NATIONAL = id("marking-definition", 2);
const OTHER_PURPOSE = id("marking-definition", 3);
const [GROUP, PERSON, SECRET, CAVEATED] = [
  id("identity", 1),
  id("identity", 2),
  id("identity", 3),
  id("identity", 4),
] as const;

beforeEach(async () => {
  store = await openStore({ engine: openSqlite(":memory:"), party: HOME, clock });
  departed = [];
  safeguards = createSafeguards({
    store,
    party: HOME,
    clock,
    departures: {
      release: (_, departure) => {
        departed.push(departure);
        return Promise.resolve(1);
      },
    },
  });
  await store.transact(drafter, async (t) => {
    await t.channels.add({
      id: "channel--1",
      partner: PARTNER,
      partnerName: "Washington",
      partnerUrl: "https://localhost",
      partnerKey: "k",
      partnerTlsPin: "p",
      purposes: ["criminal-investigation"],
      fingerprint: "1",
      state: "active",
      createdAt: NOW,
      confirmedAt: NOW,
      confirmedBy: "officer--9",
      lastContactAt: null,
      lastError: null,
    });
    const terms: HandlingTerms = {
      originator: HOME,
      releasableTo: [PARTNER],
      noOnward: true,
      purposes: null,
      evidenceUse: "allowed",
      caveats: [],
      reviewBy: null,
      expires: null,
      foreignCodes: [],
    };
    for (const [ref, change] of [
      [RELEASABLE, {}],
      [NATIONAL, { releasableTo: [] }],
      [OTHER_PURPOSE, { purposes: ["border-security"] }],
    ] as const) {
      await t.labels.addMarking(
        ref,
        JSON.stringify(handlingMarking({ ...terms, ...change }, { id: ref, created: NOW, createdBy: HOME })),
        HOME,
      );
    }
    for (const [ref, identityClass, marking] of [
      [GROUP, "organization", RELEASABLE],
      [PERSON, "individual", RELEASABLE],
      [SECRET, "organization", NATIONAL],
      [CAVEATED, "organization", OTHER_PURPOSE],
    ] as const) {
      const result = accept(
        JSON.stringify({
          type: "identity",
          spec_version: "2.1",
          id: ref,
          created: NOW,
          modified: NOW,
          name: ref,
          identity_class: identityClass,
        }),
        registry,
        { now: NOW },
      );
      if (result.ok)
        await t.records.append([{ record: result.record, owner: HOME, assigned: [marking], source: "test" }]);
    }
  });
  basis = (
    await safeguards.addBasis(approver, {
      title: "Arrangement",
      citation: "art. 3",
      purposes: ["criminal-investigation"],
      parties: [PARTNER],
      validFrom: "2020-01-01T00:00:00.000000Z",
      validUntil: null,
    })
  ).id;
});
afterEach(() => store.close());

const input = (change: Partial<DraftInput> = {}): DraftInput => ({
  channel: "channel--1",
  title: "The groups of the dialogue",
  purpose: "criminal-investigation",
  necessity: "A shared case.",
  legalBasis: basis,
  reviewBy: "2027-01-01T00:00:00.000000Z",
  records: [GROUP, PERSON, SECRET, CAVEATED],
  ...change,
});

describe("the way out", () => {
  test("what may go goes on the second officer's word; what may not is withheld with its reason", async () => {
    const draft = await safeguards.draft(drafter, input());
    expect(draft.reasons).toEqual([]);
    expect(draft.items.map((item) => item.answer.effect)).toEqual(["allow", "allow", "refuse", "refuse"]);
    const submitted = await safeguards.submit(drafter, draft.release.id);
    expect(submitted.items.map((item) => [item.state, item.answer.reasons[0]?.rule])).toEqual([
      ["included", undefined],
      ["included", undefined],
      ["withheld", "not-releasable"],
      ["withheld", "purpose-not-admitted"],
    ]);
    const approved = await safeguards.approve(approver, draft.release.id, "Agreed.");
    expect(approved).toMatchObject({ state: "approved", decidedBy: "officer--2", parts: 1 });
    expect(departed[0]?.records.map((record) => record.id)).toEqual([GROUP, PERSON]);
  });

  test("nobody approves their own release, whatever roles they hold", async () => {
    const both = officer("officer--1", "analyst", "disclosure-officer");
    const { release } = await safeguards.draft(both, input());
    await safeguards.submit(both, release.id);
    await expect(safeguards.approve(both, release.id)).rejects.toMatchObject({ code: "same-officer" });
    expect(departed).toEqual([]);
  });

  test("only a disclosure officer approves", async () => {
    const { release } = await safeguards.draft(drafter, input());
    await safeguards.submit(drafter, release.id);
    await expect(safeguards.approve(officer("officer--3", "analyst"), release.id)).rejects.toMatchObject({
      code: "forbidden",
    });
  });

  test.each<[string, Partial<DraftInput>, string]>([
    ["no basis", { legalBasis: null }, "release-refused"],
    ["no purpose", { purpose: "" }, "release-refused"],
    ["no review date", { reviewBy: null }, "release-refused"],
    ["nothing that may go", { records: [SECRET] }, "release-empty"],
  ])("%s: not submitted", async (_, change, code) => {
    const { release } = await safeguards.draft(drafter, input(change));
    await expect(safeguards.submit(drafter, release.id)).rejects.toMatchObject({ code });
    expect((await safeguards.review(drafter, release.id)).release.state).toBe("draft");
  });

  test("the world changed between submission and approval: asked again, and refused", async () => {
    const { release } = await safeguards.draft(drafter, input({ records: [GROUP] }));
    await safeguards.submit(drafter, release.id);
    await store.transact(drafter, async (t) => {
      const record = await t.records.get(GROUP);
      await t.records.relabel(GROUP, record?.version ?? "", [RELEASABLE, NATIONAL]);
    });
    await expect(safeguards.approve(approver, release.id)).rejects.toMatchObject({ code: "release-refused" });
  });

  test("approved once, however often asked; a departure that fails leaves it submitted", async () => {
    const { release } = await safeguards.draft(drafter, input());
    await safeguards.submit(drafter, release.id);
    const failing = createSafeguards({
      store,
      party: HOME,
      clock,
      departures: { release: () => Promise.reject(new Error("disk full")) },
    });
    await expect(failing.approve(approver, release.id)).rejects.toThrow("disk full");
    const results = await Promise.allSettled([
      safeguards.approve(approver, release.id),
      safeguards.approve(approver, release.id),
    ]);
    expect(results.map((result) => result.status).toSorted()).toEqual(["fulfilled", "rejected"]);
    expect(departed).toHaveLength(1);
  });

  test("a rejected release goes nowhere and says why", async () => {
    const { release } = await safeguards.draft(drafter, input());
    await safeguards.submit(drafter, release.id);
    expect(await safeguards.reject(approver, release.id, "Too wide.")).toMatchObject({
      state: "rejected",
      decisionNote: "Too wide.",
    });
    await expect(safeguards.approve(approver, release.id)).rejects.toMatchObject({ code: "release-state" });
  });

  test("a draft can be changed by its drafter only", async () => {
    const { release } = await safeguards.draft(drafter, input());
    expect((await safeguards.edit(drafter, release.id, input({ records: [GROUP] }))).items).toHaveLength(1);
    await expect(safeguards.edit(officer("officer--4", "analyst"), release.id, input())).rejects.toMatchObject({
      code: "release-state",
    });
  });

  test("a record that does not exist, an unknown basis, an unknown channel: said at once", async () => {
    await expect(safeguards.draft(drafter, input({ records: [id("tool", 9)] }))).rejects.toMatchObject({
      code: "release-invalid",
    });
    await expect(safeguards.draft(drafter, input({ legalBasis: "legal-basis--none" }))).rejects.toMatchObject({
      code: "basis-invalid",
    });
    await expect(safeguards.draft(drafter, input({ channel: "channel--2" }))).rejects.toMatchObject({
      code: "channel-unknown",
    });
  });
});
