import { z } from "zod";
import { BaseError, type Clock, concatBytes, fromUtf8, instantOf, parseJson, utf8 } from "#base";
import { requirePermission } from "#access";
import { isInForce, type KeyPeriod, LedgerError, openEnvelope, sealEnvelope } from "#ledger";
import type { Viewer } from "#policy";
import type { Channel, Store } from "#store";
import { ExchangeError } from "./errors.ts";
import { type Hop, isLayer, wrapForHops } from "./hops.ts";
import { keepIncident } from "./incident.ts";
import { partnerPeriods } from "./key-ring.ts";
import { type LinkAnswer, type LinkMessage, messageEnd, sentParcel, writeMessage } from "./message.ts";
import { partnerLog, signHead } from "./outbox.ts";
import { openSealed, sealFor } from "./sealed-file.ts";
import type { Self } from "./self.ts";

/**
 * The same parcels by hand: files sealed for the partner, carried over any number of hops, or through a diode that gives no
 * answer. A parcel waits in the outbox until a file (or the link) comes back and says how far the partner's copy of our log goes.
 */
const HEADER_TYPE = "application/vnd.entente.media+json";

const header = z.strictObject({
  v: z.literal(1),
  channel: z.string().max(300),
  from: z.string().max(300),
  to: z.string().max(300),
  made: z.string().max(40),
  /** How many entries of the recipient's log the sender holds: what waits there for an answer need wait no more. */
  have: z.int().min(0),
  part: z.int().min(1).max(100_000),
  last: z.boolean(),
  /** The place of the first parcel in this file, and how many there are. */
  first: z.int().min(0),
  count: z.int().min(0).max(1_000_000),
});

type Header = z.infer<typeof header>;

/** Bytes of one sealed file that is read; a writer's parts are smaller. */
export const MAX_MEDIA_BYTES = 512 * 1024 * 1024;
const SMALLEST_PART = 64 * 1024;
const DEFAULT_PART = 64 * 1024 * 1024;
/** Parcels of one message of a file, and bytes of their envelopes. */
const PAGE = 64;
const MESSAGE_BYTES = 4 * 1024 * 1024;

export interface MediaDeps {
  readonly store: Store;
  readonly self: Self;
  readonly clock: Clock;
  /** This party's age identities: what was sealed to a key that has been replaced meanwhile is still on its way. */
  readonly identities: () => Promise<readonly string[]>;
  readonly receive: (channel: string, bytes: Uint8Array) => Promise<LinkAnswer>;
}

export interface MediaPart {
  /** A name that sorts in the order of the parts and says nothing of what is inside. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly parcels: number;
  readonly part: number;
  readonly last: boolean;
}

export interface MediaReport {
  readonly channel: string;
  readonly partner: string;
  readonly part: number;
  readonly last: boolean;
  readonly stored: number;
  readonly duplicate: number;
  /** Of ours, known to have arrived by what this file says. */
  readonly confirmed: number;
  /** Where reading stopped, and why; `null`: all of it is here. */
  readonly stopped: { readonly at: number; readonly code: string; readonly message: string } | null;
}

export interface MediaOptions {
  /** A file has about so many bytes at most. */
  readonly partBytes?: number;
  /** Who carries it on, in order: each opens only its own layer, and learns the next one. */
  readonly via?: readonly Hop[];
}

/** Everything that waits for the partner, as files of at most about `partBytes` each. What is exported stays in the outbox. */
export async function* exportMedia(
  { store, self, clock }: MediaDeps,
  actor: Viewer,
  channelId: string,
  { partBytes = DEFAULT_PART, via = [] }: MediaOptions = {},
): AsyncGenerator<MediaPart> {
  requirePermission(actor, "channel.manage");
  const channel = await activeChannel(store, actor, channelId);
  const made = instantOf(clock());
  const have = await store.read(actor, (r) => r.trees.size(partnerLog(channel.id)));
  const limit = Math.max(partBytes, SMALLEST_PART);
  const common = { v: 1, channel: channel.id, from: self.id, to: channel.partner, made, have } as const;
  let part = 0;
  for await (const { messages, first, parcels, last } of chunks(store, self, actor, channel, limit)) {
    part++;
    const head: Header = { ...common, part, last, first, count: parcels };
    const plain = concatBytes(
      utf8(`${sealEnvelope(HEADER_TYPE, utf8(JSON.stringify(head)), self.key, ...self.previous)}\n`),
      ...messages,
    );
    const name = `entente-${channel.id.slice(9, 17)}-${made.slice(0, 19).replaceAll(/[-:T]/g, "")}-${String(part).padStart(4, "0")}.age`;
    const sealed = await sealFor(channel.partnerKey, plain);
    const bytes = await wrapForHops(sealed, via, channel.partnerName);
    yield { name, bytes, parcels, part, last };
  }
  await store.transact(actor, (t) => t.audit.note("media.export", channel.id, { parts: part, hops: via.length }));
}

