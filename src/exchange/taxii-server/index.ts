/**
 * taxii-server: TAXII 2.1 (OASIS Standard, 10 June 2021) as a Hono app over a port. It knows the protocol; what is stored,
 * who calls and what they may see is the port's. Depends on `base` and hono.
 */
export { createTaxiiServer } from "./app.ts";
export type {
  AddOutcome,
  Caller,
  CollectionInfo,
  ManifestItem,
  OpenCollection,
  PageAsk,
  PageFacts,
  PresentedCredentials,
  RootInfo,
  StatusDetail,
  TaxiiPort,
  WrittenPage,
} from "./port.ts";
export { statusResource } from "./resources.ts";
