import { createCipheriv, createDecipheriv, randomBytes, scrypt } from "node:crypto";
import { promisify } from "node:util";
import { z } from "zod";
import { fromBase64, toBase64 } from "#base";
import { NodeError } from "../errors.ts";
import { type Secrets, secretsSchema } from "./secrets.ts";

/** Keys at rest: AES-256-GCM under a key that scrypt (RFC 7914) makes of a passphrase. The cost is in the file. */
export const sealedSchema = z.strictObject({
  sealed: z.literal(1),
  kdf: z.strictObject({
    name: z.literal("scrypt"),
    N: z
      .int()
      .min(1 << 14)
      .max(1 << 20),
    r: z.literal(8),
    p: z.literal(1),
    salt: z.string().length(24),
  }),
  nonce: z.string().length(16),
  /** The keys and the 16 bytes of the tag, base64. */
  box: z.string().max(1 << 20),
});

export type Sealed = z.infer<typeof sealedSchema>;

/** OWASP Password Storage Cheat Sheet: scrypt with N = 2^17, r = 8, p = 1 (128 MiB for a moment). */
const COST = 1 << 17;
const TAG_BYTES = 16;
const SHORTEST_PASSPHRASE = 12;

const stretch = promisify<string, Uint8Array, number, object, Buffer>(scrypt);
const derive = (passphrase: string, { N, r, p, salt }: Sealed["kdf"]): Promise<Buffer> =>
  stretch(passphrase.normalize("NFKC"), fromBase64(salt), 32, { N, r, p, maxmem: 256 * N * r });

/** @throws NodeError `passphrase-weak` for fewer than twelve characters. */
export async function sealSecrets(secrets: Secrets, passphrase: string): Promise<Sealed> {
  if (passphrase.length < SHORTEST_PASSPHRASE) {
    throw new NodeError("passphrase-weak", `a passphrase has at least ${SHORTEST_PASSPHRASE} characters`, {
      fix: "Take five or six words that do not belong together.",
    });
  }
  const kdf = { name: "scrypt", N: COST, r: 8, p: 1, salt: toBase64(new Uint8Array(randomBytes(16))) } as const;
  const nonce = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", await derive(passphrase, kdf), nonce);
  cipher.setAAD(Buffer.from(JSON.stringify(kdf)));
  const box = Buffer.concat([cipher.update(JSON.stringify(secrets), "utf8"), cipher.final(), cipher.getAuthTag()]);
  return { sealed: 1, kdf, nonce: toBase64(new Uint8Array(nonce)), box: toBase64(new Uint8Array(box)) };
}

/** @throws NodeError `passphrase-wrong`: or the file was changed; the two cannot be told apart. */
export async function unsealSecrets({ kdf, nonce, box }: Sealed, passphrase: string): Promise<Secrets> {
  const bytes = fromBase64(box);
  const decipher = createDecipheriv("aes-256-gcm", await derive(passphrase, kdf), fromBase64(nonce));
  decipher.setAAD(Buffer.from(JSON.stringify(kdf)));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const text = Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString("utf8");
    return secretsSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new NodeError("passphrase-wrong", "the passphrase does not open the keys, or the file was changed", {
      where: "keys.json",
      fix: "Try again. If nobody knows it any more, make new keys and pair anew.",
      cause,
    });
  }
}
