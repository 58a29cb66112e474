import { type Instant, instantOf } from "#base";
import {
  type Cosignature,
  type CosignatureVerifier,
  cosignerName,
  isInForce,
  type KeyPeriod,
  LedgerError,
  logOrigin,
  openCheckpoint,
  type OpenCheckpoint,
  openPeriod,
  type ParcelOf,
} from "#ledger";
import type { PartyId } from "#policy";
import type { Channel, PartyKey, Reader, Transactor } from "#store";
import { ExchangeError } from "./errors.ts";
import type { Self } from "./self.ts";

/** Which key signs now and which signed what, of both parties of a channel. Whoever opens or signs something asks here. */

/** The key that signs for this party: set by each change, and by the first start. */
export const SIGNING_KEY = "signing key";

/** JSON: keys of ours that a restored store does not know of, since they were changed after its backup. */
export const FORMER_KEYS = "former keys";

/** The partner's keys in this channel, the latest last. */
export async function partnerPeriods(r: Reader, channel: Channel): Promise<readonly KeyPeriod[]> {
  const held = await r.keys.of(channel.id, channel.partner);
  return held.length > 0 ? held : [openPeriod(channel.partnerKey, channel.createdAt)];
}

/** Our own keys in this channel, the latest last. */
export async function ownPeriods(
  r: Reader,
  self: Pick<Self, "id" | "key">,
  channel: Channel,
): Promise<readonly KeyPeriod[]> {
  const held = await r.keys.of(channel.id, self.id);
  return held.length > 0 ? held : [openPeriod(self.key.publicKey, channel.createdAt)];
}

/** Every public key by which this party may have signed something on this channel. */
export async function ownKeys(r: Reader, self: Self, channel: Channel): Promise<readonly string[]> {
  const held = (await ownPeriods(r, self, channel)).map(({ key }) => key);
  const former = JSON.parse((await r.settings.get(FORMER_KEYS)) ?? "[]") as string[];
  return [...new Set([...held, ...former, self.key.publicKey, ...self.previous.map(({ publicKey }) => publicKey)])];
}

/** A party's keys as cosigner. */
export function cosignersOf(party: PartyId, periods: readonly KeyPeriod[]): CosignatureVerifier[] {
  return periods.map(({ key }) => ({ name: cosignerName(party), publicKey: key }));
}

/**
 * Opens a checkpoint of a party's log that was made just now: by a key that is in force.
 * @throws LedgerError as `openCheckpoint` does; `key-expired` or `key-revoked` when only ended keys signed it.
 */
export function openFreshCheckpoint(
  note: string,
  channel: Channel,
  party: PartyId,
  periods: readonly KeyPeriod[],
  now: Instant,
): OpenCheckpoint {
  const log = { name: logOrigin(channel.id, party), keys: periods.map(({ key }) => key) };
  const checkpoint = openCheckpoint(note, log);
  const signers = periods.filter(({ key }) => checkpoint.signedBy.includes(key));
  if (signers.some((period) => isInForce(period, now))) return checkpoint;
  const ended = signers.at(-1);
  throw new LedgerError(
    ended?.ended === "revoked" ? "key-revoked" : "key-expired",
    `the checkpoint is signed by a key that ended on ${ended?.until ?? "an unknown day"}`,
  );
}

/** Those made by a key before it ended. A revoked key can date what it likes, so nothing of it counts. */
export function timelyCosignatures(
  cosignatures: readonly Cosignature[],
  periods: readonly KeyPeriod[],
): readonly Cosignature[] {
  return cosignatures.filter(({ publicKey, timestamp }) => {
    const period = periods.find(({ key }) => key === publicKey);
    if (period === undefined || period.ended === "revoked") return false;
    return period.until === null || instantOf(new Date(timestamp * 1000)) <= period.until;
  });
}

/**
 * A process that was started before its keys were changed signs on with the old one until the overlap ends, and then no more.
 * @throws ExchangeError `key-ended`.
 */
export async function requireOwnKey(r: Reader, self: Self, channel: Channel, now: Instant): Promise<void> {
  if (await canSign(r, self, channel, now)) return;
  throw new ExchangeError("key-ended", `the key that this process signs with has ended for ${channel.partnerName}`, {
    where: channel.id,
    fix: "Start the node again: it then signs with its new key. After a revocation, pair anew with the partner first.",
  });
}

