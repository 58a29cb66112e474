import { type Instant, utf8 } from "#base";
import type { Channel, Transactor } from "#store";
import { keepIncident } from "./incident.ts";
import { canSign } from "./key-ring.ts";
import type { Self } from "./self.ts";

/**
 * Whether a partner can be told that something is taken back. Where our own key was revoked and the partner has not paired anew,
 * it cannot: the others are told all the same, and a person sees who was not.
 */
export async function canTell(
  t: Transactor,
  self: Self,
  channel: Channel,
  what: { readonly of: string; readonly ids: readonly string[] },
  now: Instant,
): Promise<boolean> {
  if (await canSign(t, self, channel, now)) return true;
  await keepIncident(t, {
    channel: channel.id,
    code: "partner-untold",
    message: `${channel.partnerName} could not be told of ${what.of}: the key that this party signed with there has ended`,
    evidence: utf8(JSON.stringify(what)),
    at: now,
  });
  return false;
}
