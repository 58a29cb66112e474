import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { instantOf } from "#base";
import { checkEvidence } from "#ledger";
import { type Letter, post } from "../../src/exchange/outbox.ts";
import { pair, type Party, party, PURPOSE, release, stores, until } from "./two-nodes.ts";

/** A gives to B, B passes on to C: with A's consent, and never without. */
let a: Party;
let b: Party;
let c: Party;
let ab: string;
let bc: string;

const all = () => [a, b, c];
afterEach(async () => {
  expect(all().map((side) => side.errors)).toEqual([[], [], []]);
  await Promise.all(all().map((side) => side.close()));
});

const held = (at: Party, id: string) => at.node.store.read(at.officers.analyst, (r) => r.records.get(id));
const copies = async (at: Party, id: string) => {
  const tree = await at.node.exchange.copies(at.officers.overseer, id);
  return tree.copies.map((copy) => `${[...copy.via, copy.holder].map(({ name }) => name).join(" → ")}: ${copy.state}`);
};
const incidents = async (at: Party) =>
  (await at.node.store.read(at.officers.overseer, (r) => r.parcels.incidents())).map(({ kind }) => kind);
const group = { type: "identity", name: "Balochistan Liberation Army", identity_class: "organization" };
const person = { type: "identity", name: "A person", identity_class: "individual" };

async function given(object: typeof group, terms: object = {}, records = 1): Promise<string[]> {
  const open = await a.mark({ releasableTo: [b.node.self.id], noOnward: false, ...terms });
  const ids: string[] = [];
  for (let n = 0; n < records; n++) ids.push(await a.record(object, [open]));
  await release(a, ab, ids);
  for (const id of ids) await until("B's receipt", async () => (await copies(a, id)).includes("Washington: confirmed"));
  return ids;
}

async function asked(id: string, change: object = {}): Promise<string> {
  const item = await b.node.exchange.consents.request(b.officers.analyst, {
    records: [id],
    recipient: c.node.self.id,
    purpose: PURPOSE,
    why: "Ankara works on the same case.",
    ...change,
  });
  b.link?.wake();
  await until("the question", async () => a.node.store.read(a.officers.analyst, (r) => r.onward.consent(item.id)));
  return item.id;
}

async function consentState(at: Party, id: string, state: string): Promise<void> {
  at.link?.wake();
  a.link?.wake();
  await until(`consent ${state}`, async () => {
    const item = await at.node.store.read(at.officers.analyst, (r) => r.onward.consent(id));
    return item?.state === state;
  });
}

async function consented(id: string, word: object = {}): Promise<string> {
  const request = await asked(id);
  await a.node.exchange.consents.grant(a.officers.disclosure, request, { reason: "The same case.", ...word });
  await consentState(b, request, "granted");
  return request;
}

const refusal = (from: Party, channel: string, id: string) =>
  release(from, channel, [id]).catch((error: unknown) => error);

/** A parcel that a party's own software would not make: what a dishonest one would send. */
async function forge(from: Party, channel: string, letter: Letter): Promise<void> {
  await from.node.store.transact(from.officers.administrator, async (t) => {
    const partner = await t.channels.get(channel);
    if (partner === null) throw new Error("no channel");
    return post(t, from.node.self, partner, letter, null, instantOf(new Date()));
  });
  from.link?.wake();
}

