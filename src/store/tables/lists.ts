import type { Generated } from "kysely";

export type ListStateKind = "loading" | "accepted" | "held" | "refused";

export interface ListTables {
  /** A source's bytes, by their hash; kept in chunks, each compressed with zstd. */
  list_file: { sha256: string; bytes: number; added_at: string };
  list_file_chunk: { sha256: string; n: number; data: Uint8Array };
  /** A list as it stood on a date, from bytes that are kept. */
  list_state: {
    id: Generated<number>;
    list: string;
    format: string;
    /** `YYYY-MM-DD`. */
    stated_on: string;
    dated_by: "list" | "officer" | "server" | "load";
    /** JSON: the files that it was read from. */
    parts: string;
    /** Of list and files: the same files are the same state. */
    digest: string;
    /** 1 when the file that names the entries is that of an earlier state. */
    carried: number;
    state: ListStateKind;
    held_for: string | null;
    entries: number;
    problems: number;
    /** Entries of the state before that are not in this one. */
    missing: number;
    /** JSON list of marking ids given to its records. */
    markings: string;
    loaded_at: string;
    loaded_by: string;
    decided_at: string | null;
    decided_by: string | null;
    /** When the same files were last offered. */
    seen_at: string;
  };
  list_problem: { state: number; n: number; place: string; code: string; message: string };
  /** What one entry of a list said: which versions of which records. What they say stands only in the records. */
  list_entry: {
    id: Generated<number>;
    entry_key: string;
    version: string;
    list: string;
    sha256: string;
    subject_id: string;
    designation_id: string;
  };
  list_member: { state: number; entry: number };
  list_address: {
    address: string;
    list: string;
    etag: string | null;
    modified: string | null;
    sha256: string;
    fetched_at: string;
    checked_at: string;
  };
  /** Entries that an officer said are one subject, and until when. */
  joined_entry: {
    seq: Generated<number>;
    subject: string;
    entry_key: string;
    reason: string;
    joined_at: string;
    joined_by: string;
    left_at: string | null;
    left_by: string | null;
    left_reason: string | null;
  };
}
