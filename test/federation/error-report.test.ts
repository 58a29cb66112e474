import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addMonths } from "#safeguards";
import { pair, type Party, party, release, stores, until } from "./two-nodes.ts";

let a: Party;
let b: Party;
let channel: string;
afterEach(async () => {
  expect([a.errors, b.errors]).toEqual([[], []]);
  await Promise.all([a.close(), b.close()]);
});

const copies = (id: string) => a.node.store.read(a.officers.analyst, (r) => r.releases.copiesOf(id));
const confirmed = (id: string) =>
  until("the receipt", async () => (await copies(id)).some(({ state }) => state === "confirmed"));

describe.each(Object.keys(stores))("errors and erasure, on %s", (engine) => {
  beforeEach(async () => {
    const fresh = stores[engine] ?? (() => Promise.resolve("sqlite"));
    [a, b] = await Promise.all([party("Islamabad", await fresh()), party("Washington", await fresh())]);
    channel = await pair(a, b);
  });

  test("what left in error is found by marking, period, recipient and record, taken back, and followed to its end", async () => {
    const group = { type: "identity", name: "Group", identity_class: "organization" };
    const [wrong, right] = [
      await a.mark({ releasableTo: [b.node.self.id] }),
      await a.mark({ releasableTo: [b.node.self.id], caveats: ["For the dialogue."] }),
    ];
    const [one, two, three] = [
      await a.record(group, [wrong]),
      await a.record(group, [wrong]),
      await a.record(group, [right]),
    ];
    await release(a, channel, [one, two, three]);
    for (const id of [one, two, three]) await confirmed(id);

    const open = (query: object) => a.node.errorReports.open(a.officers.analyst, { what: "Marked too widely.", query });
    const found = async (query: object) => (await open(query)).copies.map(({ recordId }) => recordId).toSorted();
    expect(await found({ marking: wrong })).toEqual([one, two].toSorted());
    expect(await found({ recipient: b.node.self.id })).toEqual([one, two, three].toSorted());
    expect(await found({ recipient: a.node.self.id })).toEqual([]);
    expect(await found({ records: [three, "tool--none"] })).toEqual([three]);
    expect(await found({ marking: wrong, records: [three] })).toEqual([]);
    const tomorrow = addMonths(new Date().toISOString().replace("Z", "000Z"), 1);
    expect(await found({ from: tomorrow })).toEqual([]);
    expect(await found({ until: tomorrow })).toEqual([one, two, three].toSorted());
    await expect(open({})).rejects.toMatchObject({ code: "error-invalid" });

    const { report, recipients } = await open({ marking: wrong });
    expect(recipients).toMatchObject([{ name: "Washington", copies: 2 }]);
    const { errorReports } = a.node;
    await expect(errorReports.close(a.officers.disclosure, report.id, "Done.")).rejects.toMatchObject({
      code: "error-state",
    });
    await expect(errorReports.recall(a.officers.overseer, report.id)).rejects.toMatchObject({ code: "forbidden" });
    expect(await errorReports.recall(a.officers.disclosure, report.id)).toBe(2);
    a.link?.wake();
    await until("it is gone", async () => (await errorReports.show(a.officers.overseer, report.id)).remaining === 0);
    const closed = await errorReports.close(a.officers.disclosure, report.id, "The marking is retired.");
    expect(closed).toMatchObject({ gone: 2, remaining: 0, report: { state: "closed" } });
    expect(await b.node.store.read(b.officers.analyst, (r) => r.records.get(one))).toBeNull();
    expect(await b.node.store.read(b.officers.analyst, (r) => r.records.get(three))).not.toBeNull();
  });

  test("a granted erasure takes the text away here and there, unless a hold keeps it; a case has its time", async () => {
    const person = { type: "identity", name: "A. N. Other", identity_class: "individual" };
    const id = await a.record(person, [await a.mark({ releasableTo: [b.node.self.id] })]);
    await release(a, channel, [id]);
    await confirmed(id);
    const { redress, retention } = a.node;
    const receivedAt = "2026-01-31T10:00:00.000000Z";
    const { case: opened, overdue } = await redress.open(a.officers.analyst, {
      kind: "erasure",
      request: "He was acquitted.",
      receivedAt,
      records: [id],
    });
    // A month from the last of January is the last of February.
    expect([opened.dueAt, overdue]).toEqual([
      "2026-02-28T10:00:00.000000Z",
      new Date().toISOString() > "2026-02-28T10",
    ]);
    const fresh = await redress.open(a.officers.analyst, {
      kind: "access",
      request: "What is held?",
      receivedAt: new Date().toISOString().replace("Z", "000Z"),
      records: [],
    });
    const extended = await redress.extend(a.officers.disclosure, fresh.case.id, "Many records.");
    expect(extended.case.dueAt).toBe(addMonths(fresh.case.receivedAt, 3));
    await expect(redress.extend(a.officers.disclosure, fresh.case.id, "More.")).rejects.toMatchObject({
      code: "redress-state",
    });

    const hold = await retention.hold(a.officers.disclosure, id, "A court asked for it.", null);
    const granted = { outcome: "granted", reasons: "The acquittal is final." } as const;
    await expect(redress.decide(a.officers.disclosure, opened.id, granted)).rejects.toMatchObject({
      code: "redress-state",
    });
    await retention.releaseHold(a.officers.disclosure, hold.id, "The court released it.");
    expect(await redress.decide(a.officers.disclosure, opened.id, granted)).toMatchObject({ missing: 1 });
    a.link?.wake();
    await until("Washington's word", async () => (await redress.show(a.officers.overseer, opened.id)).missing === 0);
    expect(await redress.close(a.officers.disclosure, opened.id)).toMatchObject({ case: { state: "closed" } });
    for (const side of [a, b]) {
      const [version] = await side.node.store.read(side.officers.overseer, (r) => r.records.versions(id));
      expect(version).toMatchObject({ text: "", title: "", state: "withdrawn" });
    }
    // Nothing that the log says of the case names a person.
    const entries = await a.node.store.read(a.officers.overseer, (r) => r.audit.list({ limit: 1000 }));
    expect(JSON.stringify(entries)).not.toMatch(/Other|acquitt/i);
  });
});