interface Chunk {
  readonly messages: readonly Uint8Array[];
  readonly first: number;
  readonly parcels: number;
  readonly last: boolean;
}

/** What waits, in order, cut where a part is full; one empty chunk when nothing waits, since what we hold is news too. */
async function* chunks(
  store: Store,
  self: Self,
  actor: Viewer,
  channel: Channel,
  limit: number,
): AsyncGenerator<Chunk> {
  let messages: Uint8Array[] = [];
  let [first, size, parcels] = [0, 0, 0];
  let after = -1;
  for (;;) {
    const batch: Message | null = await nextMessage(store, self, actor, channel, { after, bytes: limit });
    if (batch === null) {
      yield { messages, first, parcels, last: true };
      return;
    }
    const { message, bytes } = batch;
    if (messages.length > 0 && size + bytes.length > limit) {
      yield { messages, first, parcels, last: false };
      [messages, size, parcels] = [[], 0, 0];
    }
    if (messages.length === 0) first = message.first;
    messages.push(bytes);
    size += bytes.length;
    parcels += message.parcels.length;
    after = message.first + message.parcels.length - 1;
  }
}

interface Message {
  readonly message: LinkMessage;
  readonly bytes: Uint8Array;
}

/** The parcels that follow `after` in the outbox, as one message; `null` when none do. */
async function nextMessage(
  store: Store,
  self: Self,
  actor: Viewer,
  channel: Channel,
  { after, bytes }: { readonly after: number; readonly bytes: number },
): Promise<Message | null> {
  const ahead = await store.read(actor, (r) => r.parcels.queue(channel.id, 1, after));
  if (ahead.length === 0) return null;
  return store.transact(actor, async (t) => {
    const bounds = { count: PAGE, bytes: Math.min(bytes, MESSAGE_BYTES), after };
    const parcels = await t.parcels.batch(channel.id, bounds);
    const [next] = parcels;
    if (next === undefined) return null;
    const message: LinkMessage = {
      first: next.sequence,
      parcels: parcels.map(sentParcel),
      checkpoint: await signHead(t, self, channel, next.sequence + parcels.length),
    };
    return { message, bytes: writeMessage(message) };
  });
}

/** Opens one file. Parcels that are here already are passed over; one that is missing before them stops it, and nothing is lost. */
export async function importMedia(deps: MediaDeps, actor: Viewer, sealed: Uint8Array): Promise<MediaReport> {
  requirePermission(actor, "channel.manage");
  const { store, self, receive } = deps;
  const plain = await openSealed(await deps.identities(), sealed);
  if (isLayer(plain)) {
    throw new ExchangeError("media-misdirected", "the file is for somebody else, and this party only carries it on", {
      fix: "Make the file for the next hop: entente media forward.",
    });
  }
  const newline = plain.indexOf(0x0a);
  const { head, channel } = await readHeader(deps, actor, newline === -1 ? plain : plain.subarray(0, newline));
  const report = { stored: 0, duplicate: 0 };
  let stopped: MediaReport["stopped"] = null;
  let place = head.first;
  for (const bytes of newline === -1 ? [] : messagesIn(plain.subarray(newline + 1))) {
    const answer = await receive(channel.id, bytes);
    if (answer.result === "stored" || answer.result === "duplicate") {
      const taken = answer.result === "stored" ? answer.taken : 0;
      report.stored += taken;
      report.duplicate += Math.max(0, answer.size - place - taken);
      place = answer.size;
      continue;
    }
    const message =
      answer.result === "gap"
        ? `the parcels from place ${answer.expected} on are missing: import the file that holds them, then this one again`
        : answer.message;
    stopped = { at: place, code: answer.result === "refused" ? answer.code : answer.result, message };
    break;
  }
  if (stopped === null && place !== head.first + head.count)
    stopped = { at: place, code: "media-malformed", message: "the file holds fewer parcels than it says" };
  const confirmed = await store.transact(actor, async (t) => {
    await t.audit.note("media.import", channel.id, { part: head.part, ...report, from: self.id });
    return t.parcels.deliveredBefore(channel.id, head.have);
  });
  const { part, last } = head;
  return { channel: channel.id, partner: channel.partnerName, part, last, ...report, confirmed, stopped };
}

