import type { Generated } from "kysely";

export interface SafeguardTables {
  risk: {
    id: string;
    kind: string;
    country: string;
    parties: string;
    text: string;
    source: string;
    valid_from: string;
    valid_until: string | null;
    created_at: string;
    created_by: string;
    ending_by: string | null;
    ended_by: string | null;
    ended_at: string | null;
    end_reason: string;
  };
  assurance: {
    id: string;
    giver: string;
    text: string;
    signatory: string;
    given_on: string;
    valid_from: string;
    valid_until: string | null;
    risks: string;
    records: string | null;
    created_at: string;
    created_by: string;
    withdrawn_by: string | null;
    withdrawn_at: string | null;
    withdraw_reason: string;
  };
  risk_decision: {
    seq: Generated<number>;
    release: string;
    capacity: "legal" | "senior";
    decision: "allow" | "refuse";
    reasons: string;
    /** JSON: which risk to which record was looked at. */
    covers: string;
    officer: string;
    at: string;
  };
  legal_hold: {
    id: string;
    record_id: string;
    reason: string;
    until: string | null;
    placed_by: string;
    placed_at: string;
    released_by: string | null;
    released_at: string | null;
    release_reason: string;
  };
  /** What a giver said of a record beside its text; it goes with the text. */
  received_fact: {
    record_id: string;
    version: string;
    channel: string;
    release: string;
    review_by: string;
    facts: string;
  };
  retention_review: {
    seq: Generated<number>;
    record_id: string;
    next_review: string;
    reason: string;
    officer: string;
    at: string;
  };
  redress_case: {
    id: string;
    kind: "access" | "correction" | "erasure" | "match-dispute";
    request: string;
    state: "open" | "decided" | "closed";
    received_at: string;
    due_at: string;
    extended_by: string | null;
    extension_reason: string;
    opened_by: string;
    opened_at: string;
    outcome: "granted" | "partly" | "refused" | null;
    reasons: string;
    decided_by: string | null;
    decided_at: string | null;
    closed_at: string | null;
  };
  /** `version`: what was held when the case was opened. */
  redress_record: { case_id: string; record_id: string; version: string };
  error_report: {
    id: string;
    what: string;
    query: string;
    state: "open" | "closed";
    opened_by: string;
    opened_at: string;
    closed_by: string | null;
    closed_at: string | null;
    closing: string;
  };
  error_report_copy: {
    report: string;
    record_id: string;
    version: string;
    party: string;
    channel: string;
    release: string;
    sequence: number;
  };
}
