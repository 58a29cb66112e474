import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { JsonObject, JsonValue } from "#base";
import { defineType, TypeRegistry } from "../record-type.ts";
import { coreTypes } from "../core-types.ts";
import { changed, extended, judge, LATER, ref, valid } from "./testing.ts";
import { validateBundle } from "./bundle.ts";
import { validateStream } from "./stream.ts";
import { validateText } from "./validate.ts";

const bundle = (...objects: readonly JsonValue[]): JsonObject => ({
  type: "bundle",
  id: ref("bundle"),
  objects: [...objects],
});
const unique = Object.entries(valid).map(([type, object], index) =>
  object["id"] === ref(type) ? { ...object, id: ref(type, 100 + index) } : object,
);

describe("§8 bundles", () => {
  test("of every valid object", () => {
    expect(judge(bundle(...unique))).toEqual([]);
  });
  test.each<[string, JsonValue, string[]]>([
    ["without objects", { type: "bundle", id: ref("bundle") }, []],
    ["with none", bundle(), ["error empty-list /objects"]],
    ["no id", { type: "bundle" }, ["error required /id"]],
    ["the id of another type", { type: "bundle", id: ref("tool") }, ["error id-type /id"]],
    ["objects that are no list", { type: "bundle", id: ref("bundle"), objects: {} }, ["error type /objects"]],
    [
      "a spec_version",
      { type: "bundle", id: ref("bundle"), spec_version: "2.0" },
      ["error not-applicable /spec_version"],
    ],
    ["a property of its own", { type: "bundle", id: ref("bundle"), x_own: 1 }, ["warning custom-property /x_own"]],
    ["a bundle within", bundle({ type: "bundle", id: ref("bundle", 2) }), ["error bundle-nested /objects/0"]],
    ["no object", bundle(1), ["error not-an-object /objects/0"]],
    ["an object that breaks its rules", bundle(changed("tool", { name: 1 })), ["error type /objects/0/name"]],
  ])("%s", (_, value, findings) => {
    expect(judge(value)).toEqual(findings);
  });
});

describe("§2.9 and §3.6 what objects must agree in", () => {
  const tool = changed("tool", {});
  const newer = changed("tool", { modified: LATER });
  test.each<[string, JsonValue[], string[]]>([
    ["two versions", [tool, newer], []],
    ["the same twice", [tool, tool], ["warning duplicate /objects/1/id"]],
    [
      "another content under the same version",
      [tool, changed("tool", { name: "other" })],
      ["error version-conflict /objects/1/id"],
    ],
    [
      "created changed",
      [tool, changed("tool", { created: "2024-01-01T00:00:00.000Z", modified: LATER })],
      ["error created-changed /objects/1/created"],
    ],
    [
      "a version after revocation",
      [changed("tool", { revoked: true }), newer],
      ["error after-revocation /objects/1/modified"],
    ],
    ["in any order", [newer, changed("tool", { revoked: true })], ["error after-revocation /objects/1/modified"]],
    ["a UUID of two types", [tool, changed("malware", {})], ["error uuid-reused /objects/1/id"]],
  ])("%s", (_, objects, findings) => {
    expect(judge(bundle(...objects))).toEqual(findings);
  });
});

describe("§7.1 a translation mirrors its object", () => {
  const campaign = changed("campaign", { aliases: ["a", "b"], id: ref("campaign", 3) });
  const translate = (contents: JsonObject, change: JsonObject = {}): string[] =>
    judge(
      bundle(
        campaign,
        changed("language-content", { object_ref: ref("campaign", 3), contents: { de: contents }, ...change }),
      ),
    );
  test.each<[string, JsonObject, string[]]>([
    ["text and lists", { name: "N", aliases: ["A", ""] }, []],
    ["what the object lacks is ignored", { goals: "g" }, []],
    ["a list for text", { name: ["N"] }, ["error translation /objects/1/contents/de/name"]],
    ["text for a list", { aliases: "A" }, ["error translation /objects/1/contents/de/aliases"]],
    ["a shorter list", { aliases: ["A"] }, ["error translation /objects/1/contents/de/aliases"]],
  ])("%s", (_, contents, findings) => {
    expect(translate(contents)).toEqual(findings);
  });
  test("of a version that is not there", () => {
    expect(translate({ name: "N" }, { object_modified: LATER })).toEqual([
      "error object-modified /objects/1/object_modified",
    ]);
  });
});

