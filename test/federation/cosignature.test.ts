import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { instantOf } from "#base";
import {
  cosign,
  cosignerName,
  formatCheckpoint,
  generateSeed,
  logOrigin,
  openCheckpoint,
  readCosignatures,
  signingKey,
  signNote,
} from "#ledger";
import { createLinkClient, listen, type LinkServer } from "../../src/exchange/link.ts";
import { type LinkAnswer, readMessage, writeMessage } from "../../src/exchange/message.ts";
import { checkpointAt, post } from "../../src/exchange/outbox.ts";
import { pair, type Party, party, until } from "./two-nodes.ts";

let a: Party;
let b: Party;
let channel: string;
let fake: LinkServer | null = null;
beforeEach(async () => {
  [a, b] = await Promise.all([party("Islamabad"), party("Washington")]);
  channel = await pair(a, b);
  for (const side of [a, b])
    await until(
      "the greetings",
      async () => (await side.node.store.read(side.officers.analyst, (r) => r.parcels.queued(channel))) === 0,
    );
});
afterEach(async () => {
  await fake?.close();
  fake = null;
  await Promise.all([a.close(), b.close()]);
});

const own = (side: Party, size: number) =>
  side.node.store.read(side.officers.analyst, (r) => r.cosignatures.of(`out:${channel}`, size));
const incidents = (side: Party) => side.node.store.read(side.officers.overseer, (r) => r.parcels.incidents());
const verifierOf = (side: Party) => ({
  name: cosignerName(side.node.self.id),
  publicKey: side.node.self.key.publicKey,
});

/** Puts one more parcel in A's outbox. @returns its place. */
async function one(): Promise<number> {
  const { sequence } = await a.node.store.transact(a.officers.analyst, async (t) => {
    const partner = await t.channels.get(channel);
    if (partner === null) throw new Error("no channel");
    return post(t, a.node.self, partner, { kind: "hello", body: { name: "again" } }, null, instantOf(new Date()));
  });
  return sequence;
}

/** What A sends for the parcel at `sequence`, by hand. */
async function send(sequence: number, change: object = {}): Promise<LinkAnswer> {
  const { secrets } = a.node.home;
  const client = createLinkClient({ key: secrets.linkKey, cert: secrets.linkCert });
  try {
    const message = await a.node.store.read(a.officers.analyst, async (r) => {
      const parcel = await r.parcels.outbound(channel, sequence);
      const checkpoint = await checkpointAt(r, a.node.self, channel, sequence + 1);
      const parcels = [{ envelope: parcel?.envelope ?? "", salt: parcel?.salt ?? "" }];
      return { first: sequence, parcels, checkpoint, ...change };
    });
    const { url, tlsPin } = b.node.self;
    return await client.send(url, tlsPin, writeMessage(message), AbortSignal.timeout(5000));
  } finally {
    client.close();
  }
}

const note = (sequence: number) =>
  a.node.store.read(a.officers.analyst, (r) => checkpointAt(r, a.node.self, channel, sequence + 1));

