import { z } from "zod";
import { type Instant, parseJson, toBase64 } from "#base";
import { LedgerError } from "./errors.ts";
import type { KeyPeriod } from "./key-period.ts";

/** The evidence bundle as a file: one JSON text, bounded and strict. */

/** A period as a bundle claims it. It counts for what its key changes prove, and a revocation for what it takes away. */
const keyPeriod = z.strictObject({
  key: z.string().max(64),
  from: z.string().max(64),
  first: z.int().min(0),
  until: z.string().max(64).nullable(),
  last: z.int().min(0).nullable(),
  ended: z.enum(["rotated", "revoked"]).nullable(),
});

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

export function evidenceText(evidence: Evidence): string {
  return `${JSON.stringify(evidence, null, 1)}\n`;
}

/** @throws LedgerError `evidence-malformed` with the place; BaseError for what is no JSON. */
export function parseEvidence(text: string): Evidence {
  const parsed = bundle.safeParse(parseJson(text, { maxLength: 256 * 1024 * 1024, maxDepth: 8 }));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new LedgerError("evidence-malformed", `not an evidence bundle: ${issue?.message ?? ""}`, {
    where: (issue?.path ?? []).map((part) => `/${String(part)}`).join(""),
  });
}

export function proofText(proof: readonly Uint8Array[]): string[] {
  return proof.map(toBase64);
}
