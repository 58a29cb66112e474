import { z } from "zod";
import { BaseError, fromUtf8, parseJson, sha256Hex } from "#base";
import type { OutboundParcel } from "#store";
import { ExchangeError } from "./errors.ts";

/** What crosses the link: one parcel, the salt that opens its commitment, and the sender's checkpoint that includes it. */
const message = z.strictObject({
  envelope: z.string().max(32 * 1024 * 1024),
  /** SHA-256 (lower-case hex) of an envelope whose text was deleted before it could go, or go again; `envelope` is empty. */
  erased: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  salt: z.string().length(44),
  sequence: z.int().min(0),
  checkpoint: z.string().max(10_000),
});

export type LinkMessage = z.infer<typeof message>;

/** What the outbox holds at one place, as it crosses the link or a medium. */
export function messageOf(
  { envelope, salt, sequence, hash, erasedAt }: OutboundParcel,
  checkpoint: string,
): LinkMessage {
  const gone = erasedAt !== null && erasedAt !== undefined;
  return { envelope, ...(gone ? { erased: hash } : {}), salt, sequence, checkpoint };
}

/** SHA-256 of the message's envelope. @throws ExchangeError `message-malformed` when it has a text and none. */
export function envelopeHash({ envelope, erased }: LinkMessage): string {
  if (erased === undefined) return sha256Hex(envelope);
  if (envelope === "") return erased;
  throw new ExchangeError("message-malformed", "a deleted text is not there");
}

/** Bytes of one message on the link. */
export const MAX_MESSAGE = 40 * 1024 * 1024;

/** @throws ExchangeError `message-malformed`. */
export function readMessage(bytes: Uint8Array): LinkMessage {
  try {
    return message.parse(parseJson(fromUtf8(bytes), { maxLength: MAX_MESSAGE, maxDepth: 4 }));
  } catch (error) {
    if (error instanceof BaseError || error instanceof z.ZodError)
      throw new ExchangeError("message-malformed", "the message is not one of this link", { cause: error });
    throw error;
  }
}

/** The receiver's cosignature of the checkpoint that came with the parcel: a C2SP note signature line. */
const cosignature = z.string().max(2000).optional();

/** The link's answer. A gap names the sequence that is wanted next. */
const answer = z.discriminatedUnion("result", [
  z.object({ result: z.literal("stored"), cosignature }),
  z.object({ result: z.literal("duplicate"), cosignature }),
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
