import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { instantOf } from "#base";
import {
  append,
  consistencyProof,
  cosignerName,
  formatAddCheckpoint,
  formatCheckpoint,
  leafHash,
  logOrigin,
  memoryHashStore,
  openCheckpoint,
  readCosignatures,
  rootAt,
  signNote,
} from "#ledger";
import { changeKeys, type Home, openHome, openNode } from "#node";
import { createLinkClient, type LinkReply, WITNESS_PATH } from "../../src/exchange/link.ts";
import { checkpointAt, post, readingHashes } from "../../src/exchange/outbox.ts";
import { pair, type Party, party, stores, until } from "./two-nodes.ts";

/** Two partners, and a third node that is paired with neither: the log's node asks it, and it sees no parcel. */
let a: Party;
let b: Party;
let third: Party;
let channel: string;

const origin = () => logOrigin(channel, a.node.self.id);
const address = () => ({
  name: cosignerName(third.node.self.id),
  key: third.node.self.key.publicKey,
  url: third.node.self.url,
  tlsPin: third.node.self.tlsPin,
});

afterEach(async () => {
  expect([a.errors, b.errors, third.errors]).toEqual([[], [], []]);
  await Promise.all([a.close(), b.close(), third.close()]);
});

const held = (size: number) => a.node.store.read(a.officers.analyst, (r) => r.cosignatures.of(`out:${channel}`, size));
const incidents = (side: Party) => side.node.store.read(side.officers.overseer, (r) => r.parcels.incidents());

async function one(): Promise<number> {
  const { sequence } = await a.node.store.transact(a.officers.analyst, async (t) => {
    const partner = await t.channels.get(channel);
    if (partner === null) throw new Error("no channel");
    return post(t, a.node.self, partner, { kind: "hello", body: { name: "again" } }, null, instantOf(new Date()));
  });
  a.link?.wake();
  return sequence + 1;
}

/** A request by hand, by a stranger: the witness asks nobody who he is. */
async function add(
  oldSize: number,
  size: number,
  change: { checkpoint?: string; body?: string } = {},
): Promise<LinkReply> {
  const { secrets } = b.node.home;
  const client = createLinkClient({ key: secrets.linkKey, cert: secrets.linkCert });
  try {
    const body = await a.node.store.read(a.officers.analyst, async (r) =>
      formatAddCheckpoint({
        oldSize,
        proof: oldSize > size ? [] : await consistencyProof(readingHashes(r), `out:${channel}`, oldSize, size),
        checkpoint: change.checkpoint ?? (await checkpointAt(r, a.node.self, channel, size)),
      }),
    );
    const url = new URL(WITNESS_PATH, third.node.self.url);
    return await client.post(url, third.node.self.tlsPin, change.body ?? body, AbortSignal.timeout(5000));
  } finally {
    client.close();
  }
}

