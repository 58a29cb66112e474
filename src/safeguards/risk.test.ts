import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Assurance, Risk, RiskDecision } from "#store";
import { CATEGORIES, type RiskKind, RISKS, reviewRisks } from "./index.ts";

const RECIPIENT = "identity--00000000-0000-4000-8000-00000000000b";
const NOW = "2026-01-01T00:00:00.000000Z";
const [BEFORE, AFTER] = ["2025-01-01T00:00:00.000000Z", "2027-01-01T00:00:00.000000Z"];
const RECORD = "report--00000000-0000-4000-8000-000000000001";

const risk = (kind: RiskKind, change: Partial<Risk> = {}): Risk => ({
  id: `risk--${kind}`,
  kind,
  country: "",
  parties: [RECIPIENT],
  text: "Known",
  source: "A report",
  validFrom: BEFORE,
  validUntil: null,
  createdAt: BEFORE,
  createdBy: "officer--1",
  endingBy: null,
  endedBy: null,
  endedAt: null,
  endReason: "",
  ...change,
});
const assurance = (risks: readonly string[], change: Partial<Assurance> = {}): Assurance => ({
  id: "assurance--1",
  giver: RECIPIENT,
  text: "It will not be done.",
  signatory: "The minister",
  givenOn: BEFORE,
  validFrom: BEFORE,
  validUntil: null,
  risks,
  records: null,
  createdAt: BEFORE,
  createdBy: "officer--1",
  withdrawnBy: null,
  withdrawnAt: null,
  withdrawReason: "",
  ...change,
});
const word = (capacity: "legal" | "senior", officer: string, change: Partial<RiskDecision> = {}): RiskDecision => ({
  release: "release--1",
  capacity,
  decision: "allow",
  reasons: "Weighed.",
  covers: RISKS.map((kind) => ({ record: RECORD, risk: `risk--${kind}` })),
  officer,
  at: NOW,
  ...change,
});
const TWO = [word("legal", "officer--2"), word("senior", "officer--3")];

const ask = (world: {
  risks?: readonly Risk[];
  assurances?: readonly Assurance[];
  decisions?: readonly RiskDecision[];
  category?: (typeof CATEGORIES)[number];
}) =>
  reviewRisks(
    { record: RECORD, facts: world.category === undefined ? {} : { category: world.category } },
    { release: "release--1", recipient: RECIPIENT, now: NOW, risks: [], assurances: [], decisions: [], ...world },
  );
const effect = (answer: ReturnType<typeof ask>) =>
  answer.refused.length > 0 ? "refuse" : answer.escalated.length > 0 ? "escalate" : "allow";

describe("the real-risk test", () => {
  test.each(RISKS.filter((kind) => kind !== "torture"))("%s: escalated, until an assurance or two words", (kind) => {
    const risks = [risk(kind)];
    expect(effect(ask({ risks }))).toBe("escalate");
    expect(effect(ask({ risks, assurances: [assurance([kind])] }))).toBe("allow");
    expect(effect(ask({ risks, decisions: TWO }))).toBe("allow");
    expect(effect(ask({ risks, decisions: TWO.slice(1) }))).toBe("escalate");
    expect(effect(ask({ risks, decisions: [word("legal", "officer--2"), word("senior", "officer--2")] }))).toBe(
      "escalate",
    );
    expect(
      effect(ask({ risks, decisions: [...TWO.slice(1), word("legal", "officer--2", { decision: "refuse" })] })),
    ).toBe("refuse");
    expect(effect(ask({ risks: [risk(kind, { parties: ["identity--another"] })] }))).toBe("allow");
  });

  test.each<[string, Partial<Assurance>]>([
    ["of another party", { giver: "identity--another" }],
    ["that has ended", { validUntil: NOW }],
    ["not yet in force", { validFrom: AFTER }],
    ["that was withdrawn", { withdrawnAt: BEFORE }],
    ["for other records", { records: ["report--another"] }],
    ["against another risk", { risks: ["rendition"] }],
  ])("an assurance %s does not count", (_, change) => {
    expect(effect(ask({ risks: [risk("ill-treatment")], assurances: [assurance(["ill-treatment"], change)] }))).toBe(
      "escalate",
    );
  });

  test("the death penalty threatens suspects, convicts and those of whom nothing is said", () => {
    const by = (category?: (typeof CATEGORIES)[number]) =>
      effect(ask({ risks: [risk("death-penalty")], ...(category === undefined ? {} : { category }) }));
    expect([by(), ...CATEGORIES.map(by)]).toEqual(["escalate", "escalate", "escalate", "allow", "allow", "allow"]);
  });

  test("a finding that has ended, or is not yet made, is none", () => {
    expect(effect(ask({ risks: [risk("torture", { endedAt: BEFORE })] }))).toBe("allow");
    expect(effect(ask({ risks: [risk("torture", { validUntil: NOW })] }))).toBe("allow");
    expect(effect(ask({ risks: [risk("torture", { validFrom: AFTER })] }))).toBe("allow");
  });

  test("whatever else is said, torture is refused; every reason has its source and the way on", () => {
    fc.assert(
      fc.property(
        fc.subarray(RISKS.filter((kind) => kind !== "torture")),
        fc.subarray([...RISKS]),
        fc.subarray(TWO),
        fc.option(fc.constantFrom(...CATEGORIES), { nil: undefined }),
        (kinds, assured, decisions, category) => {
          const answer = ask({
            risks: [risk("torture"), ...kinds.map((kind) => risk(kind))],
            assurances: [assurance(assured)],
            decisions,
            ...(category === undefined ? {} : { category }),
          });
          expect(answer.refused.map(({ rule }) => rule)).toContain("real-risk-torture");
          for (const { source, fix, message } of [...answer.refused, ...answer.escalated, ...answer.obligations])
            expect([source, fix, message]).not.toContain("");
        },
      ),
    );
  });

  test("more assurances never make the answer stricter", () => {
    const rank = { refuse: 2, escalate: 1, allow: 0 };
    fc.assert(
      fc.property(fc.subarray([...RISKS]), fc.subarray([...RISKS]), fc.subarray([...RISKS]), (kinds, few, more) => {
        const risks = kinds.map((kind) => risk(kind));
        const [less, all] = [
          ask({ risks, assurances: [assurance(few)] }),
          ask({ risks, assurances: [assurance(few), assurance(more)] }),
        ];
        expect(rank[effect(all)]).toBeLessThanOrEqual(rank[effect(less)]);
      }),
    );
  });
});
