import { BaseError, equalBytes, type Instant, utf8 } from "#base";
import {
  type KeyPeriod,
  LedgerError,
  logOrigin,
  openCheckpoint,
  parseCheckpoint,
  type ParcelOf,
  rootAt,
  splitNote,
} from "#ledger";
import type { Channel, Transactor } from "#store";
import { keepIncident } from "./incident.ts";
import { ownPeriods, partnerPeriods, recordRevocation } from "./key-ring.ts";
import { withCosignatures } from "./log-export.ts";
import { ownLog, ownNoteAt, partnerLog, post, readingHashes, sealedHead } from "./outbox.ts";
import type { Self } from "./self.ts";

/** What a fresh pairing says of the channel that it continues. */
export interface Continuation {
  readonly channel: string;
  readonly reason: string;
  /** When the writer's own key of the old channel was revoked, and how long its log was then; `null`: it has the same key. */
  readonly revoked: { readonly until: Instant; readonly size: number } | null;
}

/** How this party's side of the old channel stands. */
export async function continuationOf(t: Transactor, self: Self, old: Channel, reason: string): Promise<Continuation> {
  const last = (await ownPeriods(t, self, old)).at(-1);
  const revoked =
    last?.ended === "revoked" && last.until !== null ? { until: last.until, size: (last.last ?? -1) + 1 } : null;
  return { channel: old.id, reason, revoked };
}

/**
 * The old channel ends and the new one begins, after two people have compared the digits. What the old key signed past the end
 * that its owner names is shown to a person; copies, drafts and consents go on in the new channel; both sides state how the old logs ended.
 */
export async function succeed(
  t: Transactor,
  self: Self,
  channel: Channel,
  old: Channel,
  theirs: Continuation,
  now: Instant,
): Promise<void> {
  if (theirs.revoked !== null) await endPartnerKey(t, old, theirs.revoked, now);
  await t.channels.setState(old.id, "closed");
  await t.releases.moveChannel(old.id, channel.id);
  await t.onward.moveChannel(old.id, channel.id);
  const own = await oldHead(t, self, old);
  const partner = await heldHead(t, old);
  const revoked = [
    ...revokedOf(self.id, await ownPeriods(t, self, old)),
    ...revokedOf(old.partner, await partnerPeriods(t, old)),
  ];
  const logs = [
    { party: self.id, checkpoint: own },
    { party: old.partner, checkpoint: partner },
  ];
  const body = { continues: old.id, reason: theirs.reason, revoked, logs };
  await post(t, self, channel, { kind: "succession", body }, old.id, now);
  await t.audit.note("channel.succeed", channel.id, { continues: old.id });
}

function revokedOf(party: string, periods: readonly KeyPeriod[]): { party: string; key: string; until: Instant }[] {
  return periods.flatMap(({ key, until, ended }) =>
    ended === "revoked" && until !== null ? [{ party, key, until }] : [],
  );
}

async function endPartnerKey(
  t: Transactor,
  old: Channel,
  { until, size }: NonNullable<Continuation["revoked"]>,
  now: Instant,
): Promise<void> {
  const held = await t.trees.size(partnerLog(old.id));
  await recordRevocation(t, old, old.partner, await partnerPeriods(t, old), {
    last: Math.min(size, held) - 1,
    at: until,
  });
  if (held <= size) return;
  await keepIncident(t, {
    channel: old.id,
    code: "key-misused",
    message: `${old.partnerName} says that its log ended at ${size} entries; ${held - size} more came here, signed by the key that was stolen. Treat their records as forged`,
    evidence: utf8((await t.trees.checkpoint(partnerLog(old.id))) ?? ""),
    at: now,
  });
}

/** The last checkpoint of our old log that is vouched for, with the partner's cosignature where it gave one. */
async function oldHead(t: Transactor, self: Self, old: Channel): Promise<string | null> {
  const log = ownLog(old.id);
  const size = (await t.cosignatures.largest(log)) ?? (await t.trees.size(log));
  if (size === 0) return null;
  const note = (await ownNoteAt(t, self, old, size)) ?? (await t.settings.get(sealedHead(log)));
  return note === null ? null : withCosignatures(t, log, sizeOf(note), note);
}

async function heldHead(t: Transactor, old: Channel): Promise<string | null> {
  const log = partnerLog(old.id);
  const note = await t.trees.checkpoint(log);
  return note === null ? null : withCosignatures(t, log, sizeOf(note), note);
}

const sizeOf = (note: string): number => parseCheckpoint(splitNote(note).text).size;

/** The partner's statement of how the old logs ended, held against the copies here. What differs is shown, not refused. */
export async function applySuccession(
  t: Transactor,
  self: Self,
  channel: Channel,
  parcel: ParcelOf<"succession">,
  now: Instant,
): Promise<void> {
  const { body } = parcel;
  const known = await t.keys.succession(channel.id);
  const old = known === null ? null : await t.channels.get(known.continues);
  const problems: string[] = [];
  if (known === null || old === null || known.continues !== body.continues) {
    problems.push("it names another channel than the one that the pairing continued");
  } else {
    for (const { party, checkpoint } of body.logs) {
      const ours = party === self.id;
      if (!ours && party !== channel.partner) problems.push(`it speaks of a log of ${party}`);
      else if (checkpoint !== null) {
        const periods = ours ? await ownPeriods(t, self, old) : await partnerPeriods(t, old);
        const log = ours ? ownLog(old.id) : partnerLog(old.id);
        const problem = await differs(t, log, checkpoint, {
          name: logOrigin(old.id, party),
          keys: periods.map(({ key }) => key),
        });
        if (problem !== null) problems.push(problem);
      }
    }
  }
  if (problems.length === 0) return;
  await keepIncident(t, {
    channel: channel.id,
    code: "succession-disputed",
    message: `${channel.partnerName} tells the end of the old channel otherwise than it is held here: ${problems.join("; ")}`,
    evidence: utf8(JSON.stringify(body)),
    at: now,
  });
}

async function differs(
  t: Transactor,
  log: string,
  note: string,
  signer: { readonly name: string; readonly keys: readonly string[] },
): Promise<string | null> {
  try {
    const { size, root } = openCheckpoint(note, signer);
    // More than arrived here is no contradiction: it was never delivered.
    if (size > (await t.trees.size(log)) || equalBytes(root, await rootAt(readingHashes(t), log, size))) return null;
    return `another history of ${signer.name}`;
  } catch (error) {
    if (error instanceof LedgerError || error instanceof BaseError) return error.message;
    throw error;
  }
}