describe("each side cosigns the other's log", () => {
  test("both hold the other's word for their own log, from the first parcel on", async () => {
    for (const [side, partner] of [
      [a, b],
      [b, a],
    ] as const) {
      const [held, ...more] = await own(side, 1);
      expect(more).toEqual([]);
      const name = logOrigin(channel, side.node.self.id);
      const checkpoint = await side.node.store.read(side.officers.analyst, (r) =>
        checkpointAt(r, side.node.self, channel, 1),
      );
      const signed = openCheckpoint(
        `${checkpoint}${held?.line ?? ""}`,
        { name, publicKey: side.node.self.key.publicKey },
        [verifierOf(partner)],
      );
      expect(signed.cosignatures).toHaveLength(1);
      expect(Math.abs((signed.cosignatures[0]?.timestamp ?? 0) - Date.now() / 1000)).toBeLessThan(60);
    }
  });

  test("an answer that was lost is given again, to the letter; an older checkpoint gets its own", async () => {
    await a.link?.close();
    a.link = null;
    const sequence = await one();
    const first = await send(sequence);
    expect(first.result).toBe("stored");
    const again = await send(sequence);
    const { size, cosignature } = first as Extract<LinkAnswer, { result: "stored" }>;
    expect(again).toEqual({ result: "duplicate", size, cosignature });
    const older = await send(0);
    expect(older).toMatchObject({ result: "duplicate", cosignature: (await own(a, 1))[0]?.line });
    const lines = "cosignature" in first ? (first.cosignature ?? "") : "";
    const text = (await note(sequence)).split("\n\n")[0] ?? "";
    expect(readCosignatures(lines, `${text}\n`, [verifierOf(b)])).toHaveLength(1);
  });

  test("another tree signed beside a known parcel, or a checkpoint rolled back: refused, kept, not cosigned", async () => {
    await a.link?.close();
    a.link = null;
    const sequence = await one();
    await send(sequence);
    const origin = logOrigin(channel, a.node.self.id);
    const forked = signNote(formatCheckpoint({ origin, size: sequence + 1, root: new Uint8Array(32).fill(7) }), [
      { name: origin, key: a.node.self.key },
    ]);
    expect(await send(sequence, { checkpoint: forked })).toMatchObject({ result: "refused", code: "parcel-fork" });
    const next = await one();
    expect(await send(next, { checkpoint: await note(0) })).toMatchObject({ result: "refused", code: "parcel-fork" });
    expect((await incidents(b)).map(({ kind }) => kind)).toEqual(["parcel-fork", "parcel-fork"]);
    const held = await b.node.store.read(b.officers.analyst, (r) => r.cosignatures.largest(`in:${channel}`));
    expect(held).toBe(sequence + 1);
    expect((await send(next)).result).toBe("stored");
  });

  test("a node whose store was changed does not export it as a log", async () => {
    const out = () => b.node.exchange.exportLogs(b.officers.overseer, channel, () => Promise.resolve());
    expect(await out()).toMatchObject([
      { side: "ours", cosignedSize: 1 },
      { side: "partner", cosignedSize: 1 },
    ]);
    await b.node.store.transact(b.officers.overseer, async (t) => {
      const held = await t.trees.checkpoint(`in:${channel}`);
      await t.trees.setCheckpoint(`in:${channel}`, (held ?? "").replace(/\n\d+\n/, "\n9\n"));
    });
    await expect(out()).rejects.toMatchObject({ code: "log-damaged" });
  });

  test("an officer whose role may not verify does not export", async () => {
    const nobody = { ...a.officers.overseer, roles: ["operations-coordinator"] } as const;
    const out = a.node.exchange.exportLogs(nobody, channel, () => Promise.resolve());
    await expect(out).rejects.toMatchObject({ code: "forbidden" });
  });

  test("a partner that answers without one is believed as before; a false one is an incident, and the parcel delivered", async () => {
    await b.link?.close();
    b.link = null;
    const word = { result: "stored", size: 0, taken: 1 } as const;
    const answers: ((text: string) => LinkAnswer)[] = [
      () => word,
      (text) => ({
        ...word,
        cosignature: cosign(text, { ...verifierOf(b), key: signingKey(generateSeed()) }, 5),
      }),
      (text) => ({
        ...word,
        cosignature: cosign(text.replace(/\n\d+\n/, "\n9\n"), { ...verifierOf(b), key: b.node.self.key }, 5),
      }),
      () => ({ ...word, cosignature: "— what" }),
      (text) => ({ ...word, cosignature: cosign(text, { ...verifierOf(b), key: b.node.self.key }, 5) }),
    ];
    const { secrets, config } = b.node.home;
    fake = await listen({
      identity: { key: secrets.linkKey, cert: secrets.linkCert },
      host: "127.0.0.1",
      port: config.link.port,
      stateLog: () => Promise.resolve({ size: 0, checkpoint: null, entries: [] }),
      channelOf: () => Promise.resolve(channel),
      onError: (error) => b.errors.push(error),
      receive: (_, bytes) => {
        const { checkpoint } = readMessage(bytes);
        const answer = answers.shift();
        return Promise.resolve(answer?.(`${checkpoint.split("\n\n")[0] ?? ""}\n`) ?? { result: "later", message: "" });
      },
    });
    const places: number[] = [];
    for (let n = 0; n < 5; n++) {
      places.push(await one());
      a.link?.wake();
      await until(
        "the delivery",
        async () => (await a.node.store.read(a.officers.analyst, (r) => r.parcels.queued(channel))) === 0,
      );
    }
    const held = await Promise.all(places.map(async (place) => (await own(a, place + 1)).length));
    expect(held).toEqual([0, 0, 0, 0, 1]);
    expect((await incidents(a)).map(({ kind }) => kind)).toEqual(
      Array.from({ length: 3 }, () => "cosignature-invalid"),
    );
    expect([a.errors, b.errors]).toEqual([[], []]);
  });
});
