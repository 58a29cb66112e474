/** taxii-client: a client of TAXII 2.1 (OASIS Standard, 10 June 2021). See README.md; it stands on `base` and `fetch` alone. */
export { readAddress } from "./address.ts";
export { createTaxiiClient, envelopeOf, sizeInEnvelope, type TaxiiClient } from "./client.ts";
export type { Collection, Status } from "./resources.ts";
export type { Credentials } from "./transport.ts";
export { type Position, START, walkObjects } from "./walk.ts";
