import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { changeKeys } from "#node";
import { AGREED, recordRound } from "./dialogue-round.ts";
import { pair, type Party, party, release, stores, until } from "./two-nodes.ts";

let a: Party;
let b: Party;
afterEach(async () => {
  expect([a.errors, b.errors]).toEqual([[], []]);
  await Promise.all([a.close(), b.close()]);
});

const has = (at: Party, id: string) => at.node.store.read(at.officers.analyst, (r) => r.records.get(id));

describe.each(Object.keys(stores))("the dialogue of August 2025 between two nodes, on %s", (engine) => {
  beforeEach(async () => {
    const [storeA, storeB] = [await stores[engine]?.(), await stores[engine]?.()];
    [a, b] = await Promise.all([party("Islamabad", storeA), party("Washington", storeB)]);
  });

  test("agreed and commentary kept apart, scored by each side for itself, signed by both, notes stay at home", async () => {
    const channel = await pair(a, b);
    const marking = await a.mark({ releasableTo: [b.node.self.id] });
    const made = await recordRound(a, b, marking);
    expect(made.tracked).toHaveLength(5);
    const note = await a.node.dialogues.addNote(a.officers.analyst, {
      name: "For ourselves",
      dialogue_ref: made.dialogue,
      round_ref: made.round,
      content: "Ask for the technical working group first.",
    });
    const shared = [made.dialogue, made.round, made.next, made.joint, made.commentary, ...made.agreed, ...made.tracked];
    await release(a, channel, [...shared, note]);
    await until("the dialogue at Washington", async () => (await has(b, made.dialogue)) !== null);

    // Scored differently, each side for itself.
    const [first, second] = made.agreed;
    const judge = (side: Party, commitment: string | undefined, score: -1 | 0 | 1, markings: string[]) =>
      side.node.dialogues.assess(
        side.officers.analyst,
        {
          commitment_ref: commitment ?? "",
          round_ref: made.round,
          stage: "interim",
          completion: score > 0 ? "substantial" : "limited",
          score,
          confidence: "moderate",
          standing: "open",
          reasons: "As our own desk sees it.",
        },
        markings,
      );
    const toB = await b.mark({ releasableTo: [a.node.self.id] });
    const ours = [await judge(a, first, 1, [marking]), await judge(a, second, 0, [])];
    const theirs = [await judge(b, first, -1, [toB]), await judge(b, second, 0, [])];
    await release(a, channel, [ours[0] ?? ""]);
    await release(b, channel, [theirs[0] ?? ""]);
    await until(
      "both scores on both sides",
      async () => (await has(b, ours[0] ?? "")) !== null && (await has(a, theirs[0] ?? "")) !== null,
    );

    // Drafted by one, amended by the other, closed by both.
    const record = await a.node.dialogues.draftRecord(
      a.officers.analyst,
      {
        name: "Record of the round of 12 August 2025",
        dialogue_ref: made.dialogue,
        round_ref: made.round,
        texts: [{ lang: "en", text: "The delegations met in Islamabad." }],
        commitment_refs: made.agreed,
      },
      [marking],
    );
    await release(a, channel, [record]);
    await until("the draft at Washington", async () => (await has(b, record)) !== null);
    const amendment = await b.node.dialogues.proposeAmendment(
      b.officers.analyst,
      {
        record_ref: record,
        texts: [{ lang: "en", text: "The delegations met in Islamabad on 12 August 2025." }],
        reasons: "The date belongs in it.",
      },
      [toB],
    );
    await release(b, channel, [amendment]);
    await until("the amendment at Islamabad", async () => (await has(a, amendment)) !== null);
    await a.node.dialogues.acceptAmendment(a.officers.analyst, amendment);
    const signedA = await a.node.dialogues.sign(
      a.officers.analyst,
      { record, sha256: (await has(a, record))?.sha256 ?? "", signedBy: "Nabeel Munir" },
      [marking],
    );
    await release(a, channel, [record, signedA]);
    const amended = await has(a, record);
    await until(
      "the amended record at Washington",
      async () => (await has(b, signedA)) !== null && (await has(b, record))?.sha256 === amended?.sha256,
    );
    // Nobody signs what they did not see.
    await expect(
      b.node.dialogues.sign(b.officers.analyst, { record, sha256: "0".repeat(64), signedBy: "Gregory D. LoGerfo" }, [
        toB,
      ]),
    ).rejects.toMatchObject({ code: "record-changed" });
    const signedB = await b.node.dialogues.sign(
      b.officers.analyst,
      { record, sha256: amended?.sha256 ?? "", signedBy: "Gregory D. LoGerfo" },
      [toB],
    );
    await release(b, channel, [signedB]);
    await until("the other signature at Islamabad", async () => (await has(a, signedB)) !== null);
    for (const side of [a, b]) {
      const [joint] = await side.node.dialogues.records(side.officers.analyst, made.dialogue);
      expect(joint).toMatchObject({ state: "closed", openAmendments: [] });
      expect(joint?.signatures.map(({ state, signedBy }) => [state, signedBy])).toEqual([
        ["valid", "Nabeel Munir"],
        ["valid", "Gregory D. LoGerfo"],
      ]);
      await expect(
        side.node.dialogues.proposeAmendment(
          side.officers.analyst,
          { record_ref: record, texts: [{ lang: "en", text: "Otherwise." }], reasons: "Too late." },
          [],
        ),
      ).rejects.toMatchObject({ code: "record-closed" });
    }

    // A key that was rotated away has signed what it signed.
    const before = b.node.self.key.publicKey;
    const rotation = { kind: "rotation", overlapDays: 14 } as const;
    await changeKeys(b.node, b.officers.administrator, rotation, () => new Date(), null);
    b.link?.wake();
    const known = () => a.node.store.read(a.officers.analyst, (r) => r.channels.get(channel));
    await until("the new key at Islamabad", async () => (await known())?.partnerKey !== before);
    expect(await a.node.dialogues.records(a.officers.analyst, made.dialogue)).toMatchObject([{ state: "closed" }]);

    // The one screen, right on both sides.
    const [atA, atB] = [
      await a.node.dialogues.nextRound(a.officers.analyst, made.dialogue),
      await b.node.dialogues.nextRound(b.officers.analyst, made.dialogue),
    ];
    for (const screen of [atA, atB]) {
      expect(screen.daysToGo).toBe(40);
      expect(screen.last?.coChairs.map(({ name }) => name)).toEqual(["Nabeel Munir", "Gregory D. LoGerfo"]);
      expect(screen.areas.map(({ name, commitments }) => [name, commitments.map(({ origin }) => origin)])).toEqual([
        ...AGREED.map(([area]) => [area, ["agreed-text"]]),
        ["Forward areas", ["commentary", "commentary", "commentary", "commentary", "commentary"]],
      ]);
      expect(screen.areas[0]?.commitments[0]?.text).toBe(AGREED[0][1]);
      expect(screen.overdue.map(({ commitments }) => commitments)).toEqual([[first], [first]]);
      expect(screen.disagreements).toEqual([first]);
    }
    const line = (screen: typeof atA) => screen.areas[0]?.commitments[0];
    expect([line(atA)?.ours?.score, line(atA)?.theirs.map(({ score }) => score)]).toEqual([1, [-1]]);
    expect([line(atB)?.ours?.score, line(atB)?.theirs.map(({ score }) => score)]).toEqual([-1, [1]]);
    // A score that a side keeps for itself is not seen by the other.
    expect(atA.areas[1]?.commitments[0]?.theirs).toEqual([]);
    expect(atB.areas[1]?.commitments[0]?.theirs).toEqual([]);
    // The national note never crossed.
    expect(atA.national.notes.map(({ id }) => id)).toEqual([note]);
    expect(atB.national.notes).toEqual([]);
    expect(await has(b, note)).toBeNull();
  });
});
