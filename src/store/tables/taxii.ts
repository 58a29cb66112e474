import type { Generated } from "kysely";

export interface TaxiiTables {
  /** A service account. Its password is kept by scrypt, its token by SHA-256. */
  taxii_client: {
    id: string;
    name: string;
    party: string;
    /** JSON list; empty for another party's. */
    roles: string;
    purpose: string | null;
    password: string;
    token_hash: string;
    /** Requests; 0: no limit. */
    per_minute: number;
    created_at: string;
    created_by: string;
    revoked_at: string | null;
  };
  taxii_collection: {
    number: Generated<number>;
    id: string;
    root: string;
    alias: string;
    title: string;
    description: string;
    kind: "records" | "listed";
    types: string;
    markings: string;
    strict: number;
    created_at: string;
    created_by: string;
  };
  taxii_grant: { collection: number; client: string; can_read: number; can_write: number };
  taxii_listing: { collection: number; at: number; record: number; type: string };
  taxii_status: { id: string; client: string; root: string; at: string; body: string };
  /** Ids that have more than one version here: few, so that the question for a newer one is seldom asked. */
  record_versions: { id: string };
  /** Counts what changes a page already given: a withdrawal, other terms, a second version. */
  record_epoch: { n: number };
}
