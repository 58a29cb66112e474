/**
 * exchange: channels between parties who share no network and no authority. Pairing by two files and a spoken fingerprint,
 * parcels signed and logged before they leave, an outbox that survives a kill, delivery at least once with effect exactly
 * once, receipts, recall and correction, and the evidence of it all.
 */
export { ExchangeError, type ExchangeErrorCode } from "./errors.ts";
export { createFeeds, type Feeds } from "./feeds/service.ts";
export type { FeedSecrets } from "./feeds/types.ts";
export type { ConsentQuestion, Consents, ConsentView, ConsentWord } from "./consents.ts";
export type { CopyState, CopyTree } from "./copies.ts";
export type { Expired, LegalHold } from "./erasure.ts";
export { adviceFor } from "./incident-advice.ts";
export { distrustLog } from "./log-trust.ts";
export { type LinkIdentity, tlsPin } from "./link.ts";
export type { ExportedLog } from "./log-export.ts";
export { type Accepted, readInvitation } from "./pairing.ts";
export type { ChannelVerdict, LogVerdict } from "./proof.ts";
export type { Forward, Hop } from "./hops.ts";
export {
  awaitedKeyChanges,
  LONGEST_OVERLAP_DAYS,
  type NextKeys,
  requireSettledKeys,
  type Rotation,
} from "./key-change.ts";
export { FORMER_KEYS, ownPeriods, partnerPeriods, SIGNING_KEY } from "./key-ring.ts";
export type { Revoked } from "./revocation.ts";
export { MAX_MEDIA_BYTES, type MediaOptions, type MediaPart, type MediaReport } from "./media.ts";
export { DEFAULT_CADENCE } from "./publishing.ts";
export { ageIdentity } from "./sealed-file.ts";
export type { Self } from "./self.ts";
export type { ExchangeDeps, ExchangeEvent, Link, LinkOptions } from "./open-link.ts";
export { createExchange, type Exchange } from "./service.ts";
export { listen as listenTaxii, type TaxiiListener } from "./taxii/listen.ts";
export { createTaxii, type Taxii, type TaxiiDeps, type TaxiiFace } from "./taxii/service.ts";
export type { WitnessAddress, Witnessing } from "./witnessing.ts";
export type { Credentials } from "./taxii-client/index.ts";
