import { describe, expect, test } from "vitest";
import type { JsonValue } from "#base";
import {
  isDomainName,
  isEmailAddress,
  isIpv4,
  isIpv6,
  isLanguageTag,
  isUri,
  timestampDigits,
  compareTimestamps,
} from "./forms.ts";
import { changed, extended, judge, ref, sdo, valid } from "./testing.ts";
import { validateObject, validateText } from "./validate.ts";

describe("one valid object of every type", () => {
  test.each(Object.entries(valid))("%s", (_, object) => {
    expect(judge(object)).toEqual([]);
    expect(validateText(JSON.stringify(object))).toBe(validateObject(object));
  });
});

const P = "attack-pattern";
type Case = readonly [string, Record<string, JsonValue | undefined>, string];
const each = (type: string, cases: readonly Case[]): void => {
  test.each(cases)("%s", (_, change, finding) => {
    expect(judge(changed(type, change))).toContain(finding);
  });
};

describe("§2 common data types", () => {
  each(P, [
    ["2.2 a boolean is true or false", { revoked: "false" }, "error type /revoked"],
    ["2.12 an empty list", { aliases: [] }, "error empty-list /aliases"],
    ["2.12 an item of another type", { aliases: ["a", 1] }, "error type /aliases/1"],
    ["2.12 no list", { labels: "a" }, "error type /labels"],
    ["null", { description: null }, "error null /description"],
    ["2.15 a string", { name: 1 }, "error type /name"],
    ["2.15 half a character", { name: "\ud800" }, "error string /name"],
    ["2.10 a whole number", { confidence: 1.5 }, "error integer /confidence"],
    ["2.16 no zone", { created: "2025-01-01T00:00:00.000" }, "error timestamp /created"],
    ["2.16 another zone", { created: "2025-01-01T00:00:00.000+05:00" }, "error timestamp /created"],
    ["2.16 an impossible day", { created: "2025-02-29T00:00:00.000Z" }, "error timestamp /created"],
    [
      "2.5 nothing but a source",
      { external_references: [{ source_name: "s" }] },
      "error one-required /external_references/0",
    ],
    [
      "2.5 no source",
      { external_references: [{ url: "https://example.org/" }] },
      "error required /external_references/0/source_name",
    ],
    [
      "2.5 a url that is none",
      { external_references: [{ source_name: "s", url: "example org" }] },
      "error url /external_references/0/url",
    ],
    [
      "2.5 a url without hashes",
      { external_references: [{ source_name: "s", url: "https://example.org/" }] },
      "warning advised /external_references/0/hashes",
    ],
    [
      "2.5 a property of its own",
      { external_references: [{ source_name: "s", description: "d", x: 1 }] },
      "warning custom-property /external_references/0/x",
    ],
    [
      "2.7 an algorithm by no name",
      { external_references: [{ source_name: "s", url: "https://e.org/", hashes: { SHA256: "00" } }] },
      "warning vocabulary /external_references/0/hashes/SHA256",
    ],
    [
      "2.7 one's own algorithm",
      { external_references: [{ source_name: "s", url: "https://e.org/", hashes: { x_foo: "00" } }] },
      "warning vocabulary /external_references/0/hashes/x_foo",
    ],
    [
      "2.7 a digest too short",
      { external_references: [{ source_name: "s", url: "https://e.org/", hashes: { MD5: "00" } }] },
      "error hash-value /external_references/0/hashes/MD5",
    ],
    [
      "2.7 no hash",
      { external_references: [{ source_name: "s", url: "https://e.org/", hashes: {} }] },
      "error empty-dictionary /external_references/0/hashes",
    ],
    [
      "2.11 capitals",
      { kill_chain_phases: [{ kill_chain_name: "Own Chain", phase_name: "a" }] },
      "warning lower-case /kill_chain_phases/0/kill_chain_name",
    ],
    [
      "2.11 no phase",
      { kill_chain_phases: [{ kill_chain_name: "a" }] },
      "error required /kill_chain_phases/0/phase_name",
    ],
    ["2.9 no UUID", { created_by_ref: "identity--1" }, "error id-form /created_by_ref"],
    [
      "2.9 no UUID of RFC 4122",
      { created_by_ref: "identity--10000000-0000-9000-8000-000000000001" },
      "error id-uuid /created_by_ref",
    ],
    [
      "2.9 another variant",
      { created_by_ref: "identity--10000000-0000-4000-0000-000000000001" },
      "error id-uuid /created_by_ref",
    ],
    [
      "2.9 capitals",
      { created_by_ref: "identity--A0000000-0000-4000-8000-000000000001" },
      "warning id-case /created_by_ref",
    ],
  ]);
});

