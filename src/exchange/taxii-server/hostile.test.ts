import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createTaxiiServer } from "./index.ts";
import { readEnvelope } from "./envelope.ts";
import { TaxiiFault } from "./errors.ts";
import { acceptsTaxii } from "./media-type.ts";
import { pageMarks } from "./page-mark.ts";
import { readQuery } from "./query.ts";
import { memoryPort } from "./testing.ts";

const FIELDS = ["id", "type", "version", "spec_version"] as const;
/** Query strings that have broken servers, or nearly. */
const QUERIES = [
  "",
  "?",
  "?&&&=&",
  "?limit=",
  "?limit=1e3",
  "?limit=0x10",
  "?limit=99999999999999999999",
  "?limit=%00",
  "?added_after=2026-01-01T00:00:00",
  "?added_after=2026-01-01T00:00:00+01:00",
  "?added_after=2026-02-30T00:00:00Z",
  "?added_after=9999-12-31T23:59:59.999999999999Z",
  "?added_after=0000-01-01T00:00:00Z",
  "?added_after[]=2026-01-01T00:00:00Z",
  "?next=",
  "?next=1.AAAAAAAAAAAAAAAAAAAAAA",
  "?next=-1.AAAAAAAAAAAAAAAAAAAAAA",
  "?next=%ff%fe",
  "?match[version]=first,last,all,all",
  "?match[version]=,",
  "?match[version]=FIRST",
  "?match%5Bid%5D=tool--1",
  "?match[id]=' or 1=1 --",
  "?match[type]=%25,_",
  "?match[type][]=tool",
  "?match[]=tool",
  "?match[__proto__]=x",
  "?__proto__=x&constructor=y",
  "?match[spec_version]=2.1%00",
  `?match[id]=${"a,".repeat(5000)}a`,
  `?${"x=1&".repeat(20_000)}`,
];
/** Bodies likewise; of each whether it is an envelope, and of how many objects. */
const BODIES: readonly (readonly [string, number | null])[] = [
  ["{}", 0],
  ['{"objects":[]}', 0],
  [' \n{ "objects" : [ {} , [] , 1 , "x" , null , tru ] , "more" : false } ', 6],
  ['{"more":{"objects":[1,2]},"objects":[{"a":"]}\\"["}]}', 1],
  ['{"objects":[{"a":nonsense}]}', 1],
  ['\ufeff{"objects":[{}]}', 1],
  ['{"type":"bundle","id":"bundle--1","objects":[{}]}', 1],
  [`{"objects":[${"[".repeat(50_000)}${"]".repeat(50_000)}]}`, 1],
  ["", null],
  ["[]", null],
  ["null", null],
  ["{", null],
  ['{"objects"', null],
  ['{"objects":', null],
  ['{"objects":{}}', null],
  ['{"objects":[}', null],
  ['{"objects":[,]}', null],
  ['{"objects":[{},]}', null],
  ['{"objects":[{}],}', null],
  ['{"objects":[{}]}}', null],
  ['{"objects":[{}]} x', null],
  ['{"objects":[{}],"objects":[{}]}', null],
  ['{"objects":["\\"]}', null],
  ["[".repeat(100_000), null],
];

describe("query strings", () => {
  test.each(QUERIES.map((query) => [query.slice(0, 60), query]))("%s is read or refused", (_, query) => {
    refusedOr(() => {
      const { limit, versions } = readQuery(query, FIELDS);
      expect(limit >= 1 && limit <= 1000).toBe(true);
      expect(versions).toBeDefined();
    }, "query-invalid");
  });
  test("whatever comes", () => {
    const piece = fc.oneof(
      fc.constantFrom(...QUERIES.map((query) => query.slice(0, 200))),
      fc.string(),
      fc.constantFrom("&", "=", "%", ",", "[", "]"),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) =>
        refusedOr(() => readQuery(`?${pieces.join("")}`, FIELDS), "query-invalid"),
      ),
      { numRuns: 2000 },
    );
  });
});

