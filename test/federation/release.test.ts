import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { checkEvidence } from "#ledger";
import { pair, type Party, party, release, stores, until } from "./two-nodes.ts";

let a: Party;
let b: Party;
afterEach(async () => {
  expect([a.errors, b.errors]).toEqual([[], []]);
  await Promise.all([a.close(), b.close()]);
});

const copies = (from: Party, id: string) => from.node.store.read(from.officers.analyst, (r) => r.releases.copiesOf(id));
const held = (at: Party, id: string) => at.node.store.read(at.officers.analyst, (r) => r.records.get(id));
const group = { type: "identity", name: "Balochistan Liberation Army", identity_class: "organization" };

describe.each(Object.keys(stores))("two nodes, on %s", (engine) => {
  beforeEach(async () => {
    const [storeA, storeB] = [await stores[engine]?.(), await stores[engine]?.()];
    [a, b] = await Promise.all([party("Islamabad", storeA), party("Washington", storeB)]);
  });

  test("release, receipt, correction, recall, both ledgers, evidence", async () => {
    const channel = await pair(a, b);
    const open = await a.mark({ releasableTo: [b.node.self.id], caveats: ["For the dialogue only."] });
    const national = await a.mark({});
    const [one, two, secret] = [
      await a.record(group, [open]),
      await a.record({ ...group, name: "Tehrik-e Taliban Pakistan" }, [open]),
      await a.record(group, [national]),
    ];

    const id = await release(a, channel, [one, two, secret]);
    await until("receipts", async () => (await copies(a, two)).some((copy) => copy.state === "confirmed"));
    const [mine, theirs] = [await held(a, one), await held(b, one)];
    expect(theirs).toMatchObject({ text: mine?.text, sha256: mine?.sha256, owner: a.node.self.id });
    expect(await held(b, secret)).toBeNull();

    // A correction is a release of a newer version: the same way out, the same second officer.
    await a.record(
      { ...group, id: one, modified: "2025-08-13T09:00:00.000Z", name: "Balochistan Liberation Army (BLA)" },
      [open],
    );
    await release(a, channel, [one]);
    await until("correction", async () => (await copies(a, one)).some((copy) => copy.state === "replaced"));
    expect((await held(b, one))?.title).toBe("Balochistan Liberation Army (BLA)");

    expect(await a.node.exchange.recall(a.officers.analyst, two, "Source withdrawn.")).toBe(1);
    a.link?.wake();
    await until("recall", async () => (await copies(a, two)).some((copy) => copy.state === "recalled"));
    expect(await held(b, two)).toBeNull();

    for (const side of [a, b]) {
      const verdict = await side.node.exchange.verify(side.officers.overseer, channel);
      expect(verdict.own).toMatchObject({ verified: true, problems: [] });
      expect(verdict.theirs).toMatchObject({ verified: true, problems: [] });
      expect(verdict.own.size).toBeGreaterThan(2);
    }

    const evidence = await a.node.exchange.evidence(a.officers.overseer, id);
    const keys = Object.fromEntries([a, b].map((side) => [side.node.self.id, side.node.self.key.publicKey]));
    expect(checkEvidence(evidence, keys)).toMatchObject({
      verdict: "genuine",
      keysFrom: "given",
      facts: { given: [{ records: 2 }], returned: [{ results: { stored: 2 } }] },
    });
    expect(checkEvidence(evidence)).toMatchObject({ verdict: "genuine", keysFrom: "file" });
    // Each party vouches for the other's log.
    const [idA, idB] = [a.node.self.id, b.node.self.id];
    expect(checkEvidence(evidence, keys).facts?.cosigned).toMatchObject([
      { log: idA, cosigner: idB },
      { log: idB, cosigner: idA },
    ]);
    expect(await a.node.store.read(a.officers.overseer, (r) => r.parcels.incidents())).toEqual([]);
    for (const at of [200, 1000, Math.floor(evidence.length / 2), evidence.length - 200]) {
      const tampered = `${evidence.slice(0, at)}${evidence[at] === "A" ? "B" : "A"}${evidence.slice(at + 1)}`;
      expect(checkEvidence(tampered, keys).verdict, `changed at ${at}`).toBe("refused");
    }
  });

  test("nothing crosses before both have confirmed; then what waited goes", async () => {
    const invitation = await a.node.exchange.pairing.invite(a.officers.administrator);
    const atB = await b.node.exchange.pairing.accept(b.officers.administrator, invitation.text);
    const atA = await a.node.exchange.pairing.accept(a.officers.administrator, atB.answer ?? "");
    expect(atA.fingerprint).toBe(atB.fingerprint);
    expect(atA.channel.id).toBe(atB.channel.id);
    await expect(
      a.node.exchange.pairing.confirm(a.officers.administrator, atA.channel.id, "12345 67890"),
    ).rejects.toMatchObject({ code: "fingerprint-differs" });
    await a.node.exchange.pairing.confirm(a.officers.administrator, atA.channel.id, atB.fingerprint);
    const open = await a.mark({ releasableTo: [b.node.self.id] });
    const one = await a.record(group, [open]);
    await release(a, atA.channel.id, [one]);
    await until(
      "a refusal",
      async () =>
        (await a.node.store.read(a.officers.analyst, (r) => r.channels.get(atA.channel.id)))?.lastError ?? null,
    );
    expect(await held(b, one)).toBeNull();
    await b.node.exchange.pairing.confirm(b.officers.administrator, atB.channel.id, atA.fingerprint);
    await until("delivery", async () => (await copies(a, one)).some((copy) => copy.state === "confirmed"));
  });

  test("a pairing file of another party, one's own, a changed one, an old one", async () => {
    const c = await party("Elsewhere");
    try {
      const [toB, own] = [
        await a.node.exchange.pairing.invite(a.officers.administrator),
        await b.node.exchange.pairing.invite(b.officers.administrator),
      ];
      const fromC = await c.node.exchange.pairing.accept(c.officers.administrator, own.text);
      const accept = (text: string) => a.node.exchange.pairing.accept(a.officers.administrator, text);
      await expect(accept(fromC.answer ?? "")).rejects.toMatchObject({ code: "invitation-foreign" });
      await expect(accept(toB.text)).rejects.toMatchObject({ code: "invitation-own" });
      await expect(accept(own.text.replace('"sig":"', '"sig":"A'))).rejects.toMatchObject({
        code: "invitation-malformed",
      });
      await expect(accept("{}")).rejects.toMatchObject({ code: "invitation-malformed" });
    } finally {
      await c.close();
    }
  });
});
