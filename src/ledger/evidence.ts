import { z } from "zod";
import {
  BaseError,
  type Instant,
  instantOf,
  parseInstant,
  isJsonObject,
  parseJson,
  fromBase64,
  fromHex,
  sha256,
  sha256Hex,
  toBase64,
  utf8,
} from "#base";
import { openCheckpoint } from "./checkpoint.ts";
import { commitment } from "./commitment.ts";
import { cosignerName } from "./cosignature.ts";
import { openEnvelope, PARCEL_TYPE } from "./dsse.ts";
import { LedgerError } from "./errors.ts";
import { ciphertextHash, openRelease } from "./fair.ts";
import { raw32 } from "./keys.ts";
import { leafHash, verifyInclusion } from "./merkle.ts";
import { type Parcel, type ParcelOf, readParcel, type ReleaseBody } from "./parcel.ts";

/** One parcel with what proves that it stood in its sender's log. */
const proven = z.strictObject({
  envelope: z.string().max(32 * 1024 * 1024),
  /** 32 bytes, base64. */
  salt: z.string().max(64),
  index: z.int().min(0),
  /** The audit path, base64 each. */
  proof: z.array(z.string().max(64)).max(64),
  /** The sender's signed checkpoint. */
  checkpoint: z.string().max(100_000),
  /** The text was deleted, as its terms asked; `envelope` is then empty, and its SHA-256 (lower-case hex) is what was logged. */
  erased: z.strictObject({ hash: z.string().regex(/^[0-9a-f]{64}$/), at: z.string().max(64) }).optional(),
});

const bundle = z.strictObject({
  format: z.literal("entente-evidence/1"),
  channel: z.string().max(1000),
  made: z.string().max(64),
  parties: z
    .array(z.strictObject({ id: z.string().max(200), name: z.string().max(1000), key: z.string().max(64) }))
    .length(2),
  parcels: z.array(proven).min(1).max(1000),
  receipts: z.array(proven).max(1000),
});

export type ProvenParcel = z.infer<typeof proven>;
export type Evidence = z.infer<typeof bundle>;

/** The name under which a party signs the checkpoints of its log of a channel. */
export function logOrigin(channel: string, party: string): string {
  return `entente/${channel}/${party}`;
}

interface Reason {
  readonly code: string;
  readonly message: string;
  readonly where: string;
}

export interface EvidenceFacts {
  readonly from: string;
  readonly to: string;
  readonly given: readonly {
    readonly kind: string;
    readonly title: string;
    readonly sent: Instant;
    readonly records: number;
    readonly sequence: number;
  }[];
  readonly returned: readonly {
    readonly received: Instant;
    readonly sequence: number;
    readonly results: Readonly<Record<string, number>>;
  }[];
  /** Who else vouches for the logs that the parcels and receipts stand in. */
  readonly cosigned: readonly {
    /** The party whose log it is, and the party that cosigned. */
    readonly log: string;
    readonly cosigner: string;
    readonly size: number;
    readonly at: Instant;
  }[];
}

export interface EvidenceVerdict {
  /** `incomplete`: everything in it is genuine, and a receipt or a key is missing, or a text was deleted since. */
  readonly verdict: "genuine" | "incomplete" | "refused";
  /** Whose keys it was judged by: given to the checker, or only those that the file itself names. */
  readonly keysFrom: "given" | "file";
  readonly reasons: readonly Reason[];
  readonly facts: EvidenceFacts | null;
}

export function evidenceText(evidence: Evidence): string {
  return `${JSON.stringify(evidence, null, 1)}\n`;
}

