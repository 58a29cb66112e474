import { BaseError, equalBytes, fromBase64, fromHex, utf8 } from "#base";
import {
  commitment,
  type CosignatureVerifier,
  entryBundle,
  hashTile,
  type KeyPeriod,
  LedgerError,
  leafHash,
  logOrigin,
  openCheckpoint,
  rootAt,
  TILE_WIDTH,
  type Tile,
  tilePath,
  tilesOf,
  verifierKey,
} from "#ledger";
import type { Channel, Reader } from "#store";
import { ExchangeError } from "./errors.ts";
import { cosignersOf, ownPeriods, partnerPeriods } from "./key-ring.ts";
import { ownLog, ownNoteAt, partnerLog, readingHashes } from "./outbox.ts";
import type { Self } from "./self.ts";
import type { WitnessAddress } from "./witnessing.ts";

/** Takes one file of an exported log. The path is relative, its elements parted by `/`. */
export type WriteFile = (path: string, bytes: Uint8Array) => Promise<void>;

export interface ExportedLog {
  /** `ours`: what this node sent. `partner`: the partner's log as it is held here. */
  readonly side: "ours" | "partner";
  readonly origin: string;
  readonly size: number;
  readonly root: string;
  /** Who cosigned the checkpoint that was written. */
  readonly cosigners: readonly string[];
  /** The largest size that anyone cosigned; below `size` when the newest entries have not been acknowledged yet. */
  readonly cosignedSize: number | null;
  readonly files: number;
}

interface Side {
  readonly side: ExportedLog["side"];
  readonly log: string;
  readonly rows: "outbound" | "inbound";
  readonly signer: { readonly party: string; readonly periods: readonly KeyPeriod[] };
  /** Whose word on this log counts. */
  readonly cosigners: readonly CosignatureVerifier[];
  /** The signed head, `null` before the first word of the partner. */
  readonly head: string | null;
  /** The log's own signed note of an earlier size, where this node has or can make it. */
  noteAt(size: number): Promise<string | null>;
}

/**
 * Writes both logs of a channel in the layout of C2SP tlog-tiles, each beside the keys that judge it. What is written is
 * held against the signed checkpoint first, so that a damaged store never passes for a log.
 * @throws ExchangeError `log-damaged`.
 */
export async function exportLogs(
  r: Reader,
  self: Self,
  channel: Channel,
  witnesses: readonly WitnessAddress[],
  write: WriteFile,
  /** Our log alone, at this published size, for those who are not to see more; `null`: both, whole. */
  published: number | null = null,
): Promise<ExportedLog[]> {
  const [us, partner] = [
    { party: self.id, periods: await ownPeriods(r, self, channel) },
    { party: channel.partner, periods: await partnerPeriods(r, channel) },
  ];
  const size = published ?? (await r.trees.size(ownLog(channel.id)));
  const sides: readonly Side[] = [
    {
      side: "ours",
      log: ownLog(channel.id),
      rows: "outbound",
      signer: us,
      cosigners: [...vouching(partner), ...witnesses.map(({ name, key }) => ({ name, publicKey: key }))],
      head: (await ownNoteAt(r, self, channel, size)) ?? (await r.trees.checkpoint(ownLog(channel.id))),
      noteAt: (at) => ownNoteAt(r, self, channel, at),
    },
    {
      side: "partner",
      log: partnerLog(channel.id),
      rows: "inbound",
      signer: partner,
      cosigners: vouching(us),
      head: await r.trees.checkpoint(partnerLog(channel.id)),
      noteAt: async (at) => (await r.parcels.inbound(channel.id, at - 1))?.checkpoint ?? null,
    },
  ];
  const done: ExportedLog[] = [];
  for (const side of published === null ? sides : sides.slice(0, 1)) {
    if (side.head !== null) done.push(await exportLog(r, channel, side, side.head, write));
  }
  return done;
}

function vouching({ party, periods }: Side["signer"]): CosignatureVerifier[] {
  return cosignersOf(party, periods);
}

async function exportLog(
  r: Reader,
  channel: Channel,
  side: Side,
  head: string,
  write: WriteFile,
): Promise<ExportedLog> {
  const log = { name: logOrigin(channel.id, side.signer.party), keys: side.signer.periods.map(({ key }) => key) };
  let files = 0;
  const put: WriteFile = async (path, bytes) => {
    await write(`${side.side}/${path}`, bytes);
    files++;
  };
  try {
    const { origin, size, root, signedBy } = openCheckpoint(head, log);
    const signers = new Set(signedBy);
    if (!equalBytes(root, await rootAt(readingHashes(r), side.log, size))) {
      throw damaged("the hashes held here do not make the tree that was signed");
    }
    for (const tile of tilesOf(size)) await put(tilePath(tile), await tileBytes(r, channel, side, tile));
    await put("checkpoint", utf8(await withCosignatures(r, side.log, size, head)));
    const cosignedSize = await r.cosignatures.largest(side.log);
    const cosigned = cosignedSize === null || cosignedSize >= size ? null : await side.noteAt(cosignedSize);
    if (cosigned !== null && cosignedSize !== null) {
      for (const key of openCheckpoint(cosigned, log).signedBy) signers.add(key);
      await put("checkpoint.cosigned", utf8(await withCosignatures(r, side.log, cosignedSize, cosigned)));
    }
    const keys = side.cosigners.map((cosigner) => `cosigner ${verifierKey(cosigner, 0x04)}\n`);
    const logs = [...signers].map((publicKey) => `log ${verifierKey({ name: log.name, publicKey })}\n`);
    await put("keys", utf8([...logs, ...keys].join("")));
    const cosigners = (await r.cosignatures.of(side.log, size)).map((held) => held.cosigner);
    return {
      side: side.side,
      origin,
      size,
      root: Buffer.from(root).toString("base64"),
      cosigners,
      cosignedSize,
      files,
    };
  } catch (error) {
    if (error instanceof LedgerError || error instanceof BaseError) throw damaged(error.message, error);
    throw error;
  }
}

async function tileBytes(r: Reader, channel: Channel, side: Side, tile: Tile): Promise<Uint8Array> {
  if (tile.kind === "hashes") return hashTile(r.trees, side.log, tile);
  const first = tile.index * TILE_WIDTH;
  const openings = await r.parcels.openings(side.rows, channel.id, first, tile.width);
  const entries = openings.map(({ hash, salt }) => commitment(fromBase64(salt), fromHex(hash)));
  const leaves = await r.trees.row(side.log, 0, first, tile.width);
  for (let n = 0; n < tile.width; n++) {
    const [entry, leaf] = [entries[n], leaves[n]];
    if (entry === undefined || leaf === undefined || !equalBytes(leafHash(entry), leaf)) {
      throw damaged(`entry ${first + n} is not the one that was logged`);
    }
  }
  return entryBundle(entries);
}

/** A signed note with the cosignatures that are held on it. */
export async function withCosignatures(r: Reader, log: string, size: number, note: string): Promise<string> {
  return note + (await r.cosignatures.of(log, size)).map(({ line }) => line).join("");
}

function damaged(message: string, cause?: unknown): ExchangeError {
  return new ExchangeError("log-damaged", message, {
    fix: "Restore the node from its backup. `entente verify` names the parcels that differ.",
    cause,
  });
}
