import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { concatBytes, equalBytes, utf8 } from "#base";
import {
  append,
  EMPTY_ROOT,
  entryBundle,
  hashTile,
  leafHash,
  memoryHashStore,
  nodeHash,
  parseTilePath,
  readEntryBundle,
  rootAt,
  type Tile,
  tilePath,
  tilesOf,
} from "./index.ts";

const hashes = (level: number, index: number, width = 256): Tile => ({ kind: "hashes", level, index, width });

describe("tlog-tiles: paths", () => {
  test.each<[Tile, string]>([
    [hashes(0, 0), "tile/0/000"],
    [hashes(0, 999), "tile/0/999"],
    [hashes(0, 1000), "tile/0/x001/000"],
    [hashes(0, 1_234_067), "tile/0/x001/x234/067"],
    [hashes(1, 273, 112), "tile/1/273.p/112"],
    [hashes(63, 1, 1), "tile/63/001.p/1"],
    [{ kind: "entries", level: 0, index: 1_234_067, width: 255 }, "tile/entries/x001/x234/067.p/255"],
  ])("%o is %s, and back", (tile, path) => {
    expect(tilePath(tile)).toBe(path);
    expect(parseTilePath(path)).toEqual(tile);
  });

  test.each([
    "tile/00/000",
    "tile/64/000",
    "tile/0/0",
    "tile/0/0000",
    "tile/0/x000/001",
    "tile/0/001/002",
    "tile/0/x001",
    "tile/0/000.p/0",
    "tile/0/000.p/01",
    "tile/0/000.p/256",
    "tile/0/000.p/300",
    "tile/-1/000",
    "tile/8/0/000",
    "tile/entries/000/",
    "/tile/0/000",
    "tile/0/../000",
    "tile/0/x999/x999/x999/x999/x999/999/000",
    "",
  ])("no tile: %s", (path) => {
    expect(() => parseTilePath(path)).toThrow(expect.objectContaining({ code: "tile-malformed" }));
  });

  test("any tile comes back from its path", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("hashes" as const, "entries" as const),
        fc.nat(63),
        fc.nat(1e9),
        fc.integer({ min: 1, max: 256 }),
        (kind, level, index, width) => {
          const tile = { kind, level: kind === "entries" ? 0 : level, index, width };
          expect(parseTilePath(tilePath(tile))).toEqual(tile);
        },
      ),
    );
  });

  test("the specification's trees of 70,000 and 256 entries", () => {
    const of = (size: number) => [...tilesOf(size)].filter((tile) => tile.kind === "hashes");
    const tiles = of(70_000);
    expect(tiles.filter((tile) => tile.level === 0 && tile.width === 256)).toHaveLength(273);
    expect(tiles.filter((tile) => tile.width < 256 || tile.level > 0).map(tilePath)).toEqual([
      "tile/0/273.p/112",
      "tile/1/000",
      "tile/1/001.p/17",
      "tile/2/000.p/1",
    ]);
    expect(of(256).map(tilePath)).toEqual(["tile/0/000", "tile/1/000.p/1"]);
    expect([...tilesOf(0)]).toEqual([]);
    expect([...tilesOf(257)].filter((tile) => tile.kind === "entries").map(tilePath)).toEqual([
      "tile/entries/000",
      "tile/entries/001.p/1",
    ]);
  });
});

/** RFC 6962 §2.1, straight from the text, as the oracle. */
function mth(entries: readonly Uint8Array[]): Uint8Array {
  const [first] = entries;
  if (first === undefined) return EMPTY_ROOT;
  if (entries.length === 1) return leafHash(first);
  let k = 1;
  while (k * 2 < entries.length) k *= 2;
  return nodeHash(mth(entries.slice(0, k)), mth(entries.slice(k)));
}

describe("tlog-tiles: bytes", () => {
  const entries = Array.from({ length: 700 }, (_, n) => utf8(`entry ${n}`));
  const grown = (async () => {
    const store = memoryHashStore();
    for (const entry of entries) await append(store, "log", leafHash(entry));
    return store;
  })();

  test.each([1, 2, 255, 256, 257, 511, 512, 513, 700])(
    "every tile of a tree of %i is MTH of its range",
    async (size) => {
      const store = await grown;
      expect(await rootAt(store, "log", size)).toEqual(mth(entries.slice(0, size)));
      for (const tile of tilesOf(size)) {
        if (tile.kind === "entries") continue;
        const bytes = await hashTile(store, "log", tile);
        const span = 256 ** tile.level;
        for (let i = 0; i < tile.width; i++) {
          const from = (tile.index * 256 + i) * span;
          const expected = mth(entries.slice(from, from + span));
          expect(equalBytes(bytes.subarray(i * 32, i * 32 + 32), expected), `${tilePath(tile)} ${i}`).toBe(true);
        }
      }
    },
  );

  test("a tile that the log does not reach", async () => {
    await expect(hashTile(await grown, "log", hashes(0, 2, 256))).rejects.toMatchObject({ code: "tree-range" });
  });

  test("a bundle comes back; another width, a byte more or less, do not", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 }), { minLength: 1, maxLength: 256 }), (list) => {
        const bytes = entryBundle(list);
        const back = readEntryBundle(bytes, list.length);
        expect(back.length).toBe(list.length);
        for (const [n, entry] of list.entries()) expect(equalBytes(back[n] ?? new Uint8Array(1), entry)).toBe(true);
        const refused = expect.objectContaining({ code: "tile-malformed" });
        expect(() => readEntryBundle(bytes, list.length + 1)).toThrow(refused);
        expect(() => readEntryBundle(bytes, list.length - 1)).toThrow(refused);
        expect(() => readEntryBundle(bytes.subarray(0, -1), list.length)).toThrow(refused);
        expect(() => readEntryBundle(concatBytes(bytes, new Uint8Array(1)), list.length)).toThrow(refused);
      }),
    );
  });

  test("lengths are big-endian uint16, and an entry of 65,536 bytes has none", () => {
    expect([...entryBundle([new Uint8Array(258)]).subarray(0, 2)]).toEqual([1, 2]);
    expect(readEntryBundle(entryBundle([new Uint8Array(65_535)]), 1)[0]?.length).toBe(65_535);
    for (const bad of [[new Uint8Array(65_536)], [], Array.from({ length: 257 }, () => new Uint8Array(1))])
      expect(() => entryBundle(bad)).toThrow(expect.objectContaining({ code: "tile-malformed" }));
  });
});
