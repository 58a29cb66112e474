import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { utf8 } from "#base";
import type { MediaReport } from "#exchange";
import { sealEnvelope } from "#ledger";
import { sealFor } from "../../src/exchange/sealed-file.ts";
import { pair, type Party, party, release, until } from "./two-nodes.ts";

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
  for await (const part of from.node.exchange.exportMedia(
    from.officers.administrator,
    channel,
    partBytes === undefined ? {} : { partBytes },
  ))
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

describe("over several hops", () => {
  let carriers: Party[];
  beforeEach(async () => {
    carriers = await Promise.all([party("Courier"), party("Relay"), party("Gateway")]);
  });
  afterEach(async () => {
    await Promise.all(carriers.map((one) => one.close()));
  });
  const hops = () => carriers.map(({ node }) => ({ name: node.self.name, key: node.self.key.publicKey }));
  const exported = async (partBytes = 64 * 1024 * 1024) => {
    const out: Uint8Array[] = [];
    const options = { via: hops(), partBytes };
    for await (const { bytes } of a.node.exchange.exportMedia(a.officers.administrator, channel, options))
      out.push(bytes);
    return out;
  };
  const onward = (at: Party, file: Uint8Array) => at.node.exchange.forwardMedia(at.officers.administrator, file);

  test("each opens only its own layer and learns the next; none of them is paired with anybody", async () => {
    const id = await tool("By three hands");
    await release(a, channel, [id]);
    let [file = new Uint8Array()] = await exported();
    for (const [n, carrier] of carriers.entries()) {
      // Nobody else along the way opens this layer, nor the recipient.
      for (const other of [...carriers.filter((one) => one !== carrier), b]) {
        const opening = other === b ? take(b, file) : onward(other, file);
        await expect(opening).rejects.toMatchObject({ code: "media-sealed" });
      }
      await expect(take(carrier, file)).rejects.toMatchObject({ code: "media-misdirected" });
      const { next, name, bytes } = await onward(carrier, file);
      expect(next).toBe(hops()[n + 1]?.name ?? "Washington");
      expect(name).toMatch(/^entente-hop-[0-9a-f]{16}\.age$/);
      expect(Buffer.from(bytes).includes("By three hands")).toBe(false);
      expect(await onward(carrier, file)).toMatchObject({ name });
      file = bytes;
    }
    expect(await take(b, file)).toMatchObject({ stored: 2, stopped: null });
    await expect(onward(b, file)).rejects.toMatchObject({ code: "media-misdirected" });
    expect(await held(b)).toBe(1);
    for (const carrier of carriers) expect(await held(carrier)).toBe(0);
  });

  test("a diode: no answer comes; a part missing, doubled, out of order, cut; confirmed by the link in the end", async () => {
    const ids: string[] = [];
    for (let n = 0; n < 4; n++) {
      ids.push(await tool(`Part ${n}`, 60_000));
      await release(a, channel, [ids.at(-1) ?? ""]);
    }
    const through = async (file: Uint8Array) => {
      let rest = file;
      for (const carrier of carriers) rest = (await onward(carrier, rest)).bytes;
      return rest;
    };
    const parts: Uint8Array[] = [];
    for (const file of await exported(100_000)) parts.push(await through(file));
    expect(parts.length).toBeGreaterThan(2);
    const [first = new Uint8Array(), second = new Uint8Array(), ...rest] = parts;
    await expect(take(b, first.subarray(0, first.length - 9))).rejects.toMatchObject({ code: "media-sealed" });
    for (const early of [...rest.toReversed(), second])
      expect(await take(b, early)).toMatchObject({ stopped: { code: "gap" } });
    for (const part of [first, first, second, second, ...rest])
      expect(await take(b, part)).toMatchObject({ stopped: null });
    expect(await held(b)).toBe(4);
    // Exported again and again, it waits: through a diode nobody says that it came.
    const states = async () =>
      (await Promise.all(ids.map((id) => a.node.store.read(a.officers.analyst, (r) => r.releases.copiesOf(id)))))
        .flat()
        .map(({ state }) => state);
    expect([await queued(a), await states()]).toEqual([5, Array.from({ length: 4 }, () => "sent")]);
    // The receipts return by another path.
    for (const side of [a, b]) side.link = await side.node.openLink();
    await until("the receipts", async () => (await states()).every((state) => state === "confirmed"));
    await until("nothing waits", async () => (await queued(a)) === 0);
    expect(await held(b)).toBe(4);
  });

  test("a layer changed on its way, an unreadable head, too many hops, an officer who may not", async () => {
    await release(a, channel, [await tool("Secret")]);
    const [file = new Uint8Array()] = await exported();
    const [carrier = a] = carriers;
    const changed = file.slice();
    changed[changed.length - 5] = (changed[changed.length - 5] ?? 0) ^ 1;
    await expect(onward(carrier, changed)).rejects.toMatchObject({ code: "media-sealed" });
    const { key } = hops()[0] ?? { key: "" };
    for (const text of ["", "{}\n", '{"next":""}\n', '{"next":"x","name":"../../etc/passwd"}\n', "x".repeat(5000)]) {
      const bad = await sealFor(key, Buffer.from(`entente-hop/1\n${text}rest`));
      await expect(onward(carrier, bad)).rejects.toMatchObject({ code: "media-malformed" });
    }
    // Words of a stranger never make a path.
    const path = await sealFor(key, Buffer.from('entente-hop/1\n{"next":"../../../etc/passwd"}\nrest'));
    expect((await onward(carrier, path)).name).toMatch(/^entente-hop-[0-9a-f]{16}\.age$/);
    await expect(carrier.node.exchange.forwardMedia(carrier.officers.analyst, file)).rejects.toMatchObject({
      code: "forbidden",
    });
    const many = Array.from({ length: 9 }, () => ({ name: "x", key }));
    const made = a.node.exchange.exportMedia(a.officers.administrator, channel, { via: many });
    await expect(made.next()).rejects.toMatchObject({ code: "media-malformed" });
  });

  test.runIf(existsSync("/usr/bin/age"))("every layer opens with the age command", async () => {
    await release(a, channel, [await tool("For age")]);
    const folder = mkdtempSync(join(tmpdir(), "entente-age-"));
    try {
      let [file = new Uint8Array()] = await exported();
      for (const side of [...carriers, b]) {
        const identity = join(folder, `${side.node.self.name}.txt`);
        writeFileSync(identity, (await side.node.ageIdentities()).join("\n"));
        const { status, stdout } = spawnSync("/usr/bin/age", ["--decrypt", "--identity", identity], { input: file });
        expect(status).toBe(0);
        if (side === b) expect(stdout.toString().split("\n")).toHaveLength(5);
        file = new Uint8Array(stdout.subarray(stdout.indexOf("\n", 15) + 1));
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
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

  test("a file's own words name no path, and no parcel of it is believed before its signature", async () => {
    const { self } = a.node;
    const head = {
      v: 1,
      channel,
      from: self.id,
      to: b.node.self.id,
      made: "x",
      have: 0,
      part: 1,
      last: true,
      first: 0,
    };
    const sealed = (header: object, rest = "") => {
      const signed = sealEnvelope("application/vnd.entente.media+json", utf8(JSON.stringify(header)), self.key);
      return sealFor(b.node.self.key.publicKey, utf8(`${signed}\n${rest}`));
    };
    const named = await sealed({ ...head, count: 0, name: "../../../etc/cron.d/x" });
    await expect(take(b, named)).rejects.toMatchObject({ code: "media-malformed" });
    const elsewhere = await sealed({ ...head, count: 0, channel: "../../entente.sqlite" });
    await expect(take(b, elsewhere)).rejects.toMatchObject({ code: "media-misdirected" });
    for (const rest of ["../../x\n", `${"[".repeat(200_000)}\n`, "{}\n", `{"first":0,"parcels":[],"checkpoint":""}\n`])
      expect((await take(b, await sealed({ ...head, count: 1 }, rest))).stopped).toMatchObject({
        at: 0,
        code: "message-malformed",
      });
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
