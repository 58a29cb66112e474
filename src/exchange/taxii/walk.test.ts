import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decide, handlingMarking, type Marking, readMarking, compileLabel } from "#policy";
import { accept, type AcceptedRecord, coreTypes, TypeRegistry } from "#stix";
import { analyst, engines, HOME, openFace, PARTNER, type TestFace, tool, uuid, walk } from "./testing.ts";

const registry = new TypeRegistry(coreTypes);
const NOW = "2026-06-01T00:00:00.000000Z";
const TYPES = ["tool", "malware", "campaign"];
const TERMS = [
  { releasableTo: [PARTNER], purposes: null },
  { releasableTo: [PARTNER], purposes: ["prevention"] },
  { releasableTo: [PARTNER], purposes: ["war"] },
  { releasableTo: [HOME], purposes: null },
  { releasableTo: [PARTNER], purposes: null, caveats: ["Ask"] },
  { releasableTo: [PARTNER], purposes: null, expires: "2026-01-01T00:00:00.000000Z" },
];
const markings = TERMS.map((terms, n) => {
  const id = `marking-definition--${uuid(9000 + n)}`;
  const all = {
    originator: HOME,
    noOnward: false,
    evidenceUse: "allowed" as const,
    caveats: [],
    reviewBy: null,
    expires: null,
    foreignCodes: [],
    ...terms,
  };
  return {
    id,
    text: JSON.stringify(handlingMarking(all, { id, created: "2025-01-01T00:00:00.000Z", createdBy: HOME })),
  };
});

interface Version {
  readonly id: string;
  readonly type: string;
  readonly version: string;
  readonly owner: string;
  readonly refs: readonly string[];
  readonly inText: boolean;
  readonly record: AcceptedRecord;
}

const arbitraryVersions = fc
  .array(
    fc.record({
      n: fc.integer({ min: 0, max: 14 }),
      month: fc.integer({ min: 1, max: 4 }),
      refs: fc.uniqueArray(fc.integer({ min: 0, max: TERMS.length }), { maxLength: 2 }),
      inText: fc.boolean(),
    }),
    { minLength: 1, maxLength: 40 },
  )
  .map((rows) => {
    const seen = new Set<string>();
    return rows.filter(({ n, month }) => !seen.has(`${n} ${month}`) && seen.add(`${n} ${month}`));
  });

const arbitraryQuery = fc.record({
  types: fc.option(fc.uniqueArray(fc.constantFrom(...TYPES, "note"), { minLength: 1, maxLength: 3 }), { nil: null }),
  ids: fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 16 }), { minLength: 1, maxLength: 6 }), { nil: null }),
  versions: fc.constantFrom(
    "",
    "all",
    "first",
    "last",
    "first,last",
    "2025-02-01T00:00:00Z",
    "first,2025-03-01T00:00:00.000Z",
  ),
  limit: fc.integer({ min: 1, max: 9 }),
  after: fc.option(fc.integer({ min: 0, max: 40 }), { nil: null }),
});

const idOf = (salt: number, n: number): { id: string; type: string } => {
  const type = TYPES[n % TYPES.length] ?? "tool";
  return { type, id: `${type}--${uuid(salt * 100 + n)}` };
};

