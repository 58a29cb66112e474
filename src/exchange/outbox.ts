import { randomBytes } from "node:crypto";
import { equalBytes, fromBase64, fromHex, type Instant, sha256Hex, toBase64 } from "#base";
import {
  appendAll,
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
  signNote,
  splitNote,
} from "#ledger";
import type { Channel, OutboundParcel, Reader, Transactor } from "#store";
import { ExchangeError } from "./errors.ts";
import { ownPeriods, requireOwnKey } from "./key-ring.ts";
import { requireProvenLog } from "./log-trust.ts";
import type { Self } from "./self.ts";

/** This node's log of a channel: what it sent. */
export const ownLog = (channel: string): string => `out:${channel}`;
/** The partner's log of a channel, built again here from what came. */
export const partnerLog = (channel: string): string => `in:${channel}`;

type LetterOf<Kind extends Parcel["kind"]> = {
  [K in Kind]: { readonly kind: K; readonly body: ParcelOf<K>["body"] };
}[Kind];

/** What one key alone signs. */
export type Letter = LetterOf<Exclude<Parcel["kind"], "key-change">>;

/** A letter, and the subject under which the outbox files it. */
export interface Posting {
  readonly letter: Letter;
  readonly subject: string | null;
}

export interface Posted {
  readonly sequence: number;
  readonly hash: string;
  /** When it says that it was sent: never before the parcel that stands before it. */
  readonly createdAt: Instant;
}

/** Signs parcels, logs their commitments and puts them in the outbox, in the caller's transaction: all of it or nothing. */
export async function postAll(
  t: Transactor,
  self: Self,
  channel: Channel,
  postings: readonly Posting[],
  now: Instant,
): Promise<readonly Posted[]> {
  if (postings.length === 0) return [];
  await requireOwnKey(t, self, channel, now);
  return postSigned(t, self, channel, postings, now, [self.key]);
}

/** As `postAll`, by several keys: a change of keys is signed by the old one and by the new. */
export async function postSigned(
  t: Transactor,
  self: Self,
  channel: Channel,
  postings: readonly { readonly letter: LetterOf<Parcel["kind"]>; readonly subject: string | null }[],
  now: Instant,
  keys: readonly SigningKey[],
): Promise<readonly Posted[]> {
  const log = ownLog(channel.id);
  await t.settings.lock(log);
  await requireProvenLog(t, channel);
  const first = await t.trees.size(log);
  // A log never goes back in time, whatever the clock does: a partner takes that for back-dating.
  const last = first === 0 ? null : await t.parcels.outbound(channel.id, first - 1);
  const sent = last !== null && last.createdAt > now ? last.createdAt : now;
  const parcels = postings.map(({ letter, subject }, n): OutboundParcel => {
    const sequence = first + n;
    const [from, to] = [self.id, channel.partner];
    const parcel: Parcel = { v: 1, channel: channel.id, from, to, sequence, sent, ...letter };
    const envelope = sealEnvelope(PARCEL_TYPE, parcelBytes(parcel), ...keys);
    return {
      channel: channel.id,
      sequence,
      kind: letter.kind,
      hash: sha256Hex(envelope),
      envelope,
      salt: toBase64(new Uint8Array(randomBytes(32))),
      subject,
      createdAt: sent,
      state: "queued",
      attempts: 0,
      nextAttemptAt: now,
      deliveredAt: null,
      lastError: null,
      receipt: null,
    };
  });
  await appendAll(
    t.trees,
    log,
    parcels.map(({ hash, salt }) => leafOf(hash, salt)),
  );
  await t.parcels.addOutbound(parcels);
  return parcels;
}

export async function post(
  t: Transactor,
  self: Self,
  channel: Channel,
  letter: Letter,
  subject: string | null,
  now: Instant,
): Promise<Posted> {
  const [posted] = await postAll(t, self, channel, [{ letter, subject }], now);
  if (posted === undefined) throw new TypeError("one letter makes one parcel");
  return posted;
}

/** The log entry that commits to the envelope with this SHA-256 (lower-case hex). */
export function leafOf(hash: string, salt: string): Uint8Array {
  return leafHash(commitment(fromBase64(salt), fromHex(hash)));
}

/**
 * This node's signed checkpoint of its own log at `size`: one size, one text, ever. Inside an overlap the key that was replaced
 * signs it too, for those who do not know the new one yet.
 */
export async function checkpointAt(r: Reader, self: Self, channel: string, size: number): Promise<string> {
  const origin = logOrigin(channel, self.id);
  const root = await rootAt(readingHashes(r), ownLog(channel), size);
  return signNote(
    formatCheckpoint({ origin, size, root }),
    [self.key, ...self.previous].map((key) => ({ name: origin, key })),
  );
}

/**
 * Signs the checkpoint with which parcels leave, and remembers it. Entries are signed for when they go, not one by one as
 * they are logged. The head that was signed last must be one of the same tree: a store that was damaged or set back under
 * a running node does not sign a second history.
 * @throws ExchangeError `log-damaged`, `log-unproven`.
 */
export async function signHead(t: Transactor, self: Self, channel: Channel, size: number): Promise<string> {
  const log = ownLog(channel.id);
  await t.settings.lock(log);
  await requireProvenLog(t, channel);
  const signed = await t.trees.checkpoint(log);
  const last = signed === null || signed === "" ? null : parseCheckpoint(splitNote(signed).text);
  if (last !== null) {
    const grown = last.size <= (await t.trees.size(log));
    if (!grown || !equalBytes(last.root, await rootAt(t.trees, log, last.size)))
      throw new ExchangeError("log-damaged", `the log for ${channel.partnerName} is not the one that was signed last`, {
        where: channel.id,
        fix: "Restore the node from its backup. `entente verify` names the parcels that differ.",
      });
  }
  const note = await checkpointAt(t, self, channel.id, size);
  if (last === null || last.size < size) await t.trees.setCheckpoint(log, note);
  return note;
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
  return { ...r.trees, putAll: unused, setSize: unused };
}
