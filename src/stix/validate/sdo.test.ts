import { describe, expect, test } from "vitest";
import type { JsonValue } from "#base";
import { changed, judge, LATER, ref, sdo } from "./testing.ts";

type Case = readonly [string, string, Record<string, JsonValue | undefined>, string];
const each = (cases: readonly Case[]): void => {
  test.each(cases)("%s: %s", (type, _, change, finding) => {
    expect(judge(changed(type, change))).toContain(finding);
  });
};
const BEFORE = "2024-01-01T00:00:00Z";

/** What the tables of §4 and §5 mark as required beside the common properties. */
const REQUIRED: Readonly<Record<string, string>> = {
  "attack-pattern": "name",
  campaign: "name",
  "course-of-action": "name",
  grouping: "context object_refs",
  identity: "name",
  incident: "name",
  indicator: "pattern pattern_type valid_from",
  infrastructure: "name",
  "intrusion-set": "name",
  location: "",
  malware: "is_family",
  "malware-analysis": "product",
  note: "content object_refs",
  "observed-data": "first_observed last_observed number_observed",
  opinion: "opinion object_refs",
  report: "name published object_refs",
  "threat-actor": "name",
  tool: "name",
  vulnerability: "name",
  relationship: "relationship_type source_ref target_ref",
  sighting: "sighting_of_ref",
};

test.each(Object.keys(REQUIRED))("required of %s, and every other property may be left out", (type) => {
  const required = (REQUIRED[type] ?? "").split(" ").filter((name) => name !== "");
  for (const name of required) expect(judge(changed(type, { [name]: undefined }))).toContain(`error required /${name}`);
  const common = ["type", "spec_version", "id", "created", "modified"];
  const bare = Object.fromEntries(
    Object.entries(sdo[type] ?? {}).filter(([name]) => common.includes(name) || required.includes(name)),
  );
  expect(judge(bare).filter((finding) => finding.startsWith("error required"))).toEqual(
    type === "malware" ? ["error required /name"] : [],
  );
});

/** Every property of an open vocabulary or enumeration. */
test.each([
  ["grouping", "context", "10.6"],
  ["identity", "identity_class", "10.8"],
  ["identity", "sectors", "10.11"],
  ["indicator", "indicator_types", "10.10"],
  ["indicator", "pattern_type", "10.19"],
  ["infrastructure", "infrastructure_types", "10.12"],
  ["intrusion-set", "resource_level", "10.3"],
  ["intrusion-set", "primary_motivation", "10.2"],
  ["intrusion-set", "secondary_motivations", "10.2"],
  ["location", "region", "10.21"],
  ["malware", "malware_types", "10.15"],
  ["malware", "architecture_execution_envs", "10.20"],
  ["malware", "implementation_languages", "10.9"],
  ["malware", "capabilities", "10.13"],
  ["malware-analysis", "result", "10.14"],
  ["report", "report_types", "10.22"],
  ["threat-actor", "threat_actor_types", "10.23"],
  ["threat-actor", "roles", "10.24"],
  ["threat-actor", "sophistication", "10.25"],
  ["threat-actor", "personal_motivations", "10.2"],
  ["tool", "tool_types", "10.26"],
  ["opinion", "opinion", "10.18"],
])("%s.%s is of a vocabulary (§%s)", (type, name) => {
  const list = Array.isArray(sdo[type]?.[name]);
  const place = list ? `/${name}/0` : `/${name}`;
  const finding = name === "opinion" ? `error enumeration ${place}` : `warning vocabulary ${place}`;
  expect(judge(changed(type, { [name]: list ? ["no-such-term"] : "no-such-term" }))).toEqual([finding]);
  expect(judge(changed(type, { [name]: list ? [1] : 1 }))).toContain(`error type ${place}`);
});

/** Every reference with the types that it may have. */
test.each([
  ["malware", "sample_refs", ["file", "artifact"], "software"],
  ["malware", "operating_system_refs", ["software"], "file"],
  ["malware-analysis", "host_vm_ref", ["software"], "file"],
  ["malware-analysis", "operating_system_ref", ["software"], "tool"],
  ["malware-analysis", "installed_software_refs", ["software"], "tool"],
  ["malware-analysis", "sample_ref", ["file", "artifact", "network-traffic"], "malware"],
  ["malware-analysis", "analysis_sco_refs", ["url", "x-own"], "malware"],
  ["observed-data", "object_refs", ["file", "x-own"], "malware"],
  ["report", "object_refs", ["malware", "url", "sighting", "marking-definition", "x-own"], "bundle"],
  ["note", "object_refs", ["tool"], "bundle"],
  ["opinion", "object_refs", ["relationship"], "bundle"],
  ["grouping", "object_refs", ["url"], "bundle"],
  ["relationship", "source_ref", ["malware", "url", "x-own"], "relationship"],
  ["relationship", "source_ref", [], "language-content"],
  ["relationship", "target_ref", ["malware", "url"], "sighting"],
  ["relationship", "target_ref", [], "marking-definition"],
  ["relationship", "target_ref", [], "bundle"],
  ["relationship", "target_ref", [], "extension-definition"],
  ["sighting", "sighting_of_ref", ["malware", "x-own"], "url"],
  ["sighting", "sighting_of_ref", [], "relationship"],
  ["sighting", "observed_data_refs", ["observed-data"], "url"],
  ["sighting", "where_sighted_refs", ["identity", "location"], "tool"],
] as const)("%s.%s refers to %s, not to %s", (type, name, allowed, refused) => {
  const list = name.endsWith("_refs");
  const errors = (target: string): string[] =>
    judge(changed(type, { [name]: list ? [ref(target)] : ref(target) })).filter((finding) =>
      finding.startsWith("error"),
    );
  for (const target of allowed) expect(errors(target)).toEqual([]);
  expect(errors(refused)).toContain(`error ref-type /${name}${list ? "/0" : ""}`);
});

