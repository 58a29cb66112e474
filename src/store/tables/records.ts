import type { Generated } from "kysely";

export interface RecordTables {
  record: {
    seq: Generated<number>;
    id: string;
    version: string;
    type: string;
    label: number;
    title: string;
    /** Name and aliases, one a line: what the search index reads. */
    names: string;
    about_person: number;
    created_by: string | null;
    text: string;
    sha256: Uint8Array;
    added_at: string;
    added_by: string;
    source: string;
    state: "held" | "withdrawn" | "expired";
  };
  edge: { to_id: string; from_id: string; property: string };
  marking: { id: string; text: string; added_at: string; owner: string };
  label: {
    id: Generated<number>;
    key: string;
    owner: string;
    refs: string;
    known: number;
    granted: number;
    no_onward: number;
    tlp_rank: number;
    any_purpose: number;
    expires: string | null;
  };
  label_party: { label: number; party: string };
  label_purpose: { label: number; purpose: string };
  label_ref: { label: number; ref: string };
  import_run: {
    id: string;
    name: string;
    loader: string;
    started_at: string;
    ended_at: string | null;
    actor: string;
    state: "running" | "done" | "stopped" | "failed";
    bytes: number;
    imported: number;
    unchanged: number;
    conflicts: number;
    problems: number;
    sha256: string | null;
  };
  import_problem: { run: string; number: number; place: string; code: string; message: string };
  audit: {
    seq: Generated<number>;
    at: string;
    actor: string;
    verb: string;
    subject: string;
    detail: string;
    /** Its place in the log and its hash; `null` until it is sealed. */
    position: number | null;
    hash: string | null;
  };
  audit_term: { commitment: string; salt: string; text: string; at: string };
  lease: { name: string; holder: string; expires: string };
}
