import fc from "fast-check";
import { expect, test } from "vitest";
import { instantOf } from "#base";
import type { OfficerViewer } from "#access";
import { generateSeed, signingKey } from "#ledger";
import { handlingMarking, type Role } from "#policy";
import { createSafeguards, type Safeguards } from "#safeguards";
import { accept, coreTypes, TypeRegistry } from "#stix";
import { openSqlite, openStore, type Store } from "#store";
import { createExchange, type Exchange } from "./index.ts";
import { sentParcel, writeMessage } from "./message.ts";
import { checkpointAt } from "./outbox.ts";
import { receive } from "./receive.ts";
import type { Self } from "./self.ts";

/** Four parties, each paired with each, their parcels carried by hand: who passes on to whom, and in which order, is chance. */
const clock = (): Date => new Date("2026-01-01T00:00:00Z");
const NOW = instantOf(clock());
const PURPOSE = "criminal-investigation";
const registry = new TypeRegistry(coreTypes);
const COUNT = 4;
const uuid = (kind: string, n: number) => `${kind}--00000000-0000-4000-8000-00000000000${n.toString(16)}`;
const RECORD = uuid("identity", 9);
const MARKING = uuid("marking-definition", 9);
const channelOf = (x: number, y: number) => `channel--${Math.min(x, y)}${Math.max(x, y)}`;

interface Node {
  readonly store: Store;
  readonly self: Self;
  readonly exchange: Exchange;
  readonly safeguards: Safeguards;
  as(role: Role): OfficerViewer;
}

async function openParty(n: number): Promise<Node> {
  const id = uuid("identity", n);
  const store = await openStore({ engine: openSqlite(":memory:"), party: id, clock });
  const self: Self = {
    id,
    name: `Party ${n}`,
    key: signingKey(generateSeed()),
    previous: [],
    url: "https://127.0.0.1:1",
    tlsPin: `pin ${n}`,
    purposes: [PURPOSE],
  };
  const exchange = createExchange({
    store,
    self,
    clock,
    registry,
    mediaIdentities: () => Promise.reject(new Error("no media here")),
    witnessedLogs: [],
    witnesses: [],
    cadence: { everyMs: 60_000, padTo: 64, idle: false },
    onEvent: () => undefined,
  });
  const safeguards = createSafeguards({ store, party: id, clock, departures: exchange.departures });
  const as = (role: Role): OfficerViewer => ({
    kind: "officer",
    party: id,
    officer: `officer--${role}`,
    roles: [role],
  });
  return { store, self, exchange, safeguards, as };
}

/** A world of nodes in which the first has one record, releasable to all, to be passed on by nobody without its consent. */
async function world(): Promise<Node[]> {
  const nodes = await Promise.all(Array.from({ length: COUNT }, (_, n) => openParty(n + 1)));
  for (const [x, node] of nodes.entries()) {
    await node.store.transact(node.as("administrator"), async (t) => {
      for (const [y, { self }] of nodes.entries()) {
        if (x === y) continue;
        await t.channels.add({
          id: channelOf(x, y),
          partner: self.id,
          partnerName: self.name,
          partnerUrl: self.url,
          partnerKey: self.key.publicKey,
          partnerTlsPin: self.tlsPin,
          purposes: [PURPOSE],
          fingerprint: "1",
          state: "active",
          createdAt: NOW,
          confirmedAt: NOW,
          confirmedBy: "officer--1",
          lastContactAt: null,
          lastError: null,
        });
      }
    });
  }
  const [first] = nodes;
  if (first === undefined) throw new Error("no party");
  const terms = {
    originator: first.self.id,
    releasableTo: nodes.slice(1).map(({ self }) => self.id),
    noOnward: false,
    purposes: null,
    evidenceUse: "allowed",
    caveats: [],
    reviewBy: null,
    expires: null,
    foreignCodes: [],
  } as const;
  const identity = { id: MARKING, created: NOW, createdBy: first.self.id };
  const text = `{"type":"identity","spec_version":"2.1","id":"${RECORD}","created":"2026-01-01T00:00:00.000Z","modified":"2026-01-01T00:00:00.000Z","name":"A group","identity_class":"organization"}`;
  const accepted = accept(text, registry, { now: NOW });
  if (!accepted.ok) throw new Error("the record is none");
  await first.store.transact(first.as("analyst"), async (t) => {
    await t.labels.addMarking(MARKING, JSON.stringify(handlingMarking(terms, identity)), first.self.id);
    await t.records.append([{ record: accepted.record, owner: first.self.id, assigned: [MARKING], source: "test" }]);
  });
  return nodes;
}

/** Carries everything that waits on channels that are open, until nothing does. */
async function carry(nodes: readonly Node[], shut?: string): Promise<void> {
  for (let moved = true; moved;) {
    moved = false;
    for (const [x, node] of nodes.entries()) {
      for (const [y, partner] of nodes.entries()) {
        const id = channelOf(x, y);
        if (x === y || id === shut) continue;
        const job = { kind: "job", party: node.self.id, name: "test", may: [] } as const;
        const parcels = await node.store.read(job, (r) => r.parcels.queue(id, 100));
        const [first, last] = [parcels[0], parcels.at(-1)];
        if (first === undefined || last === undefined) continue;
        const checkpoint = await node.store.read(job, (r) => checkpointAt(r, node.self, id, last.sequence + 1));
        const deps = { store: partner.store, self: partner.self, clock, registry, onReceived: () => undefined };
        const message = { first: first.sequence, parcels: parcels.map(sentParcel), checkpoint };
        expect(await receive(deps, id, writeMessage(message))).toMatchObject({ result: "stored" });
        await node.store.transact(job, (t) => t.parcels.delivered(id, first.sequence, parcels.length));
        moved = true;
      }
    }
  }
}

