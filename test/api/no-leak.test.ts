import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createApp } from "#api";
import { createHome, type EntenteNode, openNode } from "#node";
import { handlingMarking, type Role, ROLES } from "#policy";
import { accept, newId } from "#stix";
import { stores } from "../federation/two-nodes.ts";

/**
 * The API against a naive model: generated records of several owners, versions and markings, officers of every role, and
 * everything that they can ask for. What an officer may not read is not in any answer: not in a list, a page, a count, a
 * search, a relation or an error, and an address that is forbidden answers as one that does not exist.
 */
const HOME = `identity--${randomUUID()}`;
const OWNERS = [HOME, `identity--${randomUUID()}`, `identity--${randomUUID()}`];
const OPERATIONAL: readonly Role[] = ["analyst", "desk-officer", "disclosure-officer"];
const READERS: readonly Role[] = [...OPERATIONAL, "screening-officer", "referral-officer", "programme-officer"];

/** What the model knows of a marking: whether a node understands it, and how it narrows. */
interface Terms {
  readonly ref: string;
  readonly text: string | null;
  readonly understood: boolean;
  readonly red: boolean;
  readonly over: boolean;
}

const handling = (expires: string | null, caveats: readonly string[] = []) => {
  const ref = newId("marking-definition");
  const marking = handlingMarking(
    {
      originator: HOME,
      releasableTo: [OWNERS[1] ?? ""],
      noOnward: true,
      purposes: null,
      evidenceUse: "allowed",
      caveats: [...caveats],
      reviewBy: null,
      expires,
      foreignCodes: [],
    },
    { id: ref, created: "2025-01-01T00:00:00.000000Z", createdBy: HOME },
  );
  return { ref, text: JSON.stringify(marking) };
};
const plain = { understood: true, red: false, over: false };
const fixed = (id: string) => ({ ref: `marking-definition--${id}`, text: null });
const POOL: readonly Terms[] = [
  { ...plain, ...handling(null) },
  { ...plain, ...handling("2099-01-01T00:00:00.000000Z", ["For the dialogue only."]) },
  { ...plain, ...handling("2020-01-01T00:00:00.000000Z"), over: true },
  { ...plain, ...fixed("94868c89-83c2-464b-929b-a1a8aa3c8487") },
  { ...plain, ...fixed("939a9414-2ddd-4d32-a0cd-375ea402b003") },
  { ...plain, ...fixed("e828b379-4e03-4974-9ac4-e53a884c97c1"), red: true },
  { ...plain, ref: newId("marking-definition"), text: null, understood: false },
];

interface Version {
  readonly record: number;
  readonly owner: string;
  readonly terms: readonly Terms[];
  /** Places of records of the same world that it refers to. */
  readonly refs: readonly number[];
}

function maySee({ owner, terms }: Version, roles: readonly Role[]): boolean {
  if (roles.includes("overseer")) return true;
  if (!roles.some((role) => READERS.includes(role))) return false;
  if (owner !== HOME && terms.some(({ understood }) => !understood)) return false;
  if (terms.some(({ red }) => red) && !roles.some((role) => OPERATIONAL.includes(role))) return false;
  return !terms.some(({ over }) => over);
}

const NOW = "2026-01-01T00:00:00.000000Z";
const CHANNEL = {
  id: `channel--${randomUUID()}`,
  partnerName: "Third",
  partnerUrl: "https://localhost",
  partnerKey: "k",
  partnerTlsPin: "p",
  purposes: [],
  fingerprint: "1",
  state: "active" as const,
  createdAt: NOW,
  confirmedAt: NOW,
  confirmedBy: "officer--1",
  lastContactAt: null,
  lastError: null,
};
const DRAFT = { title: "For the round", purpose: "", necessity: "", legalBasis: null, reviewBy: null };
const RECORDS = 5;
const arbitraryWorld = fc
  .record({
    owners: fc.array(fc.constantFrom(...OWNERS), { minLength: RECORDS, maxLength: RECORDS }),
    versions: fc.array(
      fc.record({
        record: fc.nat(RECORDS - 1),
        terms: fc.subarray([...POOL], { maxLength: 2 }),
        refs: fc.uniqueArray(fc.nat(RECORDS - 1), { minLength: 1, maxLength: 2 }),
      }),
      { minLength: 3, maxLength: 9 },
    ),
    asking: fc.uniqueArray(fc.nat(ROLES.length), { minLength: 2, maxLength: 3 }),
  })
  .map(({ owners, versions, asking }) => ({
    asking,
    versions: versions.map((version): Version => ({ ...version, owner: owners[version.record] ?? HOME })),
  }));

interface Officer {
  readonly roles: readonly Role[];
  readonly cookie: string;
}

