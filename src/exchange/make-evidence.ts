import { type Clock, instantOf } from "#base";
import {
  cosignerName,
  type Evidence,
  evidenceText,
  inclusionProof,
  type KeyPeriod,
  parseCheckpoint,
  proofText,
  type ProvenParcel,
  splitNote,
} from "#ledger";
import type { Viewer } from "#policy";
import type { Channel, Reader, Store } from "#store";
import { ExchangeError } from "./errors.ts";
import { ownPeriods, partnerPeriods, plain } from "./key-ring.ts";
import { withCosignatures } from "./log-export.ts";
import { ownLog, ownNoteAt, partnerLog, readingHashes, sealedHead } from "./outbox.ts";
import type { Self } from "./self.ts";

/** A signed head of a log, and its size. */
interface Head {
  readonly size: number;
  readonly note: string;
}

/** One file that proves a release: its parcels, what came back, the keys, and the proofs that all stand in the signed logs. */
export async function makeEvidence(
  store: Store,
  self: Self,
  viewer: Viewer,
  clock: Clock,
  releaseId: string,
): Promise<string> {
  return store.read(viewer, async (r) => {
    const release = await r.releases.get(releaseId);
    const parcels = await r.parcels.outboundBySubject(releaseId);
    const [first] = parcels;
    const channel = release === null || first === undefined ? null : await r.channels.get(first.channel);
    if (channel === null) {
      throw new ExchangeError("release-unknown", `no parcel of ${releaseId} has left`, {
        fix: "Evidence is made of a release that was approved.",
      });
    }
    const last = Math.max(...parcels.map((parcel) => parcel.sequence));
    const [own, theirs] = [await ownHead(r, self, channel, last), await partnerHead(r, channel)];
    const sent: ProvenParcel[] = [];
    const receipts: ProvenParcel[] = [];
    for (const parcel of parcels) {
      const proven = await prove(r, ownLog(channel.id), parcel, own);
      const erasedAt = parcel.erasedAt ?? null;
      sent.push(erasedAt === null ? proven : { ...proven, erased: { hash: parcel.hash, at: erasedAt } });
      const receipt = parcel.receipt === null ? null : await r.parcels.inbound(channel.id, parcel.receipt);
      if (receipt !== null && theirs !== null) receipts.push(await prove(r, partnerLog(channel.id), receipt, theirs));
    }
    const [ours, partner] = [await ownPeriods(r, self, channel), await partnerPeriods(r, channel)];
    const keyChanges = await proveChanges(r, self, channel, ours, partner, theirs);
    const evidence: Evidence = {
      format: "entente-evidence/1",
      channel: channel.id,
      made: instantOf(clock()),
      parties: [
        partyOf(self.id, self.name, ours, self.key.publicKey),
        partyOf(channel.partner, channel.partnerName, partner, channel.partnerKey),
      ],
      parcels: sent,
      receipts,
      ...(keyChanges.length === 0 ? {} : { keyChanges }),
    };
    return evidenceText(evidence);
  });
}

function partyOf(
  id: string,
  name: string,
  periods: readonly KeyPeriod[],
  current: string,
): Evidence["parties"][number] {
  const key = periods.at(-1)?.key ?? current;
  const changed = periods.some(({ ended }) => ended !== null);
  return changed ? { id, name, key, keys: periods.map(plain) } : { id, name, key };
}

/** A checkpoint that the partner cosigned proves more than a newer one that it has not seen yet. */
async function ownHead(r: Reader, self: Self, channel: Channel, place: number): Promise<Head> {
  const log = ownLog(channel.id);
  const cosigned = await r.cosignatures.largest(log, { from: place + 1, cosigner: cosignerName(channel.partner) });
  for (const size of [cosigned, await r.trees.size(log)]) {
    const note = size === null ? null : await ownNoteAt(r, self, channel, size);
    if (size !== null && note !== null) return { size, note: await withCosignatures(r, log, size, note) };
  }
  const sealed = await r.settings.get(sealedHead(log));
  const size = sealed === null ? 0 : parseCheckpoint(splitNote(sealed).text).size;
  if (sealed !== null && size > place) return { size, note: await withCosignatures(r, log, size, sealed) };
  throw new ExchangeError(
    "release-unknown",
    "the key that signed this part of the log was revoked before the partner cosigned it",
    {
      fix: "What the partner never acknowledged cannot be proven by a revoked key. Release it again.",
    },
  );
}

async function partnerHead(r: Reader, channel: Channel): Promise<Head | null> {
  const log = partnerLog(channel.id);
  const note = await r.trees.checkpoint(log);
  if (note === null) return null;
  const { size } = parseCheckpoint(splitNote(note).text);
  return { size, note: await withCosignatures(r, log, size, note) };
}

async function prove(
  r: Reader,
  log: string,
  { envelope, salt, sequence }: { readonly envelope: string; readonly salt: string; readonly sequence: number },
  { size, note }: Head,
): Promise<ProvenParcel> {
  const proof = proofText(await inclusionProof(readingHashes(r), log, sequence, size));
  return { envelope, salt, index: sequence, checkpoint: note, proof };
}

/** The parcels by which either party changed its keys. */
async function proveChanges(
  r: Reader,
  self: Self,
  channel: Channel,
  ours: readonly KeyPeriod[],
  partner: readonly KeyPeriod[],
  theirs: Head | null,
): Promise<ProvenParcel[]> {
  const proven: ProvenParcel[] = [];
  for (const { last } of ours.filter(({ ended }) => ended === "rotated")) {
    const parcel = last === null ? null : await r.parcels.outbound(channel.id, last);
    if (parcel !== null)
      proven.push(await prove(r, ownLog(channel.id), parcel, await ownHead(r, self, channel, parcel.sequence)));
  }
  for (const { last } of partner.filter(({ ended }) => ended === "rotated")) {
    const parcel = last === null ? null : await r.parcels.inbound(channel.id, last);
    if (parcel !== null && theirs !== null) proven.push(await prove(r, partnerLog(channel.id), parcel, theirs));
  }
  return proven;
}
