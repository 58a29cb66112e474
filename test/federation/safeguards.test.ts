import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { OfficerViewer } from "#access";
import type { DraftInput } from "#safeguards";
import { pair, type Party, party, PURPOSE, stores, until } from "./two-nodes.ts";

/** The story of issue 5: a detainee report, from Islamabad to Washington, which retains the death penalty, and to Ankara. */
let a: Party;
let b: Party;
let c: Party;
let ab: string;
let ac: string;
let second: OfficerViewer;
let third: OfficerViewer;

const all = () => [a, b, c];
afterEach(async () => {
  expect(all().map((side) => side.errors)).toEqual([[], [], []]);
  await Promise.all(all().map((side) => side.close()));
});

const held = (at: Party, id: string) => at.node.store.read(at.officers.analyst, (r) => r.records.get(id));
const copyStates = async (id: string) =>
  (await a.node.store.read(a.officers.analyst, (r) => r.releases.copiesOf(id)))
    .map(({ party: at, state }) => `${at === b.node.self.id ? "b" : "c"} ${state}`)
    .toSorted();

async function officer(name: string): Promise<OfficerViewer> {
  const setup = { kind: "job", party: a.node.self.id, name: "setup", may: [] } as const;
  await a.node.access.addOfficer(setup, { name, email: `${name}@example.org`, roles: ["disclosure-officer"] });
  return a.node.access.asOfficer(`${name}@example.org`);
}

const day = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().replace("Z", "000Z");

