import { concatBytes, sha256, utf8 } from "#base";

const DOMAIN = utf8("entente/commitment/v1\n");

/**
 * The log entry for a parcel: a commitment that tells nothing without the salt, so that a witness of the log cannot
 * guess a parcel from it.
 * @param salt 32 random bytes
 * @param parcelHash SHA-256 of the envelope's bytes
 */
export function commitment(salt: Uint8Array, parcelHash: Uint8Array): Uint8Array {
  return concatBytes(DOMAIN, sha256(concatBytes(DOMAIN, salt, parcelHash)));
}
