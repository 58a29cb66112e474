import { LedgerError } from "./errors.ts";
import { type EvidenceFacts, parseEvidence } from "./evidence-format.ts";
import { claimedKeys, knownKeys, proveKeyChanges, type TrustedKeys } from "./evidence-keys.ts";
import { judgeParcels, judgeReceipts } from "./evidence-parcels.ts";
import { checkProven, type Judging, type Reason, reasonOf } from "./evidence-proof.ts";
import type { KeyPeriod } from "./key-period.ts";

export interface EvidenceVerdict {
  /** `incomplete`: everything in it is genuine, and a receipt or a key is missing, or a text was deleted since. */
  readonly verdict: "genuine" | "incomplete" | "refused";
  /** Whose keys it was judged by: given to the checker, or only those that the file itself names. */
  readonly keysFrom: "given" | "file";
  readonly reasons: readonly Reason[];
  readonly facts: EvidenceFacts | null;
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
    judging = { evidence, keys, cosigners, reasons, given: [], returned: [], cosigned: [], sent: new Map(), open: [] };
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
  const { given, returned, cosigned, sent, open } = judging;
  reasons.push(...open);
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
