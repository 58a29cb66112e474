import { afterEach, beforeEach, expect, test } from "vitest";
import { checkEvidence, cosignerName, logOrigin } from "#ledger";
import { pair, type Party, party, release, until } from "./two-nodes.ts";

/** Two partners, and a witness that must not learn how busy they are. */
let a: Party;
let b: Party;
let third: Party;
let channel: string;

const witnesses = () => [
  {
    name: cosignerName(third.node.self.id),
    key: third.node.self.key.publicKey,
    url: third.node.self.url,
    tlsPin: third.node.self.tlsPin,
  },
];
const seen = async () => {
  const origin = logOrigin(channel, a.node.self.id);
  return (await third.node.store.read(third.officers.overseer, (r) => r.cosignatures.witnessed(origin)))?.size ?? 0;
};
const delivered = () =>
  until(
    "an empty outbox",
    async () => (await a.node.store.read(a.officers.analyst, (r) => r.parcels.queued(channel))) === 0,
  );

beforeEach(async () => {
  [a, b, third] = await Promise.all([party("Islamabad"), party("Washington"), party("Bern")]);
  channel = await pair(a, b);
  const logs = [{ origin: logOrigin(channel, a.node.self.id), key: a.node.self.key.publicKey }];
  await third.restart({ witness: { logs } });
});
afterEach(async () => {
  expect([a.errors, b.errors, third.errors]).toEqual([[], [], []]);
  await Promise.all([a.close(), b.close(), third.close()]);
});

test("a witness sees padded sizes only, whatever was sent; the partner holds and proves all of it", async () => {
  await a.restart({ witnesses: witnesses(), checkpoints: { everySeconds: 86_400 } });
  const open = await a.mark({ releasableTo: [b.node.self.id] });
  const ids = await Promise.all([1, 2, 3].map((n) => a.record({ type: "tool", name: `Tool ${n}` }, [open])));
  const [first = "", second = "", last = ""] = ids;
  const given = await release(a, channel, [first]);
  expect(await a.link?.askWitnesses()).toMatchObject([{ outcome: "cosigned" }]);
  expect(await seen()).toBe(64);
  await release(a, channel, [second]);
  await release(a, channel, [last]);
  await delivered();
  // Between two turns nothing leaves the pair.
  expect(await seen()).toBe(64);
  expect(await a.link?.askWitnesses()).toMatchObject([{ outcome: "cosigned" }]);
  expect(await seen()).toBe(128);
  // A log that did not grow is not padded again, nor does padding make the partner answer.
  expect(await a.link?.askWitnesses()).toMatchObject([{ outcome: "current" }]);
  expect(await seen()).toBe(128);
  await delivered();
  await until(
    "the receipts",
    async () => (await a.node.store.read(a.officers.analyst, (r) => r.parcels.unreceipted(channel))) === 0,
  );

  const held = await b.node.store.read(b.officers.overseer, async (r) => ({
    theirs: await r.trees.size(`in:${channel}`),
    ours: await r.trees.size(`out:${channel}`),
    kinds: (await r.parcels.inboundList({ channel, limit: 500 })).map(({ kind }) => kind),
  }));
  expect(held).toEqual({ theirs: 128, ours: 4, kinds: ["release", "release", "release", "hello"] });
  for (const side of [a, b]) {
    const verdict = await side.node.exchange.verify(side.officers.overseer, channel);
    expect([verdict.own.problems, verdict.theirs.problems]).toEqual([[], []]);
  }
  // The partner's word stands on the published sizes, and evidence is as it was.
  for (const size of [64, 128]) {
    const words = await a.node.store.read(a.officers.overseer, (r) => r.cosignatures.of(`out:${channel}`, size));
    expect(words.map(({ cosigner }) => cosigner)).toContain(cosignerName(b.node.self.id));
  }
  expect(checkEvidence(await a.node.exchange.evidence(a.officers.overseer, given))).toMatchObject({
    verdict: "genuine",
  });
});

test("what is exported for others ends at the published size; idle turns are padded when that is asked for", async () => {
  await a.restart({ witnesses: witnesses(), checkpoints: { everySeconds: 86_400, padTo: 16, idle: true } });
  await a.link?.askWitnesses();
  expect(await seen()).toBe(16);
  await a.link?.askWitnesses();
  expect(await seen()).toBe(32);
  const open = await a.mark({ releasableTo: [b.node.self.id] });
  await release(a, channel, [await a.record({ type: "tool", name: "After the turn" }, [open])]);
  await delivered();
  const files = new Map<string, string>();
  const write = (path: string, bytes: Uint8Array) =>
    Promise.resolve(void files.set(path, Buffer.from(bytes).toString()));
  const logs = await a.node.exchange.exportPublished(a.officers.overseer, channel, write);
  expect(logs).toMatchObject([{ side: "ours", size: 32 }]);
  expect([...files.keys()].filter((path) => path.startsWith("partner/"))).toEqual([]);
  expect(files.get("ours/checkpoint")?.split("\n")[1]).toBe("32");
  expect([...files.values()].some((text) => text.includes("\n33\n"))).toBe(false);
});

test("the turns come by themselves, on the cadence", async () => {
  await a.restart({ witnesses: witnesses(), checkpoints: { everySeconds: 1, padTo: 8 } });
  await until("a cosigned checkpoint", async () => (await seen()) === 8);
});
