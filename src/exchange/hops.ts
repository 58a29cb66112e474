import { z } from "zod";
import { BaseError, concatBytes, equalBytes, fromUtf8, parseJson, sha256Hex, utf8 } from "#base";
import { requirePermission } from "#access";
import type { Viewer } from "#policy";
import type { Store } from "#store";
import { ExchangeError } from "./errors.ts";
import { openSealed, sealFor } from "./sealed-file.ts";

/**
 * A file that goes through several hands lies in as many age files, one in the other, as an onion. Whoever carries it opens
 * the outermost, learns to whom the rest goes, and cannot open that. A carrier needs no channel with the sender, and the sender
 * learns nothing back: through a one-way diode no acknowledgement could come.
 */
export interface Hop {
  /** What the hop before it calls this one. */
  readonly name: string;
  /** Its Ed25519 public key, base64 of 32 bytes. */
  readonly key: string;
}

export interface Forward {
  /** To whom the file goes next, in the sender's words. */
  readonly next: string;
  /** A name of our own making: nothing of what was sent is a path. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const MAGIC = utf8("entente-hop/1\n");
const MOST_HOPS = 8;
const LONGEST_HEAD = 1000;

const head = z.strictObject({ next: z.string().min(1).max(300) });

/** @throws ExchangeError `media-malformed` for more than eight hops. */
export async function wrapForHops(sealed: Uint8Array, via: readonly Hop[], recipient: string): Promise<Uint8Array> {
  if (via.length > MOST_HOPS)
    throw new ExchangeError("media-malformed", `a file goes through at most ${MOST_HOPS} hops`);
  let bytes = sealed;
  for (const [n, { key }] of [...via.entries()].toReversed()) {
    const next = via[n + 1]?.name ?? recipient;
    bytes = await sealFor(key, concatBytes(MAGIC, utf8(`${JSON.stringify({ next })}\n`), bytes));
  }
  return bytes;
}

/** Whether what was opened is a layer of a file for somebody else. */
export function isLayer(plain: Uint8Array): boolean {
  return equalBytes(plain.subarray(0, MAGIC.length), MAGIC);
}

/**
 * Opens our own layer of a file that we only carry on. Attacker-controlled: the head is one bounded line, the rest is not read.
 * @throws ExchangeError `media-sealed` when it is not for us, `media-misdirected` when it is for us and nobody else.
 */
export async function forwardMedia(
  deps: { readonly store: Store; readonly identities: () => Promise<readonly string[]> },
  actor: Viewer,
  sealed: Uint8Array,
): Promise<Forward> {
  requirePermission(actor, "channel.manage");
  const plain = await openSealed(await deps.identities(), sealed);
  if (!isLayer(plain)) {
    throw new ExchangeError("media-misdirected", "the file goes no further: it is for this party", {
      fix: "Take it in: entente media import.",
    });
  }
  const rest = plain.subarray(MAGIC.length);
  const end = rest.subarray(0, LONGEST_HEAD).indexOf(0x0a);
  try {
    if (end === -1) throw new BaseError("json-size", "no head");
    const { next } = head.parse(parseJson(fromUtf8(rest.subarray(0, end)), { maxLength: LONGEST_HEAD, maxDepth: 1 }));
    const bytes = rest.slice(end + 1);
    const digest = sha256Hex(bytes);
    await deps.store.transact(actor, (t) => t.audit.note("media.forward", digest, { next, bytes: bytes.length }));
    return { next, name: `entente-hop-${digest.slice(0, 16)}.age`, bytes };
  } catch (error) {
    if (error instanceof BaseError || error instanceof z.ZodError)
      throw new ExchangeError("media-malformed", "the layer does not say to whom the file goes", { cause: error });
    throw error;
  }
}
