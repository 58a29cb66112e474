import { z } from "zod";
import {
  BaseError,
  type Clock,
  equalBytes,
  fromUtf8,
  type Instant,
  instantOf,
  parseJson,
  sha256Hex,
  utf8,
} from "#base";
import {
  append,
  type Checkpoint,
  LedgerError,
  logOrigin,
  openCheckpoint,
  openEnvelope,
  type Parcel,
  PARCEL_TYPE,
  readParcel,
  rootAt,
} from "#ledger";
import type { Viewer } from "#policy";
import type { Channel, OutboundParcel, Store, Transactor } from "#store";
import type { TypeRegistry } from "#stix";
import { applyOwn } from "./apply-own.ts";
import { ExchangeError } from "./errors.ts";
import { ownKeys } from "./key-ring.ts";
import { keepIncident } from "./incident.ts";
import { distrustLog, isDistrusted, unprovenKey } from "./log-trust.ts";
import { leafOf, ownLog, partnerLog, readingHashes } from "./outbox.ts";
import type { Self } from "./self.ts";

/** Entries of one answer; a partner that lacks more asks again. */
const MAX_ENTRIES = 64;
const MAX_CHARACTERS = 16 * 1024 * 1024;

const entry = z.strictObject({
  envelope: z.string().max(32 * 1024 * 1024),
  /** A parcel whose text its recipient deleted, as it had to: the log's entry comes back, what was in it does not. */
  erased: z
    .strictObject({ hash: z.string().regex(/^[0-9a-f]{64}$/), kind: z.string().max(40), at: z.string().max(40) })
    .optional(),
  salt: z.string().length(44),
});

/** What a party holds of its partner's log: the last signed checkpoint, and entries from the place that was asked for. */
const statement = z.strictObject({
  size: z.int().min(0),
  checkpoint: z.string().max(10_000).nullable(),
  entries: z.array(entry).max(MAX_ENTRIES),
});

export type LogStatement = z.infer<typeof statement>;

/** @throws ExchangeError `message-malformed`. */
export function readStatement(bytes: Uint8Array): LogStatement {
  try {
    return statement.parse(parseJson(fromUtf8(bytes), { maxLength: 40 * 1024 * 1024, maxDepth: 4 }));
  } catch (error) {
    if (error instanceof BaseError || error instanceof z.ZodError)
      throw new ExchangeError("message-malformed", "the partner's statement of our log cannot be read", {
        cause: error,
      });
    throw error;
  }
}

/** Tells the partner what is held here of its log, from `from` on, and sends again what it has lost of ours. */
export async function stateLog(t: Transactor, channel: Channel, from: number, have: number): Promise<LogStatement> {
  const size = await t.trees.size(partnerLog(channel.id));
  const entries: LogStatement["entries"] = [];
  let characters = 0;
  for (let n = from; n < size && entries.length < MAX_ENTRIES && characters < MAX_CHARACTERS; n++) {
    const parcel = await t.parcels.inbound(channel.id, n);
    if (parcel === null) break;
    const { envelope, salt, hash, kind, erasedAt: at } = parcel;
    entries.push({ envelope, salt, ...(at === null || at === undefined ? {} : { erased: { hash, kind, at } }) });
    characters += parcel.envelope.length;
  }
  if (have < (await t.trees.size(ownLog(channel.id)))) await t.parcels.requeue(channel.id, have);
  // It is back: what was put off until it might be need not wait.
  await t.parcels.retryNow(channel.id);
  return { size, checkpoint: await t.trees.checkpoint(partnerLog(channel.id)), entries };
}

export interface GuardDeps {
  readonly store: Store;
  readonly self: Self;
  readonly clock: Clock;
  readonly registry: TypeRegistry;
  /** Asks the partner for its statement of our log, from a place on; tells it how much of its log is held here. */
  readonly ask: (channel: Channel, from: number, have: number, signal: AbortSignal) => Promise<LogStatement>;
  /** How much of our log the witnesses have seen beyond what is held here; 0: nothing more. */
  readonly seen: (channel: Channel, signal: AbortSignal) => Promise<number>;
}

/**
 * Holds our log against what the partner has of it, and takes back what is missing here.
 * @throws ExchangeError `log-forked` when the two cannot both be true, `link-failed` when the partner is not reached.
 */
export async function proveLog(deps: GuardDeps, job: Viewer, channel: Channel, signal: AbortSignal): Promise<void> {
  const { store } = deps;
  for (;;) {
    const [mine, have] = await store.read(job, async (r) => [
      await r.trees.size(ownLog(channel.id)),
      await r.trees.size(partnerLog(channel.id)),
    ]);
    const said = await deps.ask(channel, mine, have, signal);
    try {
      const distrusted = await store.read(job, (r) => isDistrusted(r, channel.id));
      // Both sides may have been put back. The witness was not.
      if (distrusted && saidSize(said, mine) <= mine) requireUnseen(channel, mine, await deps.seen(channel, signal));
      if (await store.transact(job, (t) => settle(t, deps, channel, mine, said))) return;
    } catch (error) {
      if (error instanceof ExchangeError && error.code === "log-forked")
        await store.transact(job, (t) => keepFork(t, channel, said, error.message, instantOf(deps.clock())));
      throw error;
    }
  }
}

/** What the partner says of our log's size; its checkpoint is judged later. */
function saidSize({ checkpoint, size }: LogStatement, mine: number): number {
  return checkpoint === null ? Math.min(size, mine) : size;
}

