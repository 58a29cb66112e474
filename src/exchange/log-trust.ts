import type { Channel, Reader, Transactor } from "#store";
import { ExchangeError } from "./errors.ts";

/**
 * A node that was restored from an old state has forgotten part of its log. If it signed on, there would be two
 * histories. So its log is unproven until the partner, who holds it, has said how far it went; what is missing here
 * comes back from there. C2SP tlog-checkpoint names such a fork the one thing that a log must never do.
 */
export const unprovenKey = (channel: string): string => `log unproven ${channel}`;

/** From now on nothing is signed into this channel's log before the partner has been asked. */
export async function distrustLog(t: Transactor, channel: string, why: string): Promise<void> {
  await t.settings.set(unprovenKey(channel), why);
  await t.audit.note("log.unproven", channel, { why });
}

export async function isDistrusted(r: Reader, channel: string): Promise<boolean> {
  return ((await r.settings.get(unprovenKey(channel))) ?? "") !== "";
}

/** @throws ExchangeError `log-unproven` while the partner has not been asked. */
export async function requireProvenLog(t: Transactor, channel: Channel): Promise<void> {
  if (!(await isDistrusted(t, channel.id))) return;
  throw new ExchangeError(
    "log-unproven",
    `this node's store is from an earlier state; nothing is signed for ${channel.partnerName} before it has said how far our log went`,
    { where: channel.id, fix: "Start the node and let it reach the partner. It then goes on by itself." },
  );
}
