import { concatBytes } from "#base";
import { LedgerError } from "./errors.ts";

/** C2SP tlog-tiles: 256 hashes, or entries, make a full tile; a tile stands for a subtree of height 8. */
export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;
const HASH_BYTES = 32;
const MAX_LEVEL = 63;
const MAX_ENTRY = 65_535;

export interface Tile {
  readonly kind: "hashes" | "entries";
  /** 0 for entries. */
  readonly level: number;
  readonly index: number;
  /** 1 to 256. */
  readonly width: number;
}

/** Reads a row of a tree's hashes: level 0 holds the leaves, level n complete subtrees of 2^n of them. */
export interface HashRow {
  /** `count` hashes from `position` on, in order; fewer where the log ends. */
  row(log: string, level: number, position: number, count: number): Promise<readonly Uint8Array[]>;
}

/** tlog-tiles, "Merkle Tree" and "Log entries": `tile/<L>/<N>[.p/<W>]`, `tile/entries/<N>[.p/<W>]`. */
export function tilePath({ kind, level, index, width }: Tile): string {
  const elements = [String(index % 1000).padStart(3, "0")];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    elements.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
  }
  const suffix = width === TILE_WIDTH ? "" : `.p/${width}`;
  return `tile/${kind === "entries" ? kind : level}/${elements.join("/")}${suffix}`;
}

/** @throws LedgerError `tile-malformed` for anything but the one spelling of a tile's path. */
export function parseTilePath(path: string): Tile {
  const match = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path);
  const [, level = "", digits = "", width = String(TILE_WIDTH)] = match ?? [];
  const kind = level === "entries" ? "entries" : "hashes";
  const tile: Tile = {
    kind,
    level: kind === "entries" ? 0 : Number(level),
    index: Number(digits.replaceAll(/[x/]/g, "")),
    width: Number(width),
  };
  // One spelling only: leading zeroes, a full tile written as partial and levels past the last all end here.
  if (
    match === null ||
    tile.level > MAX_LEVEL ||
    tile.width < 1 ||
    tile.width > TILE_WIDTH ||
    !Number.isSafeInteger(tile.index) ||
    tilePath(tile) !== path
  ) {
    throw new LedgerError("tile-malformed", `not the path of a tile: ${path.slice(0, 100)}`);
  }
  return tile;
}

/** tlog-tiles, "Partial Tiles": every tile of a tree of `size`, level by level, then the entry bundles. Lazy: a log may be long. */
export function* tilesOf(size: number): Generator<Tile> {
  for (let level = 0, count = size; count > 0; level++, count = Math.floor(count / TILE_WIDTH)) {
    yield* rowOf("hashes", level, count);
  }
  yield* rowOf("entries", 0, size);
}

function* rowOf(kind: Tile["kind"], level: number, count: number): Generator<Tile> {
  for (let index = 0; index * TILE_WIDTH < count; index++) {
    yield { kind, level, index, width: Math.min(TILE_WIDTH, count - index * TILE_WIDTH) };
  }
}

/**
 * tlog-tiles, "Merkle Tree": the bytes of a hash tile, MTH(D[(n*256+i)*256^l : (n*256+i+1)*256^l]) for each i.
 * @throws LedgerError `tree-range` when the log does not reach so far.
 */
export async function hashTile(hashes: HashRow, log: string, tile: Tile): Promise<Uint8Array> {
  const { level, index, width } = tile;
  const row = await hashes.row(log, level * TILE_HEIGHT, index * TILE_WIDTH, width);
  if (row.length !== width || row.some((hash) => hash.length !== HASH_BYTES)) {
    throw new LedgerError("tree-range", `the log ${log} has no ${tilePath(tile)}`);
  }
  return concatBytes(...row);
}

/** tlog-tiles, "Log entries": each entry after its length, a big-endian uint16. @throws LedgerError `tile-malformed`. */
export function entryBundle(entries: readonly Uint8Array[]): Uint8Array {
  if (entries.length < 1 || entries.length > TILE_WIDTH || entries.some((entry) => entry.length > MAX_ENTRY)) {
    throw new LedgerError("tile-malformed", "a bundle has 1 to 256 entries of at most 65,535 bytes");
  }
  return concatBytes(...entries.flatMap((entry) => [new Uint8Array([entry.length >> 8, entry.length & 0xff]), entry]));
}

/** Attacker-controlled: parse defensively. @throws LedgerError `tile-malformed` unless it is just `width` entries. */
export function readEntryBundle(bytes: Uint8Array, width: number): Uint8Array[] {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    const [high, low] = [bytes[at], bytes[at + 1]];
    if (entries.length === width || high === undefined || low === undefined) break;
    const end = at + 2 + high * 256 + low;
    if (end > bytes.length) break;
    entries.push(bytes.subarray(at + 2, end));
    at = end;
  }
  if (at !== bytes.length || entries.length !== width) {
    throw new LedgerError("tile-malformed", `not a bundle of ${width} entries`);
  }
  return entries;
}
