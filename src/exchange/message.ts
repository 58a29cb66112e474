import { z } from "zod";
import { BaseError, fromUtf8, parseJson } from "#base";
import { ExchangeError } from "./errors.ts";

/** Parcels of one message. */
export const MAX_PARCELS = 256;

/**
 * What crosses the link: parcels that follow each other in the sender's log, each with the salt that opens its commitment,
 * and one checkpoint of the sender, whose last entry is the last parcel of the message.
 */
const message = z.strictObject({
  /** The place of the first parcel. */
  first: z.int().min(0),
  parcels: z
    .array(z.strictObject({ envelope: z.string().max(32 * 1024 * 1024), salt: z.string().length(44) }))
    .min(1)
    .max(MAX_PARCELS),
  checkpoint: z.string().max(10_000),
});

export type LinkMessage = z.infer<typeof message>;

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
