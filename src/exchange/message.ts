import { z } from "zod";
import { BaseError, concatBytes, fromUtf8, parseJson, sha256Hex, utf8 } from "#base";
import { ExchangeError } from "./errors.ts";

/** Parcels of one message. */
const MAX_PARCELS = 256;
const MAX_ENVELOPE = 32 * 1024 * 1024;
const MAX_HEAD = 128 * 1024;
const NEWLINE = 0x0a;

/**
 * What crosses the link: parcels that follow each other in the sender's log, each with the salt that opens its commitment,
 * and one checkpoint of the sender, whose last entry is the last parcel of the message.
 */
export interface LinkMessage {
  /** The place of the first parcel. */
  readonly first: number;
  readonly parcels: readonly SentParcel[];
  readonly checkpoint: string;
}

/** One parcel of a message. */
export interface SentParcel {
  readonly envelope: string;
  readonly salt: string;
  /** SHA-256 (lower-case hex) of an envelope whose text was deleted before it could go, or go again; `envelope` is empty. */
  readonly erased?: string;
}

/** What the outbox holds at one place, as it crosses the link or a medium. */
export function sentParcel({
  envelope,
  salt,
  hash,
  erasedAt,
}: {
  readonly envelope: string;
  readonly salt: string;
  readonly hash: string;
  readonly erasedAt?: string | null;
}): SentParcel {
  return { envelope, salt, ...((erasedAt ?? null) === null ? {} : { erased: hash }) };
}

export function envelopeHash({ envelope, erased }: SentParcel): string {
  return erased ?? sha256Hex(envelope);
}

/** The first line of a message. The envelopes follow as they are, each ended by a newline: what was signed is not quoted again. */
const head = z.strictObject({
  first: z.int().min(0),
  parcels: z
    .array(
      z.strictObject({
        salt: z.string().length(44),
        bytes: z.int().min(0).max(MAX_ENVELOPE),
        erased: z
          .string()
          .regex(/^[0-9a-f]{64}$/)
          .optional(),
      }),
    )
    .min(1)
    .max(MAX_PARCELS),
  checkpoint: z.string().max(10_000),
});

/** Bytes of one message on the link. */
export const MAX_MESSAGE = 40 * 1024 * 1024;

export function writeMessage({ first, parcels, checkpoint }: LinkMessage): Uint8Array {
  const envelopes = parcels.map(({ envelope }) => utf8(envelope));
  const line: z.infer<typeof head> = {
    first,
    parcels: parcels.map(({ salt, erased }, n) => ({
      salt,
      bytes: envelopes[n]?.length ?? 0,
      ...(erased === undefined ? {} : { erased }),
    })),
    checkpoint,
  };
  const end = new Uint8Array([NEWLINE]);
  return concatBytes(utf8(JSON.stringify(line)), end, ...envelopes.flatMap((envelope) => [envelope, end]));
}

/** Attacker-controlled; parse defensively. @throws ExchangeError `message-malformed`. */
export function readMessage(bytes: Uint8Array): LinkMessage {
  try {
    const { line, at, end } = readHead(bytes, 0);
    if (end !== bytes.length) throw new BaseError("bytes-encoding", "it has not the length that it says");
    let from = at;
    const parcels = line.parcels.map(({ salt, bytes: length, erased }): SentParcel => {
      const envelope = fromUtf8(bytes.subarray(from, from + length));
      if (bytes[from + length] !== NEWLINE) throw new BaseError("bytes-encoding", "an envelope does not end its line");
      from += length + 1;
      if ((erased === undefined) !== length >= 2) throw new BaseError("bytes-encoding", "a deleted text is not there");
      return { envelope, salt, ...(erased === undefined ? {} : { erased }) };
    });
    return { first: line.first, parcels, checkpoint: line.checkpoint };
  } catch (error) {
    if (error instanceof BaseError || error instanceof z.ZodError)
      throw new ExchangeError("message-malformed", "the message is not one of this link", { cause: error });
    throw error;
  }
}

/** Where the message that begins at `from` says that it ends; the end of all when that cannot be read. */
export function messageEnd(bytes: Uint8Array, from: number): number {
  try {
    return Math.min(readHead(bytes, from).end, bytes.length);
  } catch (error) {
    if (error instanceof BaseError || error instanceof z.ZodError) return bytes.length;
    throw error;
  }
}

function readHead(bytes: Uint8Array, from: number) {
  const newline = bytes.subarray(from, from + MAX_HEAD).indexOf(NEWLINE);
  if (newline === -1) throw new BaseError("bytes-encoding", "it has no first line");
  const at = from + newline + 1;
  const text = fromUtf8(bytes.subarray(from, at - 1));
  const line = head.parse(parseJson(text, { maxLength: MAX_HEAD, maxDepth: 4 }));
  return { line, at, end: line.parcels.reduce((sum, parcel) => sum + parcel.bytes + 1, at) };
}

/** What is said of all the parcels of a message at once. */
const held = {
  /** The place after the message's last parcel: everything before it is held. */
  size: z.int().min(0),
  /** The receiver's cosignature of the checkpoint that came with the parcels: a C2SP note signature line. */
  cosignature: z.string().max(2000).optional(),
};

/**
 * The link's answer. `stored`: the last `taken` parcels of the message were new, those before them were held already;
 * `duplicate`: all were. A gap names the sequence that is wanted next. A refused message has left nothing behind.
 */
const answer = z.discriminatedUnion("result", [
  z.object({ result: z.literal("stored"), ...held, taken: z.int().min(1) }),
  z.object({ result: z.literal("duplicate"), ...held }),
  z.object({ result: z.literal("gap"), expected: z.int().min(0) }),
  z.object({ result: z.literal("refused"), code: z.string().max(100), message: z.string().max(2000) }),
  z.object({ result: z.literal("later"), message: z.string().max(2000) }),
]);

export type LinkAnswer = z.infer<typeof answer>;

/** @throws ExchangeError `message-malformed`. */
export function readAnswer(bytes: Uint8Array): LinkAnswer {
  try {
    return answer.parse(parseJson(fromUtf8(bytes), { maxLength: 100_000, maxDepth: 4 }));
  } catch (error) {
    if (error instanceof BaseError || error instanceof z.ZodError)
      throw new ExchangeError("message-malformed", "the partner's answer is not one of this link", { cause: error });
    throw error;
  }
}