describe.each(Object.keys(stores))("a third node witnesses, on %s", (engine) => {
  beforeEach(async () => {
    const [storeA, storeThird] = [await stores[engine]?.(), await stores[engine]?.()];
    [a, b, third] = await Promise.all([party("Islamabad", storeA), party("Washington"), party("Bern", storeThird)]);
    channel = await pair(a, b);
    for (const side of [a, b])
      await until(
        "the greetings",
        async () => (await side.node.store.read(side.officers.analyst, (r) => r.parcels.queued(channel))) === 0,
      );
    await third.restart({ witness: { logs: [{ origin: origin(), key: a.node.self.key.publicKey }] } });
    await a.restart({ witnesses: [address()], checkpoints: { padTo: 1 } });
  });
  test("the newest checkpoint is cosigned, and the word stands in the export and among the keys", async () => {
    expect(await a.link?.askWitnesses()).toMatchObject([{ outcome: "cosigned", channel }]);
    expect((await held(1)).map(({ cosigner }) => cosigner).toSorted()).toEqual(
      [cosignerName(third.node.self.id), cosignerName(b.node.self.id)].toSorted(),
    );
    expect(await a.link?.askWitnesses()).toMatchObject([{ outcome: "current" }]);
    const size = await one();
    expect(await a.link?.askWitnesses()).toMatchObject([{ outcome: "cosigned" }]);
    await until("the partner's word", async () => (await held(size)).length === 2);
    const files = new Map<string, string>();
    await a.node.exchange.exportLogs(a.officers.overseer, channel, (path, bytes) => {
      files.set(path, Buffer.from(bytes).toString());
      return Promise.resolve();
    });
    const { name, key } = address();
    const checkpoint = openCheckpoint(
      files.get("ours/checkpoint") ?? "",
      { name: origin(), publicKey: a.node.self.key.publicKey },
      [{ name, publicKey: key }],
    );
    expect(checkpoint).toMatchObject({ size, cosignatures: [{ cosigner: name }] });
    expect(files.get("ours/keys")).toContain(`cosigner ${name}+`);
  });

  test("the answers of the specification", async () => {
    await one();
    await one();
    expect((await add(0, 0, { body: "hello" })).status).toBe(400);
    expect((await add(2, 1)).status).toBe(400);
    expect(await add(1, 2)).toEqual({ status: 409, text: "0\n" });
    const first = await add(0, 2);
    expect(first.status).toBe(200);
    const text = await a.node.store.read(a.officers.analyst, (r) => checkpointAt(r, a.node.self, channel, 2));
    const { name, key } = address();
    expect(readCosignatures(first.text, `${text.split("\n\n")[0] ?? ""}\n`, [{ name, publicKey: key }])).toHaveLength(
      1,
    );
    expect((await add(2, 2)).status).toBe(200);
    expect(await add(0, 3)).toEqual({ status: 409, text: "2\n" });
    expect(await add(1, 1)).toEqual({ status: 409, text: "2\n" });
    expect(await incidents(third)).toEqual([]);
    const by = (signer: Party, of: string, size: number) =>
      signNote(formatCheckpoint({ origin: of, size, root: new Uint8Array(32).fill(9) }), [
        { name: of, key: signer.node.self.key },
      ]);
    expect((await add(2, 3, { checkpoint: by(b, origin(), 3) })).status).toBe(403);
    expect((await add(2, 3, { checkpoint: by(b, logOrigin(channel, b.node.self.id), 3) })).status).toBe(404);
    // Again and again, with lines that anyone can add: one incident.
    for (const junk of ["", "— someone AAAAAAAA\n"])
      expect((await add(2, 3, { checkpoint: `${by(a, origin(), 3)}${junk}` })).status).toBe(422);
    expect((await add(2, 2, { checkpoint: by(a, origin(), 2) })).status).toBe(409);
    expect((await incidents(third)).map(({ kind, channel: of }) => [kind, of])).toEqual([
      ["witnessed-log", null],
      ["witnessed-log", null],
    ]);
    expect((await add(2, 3)).status).toBe(200);
    expect((await add(0, 0, { body: "x".repeat(300_000) }).catch(() => ({ status: 413 }))).status).toBe(413);
  });

  test("of many at once for one old size, one is cosigned; the record never goes back", async () => {
    const sizes = [await one(), await one(), await one(), await one()];
    const answers = await Promise.all(sizes.map((size) => add(0, size)));
    expect(answers.map(({ status }) => status).toSorted((x, y) => x - y)).toEqual([200, 409, 409, 409]);
    const won = sizes[answers.findIndex(({ status }) => status === 200)] ?? 0;
    const kept = await third.node.store.read(third.officers.analyst, (r) => r.cosignatures.witnessed(origin()));
    expect(kept?.size).toBe(won);
    for (const { status, text } of answers) if (status === 409) expect(text).toBe(`${won}\n`);
  });

  test("a node that lost its cosignatures asks again from what the witness holds; one that lost its log is told", async () => {
    await one();
    expect((await add(0, 2)).status).toBe(200);
    await one();
    expect(await a.link?.askWitnesses()).toMatchObject([{ outcome: "cosigned" }]);
    const longer = await one();
    expect((await add(3, longer)).status).toBe(200);
    // As after a restore from an old backup: the witness has seen more than is held here.
    await a.node.store.transact(a.officers.analyst, (t) => t.trees.setSize(`out:${channel}`, 2));
    expect(await a.link?.askWitnesses()).toMatchObject([{ outcome: "behind" }]);
    expect((await incidents(a)).map(({ kind }) => kind)).toEqual(["log-disputed"]);
  });

  test("a witness that is away, or not the one whose key is pinned, or answers nonsense", async () => {
    await a.restart({ witnesses: [{ ...address(), tlsPin: "0".repeat(64) }] });
    expect(await a.link?.askWitnesses()).toMatchObject([{ outcome: "unreachable" }]);
    await a.restart({ witnesses: [{ ...address(), key: b.node.self.key.publicKey }] });
    expect(await a.link?.askWitnesses()).toMatchObject([{ outcome: "refused" }]);
    expect((await incidents(a)).map(({ kind }) => kind)).toEqual(["cosignature-invalid"]);
    await third.restart({ witness: { logs: [] } });
    await a.restart({ witnesses: [address()], checkpoints: { padTo: 1 } });
    expect(await a.link?.askWitnesses()).toMatchObject([{ outcome: "refused" }]);
    await third.link?.close();
    third.link = null;
    expect(await a.link?.askWitnesses()).toMatchObject([{ outcome: "unreachable" }]);
  });

  test("a log that changes its key goes on being witnessed; a witness that changes its own too", async () => {
    const size = await one();
    const [known, name] = [address(), cosignerName(third.node.self.id)];
    const change = (side: Party) =>
      changeKeys(side.node, side.officers.administrator, { kind: "rotation", overlapDays: 1 }, () => new Date(), null);
    const again = async (side: Party, edit: Partial<Home["config"]>) => {
      await side.link?.close();
      await side.node.close();
      const home = await openHome(side.node.home.folder);
      side.node = await openNode(
        { ...home, config: { ...home.config, ...edit } },
        { clock: () => new Date(), onError: (error) => side.errors.push(error) },
      );
      side.link = await side.node.openLink();
    };
    const old = { origin: origin(), key: a.node.self.key.publicKey };
    await change(a);
    await again(a, { witnesses: [known], checkpoints: { padTo: 1 } });
    // In the overlap both keys sign: the witness needs only know the old one.
    expect(await a.link?.askWitnesses()).toMatchObject([{ outcome: "cosigned" }]);
    await change(third);
    const both = { witness: { logs: [old, { ...old, key: a.node.self.key.publicKey }] } };
    await again(third, both);
    await one();
    // The first may meet the connection of the process that ended.
    await until("the witness's word", async () => (await a.link?.askWitnesses())?.[0]?.outcome === "cosigned");
    // Its own old key, by which it is known here, cosigned too.
    const [word] = (await held(size + 2)).filter(({ cosigner }) => cosigner === name);
    const head = await a.node.store.read(a.officers.analyst, (r) => checkpointAt(r, a.node.self, channel, size + 2));
    const text = `${head.split("\n\n")[0] ?? ""}\n`;
    expect(readCosignatures(word?.line ?? "", text, [{ name, publicKey: known.key }])).toHaveLength(1);
    // Once the old key signs no more, a witness that was not told refuses.
    const alone = { ...a.node.self, previous: [] };
    const next = await one();
    const checkpoint = await a.node.store.read(a.officers.analyst, (r) => checkpointAt(r, alone, channel, next));
    await again(third, { witness: { logs: [old] } });
    expect((await add(size + 2, next, { checkpoint })).status).toBe(403);
    await again(third, both);
    expect((await add(size + 2, next, { checkpoint })).status).toBe(200);
  });

  test("a log shown in two histories, one to the partner and one to the witness: whichever comes second is caught", async () => {
    // The witness is shown another history of the same length; the partner has the true one.
    const size = await one();
    const forged = memoryHashStore();
    for (let n = 0; n < size; n++) await append(forged, "log", leafHash(Buffer.from(`another ${n}`)));
    const note = signNote(formatCheckpoint({ origin: origin(), size, root: await rootAt(forged, "log", size) }), [
      { name: origin(), key: a.node.self.key },
    ]);
    const body = formatAddCheckpoint({ oldSize: 0, proof: [], checkpoint: note });
    expect((await add(0, size, { body })).status).toBe(200);
    // The honest process of the same party asks: the witness holds another history, and says so with both notes as proof.
    expect(await a.link?.askWitnesses()).toMatchObject([
      { outcome: "behind", message: expect.stringContaining("another history") as string },
    ]);
    const [shown] = await incidents(third);
    expect(shown).toMatchObject({ kind: "witnessed-log", channel: null });
    const notes = (shown?.evidence ?? "").split("\n").filter((line) => line === origin());
    expect(notes).toHaveLength(2);
    expect((await incidents(a)).map(({ kind }) => kind)).toEqual(["log-disputed"]);
    // Longer by one, with a proof that cannot hold.
    const longer = await one();
    expect((await add(size, longer)).status).toBe(422);
  });

  test("a partner does not witness the log that it cosigns already, nor does a node its own", async () => {
    const logs = [a, b].map((side) => ({
      origin: logOrigin(channel, side.node.self.id),
      key: side.node.self.key.publicKey,
    }));
    await b.restart({ witness: { logs } });
    const { secrets } = third.node.home;
    const client = createLinkClient({ key: secrets.linkKey, cert: secrets.linkCert });
    const checkpoint = await a.node.store.read(a.officers.analyst, (r) => checkpointAt(r, a.node.self, channel, 1));
    const body = formatAddCheckpoint({ oldSize: 0, proof: [], checkpoint });
    const url = new URL(WITNESS_PATH, b.node.self.url);
    const { status } = await client.post(url, b.node.self.tlsPin, body, AbortSignal.timeout(5000));
    client.close();
    expect(status).toBe(404);
  });
});
