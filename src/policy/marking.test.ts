import { describe, expect, test } from "vitest";
import { compileLabel, decide, type Marking, readMarking, type Viewer } from "./index.ts";
import { HOME, PARTNER } from "./testing.ts";

const NOW = "2026-01-01T00:00:00.000000Z";
const id = "marking-definition--10000000-0000-4000-8000-000000000001";
const marking = (more: object): Marking =>
  readMarking(JSON.stringify({ type: "marking-definition", spec_version: "2.1", id, created: NOW, ...more }));
const statement = { definition_type: "statement", definition: { statement: "© somebody" } };
const analyst = (party: string): Viewer => ({ kind: "officer", party, officer: "officer--1", roles: ["analyst"] });

describe("markings of others", () => {
  test.each<[string, object, string]>([
    ["ACS 3.0", { extensions: { "extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce": {} } }, "ACS 3.0"],
    ["CUI", { extensions: { "extension-definition--dff17fb3-edcb-4f99-ad1b-4b751c95738a": {} } }, "CUI"],
    [
      "IEP 2.0",
      { extensions: { "extension-definition--762e2e97-ee51-43e5-a9ea-165fbb862c4a": { tlp: "white" } } },
      "IEP 2.0",
    ],
    [
      "one beside a statement",
      { ...statement, extensions: { "extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce": {} } },
      "ACS",
    ],
    [
      "a foreign extension",
      { extensions: { "extension-definition--10000000-0000-4000-8000-000000000001": {} } },
      "extension",
    ],
    ["IEP of STIX 2.0", { definition_type: "iep", definition: { iep: {} } }, "iep"],
    ["a statement with more in it", { ...statement, definition: { statement: "x", acs: {} } }, "acs"],
    ["a statement with more beside it", { ...statement, x_acs: {} }, "x_acs"],
  ])("%s is not understood: seen by its owner only, and released to nobody", (_, more, named) => {
    const read = marking(more);
    expect(read).toMatchObject({ id, kind: "unknown", reason: expect.stringContaining(named) as string });
    const label = compileLabel(HOME, [id], () => read);
    const context = { now: NOW, party: HOME, purpose: "prevention", recipient: PARTNER };
    expect(decide(analyst(HOME), "read", label, context).effect).toBe("allow");
    expect(decide(analyst(HOME), "release", label, context).effect).toBe("deny");
    expect(decide({ kind: "partner", party: PARTNER }, "receive", label, context).effect).toBe("deny");
    const theirs = compileLabel(PARTNER, [id], () => read);
    expect(decide(analyst(HOME), "read", theirs, context).effect).toBe("deny");
  });

  test("a plain statement is understood", () => {
    expect(marking({ ...statement, name: "Ours", created_by_ref: HOME })).toMatchObject({ kind: "statement" });
  });
});
