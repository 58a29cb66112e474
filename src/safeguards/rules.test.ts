import { describe, expect, test } from "vitest";
import { compileLabel, type Marking, type Viewer } from "#policy";
import { type DraftFacts, reviewDraft, reviewItem } from "./index.ts";

const [HOME, PARTNER, THIRD] = ["a", "b", "c"].map(
  (last) => `identity--00000000-0000-4000-8000-00000000000${last}`,
) as [string, string, string];
const NOW = "2026-01-01T00:00:00.000000Z";
const facts: DraftFacts = {
  purpose: "criminal-investigation",
  necessity: "The partner investigates the same attack.",
  reviewBy: "2027-01-01T00:00:00.000000Z",
  recipient: PARTNER,
  recipientPurposes: ["criminal-investigation"],
  basis: {
    title: "Mutual legal assistance arrangement",
    purposes: ["criminal-investigation"],
    parties: [PARTNER],
    validFrom: "2020-01-01T00:00:00.000000Z",
    validUntil: null,
  },
  now: NOW,
};
const basis = (change: object): Partial<DraftFacts> => ({
  basis: { ...(facts.basis as NonNullable<DraftFacts["basis"]>), ...change },
});
const rules = (change: Partial<DraftFacts>) => reviewDraft({ ...facts, ...change }).map((reason) => reason.rule);

describe("a release as a whole", () => {
  test("goes when all holds", () => expect(rules({})).toEqual([]));
  test.each<[string, Partial<DraftFacts>, string]>([
    ["no legal basis", { basis: null }, "legal-basis"],
    ["a basis that has ended", basis({ validUntil: NOW }), "legal-basis-validity"],
    ["a basis not yet in force", basis({ validFrom: "2026-06-01T00:00:00.000000Z" }), "legal-basis-validity"],
    ["a basis for another purpose", basis({ purposes: ["border-security"] }), "legal-basis-purpose"],
    ["a basis for other parties", basis({ parties: [THIRD] }), "legal-basis-party"],
    ["no purpose", { purpose: "" }, "purpose"],
    ["a purpose the recipient has not declared", { recipientPurposes: [] }, "purpose-of-recipient"],
    ["no necessity", { necessity: " " }, "necessity"],
    ["no review date", { reviewBy: null }, "review-date"],
    ["a review date in the past", { reviewBy: NOW }, "review-date-range"],
    ["a review date in eleven years", { reviewBy: "2037-01-01T00:00:00.000000Z" }, "review-date-range"],
  ])("is refused for %s, with its source and the way on", (_, change, rule) => {
    const reasons = reviewDraft({ ...facts, ...change });
    expect(reasons.map((reason) => reason.rule)).toEqual([rule]);
    for (const reason of reasons) {
      expect(reason.source).not.toBe("");
      expect(reason.fix).not.toBe("");
    }
  });
});

describe("an item of a release", () => {
  const analyst: Viewer = { kind: "officer", party: HOME, officer: "officer--1", roles: ["analyst"] };
  const marking = (terms: object): Marking => ({
    id: "marking-definition--1",
    kind: "handling",
    handling: {
      originator: HOME,
      releasableTo: [PARTNER],
      noOnward: true,
      purposes: null,
      evidenceUse: "with-consent",
      caveats: ["Not for use in capital cases."],
      reviewBy: null,
      expires: null,
      foreignCodes: [],
      ...terms,
    },
  });
  const ask = (terms: object | null, extra: { owner?: string; aboutPerson?: boolean; withdrawn?: boolean } = {}) => {
    const { owner = HOME, aboutPerson = false, withdrawn = false } = extra;
    const label = compileLabel(owner, terms === null ? [] : ["marking-definition--1"], () => marking(terms ?? {}));
    return reviewItem(analyst, { label, aboutPerson, withdrawn }, facts, { now: NOW, party: HOME });
  };
  const codes = (answer: ReturnType<typeof ask>) => [answer.effect, ...answer.reasons.map((reason) => reason.rule)];

  test("goes with its caveats", () => {
    expect(ask({})).toMatchObject({
      effect: "allow",
      obligations: [{ rule: "caveat" }, { rule: "no-onward" }, { rule: "evidence-consent" }],
    });
  });
  test("about a person needs a second officer", () => {
    expect(ask({}, { aboutPerson: true }).obligations.map((o) => o.rule)).toContain("person-second-officer");
    expect(ask({}).obligations.map((o) => o.rule)).not.toContain("person-second-officer");
  });
  test("unmarked stays", () => expect(codes(ask(null))).toEqual(["refuse", "no-handling", "not-releasable"]));
  test("national only stays", () => expect(codes(ask({ releasableTo: [] }))).toEqual(["refuse", "not-releasable"]));
  test("of another purpose stays", () =>
    expect(codes(ask({ purposes: ["border-security"] }))).toEqual(["refuse", "purpose-not-admitted"]));
  test("of a third party waits for its consent", () => {
    expect(codes(ask({ noOnward: false }, { owner: THIRD }))).toEqual(["escalate", "originator-consent"]);
    expect(codes(ask({}, { owner: THIRD }))).toEqual(["refuse", "no-onward", "originator-consent"]);
  });
  test("taken back stays", () => expect(codes(ask({}, { withdrawn: true }))).toEqual(["refuse", "withdrawn"]));
});
