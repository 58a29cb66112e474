export interface ScreeningTables {
  /** One name of a register that is screened again when a list changes. */
  screen_entry: {
    id: string;
    register: string;
    /** The owner's own key; the entry's place in its register. */
    reference: string;
    /** JSON of whoever screens; the store does not read it. */
    query: string;
    digest: string;
    added_at: string;
    added_by: string;
    screened_at: string | null;
  };
  /** A possible match between two sides as they stood, and what officers said of it. */
  screen_hit: {
    id: string;
    entry: string;
    query: string;
    query_digest: string;
    list_key: string;
    designation_id: string;
    /** JSON: the listed entry as it was compared, for the decision to be replayed. */
    listed: string;
    listed_digest: string;
    /** Decimal text, so that both engines keep it alike. */
    score: string;
    reasons: string;
    matcher: string;
    found_at: string;
    found_by: string;
    state: "open" | "false-positive" | "possible" | "proposed" | "confirmed" | "passed";
    reason: string | null;
    decided_at: string | null;
    decided_by: string | null;
    confirmed_at: string | null;
    confirmed_by: string | null;
  };
}