/** Consent for `from` to pass on to `to`, asked up the chain to the first party. */
async function obtain(nodes: readonly Node[], givers: ReadonlyMap<number, number>, from: number, to: number) {
  const giver = givers.get(from);
  const [asks, asked, recipient] = [nodes[from], nodes[giver ?? -1], nodes[to]];
  if (giver === undefined || asks === undefined || asked === undefined || recipient === undefined) return;
  await obtain(nodes, givers, giver, to);
  const question = { records: [RECORD], recipient: recipient.self.id, purpose: PURPOSE, why: "A case." };
  const { id } = await asks.exchange.consents.request(asks.as("analyst"), question);
  await carry(nodes);
  await asked.exchange.consents.grant(asked.as("disclosure-officer"), id, { reason: "Agreed." });
  await carry(nodes);
}

async function give(nodes: readonly Node[], from: number, to: number): Promise<void> {
  const [node, partner] = [nodes[from], nodes[to]];
  if (node === undefined || partner === undefined) throw new Error("no party");
  const basis = await node.safeguards.addBasis(node.as("disclosure-officer"), {
    title: "Arrangement",
    citation: "art. 4",
    purposes: [PURPOSE],
    parties: [partner.self.id],
    validFrom: NOW,
    validUntil: null,
  });
  const { release } = await node.safeguards.draft(node.as("analyst"), {
    channel: channelOf(from, to),
    title: "On",
    purpose: PURPOSE,
    necessity: "A case.",
    legalBasis: basis.id,
    reviewBy: "2026-06-01T00:00:00.000000Z",
    records: [RECORD],
  });
  await node.safeguards.submit(node.as("analyst"), release.id);
  await node.safeguards.approve(node.as("disclosure-officer"), release.id);
}

const hop = fc.tuple(fc.nat(), fc.nat());

test("whoever passes on to whom, the originator counts every copy, and its recall reaches every one", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(hop, { minLength: 2, maxLength: 6 }), fc.nat(), async (hops, chance) => {
      const nodes = await world();
      const [first] = nodes;
      if (first === undefined) return;
      /** Who gave it to each holder; the first has it from nobody. */
      const givers = new Map<number, number>();
      const way = (n: number): number[] => (givers.has(n) ? [...way(givers.get(n) ?? 0), n] : []);
      /** Each copy by its way from the first party. Who holds it already is not told from who does not: that is a copy too. */
      const ways = new Map<string, readonly number[]>();
      for (const [x, y] of hops) {
        const from = [0, ...givers.keys()][x % (givers.size + 1)] ?? 0;
        // A record does not go back along its way.
        const others = nodes.map((_, n) => n).filter((n) => n !== 0 && n !== from && !way(from).includes(n));
        const to = others[y % others.length];
        if (to === undefined) continue;
        await obtain(nodes, givers, from, to);
        await give(nodes, from, to);
        await carry(nodes);
        ways.set(`${from} ${to}`, [...way(from), to]);
        if (!givers.has(to)) givers.set(to, from);
      }
      const overseer = first.as("overseer");
      const tree = async () => {
        const { copies, confirmed, unconfirmed } = await first.exchange.copies(overseer, RECORD);
        const name = (n: number) => nodes[n]?.self.name ?? "";
        const told = copies.map(({ via, holder }) => [...via, holder].map((party) => party.name).join(" → "));
        expect(told.toSorted()).toEqual([...ways.values()].map((along) => along.map(name).join(" → ")).toSorted());
        return [confirmed, unconfirmed];
      };
      expect(await tree()).toEqual([ways.size, 0]);
      if (givers.size === 0) return;

      // One way is shut: what lies behind it is not confirmed, and everything else is.
      const holders = [...givers.keys()];
      const cut = holders[chance % holders.length] ?? 0;
      const shut = channelOf(givers.get(cut) ?? 0, cut);
      const before = givers.get(cut) ?? 0;
      const through = (along: readonly number[]) =>
        [0, ...along].some((n, at, all) => n === cut && all[at - 1] === before);
      const behind = [...ways.values()].filter(through).length;
      await first.exchange.recall(first.as("analyst"), RECORD, "Source withdrawn.");
      await carry(nodes, shut);
      expect(await tree()).toEqual([ways.size - behind, behind]);
      expect(await first.exchange.unconfirmed(overseer)).toHaveLength(behind);

      await carry(nodes);
      expect(await tree()).toEqual([ways.size, 0]);
      expect(await first.exchange.unconfirmed(overseer)).toEqual([]);
      for (const [n, node] of nodes.entries()) {
        const versions = await node.store.read(node.as("overseer"), (r) => r.records.versions(RECORD));
        expect(versions.every(({ text }) => (text === "") === n > 0)).toBe(true);
        const incidents = await node.store.read(node.as("overseer"), (r) => r.parcels.incidents());
        expect(incidents).toEqual([]);
      }
      for (const node of nodes) await node.store.close();
    }),
    { numRuns: 8 },
  );
});
