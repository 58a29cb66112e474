import { type Clock, instantOf } from "#base";
import type { Viewer } from "#policy";
import type { Channel, OutboundParcel, Store } from "#store";
import { keepCosignature } from "./cosigning.ts";
import { ExchangeError } from "./errors.ts";
import type { LinkClient } from "./link.ts";
import { type LinkMessage, sentParcel, writeMessage } from "./message.ts";
import { signHead } from "./outbox.ts";
import { distrustLog, isDistrusted } from "./log-trust.ts";
import { publishedSize } from "./publishing.ts";
import type { Self } from "./self.ts";

/** Parcels of one message, and bytes of their envelopes: the partner takes a message in one transaction, well under a second. */
const BATCH = 128;
const BATCH_BYTES = 4 * 1024 * 1024;
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 60_000;
/** Renewed with each message. Two processes that both deliver do no harm, so it may be short: a node that was killed goes on soon. */
const LEASE_MS = 5_000;

export interface DeliveryDeps {
  readonly store: Store;
  readonly self: Self;
  readonly clock: Clock;
  readonly client: LinkClient;
  /** Names this process among several of one party. */
  readonly holder: string;
  /** How often the outbox is looked at when nobody calls; other processes of this party may have put something in. */
  readonly pollMs: number;
  /** Holds our log of a channel against the partner's copy of it, and takes back what is missing here. */
  readonly prove: (channel: Channel, signal: AbortSignal) => Promise<void>;
  readonly onDelivered: (channel: string, sequence: number) => void;
  /** A failure of this node itself (a full disk, say), for its log; delivery tries again. */
  readonly onError: (error: unknown) => void;
}

export interface Delivery {
  /** Something may wait to be sent; `heard`: the channel on which the partner was just heard. */
  wake(heard?: string): void;
  stop(): Promise<void>;
}

/** Carries the outbox to the partners: in order on each channel, again and again until it is there. */
export function startDelivery(deps: DeliveryDeps): Delivery {
  const { store, self, pollMs } = deps;
  const job: Viewer = { kind: "job", party: self.id, name: "delivery", may: [] };
  const stopping = new AbortController();
  let wakeUp: () => void = () => undefined;
  let woken = false;

  const rest = (): Promise<void> =>
    new Promise((resolve) => {
      if (woken || stopping.signal.aborted) return resolve();
      const timer = setTimeout(resolve, pollMs);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const proofs = createProofs(deps, job);
  /** One partner that hangs keeps no other waiting. */
  const busy = new Map<string, Promise<void>>();
  const carry = (channel: Channel): void => {
    const work = async (): Promise<void> => {
      try {
        if (await proofs.hold(channel, stopping.signal)) await drain(deps, job, channel, sizes, stopping.signal);
      } catch (error) {
        deps.onError(error);
      }
      busy.delete(channel.id);
      if (again.delete(channel.id)) wake();
    };
    busy.set(channel.id, work());
  };
  /** How many parcels go in one message: fewer after a failure, so that a slow link gets through and a bad parcel stands alone. */
  const sizes = new Map<string, number>();
  const again = new Set<string>();
  const wake = (): void => {
    // What was put in while a channel was carried may have been missed by it.
    for (const id of busy.keys()) again.add(id);
    woken = true;
    wakeUp();
  };
  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await rest();
      woken = false;
      if (stopping.signal.aborted) return;
      try {
        const channels = await store.read(job, (r) => r.channels.list());
        for (const channel of channels) if (channel.state === "active" && !busy.has(channel.id)) carry(channel);
      } catch (error) {
        deps.onError(error);
      }
    }
    await Promise.all(busy.values());
  };
  const running = loop();
  return {
    wake(heard) {
      if (heard !== undefined) proofs.heard(heard);
      wake();
    },
    async stop() {
      stopping.abort();
      wakeUp();
      await running;
    },
  };
}

/**
 * Before a process sends anything on a channel it asks the partner, once, how far our log went: a store that was put
 * back to an earlier state is found before anything else is signed. A partner that is away does not keep others waiting.
 */
function createProofs({ store, prove }: DeliveryDeps, job: Viewer) {
  const proven = new Set<string>();
  /** In the milliseconds of `performance.now`: a clock that is set back must not hold up a channel. */
  const later = new Map<string, { readonly at: number; readonly pause: number }>();
  return {
    heard: (channel: string): void => void later.delete(channel),
    /** @returns whether the outbox may be carried. */
    async hold(channel: Channel, signal: AbortSignal): Promise<boolean> {
      const distrusted = await store.read(job, (r) => isDistrusted(r, channel.id));
      if (proven.has(channel.id) && !distrusted) return true;
      const wait = later.get(channel.id);
      if (wait !== undefined && performance.now() < wait.at) return false;
      try {
        await prove(channel, signal);
        proven.add(channel.id);
        later.delete(channel.id);
        return true;
      } catch (error) {
        if (!(error instanceof ExchangeError)) throw error;
        const pause = Math.min((wait?.pause ?? FIRST_RETRY_MS) * 2, LONGEST_RETRY_MS);
        later.set(channel.id, { at: performance.now() + pause, pause });
        if (!signal.aborted) await store.transact(job, (t) => t.channels.contact(channel.id, error.message));
        return false;
      }
    },
  };
}

