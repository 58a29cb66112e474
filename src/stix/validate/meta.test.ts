import { describe, expect, test } from "vitest";
import type { JsonObject, JsonValue } from "#base";
import { TLP1, TLP2 } from "../tlp.ts";
import { TLP2_EXTENSION } from "./markings.ts";
import { changed, extended, judge, LATER, ref } from "./testing.ts";

type Case = readonly [string, string, Record<string, JsonValue | undefined>, string];
const each = (cases: readonly Case[]): void => {
  test.each(cases)("%s: %s", (type, _, change, finding) => {
    expect(judge(changed(type, change))).toContain(finding);
  });
};

describe("§7.1 language content", () => {
  each([
    ["language-content", "no object", { object_ref: undefined }, "error required /object_ref"],
    ["language-content", "of a bundle", { object_ref: ref("bundle") }, "error ref-type /object_ref"],
    ["language-content", "no contents", { contents: {} }, "error empty-dictionary /contents"],
    [
      "language-content",
      "a language that is none",
      { contents: { german: { name: "N" } } },
      "error language /contents/german",
    ],
    ["language-content", "no translation", { contents: { de: "N" } }, "error type /contents/de"],
    [
      "language-content",
      "a number translated",
      { contents: { de: { confidence: 1 } } },
      "error type /contents/de/confidence",
    ],
    ["language-content", "a language of its own", { lang: "en" }, "warning not-applicable /lang"],
  ]);
});

describe("§7.2 markings", () => {
  each([
    ["marking-definition", "no type", { definition_type: undefined }, "error required /definition_type"],
    ["marking-definition", "no definition", { definition: undefined }, "error required /definition"],
    ["marking-definition", "another type", { definition_type: "iep" }, "warning vocabulary /definition_type"],
    ["marking-definition", "no statement", { definition: { x: "y" } }, "error required /definition/statement"],
    [
      "marking-definition",
      "a statement that is no text",
      { definition: { statement: 1 } },
      "error type /definition/statement",
    ],
    ["marking-definition", "a version", { modified: LATER }, "error not-applicable /modified"],
    ["marking-definition", "revoked", { revoked: true }, "error not-applicable /revoked"],
    ["marking-definition", "labels", { labels: ["a"] }, "warning not-applicable /labels"],
    [
      "marking-definition",
      "marked with itself",
      { object_marking_refs: [ref("marking-definition")] },
      "error marking-circular /object_marking_refs/0",
    ],
    [
      "marking-definition",
      "marked in part with itself",
      { granular_markings: [{ marking_ref: ref("marking-definition"), selectors: ["name"] }], name: "n" },
      "error marking-circular /granular_markings/0/marking_ref",
    ],
    ["marking-definition", "a fifth TLP", { definition_type: "tlp", definition: { tlp: "red" } }, "error tlp /id"],
  ]);

  const tlp1 = (level: keyof typeof TLP1): JsonObject => ({
    type: "marking-definition",
    spec_version: "2.1",
    id: TLP1[level],
    created: "2017-01-20T00:00:00.000Z",
    definition_type: "tlp",
    name: `TLP:${level.toUpperCase()}`,
    definition: { tlp: level },
  });
  test("the four of TLP 1, to the letter", () => {
    for (const level of Object.keys(TLP1) as (keyof typeof TLP1)[]) expect(judge(tlp1(level))).toEqual([]);
    expect(judge({ ...tlp1("red"), created: LATER })).toEqual(["error tlp /created"]);
    expect(judge({ ...tlp1("red"), name: "red" })).toEqual(["error tlp /name"]);
    expect(judge({ ...tlp1("red"), definition: { tlp: "amber" } })).toContain("error tlp /id");
    expect(judge({ ...tlp1("red"), definition: { tlp: "purple" } })).toContain("error tlp /definition/tlp");
    expect(judge({ ...tlp1("red"), definition_type: "statement", definition: { statement: "s" } })).toContain(
      "error tlp /definition_type",
    );
  });

  const tlp2 = (level: keyof typeof TLP2): JsonObject => ({
    type: "marking-definition",
    spec_version: "2.1",
    id: TLP2[level],
    created: "2022-10-01T00:00:00.000Z",
    name: `TLP:${level.toUpperCase()}`,
    extensions: { [TLP2_EXTENSION]: { extension_type: "property-extension", tlp_2_0: level } },
  });
  test("the five of TLP 2.0", () => {
    for (const level of Object.keys(TLP2) as (keyof typeof TLP2)[]) expect(judge(tlp2(level))).toEqual([]);
    expect(judge({ ...tlp2("clear"), id: TLP2.red })).toEqual(["error tlp /id"]);
    expect(judge({ ...tlp2("clear"), created: LATER })).toEqual(["error tlp /created"]);
    expect(
      judge({
        ...tlp2("clear"),
        extensions: { [TLP2_EXTENSION]: { extension_type: "property-extension", tlp_2_0: "white" } },
      }),
    ).toContain(`error tlp /extensions/${TLP2_EXTENSION}/tlp_2_0`);
  });
});

