import { createReadStream, existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "#base";
import type { Loaded, Loader, Source } from "#intake";
import { accept, coreTypes, TypeRegistry } from "#stix";
import { designationType, ofacLoader, unLoader } from "../index.ts";

const root = resolve(import.meta.dirname, "../../../..");
const context = {
  now: "2026-06-01T00:00:00.000000Z",
  party: "identity--00000000-0000-4000-8000-00000000000a",
  signal: new AbortController().signal,
};
const registry = new TypeRegistry([...coreTypes, designationType]);

function file(path: string): Source {
  return {
    name: basename(path),
    size: null,
    open: () => createReadStream(path),
    sibling: (name) => (existsSync(join(dirname(path), name)) ? file(join(dirname(path), name)) : null),
  };
}
const inline = (text: string | Uint8Array, name = "sdn.csv"): Source => ({
  name,
  size: null,
  async *open() {
    yield Buffer.from(text);
  },
  sibling: () => null,
});

async function load(
  loader: Loader,
  source: Source,
): Promise<{ objects: JsonObject[]; problems: Extract<Loaded, { kind: "problem" }>[] }> {
  const objects: JsonObject[] = [];
  const problems: Extract<Loaded, { kind: "problem" }>[] = [];
  for await (const item of loader.load(source, context)) {
    if (item.kind === "object") {
      const accepted = accept(JSON.stringify(item.object), registry, { now: context.now });
      expect(accepted.ok ? [] : accepted.errors).toEqual([]);
      objects.push(item.object);
    } else if (item.kind === "problem") problems.push(item);
  }
  return { objects, problems };
}
const named = (objects: readonly JsonObject[], type: string, name: string) =>
  objects.find((object) => object["type"] === type && object["name"] === name);

/** What a search finds it by, besides its name. */
const aliases = (object: JsonObject | undefined): string[] =>
  object === undefined ? [] : registry.describe("identity", object).names(object).slice(1);

describe("OFAC's legacy files", () => {
  test("the three groups with aliases and programmes; the broken row is listed", async () => {
    const { objects, problems } = await load(ofacLoader, file(join(root, "demo/data/ofac/sdn.csv")));
    expect(objects).toHaveLength(8);
    expect(aliases(named(objects, "identity", "BALOCHISTAN LIBERATION ARMY"))).toEqual([
      "BALOCH LIBERATION ARMY",
      "BLA",
    ]);
    expect(named(objects, "designation", "TEHRIK-E TALIBAN PAKISTAN (TTP)")).toMatchObject({
      list_reference: "12206",
      programmes: ["FTO", "SDGT"],
    });
    expect(aliases(named(objects, "identity", "ISIL KHORASAN"))).toHaveLength(4);
    expect(named(objects, "identity", "WALI, Noor")?.["identity_class"]).toBe("individual");
    expect(problems).toMatchObject([{ code: "row-columns", place: "sdn.csv, line 5" }]);
  });
  test("the same content is the same version; other content is another", async () => {
    const row = (name: string) => `1,"${name}",-0- ,"SDGT"${",-0- ".repeat(8)}\r\n`;
    const [one, again, other] = await Promise.all([
      load(ofacLoader, inline(row("A"))),
      load(ofacLoader, inline(row("A"))),
      load(ofacLoader, inline(row("B"))),
    ]);
    expect(again).toEqual(one);
    expect(other.objects[0]?.["id"]).toBe(one.objects[0]?.["id"]);
    expect(other.objects[0]?.["modified"]).not.toBe(one.objects[0]?.["modified"]);
  });
  test("bytes that are no UTF-8, and the lone control character at the end", async () => {
    const bytes = Buffer.concat([
      Buffer.from('7,"PE'),
      Buffer.from([0xd1]),
      Buffer.from(`A",-0- ,"SDGT"${",-0- ".repeat(8)}\r\n`),
      Buffer.from([0x1a]),
    ]);
    const { objects, problems } = await load(ofacLoader, inline(bytes));
    expect([objects[0]?.["name"], problems]).toEqual(["PEÑA", []]);
  });
});

describe("the UN's consolidated list", () => {
  test("entities and a person, with dates and qualities", async () => {
    const { objects, problems } = await load(unLoader, file(join(root, "demo/data/un/consolidated.xml")));
    expect(problems).toEqual([]);
    const designations = objects.filter((object) => object["type"] === "designation");
    expect(designations.map((object) => object["list_reference"])).toEqual(
      expect.arrayContaining(["QDe.132", "QDe.161"]),
    );
    expect(designations.find((object) => object["list_reference"] === "QDe.132")).toMatchObject({
      listed_on: "2011-07-29",
      authority: "United Nations Security Council",
    });
    expect(objects.some((object) => object["identity_class"] === "individual")).toBe(true);
  });
  test.each<[string, string, string]>([
    [
      "cut short",
      "<CONSOLIDATED_LIST><ENTITIES><ENTITY><FIRST_NAME>A</FIRST_NAME><REFERENCE_NUMBER>X.1</REFERENCE_NUMBER></ENTITY><ENTITY><FIRST",
      "xml-syntax",
    ],
    ["an entity bomb", '<!DOCTYPE a [<!ENTITY b "cc">]><CONSOLIDATED_LIST/>', "doctype"],
    ["too deep", `<CONSOLIDATED_LIST>${"<A>".repeat(40)}`, "xml-depth"],
    [
      "an entry without a name",
      "<CONSOLIDATED_LIST><ENTITY><REFERENCE_NUMBER>X.1</REFERENCE_NUMBER></ENTITY></CONSOLIDATED_LIST>",
      "entry-malformed",
    ],
  ])("%s: told; what stood before is kept", async (name, text, code) => {
    const { objects, problems } = await load(unLoader, inline(text, "un.xml"));
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    expect(objects).toHaveLength(name === "cut short" ? 2 : 0);
  });
});

test("whole lists, where they are at hand", async () => {
  const shared = resolve(root, "../shared/data");
  const ofac = join(shared, "ofac-2021/sdn.csv");
  const un = join(shared, "un-2026-02-27/consolidated.xml");
  const counts = [
    existsSync(ofac) ? (await load(ofacLoader, file(ofac))).objects.length : 17_952,
    existsSync(un) ? (await load(unLoader, file(un))).objects.length : 2006,
  ];
  expect(counts).toEqual([8976 * 2, 1003 * 2]);
}, 60_000);
