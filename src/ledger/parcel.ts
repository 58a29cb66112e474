import { z } from "zod";
import { BaseError, canonicalJson, fromUtf8, type JsonObject, parseJson, utf8 } from "#base";
import { LedgerError } from "./errors.ts";

/** What a parcel says: canonical JSON, signed in an envelope, committed to in the sender's log. */
const party = z.string().regex(/^identity--[0-9a-f-]{36}$/);
const instant = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/);
const stixId = z.string().regex(/^[a-z0-9-]{3,250}--[0-9a-f-]{36}$/);
const text = z.string().max(10_000);
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const version = z.strictObject({ id: stixId, version: instant });

const carried = z.strictObject({
  /** The record's exact text. */
  text: z.string().max(8 * 1024 * 1024),
  /** Its markings, inside the text and beside it. */
  markings: z.array(stixId).max(100),
});

const releaseBody = z.strictObject({
  release: text,
  title: text,
  purpose: text,
  necessity: text,
  legalBasis: z.strictObject({ title: text, citation: text }),
  reviewBy: instant,
  approvals: z.array(z.strictObject({ officer: text, role: text, at: instant })).max(10),
  part: z.int().min(1),
  parts: z.int().min(1).max(100_000),
  records: z
    .array(carried.extend({ replaces: version.optional() }))
    .min(1)
    .max(1000),
  /** The texts of every marking-definition that the records name. */
  markings: z.array(z.string().max(1 << 20)).max(1000),
});

const results = ["stored", "unchanged", "refused", "withdrawn", "corrected", "conflict"] as const;

const receiptBody = z.strictObject({
  /** SHA-256 of the envelope that this receipt is for, and its place in the sender's log. */
  parcel: hash,
  sequence: z.int().min(0),
  received: instant,
  records: z.array(version.extend({ result: z.enum(results), reason: text.optional() })).max(1000),
});

const publicKey = z.string().regex(/^[A-Za-z0-9+/]{43}=$/);

/** Signed by both keys. Up to this parcel's place the old key signs, from the next one on the new. */
const keyChangeBody = z.strictObject({
  previous: publicKey,
  key: publicKey,
  /** SHA-256 of the link's next TLS public key (SPKI). */
  tlsPin: hash,
  /** Until when the old keys may still be met beside the new ones. */
  overlapUntil: instant,
});

/** What a fresh pairing states of the channel that it continues: where its two logs ended, and which keys ended with it. */
const successionBody = z.strictObject({
  continues: text,
  reason: text,
  revoked: z.array(z.strictObject({ party, key: publicKey, until: instant })).max(2),
  /** The last checkpoint of each party's old log that this party vouches for, with its cosignatures; `null`: none. */
  logs: z.array(z.strictObject({ party, checkpoint: z.string().max(10_000).nullable() })).length(2),
});

const common = {
  v: z.literal(1),
  channel: text,
  from: party,
  to: party,
  sequence: z.int().min(0),
  sent: instant,
};

const parcel = z.discriminatedUnion("kind", [
  z.strictObject({ ...common, kind: z.literal("hello"), body: z.strictObject({ name: text }) }),
  z.strictObject({ ...common, kind: z.literal("release"), body: releaseBody }),
  z.strictObject({ ...common, kind: z.literal("correction"), body: releaseBody }),
  z.strictObject({
    ...common,
    kind: z.literal("recall"),
    body: z.strictObject({ reason: text, records: z.array(version).min(1).max(1000) }),
  }),
  z.strictObject({ ...common, kind: z.literal("receipt"), body: receiptBody }),
  z.strictObject({ ...common, kind: z.literal("key-change"), body: keyChangeBody }),
  z.strictObject({ ...common, kind: z.literal("succession"), body: successionBody }),
]);

export type Parcel = z.infer<typeof parcel>;
export type ParcelOf<Kind extends Parcel["kind"]> = Extract<Parcel, { kind: Kind }>;
export type ReceiptResult = (typeof results)[number];

export function parcelBytes(value: Parcel): Uint8Array {
  return utf8(canonicalJson(value as unknown as JsonObject));
}

/** @throws LedgerError `parcel-malformed` with the place, for anything but a well-formed parcel. */
export function readParcel(bytes: Uint8Array): Parcel {
  try {
    const value = parseJson(fromUtf8(bytes), { maxLength: 24 * 1024 * 1024, maxDepth: 16 });
    const parsed = parcel.safeParse(value);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new LedgerError("parcel-malformed", `the parcel is not well formed: ${issue?.message ?? ""}`, {
      where: (issue?.path ?? []).map((part) => `/${String(part)}`).join(""),
    });
  } catch (error) {
    if (error instanceof BaseError)
      throw new LedgerError("parcel-malformed", `the parcel is not well formed: ${error.message}`);
    throw error;
  }
}