describe.each(Object.keys(stores))("safeguards, on %s", (engine) => {
  beforeEach(async () => {
    const fresh = stores[engine] ?? (() => Promise.resolve("sqlite"));
    const opened = await Promise.all([fresh(), fresh(), fresh()]);
    [a, b, c] = await Promise.all([
      party("Islamabad", opened[0]),
      party("Washington", opened[1]),
      party("Ankara", opened[2]),
    ]);
    [ab, ac] = [await pair(a, b), await pair(a, c)];
    [second, third] = [await officer("second"), await officer("third")];
  });

  async function basis(): Promise<string> {
    const made = await a.node.safeguards.addBasis(a.officers.disclosure, {
      title: "Mutual legal assistance treaty",
      citation: "art. 1",
      purposes: [PURPOSE],
      parties: [b.node.self.id, c.node.self.id],
      validFrom: "2025-01-01T00:00:00.000000Z",
      validUntil: null,
    });
    return made.id;
  }

  async function detainee(): Promise<{ report: string; person: string }> {
    const marking = await a.mark({ releasableTo: [b.node.self.id, c.node.self.id], expires: day(30) });
    const person = await a.record({ type: "identity", name: "A. N. Other", identity_class: "individual" }, [marking]);
    const text = { name: "Interview of a detainee", published: "2025-08-12T09:00:00.000Z", object_refs: [person] };
    return { person, report: await a.record({ type: "report", ...text }, [marking]) };
  }

  const input = (channel: string, record: string, legalBasis: string | null): DraftInput => ({
    channel,
    title: "The detainee's report",
    purpose: PURPOSE,
    necessity: "The same cell is investigated there.",
    legalBasis,
    reviewBy: day(200),
    records: [record],
    facts: {
      [record]: {
        category: "suspect",
        age: "adult",
        nature: "assessment",
        evaluation: { scheme: "6x6", source: "B", information: "2" },
        caveats: ["Not to be used in capital proceedings."],
      },
    },
  });
  const rules = async (viewer: OfficerViewer, id: string) => {
    const [item] = (await a.node.safeguards.review(viewer, id)).items;
    return [item?.answer.effect, ...(item?.answer.reasons ?? []).map(({ rule }) => rule)];
  };
  const risk = (kind: "death-penalty" | "torture") =>
    a.node.risks.addRisk(a.officers.disclosure, {
      kind,
      country: "US",
      parties: [b.node.self.id],
      text: kind === "torture" ? "Ill-treatment amounting to torture at one site" : "Retains the death penalty",
      source: "UN human rights reporting",
      validFrom: "2025-01-01T00:00:00.000000Z",
      validUntil: null,
    });
  const assurance = () =>
    a.node.risks.addAssurance(a.officers.disclosure, {
      giver: b.node.self.id,
      text: "The death penalty will not be sought, imposed or carried out.",
      signatory: "The Attorney General",
      givenOn: "2025-08-01T00:00:00.000000Z",
      validFrom: "2025-08-01T00:00:00.000000Z",
      validUntil: day(365),
      risks: ["death-penalty"],
      records: null,
    });

  test("refused without a basis, escalated without an assurance, refused on the torture ground whoever asks; goes when all holds", async () => {
    const { report, person } = await detainee();
    const legalBasis = await basis();
    await risk("death-penalty");
    const without = await a.node.safeguards.draft(a.officers.analyst, input(ab, report, null));
    await expect(a.node.safeguards.submit(a.officers.analyst, without.release.id)).rejects.toMatchObject({
      code: "release-refused",
      where: "legal-basis",
    });

    await expect(
      a.node.risks.decide(second, without.release.id, { capacity: "legal", decision: "allow", reasons: "Urgent." }),
    ).rejects.toMatchObject({ code: "release-refused" });

    const { release: draft } = await a.node.safeguards.draft(a.officers.analyst, input(ab, report, legalBasis));
    expect(await rules(a.officers.analyst, draft.id)).toEqual(["escalate", "real-risk-death-penalty"]);
    await expect(a.node.safeguards.submit(a.officers.analyst, draft.id)).rejects.toMatchObject({
      code: "release-empty",
    });
    expect(await a.node.risks.escalations(a.officers.overseer)).toMatchObject([
      { release: draft.id, items: [{ recordId: report }], waitsFor: ["legal", "senior"] },
    ]);
    // The same person to a partner of which nothing is known: no test stands in the way.
    const toC = await a.node.safeguards.draft(a.officers.analyst, input(ac, person, legalBasis));
    expect(await rules(a.officers.analyst, toC.release.id)).toEqual(["allow"]);

    await assurance();
    expect(await rules(a.officers.analyst, draft.id)).toEqual(["allow"]);
    const torture = await risk("torture");
    for (const who of [a.officers.analyst, a.officers.disclosure, second])
      expect(await rules(who, draft.id)).toEqual(["refuse", "real-risk-torture"]);
    const everything: OfficerViewer = {
      ...second,
      roles: ["analyst", "desk-officer", "disclosure-officer", "overseer"],
    };
    expect(await rules(everything, draft.id)).toEqual(["refuse", "real-risk-torture"]);
    for (const capacity of ["legal", "senior"] as const) {
      await expect(
        a.node.risks.decide(second, draft.id, { capacity, decision: "allow", reasons: "Urgent." }),
      ).rejects.toMatchObject({ code: "escalation-none" });
    }
    await a.node.risks.endRisk(second, torture.id, "The site was closed and inspected.");
    await expect(a.node.risks.endRisk(second, torture.id, "Again.")).rejects.toMatchObject({ code: "same-officer" });
    expect(await rules(second, draft.id)).toEqual(["refuse", "real-risk-torture"]);
    await a.node.risks.endRisk(third, torture.id, "Seen: the inspector's report.");

    await a.node.safeguards.submit(a.officers.analyst, draft.id);
    await a.node.safeguards.approve(a.officers.disclosure, draft.id);
    a.link?.wake();
    await until("the report at Washington", () => held(b, report));
    const [facts] = await b.node.store.read(b.officers.analyst, (r) => r.safeguards.receivedFacts(report));
    expect(facts?.reviewBy.slice(0, 10)).toBe(day(200).slice(0, 10));
    expect(JSON.parse(facts?.facts ?? "{}")).toMatchObject({
      ...input(ab, report, null).facts?.[report],
      assurances: [{ text: "The death penalty will not be sought, imposed or carried out.", risks: ["death-penalty"] }],
    });
    const [came] = await b.node.store.read(b.officers.analyst, (r) => r.parcels.inboundList({ kinds: ["release"] }));
    expect(JSON.parse(came?.summary ?? "{}")).toMatchObject({ purpose: PURPOSE });
  });

  test("without an assurance it goes on the reasoned words of a legal and a senior officer, two people and not the drafter", async () => {
    const { report } = await detainee();
    await risk("death-penalty");
    const { release: draft } = await a.node.safeguards.draft(a.officers.analyst, input(ab, report, await basis()));
    const word = (who: OfficerViewer, capacity: "legal" | "senior", decision: "allow" | "refuse" = "allow") =>
      a.node.risks.decide(who, draft.id, { capacity, decision, reasons: "He is held as a witness there." });
    await expect(word(a.officers.analyst, "legal")).rejects.toMatchObject({ code: "forbidden" });
    await expect(word(a.officers.overseer, "legal")).rejects.toMatchObject({ code: "forbidden" });
    await expect(word({ ...second, officer: a.officers.analyst.officer }, "legal")).rejects.toMatchObject({
      code: "same-officer",
    });
    expect(await word(second, "legal")).toMatchObject({ waitsFor: ["senior"] });
    await expect(word(second, "senior")).rejects.toMatchObject({ code: "same-officer" });
    await word(third, "senior", "refuse");
    expect(await rules(a.officers.analyst, draft.id)).toEqual(["refuse", "real-risk-death-penalty-refused"]);
    await word(third, "senior");
    expect(await rules(a.officers.analyst, draft.id)).toEqual(["allow"]);
    // A risk that came to be known after these words is not covered by them.
    await risk("death-penalty");
    expect(await rules(a.officers.analyst, draft.id)).toEqual(["escalate", "real-risk-death-penalty"]);
    await word(second, "legal");
    await word(third, "senior");
    await a.node.safeguards.submit(a.officers.analyst, draft.id);
    await a.node.safeguards.approve(a.officers.disclosure, draft.id);
    a.link?.wake();
    await until("the report at Washington", () => held(b, report));
  });

  test("a correction on redress counts receipts, the missing one shows to the overseer; a hold keeps, then expiry removes the text", async () => {
    const { report } = await detainee();
    const legalBasis = await basis();
    for (const channel of [ab, ac]) {
      const { release: draft } = await a.node.safeguards.draft(a.officers.analyst, input(channel, report, legalBasis));
      await a.node.safeguards.submit(a.officers.analyst, draft.id);
      await a.node.safeguards.approve(a.officers.disclosure, draft.id);
    }
    a.link?.wake();
    await until("both copies", async () => (await copyStates(report)).join() === "b confirmed,c confirmed");

    const opened = await a.node.redress.open(a.officers.analyst, {
      kind: "correction",
      request: "It was his brother who was interviewed.",
      receivedAt: day(-1),
      records: [report],
    });
    const id = opened.case.id;
    const granted = { outcome: "granted", reasons: "The prison's register confirms it." } as const;
    await expect(a.node.redress.decide(a.officers.analyst, id, granted)).rejects.toMatchObject({ code: "forbidden" });
    expect(await a.node.redress.decide(second, id, granted)).toMatchObject({
      copies: [{ told: false }, { told: false }],
      missing: 2,
    });
    expect((await a.node.redress.notice(a.officers.overseer, id)).text).not.toMatch(
      /brother|interview|A\. N\.|report--/i,
    );

    const refs = await a.node.store.read(a.officers.analyst, async (r) => {
      const record = await r.records.get(report);
      return record === null ? [] : (await r.labels.label(record.labelId)).refs;
    });
    const text = { name: "Interview of a detainee's brother", published: "2025-08-12T09:00:00.000Z" };
    const [first] = (await a.node.store.read(a.officers.overseer, (r) => r.records.versions(report))).toReversed();
    const { object_refs } = JSON.parse(first?.text ?? "{}") as { object_refs: string[] };
    await a.record({ type: "report", ...text, id: report, object_refs, modified: "2025-08-13T09:00:00.000Z" }, refs);

    await c.link?.close();
    const drafted = await a.node.redress.correct(a.officers.analyst, id);
    expect(drafted).toHaveLength(2);
    for (const draft of drafted) await a.node.safeguards.approve(a.officers.disclosure, draft);
    a.link?.wake();
    await until(
      "Washington's receipt",
      async () => (await a.node.redress.show(a.officers.overseer, id)).confirmed === 1,
    );
    expect(await a.node.redress.show(a.officers.overseer, id)).toMatchObject({
      confirmed: 1,
      missing: 1,
      copies: [
        { holderName: "Ankara", told: true, confirmed: false },
        { holderName: "Washington", told: true, confirmed: true },
      ],
    });
    expect(await a.node.exchange.unconfirmed(a.officers.overseer)).toMatchObject([
      { recordId: report, holder: { name: "Ankara" }, state: "sent" },
    ]);
    await expect(a.node.redress.close(second, id)).rejects.toMatchObject({ code: "redress-state" });
    c.link = await c.node.openLink();
    a.link?.wake();
    await until("Ankara's receipt", async () => (await a.node.redress.show(a.officers.overseer, id)).missing === 0);
    expect((await a.node.redress.close(second, id)).case.state).toBe("closed");
    expect(await held(c, report)).toMatchObject({ title: text.name });

    // Retention: a reminder, a duty to keep, and the end.
    expect(await b.node.retention.due(b.officers.analyst, 300)).toMatchObject([
      { recordId: report, side: "received", title: text.name },
    ]);
    await b.node.retention.keep(b.officers.disclosure, report, day(400), "The trial goes on.");
    expect(await b.node.retention.due(b.officers.analyst, 300)).toEqual([]);
    const hold = await b.node.retention.hold(b.officers.disclosure, report, "A court ordered it kept.", null);
    b.later(31 * 86_400_000);
    expect(await b.node.exchange.expire(b.officers.administrator)).toMatchObject({ records: 0, held: 2 });
    await b.node.retention.releaseHold(b.officers.disclosure, hold.id, "The court released it.");
    expect(await b.node.exchange.expire(b.officers.administrator)).toMatchObject({ records: 2, held: 0 });
    b.link?.wake();
    await until("the deletion's word", async () => (await copyStates(report)).includes("b deleted"));
    const versions = await b.node.store.read(b.officers.overseer, (r) => r.records.versions(report));
    expect(versions.map(({ text: left, state, sha256 }) => [left, state, sha256.length])).toEqual([
      ["", "expired", 64],
      ["", "expired", 64],
    ]);
    expect(await b.node.store.read(b.officers.overseer, (r) => r.safeguards.receivedFacts(report))).toEqual([]);
  });
});
