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
import { type Checkpoint, openCheckpoint } from "./checkpoint.ts";
import { commitment } from "./commitment.ts";
import { cosignerName } from "./cosignature.ts";
import { openEnvelope, PARCEL_TYPE } from "./dsse.ts";
import { LedgerError } from "./errors.ts";
import { claimedKeys, keyPeriod, knownKeys, proveKeyChanges, type TrustedKeys } from "./evidence-keys.ts";
import { type KeyPeriod, requireKeyAt, requireKeyOver } from "./key-period.ts";
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
    .array(
      z.strictObject({
        id: z.string().max(200),
        name: z.string().max(1000),
        /** The party's latest key in this channel. */
        key: z.string().max(64),
        /** All of them, with where each holds; absent: it never had another. */
        keys: z.array(keyPeriod).min(1).max(100).optional(),
      }),
    )
    .length(2),
  parcels: z.array(proven).min(1).max(1000),
  receipts: z.array(proven).max(1000),
  /** The parcels by which the parties changed their keys. */
  keyChanges: z.array(proven).max(200).optional(),
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
    /** Who in the sender's house approved it. A recall needs no approval. */
    readonly approvals: readonly { readonly officer: string; readonly role: string; readonly at: Instant }[];
    /** The markings under which the records were given. */
    readonly markings: readonly string[];
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
  /** Every key of the two parties in this channel, and where it holds. */
  readonly keys: readonly (KeyPeriod & { readonly party: string })[];
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
  readonly keys: ReadonlyMap<string, readonly KeyPeriod[]>;
  /** Every party whose cosignature would count: the two, and whoever's key was given besides. */
  readonly cosigners: ReadonlyMap<string, readonly KeyPeriod[]>;
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
 */
export function checkEvidence(text: string, trusted: TrustedKeys = {}): EvidenceVerdict {
  const keysFrom = Object.keys(trusted).length > 0 ? "given" : "file";
  const reasons: Reason[] = [];
  const refused = (): EvidenceVerdict => ({ verdict: "refused", keysFrom, reasons, facts: null });
  let judging: Judging;
  try {
    const evidence = parseEvidence(text);
    const keys = claimedKeys(evidence, trusted);
    const cosigners = new Map([...witnessKeys(trusted), ...keys]);
    judging = { evidence, keys, cosigners, reasons, given: [], returned: [], cosigned: [], sent: new Map() };
    proveKeyChanges(evidence, keys, (item) => {
      const parcel = checkProven(judging, item);
      if (parcel.kind === "key-change") return parcel;
      throw new LedgerError("evidence-malformed", "something else stands among the key changes");
    });
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
  const keys = [...judging.keys].flatMap(([party, periods]) => periods.map((period) => ({ party, ...period })));
  const facts = { ...direction, given, returned, cosigned, keys };
  return { verdict: reasons.length === 0 ? "genuine" : "incomplete", keysFrom, reasons, facts };
}

/** Whoever's keys are held: none of them knows where in whose log it holds, but a revoked one ends with its day. */
function* witnessKeys(trusted: TrustedKeys): Generator<[string, readonly KeyPeriod[]]> {
  for (const party of Object.keys(trusted)) {
    yield [
      party,
      knownKeys(trusted, party).map(({ key, until = null }) => ({
        key,
        from: "",
        first: 0,
        until,
        last: null,
        ended: until === null ? null : "revoked",
      })),
    ];
  }
}

function reasonOf(error: unknown, where: string): Reason {
  if (!(error instanceof LedgerError || error instanceof BaseError)) throw error;
  return { code: error.code, message: error.message, where };
}

/** @returns who gave to whom, or `null` when no parcel holds. */
function judgeParcels(judging: Judging): { readonly from: string; readonly to: string } | null {
  const places = new Set<number>();
  let direction: { from: string; to: string } | null = null;
  for (const [n, item] of judging.evidence.parcels.entries()) {
    try {
      const parcel = checkProven(judging, item);
      if (parcel.kind !== "release" && parcel.kind !== "correction" && parcel.kind !== "recall")
        throw new LedgerError("evidence-malformed", `a ${parcel.kind} stands among the parcels`);
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
        ...termsOf(parcel),
      });
    } catch (error) {
      judging.reasons.push(reasonOf(error, `parcels/${n}`));
    }
  }
  return direction;
}

/**
 * Who approved, and under which markings: both are signed inside the parcel.
 * @throws LedgerError `evidence-approval` for a release that nobody approved, or one officer for two.
 */
function termsOf(
  parcel: ParcelOf<"release"> | ParcelOf<"correction"> | ParcelOf<"recall">,
): Pick<EvidenceFacts["given"][number], "approvals" | "markings"> {
  if (parcel.kind === "recall") return { approvals: [], markings: [] };
  const { approvals, records } = parcel.body;
  const officers = approvals.map(({ officer }) => officer);
  if (officers.length === 0 || officers.includes(""))
    throw new LedgerError("evidence-approval", "nobody is named who approved the release");
  if (new Set(officers).size !== officers.length)
    throw new LedgerError("evidence-approval", "one officer stands for two in the approvals");
  return { approvals, markings: [...new Set(records.flatMap((record) => record.markings))] };
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

/** Signed by its sender's key of that time, and in the log that its sender signed. A known party's cosignature must hold. */
function checkProven(judging: Judging, item: ProvenParcel): Parcel {
  const { keys } = judging;
  const { channel } = judging.evidence;
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
  const { size, root } = checkHead(judging, parcel.from, item.checkpoint);
  const leaf = leafHash(commitment(fromBase64(item.salt), sha256(utf8(item.envelope))));
  verifyInclusion(leaf, item.index, size, item.proof.map(fromBase64), root);
  return parcel;
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

/** A receipt is for a parcel in this file, and speaks of the records that were in it and of no other. */
function matchReceipt(receipt: ParcelOf<"receipt">, sent: ReadonlyMap<string, Parcel>): void {
  const parcel = sent.get(receipt.body.parcel);
  if (parcel === undefined || (parcel.kind !== "release" && parcel.kind !== "correction" && parcel.kind !== "recall"))
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
