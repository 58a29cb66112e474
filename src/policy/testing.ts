import fc from "fast-check";
import type { Consent, Context, Marking, Viewer } from "./index.ts";
import { ROLES } from "./index.ts";

/** Generators of viewers, markings and contexts, for the property tests of policy and of the store. */
export const HOME = "identity--00000000-0000-4000-8000-00000000000a";
export const PARTNER = "identity--00000000-0000-4000-8000-00000000000b";
export const THIRD = "identity--00000000-0000-4000-8000-00000000000c";
const PARTIES = [HOME, PARTNER, THIRD];
const PURPOSES = ["criminal-investigation", "border-security", "diplomatic-engagement"];
const MOMENTS = ["2025-01-01T00:00:00.000000Z", "2026-01-01T00:00:00.000000Z", "2027-01-01T00:00:00.000000Z"];

const party = fc.constantFrom(...PARTIES);
const id = fc
  .integer({ min: 0, max: 0xffff })
  .map((n) => `marking-definition--00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`);

const handling: fc.Arbitrary<Marking> = fc.record({
  id,
  kind: fc.constant("handling" as const),
  handling: fc.record({
    originator: party,
    releasableTo: fc.subarray(PARTIES),
    noOnward: fc.boolean(),
    purposes: fc.option(fc.subarray(PURPOSES), { nil: null }),
    evidenceUse: fc.constantFrom("allowed" as const, "with-consent" as const, "forbidden" as const),
    caveats: fc.subarray(["Not for public release"]),
    reviewBy: fc.option(fc.constantFrom(...MOMENTS), { nil: null }),
    expires: fc.option(fc.constantFrom(...MOMENTS), { nil: null }),
    foreignCodes: fc.constant([]),
  }),
});
const tlp: fc.Arbitrary<Marking> = fc.constantFrom(
  { id: "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", kind: "tlp" as const, tlp: "clear" as const },
  {
    id: "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    kind: "tlp" as const,
    tlp: "amber+strict" as const,
  },
  { id: "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", kind: "tlp" as const, tlp: "red" as const },
);
const statement: fc.Arbitrary<Marking> = id.map((value) => ({ id: value, kind: "statement", statement: "© somebody" }));
const unknown: fc.Arbitrary<Marking> = id.map((value) => ({ id: value, kind: "unknown", reason: "not understood" }));

export const arbitraryMarkings = fc.uniqueArray(
  fc.oneof(
    { arbitrary: handling, weight: 4 },
    { arbitrary: tlp, weight: 2 },
    { arbitrary: statement, weight: 1 },
    { arbitrary: unknown, weight: 1 },
  ),
  { selector: (marking) => marking.id, maxLength: 3 },
);

export const arbitraryViewer: fc.Arbitrary<Viewer> = fc.oneof(
  fc.record({
    kind: fc.constant("officer" as const),
    party,
    officer: fc.constant("officer--1"),
    roles: fc.subarray([...ROLES], { minLength: 1, maxLength: 2 }),
  }),
  fc.record({ kind: fc.constant("partner" as const), party }),
  fc.record({
    kind: fc.constant("job" as const),
    party,
    name: fc.constant("test"),
    may: fc.subarray(["read" as const, "receive" as const]),
  }),
);

export const RECORD = "identity--00000000-0000-4000-8000-0000000000d1";
const consent: fc.Arbitrary<Consent> = fc.record({
  originator: fc.constantFrom(PARTNER, THIRD),
  record: fc.constantFrom(RECORD, "identity--00000000-0000-4000-8000-0000000000d2"),
  recipient: party,
  purpose: fc.constantFrom(...PURPOSES),
  validUntil: fc.option(fc.constantFrom(...MOMENTS), { nil: null }),
  liftsNoOnward: fc.boolean(),
  conditions: fc.constantFrom("", "Not to be shown to a court."),
});

export const arbitraryContext: fc.Arbitrary<Context> = fc
  .record({
    now: fc.constantFrom("2024-06-01T00:00:00.000000Z", "2026-06-01T00:00:00.000000Z"),
    party: fc.constant(HOME),
    purpose: fc.option(fc.constantFrom(...PURPOSES), { nil: undefined }),
    recipient: fc.option(party, { nil: undefined }),
    consents: fc.array(consent, { maxLength: 4 }),
    record: fc.constant(RECORD),
  })
  .map(({ purpose, recipient, ...context }) => ({
    ...context,
    ...(purpose === undefined ? {} : { purpose }),
    ...(recipient === undefined ? {} : { recipient }),
  }));
