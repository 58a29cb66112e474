export type ConsentState = "open" | "proposed" | "granted" | "refused" | "withdrawn";

export interface OnwardTables {
  /** Which parcel carries which record: what has to lose its text with the record. */
  carried: { record_id: string; side: "in" | "out"; channel: string; sequence: number };
  /** One question to an originator, and its answer. `ours`: we asked; `theirs`: we are asked. */
  consent: {
    id: string;
    side: "ours" | "theirs";
    channel: string;
    recipient: string;
    recipient_name: string;
    purpose: string;
    why: string;
    asked_by: string;
    asked_at: string;
    state: ConsentState;
    /** The first of two officers, where two are needed. */
    proposed_by: string | null;
    decided_by: string | null;
    decided_at: string | null;
    reason: string;
    conditions: string;
    valid_until: string | null;
    lifts_no_onward: number;
    /** SHA-256 of the envelope of the answer, as it stands in the originator's log. */
    proof: string | null;
  };
  consent_record: { record_id: string; consent: string; version: string };
  /** Copies that others passed on: what a holder of ours told us of its own copies. */
  onward_copy: {
    record_id: string;
    version: string;
    holder: string;
    holder_name: string;
    /** On which channel we heard of it. */
    channel: string;
    /** JSON: the parties on the way, from our partner to the one before the holder. */
    path: string;
    state: "sent" | "confirmed" | "refused" | "recall-sent" | "recalled" | "replaced" | "deleted";
    updated_at: string;
  };
  /** Keys of fair releases, until the recipient has signed for the ciphertext. */
  fair_key: { channel: string; sequence: number; key: string; released_at: string | null };
}
