import { BaseError, type Clock, equalBytes, type Instant, instantOf } from "#base";
import {
  appendAll,
  type KeyPeriod,
  LedgerError,
  openEnvelope,
  type OpenCheckpoint,
  type Parcel,
  PARCEL_TYPE,
  readParcel,
  requireKeyAt,
  rootAt,
} from "#ledger";
import type { Viewer } from "#policy";
import type { Channel, InboundParcel, Store, Transactor } from "#store";
import type { TypeRegistry } from "#stix";
import type { RecordResult } from "./apply-records.ts";
import { cosignPartner } from "./cosigning.ts";
import type { LegalHold } from "./erasure.ts";
import { ExchangeError } from "./errors.ts";
import { keepIncident } from "./incident.ts";
import { afterKeyChange, openFreshCheckpoint, partnerPeriods } from "./key-ring.ts";
import { type Applied, apply } from "./apply.ts";
import { envelopeHash, type LinkAnswer, type LinkMessage, readMessage } from "./message.ts";
import { leafOf, partnerLog, postAll, type Posting } from "./outbox.ts";
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
 * Takes one message from the partner whose key the link has proven. Its parcels are verified, logged, applied and receipted
 * in one transaction: at least once on the wire, exactly once in effect.
 */
export async function receive(deps: ReceiveDeps, channelId: string, bytes: Uint8Array): Promise<LinkAnswer> {
  const { store, self, clock } = deps;
  const job: Viewer = { kind: "job", party: self.id, name: "link", may: ["read"] };
  try {
    const { answer, kinds } = await store.transact(job, (t) => receiveIn(t, deps, channelId, bytes));
    for (const kind of kinds) deps.onReceived(channelId, kind);
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

interface Taken {
  readonly answer: LinkAnswer;
  /** What came new, in order. */
  readonly kinds: readonly Parcel["kind"][];
}

async function receiveIn(t: Transactor, deps: ReceiveDeps, channelId: string, bytes: Uint8Array): Promise<Taken> {
  const { self, clock } = deps;
  const channel = await t.channels.get(channelId);
  if (channel === null) throw new ExchangeError("channel-unknown", "no channel");
  const periods = await partnerPeriods(t, channel);
  if (periods.at(-1)?.ended === "revoked")
    throw new ExchangeError("key-revoked", `a parcel signed by a key of ${channel.partnerName} that was revoked`, {
      fix: "Tell the partner: somebody uses its old key. Nothing of it was taken.",
    });
  if (channel.state !== "active")
    return { answer: { result: "later", message: "the channel is not confirmed on this side" }, kinds: [] };
  const message = readMessage(bytes);
  const log = partnerLog(channel.id);
  await t.settings.lock(log);
  const expected = await t.trees.size(log);
  if (message.first > expected) return { answer: { result: "gap", expected }, kinds: [] };
  const size = message.first + message.parcels.length;
  const known = Math.min(expected - message.first, message.parcels.length);
  await checkKnown(t, channel, message, known);
  let last = expected === 0 ? "" : ((await t.parcels.inbound(channel.id, expected - 1))?.sent ?? "");
  const fresh = openAll(message.parcels.slice(known), expected, channel, self, periods);
  if (fresh.length > 0)
    await appendAll(
      t.trees,
      log,
      fresh.map(({ hash, salt }) => leafOf(hash, salt)),
    );
  // When the answer was lost on its way, its cosignature goes again, but never for another history signed beside the same parcels.
  const checkpoint = await checkCheckpoint(t, channel, message.checkpoint, size, instantOf(clock()));
  const line = await cosignPartner(t, self, channel, checkpoint, clock());
  const cosigned = line === null ? {} : { cosignature: line };
  if (fresh.length === 0) return { answer: { result: "duplicate", size, ...cosigned }, kinds: [] };
  await t.trees.setCheckpoint(log, message.checkpoint);

  const now = instantOf(clock());
  let inbound: InboundParcel[] = [];
  const kinds: Parcel["kind"][] = [];
  const receipts: Posting[] = [];
  for (const { parcel, ...sealed } of fresh) {
    if (parcel !== null && parcel.sent < last)
      throw new ExchangeError(
        "parcel-backdated",
        `parcel ${parcel.sequence} says that it was sent before the one before it`,
      );
    last = parcel?.sent ?? last;
    // These act on parcels that came before them, in this message or another.
    if (parcel?.kind === "recall" || parcel?.kind === "fair-key") {
      await t.parcels.addInbound(inbound);
      inbound = [];
    }
    const applied = parcel === null ? NOTHING : await apply(t, deps, channel, parcel, sealed, now);
    const { subject, results } = applied;
    const rest = { subject, summary: JSON.stringify(applied.summary), receivedAt: now, checkpoint: message.checkpoint };
    const erasedAt = parcel === null ? now : null;
    inbound.push({ channel: channel.id, kind: parcel?.kind ?? "erased", ...sealed, ...rest, sent: last, erasedAt });
    if (parcel !== null) kinds.push(parcel.kind);
    if (results !== null) {
      const body = { parcel: sealed.hash, sequence: sealed.sequence, received: now, records: results.map(answered) };
      receipts.push({ letter: { kind: "receipt", body }, subject: sealed.hash });
    }
  }
  await t.parcels.addInbound(inbound);
  await t.channels.contact(channel.id, null);
  await t.parcels.retryNow(channel.id);
  await postAll(t, self, channel, receipts, now);
  return { answer: { result: "stored", size, taken: fresh.length, ...cosigned }, kinds };
}

/** A parcel whose text was deleted says nothing. */
const NOTHING: Applied = { summary: {}, subject: null, results: null };

/** The first `known` parcels of the message must be the ones that are held at their places. */
async function checkKnown(t: Transactor, channel: Channel, message: LinkMessage, known: number): Promise<void> {
  if (known === 0) return;
  const held = await t.parcels.openings("inbound", channel.id, message.first, known);
  for (const [n, sent] of message.parcels.slice(0, known).entries()) {
    if (held[n]?.hash === envelopeHash(sent)) continue;
    throw new ExchangeError(
      "parcel-fork",
      `the partner sent another parcel for place ${message.first + n}, which is taken`,
      { fix: "Speak with the partner: its log has two histories. Do not go on before it is explained." },
    );
  }
}

interface Opened {
  readonly envelope: string;
  readonly salt: string;
  readonly hash: string;
  readonly sequence: number;
  /** `null`: its text was deleted on the way, as its terms asked. */
  readonly parcel: Parcel | null;
}

/** Opens parcels that follow each other: after a change of keys among them the next may be signed by the new key. */
function openAll(
  sealed: LinkMessage["parcels"],
  first: number,
  channel: Channel,
  self: Self,
  before: readonly KeyPeriod[],
): Opened[] {
  let periods = before;
  return sealed.map((sent, n) => {
    const { envelope, salt } = sent;
    const sequence = first + n;
    const parcel = sent.erased === undefined ? openParcel(envelope, sequence, channel, self, periods) : null;
    if (parcel?.kind === "key-change") periods = afterKeyChange(periods, parcel);
    return { envelope, salt, hash: envelopeHash(sent), sequence, parcel };
  });
}

function openParcel(
  envelope: string,
  sequence: number,
  channel: Channel,
  self: Self,
  periods: readonly KeyPeriod[],
): Parcel {
  let parcel: Parcel;
  let signer: KeyPeriod | undefined;
  try {
    const opened = openEnvelope(
      envelope,
      PARCEL_TYPE,
      periods.map(({ key }) => key),
    );
    signer = periods.find(({ key }) => key === opened.signedBy);
    parcel = readParcel(opened.payload);
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
  if (signer !== undefined) requireKeyAt(signer, sequence, parcel.sent);
  return parcel;
}

/** The log rebuilt here from what came must be the one that the partner signs: no fork, no omission, no rewriting. */
async function checkCheckpoint(
  t: Transactor,
  channel: Channel,
  note: string,
  size: number,
  now: Instant,
): Promise<OpenCheckpoint> {
  const checkpoint = openFreshCheckpoint(note, channel, channel.partner, await partnerPeriods(t, channel), now);
  if (checkpoint.size !== size || !equalBytes(checkpoint.root, await rootAt(t.trees, partnerLog(channel.id), size))) {
    throw new ExchangeError("parcel-fork", "the partner's checkpoint is not of the log that it has sent so far", {
      fix: "Speak with the partner: what it signs and what it sent differ.",
    });
  }
  return checkpoint;
}

/**
 * What the partner is told of a record. An id that another party holds is not told from one that is new: what is sent in
 * parcels is kept with them, and the receipt says no more, lest ids could be tried to learn what is held here.
 */
function answered({ id, version, result, reason, foreign }: RecordResult): Omit<RecordResult, "foreign"> {
  if (foreign === true) return { id, version, result: "stored" };
  return { id, version, result, ...(reason === undefined ? {} : { reason }) };
}
