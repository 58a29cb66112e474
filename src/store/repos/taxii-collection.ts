import type { Instant } from "#base";

export interface NewTaxiiCollection {
  readonly id: string;
  readonly root: string;
  readonly alias: string;
  readonly title: string;
  readonly description: string;
  /** `records`: everything here that the client may see. `listed`: what was posted to it. */
  readonly kind: "records" | "listed";
  /** Only these types; empty: all. */
  readonly types: readonly string[];
  /** Given to everything that is posted. */
  readonly markings: readonly string[];
  /** Whether what is posted must hold to STIX 2.1 to the letter. */
  readonly strict: boolean;
}

export interface TaxiiCollection extends NewTaxiiCollection {
  readonly number: number;
  readonly createdAt: Instant;
  readonly createdBy: string;
}