describe("envelopes", () => {
  test.each(BODIES.map(([body, count]) => [body.slice(0, 60), body, count] as const))("%s", (_, body, count) => {
    const read = () => readEnvelope(Buffer.from(body));
    if (count === null) expect(read).toThrow(TaxiiFault);
    else expect(read()).toHaveLength(count);
  });
  test("not UTF-8", () => {
    expect(() => readEnvelope(new Uint8Array([0x7b, 0xff, 0x7d]))).toThrow(TaxiiFault);
  });
  test("every well-formed one gives its objects' texts to the letter", () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue()),
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.constantFrom(undefined, 1, "\t"),
        (objects, rest, space) => {
          const body = { ...rest, objects };
          const texts = readEnvelope(Buffer.from(JSON.stringify(body, null, space)));
          expect(texts.map((text) => JSON.parse(text) as unknown)).toEqual(JSON.parse(JSON.stringify(objects)));
        },
      ),
    );
  });
  test("cut, turned and mixed: read or refused, in linear time", () => {
    const seeds = BODIES.map(([body]) => body.slice(0, 300));
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(...seeds), fc.nat(300), fc.nat(300)), { minLength: 1, maxLength: 5 }),
        (parts) =>
          refusedOr(
            () =>
              readEnvelope(Buffer.from(parts.map(([seed, from, to]) => seed.slice(from % seed.length, to)).join(""))),
            "body-invalid",
          ),
      ),
      { numRuns: 3000 },
    );
    const quotes = `{"objects":["${"\\".repeat(1_000_000)}"]}`;
    expect(readEnvelope(Buffer.from(quotes))).toHaveLength(1);
  });
});

test("a page mark is good for its own question only, and not one bit of it may change", () => {
  const marks = pageMarks(new Uint8Array(32));
  const page = { resource: "objects a ", query: readQuery("?match[type]=tool", FIELDS) };
  const mark = marks.write("42", page);
  expect(marks.read(mark, page)).toBe("42");
  for (const other of [
    { ...page, resource: "objects b " },
    { ...page, query: readQuery("", FIELDS) },
  ])
    expect(() => marks.read(mark, other)).toThrow(TaxiiFault);
  expect(() => pageMarks(new Uint8Array(32).fill(1)).read(mark, page)).toThrow(TaxiiFault);
  fc.assert(
    fc.property(fc.nat(mark.length - 1), fc.constantFrom("0", "A", ".", "_", "-", "9"), (at, letter) => {
      const turned = mark.slice(0, at) + letter + mark.slice(at + 1);
      // The last character of base64 holds two bits that say nothing; the rest must be to the letter.
      if (turned !== mark && at < mark.length - 1) expect(() => marks.read(turned, page)).toThrow(TaxiiFault);
    }),
  );
});

test("an Accept of any kind is an answer, not a failure", () => {
  fc.assert(fc.property(fc.string(), (accept) => void acceptsTaxii(accept)));
});

test("the whole server: whatever path, query and body, the answer is TAXII's and no failure of its own", async () => {
  const errors: unknown[] = [];
  const server = createTaxiiServer({
    port: memoryPort("t", () => new Date(0)),
    key: new Uint8Array(32),
    path: "/taxii2/",
    title: "T",
    now: () => 0,
    onError: (error) => errors.push(error),
  });
  const step = fc.constantFrom(
    "api",
    "collections",
    "box",
    "objects",
    "manifest",
    "versions",
    "status",
    "..",
    "%2f",
    "%00",
    "x y",
    "tool--00000000-0000-4000-8000-000000000001",
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 6 }),
      fc.constantFrom(...QUERIES.map((query) => query.slice(0, 300))),
      fc.constantFrom("GET", "POST", "DELETE", "PUT", "HEAD", "OPTIONS"),
      fc.constantFrom(...BODIES.map(([body]) => body.slice(0, 300))),
      async (steps, query, method, body) => {
        const headers = { authorization: "Bearer t", "content-type": "application/taxii+json" };
        const path = `/taxii2/${steps.map((one) => `${one}/`).join("")}${query}`;
        const response = await server.request(path, { method, headers, ...(method === "POST" ? { body } : {}) });
        expect(response.status).toBeLessThan(500);
        expect(response.headers.get("content-type")).toBe("application/taxii+json;version=2.1");
        if (method !== "HEAD") expect(await response.json()).toBeTypeOf("object");
      },
    ),
    { numRuns: 500 },
  );
  expect(errors).toEqual([]);
});

function refusedOr(work: () => unknown, code: string): void {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(TaxiiFault);
    expect([code, "too-large"]).toContain((error as TaxiiFault).code);
  }
}