/** Whether this process can sign on a channel now: not after its key was revoked, until the partner has paired anew. */
export async function canSign(r: Reader, self: Self, channel: Channel, now: Instant): Promise<boolean> {
  const period = (await ownPeriods(r, self, channel)).find(({ key }) => key === self.key.publicKey);
  return period !== undefined && isInForce(period, now);
}

/** What a change of keys is made of. */
type Change = Pick<ParcelOf<"key-change">, "from" | "sequence" | "sent" | "body">;

/** The periods after a change that has been read and not yet judged. */
export function afterKeyChange(held: readonly KeyPeriod[], { sequence, sent, body }: Change): readonly KeyPeriod[] {
  const old = held.at(-1);
  if (old === undefined || held.some(({ key }) => key === body.key)) return held;
  const next = { key: body.key, from: sent, first: sequence + 1, until: null, last: null, ended: null };
  return [...held.slice(0, -1), { ...old, until: body.overlapUntil, last: sequence, ended: "rotated" }, next];
}

/** Notes a key change of either party. Said again (after a restore), it changes nothing. */
export async function recordKeyChange(
  t: Transactor,
  channel: Channel,
  parcel: Change,
  held: readonly KeyPeriod[],
  oldPin: string | null,
): Promise<void> {
  const { from: party, sequence, sent, body } = parcel;
  if (held.some(({ key }) => key === body.key)) return;
  const old = held.at(-1);
  if (old === undefined || old.key !== body.previous || old.ended !== null)
    throw new ExchangeError("parcel-forged", "the key that is replaced is not the one in force");
  const row = { channel: channel.id, party };
  const rows = await t.keys.of(channel.id, party);
  const tlsPin = rows.at(-1)?.tlsPin ?? oldPin;
  await t.keys.save({ ...row, ...plain(old), tlsPin, until: body.overlapUntil, last: sequence, ended: "rotated" });
  const next: PartyKey = {
    ...row,
    key: body.key,
    tlsPin: body.tlsPin,
    from: sent,
    first: sequence + 1,
    until: null,
    last: null,
    ended: null,
  };
  await t.keys.save(next);
}

/** From now on nothing of this key is taken; what it signed up to `last` stays history. */
export async function recordRevocation(
  t: Transactor,
  channel: Channel,
  party: PartyId,
  held: readonly KeyPeriod[],
  { last, at }: { readonly last: number; readonly at: Instant },
): Promise<void> {
  const old = held.at(-1);
  if (old === undefined || old.ended === "revoked") return;
  const tlsPin = (await t.keys.of(channel.id, party)).at(-1)?.tlsPin ?? null;
  await t.keys.save({ channel: channel.id, party, ...plain(old), tlsPin, until: at, last, ended: "revoked" });
  // An overlap that was still open ends with it.
  for (const before of held.slice(0, -1)) {
    if (before.until === null || before.until <= at) continue;
    await t.keys.save({ channel: channel.id, party, ...plain(before), tlsPin: null, until: at });
  }
}

/** A period without what a row adds to it. */
export function plain({ key, from, first, until, last, ended }: KeyPeriod): KeyPeriod {
  return { key, from, first, until, last, ended };
}

/** The TLS keys by which the partner may be met now: the latest, and one that it replaced, until the overlap ends. */
export async function partnerPins(r: Reader, pin: string, now: Instant): Promise<readonly string[]> {
  const channel = await r.channels.byTlsPin(pin);
  if (channel === null) return [pin];
  const rows = await r.keys.of(channel.id, channel.partner);
  return [pin, ...rows.filter((row) => isInForce(row, now)).flatMap(({ tlsPin }) => (tlsPin === null ? [] : [tlsPin]))];
}

/** The channel whose partner is met by this TLS key, of now or of an overlap. */
export async function channelOfPin(r: Reader, pin: string, now: Instant): Promise<string | null> {
  const latest = await r.channels.byTlsPin(pin);
  if (latest !== null) return latest.id;
  for (const row of await r.keys.byTlsPin(pin)) {
    if (!isInForce(row, now)) continue;
    const channel = await r.channels.get(row.channel);
    if (channel?.partner === row.party) return channel.id;
  }
  return null;
}