test("types of one's own are held against their schema", () => {
  const round = defineType({
    name: "my-favourite",
    kind: "sdo",
    title: "Mine",
    schema: z.looseObject({ name: z.string(), round: z.int() }),
  });
  const registry = new TypeRegistry([...coreTypes, round]);
  expect(judge({ ...extended, round: 1 }, { registry })).toEqual([]);
  expect(judge(extended, { registry })).toEqual(["error schema /round"]);
});

describe("files, as they go by", () => {
  const read = async (text: string, size: number): Promise<Awaited<ReturnType<typeof validateStream>>> => {
    const bytes = Buffer.from(text);
    async function* chunks() {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    }
    return await validateStream(chunks());
  };
  const bad = changed("tool", { name: 1, description: 'with "quotes" and a \\ in it { [' });
  const good = changed("malware", { id: ref("malware", 5) });
  test.each<[string, string, string[], number]>([
    ["a bundle", JSON.stringify(bundle(good, bad)), ["/objects/1/name"], 2],
    [
      "a bundle laid out, its list first",
      JSON.stringify({ objects: [bad], x_own: { objects: [[]] }, id: ref("bundle"), type: "bundle" }, null, 2),
      ["/objects/0/name"],
      1,
    ],
    ["a bundle without its id", JSON.stringify({ type: "bundle", objects: [good] }), ["/id"], 1],
    ["a bundle with a spec_version", JSON.stringify({ ...bundle(good), spec_version: "2.0" }), ["/spec_version"], 1],
    ["an empty bundle", JSON.stringify(bundle()), ["/objects"], 0],
    ["a bundle without objects", `\n ${JSON.stringify({ type: "bundle", id: ref("bundle") })}`, [], 1],
    ["a bundle in a bundle", JSON.stringify(bundle({ type: "bundle", id: ref("bundle", 2) })), ["/objects/0"], 1],
    ["a list", JSON.stringify([good, bad]), ["/1/name"], 2],
    ["one object", JSON.stringify(bad), ["/name"], 1],
    ["JSON lines", `${JSON.stringify(good)}\n${JSON.stringify(bad)}\n`, ["/1/name"], 2],
    ["a name twice", `{"name":"a",${JSON.stringify(changed("tool", {})).slice(1)}`, ["/name"], 1],
    ["an envelope of something else", JSON.stringify({ more: false, objects: [good] }), ["/type", "/id"], 1],
    ["cut short", JSON.stringify(bundle(good, bad)).slice(0, -20), [""], 1],
    ["empty", "", [""], 0],
    ["no JSON", "hello", ["", ""], 0],
  ])("%s", async (_, text, paths, objects) => {
    for (const size of [1, 7, 100_000]) {
      const found = await read(text, size);
      expect(found.errors.map(({ path }) => path)).toEqual(paths);
      expect(found).toMatchObject({ valid: paths.length === 0, objects });
    }
  });

  test("as the same text whole", async () => {
    const translation = changed("language-content", {
      object_ref: ref("campaign", 101),
      id: ref("language-content", 9),
      contents: { de: { name: ["N"] } },
    });
    const whole = { ...bundle(...unique, changed("report", { object_refs: [] }), translation) };
    const text = JSON.stringify(whole);
    const [streamed, parsed] = [await read(text, 64), validateText(text)];
    expect(streamed.errors.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual(
      parsed.errors.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    );
    expect(parsed.errors.map(({ code }) => code)).toContain("translation");
    expect(validateBundle(whole).warnings.length).toBe(streamed.warnings.length);
  });

  test("findings are listed up to a limit and counted beyond it", async () => {
    async function* chunks() {
      yield Buffer.from(
        JSON.stringify(Array.from({ length: 40 }, (_, n) => changed("tool", { id: ref("tool", n), name: 1 }))),
      );
    }
    expect(await validateStream(chunks(), { maxFindings: 10 })).toMatchObject({
      errors: { length: 10 },
      more: 30,
      objects: 40,
    });
  });
});
