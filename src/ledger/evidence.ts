import { z } from "zod";
import {
  BaseError,
  type Instant,
  instantOf,
  isJsonObject,
  parseJson,
  fromBase64,
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
import { raw32 } from "./keys.ts";
import { leafHash, verifyInclusion } from "./merkle.ts";
import { type Parcel, type ParcelOf, readParcel } from "./parcel.ts";

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
  /** `incomplete`: everything in it is genuine, and a receipt is missing. */
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
  readonly sent: Map<string, Parcel>;
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
    judging = { evidence, keys, cosigners, reasons, given: [], returned: [], cosigned: [], sent: new Map() };
  } catch (error) {
    reasons.push(reasonOf(error, "the file"));
    return refused();
  }
  const direction = judgeParcels(judging);
  const answered = judgeReceipts(judging);
  if (reasons.length > 0 || direction === null) return refused();
  const { given, returned, cosigned, sent } = judging;
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
  for (const [n, item] of judging.evidence.parcels.entries()) {
    try {
      const parcel = checkProven(judging, item);
      if (parcel.kind === "receipt" || parcel.kind === "hello" || parcel.kind === "padding")
        throw new LedgerError("evidence-malformed", "a receipt stands among the parcels");
      direction ??= { from: parcel.from, to: parcel.to };
      if (parcel.from !== direction.from)
        throw new LedgerError("evidence-malformed", "the parcels go in both directions");
      takePlace(places, parcel);
      judging.sent.set(sha256Hex(item.envelope), parcel);
      judging.given.push({
        kind: parcel.kind,
        title: parcel.kind === "recall" ? parcel.body.reason : parcel.body.title,
        sent: parcel.sent,
        records: parcel.body.records.length,
        sequence: parcel.sequence,
      });
    } catch (error) {
      judging.reasons.push(reasonOf(error, `parcels/${n}`));
    }
  }
  return direction;
}

/** @returns the hashes of the parcels that are answered. */
function judgeReceipts(judging: Judging): ReadonlySet<string> {
  const answered = new Set<string>();
  const places = new Set<number>();
  for (const [n, item] of judging.evidence.receipts.entries()) {
    try {
      const parcel = checkProven(judging, item);
      if (parcel.kind !== "receipt")
        throw new LedgerError("evidence-malformed", "something else stands among the receipts");
      matchReceipt(parcel, judging.sent);
      takePlace(places, parcel);
      const { body } = parcel;
      answered.add(body.parcel);
      const results: Record<string, number> = {};
      for (const { result } of body.records) results[result] = (results[result] ?? 0) + 1;
      judging.returned.push({ received: body.received, sequence: body.sequence, results });
    } catch (error) {
      judging.reasons.push(reasonOf(error, `receipts/${n}`));
    }
  }
  return answered;
}

function takePlace(places: Set<number>, { sequence }: Parcel): void {
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
function checkProven({ evidence, keys, cosigners, cosigned }: Judging, item: ProvenParcel): Parcel {
  const { channel } = evidence;
  const { payload, signedBy } = openEnvelope(item.envelope, PARCEL_TYPE, [...keys.values()]);
  const parcel = readParcel(payload);
  if (parcel.channel !== channel) throw new LedgerError("evidence-channel", "the parcel belongs to another channel");
  if (keys.get(parcel.from) !== signedBy || !keys.has(parcel.to) || parcel.from === parcel.to) {
    throw new LedgerError("envelope-unsigned", "the parcel is not signed by the party that it says it is from");
  }
  if (parcel.sequence !== item.index)
    throw new LedgerError("evidence-place", "the parcel names another place in the log");
  const origin = logOrigin(channel, parcel.from);
  const others = [...cosigners]
    .filter(([party]) => party !== parcel.from)
    .map(([party, publicKey]) => ({ name: cosignerName(party), publicKey, party }));
  const checkpoint = openCheckpoint(item.checkpoint, { name: origin, publicKey: signedBy }, others);
  const leaf = leafHash(commitment(fromBase64(item.salt), sha256(utf8(item.envelope))));
  verifyInclusion(leaf, item.index, checkpoint.size, item.proof.map(fromBase64), checkpoint.root);
  for (const { cosigner, timestamp } of checkpoint.cosignatures) {
    const party = others.find(({ name }) => name === cosigner)?.party ?? cosigner;
    const word = { log: parcel.from, cosigner: party, size: checkpoint.size };
    if (!cosigned.some((c) => c.log === word.log && c.cosigner === word.cosigner && c.size === word.size))
      cosigned.push({ ...word, at: instantOf(new Date(timestamp * 1000)) });
  }
  return parcel;
}

/** A receipt is for a parcel in this file, and speaks of the records that were in it and of no other. */
function matchReceipt(receipt: ParcelOf<"receipt">, sent: ReadonlyMap<string, Parcel>): void {
  const parcel = sent.get(receipt.body.parcel);
  if (parcel === undefined || parcel.kind === "receipt" || parcel.kind === "hello" || parcel.kind === "padding")
    throw new LedgerError("evidence-receipt", "the receipt is for a parcel that is not in this file");
  if (receipt.from !== parcel.to || receipt.to !== parcel.from || receipt.body.sequence !== parcel.sequence) {
    throw new LedgerError("evidence-receipt", "the receipt does not fit its parcel");
  }
  const carried = carriedIds(parcel);
  const answered = receipt.body.records;
  // A record so broken that it names nothing is refused under another name.
  if (
    answered.length !== carried.length ||
    answered.some(({ id, result }, n) => result !== "refused" && id !== carried[n])
  ) {
    throw new LedgerError("evidence-receipt", "the receipt speaks of other records than the parcel carried");
  }
}

function carriedIds(parcel: ParcelOf<"release"> | ParcelOf<"correction"> | ParcelOf<"recall">): (string | null)[] {
  if (parcel.kind === "recall") return parcel.body.records.map(({ id }) => id);
  return parcel.body.records.map(({ text }) => idIn(text));
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
