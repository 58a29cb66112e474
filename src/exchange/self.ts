import type { SigningKey } from "#ledger";
import type { PartyId } from "#policy";

/** This node's party, as the exchange needs it: who it is, how it signs, where partners reach it. */
export interface Self {
  readonly id: PartyId;
  readonly name: string;
  readonly key: SigningKey;
  /** The link's address as partners see it, `https://host:port`. */
  readonly url: string;
  /** SHA-256 of the link's TLS public key (SPKI), lower-case hex. */
  readonly tlsPin: string;
  /** What this party uses received records for. */
  readonly purposes: readonly string[];
}
