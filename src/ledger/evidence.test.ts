import { beforeAll, describe, expect, test } from "vitest";
import { EVIDENCE_CASES } from "./evidence-key-cases.ts";
import { checkEvidence, evidenceText } from "./index.ts";
import { type EvidenceWorld, evidenceWorld } from "./testing.ts";

let world: EvidenceWorld;
beforeAll(async () => {
  world = await evidenceWorld();
});

test("the table is long enough, and no case stands in it twice", () => {
  expect(EVIDENCE_CASES.length).toBeGreaterThanOrEqual(100);
  expect(new Set(EVIDENCE_CASES.map(({ name }) => name)).size).toBe(EVIDENCE_CASES.length);
});

test.each(EVIDENCE_CASES.map((item) => [item.verdict, item.name, item] as const))(
  "%s: %s",
  async (verdict, _, item) => {
    const made = await item.make(world);
    const judged = checkEvidence(
      typeof made === "string" ? made : evidenceText(made),
      item.keys === undefined ? world.keys : item.keys(world),
    );
    expect([judged.verdict, judged.reasons.map(({ code }) => code)]).toEqual([
      verdict,
      item.code === null ? [] : expect.arrayContaining([item.code]),
    ]);
    expect(judged.facts === null).toBe(verdict === "refused");
  },
);

describe("cosignatures in a bundle", () => {
  test("each party vouches for the other's log", () => {
    const { facts } = checkEvidence(evidenceText(world.genuine), world.keys);
    expect(facts?.cosigned).toEqual([
      { log: world.a.id, cosigner: world.b.id, size: 6, at: "2026-08-01T00:00:00.000000Z" },
      { log: world.b.id, cosigner: world.a.id, size: 6, at: "2026-08-01T00:00:00.000000Z" },
    ]);
  });

  test("a witness counts when its key is given, and then must hold", async () => {
    const parcels = [await world.out.prove(1, 6, world.witness)];
    const keys = { ...world.keys, [world.witness.id]: world.witness.key.publicKey };
    const text = evidenceText(world.bundle({ parcels }));
    expect(checkEvidence(text, keys).facts?.cosigned[0]?.cosigner).toBe(world.witness.id);
    const lines = (parcels[0]?.checkpoint ?? "").split("\n");
    const blob = lines.at(-2)?.split(" ").at(-1) ?? "";
    const bad = text.replace(blob, `${blob.slice(0, 40)}${blob[40] === "A" ? "B" : "A"}${blob.slice(41)}`);
    expect(checkEvidence(bad, world.keys).verdict).toBe("genuine");
    expect(checkEvidence(bad, keys)).toMatchObject({
      verdict: "refused",
      reasons: expect.arrayContaining([expect.objectContaining({ code: "note-signature" })]) as unknown,
    });
  });

  test("a party's word for its own log counts for nothing", async () => {
    const text = evidenceText(world.bundle({ parcels: [await world.out.prove(1, 6, world.a)], receipts: [] }));
    expect(checkEvidence(text, world.keys).facts?.cosigned).toEqual([]);
  });
});

test("one byte changed anywhere: never genuine under the keys that are held", async () => {
  const text = evidenceText(
    world.bundle({ parcels: [await world.out.prove(2)], receipts: [await world.back.prove(2)] }),
  );
  for (let at = 0; at < text.length; at += 41) {
    const changed = `${text.slice(0, at)}${text[at] === "A" ? "B" : "A"}${text.slice(at + 1)}`;
    const judged = checkEvidence(changed, world.keys);
    // Names and the time of making are the maker's own words, and no proof rests on them.
    if (!/"(made|name)": "[^"]*$/.test(text.slice(0, at)))
      expect(judged.verdict, `at ${at}: ${text.slice(at - 20, at + 5)}`).not.toBe("genuine");
  }
});
