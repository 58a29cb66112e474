import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isJsonObject, type JsonObject, type JsonValue } from "#base";
import { compileLabel, readMarking } from "#policy";
import { coreTypes, TLP2, TypeRegistry, validateObject, validateText, accept } from "#stix";
import type { Loaded, Source } from "../loader.ts";
import { ATTRIBUTE_TYPES } from "./attributes.ts";
import { type Labelled, writeEvent } from "./event-writer.ts";
import { mispLoader } from "./loader.ts";
import { OBJECT_TEMPLATES } from "./objects.ts";

const PARTY = "identity--00000000-0000-4000-8000-00000000000a";
const NOW = "2026-01-01T00:00:00.000000Z";
const fixture = (name: string): string => readFileSync(join(import.meta.dirname, "fixtures", name), "utf8");

const source = (text: string, chunk = 1000): Source => ({
  name: "event.json",
  size: text.length,
  async *open() {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
  },
  sibling: () => null,
});

async function load(text: string): Promise<{
  objects: JsonObject[];
  problems: (Loaded & { kind: "problem" })[];
}> {
  const objects: JsonObject[] = [];
  const problems: (Loaded & { kind: "problem" })[] = [];
  const context = { now: NOW, party: PARTY, signal: new AbortController().signal };
  for await (const item of mispLoader.load(source(text), context)) {
    if (item.kind === "object") objects.push(item.object);
    else if (item.kind === "problem") problems.push(item);
  }
  return { objects, problems };
}

const UUID = "5c3d2f1e-1a2b-4c3d-8e4f-5a6b7c8d9e0f";
const event = (more: JsonObject): string =>
  JSON.stringify({
    Event: {
      uuid: UUID,
      info: "An event",
      date: "2024-06-01",
      timestamp: "1717243200",
      published: false,
      distribution: "3",
      Orgc: { name: "CERT", uuid: "5c3d2f1e-1a2b-4c3d-8e4f-000000000001" },
      ...more,
    },
  });
const uuid = (n: number): string => `5c3d2f1e-1a2b-4c3d-9e4f-${String(n).padStart(12, "0")}`;
const attribute = (n: number, type: string, value: JsonValue, more: JsonObject = {}): JsonObject => ({
  uuid: uuid(n),
  type,
  category: "Other",
  value,
  to_ids: true,
  timestamp: "1717243200",
  distribution: "5",
  ...more,
});
const order = (a: unknown, b: unknown): number => (String(a) < String(b) ? -1 : 1);
const ofType = (objects: readonly JsonObject[], type: string): JsonObject[] =>
  objects.filter((object) => object["type"] === type);

/** The label that the store would give the object. */
function labelled(objects: readonly JsonObject[], object: JsonObject): Labelled {
  const refs = (object["object_marking_refs"] ?? []) as string[];
  const definitions = new Map(
    ofType(objects, "marking-definition").map((d) => [d["id"], readMarking(JSON.stringify(d))]),
  );
  return { object, label: compileLabel(PARTY, refs, (id) => definitions.get(id)) };
}

function back(
  objects: readonly JsonObject[],
  change: (object: JsonObject) => JsonObject = (object) => object,
): {
  event: JsonObject;
  leftOut: readonly object[];
} {
  const head = objects.find(({ type }) => type === "report");
  if (head === undefined) throw new Error("no head");
  const members = new Map<string, Labelled>();
  for (const object of objects)
    if (object !== head && object["type"] !== "marking-definition")
      members.set(object["id"] as string, labelled(objects, change(object)));
  return writeEvent(labelled(objects, head), members, {
    uuid: UUID,
    info: "",
    now: NOW,
    organisation: { name: "Here", uuid: PARTY.slice(-36) },
  });
}

const byUuid = (list: JsonValue | undefined): Map<JsonValue | undefined, JsonValue> =>
  new Map((Array.isArray(list) ? list : []).map((item) => [isJsonObject(item) ? item["uuid"] : undefined, item]));