/** Sends what waits on one channel, until it is empty or the link fails. */
async function drain(
  deps: DeliveryDeps,
  job: Viewer,
  channel: Channel,
  sizes: Map<string, number>,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const count = sizes.get(channel.id) ?? BATCH;
    const batch = await take(deps, job, channel, count);
    if (batch === null || signal.aborted) return;
    const outcome = await deliver(deps, job, channel, batch, signal);
    const sent = batch.parcels.length;
    sizes.set(channel.id, outcome === "delivered" ? Math.min(count * 2, BATCH) : Math.max(1, sent >> 2));
    if (outcome === "failed") return;
  }
}

interface Batch {
  readonly first: OutboundParcel;
  readonly parcels: readonly OutboundParcel[];
  /** Signed when it was taken: it covers the batch and nothing after it. */
  readonly checkpoint: string;
}

/** The next parcels whose time has come, signed for; `null` when there are none, or when another process carries them. */
async function take(
  { store, self, clock, holder }: DeliveryDeps,
  job: Viewer,
  channel: Channel,
  count: number,
): Promise<Batch | null> {
  const now = clock();
  const [next] = await store.read(job, (r) => r.parcels.queue(channel.id, 1));
  if (next === undefined || !isDue(next, now)) return null;
  return store.transact(job, async (t) => {
    if (!(await t.settings.lease(`delivery ${channel.id}`, holder, leaseEnd(now)))) return null;
    // It ends where a published checkpoint ends: the partner's cosignature is wanted on that one too.
    const published = await publishedSize(t, channel.id);
    const until = next.sequence < published ? { until: published } : {};
    const parcels = await t.parcels.batch(channel.id, { count, bytes: BATCH_BYTES, ...until });
    const [first] = parcels;
    if (first === undefined) return null;
    return { first, parcels, checkpoint: await signHead(t, self, channel, first.sequence + parcels.length) };
  });
}

/** An attempt put off further than any pause reaches was put off by a clock that has been set back since. */
function isDue({ nextAttemptAt }: OutboundParcel, now: Date): boolean {
  return nextAttemptAt <= instantOf(now) || nextAttemptAt > instantOf(new Date(now.getTime() + LONGEST_RETRY_MS));
}

function leaseEnd(now: Date): string {
  return instantOf(new Date(now.getTime() + LEASE_MS));
}

/** `smaller`: the partner refused the whole of several parcels; those before a bad one go if they go alone. */
type Outcome = "delivered" | "smaller" | "failed";

async function deliver(
  deps: DeliveryDeps,
  job: Viewer,
  channel: Channel,
  batch: Batch,
  signal: AbortSignal,
): Promise<Outcome> {
  const { store, client } = deps;
  const { first, parcels, checkpoint } = batch;
  const message: LinkMessage = {
    first: first.sequence,
    parcels: parcels.map(sentParcel),
    checkpoint,
  };
  try {
    const answer = await client.send(channel.partnerUrl, channel.partnerTlsPin, writeMessage(message), signal);
    switch (answer.result) {
      case "stored":
      case "duplicate":
        await settle(deps, job, channel, batch, answer.cosignature);
        return "delivered";
      case "gap":
        if (answer.expected >= first.sequence) {
          // It holds more of our log than we do: this store is from an earlier state.
          await store.transact(job, (t) => distrustLog(t, channel.id, "the partner asks for what comes later"));
          return "failed";
        }
        await store.transact(job, (t) => t.parcels.requeue(channel.id, answer.expected));
        return "failed";
      case "refused":
        if (parcels.length > 1) return "smaller";
        throw new ExchangeError("link-failed", `the partner refused parcel ${first.sequence}: ${answer.message}`);
      case "later":
        throw new ExchangeError("link-failed", `the partner answers: ${answer.message}`);
    }
  } catch (error) {
    if (!(error instanceof ExchangeError)) throw error;
    if (!signal.aborted) await putOff(deps, job, channel, first, error.message);
    return "failed";
  }
}

async function settle(
  deps: DeliveryDeps,
  job: Viewer,
  channel: Channel,
  { first, parcels, checkpoint }: Batch,
  cosignature: string | undefined,
): Promise<void> {
  const { store, self, clock, holder } = deps;
  await store.transact(job, async (t) => {
    await t.parcels.delivered(channel.id, first.sequence, parcels.length);
    if (cosignature !== undefined) await keepCosignature(t, self, channel, checkpoint, cosignature, clock());
    await t.channels.contact(channel.id, null);
    await t.settings.lease(`delivery ${channel.id}`, holder, leaseEnd(clock()));
  });
  for (const { sequence } of parcels) deps.onDelivered(channel.id, sequence);
}

async function putOff(
  { store, clock }: DeliveryDeps,
  job: Viewer,
  channel: Channel,
  parcel: OutboundParcel,
  message: string,
): Promise<void> {
  const pause = Math.min(FIRST_RETRY_MS * 2 ** Math.min(parcel.attempts, 16), LONGEST_RETRY_MS);
  await store.transact(job, async (t) => {
    await t.parcels.failed(channel.id, parcel.sequence, message, instantOf(new Date(clock().getTime() + pause)));
    await t.channels.contact(channel.id, message);
  });
}