describe("§4 rules over several properties", () => {
  each([
    [
      "attack-pattern",
      "a CAPEC id by another form",
      { external_references: [{ source_name: "capec", external_id: "163" }] },
      "error external-id /external_references/0/external_id",
    ],
    [
      "attack-pattern",
      "CAPEC in capitals",
      { external_references: [{ source_name: "CAPEC", external_id: "CAPEC-163" }] },
      "error source-name /external_references/0/source_name",
    ],
    [
      "vulnerability",
      "no CVE id",
      { external_references: [{ source_name: "cve", description: "d" }] },
      "error external-id /external_references/0/external_id",
    ],
    ["course-of-action", "action is reserved", { action: "a" }, "error reserved /action"],
    ...["campaign", "infrastructure", "intrusion-set", "malware", "threat-actor", "sighting"].map((type): Case => [
      type,
      "last seen before first",
      { first_seen: LATER, last_seen: BEFORE },
      "error time-order /last_seen",
    ]),
    [
      "indicator",
      "valid until its beginning",
      { valid_until: sdo["indicator"]?.["valid_from"] ?? "" },
      "error time-order /valid_until",
    ],
    ["indicator", "no name", { name: undefined }, "warning advised /name"],
    ["indicator", "no description", { description: undefined }, "warning advised /description"],
    [
      "location",
      "no place",
      { region: undefined, country: undefined, latitude: undefined, longitude: undefined, precision: undefined },
      "error one-required ",
    ],
    ["location", "half a point", { longitude: undefined }, "error needs /longitude"],
    ["location", "the other half", { latitude: undefined }, "error needs /latitude"],
    ["location", "a point without extent", { precision: undefined }, "warning advised /precision"],
    ["location", "a precision of nothing", { latitude: undefined, longitude: undefined }, "error needs /latitude"],
    ["location", "past the pole", { latitude: 90.1 }, "error range /latitude"],
    ["location", "past the date line", { longitude: -180.1 }, "error range /longitude"],
    ["location", "a country by its name", { country: "Pakistan" }, "warning country /country"],
    [
      "location",
      "an area by its name",
      { administrative_area: "Punjab" },
      "warning administrative-area /administrative_area",
    ],
    ["malware", "a family without a name", { name: undefined }, "error required /name"],
    ["malware-analysis", "no result", { result: undefined, analysis_sco_refs: undefined }, "error one-required "],
    ["malware-analysis", "a product in capitals", { product: "Some Product" }, "warning lower-case /product"],
    ["observed-data", "last before first", { last_observed: BEFORE }, "error time-order /last_observed"],
    ["observed-data", "never observed", { number_observed: 0 }, "error range /number_observed"],
    ["observed-data", "too often", { number_observed: 1_000_000_000 }, "error range /number_observed"],
    ["observed-data", "nothing observed", { object_refs: undefined }, "error one-required "],
    ["observed-data", "no cyber-observable", { object_refs: [ref("relationship")] }, "error sco-required /object_refs"],
    ["observed-data", "both ways", { objects: { "0": { type: "mutex", name: "m" } } }, "error only-one /object_refs"],
  ]);

  test("a malware instance needs no name", () => {
    expect(judge(changed("malware", { name: undefined, is_family: false }))).toEqual([]);
  });

  test.each([
    ["[file:name = 'a' OR file:hashes.MD5 = 'b' OR x-own:own = 1 OR file:x_own = 1 OR file:id = 'c']", []],
    ["[file:nosuch = 1]", ["warning pattern-property /pattern"]],
    ["[file:nosuch = 1] AND [file:nosuch = 2]", ["warning pattern-property /pattern"]],
    ["[own-type:name = 1]", ["warning pattern-type /pattern"]],
    ["[Own:name = 1]", ["error pattern-type /pattern"]],
    ["[x--own:name = 1]", ["error pattern-type /pattern"]],
    ["[malware:name = 'x']", ["error pattern-type /pattern"]],
    ["[file:Name = 'x']", ["error pattern-property /pattern"]],
    ["[file:'na-me' = 'x']", ["error pattern-property /pattern"]],
    [
      "[file:name = 'x'] START t'2024-01-01T00:00:00Z' STOP t'2025-02-01T00:00:00Z'",
      ["warning pattern-window /pattern"],
    ],
    [
      "[file:name = 'x'] START t'2025-01-01T00:00:00.0Z' STOP t'2026-01-01T00:00:00Z'",
      ["warning pattern-window /pattern"],
    ],
    ["[file:name = 'x'] START t'2025-01-01T00:00:00Z' STOP t'2025-06-01T00:00:00.000Z'", []],
  ])("§9.7 and §9.5.1: what the pattern %s names", (pattern, found) => {
    expect(judge(changed("indicator", { pattern }))).toEqual(found);
  });

  test("a STIX pattern is held against the language of §9, another is not", () => {
    const judged = (pattern: string, pattern_type = "stix") => judge(changed("indicator", { pattern, pattern_type }));
    expect(judged("[")).toEqual(["error pattern-syntax /pattern"]);
    expect(judged("[file:name = 'a' AND url:value = 'b']")).toEqual(["error pattern-meaning /pattern"]);
    expect(judged("[file:name MATCHES '(a)\\\\1']")).toEqual(["warning pattern-regex-unsupported /pattern"]);
    expect(judged("[file:name MATCHES '(']")).toEqual(["error pattern-regex /pattern"]);
    expect(judged("[", "snort")).toEqual([]);
    expect(judge(changed("indicator", {}))).toEqual([]);
  });
});

