import { BaseError, type Clock, equalBytes, instantOf, sha256Hex } from "#base";
import {
  cosignerName,
  type Evidence,
  evidenceText,
  inclusionProof,
  LedgerError,
  logOrigin,
  memoryHashStore,
  appendAll,
  openEnvelope,
  openNote,
  PARCEL_TYPE,
  parseCheckpoint,
  proofText,
  type ProvenParcel,
  readParcel,
  rootAt,
} from "#ledger";
import type { Viewer } from "#policy";
import type { Channel, InboundParcel, OutboundParcel, Reader, Store } from "#store";
import { ExchangeError } from "./errors.ts";
import { withCosignatures } from "./log-export.ts";
import { checkpointAt, leafOf, ownLog, partnerLog, readingHashes } from "./outbox.ts";
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
  const head = size === 0 ? null : await checkpointAt(r, self, channel.id, size);
  return {
    channel: channel.id,
    partner: channel.partner,
    own: await verifyLog(
      channel,
      { party: self.id, key: self.key.publicKey },
      [head, await r.trees.checkpoint(ownLog(channel.id))],
      (n) => r.parcels.outbound(channel.id, n),
    ),
    theirs: await verifyLog(
      channel,
      { party: channel.partner, key: channel.partnerKey },
      [await r.trees.checkpoint(partnerLog(channel.id))],
      (n) => r.parcels.inbound(channel.id, n),
    ),
  };
}

/** @param notes the head first, then older ones that must be of the same tree; `null`: there is none. */
async function verifyLog(
  channel: Channel,
  signer: { readonly party: string; readonly key: string },
  notes: readonly (string | null)[],
  parcelAt: (sequence: number) => Promise<OutboundParcel | InboundParcel | null>,
): Promise<LogVerdict> {
  const problems: string[] = [];
  let size = 0;
  let deleted = 0;
  let root: string | null = null;
  try {
    const origin = logOrigin(channel.id, signer.party);
    const heads = notes
      .filter((note) => note !== null)
      .map((note) => parseCheckpoint(openNote(note, [{ name: origin, publicKey: signer.key }]).text));
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
      const parcel = readParcel(openEnvelope(held.envelope, PARCEL_TYPE, [signer.key]).payload);
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

/** One file that proves a release: its parcels, what came back, and the proofs that both stand in the signed logs. */
export async function makeEvidence(
  store: Store,
  self: Self,
  viewer: Viewer,
  clock: Clock,
  releaseId: string,
): Promise<string> {
  return store.read(viewer, async (r) => {
    const release = await r.releases.get(releaseId);
    const channel = release === null ? null : await r.channels.get(release.channel);
    const parcels = await r.parcels.outboundBySubject(releaseId);
    if (channel === null || parcels.length === 0) {
      throw new ExchangeError("release-unknown", `no parcel of ${releaseId} has left`, {
        fix: "Evidence is made of a release that was approved.",
      });
    }
    const sent: ProvenParcel[] = [];
    const receipts: ProvenParcel[] = [];
    const last = Math.max(...parcels.map((parcel) => parcel.sequence));
    // A checkpoint that the partner cosigned proves more than a newer one that it has not seen yet.
    const ownSize =
      (await r.cosignatures.largest(ownLog(channel.id), { from: last + 1, cosigner: cosignerName(channel.partner) })) ??
      (await r.trees.size(ownLog(channel.id)));
    const ownNote = await checkpointAt(r, self, channel.id, ownSize);
    const ownCheckpoint = await withCosignatures(r, ownLog(channel.id), ownSize, ownNote);
    const theirSize = await r.trees.size(partnerLog(channel.id));
    const theirNote = await r.trees.checkpoint(partnerLog(channel.id));
    const theirCheckpoint =
      theirNote === null ? null : await withCosignatures(r, partnerLog(channel.id), theirSize, theirNote);
    const hashes = readingHashes(r);
    for (const parcel of parcels) {
      sent.push({
        envelope: parcel.envelope,
        ...((parcel.erasedAt ?? null) === null ? {} : { erased: { hash: parcel.hash, at: parcel.erasedAt ?? "" } }),
        salt: parcel.salt,
        index: parcel.sequence,
        checkpoint: ownCheckpoint,
        proof: proofText(await inclusionProof(hashes, ownLog(channel.id), parcel.sequence, ownSize)),
      });
      const receipt = parcel.receipt === null ? null : await r.parcels.inbound(channel.id, parcel.receipt);
      if (receipt !== null && theirCheckpoint !== null) {
        receipts.push({
          envelope: receipt.envelope,
          salt: receipt.salt,
          index: receipt.sequence,
          checkpoint: theirCheckpoint,
          proof: proofText(await inclusionProof(hashes, partnerLog(channel.id), receipt.sequence, theirSize)),
        });
      }
    }
    const evidence: Evidence = {
      format: "entente-evidence/1",
      channel: channel.id,
      made: instantOf(clock()),
      parties: [
        { id: self.id, name: self.name, key: self.key.publicKey },
        { id: channel.partner, name: channel.partnerName, key: channel.partnerKey },
      ],
      parcels: sent,
      receipts,
    };
    return evidenceText(evidence);
  });
}