describe("§7.2.3 granular markings", () => {
  const granular = (marking: JsonObject): string[] =>
    judge(changed("attack-pattern", { description: "d", granular_markings: [marking] })).map((finding) =>
      finding.replace("/granular_markings/0", "…"),
    );
  const marking_ref = ref("marking-definition");
  test.each<[string, JsonObject, string[]]>([
    [
      "by name, index and path",
      { marking_ref, selectors: ["name", "labels.[0]", "external_references.[0].source_name", "granular_markings"] },
      [],
    ],
    ["a language", { lang: "ps-AF", selectors: ["description"] }, []],
    ["neither", { selectors: ["name"] }, ["error one-required …"]],
    ["both", { lang: "en", marking_ref, selectors: ["name"] }, ["error only-one …/marking_ref"]],
    ["nothing selected", { marking_ref }, ["error required …/selectors"]],
    ["no selector", { marking_ref, selectors: [] }, ["error empty-list …/selectors"]],
    ["what is not there", { marking_ref, selectors: ["pattern"] }, ["error selector-absent …/selectors/0"]],
    ["past a list's end", { marking_ref, selectors: ["labels.[3]"] }, ["error selector-absent …/selectors/0"]],
    ["an index into text", { marking_ref, selectors: ["description.[0]"] }, ["error selector-absent …/selectors/0"]],
    ["a name in a list", { marking_ref, selectors: ["labels.name"] }, ["error selector-absent …/selectors/0"]],
    [
      "what every object inherits",
      { marking_ref, selectors: ["constructor"] },
      ["error selector-absent …/selectors/0"],
    ],
    ["another syntax", { marking_ref, selectors: ["labels[0]"] }, ["error selector …/selectors/0"]],
    ["an empty part", { marking_ref, selectors: ["name."] }, ["error selector …/selectors/0"]],
    ["a language that is none", { lang: "english", selectors: ["name"] }, ["error language …/lang"]],
    ["no marking", { marking_ref: ref("tool"), selectors: ["name"] }, ["error ref-type …/marking_ref"]],
  ])("%s", (_, marking, findings) => {
    expect(granular(marking)).toEqual(findings);
  });
});

describe("§7.3 extension definitions", () => {
  each([
    ...["created_by_ref", "name", "schema", "version", "extension_types", "modified"].map((name): Case => [
      "extension-definition",
      `${name} is required`,
      { [name]: undefined },
      `error required /${name}`,
    ]),
    ["extension-definition", "no description", { description: undefined }, "warning advised /description"],
    ["extension-definition", "another type", { extension_types: ["new-type"] }, "error enumeration /extension_types/0"],
    [
      "extension-definition",
      "properties of no top level",
      { extension_types: ["property-extension"] },
      "error excluded /extension_properties",
    ],
    [
      "extension-definition",
      "a top level without names",
      { extension_properties: undefined },
      "warning advised /extension_properties",
    ],
    [
      "extension-definition",
      "a property too short",
      { extension_properties: ["ab"] },
      "error property-name /extension_properties/0",
    ],
    ["extension-definition", "extensions", { extensions: { a: 1 } }, "warning not-applicable /extensions"],
  ]);
  test("every extension type", () => {
    const extension_types = ["new-sdo", "new-sco", "new-sro", "property-extension", "toplevel-property-extension"];
    expect(judge(changed("extension-definition", { extension_types }))).toEqual([]);
  });
});