describe("§3 general concepts", () => {
  each(P, [
    ...["type", "spec_version", "id", "created", "modified", "name"].map((name): Case => [
      `${name} is required`,
      { [name]: undefined },
      `error required /${name}`,
    ]),
    ["3.2 another version of STIX", { spec_version: "2.0" }, "error value /spec_version"],
    ["3.2 the id of another type", { id: ref("malware") }, "error id-type /id"],
    [
      "2.9 an id of version 5",
      { id: "attack-pattern--10000000-0000-5000-8000-000000000001" },
      "warning id-version /id",
    ],
    ["3.2 created to the second", { created: "2025-01-01T00:00:00Z" }, "error timestamp-precision /created"],
    [
      "3.2 more than milliseconds is fine, and compared as a moment",
      { created: "2025-01-01T00:00:00.000001Z" },
      "error modified-before-created /modified",
    ],
    ["3.2 a creator that is no identity", { created_by_ref: ref("tool") }, "error ref-type /created_by_ref"],
    ["3.2 confidence over 100", { confidence: 101 }, "error range /confidence"],
    ["3.2 a language that is none", { lang: "english" }, "error language /lang"],
    ["3.2 marked with no marking", { object_marking_refs: [ref("tool")] }, "error ref-type /object_marking_refs/0"],
    ["3.2 defanged", { defanged: true }, "error not-applicable /defanged"],
    ["3.8 a reserved name", { severity: "high" }, "error reserved /severity"],
    ["11.1 a custom property", { x_acme_score: 1 }, "warning custom-property /x_acme_score"],
    ["11.1 without its prefix", { score: 1 }, "warning custom-property /score"],
    ["11.1 a name too short", { ab: 1 }, "error property-name /ab"],
    ["11.1 a name in capitals", { xAcme: 1 }, "error property-name /xAcme"],
    ["11.1 an empty list within", { x_acme: { list: [] } }, "error empty-list /x_acme/list"],
    ["a name with a slash", { "a/b": 1 }, "error property-name /a~1b"],
  ]);

  test("a top-level extension brings its properties", () => {
    const extensions = { [ref("extension-definition")]: { extension_type: "toplevel-property-extension" } };
    expect(judge(changed(P, { toxicity: 8, extensions }))).toEqual([]);
    expect(judge(changed(P, { Toxicity: 8, extensions }))).toEqual(["error property-name /Toxicity"]);
  });
});

const EXTENSION = ref("extension-definition");
describe("§7.3 and §11 extensions and custom objects", () => {
  each(P, [
    ["no extension", { extensions: {} }, "error empty-dictionary /extensions"],
    ["no contents", { extensions: { [EXTENSION]: 1 } }, `error type /extensions/${EXTENSION}`],
    ["no type", { extensions: { [EXTENSION]: { rank: 1 } } }, `error required /extensions/${EXTENSION}/extension_type`],
    [
      "a type that is none",
      { extensions: { [EXTENSION]: { extension_type: "x" } } },
      `error enumeration /extensions/${EXTENSION}/extension_type`,
    ],
    [
      "a standard type anew",
      { extensions: { [EXTENSION]: { extension_type: "new-sdo" } } },
      `error redefined /extensions/${EXTENSION}/extension_type`,
    ],
    [
      "a name too short",
      { extensions: { [EXTENSION]: { extension_type: "property-extension", id: 1 } } },
      `error property-name /extensions/${EXTENSION}/id`,
    ],
    [
      "no UUID",
      { extensions: { "extension-definition--1": { extension_type: "property-extension" } } },
      "error id-uuid /extensions/extension-definition--1",
    ],
    [
      "another name on an SDO",
      { extensions: { "x-acme-ext": { a_b: 1 } } },
      "error extension-name /extensions/x-acme-ext",
    ],
  ]);
  each("mutex", [
    [
      "a custom extension",
      { extensions: { "x-acme-ext": { a_b: 1 } } },
      "warning custom-extension /extensions/x-acme-ext",
    ],
    ["without its ending", { extensions: { "x-acme": { a_b: 1 } } }, "error extension-name /extensions/x-acme"],
    ["without contents", { extensions: { "x-acme-ext": {} } }, "error nothing-present /extensions/x-acme-ext"],
    ["of another type", { extensions: { "ntfs-ext": { sid: "1" } } }, "error extension-place /extensions/ntfs-ext"],
  ]);

  test.each<[string, Record<string, JsonValue>, string[]]>([
    ["an extension's own type", {}, []],
    [
      "11.2 a custom type",
      { extensions: { [EXTENSION]: { extension_type: "property-extension" } } },
      ["warning custom-object /type"],
    ],
    ["no SDO without created", { created: 1 }, ["error type /created"]],
    ["an id of another type", { id: ref("tool") }, ["error id-type /id"]],
    ["a name of a property", { Own: 1 }, ["error property-name /Own"]],
    ["a name of a type", { type: "my--favourite" }, ["error type-name /type", "error id-type /id"]],
    ["a name of a type too short", { type: "ab", id: ref("ab") }, ["error type-name /type", "error id-form /id"]],
  ])("%s", (_, change, findings) => {
    expect(judge({ ...extended, ...change })).toEqual(findings);
  });

  test("a new cyber-observable needs no times, a new SDO does", () => {
    const sco = {
      type: "my-sco",
      id: ref("my-sco"),
      value: "v",
      extensions: { [EXTENSION]: { extension_type: "new-sco" } },
    };
    expect(judge(sco)).toEqual([]);
    expect(judge({ ...sco, extensions: { [EXTENSION]: { extension_type: "new-sdo" } } })).toEqual([
      "error required /spec_version",
      "error required /created",
      "error required /modified",
    ]);
  });
});