describe.each(Object.keys(engines))("a walk on %s", (name) => {
  let face: TestFace;
  beforeAll(async () => {
    const engine = await engines[name]?.();
    if (engine === undefined) throw new Error(name);
    face = await openFace(engine);
    await face.addClient("own");
    await face.addClient("partner", { party: PARTNER, purpose: "prevention" });
    await face.store.transact(analyst, async (t) => {
      for (const { id, text } of markings) await t.labels.addMarking(id, text, HOME);
    });
  });
  afterAll(async () => {
    expect(face.errors).toEqual([]);
    await face.store.close();
  });

  /** The decision and the standard's words, object by object: no index, no page, no SQL. */
  function model(
    versions: readonly Version[],
    client: string,
    query: { types: readonly string[] | null; ids: readonly string[] | null; versions: string },
  ): Version[] {
    const known = new Map<string, Marking>(markings.map(({ id, text }) => [id, readMarking(text)]));
    const viewer =
      client === "own"
        ? ({ kind: "officer", party: HOME, officer: "x", roles: ["analyst"] } as const)
        : ({ kind: "partner", party: PARTNER } as const);
    const visible = versions.filter(({ owner, refs, inText }) => {
      const decision = decide(
        viewer,
        client === "own" ? "read" : "receive",
        compileLabel(owner, refs, (id) => known.get(id)),
        {
          now: NOW,
          party: HOME,
          purpose: "prevention",
        },
      );
      return (
        decision.effect === "allow" &&
        (decision.obligations.length === 0 || inText || owner === PARTNER || refs.length === 0)
      );
    });
    const wanted = (query.versions === "" ? "last" : query.versions).split(",");
    return visible.filter((version) => {
      const same = visible
        .filter((other) => other.id === version.id)
        .map((other) => other.version)
        .toSorted();
      const matched = wanted.some((word) =>
        word === "all"
          ? true
          : word === "first"
            ? version.version === same[0]
            : word === "last"
              ? version.version === same.at(-1)
              : version.version.slice(0, 10) === word.slice(0, 10),
      );
      return (
        matched &&
        (query.types === null || query.types.includes(version.type)) &&
        (query.ids === null || query.ids.includes(version.id))
      );
    });
  }

  let salt = 0;
  test("is what a naive reader would give: no leak, no loss, nothing twice, in order", async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryVersions,
        fc.constantFrom("own", "partner"),
        fc.constantFrom("records" as const, "listed" as const),
        fc.array(arbitraryQuery, { minLength: 1, maxLength: 4 }),
        async (rows, client, kind, queries) => {
          salt++;
          const versions = rows.map(({ n, month, refs, inText }): Version => {
            const { id, type } = idOf(salt, n);
            const named = refs.map((ref) => markings[ref]?.id ?? `marking-definition--${uuid(1)}`).toSorted();
            const modified = `2025-0${month}-01T00:00:00.000Z`;
            const object = tool(0, {
              id,
              type,
              modified,
              is_family: false,
              ...(inText && named.length > 0 ? { object_marking_refs: named } : {}),
            });
            const accepted = accept(JSON.stringify(object), registry, { now: NOW });
            if (!accepted.ok) throw new Error(JSON.stringify(accepted.errors));
            return {
              id,
              type,
              version: accepted.record.version,
              owner: n % 4 === 3 ? PARTNER : HOME,
              refs: named,
              inText,
              record: accepted.record,
            };
          });
          const alias = `c${salt}`;
          await face.addCollection(alias, { kind, readers: ["own", "partner"], writers: [] });
          await face.store.transact(analyst, async (t) => {
            await t.records.append(
              versions.map(({ record, owner, refs, inText }) => ({
                record,
                owner,
                assigned: inText ? [] : refs,
                source: "test",
              })),
            );
            const collection = await t.taxii.collection("default", alias);
            if (kind === "listed") await t.taxii.list(collection?.number ?? 0, versions);
          });
          const base = `/taxii2/default/collections/${alias}/`;
          const everything = await walk(face, "own", `${base}manifest/`, "match[version]=all");
          const dates = new Map(
            everything.flatMap((page) =>
              (page.objects ?? []).map((entry) => [
                `${entry.id} ${String(entry["version"]).slice(0, 10)}`,
                String(entry["date_added"]),
              ]),
            ),
          );
          const datesOf = (marks: readonly string[]): string[] => marks.map((mark) => dates.get(mark) ?? "");
          for (const { types, ids, versions: wanted, limit, after } of queries) {
            const names = ids?.map((n) => idOf(salt, n).id) ?? null;
            // Other collections of one store hold other ids; a collection of all records is asked for these.
            const asked = names ?? (kind === "records" ? Array.from({ length: 15 }, (_, n) => idOf(salt, n).id) : null);
            const since = after === null ? null : ([...dates.values()].toSorted()[after] ?? null);
            const query = [
              `limit=${limit}`,
              ...(types === null ? [] : [`match[type]=${types.join(",")}`]),
              ...(asked === null ? [] : [`match[id]=${asked.join(",")}`]),
              ...(wanted === "" ? [] : [`match[version]=${wanted}`]),
              ...(since === null ? [] : [`added_after=${since}`]),
            ].join("&");
            const expected = model(versions, client, { types, ids: asked, versions: wanted })
              .map(({ id, version }) => `${id} ${version.slice(0, 10)}`)
              .filter((mark) => since === null || (dates.get(mark) ?? "") > since);
            for (const resource of ["objects/", "manifest/"]) {
              const pages = await walk(face, client, base + resource, query);
              const got = pages.flatMap((page) =>
                (page.objects ?? []).map(
                  (object) => `${object.id} ${String(object["modified"] ?? object["version"]).slice(0, 10)}`,
                ),
              );
              expect(got.toSorted()).toEqual(expected.toSorted());
              if (client === "own") expect(datesOf(got)).toEqual(datesOf(got).toSorted());
            }
          }
        },
      ),
      { numRuns: name === "sqlite" ? 60 : 15 },
    );
  });

  test("while others write sees each object once, in order, and all that stood when it began", async () => {
    await face.addCollection("busy");
    const salted = (n: number) => tool(1_000_000 + n);
    await face.post(
      "own",
      "busy",
      Array.from({ length: 60 }, (_, n) => salted(n)),
    );
    const seen: string[] = [];
    let next: string | undefined;
    let written = 60;
    for (;;) {
      const mark: string = next === undefined ? "" : `&next=${next}`;
      const { body } = await face.json("own", `/taxii2/default/collections/busy/objects/?limit=7${mark}`);
      seen.push(...(body.objects ?? []).map(({ id }) => id));
      if (body.more !== true) break;
      next = body.next;
      if (written < 120) {
        await Promise.all([0, 1, 2].map((n) => face.post("own", "busy", [salted(written + n)])));
        written += 3;
      }
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(new Set(seen)).toEqual(new Set(Array.from({ length: written }, (_, n) => salted(n).id)));
  });

  test("over much that the client may not see comes to its end, in bounded steps", async () => {
    await face.addCollection("rare", { kind: "records", readers: ["partner"], writers: [] });
    const before = await walk(
      face,
      "partner",
      "/taxii2/default/collections/rare/objects/",
      "match[type]=attack-pattern",
    );
    expect(before.flatMap((page) => page.objects ?? [])).toEqual([]);
  });
});
