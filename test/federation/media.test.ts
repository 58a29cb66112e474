import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { MediaReport } from "#exchange";
import { pair, type Party, party, release } from "./two-nodes.ts";

let a: Party;
let b: Party;
let channel: string;
let open: string;
/** Two nodes that never meet on a network. */
beforeEach(async () => {
  [a, b] = await Promise.all([party("Islamabad"), party("Washington")]);
  for (const side of [a, b]) {
    await side.link?.close();
    side.link = null;
  }
  channel = await pair(a, b);
  open = await a.mark({ releasableTo: [b.node.self.id] });
});
afterEach(async () => {
  expect([a.errors, b.errors]).toEqual([[], []]);
  await Promise.all([a.close(), b.close()]);
});

async function files(from: Party, partBytes?: number): Promise<Uint8Array[]> {
  const out: Uint8Array[] = [];
  for await (const part of from.node.exchange.exportMedia(from.officers.administrator, channel, partBytes === undefined ? {} : { partBytes }))
    out.push(part.bytes);
  return out;
}
const take = (at: Party, file: Uint8Array): Promise<MediaReport> =>
  at.node.exchange.importMedia(at.officers.administrator, file);
async function carry(from: Party, to: Party): Promise<MediaReport[]> {
  const reports: MediaReport[] = [];
  for (const file of await files(from)) reports.push(await take(to, file));
  return reports;
}
const held = async (at: Party) =>
  (await at.node.store.read(at.officers.analyst, (r) => r.records.list({ limit: 1000 }))).items.length;
const queued = (at: Party) => at.node.store.read(at.officers.analyst, (r) => r.parcels.queued(channel));
const tool = (name: string, filler = 0) => a.record({ type: "tool", name, description: "x".repeat(filler) }, [open]);

describe("by hand", () => {
  test("a release, its receipt, and the word that the receipt came: three journeys, no network", async () => {
    const id = await tool("By hand");
    await release(a, channel, [id]);
    expect(await carry(a, b)).toMatchObject([{ stored: 2, duplicate: 0, stopped: null, last: true }]);
    expect(await held(b)).toBe(1);
    // One way only: nothing is called delivered.
    expect(await queued(a)).toBe(2);
    expect(await carry(b, a)).toMatchObject([{ stored: 2, confirmed: 2, stopped: null }]);
    expect(await a.node.store.read(a.officers.analyst, (r) => r.releases.copiesOf(id))).toMatchObject([
      { state: "confirmed" },
    ]);
    expect([await queued(a), await queued(b)]).toEqual([0, 2]);
    expect(await carry(a, b)).toMatchObject([{ stored: 0, confirmed: 2 }]);
    expect(await queued(b)).toBe(0);
    for (const side of [a, b]) {
      const verdict = await side.node.exchange.verify(side.officers.overseer, channel);
      expect([verdict.own.problems, verdict.theirs.problems]).toEqual([[], []]);
    }
  });

  test("split, a part missing, then found: nothing twice, nothing lost", async () => {
    for (let n = 0; n < 6; n++) await release(a, channel, [await tool(`Part ${n}`, 60_000)]);
    const parts = await files(a, 100_000);
    expect(parts.length).toBeGreaterThan(3);
    const [first, second, ...rest] = parts as [Uint8Array, Uint8Array, ...Uint8Array[]];
    expect(await take(b, first)).toMatchObject({ stopped: null, last: false });
    const before = await held(b);
    expect(await take(b, rest[0] ?? first)).toMatchObject({ stored: 0, stopped: { code: "gap" } });
    expect(await held(b)).toBe(before);
    for (const part of [second, ...rest, first, second]) expect(await take(b, part)).toMatchObject({ stopped: null });
    expect(await held(b)).toBe(6);
    // An export again holds the same parcels: the partner takes none of them twice.
    expect((await carry(a, b)).reduce((sum, { stored }) => sum + stored, 0)).toBe(0);
  });
});

describe("hostile media", () => {
  test("changed, cut, for another party, from a stranger, no file at all", async () => {
    await release(a, channel, [await tool("Secret")]);
    const [file = new Uint8Array()] = await files(a);
    expect(Buffer.from(file).toString("latin1")).toMatch(/^age-encryption\.org\/v1/);
    expect(Buffer.from(file).includes("Secret")).toBe(false);
    const changed = file.slice();
    changed[changed.length - 5] = (changed[changed.length - 5] ?? 0) ^ 1;
    for (const bad of [changed, file.subarray(0, file.length - 40), new Uint8Array(0), new Uint8Array(5000)])
      await expect(take(b, bad)).rejects.toMatchObject({ code: "media-sealed" });
    await expect(take(a, file)).rejects.toMatchObject({ code: "media-sealed" });
    const c = await party("Elsewhere");
    try {
      // C has a channel with B, and seals its own header into a file for B: its parcels are C's, not A's.
      const other = await pair(c, b);
      const stolen: Uint8Array[] = [];
      for await (const part of c.node.exchange.exportMedia(c.officers.administrator, other)) stolen.push(part.bytes);
      await expect(take(a, stolen[0] ?? new Uint8Array())).rejects.toMatchObject({ code: "media-sealed" });
      await expect(c.node.exchange.importMedia(c.officers.administrator, file)).rejects.toMatchObject({
        code: "media-sealed",
      });
    } finally {
      await c.close();
    }
    expect(await held(b)).toBe(0);
  });

  test("only an administrator carries media", async () => {
    await expect(
      take(a, new Uint8Array(1)).then(() => a.node.exchange.importMedia(a.officers.analyst, new Uint8Array(1))),
    ).rejects.toMatchObject({ code: "media-sealed" });
    await expect(a.node.exchange.importMedia(a.officers.analyst, new Uint8Array(1))).rejects.toMatchObject({
      code: "forbidden",
    });
  });
});
