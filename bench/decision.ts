/** What the decision costs: a page of 1,000 mixed records with it and without it, and with many labels and parties as with few. */
import type { Instant } from "#base";
import { decide, handlingMarking, type Viewer } from "#policy";
import { accept, coreTypes, TypeRegistry } from "#stix";
import { openSqlite, openStore, type Store } from "#store";
import { type Benchmark, type Figure, round } from "./figure.ts";
import { objectText } from "./objects.ts";

const RECORDS = 10_000;
const PAGE = 1000;
const ROUNDS = 41;
const FLAT = 1.25;
const hex = (n: number) => n.toString(16).padStart(12, "0");
const partyId = (n: number) => `identity--30000000-0000-4000-8000-${hex(n)}`;
const HOME = partyId(0);
const NOW: Instant = "2026-01-01T00:00:00.000000Z";
const RED = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1";

const analyst: Viewer = { kind: "officer", party: HOME, officer: "officer--bench", roles: ["analyst"] };
const programme: Viewer = { kind: "officer", party: HOME, officer: "officer--bench", roles: ["programme-officer"] };
/** Its pages are read by the same code, under no rule. */
const unruled: Viewer = { kind: "job", party: HOME, name: "bench", may: ["read"] };

export const decisionBench: Benchmark = {
  name: "decision",
  async run(say): Promise<Figure> {
    const few = await world(100, 3);
    const many = await world(10_000, 200);
    try {
      const [plain = 0, ruled = 0, hiding = 0] = await medians([
        () => page(many, unruled),
        () => page(many, analyst),
        () => page(many, programme),
      ]);
      const [atFew = 0, atMany = 0] = await medians([() => page(few, analyst), () => page(many, analyst)]);
      const [givenFew = 0, givenMany = 0] = await medians([() => given(few), () => given(many)]);
      say(`one in twenty hidden from the officer: ${round(hiding)} ms, ${round(hiding / plain)} times no policy`);
      say(`10,000 labels and 200 parties against 100 and 3: an officer's page ${round(atMany / atFew)} times`);
      say(`deciding each of the 1,000 for a partner: ${round(givenMany)} ms, ${round(givenMany / givenFew)} times`);
      return {
        name: "decision",
        unit: "ms of processor time a page of 1,000",
        ours: round(ruled),
        against: "the same page under no policy",
        theirs: round(plain),
        ratio: round(ruled / plain),
        goal: `≤ 1.1, and flat (≤ ${FLAT}) from 100 labels to 10,000`,
        holds: ruled / plain <= 1.1 && hiding / plain <= 1.2 && atMany / atFew <= FLAT && givenMany / givenFew <= FLAT,
      };
    } finally {
      await few.close();
      await many.close();
    }
  },
};

/** Markings of every kind that a label can have, spread over the records, one in twenty of them red. */
async function world(labels: number, parties: number): Promise<Store> {
  const clock = (): Date => new Date(NOW);
  const store = await openStore({ engine: openSqlite(":memory:"), party: HOME, clock });
  const registry = new TypeRegistry(coreTypes);
  const everyone = Array.from({ length: parties - 1 }, (_, n) => partyId(n + 1));
  const markings = Array.from({ length: labels }, (_, n) => `marking-definition--40000000-0000-4000-8000-${hex(n)}`);
  await store.transact(analyst, async (t) => {
    for (const [n, id] of markings.entries()) {
      const terms = {
        originator: HOME,
        releasableTo:
          n % 10 === 0 ? everyone : [partyId(1 + (n % (parties - 1))), partyId(1 + ((n * 7) % (parties - 1)))],
        noOnward: n % 2 === 0,
        purposes: n % 3 === 0 ? ["criminal-investigation"] : null,
        evidenceUse: "with-consent",
        caveats: n % 5 === 0 ? ["Not for use in court."] : [],
        reviewBy: null,
        expires: n % 4 === 0 ? "2030-01-01T00:00:00.000000Z" : null,
        foreignCodes: [],
      } as const;
      const text = JSON.stringify(handlingMarking(terms, { id, created: NOW, createdBy: HOME }));
      await t.labels.addMarking(id, text, HOME);
    }
  });
  for (let from = 0; from < RECORDS; from += 1000) {
    await store.transact(analyst, async (t) => {
      const items = Array.from({ length: 1000 }, (_, k) => {
        const n = from + k;
        const accepted = accept(objectText(n), registry, { now: NOW });
        if (!accepted.ok) throw new Error(JSON.stringify(accepted.errors[0]));
        const assigned = [markings[(n * 13) % labels] ?? "", ...(n % 20 === 0 ? [RED] : [])];
        return { record: accepted.record, owner: partyId(n % 3), assigned, source: "bench" };
      });
      await t.records.append(items);
    });
  }
  return store;
}

async function page(store: Store, viewer: Viewer): Promise<void> {
  const { items } = await store.read(viewer, (r) => r.records.list({ limit: PAGE }));
  if (items.length !== PAGE) throw new Error(`a page of ${items.length}`);
}

/** The decision on each record of a page: may it be given to this partner? */
async function given(store: Store): Promise<void> {
  const context = { now: NOW, party: HOME, recipient: partyId(1), purpose: "criminal-investigation" };
  await store.read(analyst, async (r) => {
    const { items } = await r.records.list({ limit: PAGE });
    let allowed = 0;
    for (const { labelId } of items)
      if (decide(analyst, "release", await r.labels.label(labelId), context).effect === "allow") allowed++;
    if (allowed === 0) throw new Error("nothing may be given");
  });
}

/** Processor time, turn about, so that what else the machine does falls on all alike. */
async function medians(acts: readonly (() => Promise<void>)[]): Promise<number[]> {
  const times = acts.map((): number[] => []);
  for (let n = 0; n < ROUNDS; n++) {
    for (const [place, act] of acts.entries()) {
      const from = process.cpuUsage();
      await act();
      const { user, system } = process.cpuUsage(from);
      if (n > 0) times[place]?.push((user + system) / 1000);
    }
  }
  return times.map((list) => list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0);
}
