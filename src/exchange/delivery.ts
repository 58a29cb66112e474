import { type Clock, instantOf } from "#base";
import type { Viewer } from "#policy";
import type { Channel, OutboundParcel, Store } from "#store";
import { keepCosignature } from "./cosigning.ts";
import { ExchangeError } from "./errors.ts";
import type { LinkClient } from "./link.ts";
import { messageOf } from "./message.ts";
import { checkpointAt } from "./outbox.ts";
import { distrustLog, isDistrusted } from "./log-trust.ts";
import type { Self } from "./self.ts";

const BATCH = 32;
const FIRST_RETRY_MS = 200;
const LONGEST_RETRY_MS = 60_000;
/** Renewed with each parcel. Two processes that both deliver do no harm, so it may be short: a node that was killed goes on soon. */
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
        if (await proofs.hold(channel, stopping.signal)) await drain(deps, job, channel, stopping.signal);
      } catch (error) {
        deps.onError(error);
      }
      busy.delete(channel.id);
      if (again.delete(channel.id)) wake();
    };
    busy.set(channel.id, work());
  };
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
function createProofs({ store, clock, prove }: DeliveryDeps, job: Viewer) {
  const proven = new Set<string>();
  const later = new Map<string, { readonly at: number; readonly pause: number }>();
  return {
    heard: (channel: string): void => void later.delete(channel),
    /** @returns whether the outbox may be carried. */
    async hold(channel: Channel, signal: AbortSignal): Promise<boolean> {
      const distrusted = await store.read(job, (r) => isDistrusted(r, channel.id));
      if (proven.has(channel.id) && !distrusted) return true;
      const wait = later.get(channel.id);
      if (wait !== undefined && clock().getTime() < wait.at) return false;
      try {
        await prove(channel, signal);
        proven.add(channel.id);
        later.delete(channel.id);
        return true;
      } catch (error) {
        if (!(error instanceof ExchangeError)) throw error;
        const pause = Math.min((wait?.pause ?? FIRST_RETRY_MS) * 2, LONGEST_RETRY_MS);
        later.set(channel.id, { at: clock().getTime() + pause, pause });
        if (!signal.aborted) await store.transact(job, (t) => t.channels.contact(channel.id, error.message));
        return false;
      }
    },
  };
}

/** Sends what waits on one channel, until it is empty or the link fails. */
async function drain(deps: DeliveryDeps, job: Viewer, channel: Channel, signal: AbortSignal): Promise<void> {
  const { store, clock, holder } = deps;
  while (!signal.aborted) {
    const now = clock();
    const batch = await store.read(job, (r) => r.parcels.queue(channel.id, BATCH));
    const [first] = batch;
    if (first === undefined || first.nextAttemptAt > instantOf(now)) return;
    if (!(await store.transact(job, (t) => t.settings.lease(`delivery ${channel.id}`, holder, leaseEnd(now))))) return;
    for (const parcel of batch) {
      if (signal.aborted || !(await deliver(deps, job, channel, parcel, signal))) return;
    }
  }
}

function leaseEnd(now: Date): string {
  return instantOf(new Date(now.getTime() + LEASE_MS));
}

/** @returns whether the next parcel may follow. */
async function deliver(
  deps: DeliveryDeps,
  job: Viewer,
  channel: Channel,
  parcel: OutboundParcel,
  signal: AbortSignal,
): Promise<boolean> {
  const { store, self, client, clock, holder } = deps;
  const checkpoint = await store.read(job, (r) => checkpointAt(r, self, channel.id, parcel.sequence + 1));
  const message = messageOf(parcel, checkpoint);
  try {
    const answer = await client.send(channel.partnerUrl, channel.partnerTlsPin, JSON.stringify(message), signal);
    switch (answer.result) {
      case "stored":
      case "duplicate":
        await store.transact(job, async (t) => {
          await t.parcels.delivered(channel.id, parcel.sequence);
          if (answer.cosignature !== undefined)
            await keepCosignature(t, self, channel, checkpoint, answer.cosignature, clock());
          await t.channels.contact(channel.id, null);
          await t.settings.lease(`delivery ${channel.id}`, holder, leaseEnd(clock()));
        });
        deps.onDelivered(channel.id, parcel.sequence);
        return true;
      case "gap":
        if (answer.expected >= parcel.sequence) {
          // It holds more of our log than we do: this store is from an earlier state.
          await store.transact(job, (t) => distrustLog(t, channel.id, "the partner asks for what comes later"));
          return false;
        }
        await store.transact(job, (t) => t.parcels.requeue(channel.id, answer.expected));
        return false;
      case "refused":
        throw new ExchangeError("link-failed", `the partner refused parcel ${parcel.sequence}: ${answer.message}`);
      case "later":
        throw new ExchangeError("link-failed", `the partner answers: ${answer.message}`);
    }
  } catch (error) {
    if (!(error instanceof ExchangeError)) throw error;
    if (!signal.aborted) await putOff(deps, job, channel, parcel, error.message);
    return false;
  }
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
