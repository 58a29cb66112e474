/**
 * ledger: what makes the past provable. RFC 6962 trees over a storage port, C2SP signed notes and checkpoints, DSSE
 * envelopes, salted commitments to parcels. Pure: it keeps nothing and reads no clock.
 */
export { commitment } from "./commitment.ts";
export { openEnvelope, PARCEL_TYPE, preAuthEncoding, sealEnvelope } from "./dsse.ts";
export {
  checkEvidence,
  type Evidence,
  type EvidenceFacts,
  evidenceText,
  type EvidenceVerdict,
  logOrigin,
  proofText,
  type ProvenParcel,
} from "./evidence.ts";
export { LedgerError, type LedgerErrorCode } from "./errors.ts";
export { generateSeed, keyId, type SigningKey, signingKey, verifySignature } from "./keys.ts";
export {
  append,
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
export {
  type Checkpoint,
  formatCheckpoint,
  noteKeyHash,
  type NoteSigner,
  type NoteVerifier,
  openNote,
  parseCheckpoint,
  signNote,
} from "./note.ts";
export { type Parcel, parcelBytes, type ParcelOf, readParcel, type ReceiptResult } from "./parcel.ts";
