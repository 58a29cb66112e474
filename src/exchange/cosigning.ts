import { BaseError, instantOf, utf8 } from "#base";
import {
  cosign,
  cosignerName,
  LedgerError,
  logOrigin,
  openCheckpoint,
  type OpenCheckpoint,
  readCosignatures,
} from "#ledger";
import type { Channel, Transactor } from "#store";
import { keepIncident } from "./incident.ts";
import { cosignersOf, partnerPeriods, timelyCosignatures } from "./key-ring.ts";
import { ownLog, partnerLog } from "./outbox.ts";
import type { Self } from "./self.ts";

/** Seconds since the epoch, as tlog-cosignature writes time. */
const seconds = (date: Date): number => Math.floor(date.getTime() / 1000);

/**
 * This node's word on a checkpoint of the partner's log, made once and given again when the partner asks again. The caller
 * holds the log's lock and has found the checkpoint to be of the log that is kept here, in this same transaction: so the
 * check and what it rests on are one atomic step (tlog-witness, "add-checkpoint").
 * @returns the signature line, or `null` for an older checkpoint that was never cosigned: one that is no longer the largest
 *   seen must not be cosigned.
 */
export async function cosignPartner(
  t: Transactor,
  self: Self,
  channel: Channel,
  checkpoint: OpenCheckpoint,
  now: Date,
): Promise<string | null> {
  const log = partnerLog(channel.id);
  const cosigner = cosignerName(self.id);
  const held = (await t.cosignatures.of(log, checkpoint.size)).find((item) => item.cosigner === cosigner);
  if (held !== undefined) return held.line;
  if (checkpoint.size !== (await t.trees.size(log))) return null;
  const line = cosignLines(self, checkpoint.text, now);
  await t.cosignatures.add({ log, size: checkpoint.size, cosigner, line, at: instantOf(now) });
  return line;
}

/** This party's word on a checkpoint: inside an overlap by the key that was replaced too. */
export function cosignLines(self: Self, text: string, now: Date): string {
  const name = cosignerName(self.id);
  return [self.key, ...self.previous].map((key) => cosign(text, { name, key }, seconds(now))).join("");
}

/**
 * Keeps the partner's cosignature of this node's own checkpoint. One that does not hold is an incident: the parcel is
 * delivered all the same, but the partner's word for the log is not what it should be.
 */
export async function keepCosignature(
  t: Transactor,
  self: Self,
  channel: Channel,
  checkpoint: string,
  lines: string,
  now: Date,
): Promise<void> {
  const own = openCheckpoint(checkpoint, { name: logOrigin(channel.id, self.id), publicKey: self.key.publicKey });
  const cosigner = cosignerName(channel.partner);
  const periods = await partnerPeriods(t, channel);
  const at = instantOf(now);
  try {
    const good = timelyCosignatures(readCosignatures(lines, own.text, cosignersOf(channel.partner, periods)), periods);
    if (good.length === 0) throw new LedgerError("note-unsigned", "no key of the partner that is in force made it");
    const line = good.map((cosignature) => cosignature.line).join("");
    await t.cosignatures.add({ log: ownLog(channel.id), size: own.size, cosigner, line, at });
  } catch (error) {
    if (!(error instanceof LedgerError || error instanceof BaseError)) throw error;
    await keepIncident(t, {
      channel: channel.id,
      code: "cosignature-invalid",
      message: `the partner's cosignature of our checkpoint of ${own.size} does not hold: ${error.message}`,
      evidence: utf8(`${checkpoint}${lines}`),
      at,
    });
  }
}
