import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { instantOf } from "#base";
import { checkEvidence, openEnvelope, PARCEL_TYPE, readParcel } from "#ledger";
import { type Letter, post } from "../../src/exchange/outbox.ts";
import { pair, type Party, party, release, stores, until } from "./two-nodes.ts";

/** Ciphertext first, the key on the signed receipt. */
let a: Party;
let b: Party;
let channel: string;

afterEach(async () => {
  // A request that the other's restart cut off is no failure of this node.
  const cut = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "ECONNRESET";
  expect([a, b].map((side) => side.errors.filter((error) => !cut(error)))).toEqual([[], []]);
  await Promise.all([a.close(), b.close()]);
});

const group = { type: "identity", name: "Balochistan Liberation Army", identity_class: "organization" };
const held = (at: Party, id: string) => at.node.store.read(at.officers.analyst, (r) => r.records.get(id));
const sent = async (from: Party, kind: string) =>
  (await from.node.store.read(from.officers.analyst, (r) => r.parcels.outboundList(channel)))
    .filter((parcel) => parcel.kind === kind)
    .toSorted((x, y) => x.sequence - y.sequence);
const incidents = async (at: Party) =>
  (await at.node.store.read(at.officers.overseer, (r) => r.parcels.incidents())).map(({ kind }) => kind);
const state = async (id: string) =>
  (await a.node.store.read(a.officers.analyst, (r) => r.releases.copiesOf(id)))[0]?.state ?? "";
const keys = () => Object.fromEntries([a, b].map((side) => [side.node.self.id, side.node.self.key.publicKey]));

/** A parcel that a party's own software would not make: what a dishonest one would send. */
async function forge(from: Party, letter: Letter): Promise<void> {
  await from.node.store.transact(from.officers.administrator, async (t) => {
    const partner = await t.channels.get(channel);
    if (partner === null) throw new Error("no channel");
    return post(t, from.node.self, partner, letter, null, instantOf(new Date()));
  });
  from.link?.wake();
}

async function record(): Promise<string> {
  return a.record(group, [await a.mark({ releasableTo: [b.node.self.id] })]);
}

async function shut(side: Party, now: "suspended" | "active"): Promise<void> {
  await side.node.store.transact(side.officers.administrator, (t) => t.channels.setState(channel, now));
}

