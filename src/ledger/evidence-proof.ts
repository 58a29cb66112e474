import { BaseError, fromBase64, fromHex, type Instant, instantOf, parseInstant, sha256, utf8 } from "#base";
import { type Checkpoint, openCheckpoint } from "./checkpoint.ts";
import { commitment } from "./commitment.ts";
import { cosignerName } from "./cosignature.ts";
import { openEnvelope, PARCEL_TYPE } from "./dsse.ts";
import { LedgerError } from "./errors.ts";
import { type Evidence, type EvidenceFacts, logOrigin, type ProvenParcel } from "./evidence-format.ts";
import { type KeyPeriod, requireKeyAt, requireKeyOver } from "./key-period.ts";
import { leafHash, verifyInclusion } from "./merkle.ts";
import { type Parcel, readParcel } from "./parcel.ts";

export interface Reason {
  readonly code: string;
  readonly message: string;
  readonly where: string;
}

/** A bundle while it is judged. What is wrong is gathered, so that a reader sees all of it. */
export interface Judging {
  readonly evidence: Evidence;
  /** The two parties' keys. */
  readonly keys: ReadonlyMap<string, readonly KeyPeriod[]>;
  /** Every party whose cosignature would count: the two, and whoever's key was given besides. */
  readonly cosigners: ReadonlyMap<string, readonly KeyPeriod[]>;
  readonly reasons: Reason[];
  readonly given: EvidenceFacts["given"][number][];
  readonly returned: EvidenceFacts["returned"][number][];
  readonly cosigned: EvidenceFacts["cosigned"][number][];
  /** By the SHA-256 of the envelope. */
  readonly sent: Map<string, Sent>;
  /** What is genuine and yet leaves the story unfinished. */
  readonly open: Reason[];
}

/** A parcel of the file, as its receipt is held against it. */
export interface Sent {
  readonly from: string;
  readonly to: string;
  readonly sequence: number;
  /** `null` when its text was deleted. */
  readonly parcel: Parcel | null;
  /** The ids that it carries, in order, each `null` where a text names none; `null` when it cannot be known. */
  readonly carried: readonly (string | null)[] | null;
}

export function reasonOf(error: unknown, where: string): Reason {
  if (!(error instanceof LedgerError || error instanceof BaseError)) throw error;
  return { code: error.code, message: error.message, where };
}

/** Signed by its sender's key of that time, and in the log that its sender signed. A known party's cosignature must hold. */
export function checkProven(judging: Judging, item: ProvenParcel): Parcel {
  const { keys } = judging;
  const { channel } = judging.evidence;
  if (item.erased !== undefined)
    throw new LedgerError("evidence-malformed", "only a parcel that was given has its text deleted");
  const everyKey = [...keys.values()].flat().map(({ key }) => key);
  const { payload, signedBy } = openEnvelope(item.envelope, PARCEL_TYPE, everyKey);
  const parcel = readParcel(payload);
  if (parcel.channel !== channel) throw new LedgerError("evidence-channel", "the parcel belongs to another channel");
  const period = keys.get(parcel.from)?.find(({ key }) => key === signedBy);
  if (period === undefined || !keys.has(parcel.to) || parcel.from === parcel.to) {
    throw new LedgerError("envelope-unsigned", "the parcel is not signed by the party that it says it is from");
  }
  if (parcel.sequence !== item.index)
    throw new LedgerError("evidence-place", "the parcel names another place in the log");
  requireKeyAt(period, parcel.sequence, parcel.sent);
  checkLogged(judging, item, parcel.from, sha256(utf8(item.envelope)));
  return parcel;
}

/** What was logged stands at its place in the log that `party` signed. */
function checkLogged(judging: Judging, item: ProvenParcel, party: string, parcelHash: Uint8Array): void {
  const { size, root } = checkHead(judging, party, item.checkpoint);
  const leaf = leafHash(commitment(fromBase64(item.salt), parcelHash));
  verifyInclusion(leaf, item.index, size, item.proof.map(fromBase64), root);
}

/** A checkpoint of a party's log, by a key whose word on that size counts, and what others state of it. */
function checkHead(judging: Judging, party: string, note: string): Checkpoint {
  const { keys, cosigned, evidence } = judging;
  const periods = keys.get(party) ?? [];
  const others = [...judging.cosigners]
    .filter(([other]) => other !== party)
    .flatMap(([other, held]) =>
      held.map((period) => ({ name: cosignerName(other), publicKey: period.key, party: other, period })),
    );
  const log = { name: logOrigin(evidence.channel, party), keys: periods.map(({ key }) => key) };
  const checkpoint = openCheckpoint(note, log, others);
  let earliest: Instant | null = null;
  for (const { publicKey, timestamp } of checkpoint.cosignatures) {
    const cosigner = others.find((one) => one.publicKey === publicKey);
    if (cosigner === undefined) continue;
    const at = instantOf(new Date(timestamp * 1000));
    const { ended, until } = cosigner.period;
    if (until !== null && at > until)
      throw new LedgerError(
        ended === "revoked" ? "key-revoked" : "key-expired",
        `${cosigner.party} cosigned on ${at} by a key that ended on ${until}`,
      );
    // Whoever stole a key can date its cosignatures as he likes.
    if (ended === "revoked") continue;
    if (earliest === null || at < earliest) earliest = at;
    const word = { log: party, cosigner: cosigner.party, size: checkpoint.size };
    if (!cosigned.some((c) => c.log === word.log && c.cosigner === word.cosigner && c.size === word.size))
      cosigned.push({ ...word, at });
  }
  const signers = periods.filter(({ key }) => checkpoint.signedBy.includes(key));
  // One key whose word counts is enough; when there is none, the newest one's failing is the reason.
  let failing: unknown;
  for (const period of signers) {
    try {
      requireKeyOver(period, checkpoint.size, earliest);
      return checkpoint;
    } catch (error) {
      failing = error;
    }
  }
  throw failing;
}

/**
 * A parcel whose text was deleted: its hash still stands in the log of the party whose checkpoint this is. Who signed the text
 * cannot be seen any more, so it is the head's key that is judged.
 */
export function checkErased(
  judging: Judging,
  item: ProvenParcel,
  { hash, at }: { readonly hash: string; readonly at: string },
): { readonly sent: Sent; readonly hash: string; readonly at: Instant } {
  if (item.envelope !== "") throw new LedgerError("evidence-malformed", "a deleted text is not there");
  const parties = [...judging.keys.keys()];
  const from = parties.find((party) => item.checkpoint.startsWith(`${logOrigin(judging.evidence.channel, party)}\n`));
  const to = parties.find((party) => party !== from);
  if (from === undefined || to === undefined)
    throw new LedgerError("checkpoint-origin", "the checkpoint is of no log of this channel");
  checkLogged(judging, item, from, fromHex(hash));
  return { sent: { from, to, sequence: item.index, parcel: null, carried: null }, hash, at: parseInstant(at) };
}
