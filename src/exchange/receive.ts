import { BaseError, type Clock, equalBytes, instantOf } from "#base";
import {
  append,
  LedgerError,
  logOrigin,
  openEnvelope,
  type OpenCheckpoint,
  openNote,
  type Parcel,
  PARCEL_TYPE,
  parseCheckpoint,
  readParcel,
  rootAt,
} from "#ledger";
import type { Viewer } from "#policy";
import type { Channel, Store, Transactor } from "#store";
import type { TypeRegistry } from "#stix";
import { cosignPartner } from "./cosigning.ts";
import type { LegalHold } from "./erasure.ts";
import { ExchangeError } from "./errors.ts";
import { keepIncident } from "./incident.ts";
import { envelopeHash, type LinkAnswer, readMessage } from "./message.ts";
import { leafOfHash, partnerLog, post } from "./outbox.ts";
import { type Applied, apply } from "./apply.ts";
import type { Self } from "./self.ts";

export interface ReceiveDeps {
  readonly store: Store;
  readonly self: Self;
  readonly clock: Clock;
  readonly registry: TypeRegistry;
  readonly legalHold?: LegalHold;
  /** Called after a parcel is on disk here. */
  readonly onReceived: (channel: string, kind: Parcel["kind"]) => void;
}

/**
 * Takes one message from the partner whose key the link has proven. Verified, logged, applied and receipted in one
 * transaction: at least once on the wire, exactly once in effect.
 */
export async function receive(deps: ReceiveDeps, channelId: string, bytes: Uint8Array): Promise<LinkAnswer> {
  const { store, self, clock } = deps;
  const job: Viewer = { kind: "job", party: self.id, name: "link", may: ["read"] };
  try {
    const { answer, kind } = await store.transact(job, (t) => receiveIn(t, deps, channelId, bytes));
    if (kind !== null) deps.onReceived(channelId, kind);
    return answer;
  } catch (error) {
    if (error instanceof ExchangeError && error.code === "log-unproven")
      return { result: "later", message: "this node was restored and proves its log first" };
    if (!(error instanceof ExchangeError || error instanceof LedgerError || error instanceof BaseError)) throw error;
    await store.transact(job, (t) =>
      keepIncident(t, {
        channel: channelId,
        code: error.code,
        message: error.message,
        evidence: bytes,
        at: instantOf(clock()),
      }),
    );
    return { result: "refused", code: error.code, message: error.message };
  }
}

async function receiveIn(
  t: Transactor,
  deps: ReceiveDeps,
  channelId: string,
  bytes: Uint8Array,
): Promise<{ answer: LinkAnswer; kind: Parcel["kind"] | null }> {
  const { self, clock } = deps;
  const channel = await t.channels.get(channelId);
  if (channel === null) throw new ExchangeError("channel-unknown", "no channel");
  if (channel.state !== "active")
    return { answer: { result: "later", message: "the channel is not confirmed on this side" }, kind: null };
  const message = readMessage(bytes);
  const hash = envelopeHash(message);
  const log = partnerLog(channel.id);
  await t.settings.lock(log);
  const expected = await t.trees.size(log);
  if (message.sequence > expected) return { answer: { result: "gap", expected }, kind: null };
  if (message.sequence < expected) {
    const held = await t.parcels.inbound(channel.id, message.sequence);
    if (held?.hash === hash) {
      // The answer was lost on its way. Its cosignature goes again, but never for another history signed beside the same parcel.
      const known = await checkCheckpoint(t, channel, message.checkpoint, message.sequence + 1);
      const line = await cosignPartner(t, self, channel, known, clock());
      return { answer: { result: "duplicate", ...(line === null ? {} : { cosignature: line }) }, kind: null };
    }
    throw new ExchangeError(
      "parcel-fork",
      `the partner sent another parcel for place ${message.sequence}, which is taken`,
      {
        fix: "Speak with the partner: its log has two histories. Do not go on before it is explained.",
      },
    );
  }
  const parcel = message.erased === undefined ? openParcel(message.envelope, message.sequence, channel, self) : null;
  await append(t.trees, log, leafOfHash(hash, message.salt));
  const checkpoint = await checkCheckpoint(t, channel, message.checkpoint, expected + 1);
  await t.trees.setCheckpoint(log, message.checkpoint);
  const cosignature = await cosignPartner(t, self, channel, checkpoint, clock());

  const now = instantOf(clock());
  const nothing: Applied = { summary: {}, subject: null, results: null };
  const { summary, subject, results } = parcel === null ? nothing : await apply(t, deps, channel, parcel, hash, now);
  const kind = parcel?.kind ?? "erased";
  await t.parcels.addInbound({
    channel: channel.id,
    sequence: message.sequence,
    kind,
    hash,
    envelope: message.envelope,
    salt: message.salt,
    checkpoint: message.checkpoint,
    subject,
    summary: JSON.stringify(summary),
    receivedAt: now,
    erasedAt: parcel === null ? now : null,
  });
  await t.channels.contact(channel.id, null);
  await t.parcels.retryNow(channel.id);
  if (results !== null) {
    const body = { parcel: hash, sequence: message.sequence, received: now, records: results };
    await post(t, self, channel, { kind: "receipt", body }, hash, now);
  }
  return { answer: { result: "stored", ...(cosignature === null ? {} : { cosignature }) }, kind: parcel?.kind ?? null };
}

function openParcel(envelope: string, sequence: number, channel: Channel, self: Self): Parcel {
  let parcel: Parcel;
  try {
    parcel = readParcel(openEnvelope(envelope, PARCEL_TYPE, [channel.partnerKey]).payload);
  } catch (error) {
    if (error instanceof LedgerError)
      throw new ExchangeError("parcel-forged", `the parcel is not the partner's: ${error.message}`, { cause: error });
    throw error;
  }
  if (
    parcel.channel !== channel.id ||
    parcel.from !== channel.partner ||
    parcel.to !== self.id ||
    parcel.sequence !== sequence
  ) {
    throw new ExchangeError(
      "parcel-misdirected",
      "the parcel was made for another channel, another party or another place in the log",
    );
  }
  return parcel;
}

/** The log rebuilt here from what came must be the one that the partner signs: no fork, no omission, no rewriting. */
async function checkCheckpoint(t: Transactor, channel: Channel, note: string, size: number): Promise<OpenCheckpoint> {
  const origin = logOrigin(channel.id, channel.partner);
  const text = openNote(note, [{ name: origin, publicKey: channel.partnerKey }]).text;
  const checkpoint = parseCheckpoint(text);
  if (
    checkpoint.origin !== origin ||
    checkpoint.size !== size ||
    !equalBytes(checkpoint.root, await rootAt(t.trees, partnerLog(channel.id), size))
  ) {
    throw new ExchangeError("parcel-fork", "the partner's checkpoint is not of the log that it has sent so far", {
      fix: "Speak with the partner: what it signs and what it sent differ.",
    });
  }
  return { ...checkpoint, text, cosignatures: [] };
}