describe.each(Object.keys(stores))("a fair release, on %s", (engine) => {
  beforeEach(async () => {
    [a, b] = await Promise.all([
      party("Islamabad", await stores[engine]?.()),
      party("Washington", await stores[engine]?.()),
    ]);
    channel = await pair(a, b);
  });

  test("goes in four parcels; the evidence proves each, and what the key opened", async () => {
    const id = await record();
    const release1 = await release(a, channel, [id], { fair: true });
    await until("the receipt", async () => (await state(id)) === "confirmed");
    expect(await held(b, id)).toMatchObject({ sha256: (await held(a, id))?.sha256, owner: a.node.self.id });
    const [offer] = await sent(a, "fair-offer");
    expect(offer?.envelope).not.toContain(Buffer.from("Balochistan Liberation").toString("base64").slice(2, -4));
    const evidence = await a.node.exchange.evidence(a.officers.overseer, release1);
    expect(checkEvidence(evidence, keys())).toMatchObject({
      verdict: "genuine",
      facts: {
        given: [
          { kind: "fair-offer", records: 1 },
          { kind: "fair-key", title: "For the round of August", records: 1 },
        ],
        returned: [{ results: { "ciphertext-held": 1 } }, { results: { stored: 1 } }],
      },
    });
    // Without the key the story stops where it stopped, and that much is proven.
    const bundle = JSON.parse(evidence) as { parcels: unknown[]; receipts: unknown[] };
    const first = JSON.stringify({
      ...bundle,
      parcels: bundle.parcels.slice(0, 1),
      receipts: bundle.receipts.slice(0, 1),
    });
    expect(checkEvidence(first, keys())).toMatchObject({ verdict: "incomplete", reasons: [{ code: "key-missing" }] });
    const swapped = JSON.stringify({ ...bundle, parcels: bundle.parcels.slice(1) });
    expect(checkEvidence(swapped, keys()).verdict).toBe("refused");
  });

  test("who does not sign for the ciphertext never has the key; a receipt for another ciphertext is refused and kept", async () => {
    const id = await record();
    await shut(b, "suspended");
    await release(a, channel, [id], { fair: true });
    const [offer] = await sent(a, "fair-offer");
    if (offer === undefined) throw new Error("no offer");
    const wrong = { ciphertext: "0".repeat(64), commitment: "0".repeat(64), says: "ciphertext-held" } as const;
    await forge(b, { kind: "fair-receipt", body: { offer: offer.hash, sequence: offer.sequence, ...wrong } });
    await shut(b, "active");
    b.link?.wake();
    await until("the incident", async () => (await incidents(a)).length > 0);
    expect(await incidents(a)).toEqual(["parcel-forged"]);
    expect(await sent(a, "fair-key")).toEqual([]);
    expect(await held(b, id)).toBeNull();
  });

  test("a receipt that comes twice brings one key; a key that comes twice changes nothing", async () => {
    const id = await record();
    await release(a, channel, [id], { fair: true });
    await until("the receipt", async () => (await state(id)) === "confirmed");
    const again = async (from: Party, kind: "fair-receipt" | "fair-key"): Promise<void> => {
      const [first] = await sent(from, kind);
      const { payload } = openEnvelope(first?.envelope ?? "", PARCEL_TYPE, [from.node.self.key.publicKey]);
      const parcel = readParcel(payload);
      await forge(from, { kind: parcel.kind, body: parcel.body } as Letter);
      await until(
        "its delivery",
        async () => (await from.node.store.read(from.officers.analyst, (r) => r.parcels.queued(channel))) === 0,
      );
    };
    await again(b, "fair-receipt");
    expect(await sent(a, "fair-key")).toHaveLength(1);
    await again(a, "fair-key");
    await until("the second receipt", async () => (await sent(b, "receipt")).length === 2);
    expect(await b.node.store.read(b.officers.analyst, (r) => r.records.versions(id))).toHaveLength(1);
    expect([await incidents(a), await incidents(b)]).toEqual([[], []]);
  });

  test("a key that does not open is an incident on both sides, proven by the parcels", async () => {
    const id = await record();
    await shut(b, "suspended");
    const release1 = await release(a, channel, [id], { fair: true });
    await a.node.store.transact(a.officers.administrator, async (t) => {
      const [offer] = await t.parcels.outboundBySubject(release1);
      // A dishonest sender has committed to one key and gives another.
      if (offer !== undefined) await t.onward.fairKeyReleased(channel, offer.sequence);
    });
    await shut(b, "active");
    a.link?.wake();
    await until("the signed receipt", async () => (await sent(b, "fair-receipt")).length === 1);
    const [offer] = await sent(a, "fair-offer");
    const key = { offer: offer?.hash ?? "", sequence: offer?.sequence ?? 0, key: randomBytes(32).toString("base64") };
    await forge(a, { kind: "fair-key", body: key });
    await until("the incidents", async () => (await incidents(a)).length + (await incidents(b)).length === 2);
    expect([await incidents(a), await incidents(b)]).toEqual([["fair-key"], ["fair-key"]]);
    expect(await held(b, id)).toBeNull();
    expect(await sent(b, "receipt")).toEqual([]);
    for (const side of [a, b])
      expect((await side.node.exchange.verify(side.officers.overseer, channel)).own.problems).toEqual([]);
  });

  test("stopped between offer and key, on either side, it goes on", async () => {
    const id = await record();
    await a.link?.close();
    await release(a, channel, [id], { fair: true });
    await a.restart({});
    await until("the signed receipt", async () => (await sent(b, "fair-receipt")).length === 1);
    await b.restart({});
    a.link?.wake();
    await until("the receipt", async () => (await state(id)) === "confirmed");
    expect(await sent(a, "fair-key")).toHaveLength(1);
    expect((await held(b, id))?.sha256).toBe((await held(a, id))?.sha256);
  });
});
