import { fromBase64 } from "#base";
import { ExchangeError } from "./errors.ts";

/**
 * Files that only one party can open: the age format (age-encryption.org/v1), to the X25519 form of the Ed25519 key that was
 * pinned at pairing (RFC 7748 §4.1, the birational map), as age does with SSH keys. So nothing more has to be exchanged.
 * The libraries are loaded when a file is made or opened: a node that never does is spared their weight.
 */
async function libraries() {
  const [age, { ed25519 }, { bech32 }] = await Promise.all([
    import("age-encryption"),
    import("@noble/curves/ed25519.js"),
    import("@scure/base"),
  ]);
  return { age, ed25519, bech32 };
}

/** Seals for the holder of this Ed25519 key (base64 of 32 bytes). @throws ExchangeError `media-sealed` for no key. */
export async function sealFor(publicKey: string, plain: Uint8Array): Promise<Uint8Array> {
  const { age, ed25519, bech32 } = await libraries();
  const encrypter = new age.Encrypter();
  encrypter.addRecipient(bech32.encodeFromBytes("age", ed25519.utils.toMontgomery(fromBase64(publicKey))));
  return encrypter.encrypt(plain);
}

/** The age identity of an Ed25519 seed (base64 of 32 bytes): the `age` command opens this party's files with it. */
export async function ageIdentity(seed: string): Promise<string> {
  const { ed25519, bech32 } = await libraries();
  const scalar = ed25519.utils.toMontgomerySecret(fromBase64(seed));
  return bech32.encodeFromBytes("AGE-SECRET-KEY-", scalar).toUpperCase();
}

/** @throws ExchangeError `media-sealed`: for another party, or changed on its way. */
export async function openSealed(identities: readonly string[], sealed: Uint8Array): Promise<Uint8Array> {
  const { age } = await libraries();
  const decrypter = new age.Decrypter();
  for (const identity of identities) decrypter.addIdentity(identity);
  try {
    return await decrypter.decrypt(sealed);
  } catch (cause) {
    throw new ExchangeError("media-sealed", "the file is not sealed for this party, or it was changed on its way", {
      fix: "Ask the partner for it again.",
      cause,
    });
  }
}
