import { type Clock, instantOf } from "#base";
import type { Viewer } from "#policy";
import type { Channel, Reader, Store, Transactor } from "#store";
import { isDistrusted } from "./log-trust.ts";
import { ownLog, postAll } from "./outbox.ts";
import type { Self } from "./self.ts";

/**
 * When checkpoints leave the pair, and at which sizes (docs/adr/0010). The partner sees each batch as it comes: it holds the
 * parcels. Whoever else sees a checkpoint learns at most that something was logged since the last one.
 */
export interface Cadence {
  readonly everyMs: number;
  /** A published size is a multiple of this; 1: no padding. */
  readonly padTo: number;
  /** Pads and publishes at every turn, whether or not something was logged. */
  readonly idle: boolean;
}

export const DEFAULT_CADENCE: Cadence = { everyMs: 60_000, padTo: 64, idle: false };

const publishedKey = (channel: string): string => `published ${ownLog(channel)}`;

/** The size of our log of this channel at which others than the partner may see it; 0: none yet. */
export async function publishedSize(r: Reader, channel: string): Promise<number> {
  return Number((await r.settings.get(publishedKey(channel))) ?? "0");
}

/**
 * Pads the log up to a published size. A padding entry is a parcel like any other, signed, committed to with a salt and
 * delivered; only the partner, who gets it, can tell it from one that says something.
 * @returns the size, which is the old one while nothing was logged, and while the log is unproven.
 */
export async function publish(
  t: Transactor,
  self: Self,
  channel: Channel,
  { padTo, idle }: Cadence,
  now: Date,
): Promise<number> {
  const log = ownLog(channel.id);
  await t.settings.lock(log);
  const [size, known] = [await t.trees.size(log), await publishedSize(t, channel.id)];
  if (size === 0 || channel.state !== "active" || (await isDistrusted(t, channel.id))) return Math.min(size, known);
  if (size === known && !idle) return known;
  const padded = Math.ceil((size === known ? size + 1 : size) / padTo) * padTo;
  const padding = Array.from({ length: padded - size }, () => ({
    letter: { kind: "padding", body: {} } as const,
    subject: null,
  }));
  await postAll(t, self, channel, padding, instantOf(now));
  await t.settings.set(publishedKey(channel.id), String(padded));
  return padded;
}

export interface PublishingDeps {
  readonly store: Store;
  readonly self: Self;
  readonly clock: Clock;
  readonly cadence: Cadence;
}

export async function publishAll({ store, self, clock, cadence }: PublishingDeps, job: Viewer): Promise<void> {
  for (const channel of await store.read(job, (r) => r.channels.list()))
    await store.transact(job, (t) => publish(t, self, channel, cadence, clock()));
}
