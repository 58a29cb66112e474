import { BaseError, equalBytes, sha256Hex } from "#base";
import {
  type KeyPeriod,
  LedgerError,
  logOrigin,
  memoryHashStore,
  appendAll,
  openCheckpoint,
  openEnvelope,
  PARCEL_TYPE,
  readParcel,
  requireKeyAt,
  rootAt,
} from "#ledger";
import type { Channel, InboundParcel, OutboundParcel, Reader } from "#store";
import { ownPeriods, partnerPeriods } from "./key-ring.ts";
import { leafOf, ownLog, ownNoteAt, partnerLog } from "./outbox.ts";
import type { Self } from "./self.ts";

export interface LogVerdict {
  readonly size: number;
  readonly verified: boolean;
  readonly root: string | null;
  readonly problems: readonly string[];
  /** Parcels whose text was deleted, as its terms asked; their hashes still make the tree. */
  readonly deleted: number;
}

export interface ChannelVerdict {
  readonly channel: string;
  readonly partner: string;
  /** This node's log of what it sent. */
  readonly own: LogVerdict;
  /** The partner's log, as its parcels and its last signed checkpoint show it. */
  readonly theirs: LogVerdict;
}

/** Builds both logs of a channel again from the parcels themselves, and holds them against the signed checkpoints. */
export async function verifyChannel(r: Reader, self: Self, channel: Channel): Promise<ChannelVerdict> {
  const size = await r.trees.size(ownLog(channel.id));
  // What waits in the outbox is logged and not yet signed for: this node's key stands for the whole of its own log.
  const head = size === 0 ? null : await ownNoteAt(r, self, channel, size);
  return {
    channel: channel.id,
    partner: channel.partner,
    own: await verifyLog(
      channel,
      { party: self.id, periods: await ownPeriods(r, self, channel) },
      [head, await r.trees.checkpoint(ownLog(channel.id))],
      (n) => r.parcels.outbound(channel.id, n),
    ),
    theirs: await verifyLog(
      channel,
      { party: channel.partner, periods: await partnerPeriods(r, channel) },
      [await r.trees.checkpoint(partnerLog(channel.id))],
      (n) => r.parcels.inbound(channel.id, n),
    ),
  };
}

/** @param notes the head first, then older ones that must be of the same tree; `null`: there is none. */
async function verifyLog(
  channel: Channel,
  signer: { readonly party: string; readonly periods: readonly KeyPeriod[] },
  notes: readonly (string | null)[],
  parcelAt: (sequence: number) => Promise<OutboundParcel | InboundParcel | null>,
): Promise<LogVerdict> {
  const problems: string[] = [];
  let size = 0;
  let deleted = 0;
  let root: string | null = null;
  try {
    const keys = signer.periods.map(({ key }) => key);
    const log = { name: logOrigin(channel.id, signer.party), keys };
    const heads = notes.filter((note) => note !== null).map((note) => openCheckpoint(note, log));
    const [newest] = heads;
    if (newest === undefined) return { size: 0, verified: true, root: null, problems: [], deleted: 0 };
    ({ size } = newest);
    root = Buffer.from(newest.root).toString("base64");
    const leaves: Uint8Array[] = [];
    for (let sequence = 0; sequence < size; sequence++) {
      const held = await parcelAt(sequence);
      if (held === null) throw new LedgerError("tree-range", `parcel ${sequence} is missing`);
      if (held.envelope === "" && (held.erasedAt ?? null) !== null) {
        deleted++;
        leaves.push(leafOf(held.hash, held.salt));
        continue;
      }
      const { payload, signedBy } = openEnvelope(held.envelope, PARCEL_TYPE, keys);
      const parcel = readParcel(payload);
      const period = signer.periods.find(({ key }) => key === signedBy);
      if (period !== undefined) requireKeyAt(period, sequence, parcel.sent);
      if (parcel.sequence !== sequence || parcel.from !== signer.party)
        problems.push(`parcel ${sequence} is not what it says`);
      leaves.push(leafOf(sha256Hex(held.envelope), held.salt));
    }
    const rebuilt = memoryHashStore();
    await appendAll(rebuilt, "log", leaves);
    for (const head of heads) {
      if (head.size > size || !equalBytes(await rootAt(rebuilt, "log", head.size), head.root))
        problems.push("the parcels held here do not make the tree that was signed");
    }
  } catch (error) {
    if (!(error instanceof LedgerError || error instanceof BaseError)) throw error;
    problems.push(error.message);
  }
  return { size, verified: problems.length === 0, root, problems, deleted };
}