describe("published extensions", () => {
  const INCIDENT = "extension-definition--ef765651-680c-498d-9894-99799f2fa126";
  const incident = (core: JsonObject): string[] =>
    judge(changed("incident", { extensions: { [INCIDENT]: { extension_type: "property-extension", ...core } } })).map(
      (finding) => finding.replace(`/extensions/${INCIDENT}`, "…"),
    );
  const core = { determination: "suspected", investigation_status: "open" };
  test.each<[string, JsonObject, string[]]>([
    [
      "as published",
      {
        ...core,
        impact_refs: [ref("impact")],
        events: [
          {
            event_ref: ref("event"),
            next_steps: [{ event_ref: ref("event", 2), condition_type: "required", transition_type: "success" }],
          },
        ],
      },
      [],
    ],
    ["no status", { determination: "suspected" }, ["error required …/investigation_status"]],
    ["a determination of one's own", { ...core, determination: "sure" }, ["error enumeration …/determination"]],
    ["a task among events", { ...core, events: [{ event_ref: ref("task") }] }, ["error ref-type …/events/0/event_ref"]],
    ["a score that is text", { ...core, scores: [{ name: "n", value: "1" }] }, ["error type …/scores/0/value"]],
    [
      "fewer than no systems",
      { ...core, impacted_entity_counts: { system: -1 } },
      ["error range …/impacted_entity_counts/system"],
    ],
  ])("incident core: %s", (_, contents, findings) => {
    expect(incident(contents)).toEqual(findings);
  });
  test("incident core stands on an incident", () => {
    expect(
      judge(changed("campaign", { extensions: { [INCIDENT]: { extension_type: "property-extension" } } })),
    ).toEqual([`error extension-place /extensions/${INCIDENT}`]);
  });

  const brought = (type: string, id: string, own: JsonObject, extensions: JsonObject = {}): JsonObject => {
    const { some_property: _, ...common } = extended;
    return {
      ...common,
      type,
      id: ref(type),
      extensions: { [`extension-definition--${id}`]: { extension_type: "new-sdo" }, ...extensions },
      ...own,
    };
  };
  const monetary = { variety: "ransom-demand", min_amount: 0, max_amount: 10, currency: "usd" };
  const impact = (own: JsonObject, extensions: JsonObject): string[] =>
    judge(brought("impact", "7cc33dd6-f6a1-489b-98ea-522d351d71b9", own, extensions));
  test.each([
    ["event", "4ca6de00-5b0d-45ef-a1dc-ea7279ea910e", "status", "occurred", {}],
    ["impact", "7cc33dd6-f6a1-489b-98ea-522d351d71b9", "impact_category", "monetary", { monetary }],
    ["task", "2074a052-8be4-4932-849e-f5e7798e0030", "outcome", "ongoing", {}],
  ] as const)("%s", (type, id, property, value, extensions) => {
    expect(judge(brought(type, id, { [property]: value }, extensions))).toEqual([]);
    expect(judge(brought(type, id, {}, extensions))).toContain(`error required /${property}`);
    expect(judge(brought(type, id, { [property]: 1 }, extensions))).toContain(`error type /${property}`);
  });
  test("an impact has the extension of its category, and holds to it", () => {
    expect(impact({ impact_category: "physical" }, { monetary })).toEqual(["error required /extensions/physical"]);
    expect(impact({ impact_category: "monetary" }, { monetary: { ...monetary, currency_actual: "btc" } })).toEqual([
      "error needs /extensions/monetary/conversion_rate",
    ]);
    expect(impact({ impact_category: "integrity" }, { integrity: { alteration: "full-destruction" } })).toEqual([
      "error needs /extensions/integrity/information_type",
    ]);
    expect(impact({ impact_category: "availability" }, { availability: { availability_impact: 101 } })).toEqual([
      "error range /extensions/availability/availability_impact",
    ]);
    expect(impact({ impact_category: "monetary", superseded_by_ref: ref("impact", 2) }, { monetary })).toEqual([
      "error needs /end_time",
    ]);
    expect(impact({ impact_category: "monetary", start_time: LATER, end_time: LATER }, { monetary })).toEqual([
      "error time-order /end_time",
    ]);
  });

  test("contact information and access control", () => {
    const contact = "extension-definition--66e2492a-bbd3-4be6-88f5-cc91a017a498";
    const known = {
      extension_type: "property-extension",
      first_name: "A",
      email_addresses: [{ email_address_ref: ref("email-addr"), digital_contact_type: "work" }],
    };
    expect(judge(changed("identity", { extensions: { [contact]: known } }))).toEqual([]);
    expect(judge(changed("identity", { extensions: { [contact]: { ...known, email_addresses: [{}] } } }))).toContain(
      `error required /extensions/${contact}/email_addresses/0/email_address_ref`,
    );
    expect(
      judge(
        changed("identity", { extensions: { [contact]: { extension_type: "property-extension", first_name: "A" } } }),
      ),
    ).toContain(`error one-required /extensions/${contact}`);
    const acs = "extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce";
    const marking = changed("marking-definition", {
      definition_type: undefined,
      definition: undefined,
      extensions: { [acs]: { extension_type: "property-extension" } },
    });
    expect(judge(marking)).toContain(`error required /extensions/${acs}/identifier`);
  });

  test.each<[string, string, object, string]>([
    [
      "CUI",
      "extension-definition--dff17fb3-edcb-4f99-ad1b-4b751c95738a",
      { control: "CUI", designator_ref: "identity--10000000-0000-4000-8000-000000000001", categories: ["SP-PRVCY"] },
      "control",
    ],
    [
      "IEP 2.0",
      "extension-definition--762e2e97-ee51-43e5-a9ea-165fbb862c4a",
      {
        encrypt_in_transit: "must",
        permitted_actions: "none",
        affected_party_notifications: "may",
        tlp: "amber",
        provider_attribution: "may",
        unmodified_resale: "must-not",
        iep_id: "10000000-0000-4000-8000-000000000001",
        iep_version: 2,
        description: "d",
        start_date: "2025-01-01T00:00:00Z",
      },
      "tlp",
    ],
  ])("the marking %s is known and held against its definition", (_, extension, content, property) => {
    const marked = (more: object) =>
      judge({
        type: "marking-definition",
        spec_version: "2.1",
        id: "marking-definition--10000000-0000-4000-8000-000000000001",
        created: "2025-01-01T00:00:00.000Z",
        extensions: { [extension]: { extension_type: "property-extension", ...content, ...more } },
      });
    expect(marked({})).toEqual([]);
    expect(marked({ [property]: "other" })).toEqual([`error enumeration /extensions/${extension}/${property}`]);
  });
});