describe("a full event in MISP's core format", () => {
  test("every object passes the validation of STIX 2.1, and is accepted as a record", async () => {
    const { objects } = await load(fixture("event.json"));
    expect(objects.length).toBeGreaterThan(200);
    const registry = new TypeRegistry(coreTypes);
    for (const object of objects) {
      expect(validateObject(object).errors, JSON.stringify(object)).toEqual([]);
      expect(accept(JSON.stringify(object), registry, { now: NOW }).ok).toBe(true);
    }
    const bundle = { type: "bundle", id: `bundle--${UUID}`, objects };
    expect(validateText(JSON.stringify(bundle)).errors).toEqual([]);
  });

  test("says the same as ever", async () => {
    const { objects, problems } = await load(fixture("event.json"));
    await expect(
      `${[...objects.map((o) => JSON.stringify(o)), ...problems.map((p) => JSON.stringify(p))].join("\n")}\n`,
    ).toMatchFileSnapshot("fixtures/event.expected.jsonl");
  });

  test("what has no place is listed with its JSON Pointer, and no problem tells a value", async () => {
    const text = fixture("event.json");
    const { problems } = await load(text);
    const places = problems.map(({ place }) => place);
    expect(places).toContain("event 0, byte 0/Event/Attribute/70/ShadowAttribute/0");
    expect(places).toContain("event 0, byte 0/Event/Object/14");
    for (const { place, message } of problems) {
      const pointer = place.slice(place.indexOf("/"));
      const value = pointer
        .slice(1)
        .split("/")
        .reduce<JsonValue | undefined>(
          (at, key) => (Array.isArray(at) ? at[Number(key)] : isJsonObject(at) ? at[key] : undefined),
          JSON.parse(text) as JsonValue,
        );
      expect(value, place).toBeDefined();
      expect(message).not.toMatch(/X1234567|DE8937|not a domain!/);
    }
  });

  test("goes back to MISP as it came", async () => {
    const { Event: original } = JSON.parse(fixture("event.json")) as { Event: JsonObject };
    const { objects } = await load(fixture("event.json"));
    const { event: again, leftOut } = back(objects);
    expect(leftOut).toEqual([]);
    // The attribute marked TLP:RED keeps its tag; the event's TLP is told on each attribute too, which MISP inherits.
    const stripped = (item: JsonValue): JsonValue => {
      if (!isJsonObject(item)) return item;
      const { Tag: tags, ...rest } = item;
      const own = (Array.isArray(tags) ? tags : []).filter((tag) => isJsonObject(tag) && tag["name"] !== "tlp:amber");
      return { ...rest, ...(own.length === 0 ? {} : { Tag: own }) };
    };
    for (const key of ["Attribute", "Object"]) {
      const [before, after] = [byUuid(original[key]), byUuid(again[key])];
      expect([...after.keys()].toSorted(order)).toEqual([...before.keys()].toSorted(order));
      for (const [id, item] of before) expect(stripped(after.get(id) ?? null)).toEqual(stripped(item));
    }
    const { Attribute: _a, Object: _o, ...rest } = original;
    expect(again).toMatchObject(rest);
  });

  test("a record that was changed here is written from what it is now", async () => {
    const { objects } = await load(event({ Attribute: [attribute(1, "vulnerability", "CVE-2020-1000")] }));
    const later = (object: JsonObject): JsonObject =>
      object["type"] === "vulnerability"
        ? { ...object, name: "CVE-2020-2000", modified: "2025-01-01T00:00:00.000Z" }
        : object;
    expect(back(objects, later).event["Attribute"]).toMatchObject([
      { uuid: uuid(1), value: "CVE-2020-2000", timestamp: "1735689600" },
    ]);
  });
});

test("docs/misp.md names every attribute type and object template that is read", () => {
  const page = readFileSync(join(import.meta.dirname, "../../../docs/misp.md"), "utf8").replaceAll("\\|", "|");
  const words = new Set(page.match(/[A-Za-z0-9|-]+/g));
  const families = /^(?:filename\||email-|x509-fingerprint-|windows-service-)/;
  const missing = [...ATTRIBUTE_TYPES, ...OBJECT_TEMPLATES].filter((name) => !words.has(name) && !families.test(name));
  expect(missing).toEqual([]);
});

