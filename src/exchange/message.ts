import { z } from "zod";
import { BaseError, fromUtf8, parseJson } from "#base";
import { ExchangeError } from "./errors.ts";

/** What crosses the link: one parcel, the salt that opens its commitment, and the sender's checkpoint that includes it. */
const message = z.strictObject({
  envelope: z.string().max(32 * 1024 * 1024),
  salt: z.string().length(44),
  sequence: z.int().min(0),
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