describe.each(Object.keys(stores))("nothing leaks, on %s", (engine) => {
  const folder = mkdtempSync(join(tmpdir(), "entente-leak-"));
  const errors: unknown[] = [];
  const officers: Officer[] = [];
  let node: EntenteNode;
  let app: ReturnType<typeof createApp>;
  let worlds = 0;

  beforeAll(async () => {
    const web = { host: "127.0.0.1", port: 0 };
    const config = {
      party: { id: HOME, name: "Home", purposes: [] },
      link: { ...web, url: "https://127.0.0.1:1" },
      web,
      store: (await stores[engine]?.()) ?? "sqlite",
    };
    const clock = () => new Date();
    const home = await createHome(join(folder, "home"), config, clock());
    const onError = (error: unknown) => errors.push(error);
    node = await openNode(home, { clock, onError });
    const none = () => undefined;
    app = createApp({
      ...node,
      web: { ...web, limit: { burst: 1e9, perSecond: 1e9 } },
      clock,
      onError,
      wake: none,
      subscribe: () => none,
      webRoot: null,
      version: "0",
      taxii: null,
    });
    const setup = { kind: "job", party: HOME, name: "setup", may: [] } as const;
    for (const [n, roles] of [
      ...ROLES.map((role) => [role]),
      ["screening-officer", "operations-coordinator"] as Role[],
    ].entries()) {
      const { id } = await node.access.addOfficer(setup, { name: `Officer ${n}`, email: `o${n}@example.org`, roles });
      const { session } = await node.access.signIn(await node.access.signInToken(setup, id));
      officers.push({ roles, cookie: `entente_${HOME.slice(10, 18)}=${session}` });
    }
    await node.store.transact({ ...setup, may: ["read"] }, async (t) => {
      for (const { ref, text } of POOL) if (text !== null) await t.labels.addMarking(ref, text, HOME);
    });
  });
  afterAll(async () => {
    expect(errors).toEqual([]);
    await node.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function get({ cookie }: Officer, path: string) {
    const response = await app.request(`/api/v1${path}`, { headers: { cookie, host: "localhost" } });
    const text = await response.text();
    return { status: response.status, text, json: JSON.parse(text) as Record<string, unknown> };
  }

  /** Writes a world. Each version's name is a word of its own, that can be looked for in any answer. */
  async function write(versions: readonly Version[]) {
    const world = `W${String(++worlds).padStart(6, "0")}`;
    const ids = Array.from({ length: RECORDS }, () => newId("report"));
    const items = versions.map((version, n) => {
      const modified = `2025-01-01T00:00:00.${String(n).padStart(3, "0")}Z`;
      const word = `${world}N${String(n).padStart(3, "0")}E`;
      const object = {
        type: "report",
        spec_version: "2.1",
        id: ids[version.record],
        created: "2025-01-01T00:00:00.000Z",
        modified,
        name: word,
        published: "2025-01-01T00:00:00.000Z",
        object_refs: version.refs.map((place) => ids[place]),
      };
      const accepted = accept(JSON.stringify(object), node.registry, { now: NOW });
      if (!accepted.ok) throw new Error(JSON.stringify(accepted.errors));
      return { version, word, id: ids[version.record] ?? "", record: accepted.record };
    });
    await node.store.transact({ kind: "job", party: HOME, name: "setup", may: ["read"] }, (t) =>
      t.records.append(
        items.map(({ version, record }) => ({
          record,
          owner: version.owner,
          assigned: version.terms.map(({ ref }) => ref),
          source: world,
        })),
      ),
    );
    return { world, ids, items };
  }
  type Item = Awaited<ReturnType<typeof write>>["items"][number];

  const newest = (items: readonly Item[]) =>
    items.filter(({ id }, n) => !items.some((other, later) => other.id === id && later > n));

  async function checkLists(officer: Officer, world: string, items: readonly Item[]) {
    const seen = newest(items)
      .filter(({ version }) => maySee(version, officer.roles))
      .toReversed();
    for (const [query, expected] of [
      [`source=${world}`, seen],
      [`source=${world}&from=own`, seen.filter(({ version }) => version.owner === HOME)],
      [`source=${world}&from=partners`, seen.filter(({ version }) => version.owner !== HOME)],
      [`q=${world}`, seen],
      ...items.slice(0, 3).map((item) => [`q=${item.word}`, seen.filter((other) => other === item)] as const),
    ] as const) {
      const found: string[] = [];
      let cursor: string | null = "";
      while (cursor !== null) {
        const answer = await get(officer, `/records?${query}&limit=2${cursor === "" ? "" : `&cursor=${cursor}`}`);
        const page = answer.json as unknown as { items: { title: string }[]; next: string | null; total: number };
        expect(page.total, query).toBe(expected.length);
        found.push(...page.items.map(({ title }) => title));
        cursor = page.next;
      }
      expect(found, query).toEqual(expected.map(({ word }) => word));
    }
  }

  async function checkDetails(officer: Officer, ids: readonly string[], items: readonly Item[]) {
    const absent = newId("report");
    const nothing = await get(officer, `/records/${absent}`);
    for (const id of ids) {
      const visible = items.filter((item) => item.id === id && maySee(item.version, officer.roles)).toReversed();
      const answer = await get(officer, `/records/${id}`);
      for (const { word } of items.filter(({ version }) => !maySee(version, officer.roles)))
        expect(answer.text).not.toContain(word);
      if (visible.length === 0) {
        // Word for word what is said of one that was never there, and so at every address below it.
        expect([answer.status, answer.text.replaceAll(id, absent)]).toEqual([nothing.status, nothing.text]);
        for (const below of ["copies", "facts"]) {
          const [hidden, never] = [
            await get(officer, `/records/${id}/${below}`),
            await get(officer, `/records/${absent}/${below}`),
          ];
          expect([hidden.status, hidden.text.replaceAll(id, absent)]).toEqual([never.status, never.text]);
        }
        continue;
      }
      const detail = answer.json as unknown as {
        versions: { title: string }[];
        relations: { direction: string; title: string }[];
      };
      expect(detail.versions.map(({ title }) => title)).toEqual(visible.map(({ word }) => word));
      const current = newest(items).filter(({ version }) => maySee(version, officer.roles));
      const place = ids.indexOf(id);
      const refers = current.filter(({ version }) => version.refs.includes(place)).map(({ word }) => word);
      const referred = current
        .filter((item) => visible[0]?.version.refs.includes(ids.indexOf(item.id)))
        .map(({ word }) => word);
      const shown = (direction: string) =>
        detail.relations.flatMap((relation) => (relation.direction === direction ? [relation.title] : [])).toSorted();
      expect(shown("from")).toEqual(refers.toSorted());
      expect(shown("to")).toEqual(referred.toSorted());
    }
  }

  /** Makes a release, a hold, a case and a report that name the records, by officers who may. */
  async function mention(ids: readonly string[]) {
    const [analyst, disclosure] = [
      await node.access.asOfficer("o1@example.org"),
      await node.access.asOfficer("o2@example.org"),
    ];
    const [id = ""] = await node.store.transact(analyst, async (t) => {
      const all = await Promise.all(ids.map((each) => t.records.get(each)));
      await t.channels.add({ ...CHANNEL, partner: OWNERS[2] ?? "" });
      return all.flatMap((record) => (record === null ? [] : [record.id]));
    });
    const facts = { [id]: { category: "suspect" as const, caveats: ["Spoken of nowhere else."] } };
    const { release } = await node.safeguards.draft(analyst, { ...DRAFT, channel: CHANNEL.id, records: [id], facts });
    expect(release.state).toBe("draft");
    await node.retention.hold(disclosure, id, "A court asked.", null);
    await node.redress.open(analyst, { kind: "access", request: "What is held?", receivedAt: NOW, records: [id] });
    await node.errorReports.open(analyst, { what: "Sent too widely.", query: { records: [id] } });
  }

  test("lists, pages, counts, searches, histories, relations and refusals are those of the model", async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryWorld, async ({ versions, asking }) => {
        const { world, ids, items } = await write(versions);
        for (const place of asking) {
          const officer = officers[place];
          if (officer === undefined) continue;
          if (!officer.roles.some((role) => role === "overseer" || READERS.includes(role))) {
            for (const path of [`/records?source=${world}`, `/records/${ids[0]}`, `/records/${newId("report")}`])
              expect(await get(officer, path)).toMatchObject({ status: 403, json: { code: "forbidden" } });
            continue;
          }
          await checkLists(officer, world, items);
          await checkDetails(officer, ids, items);
        }
      }),
      { numRuns: 40 },
    );
  }, 120_000);

  test("no address of the API says a word that its caller may not read", async () => {
    const hidden: Version[] = POOL.map((terms, record) => ({
      record: record % RECORDS,
      owner: OWNERS[1] ?? "",
      terms: [terms],
      refs: [0],
    }));
    const { ids, items } = await write(hidden);
    await mention(ids);
    const paths = Object.entries(
      (await get(officers[0] as Officer, "/openapi.json")).json["paths"] as Record<string, object>,
    )
      .filter(([path, methods]) => "get" in methods && !path.includes("events"))
      .map(([path]) => path);
    expect(paths.length).toBeGreaterThan(30);
    for (const officer of officers) {
      const secret = items.filter(({ version }) => !maySee(version, officer.roles));
      for (const path of paths) {
        for (const id of path.includes("{id}") ? [...new Set(secret.map((item) => item.id))].slice(0, 2) : [""]) {
          const { text, status } = await get(officer, path.replace("{id}", id));
          expect(status, path).toBeLessThan(500);
          for (const { word } of secret) expect(text, `${path} to ${officer.roles.join()}`).not.toContain(word);
        }
      }
    }
    expect(ids).toHaveLength(RECORDS);
  }, 120_000);
});
