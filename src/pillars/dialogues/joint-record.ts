import { z } from "zod";
import { BaseError, fromUtf8, parseJson, utf8 } from "#base";
import { LedgerError, openEnvelope, sealEnvelope, type SigningKey } from "#ledger";
import type { Collection, Item } from "./collect.ts";
import type { RoundRecord, Signature } from "./types.ts";

/** The DSSE payload type of a signature under a round's record. */
const ROUND_RECORD_TYPE = "application/vnd.entente.round-record+json";

const payloadSchema = z.strictObject({
  record: z.string(),
  modified: z.string(),
  sha256: z.string(),
  party: z.string(),
  signed_by: z.string(),
  signed_on: z.string(),
});

/** What a party signs: the record's text, by its hash. */
export type SignedStatement = z.infer<typeof payloadSchema>;

export function sealSignature(statement: SignedStatement, key: SigningKey): string {
  return sealEnvelope(ROUND_RECORD_TYPE, utf8(JSON.stringify(statement)), key);
}

interface PartySignature {
  readonly party: string;
  readonly state: "missing" | "valid" | "invalid" | "of-another-version" | "key-unknown";
  readonly signedBy: string | null;
  readonly signedOn: string | null;
}

export interface JointRecord {
  readonly id: string;
  readonly version: string;
  readonly sha256: string;
  readonly value: RoundRecord;
  readonly state: "draft" | "signed-by-some" | "closed";
  readonly signatures: readonly PartySignature[];
  /** Proposed by other parties against the present version, not yet taken in. */
  readonly openAmendments: readonly string[];
}

/**
 * Where a round's record stands. It is closed when every party of the dialogue signed the same text; a signature counts
 * only from the record of the party that it names, under that party's own key.
 */
export function jointRecord(
  collection: Collection,
  record: Item<RoundRecord>,
  keysOf: (party: string) => readonly string[],
): JointRecord {
  const signatures = collection.dialogue.value.parties.map(({ ref }) =>
    partySignature(collection, record, ref, keysOf),
  );
  const valid = signatures.filter(({ state }) => state === "valid").length;
  const taken = new Set(record.value.amendment_refs ?? []);
  return {
    id: record.id,
    version: record.version,
    sha256: record.sha256,
    value: record.value,
    state: valid === signatures.length ? "closed" : valid > 0 ? "signed-by-some" : "draft",
    signatures,
    openAmendments: collection.amendments
      .filter((item) => item.value.record_ref === record.id && !taken.has(item.id))
      .map(({ id }) => id),
  };
}

function partySignature(
  collection: Collection,
  record: Item<RoundRecord>,
  party: string,
  keysOf: (party: string) => readonly string[],
): PartySignature {
  const given = collection.signatures.filter(
    ({ owner, value }) => owner === party && value.party === party && value.record_ref === record.id,
  );
  const own = given.find(({ value }) => value.record_sha256 === record.sha256) ?? given.at(-1);
  if (own === undefined) return { party, state: "missing", signedBy: null, signedOn: null };
  const { signed_by: signedBy, signed_on: signedOn } = own.value;
  if (own.value.record_sha256 !== record.sha256) return { party, state: "of-another-version", signedBy, signedOn };
  const keys = keysOf(party);
  if (keys.length === 0) return { party, state: "key-unknown", signedBy, signedOn };
  return { party, state: holds(own.value, record, keys) ? "valid" : "invalid", signedBy, signedOn };
}

/** From a partner: parsed defensively, and what it says must be what the envelope signs. */
function holds(signature: Signature, record: Item<RoundRecord>, keys: readonly string[]): boolean {
  try {
    const { payload } = openEnvelope(signature.envelope, ROUND_RECORD_TYPE, keys);
    const said = payloadSchema.parse(parseJson(fromUtf8(payload), { maxLength: 10_000, maxDepth: 2 }));
    return (
      said.record === record.id &&
      said.sha256 === record.sha256 &&
      said.modified === signature.record_modified &&
      said.party === signature.party &&
      said.signed_by === signature.signed_by &&
      said.signed_on === signature.signed_on
    );
  } catch (error) {
    if (error instanceof LedgerError || error instanceof BaseError || error instanceof z.ZodError) return false;
    throw error;
  }
}
