import { randomUUID } from "node:crypto";
import { BaseError, type Clock, equalBytes, type Instant, instantOf, sha256Hex } from "#base";
import {
  append,
  LedgerError,
  logOrigin,
  openEnvelope,
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
import { applyReceipt } from "./apply-receipt.ts";
import { applyRecall, applyRecords, type RecordResult } from "./apply-records.ts";
import { ExchangeError } from "./errors.ts";
import { type LinkAnswer, readMessage } from "./message.ts";
import { leafOf, partnerLog, post } from "./outbox.ts";
import type { Self } from "./self.ts";

export interface ReceiveDeps {
  readonly store: Store;
  readonly self: Self;
  readonly clock: Clock;
  readonly registry: TypeRegistry;
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
    // Kept as evidence, once for each distinct message, and shown to a person.
    await store.transact(job, async (t) => {
      const digest = sha256Hex(bytes);
      const known = (await t.parcels.incidents(1000)).some(
        (incident) => incident.channel === channelId && incident.evidence.startsWith(digest),
      );
      if (known) return;
      await t.parcels.addIncident({
        id: `incident--${randomUUID()}`,
        channel: channelId,
        kind: error.code,
        message: error.message,
        evidence: `${digest}\n${Buffer.from(bytes).toString("utf8").slice(0, 100_000)}`,
        at: instantOf(clock()),
        seenBy: null,
      });
      await t.audit.note("incident", channelId, { code: error.code });
    });
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
  const hash = sha256Hex(message.envelope);
  const log = partnerLog(channel.id);
  await t.settings.lock(log);
  const expected = await t.trees.size(log);
  if (message.sequence > expected) return { answer: { result: "gap", expected }, kind: null };
  if (message.sequence < expected) {
    const held = await t.parcels.inbound(channel.id, message.sequence);
    if (held?.hash === hash) return { answer: { result: "duplicate" }, kind: null };
    throw new ExchangeError(
      "parcel-fork",
      `the partner sent another parcel for place ${message.sequence}, which is taken`,
      {
        fix: "Speak with the partner: its log has two histories. Do not go on before it is explained.",
      },
    );
  }
  const parcel = openParcel(message.envelope, message.sequence, channel, self);
  await append(t.trees, log, leafOf(message.envelope, message.salt));
  await checkCheckpoint(t, channel, message.checkpoint, expected + 1);
  await t.trees.setCheckpoint(log, message.checkpoint);

  const now = instantOf(clock());
  const { summary, subject, results } = await apply(t, deps, channel, parcel, now);
  await t.parcels.addInbound({
    channel: channel.id,
    sequence: message.sequence,
    kind: parcel.kind,
    hash,
    envelope: message.envelope,
    salt: message.salt,
    checkpoint: message.checkpoint,
    subject,
    summary: JSON.stringify(summary),
    receivedAt: now,
  });
  await t.channels.contact(channel.id, null);
  await t.parcels.retryNow(channel.id);
  if (results !== null) {
    const body = { parcel: hash, sequence: message.sequence, received: now, records: results };
    await post(t, self, channel, { kind: "receipt", body }, hash, now);
  }
  return { answer: { result: "stored" }, kind: parcel.kind };
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
async function checkCheckpoint(t: Transactor, channel: Channel, note: string, size: number): Promise<void> {
  const origin = logOrigin(channel.id, channel.partner);
  const checkpoint = parseCheckpoint(openNote(note, [{ name: origin, publicKey: channel.partnerKey }]).text);
  if (
    checkpoint.origin !== origin ||
    checkpoint.size !== size ||
    !equalBytes(checkpoint.root, await rootAt(t.trees, partnerLog(channel.id), size))
  ) {
    throw new ExchangeError("parcel-fork", "the partner's checkpoint is not of the log that it has sent so far", {
      fix: "Speak with the partner: what it signs and what it sent differ.",
    });
  }
}

interface Applied {
  readonly summary: object;
  readonly subject: string | null;
  /** `null`: nothing to receipt. */
  readonly results: RecordResult[] | null;
}

async function apply(
  t: Transactor,
  { registry }: ReceiveDeps,
  channel: Channel,
  parcel: Parcel,
  now: Instant,
): Promise<Applied> {
  switch (parcel.kind) {
    case "hello":
      return { summary: { name: parcel.body.name }, subject: null, results: null };
    case "receipt":
      await applyReceipt(t, channel, parcel, now);
      return {
        summary: { sequence: parcel.body.sequence, records: parcel.body.records.length },
        subject: parcel.body.parcel,
        results: null,
      };
    case "recall": {
      const results = await applyRecall(t, channel, parcel);
      return { summary: { title: parcel.body.reason, records: parcel.body.records.length }, subject: null, results };
    }
    case "release":
    case "correction": {
      const { body } = parcel;
      const results = await applyRecords(t, registry, channel, parcel, now);
      const summary = {
        title: body.title,
        purpose: body.purpose,
        necessity: body.necessity,
        legalBasis: body.legalBasis,
        reviewBy: body.reviewBy,
        approvals: body.approvals,
        part: body.part,
        parts: body.parts,
        results,
        records: body.records.length,
      };
      return { summary, subject: body.release, results };
    }
  }
}