describe("who may see it", () => {
  const markingsOf = async (more: JsonObject) => {
    const { objects, problems } = await load(event({ Attribute: [attribute(1, "domain", "a.example")], ...more }));
    const head = objects.find(({ type }) => type === "report") ?? {};
    return { ...labelled(objects, head).label.handling, objects, problems };
  };

  test.each([
    ["0", true],
    ["1", true],
    ["4", true],
    ["9", true],
    [undefined, true],
    ["2", false],
    ["3", false],
  ])("distribution %s never grants a release", async (distribution, closed) => {
    const { granted, releasableTo, known } = await markingsOf({ distribution: distribution ?? null });
    // Without handling terms nothing is released; with terms that name nobody nothing ever can be.
    expect({ granted, releasableTo, known }).toEqual({ granted: closed, releasableTo: [], known: true });
  });

  test("TLP tags become TLP markings on every object, and the strictest counts", async () => {
    const { objects } = await markingsOf({ Tag: [{ name: "TLP:GREEN" }, { name: "tlp:red" }] });
    for (const object of objects) {
      if (["identity", "marking-definition"].includes(object["type"] as string)) continue;
      expect(labelled(objects, object).label.handling.tlp, JSON.stringify(object)).toBe("red");
    }
  });

  test("a TLP that is not known is obeyed as red, and told", async () => {
    const { tlp, problems } = await markingsOf({ Tag: [{ name: "tlp:ex:chr" }] });
    expect(tlp).toBe("red");
    expect(problems.map(({ code }) => code)).toEqual(["tlp-unknown"]);
  });

  test("an attribute's own tag and distribution narrow only it; an object takes the strictest of its attributes'", async () => {
    const { objects } = await load(
      event({
        Tag: [{ name: "tlp:green" }],
        Attribute: [
          attribute(1, "domain", "a.example", { Tag: [{ name: "tlp:red" }] }),
          attribute(2, "domain", "b.example", { distribution: "0" }),
        ],
        Object: [
          {
            uuid: uuid(3),
            name: "url",
            Attribute: [
              attribute(4, "url", "https://c.example/", { object_relation: "url", Tag: [{ name: "tlp:red" }] }),
            ],
          },
        ],
      }),
    );
    const of = (id: string) => labelled(objects, objects.find((object) => object["id"] === id) ?? {}).label.handling;
    expect(of(`observed-data--${uuid(1)}`).tlp).toBe("red");
    expect(of(`observed-data--${uuid(2)}`)).toMatchObject({ tlp: "green", granted: true, releasableTo: [] });
    expect(of(`observed-data--${uuid(3)}`).tlp).toBe("red");
    expect(of(`report--${UUID}`)).toMatchObject({ tlp: "green", granted: false });
  });

  test("an event marked more strictly later is a newer version of all that stands in it", async () => {
    const read = (timestamp: string, tag: string) =>
      load(
        event({
          timestamp,
          Tag: [{ name: tag }],
          Attribute: [
            attribute(1, "vulnerability", "CVE-2020-1", { Sighting: [{ uuid: uuid(9), date_sighting: "1717243000" }] }),
          ],
          Galaxy: [{ type: "tool", GalaxyCluster: [{ uuid: uuid(8), value: "Own", version: "1", distribution: "0" }] }],
        }),
      );
    const [before, after] = [await read("1717243200", "tlp:green"), await read("1717243201", "tlp:red")];
    for (const old of before.objects) {
      const now = after.objects.find(({ id }) => id === old["id"]) ?? {};
      if (["identity", "marking-definition"].includes(old["type"] as string)) continue;
      expect(labelled(after.objects, now).label.handling.tlp).toBe("red");
      expect((now["modified"] as string) > (old["modified"] as string), JSON.stringify(now)).toBe(true);
      expect(now["created"]).toBe(old["created"]);
    }
  });

  test("on the way out a marking added here closes the distribution, and one not understood keeps the record in", async () => {
    const { objects } = await load(
      event({ Attribute: [attribute(1, "domain", "a.example"), attribute(2, "mutex", "m")] }),
    );
    const { event: out, leftOut } = back(objects, (object) =>
      object["id"] === `observed-data--${uuid(2)}`
        ? { ...object, object_marking_refs: [`marking-definition--${UUID}`] }
        : object,
    );
    expect([...byUuid(out["Attribute"]).keys()]).toEqual([uuid(1)]);
    expect(leftOut).toContainEqual({ id: `observed-data--${uuid(2)}`, reason: "marking-unknown" });
    const head = labelled(objects, objects.find(({ type }) => type === "report") ?? {});
    const amber = { object: head.object, label: compileLabel(PARTY, [TLP2.amber], () => undefined) };
    const frame = { uuid: UUID, info: "", now: NOW, organisation: { name: "Here", uuid: UUID } };
    expect(writeEvent(amber, new Map(), frame).event).toMatchObject({
      distribution: "0",
      published: false,
      Tag: [{ name: "tlp:amber" }],
    });
  });
});

