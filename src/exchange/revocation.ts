import { type Clock, instantOf } from "#base";
import { requirePermission } from "#access";
import { cosignerName } from "#ledger";
import type { Viewer } from "#policy";
import type { Channel, Store, Transactor } from "#store";
import { ExchangeError } from "./errors.ts";
import type { NextKeys } from "./key-change.ts";
import { ownPeriods, partnerPeriods, recordRevocation, SIGNING_KEY } from "./key-ring.ts";
import { checkpointAt, ownLog, partnerLog, sealedHead } from "./outbox.ts";
import type { Self } from "./self.ts";

export interface RevocationDeps {
  readonly store: Store;
  readonly self: Self;
  readonly clock: Clock;
}

export interface Revoked {
  readonly channel: string;
  readonly partner: string;
  /** How many parcels the key has signed there. */
  readonly size: number;
  /** Of these, how many the partner had not taken in: they are to be released again. */
  readonly undelivered: number;
}

/**
 * This party's own key is lost or in other hands: it signs nothing from now on, in no channel. Each channel stands still until
 * its partner has paired anew; what was signed before stays provable by what the partner cosigned.
 */
export async function revokeOwnKeys(
  { store, self, clock }: RevocationDeps,
  actor: Viewer,
  next: NextKeys,
  reason: string,
): Promise<readonly Revoked[]> {
  requirePermission(actor, "node.keep");
  return store.transact(actor, async (t) => {
    await t.settings.lock(SIGNING_KEY);
    const now = instantOf(clock());
    const revoked: Revoked[] = [];
    for (const channel of await t.channels.list()) {
      if (channel.state === "closed") continue;
      if (channel.state === "awaiting-confirmation") {
        await t.channels.setState(channel.id, "closed");
        continue;
      }
      await t.settings.lock(ownLog(channel.id));
      await keepHead(t, self, channel);
      const size = await t.trees.size(ownLog(channel.id));
      await recordRevocation(t, channel, self.id, await ownPeriods(t, self, channel), { last: size - 1, at: now });
      await t.channels.setState(channel.id, "suspended");
      const undelivered = await t.parcels.queued(channel.id);
      revoked.push({ channel: channel.id, partner: channel.partnerName, size, undelivered });
    }
    for (const { id, state } of await t.channels.invitations())
      if (state === "open") await t.channels.setInvitation(id, "withdrawn");
    await t.settings.set(SIGNING_KEY, next.key.publicKey);
    await t.audit.note("keys.revoke-own", self.key.publicKey, { reason, next: next.key.publicKey });
    return revoked;
  });
}

/** The last checkpoint that the partner cosigned, signed while the key can still be had: afterwards nobody can make it. */
async function keepHead(t: Transactor, self: Self, channel: Channel): Promise<void> {
  const log = ownLog(channel.id);
  const size = await t.cosignatures.largest(log, { cosigner: cosignerName(channel.partner) });
  if (size !== null) await t.settings.set(sealedHead(log), await checkpointAt(t, self, channel.id, size));
}

/** The partner has said, by a way that is trusted, that its key is in other hands. Nothing of it is taken from now on. */
export async function revokePartnerKey(
  { store, clock }: RevocationDeps,
  actor: Viewer,
  channelId: string,
  reason: string,
): Promise<Revoked> {
  requirePermission(actor, "channel.manage");
  return store.transact(actor, async (t) => {
    const channel = await t.channels.get(channelId);
    if (channel === null) throw new ExchangeError("channel-unknown", `there is no channel ${channelId}`);
    if (channel.state === "closed")
      throw new ExchangeError("channel-inactive", `the channel with ${channel.partnerName} is closed already`);
    const log = partnerLog(channel.id);
    await t.settings.lock(log);
    const size = await t.trees.size(log);
    const at = instantOf(clock());
    await recordRevocation(t, channel, channel.partner, await partnerPeriods(t, channel), { last: size - 1, at });
    await t.channels.setState(channel.id, "suspended");
    await t.audit.note("keys.revoke-partner", channel.id, { key: channel.partnerKey, reason });
    const undelivered = await t.parcels.queued(channel.id);
    return { channel: channel.id, partner: channel.partnerName, size, undelivered };
  });
}
