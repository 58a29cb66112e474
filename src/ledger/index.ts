/**
 * ledger: what makes the past provable. RFC 6962 trees over a storage port, C2SP signed notes,
 * checkpoints, cosignatures and tiles, DSSE
 * envelopes, salted commitments to parcels. Pure: it keeps nothing and reads no clock.
 */
export { type ChainedEntry, CHAIN_START, chainHash, entryLeaf } from "./audit-chain.ts";
export {
  type Checkpoint,
  formatCheckpoint,
  openCheckpoint,
  type OpenCheckpoint,
  parseCheckpoint,
} from "./checkpoint.ts";
export { commitment } from "./commitment.ts";
export {
  cosign,
  type Cosignature,
  type CosignatureVerifier,
  cosignerName,
  readCosignatures,
  verifiedCosignatures,
} from "./cosignature.ts";
export { openEnvelope, PARCEL_TYPE, preAuthEncoding, sealEnvelope } from "./dsse.ts";
export { checkEvidence, type EvidenceVerdict } from "./evidence.ts";
export {
  type Evidence,
  type EvidenceFacts,
  evidenceText,
  logOrigin,
  proofText,
  type ProvenParcel,
} from "./evidence-format.ts";
export type { KnownKey, TrustedKeys } from "./evidence-keys.ts";
export { isInForce, type KeyPeriod, openPeriod, requireKeyAt, requireKeyOver } from "./key-period.ts";
export { LedgerError, type LedgerErrorCode } from "./errors.ts";
export { generateSeed, keyId, type SigningKey, signingKey, verifySignature } from "./keys.ts";
export {
  append,
  appendAll,
  consistencyProof,
  EMPTY_ROOT,
  type HashStore,
  inclusionProof,
  leafHash,
  memoryHashStore,
  nodeHash,
  rootAt,
  verifyConsistency,
  verifyInclusion,
} from "./merkle.ts";
export { type NoteVerifier, openNote, signNote, splitNote, verifierKey } from "./note.ts";
export {
  entryBundle,
  type HashRow,
  hashTile,
  parseTilePath,
  readEntryBundle,
  type Tile,
  TILE_WIDTH,
  tilePath,
  tilesOf,
} from "./tiles.ts";
export { ciphertextHash, openRelease, sealRelease } from "./fair.ts";
export { type Parcel, parcelBytes, type ParcelOf, readParcel, type ReceiptResult, type ReleaseBody } from "./parcel.ts";
export {
  formatAddCheckpoint,
  judgeAddCheckpoint,
  type KnownLog,
  MAX_ADD_CHECKPOINT,
  originOf,
  parseAddCheckpoint,
  type WitnessVerdict,
} from "./witness.ts";