function requireUnseen(channel: Channel, mine: number, seen: number): void {
  if (seen <= mine) return;
  throw new ExchangeError(
    "log-unproven",
    `a witness has seen ${seen} entries of our log for ${channel.partnerName}; ${mine} are here, and the partner holds no more`,
    {
      where: channel.id,
      fix: "Restore a newer backup, of this side or the partner's. If there is none, pair anew: entente pair invite --continue.",
    },
  );
}

/** @returns whether our log is proven; `false` when more entries have to be asked for. */
async function settle(
  t: Transactor,
  deps: GuardDeps,
  channel: Channel,
  mine: number,
  said: LogStatement,
): Promise<boolean> {
  const { self, clock } = deps;
  const now = instantOf(clock());
  const log = ownLog(channel.id);
  await t.settings.lock(log);
  const size = await t.trees.size(log);
  const held =
    said.checkpoint === null ? null : ownCheckpoint(said.checkpoint, channel, self, await ownKeys(t, self, channel));
  // The log may have grown while the partner was asked: a node that is at work must not have to ask for ever.
  if (held === null || held.size <= size) {
    if (held !== null && !equalBytes(held.root, await rootAt(readingHashes(t), log, held.size))) throw forked(channel);
    if (await isDistrusted(t, channel.id)) {
      await t.settings.set(unprovenKey(channel.id), "");
      await t.audit.note("log.proven", channel.id, { size });
    }
    return true;
  }
  // The entries that came begin where the log ended when they were asked for: look again.
  if (size !== mine) return false;
  if (!(await isDistrusted(t, channel.id))) await distrustLog(t, channel.id, "the partner holds more of our log");
  if (said.entries.length === 0)
    throw new ExchangeError("link-failed", "the partner says that it holds more of our log, and does not give it");
  let sequence = mine;
  for (const given of said.entries) await recoverEntry(t, deps, channel, sequence++, given, now);
  if (sequence === held.size) {
    if (!equalBytes(held.root, await rootAt(readingHashes(t), log, held.size))) throw forked(channel);
    await t.trees.setCheckpoint(log, said.checkpoint ?? "");
  }
  await t.audit.note("log.recovered", channel.id, { from: mine, to: sequence });
  return false;
}

function ownCheckpoint(note: string, channel: Channel, self: Self, keys: readonly string[]): Checkpoint {
  try {
    return openCheckpoint(note, { name: logOrigin(channel.id, self.id), keys });
  } catch (error) {
    if (error instanceof LedgerError)
      throw new ExchangeError("message-malformed", "the partner shows a checkpoint that we never signed", {
        cause: error,
      });
    throw error;
  }
}

/** One parcel of our own, as the partner kept it: signed by us, at its place, and what it did is done here again. */
async function recoverEntry(
  t: Transactor,
  { self, registry }: GuardDeps,
  channel: Channel,
  sequence: number,
  { envelope, salt, erased }: LogStatement["entries"][number],
  now: Instant,
): Promise<void> {
  if (erased !== undefined) {
    if (envelope !== "") throw new ExchangeError("message-malformed", "a deleted text is not there");
    await append(t.trees, ownLog(channel.id), leafOf(erased.hash, salt));
    const common = { channel: channel.id, sequence, salt, hash: erased.hash, envelope, kind: "erased" } as const;
    await t.parcels.addOutbound([{ ...common, ...delivered(now), subject: null, createdAt: now, erasedAt: now }]);
    await t.audit.note("log.recovered-deleted", channel.id, { sequence, kind: erased.kind });
    return;
  }
  let parcel: Parcel;
  try {
    parcel = readParcel(openEnvelope(envelope, PARCEL_TYPE, await ownKeys(t, self, channel)).payload);
  } catch (error) {
    if (error instanceof LedgerError)
      throw new ExchangeError("message-malformed", "the partner gives back a parcel that we never signed", {
        cause: error,
      });
    throw error;
  }
  if (parcel.channel !== channel.id || parcel.from !== self.id || parcel.sequence !== sequence)
    throw new ExchangeError("message-malformed", "the partner gives back a parcel from another place");
  const hash = sha256Hex(envelope);
  await append(t.trees, ownLog(channel.id), leafOf(hash, salt));
  const recovered: OutboundParcel = {
    channel: channel.id,
    sequence,
    kind: parcel.kind,
    hash,
    envelope,
    salt,
    subject: await applyOwn(t, registry, self, channel, parcel, hash, now),
    createdAt: parcel.sent,
    ...delivered(now),
  };
  await t.parcels.addOutbound([recovered]);
}

/** The partner has it: that is where it comes from. */
function delivered(now: Instant) {
  return {
    state: "delivered",
    attempts: 1,
    nextAttemptAt: now,
    deliveredAt: now,
    lastError: null,
    receipt: null,
  } as const;
}

function forked(channel: Channel): ExchangeError {
  return new ExchangeError("log-forked", `${channel.partnerName} holds another history of our log than we do`, {
    where: channel.id,
    fix: "Stop. Restore a newer backup, or pair anew with the partner; the old history stays as it is.",
  });
}

/** Kept as evidence, once, and the log stays shut until a person has decided. */
async function keepFork(t: Transactor, channel: Channel, said: LogStatement, message: string, at: Instant) {
  await t.settings.set(unprovenKey(channel.id), message);
  await keepIncident(t, {
    channel: channel.id,
    code: "log-forked",
    message,
    evidence: utf8(said.checkpoint ?? ""),
    at,
  });
}
