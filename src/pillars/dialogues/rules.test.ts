import { describe, expect, test } from "vitest";
import { checkCommitment, findingOf } from "./rules.ts";
import type { Commitment, Statement } from "./types.ts";

const text = "Both sides agreed to meet each year.";
const statement = (origin: Statement["origin"]): Statement => ({
  name: "Statement",
  dialogue_ref: "dialogue--1",
  origin,
  issued_by: ["us"],
  issued_on: "2025-08-12",
  texts: [{ lang: "en", text, sha256: "0" }],
  source: { name: "Desk" },
});
const commitment = (change: Partial<Commitment> = {}): Commitment => ({
  name: "Meet",
  dialogue_ref: "dialogue--1",
  statement_ref: "dialogue-statement--1",
  span: { lang: "en", start: 0, end: text.length, text },
  origin: "agreed-text",
  owed_by: ["us"],
  area: "Meetings",
  ...change,
});

describe("a commitment is a verbatim span of agreed text", () => {
  test("or it is refused when we mark it", () => {
    expect(() => checkCommitment(commitment(), statement("agreed-text"))).not.toThrow();
    for (const [start, end] of [
      [0, text.length + 1],
      [5, 5],
      [-3, 4],
      [0.5, 3],
      [1, text.length],
    ] as const)
      expect(() =>
        checkCommitment(commitment({ span: { lang: "en", start, end, text } }), statement("agreed-text")),
      ).toThrow(expect.objectContaining({ code: "span-mismatch" }));
    expect(() => checkCommitment(commitment(), statement("commentary"))).toThrow(
      expect.objectContaining({ code: "origin-mismatch" }),
    );
  });

  test("or it is shown as what it is when a partner marked it", () => {
    expect(findingOf(commitment(), statement("agreed-text"))).toBeNull();
    expect(findingOf(commitment(), undefined)).toBe("statement-unseen");
    expect(findingOf(commitment(), statement("commentary"))).toBe("origin-differs");
    expect(findingOf(commitment({ span: { lang: "en", start: 0, end: 4, text } }), statement("agreed-text"))).toBe(
      "not-verbatim",
    );
  });
});
