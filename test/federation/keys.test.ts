import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { instantOf } from "#base";
import { checkEvidence, logOrigin, openCheckpoint, sealEnvelope, signingKey, verifierKey } from "#ledger";
import { changeKeys, forgetKeys, openHome, openNode } from "#node";
import { createLinkClient } from "../../src/exchange/link.ts";
import { type LinkAnswer, writeMessage } from "../../src/exchange/message.ts";
import { checkpointAt, post } from "../../src/exchange/outbox.ts";
import { pair, type Party, party, PURPOSE, release, until } from "./two-nodes.ts";

let a: Party;
let b: Party;
let channel: string;
let open: string;
/** Moves both nodes' clocks. */
let ahead = 0;
const clock = (): Date => new Date(Date.now() + ahead);
const DAY = 86_400_000;

beforeEach(async () => {
  ahead = 0;
  [a, b] = await Promise.all([party("Islamabad"), party("Washington")]);
  channel = await pair(a, b);
  open = await a.mark({ releasableTo: [b.node.self.id] });
});
afterEach(async () => {
  expect([a.errors, b.errors]).toEqual([[], []]);
  await Promise.all([a.close(), b.close()]);
});

/** The process ends and another begins, on what stands in the folder. */
async function reopen(side: Party, link = true): Promise<void> {
  await side.link?.close();
  await side.node.close();
  // The lease of a process that ended runs out.
  ahead += 6000;
  side.node = await openNode(await openHome(side.node.home.folder), {
    clock,
    onError: (error) => side.errors.push(error),
  });
  side.link = link ? await side.node.openLink() : null;
}
const rotate = (side: Party, overlapDays = 14) =>
  changeKeys(side.node, side.officers.administrator, { kind: "rotation", overlapDays }, clock, null);
const give = async (name: string): Promise<string> => {
  const id = await a.record({ type: "tool", name }, [open]);
  await release(a, channel, [id]);
  return id;
};
const confirmed = (id: string) =>
  until(`the receipt for ${id}`, async () =>
    (await a.node.store.read(a.officers.analyst, (r) => r.releases.copiesOf(id))).some(
      ({ state }) => state === "confirmed",
    ),
  );
const releaseIds = async () =>
  (await a.node.store.read(a.officers.analyst, (r) => r.parcels.outboundList(channel)))
    .filter(({ kind }) => kind === "release")
    .map(({ subject }) => subject ?? "")
    .toReversed();
const incidents = (side: Party) => side.node.store.read(side.officers.overseer, (r) => r.parcels.incidents());
const queued = (side: Party) => side.node.store.read(side.officers.analyst, (r) => r.parcels.queued(channel));
const quiet = (side: Party) => until("an empty outbox", async () => (await queued(side)) === 0);
const partnerKey = async (side: Party) =>
  (await side.node.store.read(side.officers.analyst, (r) => r.channels.get(channel)))?.partnerKey;
async function whole(): Promise<void> {
  for (const side of [a, b]) {
    const verdict = await side.node.exchange.verify(side.officers.overseer, channel);
    expect([verdict.own.problems, verdict.theirs.problems]).toEqual([[], []]);
  }
}

/** What somebody who holds these keys of A's sends to B by hand, for a place in A's log. */
async function sendAs(
  keys: {
    readonly signing: ReturnType<typeof signingKey>;
    readonly link: { readonly key: string; readonly cert: string };
  },
  sequence: number,
  sent: Date,
): Promise<LinkAnswer> {
  const { id } = a.node.self;
  const parcel = {
    v: 1,
    channel,
    from: id,
    to: b.node.self.id,
    sequence,
    sent: instantOf(sent),
    kind: "hello",
    body: { name: "forged" },
  };
  const envelope = sealEnvelope(
    "application/vnd.entente.parcel+json",
    Buffer.from(JSON.stringify(parcel)),
    keys.signing,
  );
  const checkpoint = await a.node.store.read(a.officers.analyst, (r) =>
    checkpointAt(r, { ...a.node.self, key: keys.signing, previous: [] }, channel, 1),
  );
  const client = createLinkClient(keys.link);
  try {
    const parcels = [{ envelope, salt: Buffer.alloc(32).toString("base64") }];
    const message = writeMessage({ first: sequence, parcels, checkpoint });
    return await client.send(b.node.self.url, b.node.self.tlsPin, message, AbortSignal.timeout(5000));
  } finally {
    client.close();
  }
}
const heldBy = (side: Party) => {
  const { signingSeed, linkKey, linkCert } = side.node.home.secrets;
  return { signing: signingKey(signingSeed), link: { key: linkKey, cert: linkCert } };
};