describe("what a search answers, a list, a line an event", () => {
  test.each([
    ["a search", fixture("search.json")],
    ["a list", JSON.stringify((JSON.parse(fixture("search.json")) as { response: object[] }).response)],
    [
      "lines",
      (JSON.parse(fixture("search.json")) as { response: object[] }).response.map((e) => JSON.stringify(e)).join("\n"),
    ],
    [
      "bare",
      JSON.stringify(
        (JSON.parse(fixture("search.json")) as { response: { Event: object }[] }).response.map((e) => e.Event),
      ),
    ],
  ])("%s", async (_, text) => {
    expect(mispLoader.sniff(Buffer.from(text.slice(0, 4096)), "x")).toBe(true);
    const { objects, problems } = await load(text);
    expect(ofType(objects, "report").map((o) => o["name"])).toEqual(["A short event without much", "An empty one"]);
    expect(problems).toEqual([]);
  });

  test("STIX is not taken for MISP", () => {
    for (const text of [
      '{"type":"bundle","objects":[]}',
      '[{"type":"tool","spec_version":"2.1"}]',
      '{"type":"report","info":"x"}',
      "hello",
    ])
      expect(mispLoader.sniff(Buffer.from(text), "x")).toBe(false);
  });
});

describe("hostile events", () => {
  test.each<[string, string, string]>([
    ["deep", `{"Event":{"info":"x","Tag":${"[".repeat(5000)}${"]".repeat(5000)}}}`, "json-depth"],
    ["cut", event({}).slice(0, -5), "truncated"],
    ["not an object", '{"Event":[]}', "no-event"],
    ["attributes of a wrong kind", event({ Attribute: { 0: {} } }), "not-a-list"],
    ["an attribute of a wrong kind", event({ Attribute: [null, 7, "x", []] }), "not-an-object"],
    ["a bad timestamp", event({ timestamp: "yesterday" }), "bad-date"],
    ["a bad day", event({ date: "2024-02-30" }), "bad-date"],
    [
      "a bad first_seen",
      event({ Attribute: [attribute(1, "domain", "a.example", { first_seen: "2024-13-01" })] }),
      "bad-date",
    ],
    ["no uuid", event({ uuid: "1; DROP TABLE" }), "uuid"],
    [
      "the same uuid twice",
      event({ Attribute: [attribute(1, "domain", "a.example"), attribute(1, "domain", "b.example")] }),
      "duplicate-uuid",
    ],
    ["a lone surrogate", event({ Attribute: [attribute(1, "domain", "\ud800.example")] }), "unmapped"],
    ["a value of a wrong kind", event({ Attribute: [attribute(1, "domain", { a: 1 })] }), "unmapped"],
    ["prototype", '{"Event":{"info":"x","__proto__":{"a":1}}}', "json-key"],
    [
      "too large for a record",
      event({ Attribute: [attribute(1, "comment", "x".repeat(3_000_000))] }),
      "original-too-large",
    ],
  ])("%s is told, and the rest is read", async (_, text, code) => {
    const { objects, problems } = await load(text);
    expect(problems.map((problem) => problem.code)).toContain(code);
    for (const object of objects) expect(validateObject(object).errors).toEqual([]);
  });

  test("the second of a UUID that stands twice is kept under another", async () => {
    const { objects } = await load(
      event({ Attribute: [attribute(1, "domain", "a.example"), attribute(1, "domain", "b.example")] }),
    );
    expect(ofType(objects, "domain-name").map(({ value }) => value)).toEqual(["a.example", "b.example"]);
    expect(new Set(ofType(objects, "indicator").map(({ id }) => id)).size).toBe(2);
  });

  test("an event of many attributes goes on in further groupings, and comes back whole", async () => {
    const many = Array.from({ length: 6000 }, (_, n) => attribute(n, "comment", `Note ${n}`));
    const { objects } = await load(event({ Attribute: many }));
    const refs = (type: string): JsonValue[] => ofType(objects, type).flatMap((o) => o["object_refs"] as JsonValue[]);
    expect([refs("grouping").length, refs("report").length]).toEqual([1000, 5001]);
    expect(refs("report").at(-1)).toBe(ofType(objects, "grouping")[0]?.["id"]);
  }, 20_000);
});

