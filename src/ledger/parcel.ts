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

/** What the giver says of a record beside its text. */
const saidOfRecord = z.strictObject({
  category: z.enum(["suspect", "convict", "victim", "witness", "other"]).optional(),
  age: z.enum(["child", "adult", "unknown"]).optional(),
  nature: z.enum(["fact", "assessment"]).optional(),
  /** As it came, whatever its scheme. */
  evaluation: z.strictObject({ scheme: text, source: text, information: text }).optional(),
  caveats: z.array(text).max(50).optional(),
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
    .array(carried.extend({ replaces: version.optional(), said: saidOfRecord.optional() }))
    .min(1)
    .max(1000),
  /** The texts of every marking-definition that the records name. */
  markings: z.array(z.string().max(1 << 20)).max(1000),
  /** Under which consents of their originators records of others are passed on; `proof` is the consent's parcel. */
  consents: z
    .array(
      z.strictObject({
        record: stixId,
        originator: party,
        proof: hash,
        conditions: text,
        validUntil: instant.nullable(),
      }),
    )
    .max(1000)
    .optional(),
  /** The recipient's own assurances on which the giver relies. */
  assurances: z
    .array(
      z.strictObject({
        id: text,
        text,
        signatory: text,
        given: instant,
        validUntil: instant.nullable(),
        risks: z.array(text).max(20),
      }),
    )
    .max(100)
    .optional(),
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

const named = z.strictObject({ id: party, name: text });
const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/);

/** To an originator: may these records of yours be passed on, to whom, for what. */
const consentRequestBody = z.strictObject({
  request: text,
  records: z.array(version).min(1).max(1000),
  recipient: named,
  purpose: text,
  why: text,
});

/** The originator's answer, in its log: this parcel's hash is what proves the consent. */
const consentBody = z.strictObject({
  request: text,
  decision: z.enum(["granted", "refused", "withdrawn"]),
  records: z.array(version).min(1).max(1000),
  recipient: named,
  purpose: text,
  reason: text,
  conditions: text,
  validUntil: instant.nullable(),
  liftsNoOnward: z.boolean(),
  officers: z.array(text).max(10),
});

/** To the giver: whom its records went to from here, and what became of those copies. No more than that. */
const onwardBody = z.strictObject({
  copies: z
    .array(
      version.extend({
        holder: named,
        /** The parties between the sender of this and the holder. */
        path: z.array(party).max(16),
        state: z.enum(["sent", "confirmed", "refused", "recall-sent", "recalled", "replaced", "deleted"]),
        at: instant,
      }),
    )
    .min(1)
    .max(1000),
});

/** To the giver: its texts are gone here, though nobody asked; these are their hashes. */
const deletionBody = z.strictObject({
  records: z
    .array(version.extend({ sha256: hash, cause: z.enum(["expired"]), at: instant }))
    .min(1)
    .max(1000),
});

/** A fair release, first step: the release's body under a key that is only committed to. */
const fairOfferBody = z.strictObject({
  release: text,
  gives: z.enum(["release", "correction"]),
  records: z.int().min(1).max(1000),
  cipher: z.literal("aes-256-gcm"),
  nonce: base64.length(16),
  ciphertext: base64.max(24 * 1024 * 1024),
  /** SHA-256 over domain, key and the ciphertext's hash. */
  commitment: hash,
});

/** Second step, by the recipient: it holds this ciphertext and has seen this commitment. Last, when the key does not open it. */
const fairReceiptBody = z.strictObject({
  offer: hash,
  sequence: z.int().min(0),
  ciphertext: hash,
  commitment: hash,
  says: z.enum(["ciphertext-held", "key-does-not-open"]),
});

/** Third step: the key. What is in the ciphertext is receipted against this parcel. */
const fairKeyBody = z.strictObject({ offer: hash, sequence: z.int().min(0), key: base64.length(44) });

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
  // It says nothing: it makes a log's size say little.
  z.strictObject({ ...common, kind: z.literal("padding"), body: z.strictObject({}) }),
  z.strictObject({ ...common, kind: z.literal("consent-request"), body: consentRequestBody }),
  z.strictObject({ ...common, kind: z.literal("consent"), body: consentBody }),
  z.strictObject({ ...common, kind: z.literal("onward"), body: onwardBody }),
  z.strictObject({ ...common, kind: z.literal("deletion"), body: deletionBody }),
  z.strictObject({ ...common, kind: z.literal("fair-offer"), body: fairOfferBody }),
  z.strictObject({ ...common, kind: z.literal("fair-receipt"), body: fairReceiptBody }),
  z.strictObject({ ...common, kind: z.literal("fair-key"), body: fairKeyBody }),
]);

export type Parcel = z.infer<typeof parcel>;
export type ParcelOf<Kind extends Parcel["kind"]> = Extract<Parcel, { kind: Kind }>;
export type ReceiptResult = (typeof results)[number];

export type ReleaseBody = z.infer<typeof releaseBody>;

/** @throws LedgerError `parcel-malformed`. */
export function readReleaseBody(bytes: Uint8Array): ReleaseBody {
  return readAs(releaseBody, bytes, "what the key opens");
}

export function parcelBytes(value: Parcel): Uint8Array {
  return utf8(canonicalJson(value as unknown as JsonObject));
}

/** @throws LedgerError `parcel-malformed` with the place, for anything but a well-formed parcel. */
export function readParcel(bytes: Uint8Array): Parcel {
  return readAs(parcel, bytes, "the parcel");
}

function readAs<T>(schema: z.ZodType<T>, bytes: Uint8Array, what: string): T {
  try {
    const value = parseJson(fromUtf8(bytes), { maxLength: 24 * 1024 * 1024, maxDepth: 16 });
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new LedgerError("parcel-malformed", `${what} is not well formed: ${issue?.message ?? ""}`, {
      where: (issue?.path ?? []).map((part) => `/${String(part)}`).join(""),
    });
  } catch (error) {
    if (error instanceof BaseError)
      throw new LedgerError("parcel-malformed", `${what} is not well formed: ${error.message}`);
    throw error;
  }
}
