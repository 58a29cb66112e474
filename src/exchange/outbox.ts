import { randomBytes } from "node:crypto";
import { fromBase64, type Instant, sha256, sha256Hex, toBase64, utf8 } from "#base";
import {
  append,
  commitment,
  formatCheckpoint,
  leafHash,
  logOrigin,
  type Parcel,
  type ParcelOf,
  PARCEL_TYPE,
  parcelBytes,
  parseCheckpoint,
  rootAt,
  sealEnvelope,
  type SigningKey,
  splitNote,
  signNote,
} from "#ledger";
import type { Channel, ParcelKind, Reader, Transactor } from "#store";
import { ownPeriods, requireOwnKey } from "./key-ring.ts";
import { requireProvenLog } from "./log-trust.ts";
import type { Self } from "./self.ts";

/** Parcels that one key alone signs. */
type PlainKind = Exclude<ParcelKind, "key-change">;

/** This node's log of a channel: what it sent. */
export const ownLog = (channel: string): string => `out:${channel}`;
/** The partner's log of a channel, built again here from what came. */
export const partnerLog = (channel: string): string => `in:${channel}`;

type LetterOf<Kind extends ParcelKind> = {
  [K in Kind]: { readonly kind: K; readonly body: ParcelOf<K>["body"] };
}[Kind];

export type Letter = LetterOf<PlainKind>;

/** Signs a parcel, logs its commitment and puts it in the outbox, in the caller's transaction: all of it or nothing. */
export async function post(
  t: Transactor,
  self: Self,
  channel: Channel,
  letter: Letter,
  subject: string | null,
  now: Instant,
): Promise<{ readonly sequence: number; readonly hash: string }> {
  await requireOwnKey(t, self, channel, now);
  return postSigned(t, self, channel, letter, subject, now, [self.key]);
}

/** As `post`, by several keys: a change of keys is signed by the old one and by the new. */
export async function postSigned(
  t: Transactor,
  self: Self,
  channel: Channel,
  letter: LetterOf<ParcelKind>,
  subject: string | null,
  now: Instant,
  keys: readonly SigningKey[],
): Promise<{ readonly sequence: number; readonly hash: string; readonly parcel: Parcel }> {
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
  const envelope = sealEnvelope(PARCEL_TYPE, parcelBytes(parcel), ...keys);
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
  return { sequence, hash, parcel };
}

/** The log entry that commits to this envelope. */
export function leafOf(envelope: string, salt: string): Uint8Array {
  return leafHash(commitment(fromBase64(salt), sha256(utf8(envelope))));
}

/**
 * This node's signed checkpoint of its own log at `size`: one size, one text, ever. Inside an overlap the key that was replaced
 * signs it too, for those who do not know the new one yet.
 */
export async function checkpointAt(r: Reader, self: Self, channel: string, size: number): Promise<string> {
  const origin = logOrigin(channel, self.id);
  const store = { ...r.trees, put: unused, setSize: unused };
  return signNote(
    formatCheckpoint({ origin, size, root: await rootAt(store, ownLog(channel), size) }),
    [self.key, ...self.previous].map((key) => ({ name: origin, key })),
  );
}

/**
 * Our own checkpoint for whoever judges it later. Where our key was revoked no other can take its place: what is left are the
 * notes that it signed. `null`: none was kept of this size.
 */
export async function ownNoteAt(r: Reader, self: Self, channel: Channel, size: number): Promise<string | null> {
  if ((await ownPeriods(r, self, channel)).at(-1)?.ended !== "revoked") return checkpointAt(r, self, channel.id, size);
  const log = ownLog(channel.id);
  const kept = [await r.trees.checkpoint(log), await r.settings.get(sealedHead(log))];
  return kept.find((note) => note !== null && parseCheckpoint(splitNote(note).text).size === size) ?? null;
}

/** Where the last checkpoint that the partner cosigned is kept, of a log whose key was revoked. */
export const sealedHead = (log: string): string => `sealed head ${log}`;

function unused(): Promise<void> {
  return Promise.reject(new TypeError("a proof writes nothing"));
}

/** A reader's hashes as the ledger's port, for proofs only. */
export function readingHashes(r: Reader) {
  return { ...r.trees, put: unused, setSize: unused };
}