describe("what text must be before it is STIX", () => {
  test.each([
    ["no JSON", "{", "json-syntax", ""],
    ["a depth bomb", `${'{"a":'.repeat(100)}1${"}".repeat(100)}`, "json-depth", ""],
    ["a name twice", `{"name":"a",${JSON.stringify(sdo["tool"]).slice(1)}`, "duplicate-member", "/name"],
    [
      "a name twice, deeper",
      JSON.stringify(sdo["report"]).replace(
        '"report_types":[',
        '"external_references":[{"source_name":"a","source_name":"b","description":"c"}],"report_types":[',
      ),
      "duplicate-member",
      "/external_references/0/source_name",
    ],
    ["a number", "1", "not-an-object", ""],
  ])("%s", (_, text, code, path) => {
    expect(validateText(text).errors[0]).toMatchObject({ code, path });
    expect(validateText(text).valid).toBe(false);
  });

  test("strict makes warnings count, and the findings are bounded", () => {
    const warned = changed(P, { x_acme: 1 });
    expect([validateObject(warned).valid, validateObject(warned, { strict: true }).valid]).toEqual([true, false]);
    const many = changed(P, { aliases: Array.from({ length: 50 }, () => 1) });
    expect(validateObject(many, { maxFindings: 10 })).toMatchObject({ errors: { length: 10 }, more: 40 });
  });
});

describe("forms", () => {
  const table = (is: (text: string) => boolean, good: string, bad: string): void => {
    expect(good.split(" ").filter((text) => !is(text))).toEqual([]);
    expect(bad.split(" ").filter((text) => is(text))).toEqual([]);
  };
  test("of moments", () => {
    table(
      (text) => timestampDigits(text) !== -1,
      "2016-01-20T12:31:12Z 2016-01-20T12:31:12.1Z 2024-02-29T23:59:60.000000000Z",
      "2016-01-20 2016-01-20t12:31:12Z 2016-01-20T12:31:12z 2016-01-20T12:31:12.Z 2016-13-20T12:31:12Z 2016-01-20T24:00:00Z 2016-01-20T12:60:12Z 2023-02-29T00:00:00Z 2016-01-20T12:31:61Z",
    );
    expect(compareTimestamps("2016-01-20T12:31:12Z", "2016-01-20T12:31:12.000Z")).toBe(0);
    expect(compareTimestamps("2016-01-20T12:31:12.1Z", "2016-01-20T12:31:12.09Z")).toBe(1);
  });
  test("of addresses", () => {
    table(isIpv4, "1.2.3.4 255.255.255.255 10.0.0.0/8", "1.2.3 1.2.3.256 1.2.3.4/33 01.2.3.4 a.b.c.d");
    table(
      isIpv6,
      ":: ::1 2001:db8::/32 ::ffff:1.2.3.4 2001:0db8:85a3:0000:0000:8a2e:0370:7334/128",
      ": 1::2::3 2001:db8::/129 12345:: 1:2:3:4:5:6:7 1:2:3:4:5:6:7:8:9 ::g",
    );
    table(
      isDomainName,
      "example.org example.org. a _dmarc.example.org bücher.example xn--bcher-kva.example",
      "-a.org a-.org a..org .org a_b!.org",
    );
    table(isEmailAddress, 'a@b.org "a"@b.org a+b@[1.2.3.4] jörg@bücher.example', "a b.org a@ @b <a@b.org> a@b@c");
    table(
      isUri,
      "https://example.org/ http://[::1]:80/a urn:uuid:1 mailto:a@b.org ftp://h/x%20y",
      "example.org https:// http:///a https://a/%zz https://a/ü //a/b",
    );
  });
  test("of languages", () => {
    table(
      isLanguageTag,
      "en ur ps-AF zh-Hans-CN pt-BR de-CH-1996 haw x-own i-klingon sr-Latn es-419",
      "english zz e en_US en--US 12 en-toolongpart1",
    );
  });
});
