import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  compileLabel,
  decide,
  handlingMarking,
  matches,
  type Marking,
  predicate,
  readMarking,
  ROLES,
  type Viewer,
} from "./index.ts";
import { arbitraryContext, arbitraryMarkings, arbitraryViewer, HOME, PARTNER, RECORD, THIRD } from "./testing.ts";

const NOW = "2026-01-01T00:00:00.000000Z";
const label = (owner: string, markings: readonly Marking[]) =>
  compileLabel(
    owner,
    markings.map((m) => m.id),
    (id) => markings.find((m) => m.id === id),
  );
const handling = (id: string, terms: Partial<Extract<Marking, { kind: "handling" }>["handling"]>): Marking => ({
  id,
  kind: "handling",
  handling: {
    originator: HOME,
    releasableTo: [PARTNER],
    noOnward: false,
    purposes: null,
    evidenceUse: "allowed",
    caveats: [],
    reviewBy: null,
    expires: null,
    foreignCodes: [],
    ...terms,
  },
});
const analyst: Viewer = { kind: "officer", party: HOME, officer: "officer--1", roles: ["analyst"] };

describe("the decision and the predicate", () => {
  test("agree on every viewer, action, label and context", () => {
    fc.assert(
      fc.property(
        arbitraryViewer,
        fc.constantFrom("read", "receive", "release" as const),
        arbitraryMarkings,
        fc.constantFrom(HOME, PARTNER),
        arbitraryContext,
        (viewer, action, markings, owner, context) => {
          const subject = label(owner, markings);
          expect(matches(predicate(viewer, action, context), subject)).toBe(
            decide(viewer, action, subject, context).effect === "allow",
          );
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("a marking added never widens", () => {
    fc.assert(
      fc.property(
        arbitraryViewer,
        fc.constantFrom("read", "receive", "release" as const),
        arbitraryMarkings,
        arbitraryMarkings,
        fc.constantFrom(HOME, PARTNER),
        arbitraryContext,
        (viewer, action, markings, more, owner, context) => {
          const before = label(owner, markings);
          // The first handling terms are the grant itself; everything after it, and everything else, only narrows.
          const added = before.handling.granted ? more : more.filter((m) => m.kind !== "handling");
          const after = label(owner, [...markings, ...added]);
          if (decide(viewer, action, after, context).effect === "allow") {
            expect(decide(viewer, action, before, context).effect).toBe("allow");
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe("who can do what", () => {
  const own = label(HOME, [handling("marking-definition--a", {})]);
  const rows = ROLES.map((role) => {
    const viewer: Viewer = { kind: "officer", party: HOME, officer: "officer--1", roles: [role] };
    const release = decide(viewer, "release", own, { now: NOW, party: HOME, recipient: PARTNER, purpose: "p" }).effect;
    return `${role}: read ${decide(viewer, "read", own, { now: NOW, party: HOME }).effect}, release ${release}`;
  });
  test("is this table", () => {
    expect(rows).toEqual([
      "desk-officer: read allow, release allow",
      "analyst: read allow, release allow",
      "disclosure-officer: read allow, release allow",
      "screening-officer: read allow, release deny",
      "operations-coordinator: read deny, release deny",
      "referral-officer: read allow, release deny",
      "programme-officer: read allow, release deny",
      "overseer: read allow, release deny",
      "administrator: read deny, release deny",
    ]);
  });
});

const consent = {
  originator: THIRD,
  record: RECORD,
  recipient: PARTNER,
  purpose: "criminal-investigation",
  validUntil: null,
  liftsNoOnward: false,
  conditions: "",
};

describe("absence denies", () => {
  const release = (subject: ReturnType<typeof label>, extra = {}) =>
    decide(analyst, "release", subject, {
      now: NOW,
      party: HOME,
      recipient: PARTNER,
      purpose: "criminal-investigation",
      ...extra,
    });
  const codes = (subject: ReturnType<typeof label>, extra = {}) =>
    release(subject, extra).reasons.map((reason) => reason.code);

  test("no marking, no release; and the refusal says how to go on", () => {
    expect(codes(label(HOME, []))).toEqual(["no-handling", "not-releasable"]);
    expect(release(label(HOME, [])).reasons.every((reason) => reason.fix !== undefined)).toBe(true);
  });
  test("national only goes to nobody", () => {
    expect(codes(label(HOME, [handling("marking-definition--a", { releasableTo: [] })]))).toEqual(["not-releasable"]);
  });
  test("a purpose that the marking does not admit", () => {
    expect(codes(label(HOME, [handling("marking-definition--a", { purposes: ["border-security"] })]))).toEqual([
      "purpose-not-admitted",
    ]);
  });
  test("a marking not understood is seen by its owner and an overseer only", () => {
    const subject = label(PARTNER, [{ id: "marking-definition--x", kind: "unknown", reason: "ACS" }]);
    expect(decide(analyst, "read", subject, { now: NOW, party: HOME }).effect).toBe("deny");
    expect(decide({ ...analyst, roles: ["overseer"] }, "read", subject, { now: NOW, party: HOME }).effect).toBe(
      "allow",
    );
    expect(
      decide(analyst, "read", label(HOME, [{ id: "marking-definition--x", kind: "unknown", reason: "ACS" }]), {
        now: NOW,
        party: HOME,
      }).effect,
    ).toBe("allow");
  });
  test("what came from a partner escalates for consent, and goes once it is recorded", () => {
    const subject = label(THIRD, [handling("marking-definition--a", { originator: THIRD })]);
    expect(release(subject).effect).toBe("escalate");
    expect(release(subject, { record: RECORD, consents: [consent] }).effect).toBe("allow");
    expect(
      release(subject, { record: RECORD, consents: [{ ...consent, conditions: "Not for a court." }] }).obligations,
    ).toEqual([{ code: "consent-condition", message: "Not for a court." }]);
  });
  test.each([
    ["another record", { record: HOME }],
    ["another recipient", { recipient: HOME }],
    ["another purpose", { purpose: "border-security" }],
    ["another originator", { originator: PARTNER }],
    ["a time that is over", { validUntil: NOW }],
  ])("a consent for %s is none", (_, change) => {
    const subject = label(THIRD, [handling("marking-definition--a", { originator: THIRD })]);
    expect(codes(subject, { record: RECORD, consents: [{ ...consent, ...change }] })).toEqual(["originator-consent"]);
  });
  test("a consent stands for a marking that does not name the recipient; it lifts “no onward” only when it says so", () => {
    const terms = { originator: THIRD, releasableTo: [HOME], noOnward: true };
    const subject = label(THIRD, [handling("marking-definition--a", terms)]);
    expect(codes(subject)).toEqual(["not-releasable", "no-onward", "originator-consent"]);
    expect(codes(subject, { record: RECORD, consents: [consent] })).toEqual(["no-onward"]);
    expect(codes(subject, { record: RECORD, consents: [{ ...consent, liftsNoOnward: true }] })).toEqual([]);
  });
  test("no role passes a partner's record on without consent, the administrator least of all", () => {
    const subject = label(THIRD, [handling("marking-definition--a", { originator: THIRD })]);
    for (const role of ROLES) {
      const viewer: Viewer = { kind: "officer", party: HOME, officer: "officer--1", roles: [role] };
      const context = { now: NOW, party: HOME, recipient: PARTNER, purpose: "criminal-investigation", record: RECORD };
      expect(decide(viewer, "release", subject, context).effect, role).not.toBe("allow");
    }
  });
  test("an expired record is an overseer's only", () => {
    const subject = label(HOME, [handling("marking-definition--a", { expires: NOW })]);
    expect(decide(analyst, "read", subject, { now: NOW, party: HOME }).effect).toBe("deny");
    expect(decide({ ...analyst, roles: ["overseer"] }, "read", subject, { now: NOW, party: HOME }).effect).toBe(
      "allow",
    );
  });
});

describe("reading a marking-definition", () => {
  const identity = { id: "marking-definition--0f0e0d0c-0000-4000-8000-000000000001", created: NOW, createdBy: HOME };
  const written = handling(identity.id, {
    purposes: ["a"],
    caveats: ["c"],
    reviewBy: NOW,
    foreignCodes: [{ scheme: "europol", code: "H2" }],
  });
  test("handling terms come back as they were written", () => {
    if (written.kind !== "handling") throw new Error("a handling marking");
    expect(readMarking(JSON.stringify(handlingMarking(written.handling, identity)))).toEqual(written);
  });
  test.each([
    [
      "a foreign extension",
      { id: "marking-definition--1", extensions: { "extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce": {} } },
    ],
    [
      "a TLP of an id that is not fixed",
      { id: "marking-definition--1", definition_type: "tlp", definition: { tlp: "white" } },
    ],
    ["no text", "nonsense"],
  ])("%s is unknown", (_, value) => {
    expect(readMarking(typeof value === "string" ? value : JSON.stringify(value)).kind).toBe("unknown");
  });
});