/** A bundle while it is judged. What is wrong is gathered, so that a reader sees all of it. */
interface Judging {
  readonly evidence: Evidence;
  /** The two parties' keys. */
  readonly keys: ReadonlyMap<string, string>;
  /** Every party whose cosignature would count: the two, and whoever's key was given besides. */
  readonly cosigners: ReadonlyMap<string, string>;
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
interface Sent {
  readonly from: string;
  readonly to: string;
  readonly sequence: number;
  /** `null` when its text was deleted. */
  readonly parcel: Parcel | null;
  /** The ids that it carries, in order, each `null` where a text names none; `null` when it cannot be known. */
  readonly carried: readonly (string | null)[] | null;
}

/**
 * Judges an evidence bundle, offline. Keys that are given outweigh those in the file; when none is given, the verdict says
 * that it rests on the file's own.
 * @param trusted party id → Ed25519 public key (base64 of 32 bytes)
 */
export function checkEvidence(text: string, trusted: Readonly<Record<string, string>> = {}): EvidenceVerdict {
  const known = new Map(Object.entries(trusted));
  const keysFrom = known.size > 0 ? "given" : "file";
  const reasons: Reason[] = [];
  const refused = (): EvidenceVerdict => ({ verdict: "refused", keysFrom, reasons, facts: null });
  let judging: Judging;
  try {
    const evidence = parseEvidence(text);
    const keys = partyKeys(evidence, known);
    const cosigners = new Map([...keys, ...known]);
    judging = { evidence, keys, cosigners, reasons, given: [], returned: [], cosigned: [], sent: new Map(), open: [] };
  } catch (error) {
    reasons.push(reasonOf(error, "the file"));
    return refused();
  }
  const direction = judgeParcels(judging);
  const answered = judgeReceipts(judging);
  if (reasons.length > 0 || direction === null) return refused();
  const { given, returned, cosigned, sent, open } = judging;
  reasons.push(...open);
  for (const [hash, { sequence }] of sent) {
    if (!answered.has(hash))
      reasons.push({ code: "receipt-missing", message: `no receipt for parcel ${sequence}`, where: "receipts" });
  }
  const facts = { ...direction, given, returned, cosigned };
  return { verdict: reasons.length === 0 ? "genuine" : "incomplete", keysFrom, reasons, facts };
}

function reasonOf(error: unknown, where: string): Reason {
  if (!(error instanceof LedgerError || error instanceof BaseError)) throw error;
  return { code: error.code, message: error.message, where };
}

function partyKeys(evidence: Evidence, known: ReadonlyMap<string, string>): Map<string, string> {
  const keys = new Map<string, string>();
  for (const { id, key } of evidence.parties) {
    raw32(key);
    const held = known.get(id);
    if (known.size > 0 && held === undefined) throw new LedgerError("evidence-key", `no key was given for ${id}`);
    if (held !== undefined && held !== key)
      throw new LedgerError("evidence-key", `the file names another key for ${id} than the one given`);
    keys.set(id, key);
  }
  if (keys.size !== 2) throw new LedgerError("evidence-malformed", "the two parties are one");
  return keys;
}

/** @returns who gave to whom, or `null` when no parcel holds. */
function judgeParcels(judging: Judging): { readonly from: string; readonly to: string } | null {
  const places = new Set<number>();
  let direction: { from: string; to: string } | null = null;
  const take = (item: ProvenParcel, sent: Sent, fact: EvidenceFacts["given"][number]): void => {
    direction ??= { from: sent.from, to: sent.to };
    if (sent.from !== direction.from) throw new LedgerError("evidence-malformed", "the parcels go in both directions");
    takePlace(places, sent);
    judging.sent.set(item.erased?.hash ?? sha256Hex(item.envelope), sent);
    judging.given.push(fact);
  };
  /** A key is judged when every offer is known, wherever it stands in the file. */
  const keys: (() => void)[] = [];
  const judge = (n: number, act: () => void): void => {
    try {
      act();
    } catch (error) {
      judging.reasons.push(reasonOf(error, `parcels/${n}`));
    }
  };
  for (const [n, item] of judging.evidence.parcels.entries()) {
    judge(n, () => {
      if (item.erased !== undefined) {
        const { sent, at, hash } = checkErased(judging, item, item.erased);
        const title = `text deleted on ${at.slice(0, 10)}, SHA-256 ${hash}`;
        judging.open.push({
          code: "text-deleted",
          message: `parcel ${sent.sequence}: ${title}`,
          where: `parcels/${n}`,
        });
        take(item, sent, { kind: "deleted", title, sent: at, records: 0, sequence: sent.sequence });
        return;
      }
      const parcel = checkProven(judging, item);
      if (parcel.kind === "fair-key") keys.push(() => judge(n, () => take(item, ...judgeKey(judging, parcel))));
      else take(item, ...factsOf(parcel));
    });
  }
  for (const judgeOne of keys) judgeOne();
  return direction;
}

function factsOf(parcel: Parcel): [Sent, EvidenceFacts["given"][number]] {
  const { kind, from, to, sequence, sent } = parcel;
  switch (parcel.kind) {
    case "recall": {
      const { reason, records } = parcel.body;
      const carried = records.map(({ id }) => id);
      const fact = { kind, title: reason, sent, records: records.length, sequence };
      return [{ from, to, sequence, parcel, carried }, fact];
    }
    case "release":
    case "correction": {
      const fact = { kind, title: parcel.body.title, sent, records: parcel.body.records.length, sequence };
      return [{ from, to, sequence, parcel, carried: carriedIds(parcel.body) }, fact];
    }
    case "fair-offer": {
      const fact = { kind, title: `sealed ${parcel.body.gives}`, sent, records: parcel.body.records, sequence };
      return [{ from, to, sequence, parcel, carried: null }, fact];
    }
    default:
      throw new LedgerError("evidence-malformed", `a ${parcel.kind} stands among the parcels`);
  }
}

/** The key of a fair release opens the offer in this file: what the receipt speaks of is what was in it. */
function judgeKey(judging: Judging, parcel: ParcelOf<"fair-key">): [Sent, EvidenceFacts["given"][number]] {
  const offer = judging.sent.get(parcel.body.offer);
  if (offer?.parcel?.kind !== "fair-offer" || offer.sequence !== parcel.body.sequence)
    throw new LedgerError("evidence-malformed", "the key is for an offer that is not in this file");
  const body = openRelease(offer.parcel.body, parcel.body.key);
  const { from, to, sequence, sent, kind } = parcel;
  return [
    { from, to, sequence, parcel, carried: carriedIds(body) },
    { kind, title: body.title, sent, records: body.records.length, sequence },
  ];
}

/** @returns the hashes of the parcels that are answered. */
function judgeReceipts(judging: Judging): ReadonlySet<string> {
  const answered = new Set<string>();
  const places = new Set<number>();
  for (const [n, item] of judging.evidence.receipts.entries()) {
    try {
      const parcel = checkProven(judging, item);
      if (parcel.kind === "receipt") {
        matchReceipt(parcel, judging.sent);
        answered.add(parcel.body.parcel);
        const results: Record<string, number> = {};
        for (const { result } of parcel.body.records) results[result] = (results[result] ?? 0) + 1;
        judging.returned.push({ received: parcel.body.received, sequence: parcel.body.sequence, results });
      } else if (parcel.kind === "fair-receipt") {
        judgeFairReceipt(judging, parcel, `receipts/${n}`);
        answered.add(parcel.body.offer);
      } else throw new LedgerError("evidence-malformed", "something else stands among the receipts");
      takePlace(places, parcel);
    } catch (error) {
      judging.reasons.push(reasonOf(error, `receipts/${n}`));
    }
  }
  for (const { parcel } of judging.sent.values()) {
    if (parcel?.kind !== "fair-offer") continue;
    const given = [...judging.sent.values()].some(
      (other) => other.parcel?.kind === "fair-key" && other.parcel.body.sequence === parcel.sequence,
    );
    const message = `the key of the sealed parcel ${parcel.sequence} has not been given`;
    if (!given) judging.open.push({ code: "key-missing", message, where: "parcels" });
  }
  return answered;
}

/** The recipient signed for just this ciphertext and just this commitment. */
function judgeFairReceipt(judging: Judging, receipt: ParcelOf<"fair-receipt">, where: string): void {
  const offer = judging.sent.get(receipt.body.offer);
  const { body } = receipt;
  if (offer === undefined || (offer.parcel !== null && offer.parcel.kind !== "fair-offer"))
    throw new LedgerError("evidence-receipt", "the receipt is for an offer that is not in this file");
  if (receipt.from !== offer.to || receipt.to !== offer.from || body.sequence !== offer.sequence)
    throw new LedgerError("evidence-receipt", "the receipt does not fit its offer");
  const sealed = offer.parcel?.kind === "fair-offer" ? offer.parcel.body : null;
  if (sealed !== null && (body.ciphertext !== ciphertextHash(sealed) || body.commitment !== sealed.commitment))
    throw new LedgerError("evidence-receipt", "the receipt is for another ciphertext or another commitment");
  if (body.says === "key-does-not-open")
    judging.open.push({ code: "key-refused", message: "the recipient says that the key does not open it", where });
  judging.returned.push({ received: receipt.sent, sequence: body.sequence, results: { [body.says]: 1 } });
}

function takePlace(places: Set<number>, { sequence }: { readonly sequence: number }): void {
  if (places.has(sequence)) throw new LedgerError("evidence-malformed", "one place in the log is given twice");
  places.add(sequence);
}

function parseEvidence(text: string): Evidence {
  const parsed = bundle.safeParse(parseJson(text, { maxLength: 256 * 1024 * 1024, maxDepth: 8 }));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new LedgerError("evidence-malformed", `not an evidence bundle: ${issue?.message ?? ""}`, {
    where: (issue?.path ?? []).map((part) => `/${String(part)}`).join(""),
  });
}

/** Signed by its sender, and in the log that its sender signed. A cosignature of a known party must hold when it is there. */
function checkProven(judging: Judging, item: ProvenParcel): Parcel {
  const { evidence, keys } = judging;
  const { channel } = evidence;
  if (item.erased !== undefined) throw new LedgerError("evidence-malformed", "a receipt has no text to delete");
  const { payload, signedBy } = openEnvelope(item.envelope, PARCEL_TYPE, [...keys.values()]);
  const parcel = readParcel(payload);
  if (parcel.channel !== channel) throw new LedgerError("evidence-channel", "the parcel belongs to another channel");
  if (keys.get(parcel.from) !== signedBy || !keys.has(parcel.to) || parcel.from === parcel.to) {
    throw new LedgerError("envelope-unsigned", "the parcel is not signed by the party that it says it is from");
  }
  if (parcel.sequence !== item.index)
    throw new LedgerError("evidence-place", "the parcel names another place in the log");
  checkLogged(judging, item, parcel.from, sha256(utf8(item.envelope)));
  return parcel;
}

/** What was logged stands at its place in the log that `party` signed. */
function checkLogged(judging: Judging, item: ProvenParcel, party: string, parcelHash: Uint8Array): void {
  const { evidence, keys, cosigners, cosigned } = judging;
  const origin = logOrigin(evidence.channel, party);
  const others = [...cosigners]
    .filter(([other]) => other !== party)
    .map(([other, publicKey]) => ({ name: cosignerName(other), publicKey, party: other }));
  const checkpoint = openCheckpoint(item.checkpoint, { name: origin, publicKey: keys.get(party) ?? "" }, others);
  const leaf = leafHash(commitment(fromBase64(item.salt), parcelHash));
  verifyInclusion(leaf, item.index, checkpoint.size, item.proof.map(fromBase64), checkpoint.root);
  for (const { cosigner, timestamp } of checkpoint.cosignatures) {
    const known = others.find(({ name }) => name === cosigner)?.party ?? cosigner;
    const word = { log: party, cosigner: known, size: checkpoint.size };
    if (!cosigned.some((c) => c.log === word.log && c.cosigner === word.cosigner && c.size === word.size))
      cosigned.push({ ...word, at: instantOf(new Date(timestamp * 1000)) });
  }
}

/** A parcel whose text was deleted: its hash still stands in the log of the party whose checkpoint this is. */
function checkErased(
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

/** A receipt is for a parcel in this file, and speaks of the records that were in it and of no other. */
function matchReceipt(receipt: ParcelOf<"receipt">, sent: ReadonlyMap<string, Sent>): void {
  const parcel = sent.get(receipt.body.parcel);
  if (parcel === undefined || parcel.parcel?.kind === "fair-offer")
    throw new LedgerError("evidence-receipt", "the receipt is for a parcel that is not in this file");
  if (receipt.from !== parcel.to || receipt.to !== parcel.from || receipt.body.sequence !== parcel.sequence) {
    throw new LedgerError("evidence-receipt", "the receipt does not fit its parcel");
  }
  const { carried } = parcel;
  const answered = receipt.body.records;
  // A record so broken that it names nothing is refused under another name.
  if (
    carried !== null &&
    (answered.length !== carried.length ||
      answered.some(({ id, result }, n) => result !== "refused" && id !== carried[n]))
  ) {
    throw new LedgerError("evidence-receipt", "the receipt speaks of other records than the parcel carried");
  }
}

function carriedIds(body: ReleaseBody): (string | null)[] {
  return body.records.map(({ text }) => idIn(text));
}

/** A release may carry any text: what is not a record has no id. */
function idIn(text: string): string | null {
  try {
    const value = parseJson(text, { maxLength: text.length });
    return isJsonObject(value) && typeof value["id"] === "string" ? value["id"] : null;
  } catch (error) {
    if (error instanceof BaseError) return null;
    throw error;
  }
}

export function proofText(proof: readonly Uint8Array[]): string[] {
  return proof.map(toBase64);
}
