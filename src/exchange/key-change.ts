import { type Clock, type Instant, instantOf } from "#base";
import { requirePermission } from "#access";
import { LedgerError, openEnvelope, PARCEL_TYPE, type ParcelOf, type SigningKey } from "#ledger";
import type { Viewer } from "#policy";
import type { Channel, Reader, Store, Transactor } from "#store";
import { ExchangeError } from "./errors.ts";
import { ownPeriods, partnerPeriods, recordKeyChange, SIGNING_KEY } from "./key-ring.ts";
import { postSigned } from "./outbox.ts";
import type { Self } from "./self.ts";

const DAY_MS = 86_400_000;
/** A partner that hears of a longer overlap refuses it. */
export const LONGEST_OVERLAP_DAYS = 90;

export interface NextKeys {
  readonly key: SigningKey;
  /** SHA-256 of the link's next TLS public key (SPKI), lower-case hex. */
  readonly tlsPin: string;
}

export interface Rotation {
  readonly key: string;
  readonly overlapUntil: Instant;
  /** Where it was announced. */
  readonly channels: readonly { readonly channel: string; readonly partner: string; readonly place: number }[];
  /** Channels whose pairing was not confirmed: they named the old key, and are closed. */
  readonly closed: readonly string[];
}

/**
 * Puts new keys in the place of this party's. Each partner is told in our own log, by a parcel that the old key and the new one
 * sign; it goes the way of every parcel, over the link or by hand. All channels or none.
 * @throws ExchangeError `keys-changing` while an earlier change has not reached every partner.
 */
export async function rotateKeys(
  deps: { readonly store: Store; readonly self: Self; readonly clock: Clock },
  actor: Viewer,
  next: NextKeys,
  overlapDays: number,
): Promise<Rotation> {
  requirePermission(actor, "node.keep");
  const { store, self, clock } = deps;
  return store.transact(actor, async (t) => {
    await t.settings.lock(SIGNING_KEY);
    await requireSettledKeys(t, self);
    const now = instantOf(clock());
    const overlapUntil = instantOf(new Date(clock().getTime() + overlapDays * DAY_MS));
    const body = { previous: self.key.publicKey, key: next.key.publicKey, tlsPin: next.tlsPin, overlapUntil };
    const channels: Rotation["channels"][number][] = [];
    const closed: string[] = [];
    for (const channel of await t.channels.list()) {
      if (channel.state === "awaiting-confirmation") {
        await t.channels.setState(channel.id, "closed");
        closed.push(channel.id);
      }
      const held = await ownPeriods(t, self, channel);
      if (channel.state === "closed" || channel.state === "awaiting-confirmation" || held.at(-1)?.ended === "revoked")
        continue;
      const keys = [self.key, next.key];
      const posting = { letter: { kind: "key-change", body }, subject: null } as const;
      const [posted] = await postSigned(t, self, channel, [posting], now, keys);
      if (posted === undefined) throw new TypeError("one letter makes one parcel");
      const { sequence, createdAt: sent } = posted;
      await recordKeyChange(t, channel, { from: self.id, sequence, sent, body }, held, self.tlsPin);
      channels.push({ channel: channel.id, partner: channel.partnerName, place: sequence });
    }
    // The invitations that are still out name the old key.
    for (const { id, state } of await t.channels.invitations())
      if (state === "open") await t.channels.setInvitation(id, "withdrawn");
    await t.settings.set(SIGNING_KEY, next.key.publicKey);
    await t.audit.note("keys.rotate", next.key.publicKey, { overlapUntil, channels: channels.length });
    return { key: next.key.publicKey, overlapUntil, channels, closed };
  });
}

/** Whether a key change is still under way to some partner: until then the link goes on with the TLS key that it knows. */
export async function awaitedKeyChanges(r: Reader, self: Pick<Self, "id" | "key">): Promise<readonly Channel[]> {
  const awaited: Channel[] = [];
  for (const channel of await r.channels.list()) {
    if (channel.state !== "active") continue;
    const place = (await ownPeriods(r, self, channel)).findLast(({ ended }) => ended === "rotated")?.last ?? null;
    const parcel = place === null ? null : await r.parcels.outbound(channel.id, place);
    if (parcel !== null && parcel.state === "queued") awaited.push(channel);
  }
  return awaited;
}

/** @throws ExchangeError `keys-changing`. */
export async function requireSettledKeys(r: Reader, self: Self): Promise<void> {
  const [first] = await awaitedKeyChanges(r, self);
  if (first === undefined) return;
  throw new ExchangeError("keys-changing", `${first.partnerName} has not taken in our change of keys yet`, {
    where: first.id,
    fix: "Let the node reach the partner, or carry the parcels by hand: entente media export.",
  });
}

/** The partner's change of keys: both of its keys must have signed it. */
export async function applyKeyChange(
  t: Transactor,
  channel: Channel,
  parcel: ParcelOf<"key-change">,
  envelope: string,
  self: Self,
): Promise<void> {
  const { body, sent } = parcel;
  try {
    for (const key of [body.previous, body.key]) openEnvelope(envelope, PARCEL_TYPE, [key]);
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause;
    throw new ExchangeError("parcel-forged", "the change of keys is not signed by the old key and by the new one", {
      cause,
    });
  }
  const held = await partnerPeriods(t, channel);
  const latest = instantOf(new Date(Date.parse(sent) + LONGEST_OVERLAP_DAYS * DAY_MS));
  if (body.overlapUntil < sent || body.overlapUntil > latest || body.key === self.key.publicKey) {
    throw new ExchangeError(
      "parcel-forged",
      `an overlap ends after it begins, within ${LONGEST_OVERLAP_DAYS} days, by a key of one's own`,
    );
  }
  await recordKeyChange(t, channel, parcel, held, channel.partnerTlsPin);
  await t.channels.setPartnerKeys(channel.id, body.key, body.tlsPin);
  await t.audit.note("keys.partner-rotated", channel.id, { key: body.key, overlapUntil: body.overlapUntil });
}
