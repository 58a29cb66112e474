import { randomBytes } from "node:crypto";
import { fromBase64, fromHex, type Instant, sha256Hex, toBase64 } from "#base";
import {
  append,
  commitment,
  formatCheckpoint,
  leafHash,
  logOrigin,
  type Parcel,
  PARCEL_TYPE,
  parcelBytes,
  rootAt,
  sealEnvelope,
  signNote,
} from "#ledger";
import type { Channel, Reader, Transactor } from "#store";
import { requireProvenLog } from "./log-trust.ts";
import type { Self } from "./self.ts";

/** This node's log of a channel: what it sent. */
export const ownLog = (channel: string): string => `out:${channel}`;
/** The partner's log of a channel, built again here from what came. */
export const partnerLog = (channel: string): string => `in:${channel}`;

export type Letter = {
  [Kind in Parcel["kind"]]: { readonly kind: Kind; readonly body: Extract<Parcel, { kind: Kind }>["body"] };
}[Parcel["kind"]];

/** Signs a parcel, logs its commitment and puts it in the outbox, in the caller's transaction: all of it or nothing. */
export async function post(
  t: Transactor,
  self: Self,
  channel: Channel,
  letter: Letter,
  subject: string | null,
  now: Instant,
): Promise<{ readonly sequence: number; readonly hash: string }> {
  const log = ownLog(channel.id);
  await t.settings.lock(log);
  await requireProvenLog(t, channel);
  const sequence = await t.trees.size(log);
  const parcel: Parcel = {
    v: 1,
    channel: channel.id,
    from: self.id,
    to: channel.partner,
    sequence,
    sent: now,
    ...letter,
  };
  const envelope = sealEnvelope(PARCEL_TYPE, parcelBytes(parcel), self.key);
  const hash = sha256Hex(envelope);
  const salt = new Uint8Array(randomBytes(32));
  await append(t.trees, log, leafOf(envelope, toBase64(salt)));
  await t.trees.setCheckpoint(log, await checkpointAt(t, self, channel.id, sequence + 1));
  await t.parcels.addOutbound({
    channel: channel.id,
    sequence,
    kind: letter.kind,
    hash,
    envelope,
    salt: toBase64(salt),
    subject,
    createdAt: now,
    state: "queued",
    attempts: 0,
    nextAttemptAt: now,
    deliveredAt: null,
    lastError: null,
    receipt: null,
  });
  return { sequence, hash };
}

/** The log entry that commits to this envelope. */
export function leafOf(envelope: string, salt: string): Uint8Array {
  return leafOfHash(sha256Hex(envelope), salt);
}

/** The same of an envelope whose hash alone is held (lower-case hex). */
export function leafOfHash(hash: string, salt: string): Uint8Array {
  return leafHash(commitment(fromBase64(salt), fromHex(hash)));
}

/** This node's signed checkpoint of its own log at `size`. Ed25519 is deterministic: one size, one note, ever. */
export async function checkpointAt(r: Reader, self: Self, channel: string, size: number): Promise<string> {
  const origin = logOrigin(channel, self.id);
  const store = { ...r.trees, put: unused, setSize: unused };
  return signNote(formatCheckpoint({ origin, size, root: await rootAt(store, ownLog(channel), size) }), [
    { name: origin, key: self.key },
  ]);
}

function unused(): Promise<void> {
  return Promise.reject(new TypeError("a proof writes nothing"));
}

/** A reader's hashes as the ledger's port, for proofs only. */
export function readingHashes(r: Reader) {
  return { ...r.trees, put: unused, setSize: unused };
}
