import { randomBytes } from "node:crypto";
import { equalBytes, fromBase64, fromHex, type Instant, sha256Hex, toBase64 } from "#base";
import {
  appendAll,
  commitment,
  formatCheckpoint,
  leafHash,
  logOrigin,
  type Parcel,
  PARCEL_TYPE,
  parcelBytes,
  parseCheckpoint,
  rootAt,
  sealEnvelope,
  signNote,
  splitNote,
} from "#ledger";
import type { Channel, OutboundParcel, Reader, Transactor } from "#store";
import { ExchangeError } from "./errors.ts";
import { requireProvenLog } from "./log-trust.ts";
import type { Self } from "./self.ts";

/** This node's log of a channel: what it sent. */
export const ownLog = (channel: string): string => `out:${channel}`;
/** The partner's log of a channel, built again here from what came. */
export const partnerLog = (channel: string): string => `in:${channel}`;

export type Letter = {
  [Kind in Parcel["kind"]]: { readonly kind: Kind; readonly body: Extract<Parcel, { kind: Kind }>["body"] };
}[Parcel["kind"]];

/** A letter, and the subject under which the outbox files it. */
export interface Posting {
  readonly letter: Letter;
  readonly subject: string | null;
}

export interface Posted {
  readonly sequence: number;
  readonly hash: string;
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
  const log = ownLog(channel.id);
  await t.settings.lock(log);
  await requireProvenLog(t, channel);
  const first = await t.trees.size(log);
  const parcels = postings.map(({ letter, subject }, n): OutboundParcel => {
    const sequence = first + n;
    const [from, to] = [self.id, channel.partner];
    const parcel: Parcel = { v: 1, channel: channel.id, from, to, sequence, sent: now, ...letter };
    const envelope = sealEnvelope(PARCEL_TYPE, parcelBytes(parcel), self.key);
    return {
      channel: channel.id,
      sequence,
      kind: letter.kind,
      hash: sha256Hex(envelope),
      envelope,
      salt: toBase64(new Uint8Array(randomBytes(32))),
      subject,
      createdAt: now,
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

/** This node's signed checkpoint of its own log at `size`. Ed25519 is deterministic: one size, one note, ever. */
export async function checkpointAt(r: Reader, self: Self, channel: string, size: number): Promise<string> {
  const origin = logOrigin(channel, self.id);
  const root = await rootAt(readingHashes(r), ownLog(channel), size);
  return signNote(formatCheckpoint({ origin, size, root }), [{ name: origin, key: self.key }]);
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

function unused(): Promise<void> {
  return Promise.reject(new TypeError("a proof writes nothing"));
}

/** A reader's hashes as the ledger's port, for proofs only. */
export function readingHashes(r: Reader) {
  return { ...r.trees, putAll: unused, setSize: unused };
}