describe("§2.13 the deprecated container", () => {
  const held = (objects: JsonValue): string[] => judge(changed("observed-data", { object_refs: undefined, objects }));
  const deprecated = "warning deprecated /objects";
  test.each<[string, JsonValue, string[]]>([
    [
      "its references stay within it",
      { "0": { type: "ipv4-addr", value: "1.2.3.4" }, "1": { type: "file", name: "f", contains_refs: ["0"] } },
      [deprecated],
    ],
    [
      "a reference to nothing",
      { "0": { type: "ipv4-addr", value: "1.2.3.4", belongs_to_refs: ["9"] } },
      ["error ref-missing /objects/0/belongs_to_refs/0", deprecated],
    ],
    [
      "a reference to another type",
      { "0": { type: "ipv4-addr", value: "1.2.3.4", belongs_to_refs: ["0"] } },
      ["error ref-type /objects/0/belongs_to_refs/0", deprecated],
    ],
    ["an object that breaks its rules", { "0": { type: "file" } }, ["error one-required /objects/0", deprecated]],
    [
      "an extension within",
      {
        "0": {
          type: "file",
          name: "f",
          extensions: { "ntfs-ext": { sid: 1 }, "archive-ext": { contains_refs: ["0"] } },
        },
      },
      ["error type /objects/0/extensions/ntfs-ext/sid", deprecated],
    ],
    ["an SDO", { "0": { type: "tool", name: "t" } }, ["error container-type /objects/0/type", deprecated]],
    ["no type", { "0": {} }, ["error empty-dictionary /objects/0", "error required /objects/0/type", deprecated]],
    ["no container", [1], [deprecated, "error type /objects"]],
    [
      "a key that does not count",
      { a: { type: "mutex", name: "m" } },
      [deprecated, "warning container-key /objects/a"],
    ],
  ])("%s", (_, objects, findings) => {
    expect(held(objects).toSorted()).toEqual(findings.toSorted());
  });
});

describe("§5 relationships", () => {
  each([
    ["relationship", "stops when it starts", { stop_time: "2025-01-01T00:00:00Z" }, "error time-order /stop_time"],
    ["relationship", "a type in capitals", { relationship_type: "Uses" }, "error relationship-type /relationship_type"],
    [
      "relationship",
      "a type that the standard lacks",
      { relationship_type: "knows" },
      "warning relationship /relationship_type",
    ],
    [
      "relationship",
      "ends the wrong way round",
      { source_ref: ref("malware"), target_ref: ref("indicator") },
      "warning relationship /relationship_type",
    ],
    [
      "relationship",
      "derived from another type",
      { relationship_type: "derived-from" },
      "warning relationship /relationship_type",
    ],
    ["sighting", "a count below zero", { count: -1 }, "error range /count"],
    ["sighting", "a summary that is no boolean", { summary: "false" }, "error type /summary"],
  ]);
  test.each([
    ["related-to", "url", "tool"],
    ["duplicate-of", "tool", "tool"],
    ["uses", "threat-actor", "malware"],
    ["consists-of", "infrastructure", "url"],
    ["exfiltrates-to", "malware", "infrastructure"],
    ["resolves-to", "domain-name", "ipv6-addr"],
    ["av-analysis-of", "malware-analysis", "malware"],
  ])("the standard lists %s from %s to %s", (type, source, target) => {
    expect(
      judge(changed("relationship", { relationship_type: type, source_ref: ref(source), target_ref: ref(target) })),
    ).toEqual([]);
  });
});