describe("rotation", () => {
  test("records before, during and after; both sides change; history is whole and every release provable", async () => {
    const before = await give("Before");
    await confirmed(before);
    const firstKeys = [a.node.self.key.publicKey, b.node.self.key.publicKey];
    await rotate(a);
    // The process that runs signs on with the old key.
    await confirmed(await give("By the process of before"));
    expect(a.node.self.key.publicKey).toBe(firstKeys[0]);
    await quiet(a);
    await reopen(a);
    expect(a.node.self.key.publicKey).not.toBe(firstKeys[0]);
    expect(await partnerKey(b)).toBe(a.node.self.key.publicKey);
    await confirmed(await give("By the new key"));
    await rotate(b);
    b.link?.wake();
    await until("B's change at A", async () => (await partnerKey(a)) !== firstKeys[1]);
    await quiet(b);
    await reopen(b);
    await confirmed(await give("Both new"));
    await whole();
    for (const side of [a, b]) expect(await incidents(side)).toEqual([]);
    const ids = await releaseIds();
    expect(ids).toHaveLength(4);
    const now = { [a.node.self.id]: a.node.self.key.publicKey, [b.node.self.id]: b.node.self.key.publicKey };
    const then = { [a.node.self.id]: firstKeys[0] ?? "", [b.node.self.id]: firstKeys[1] ?? "" };
    for (const id of ids) {
      const text = await a.node.exchange.evidence(a.officers.overseer, id);
      for (const keys of [now, then]) {
        const judged = checkEvidence(text, keys);
        expect([judged.verdict, judged.reasons]).toEqual(["genuine", []]);
        expect(judged.facts?.keys.map(({ ended }) => ended)).toEqual(["rotated", null, "rotated", null]);
      }
    }
  });

  test("after the overlap the old key is refused for what is new; its TLS key too; a node that did not start again signs nothing", async () => {
    const old = heldBy(a);
    await rotate(a, 1);
    a.link?.wake();
    await quiet(a);
    const size = await b.node.store.read(b.officers.analyst, (r) => r.trees.size(`in:${channel}`));
    ahead = 2 * DAY;
    for (const side of [a, b]) await reopen(side);
    // With the TLS key that B pinned at pairing nobody is let in any more.
    expect(await sendAs(old, size, clock())).toMatchObject({ message: "this key is not paired here" });
    const { link } = heldBy(a);
    for (const [sent, code] of [
      [clock(), "key-expired"],
      [new Date(), "key-expired"],
    ] as const)
      expect(await sendAs({ signing: old.signing, link }, size, sent)).toMatchObject({ result: "refused", code });
    expect((await incidents(b)).map(({ kind }) => kind)).toEqual(["key-expired", "key-expired"]);
    const stale = { ...a.node.self, key: old.signing };
    const posting = a.node.store.transact(a.officers.analyst, async (t) => {
      const partner = await t.channels.get(channel);
      if (partner === null) throw new Error("no channel");
      return post(t, stale, partner, { kind: "hello", body: { name: "late" } }, null, instantOf(clock()));
    });
    await expect(posting).rejects.toMatchObject({ code: "key-ended" });
    expect(await forgetKeys(a.node, a.officers.administrator, clock, null)).toBe(1);
    await reopen(a);
    await confirmed(await give("After it all"));
    await whole();
  });

  test("a partner that was away learns of it later, from the old link key; until then no other change and no pairing", async () => {
    await quiet(a);
    await b.link?.close();
    b.link = null;
    await give("While B is away");
    await rotate(a);
    await reopen(a);
    await give("Also");
    await expect(rotate(a)).rejects.toMatchObject({ code: "keys-changing" });
    await expect(a.node.exchange.pairing.invite(a.officers.administrator)).rejects.toMatchObject({
      code: "keys-changing",
    });
    await reopen(a);
    b.link = await b.node.openLink();
    a.link?.wake();
    await quiet(a);
    expect(await partnerKey(b)).toBe(a.node.self.key.publicKey);
    await reopen(a);
    await confirmed(await give("With the new link key"));
    await whole();
    expect(await incidents(b)).toEqual([]);
  });

  test("a partner that was away for longer than the overlap still learns of it, and the link turns to the new key by itself", async () => {
    await quiet(a);
    await b.link?.close();
    b.link = null;
    await give("While B is away");
    await rotate(a, 0);
    await reopen(a);
    await expect(forgetKeys(a.node, a.officers.administrator, clock, null)).rejects.toMatchObject({
      code: "keys-changing",
    });
    await reopen(b);
    await quiet(a);
    expect(await partnerKey(b)).toBe(a.node.self.key.publicKey);
    await confirmed(await give("With no further start"));
    await whole();
    expect(await incidents(b)).toEqual([]);
  });

  test("by hand as well: a file from before, sealed to the old key, is opened in the overlap", async () => {
    await quiet(a);
    await quiet(b);
    for (const side of [a, b]) {
      await side.link?.close();
      side.link = null;
    }
    const files = async (from: Party) => {
      const out: Uint8Array[] = [];
      for await (const { bytes } of from.node.exchange.exportMedia(from.officers.administrator, channel))
        out.push(bytes);
      return out[0] ?? new Uint8Array();
    };
    const id = await a.record({ type: "tool", name: "By hand" }, [open]);
    await release(a, channel, [id]);
    const toOldKey = await files(a);
    await rotate(b);
    await reopen(b, false);
    const take = (at: Party, file: Uint8Array) => at.node.exchange.importMedia(at.officers.administrator, file);
    expect(await take(b, toOldKey)).toMatchObject({ stored: 1, stopped: null });
    // B's answer is signed by a key that A hears of in this very file.
    expect(await take(a, await files(b))).toMatchObject({ stored: 2, confirmed: 1, stopped: null });
    expect(await partnerKey(a)).toBe(b.node.self.key.publicKey);
    expect(await take(b, await files(a))).toMatchObject({ stopped: null });
    await whole();
  });

  test("the log's name stays, its key changes; in the overlap both sign, and the export names who signed", async () => {
    const old = a.node.self.key.publicKey;
    await rotate(a);
    await reopen(a);
    await quiet(a);
    const name = logOrigin(channel, a.node.self.id);
    const checkpoint = await a.node.store.read(a.officers.analyst, (r) => checkpointAt(r, a.node.self, channel, 2));
    for (const publicKey of [old, a.node.self.key.publicKey])
      expect(openCheckpoint(checkpoint, { name, publicKey }).size).toBe(2);
    const files = new Map<string, string>();
    await b.node.exchange.exportLogs(b.officers.overseer, channel, (path, bytes) => {
      files.set(path, Buffer.from(bytes).toString());
      return Promise.resolve();
    });
    expect(files.get("partner/keys")).toContain(`log ${verifierKey({ name, publicKey: a.node.self.key.publicKey })}`);
  });

  test("a process that dies between the folder and the store goes on with the keys that partners know", async () => {
    const old = a.node.self.key.publicKey;
    await a.node.store.transact(a.officers.administrator, (t) => t.settings.set(`log unproven ${channel}`, "as if"));
    await expect(rotate(a)).rejects.toMatchObject({ code: "log-unproven" });
    await a.node.store.transact(a.officers.administrator, (t) => t.settings.set(`log unproven ${channel}`, ""));
    await reopen(a);
    expect(a.node.self.key.publicKey).toBe(old);
    await confirmed(await give("Still the old key"));
    await rotate(a);
    a.link?.wake();
    await quiet(a);
    await reopen(a);
    await confirmed(await give("Then the new one"));
  });

  test("the audit goes on over a change of keys; a head that was kept before it stays good", async () => {
    await give("Before");
    const { overseer } = a.officers;
    const kept = async (earlier?: string) => {
      const verdict = await a.node.auditReading.verify(overseer, earlier);
      expect(verdict.faults).toEqual([]);
      return verdict.checkpoint ?? "";
    };
    await until("the first head", async () => (await kept()) !== "");
    const before = await kept();
    await rotate(a);
    await quiet(a);
    await reopen(a);
    await kept(before);
    await give("After");
    await until("a head of the new key", async () => (await kept(before)) !== before);
    await a.link?.close();
    await kept(before);
  });

  test("only an administrator changes keys", async () => {
    const change = { kind: "rotation", overlapDays: 1 } as const;
    await expect(changeKeys(a.node, a.officers.analyst, change, clock, null)).rejects.toMatchObject({
      code: "forbidden",
    });
  });
});

