export type ReleaseState = "draft" | "submitted" | "approved" | "rejected" | "recalled";

export interface ReleaseTables {
  legal_basis: {
    id: string;
    title: string;
    citation: string;
    purposes: string;
    parties: string;
    valid_from: string;
    valid_until: string | null;
    created_at: string;
    created_by: string;
  };
  release: {
    id: string;
    channel: string;
    recipient: string;
    title: string;
    purpose: string;
    necessity: string;
    legal_basis: string | null;
    review_by: string | null;
    state: ReleaseState;
    created_by: string;
    created_at: string;
    submitted_at: string | null;
    decided_by: string | null;
    decided_at: string | null;
    decision_note: string;
    parts: number;
    /** 1: the ciphertext goes first, the key on the signed receipt. */
    fair: number;
  };
  release_item: {
    release: string;
    record_id: string;
    version: string;
    place: number;
    state: "included" | "withheld" | "removed";
    /** JSON: the safeguards' answer when the release was submitted. */
    answer: string;
  };
  /** What a partner holds of ours: one row for each record and version that left. */
  copy: {
    record_id: string;
    version: string;
    party: string;
    channel: string;
    release: string;
    sequence: number;
    state: "sent" | "confirmed" | "refused" | "recall-sent" | "recalled" | "replaced" | "deleted";
    updated_at: string;
  };
}