async function readHeader(
  { store, self, clock }: MediaDeps,
  actor: Viewer,
  line: Uint8Array,
): Promise<{ head: Header; channel: Channel }> {
  const now = instantOf(clock());
  try {
    const { head, signer } = await openHeader(store, self, actor, fromUtf8(line));
    const { channel, period } = signer;
    if (period.ended === "revoked") {
      const message = `a file signed by a key of ${channel.partnerName} that was revoked`;
      const incident = { channel: channel.id, code: "key-revoked", message, evidence: line, at: now };
      await store.transact(actor, (t) => keepIncident(t, incident));
      throw new ExchangeError("key-revoked", message, { fix: "Tell the partner: somebody uses its old key." });
    }
    if (channel.state !== "active" || !isInForce(period, now))
      throw new ExchangeError("media-misdirected", "the file's channel is not open, or its key was replaced", {
        fix: "Ask the partner to export again.",
      });
    return { head, channel };
  } catch (error) {
    if (error instanceof LedgerError && error.code === "envelope-unsigned") {
      throw new ExchangeError("media-misdirected", "the file is signed by nobody with whom this node is paired", {
        fix: "Pair with the sender first.",
        cause: error,
      });
    }
    if (error instanceof LedgerError || error instanceof BaseError || error instanceof z.ZodError)
      throw new ExchangeError("media-malformed", "the file does not begin as a file of parcels does", { cause: error });
    throw error;
  }
}

interface Signer {
  readonly channel: Channel;
  readonly period: KeyPeriod;
}

async function openHeader(
  store: Store,
  self: Self,
  actor: Viewer,
  text: string,
): Promise<{ head: Header; signer: Signer }> {
  const signers = await store.read(actor, async (r) => {
    const all: Signer[] = [];
    for (const channel of await r.channels.list())
      for (const period of await partnerPeriods(r, channel)) all.push({ channel, period });
    return all;
  });
  const keys = [...new Set(signers.map(({ period }) => period.key))];
  const opened = openEnvelope(text, HEADER_TYPE, keys);
  const head = header.parse(parseJson(fromUtf8(opened.payload), { maxLength: 10_000, maxDepth: 2 }));
  const signer = signers.find(({ channel, period }) => channel.id === head.channel && period.key === opened.signedBy);
  if (signer === undefined || head.from !== signer.channel.partner || head.to !== self.id) {
    throw new ExchangeError("media-misdirected", "the file was made for another channel or another party", {
      fix: "Give it to whom it was made for.",
    });
  }
  return { head, signer };
}

function* messagesIn(bytes: Uint8Array): Generator<Uint8Array> {
  let from = 0;
  while (from < bytes.length) {
    const end = messageEnd(bytes, from);
    yield bytes.subarray(from, end);
    from = end;
  }
}

async function activeChannel(store: Store, actor: Viewer, id: string): Promise<Channel> {
  const channel = await store.read(actor, (r) => r.channels.get(id));
  if (channel === null) throw new ExchangeError("channel-unknown", `there is no channel ${id}`);
  if (channel.state !== "active")
    throw new ExchangeError("channel-inactive", `the channel to ${channel.partnerName} is ${channel.state}`, {
      fix: "Confirm the fingerprint with the partner first.",
    });
  return channel;
}