describe("any event", () => {
  const json = fc.jsonValue({ maxDepth: 4 }) as fc.Arbitrary<JsonValue>;
  const value = fc.oneof(
    fc.string({ unit: "binary", maxLength: 30 }),
    fc.ipV4(),
    fc.ipV6(),
    fc.domain(),
    fc.webUrl(),
    fc.emailAddress(),
    fc.tuple(fc.ipV4(), fc.nat(70_000)).map(([ip, port]) => `${ip}|${port}`),
    fc.tuple(fc.string(), fc.constantFrom("44d88612fea8a8f36de82e1278abb02f", "x")).map((parts) => parts.join("|")),
    fc.constantFrom("CVE-2020-1234", "AS1", "HKEY_X\\y|z", "[file:name = 'x']", "'\\", "a'b\\c"),
  );
  const attributes = fc.uniqueArray(
    fc.record(
      {
        uuid: fc.uuid({ version: 4 }),
        type: fc.constantFrom(...ATTRIBUTE_TYPES, "btc", "nonsense"),
        category: fc.constant("Other"),
        value,
        to_ids: fc.boolean(),
        comment: fc.string(),
        timestamp: fc.nat({ max: 1_700_000_000 }).map(String),
        distribution: fc.constantFrom("0", "1", "2", "3", "4", "5"),
        deleted: fc.boolean(),
      },
      { requiredKeys: ["uuid", "type", "category", "value", "to_ids"] },
    ),
    { maxLength: 8, selector: (a) => a.uuid },
  );

  test("of attributes comes back with each of them, and every object made of it is valid", async () => {
    await fc.assert(
      fc.asyncProperty(attributes, async (list) => {
        const { objects } = await load(event({ Attribute: list }));
        for (const object of objects) expect(validateObject(object).errors, JSON.stringify(object)).toEqual([]);
        const again = byUuid(back(objects).event["Attribute"]);
        expect([...again.keys()].toSorted(order)).toEqual(list.map((a) => a.uuid).toSorted(order));
        for (const item of list) {
          const { Tag: _tag, ...rest } = again.get(item.uuid) as JsonObject;
          expect(rest).toEqual(
            JSON.parse(JSON.stringify({ ...item, ...(item.deleted === true ? { deleted: true } : {}) })),
          );
        }
      }),
      { numRuns: 150 },
    );
  });

  test("of any JSON at all makes valid objects or problems, and never an error", async () => {
    const node = fc.record(
      {
        uuid: fc.oneof(json, fc.uuid()),
        type: fc.oneof(json, fc.constantFrom(...ATTRIBUTE_TYPES)),
        name: fc.oneof(json, fc.constantFrom("file", "email", "person", "network-connection", "x509", "domain-ip")),
        value: json,
        object_relation: fc.oneof(json, fc.constantFrom("md5", "filename", "from", "ip-dst", "domain", "first-name")),
        timestamp: json,
        first_seen: json,
        Tag: json,
        Galaxy: json,
        Sighting: json,
        Attribute: json,
        ObjectReference: json,
        distribution: json,
        to_ids: fc.oneof(json, fc.boolean()),
      },
      { requiredKeys: [] },
    );
    const any = fc.record(
      {
        info: json,
        uuid: json,
        date: json,
        published: json,
        Orgc: json,
        Tag: json,
        Galaxy: json,
        EventReport: json,
        distribution: json,
        Attribute: fc.oneof(json, fc.array(node)),
        Object: fc.oneof(json, fc.array(node)),
      },
      { requiredKeys: ["info"] },
    );
    await fc.assert(
      fc.asyncProperty(any, async (made) => {
        const { objects } = await load(JSON.stringify({ Event: made }));
        for (const object of objects) expect(validateObject(object).errors, JSON.stringify(object)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
