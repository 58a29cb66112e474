import type { SigningKey } from "#ledger";
import type { PartyId } from "#policy";

/** This node's party, as the exchange needs it: who it is, how it signs, where partners reach it. */
export interface Self {
  readonly id: PartyId;
  readonly name: string;
  /** The key that signs now. */
  readonly key: SigningKey;
  /** Keys that it replaced and that partners may still know alone: they sign checkpoints beside it until their overlap ends. */
  readonly previous: readonly SigningKey[];
  /** The link's address as partners see it, `https://host:port`. */
  readonly url: string;
  /** SHA-256 of the link's TLS public key (SPKI), lower-case hex. */
  readonly tlsPin: string;
  /** What this party uses received records for. */
  readonly purposes: readonly string[];
}