describe("a key that is stolen", () => {
  const recover = (side: Party) =>
    changeKeys(side.node, side.officers.administrator, { kind: "revocation", reason: "a burglary" }, clock, null);

  async function pairAnew(): Promise<string> {
    const reason = "the key was stolen";
    const { text } = await a.node.exchange.pairing.invite(a.officers.administrator, { channel, reason });
    const atB = await b.node.exchange.pairing.accept(b.officers.administrator, text);
    const atA = await a.node.exchange.pairing.accept(a.officers.administrator, atB.answer ?? "");
    await a.node.exchange.pairing.confirm(a.officers.administrator, atA.channel.id, atB.fingerprint);
    await b.node.exchange.pairing.confirm(b.officers.administrator, atB.channel.id, atA.fingerprint);
    for (const side of [a, b]) side.link?.wake();
    return atA.channel.id;
  }

  test("ends everywhere; a fresh pairing goes on; the old history stays provable, and the thief is refused and shown", async () => {
    const id = await give("Before the theft");
    await confirmed(id);
    await until("both greetings", async () => (await queued(b)) === 0);
    const [old] = await releaseIds();
    const thief = heldBy(a);
    const oldKeys = { [a.node.self.id]: a.node.self.key.publicKey, [b.node.self.id]: b.node.self.key.publicKey };
    const size = await b.node.store.read(b.officers.analyst, (r) => r.trees.size(`in:${channel}`));
    await recover(a);
    await reopen(a);
    await expect(give("On the old channel")).rejects.toMatchObject({
      code: expect.stringMatching(/channel-|key-ended/) as string,
    });
    // Told by telephone: from now on nothing of the old key is taken, and nothing is told to it.
    await b.node.exchange.revokePartnerKey(b.officers.administrator, channel, "called by their head of station");
    expect(await sendAs(thief, size, new Date())).toMatchObject({ result: "refused", code: "key-revoked" });
    expect((await incidents(b)).map(({ kind }) => kind)).toEqual(["key-revoked"]);
    const client = createLinkClient(thief.link);
    const said = await client.askLog(b.node.self.url, b.node.self.tlsPin, 0, 0, AbortSignal.timeout(5000));
    client.close();
    expect(said).toEqual({ size: 0, checkpoint: null, entries: [] });

    const next = await pairAnew();
    expect(next).not.toBe(channel);
    for (const side of [a, b])
      await until("both statements", async () => {
        const inbound = await side.node.store.read(side.officers.analyst, (r) =>
          r.parcels.inboundList({ channel: next }),
        );
        return inbound.some(({ kind }) => kind === "succession");
      });
    const again = await a.record({ type: "tool", name: "After the theft" }, [open]);
    await release(a, next, [again]);
    await confirmed(again);
    // A recall reaches the copy that went over the old channel.
    await a.node.exchange.recall(a.officers.disclosure, id, "It was compromised too.");
    a.link?.wake();
    await until("the recall", async () =>
      (await a.node.store.read(a.officers.analyst, (r) => r.releases.copiesOf(id))).some(
        ({ state }) => state === "recalled",
      ),
    );
    await whole();
    const text = await a.node.exchange.evidence(a.officers.overseer, old ?? "");
    const judged = checkEvidence(text, oldKeys);
    expect([judged.verdict, judged.reasons]).toEqual(["genuine", []]);
    expect(judged.facts?.keys[0]).toMatchObject({ ended: "revoked", last: size - 1 });
    expect(await sendAs(thief, size, new Date())).toMatchObject({ result: "refused", code: "key-revoked" });
    expect((await incidents(a)).map(({ kind }) => kind)).toEqual([]);
  });

  test("consents asked for and given go on; what cannot be told is shown, and does not stop the others", async () => {
    const c = await party("Elsewhere");
    try {
      const far = await pair(b, c);
      const onward = await a.mark({ releasableTo: [b.node.self.id], noOnward: false });
      const id = await a.record({ type: "tool", name: "Passed on" }, [onward]);
      await release(a, channel, [id]);
      await confirmed(id);
      const ask = (purpose: string) =>
        b.node.exchange.consents.request(b.officers.analyst, {
          records: [id],
          recipient: c.node.self.id,
          purpose,
          why: "A joint case.",
        });
      const consentAt = (side: Party, request: string) =>
        side.node.store.read(side.officers.overseer, (r) => r.onward.consent(request));
      const [given, second] = [(await ask(PURPOSE)).id, (await ask("another case")).id];
      b.link?.wake();
      await until("the questions", async () => (await consentAt(a, second)) !== null);
      const word = { reason: "The same case." };
      await a.node.exchange.consents.grant(a.officers.disclosure, given, word);
      a.link?.wake();
      await until("the consent", async () => (await consentAt(b, given))?.state === "granted");
      await release(b, far, [id]);
      b.link?.wake();
      const copiesOf = (side: Party) => side.node.store.read(side.officers.analyst, (r) => r.releases.copiesOf(id));
      await until("the receipt", async () => (await copiesOf(b)).some(({ state }) => state === "confirmed"));
      await until("all that was said", async () => (await queued(a)) + (await queued(b)) === 0);
      await recover(a);
      await reopen(a);
      // Nobody can be told by a key that has ended: it is said at once, not lost.
      await expect(a.node.exchange.recall(a.officers.disclosure, id, "Wrong.")).rejects.toMatchObject({
        code: "key-ended",
      });
      await b.node.exchange.revokePartnerKey(b.officers.administrator, channel, "called");
      const next = await pairAnew();
      await a.node.exchange.consents.grant(a.officers.disclosure, second, word);
      a.link?.wake();
      await until("the answer to a question of the old channel", async () => {
        const item = await consentAt(b, second);
        return item?.state === "granted" && item.channel === next;
      });

      // Now it is the one in the middle whose key is stolen: its first partner pairs anew, the other has not yet.
      await recover(b);
      await reopen(b);
      channel = next;
      await pairAnew();
      await a.node.exchange.recall(a.officers.disclosure, id, "Wrong.");
      a.link?.wake();
      await until("the recall at the first", async () => (await copiesOf(a)).some(({ state }) => state === "recalled"));
      expect((await incidents(b)).map(({ kind }) => kind)).toEqual(["partner-untold"]);
      expect((await copiesOf(b)).map(({ state }) => state)).not.toContain("recall-sent");
      expect((await incidents(a)).map(({ kind }) => kind)).toEqual([]);
    } finally {
      await c.close();
    }
  });

  test("what the thief signed before anybody knew is shown to a person", async () => {
    await quiet(a);
    const thief = heldBy(a);
    await recover(a);
    const size = await b.node.store.read(b.officers.analyst, (r) => r.trees.size(`in:${channel}`));
    // The thief holds a copy of the store too, and signs on.
    const stolen = { ...a.node.self, key: thief.signing, previous: [] };
    await a.node.store.transact(a.officers.analyst, async (t) => {
      const partner = await t.channels.get(channel);
      if (partner === null) throw new Error("no channel");
      for (const row of await t.keys.of(channel, a.node.self.id))
        await t.keys.save({ ...row, until: null, last: null, ended: null });
      await post(t, stolen, partner, { kind: "hello", body: { name: "forged" } }, null, instantOf(new Date()));
      for (const row of await t.keys.of(channel, a.node.self.id))
        await t.keys.save({ ...row, until: instantOf(new Date()), last: size - 1, ended: "revoked" });
    });
    const client = createLinkClient(thief.link);
    const message = await a.node.store.read(a.officers.analyst, async (r) => {
      const parcel = await r.parcels.outbound(channel, size);
      const checkpoint = await checkpointAt(r, stolen, channel, size + 1);
      const parcels = [{ envelope: parcel?.envelope ?? "", salt: parcel?.salt ?? "" }];
      return { first: size, parcels, checkpoint };
    });
    const { url, tlsPin } = b.node.self;
    expect(await client.send(url, tlsPin, writeMessage(message), AbortSignal.timeout(5000))).toMatchObject({
      result: "stored",
    });
    client.close();
    await reopen(a);
    await pairAnew();
    expect((await incidents(b)).map(({ kind }) => kind)).toContain("key-misused");
  });

  test("a pairing continues only a channel with that partner, and both files must say so", async () => {
    const c = await party("Elsewhere");
    try {
      const other = await pair(c, b);
      const reason = "none";
      const { text } = await a.node.exchange.pairing.invite(a.officers.administrator, { channel, reason });
      await expect(c.node.exchange.pairing.accept(c.officers.administrator, text)).rejects.toMatchObject({
        code: "channel-unknown",
      });
      const plain = await a.node.exchange.pairing.invite(a.officers.administrator);
      await expect(b.node.exchange.pairing.accept(b.officers.administrator, plain.text)).rejects.toMatchObject({
        code: "already-paired",
      });
      await expect(
        b.node.exchange.pairing.invite(b.officers.administrator, { channel: `${other}0`, reason }),
      ).rejects.toMatchObject({ code: "channel-unknown" });
    } finally {
      await c.close();
    }
  });
});
