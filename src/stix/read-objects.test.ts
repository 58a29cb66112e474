import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ReadItem, readObjects } from "./index.ts";

async function read(bytes: Uint8Array | string, size = 7, maxObject?: number): Promise<ReadItem[]> {
  const all = typeof bytes === "string" ? Buffer.from(bytes) : bytes;
  async function* chunks() {
    for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
  }
  const items: ReadItem[] = [];
  for await (const item of readObjects(chunks(), maxObject === undefined ? {} : { maxObject })) items.push(item);
  return items;
}
const texts = (items: readonly ReadItem[]) => items.flatMap((item) => (item.kind === "object" ? [item.text] : []));
const codes = (items: readonly ReadItem[]) => items.flatMap((item) => (item.kind === "problem" ? [item.code] : []));

describe("the objects of a file, to the letter", () => {
  const object = fc
    .dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 })
    .filter((value) => !Array.isArray(value["objects"]));
  const wrap: Record<string, (parts: string[]) => string> = {
    bundle: (parts) =>
      `{"type":"bundle","note":"a \\"objects\\" b","id":"x","objects":[${parts.join(" ,\n")}],"extra":{"y":[1]}}`,
    "a bundle that says so last": (parts) => `{"objects" : [${parts.join(",")}], "type":"bundle"}`,
    list: (parts) => `[${parts.join(",")}]`,
    "JSON lines": (parts) => parts.join("\n"),
  };
  test.each(Object.keys(wrap))("%s, however the bytes are cut", async (form) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(object, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(0, 1),
        async (objects, size, indent) => {
          const parts = objects.map((value) => JSON.stringify(value, null, form === "JSON lines" ? 0 : indent));
          const items = await read(wrap[form]?.(parts) ?? "", size);
          expect(codes(items)).toEqual([]);
          expect(texts(items)).toEqual(parts);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe("what cannot be read is named, and the rest is read", () => {
  test.each<[string, string | Uint8Array, string[], number]>([
    ["a file cut short", '{"type":"bundle","objects":[{"a":1},{"b":"c', ["truncated"], 1],
    ["an element that is no object", '[{"a":1}, 17, "x", {"b":2}]', ["not-an-object", "not-an-object"], 2],
    ["UTF-16", Buffer.from('{"a":1}', "utf16le"), ["encoding"], 0],
    [
      "bytes that are no UTF-8",
      Buffer.concat([Buffer.from('[{"a":"'), Buffer.from([0xff]), Buffer.from('"},{"b":1}]')]),
      ["encoding"],
      1,
    ],
    ["nothing", "   ", ["empty"], 0],
    ["prose", "hello there", ["not-an-object", "empty"], 0],
    ["a bracket too many", '[{"a":1}]]', ["json-syntax"], 1],
    ["a line cut in the middle", '{"a":1}\n{"b":{"c":[1\n{"d":2}\n', ["truncated-line"], 2],
    ["a line cut inside a string", '{"a":1}\n{"b":"x\n{"c":"y"}\n{"d":2}', ["truncated-line"], 3],
    ["the last line cut", '{"a":1}\n{"b":"x\n', ["truncated-line"], 1],
    ["an empty bundle", '{"type":"bundle","objects":[]}', [], 0],
  ])("%s", async (_, bytes, expected, objects) => {
    const items = await read(bytes);
    expect(codes(items)).toEqual(expected);
    expect(texts(items)).toHaveLength(objects);
  });

  test("an object over the limit is passed over in bounded memory", async () => {
    const items = await read(`[{"a":"${"x".repeat(50_000)}"},{"b":1}]`, 1000, 10_000);
    expect(codes(items)).toEqual(["object-too-large"]);
    expect(texts(items)).toEqual(['{"b":1}']);
  });
  test("a byte order mark is no content", async () => {
    expect(texts(await read('﻿{"a":1}'))).toEqual(['{"a":1}']);
  });
});
