import { BaseError, isJsonObject, parseJson, sha256Hex } from "#base";
import { LedgerError } from "./errors.ts";
import type { EvidenceFacts, ProvenParcel } from "./evidence-format.ts";
import { checkErased, checkProven, type Judging, reasonOf, type Sent } from "./evidence-proof.ts";
import { ciphertextHash, openRelease } from "./fair.ts";
import type { Parcel, ParcelOf, ReleaseBody } from "./parcel.ts";

/** What was given and what came back: each parcel of a bundle by its kind, and each receipt against its parcel. */

type Fact = EvidenceFacts["given"][number];

/** @returns who gave to whom, or `null` when no parcel holds. */
export function judgeParcels(judging: Judging): { readonly from: string; readonly to: string } | null {
  const places = new Set<number>();
  let direction: { from: string; to: string } | null = null;
  const take = (item: ProvenParcel, sent: Sent, fact: Fact): void => {
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
        take(item, sent, { kind: "deleted", title, sent: at, records: 0, sequence: sent.sequence, ...NO_TERMS });
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

function factsOf(parcel: Parcel): [Sent, Fact] {
  const { kind, from, to, sequence, sent } = parcel;
  switch (parcel.kind) {
    case "recall": {
      const { reason, records } = parcel.body;
      const carried = records.map(({ id }) => id);
      const fact = { kind, title: reason, sent, records: records.length, sequence, ...NO_TERMS };
      return [{ from, to, sequence, parcel, carried }, fact];
    }
    case "release":
    case "correction": {
      const { body } = parcel;
      const fact = { kind, title: body.title, sent, records: body.records.length, sequence, ...termsOf(body) };
      return [{ from, to, sequence, parcel, carried: carriedIds(body) }, fact];
    }
    case "fair-offer": {
      const { gives, records } = parcel.body;
      const fact = { kind, title: `sealed ${gives}`, sent, records, sequence, ...NO_TERMS };
      return [{ from, to, sequence, parcel, carried: null }, fact];
    }
    default:
      throw new LedgerError("evidence-malformed", `a ${parcel.kind} stands among the parcels`);
  }
}

type Terms = Pick<Fact, "approvals" | "markings">;

/** Of a recall, which needs no approval, and of what cannot be read. */
const NO_TERMS: Terms = { approvals: [], markings: [] };

/**
 * Who approved, and under which markings: both are signed inside the parcel.
 * @throws LedgerError `evidence-approval` for a release that nobody approved, or one officer for two.
 */
function termsOf({ approvals, records }: ReleaseBody): Terms {
  const officers = approvals.map(({ officer }) => officer);
  if (officers.length === 0 || officers.includes(""))
    throw new LedgerError("evidence-approval", "nobody is named who approved the release");
  if (new Set(officers).size !== officers.length)
    throw new LedgerError("evidence-approval", "one officer stands for two in the approvals");
  return { approvals, markings: [...new Set(records.flatMap((record) => record.markings))] };
}

/** The key of a fair release opens the offer in this file: what the receipt speaks of is what was in it. */
function judgeKey(judging: Judging, parcel: ParcelOf<"fair-key">): [Sent, Fact] {
  const offer = judging.sent.get(parcel.body.offer);
  if (offer?.parcel?.kind !== "fair-offer" || offer.sequence !== parcel.body.sequence)
    throw new LedgerError("evidence-malformed", "the key is for an offer that is not in this file");
  const body = openRelease(offer.parcel.body, parcel.body.key);
  const { from, to, sequence, sent, kind } = parcel;
  return [
    { from, to, sequence, parcel, carried: carriedIds(body) },
    { kind, title: body.title, sent, records: body.records.length, sequence, ...termsOf(body) },
  ];
}

/** @returns the hashes of the parcels that are answered. */
export function judgeReceipts(judging: Judging): ReadonlySet<string> {
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