describe("a partner that does not keep to it", () => {
  beforeEach(async () => {
    [a, b, c] = await Promise.all([party("Islamabad"), party("Washington"), party("Ankara")]);
    ab = await pair(a, b);
    bc = await pair(b, c);
  });
  const version = "2025-08-12T09:00:00.000000Z";
  const at = "2025-08-13T09:00:00.000000Z";
  const holder = { id: "identity--00000000-0000-4000-8000-00000000000f", name: "Elsewhere" };

  test("passes on without consent: what it says of that is kept as an incident", async () => {
    const [id = ""] = await given(group);
    await forge(b, ab, { kind: "onward", body: { copies: [{ id, version, holder, path: [], state: "sent", at }] } });
    await until("the incident", async () => (await incidents(a)).length > 0);
    expect(await incidents(a)).toEqual(["onward-unconsented"]);
    expect(await copies(a, id)).toContain("Washington → Elsewhere: sent");
  });

  test("asks about, tells of and deletes what it was not given: it learns nothing, and each attempt is kept", async () => {
    const national = await a.record(group, [await a.mark({})]);
    const absent = "identity--00000000-0000-4000-8000-0000000000ff";
    const answers: unknown[] = [];
    for (const [n, id] of [national, absent].entries()) {
      const request = `consent--probe-${n}`;
      const body = { request, records: [{ id, version }], recipient: holder, purpose: PURPOSE, why: "?" };
      // Its own side holds the question as if it had asked in good order.
      await b.node.store.transact(b.officers.administrator, (t) =>
        t.onward.saveConsent({
          id: request,
          side: "ours",
          channel: ab,
          records: body.records,
          recipient: holder.id,
          recipientName: holder.name,
          purpose: PURPOSE,
          why: "?",
          askedBy: "x",
          askedAt: at,
          state: "open",
          proposedBy: null,
          decidedBy: null,
          decidedAt: null,
          reason: "",
          conditions: "",
          validUntil: null,
          liftsNoOnward: false,
          proof: null,
        }),
      );
      await forge(b, ab, { kind: "consent-request", body });
      await consentState(b, request, "refused");
      const item = await b.node.store.read(b.officers.analyst, (r) => r.onward.consent(request));
      answers.push([item?.reason, item?.decidedBy]);
      await forge(b, ab, { kind: "onward", body: { copies: [{ id, version, holder, path: [], state: "sent", at }] } });
      const deletion = { id, version, sha256: "0".repeat(64), cause: "expired", at } as const;
      await forge(b, ab, { kind: "deletion", body: { records: [deletion] } });
    }
    // The same for one that is there and one that is not.
    expect(answers[0]).toEqual(answers[1]);
    await until("the incidents", async () => (await incidents(a)).length === 4);
    expect((await incidents(a)).toSorted()).toEqual([
      "deletion-unknown",
      "deletion-unknown",
      "onward-unknown",
      "onward-unknown",
    ]);
  });

  test("consents for what was not asked: refused, kept, and nothing may go", async () => {
    const [id = ""] = await given(group);
    const request = await asked(id);
    await forge(a, ab, {
      kind: "consent",
      body: {
        request,
        decision: "granted",
        records: [{ id, version }],
        recipient: holder,
        purpose: PURPOSE,
        reason: "x",
        conditions: "",
        validUntil: null,
        liftsNoOnward: true,
        officers: ["x"],
      },
    });
    await until("the incident", async () => (await incidents(b)).length > 0);
    expect(await incidents(b)).toEqual(["parcel-forged"]);
    expect(await refusal(b, bc, id)).toMatchObject({ code: "release-empty" });
  });
});

describe.each(Object.keys(stores))("three nodes, on %s", (engine) => {
  beforeEach(async () => {
    const fresh = async () => stores[engine]?.();
    [a, b, c] = await Promise.all([
      party("Islamabad", await fresh()),
      party("Washington", await fresh()),
      party("Ankara", await fresh()),
    ]);
    ab = await pair(a, b);
    bc = await pair(b, c);
  });

  test("passed on with consent; the recall and its receipts go through the whole chain", async () => {
    const [id = ""] = await given(group);
    expect(await refusal(b, bc, id)).toMatchObject({ code: "release-empty" });
    const draft = (await b.node.store.read(b.officers.analyst, (r) => r.releases.list())).at(0);
    const review = await b.node.safeguards.review(b.officers.analyst, draft?.id ?? "");
    expect(review.items[0]?.answer.reasons.map(({ rule }) => rule)).toEqual(["not-releasable", "originator-consent"]);
    expect(review.items[0]?.answer.reasons[1]?.fix).toContain("entente consent request");
    // Whoever asks: an administrator has no more right to it than anyone.
    const { administrator } = b.officers;
    await expect(
      b.node.safeguards.draft(administrator, {
        channel: bc,
        title: "x",
        purpose: PURPOSE,
        necessity: "x",
        legalBasis: null,
        reviewBy: null,
        records: [id],
      }),
    ).rejects.toMatchObject({ code: "forbidden" });

    const request = await consented(id, { conditions: "Not to be shown to a court." });
    const [mine, theirs] = [
      await a.node.store.read(a.officers.analyst, (r) => r.onward.consent(request)),
      await b.node.store.read(b.officers.analyst, (r) => r.onward.consent(request)),
    ];
    expect(theirs).toMatchObject({ proof: mine?.proof, conditions: "Not to be shown to a court." });
    const proof = await b.node.store.read(b.officers.analyst, (r) => r.parcels.inboundByHash(ab, theirs?.proof ?? ""));
    expect(proof?.kind).toBe("consent");

    const onward = await release(b, bc, [id]);
    await until("the chain", async () => (await copies(a, id)).includes("Washington → Ankara: confirmed"));
    expect(await copies(a, id)).toEqual(["Washington: confirmed", "Washington → Ankara: confirmed"]);
    expect((await held(c, id))?.sha256).toBe((await held(a, id))?.sha256);
    const came = (await c.node.store.read(c.officers.analyst, (r) => r.parcels.inboundList({ kinds: ["release"] })))[0];
    expect(JSON.parse(came?.summary ?? "{}")).toMatchObject({
      consents: [
        { record: id, originator: a.node.self.id, proof: mine?.proof, conditions: "Not to be shown to a court." },
      ],
    });

    // A correction goes the same way without anybody's hand.
    await a.record(
      { ...group, id, modified: "2025-08-13T09:00:00.000Z", name: "Balochistan Liberation Army (BLA)" },
      await a.node.store.read(a.officers.analyst, async (r) => {
        const record = await r.records.get(id);
        return record === null ? [] : (await r.labels.label(record.labelId)).refs;
      }),
    );
    await release(a, ab, [id]);
    await until("the correction", async () => (await held(c, id))?.title.endsWith("(BLA)") ?? false);
    await until("its receipts", async () => (await a.node.exchange.copies(a.officers.overseer, id)).unconfirmed === 0);
    expect(await copies(a, id)).toEqual(["Washington: confirmed", "Washington → Ankara: confirmed"]);

    expect(await a.node.exchange.recall(a.officers.analyst, id, "Source withdrawn.")).toBe(1);
    a.link?.wake();
    await until("the recall", async () => (await copies(a, id)).includes("Washington → Ankara: recalled"));
    expect(await copies(a, id)).toEqual(["Washington: recalled", "Washington → Ankara: recalled"]);
    expect([await held(b, id), await held(c, id)]).toEqual([null, null]);
    for (const side of all()) {
      for (const channel of side === b ? [ab, bc] : [side === a ? ab : bc]) {
        const verdict = await side.node.exchange.verify(side.officers.overseer, channel);
        expect([verdict.own.problems, verdict.theirs.problems]).toEqual([[], []]);
      }
    }
    // The text is gone at B, from what came and from what went; the proof of the release is not.
    const evidence = await b.node.exchange.evidence(b.officers.overseer, onward);
    expect(evidence).not.toContain(Buffer.from("Balochistan").toString("base64").slice(0, 12));
    const keys = Object.fromEntries(all().map((side) => [side.node.self.id, side.node.self.key.publicKey]));
    const verdict = checkEvidence(evidence, keys);
    expect(verdict).toMatchObject({
      verdict: "incomplete",
      facts: { returned: [{ results: { stored: 1 } }, { results: { corrected: 1 } }] },
    });
    expect(verdict.reasons[0]).toMatchObject({ code: "text-deleted" });
    expect(await Promise.all(all().map(incidents))).toEqual([[], [], []]);
  });

  test("a consent fits one recipient and one purpose, lifts “no onward” only in words, and can be withdrawn", async () => {
    const [id = ""] = await given(group, { noOnward: true });
    const request = await consented(id);
    expect(await refusal(b, bc, id)).toMatchObject({ code: "release-empty" });
    await a.node.exchange.consents.withdraw(a.officers.disclosure, request, "Asked again.");
    await consentState(b, request, "withdrawn");
    const second = await consented(id, { liftsNoOnward: true });
    await release(b, bc, [id]);
    await until("the copy", async () => held(c, id));
    await a.node.exchange.consents.withdraw(a.officers.disclosure, second, "The case is closed.");
    await consentState(b, second, "withdrawn");
    expect(await refusal(b, bc, id)).toMatchObject({ code: "release-empty" });
    expect(await held(c, id)).not.toBeNull();
  });

  test("a person takes two officers; a refusal says why; what was never given cannot be asked about", async () => {
    const [id = ""] = await given(person);
    const request = await asked(id);
    const word = { reason: "The same case." };
    const { consents } = a.node.exchange;
    expect(await consents.grant(a.officers.disclosure, request, word)).toMatchObject({ state: "proposed" });
    await expect(consents.grant(a.officers.disclosure, request, word)).rejects.toMatchObject({
      code: "consent-second-officer",
    });
    await expect(consents.grant(a.officers.analyst, request, word)).rejects.toMatchObject({ code: "forbidden" });
    await expect(consents.grant(a.officers.administrator, request, word)).rejects.toMatchObject({ code: "forbidden" });
    await consents.refuse(a.officers.disclosure, request, "The source asked that it stay here.");
    await consentState(b, request, "refused");
    const second = await asked(id);
    await consents.grant(a.officers.analyst, second, word);
    expect(await consents.grant(a.officers.disclosure, second, word)).toMatchObject({ state: "granted" });
    await consentState(b, second, "granted");

    const national = await a.record(group, [await a.mark({})]);
    await expect(asked(national)).rejects.toMatchObject({ code: "consent-invalid" });
  });

  test("a channel that is shut keeps a recall unconfirmed, and the overseer sees it", async () => {
    const [id = ""] = await given(group);
    await consented(id);
    await release(b, bc, [id]);
    await until("the chain", async () => (await copies(a, id)).includes("Washington → Ankara: confirmed"));
    await b.node.store.transact(b.officers.administrator, (t) => t.channels.setState(bc, "suspended"));
    await a.node.exchange.recall(a.officers.analyst, id, "Source withdrawn.");
    a.link?.wake();
    await until("B's part", async () => (await copies(a, id)).includes("Washington: recalled"));
    await until("what B could not do", async () => (await copies(a, id)).includes("Washington → Ankara: recall-sent"));
    expect(await a.node.exchange.copies(a.officers.analyst, id)).toMatchObject({ confirmed: 1, unconfirmed: 1 });
    expect(await a.node.exchange.unconfirmed(a.officers.overseer)).toMatchObject([
      { recordId: id, holder: { name: "Ankara" }, via: [{ name: "Washington" }], state: "recall-sent" },
    ]);
    expect(await b.node.exchange.unconfirmed(b.officers.overseer)).toMatchObject([
      { recordId: id, holder: { name: "Ankara" }, channelState: "suspended" },
    ]);
    await expect(a.node.exchange.unconfirmed(a.officers.administrator)).rejects.toMatchObject({ code: "forbidden" });
    await b.node.store.transact(b.officers.administrator, (t) => t.channels.setState(bc, "active"));
    b.link?.wake();
    await until("the end", async () => (await copies(a, id)).includes("Washington → Ankara: recalled"));
    expect(await held(c, id)).toBeNull();
  });

  test("what had not arrived when it was taken back never does: its place in the log is filled by its hash", async () => {
    const [id = ""] = await given(group);
    await consented(id);
    await c.node.store.transact(c.officers.administrator, (t) => t.channels.setState(bc, "suspended"));
    await release(b, bc, [id]);
    await a.node.exchange.recall(a.officers.analyst, id, "Source withdrawn.");
    a.link?.wake();
    await until("B's part", async () => (await copies(a, id)).includes("Washington: recalled"));
    await c.node.store.transact(c.officers.administrator, (t) => t.channels.setState(bc, "active"));
    b.link?.wake();
    await until("the end", async () => (await copies(a, id)).includes("Washington → Ankara: recalled"));
    expect(await c.node.store.read(c.officers.overseer, (r) => r.records.versions(id))).toEqual([]);
    const inbound = await c.node.store.read(c.officers.overseer, (r) => r.parcels.inboundList({ channel: bc }));
    expect(inbound.map(({ kind }) => kind).toSorted()).toEqual(["erased", "hello", "recall"]);
    expect(await c.node.exchange.verify(c.officers.overseer, bc)).toMatchObject({
      theirs: { problems: [], deleted: 1 },
    });
    expect(await Promise.all(all().map(incidents))).toEqual([[], [], []]);
    // Given again in good order, it is there again.
    await release(a, ab, [id]);
    await until("the text at B", async () => held(b, id));
    expect((await held(b, id))?.sha256).toBe((await held(a, id))?.sha256);
  });

  test("when its time is over the text is gone at both, from store, search and files, and the deletion is receipted", async () => {
    const expires = new Date(Date.now() + 3_600_000).toISOString().replace("Z", "000Z");
    const name = "Khorasan Zarathustra Brigade";
    const [id = ""] = await given({ ...group, name }, { expires });
    await consented(id);
    await release(b, bc, [id]);
    await until("the chain", async () => (await copies(a, id)).includes("Washington → Ankara: confirmed"));
    const sha256 = (await held(a, id))?.sha256;
    for (const side of all()) side.later(2 * 3_600_000);
    for (const side of [b, c]) {
      expect(await side.node.exchange.expire(side.officers.administrator)).toMatchObject({ records: 1, held: 0 });
      side.link?.wake();
    }
    await until(
      "deletions",
      async () => (await copies(a, id)).join() === "Washington: deleted,Washington → Ankara: deleted",
    );
    for (const side of [b, c]) {
      const [version] = await side.node.store.read(side.officers.overseer, (r) => r.records.versions(id));
      expect(version).toMatchObject({ text: "", title: "", state: "expired", sha256 });
      expect(await side.node.store.read(side.officers.overseer, (r) => r.records.count({ name: "Zarathustra" }))).toBe(
        0,
      );
      const channel = side === b ? ab : bc;
      expect(await side.node.exchange.verify(side.officers.overseer, channel)).toMatchObject({
        own: { problems: [] },
        theirs: { problems: [], deleted: 1 },
      });
      if (engine !== "sqlite") continue;
      await side.node.store.scrub();
      const files = ["entente.sqlite", "entente.sqlite-wal"].map((file) =>
        readFileSync(join(side.node.home.folder, file)).toString("latin1"),
      );
      for (const trace of ["Zarathustra", ...base64s("Khorasan Zarathustra Brigade")])
        expect(
          files.some((file) => file.includes(trace)),
          trace,
        ).toBe(false);
    }
    // The originator keeps its own.
    expect((await a.node.store.read(a.officers.overseer, (r) => r.records.versions(id)))[0]?.text).toContain(name);
    expect(await Promise.all(all().map(incidents))).toEqual([[], [], []]);
  });
});

/** How a text looks inside base64, at each of the three ways it can lie. */
function base64s(text: string): string[] {
  return [0, 1, 2].map((shift) =>
    Buffer.from(`${" ".repeat(shift)}${text}`)
      .toString("base64")
      .slice(4, -4),
  );
}
