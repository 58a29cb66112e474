export type ParcelKind =
  | "hello"
  | "release"
  | "receipt"
  | "recall"
  | "correction"
  | "key-change"
  | "succession"
  | "padding"
  | "consent-request"
  | "consent"
  | "onward"
  | "deletion"
  | "fair-offer"
  | "fair-receipt"
  | "fair-key"
  /** Came when its text had been deleted: a place in the log, and a hash. */
  | "erased";

export interface ExchangeTables {
  channel: {
    id: string;
    partner: string;
    partner_name: string;
    partner_url: string;
    partner_key: string;
    partner_tls_pin: string;
    purposes: string;
    fingerprint: string;
    state: "awaiting-confirmation" | "active" | "suspended" | "closed";
    created_at: string;
    confirmed_at: string | null;
    confirmed_by: string | null;
    last_contact_at: string | null;
    last_error: string | null;
  };
  invitation: {
    id: string;
    text: string;
    state: "open" | "answered" | "withdrawn";
    created_at: string;
    created_by: string;
    expires: string;
  };
  outbound: {
    channel: string;
    sequence: number;
    kind: ParcelKind;
    hash: string;
    envelope: string;
    salt: string;
    subject: string | null;
    created_at: string;
    state: "queued" | "delivered";
    attempts: number;
    next_attempt_at: string;
    delivered_at: string | null;
    last_error: string | null;
    /** The sequence of the partner's receipt parcel, once it came. */
    receipt: number | null;
    /** When its text was deleted; the hash and the salt stay. */
    erased_at: string | null;
  };
  inbound: {
    channel: string;
    sequence: number;
    kind: ParcelKind;
    hash: string;
    envelope: string;
    salt: string;
    checkpoint: string;
    subject: string | null;
    summary: string;
    received_at: string;
    /** As the parcel says; empty in rows from before this was kept. */
    sent: string;
    erased_at: string | null;
  };
  tree_node: { log: string; level: number; position: number; hash: Uint8Array };
  tree: { log: string; size: number; checkpoint: string | null };
  party_key: {
    channel: string;
    party: string;
    key: string;
    tls_pin: string | null;
    from_at: string;
    first_place: number;
    until_at: string | null;
    last_place: number | null;
    ended: "rotated" | "revoked" | null;
  };
  succession: {
    channel: string;
    continues: string;
    reason: string;
    theirs: string;
    at: string;
  };
  cosignature: { log: string; size: number; cosigner: string; line: string; at: string };
  witnessed: { origin: string; size: number; checkpoint: string; at: string };
  incident: {
    id: string;
    channel: string | null;
    kind: string;
    message: string;
    evidence: string;
    at: string;
    seen_by: string | null;
    digest: string;
    times: number;
    last_at: string;
    seen_at: string | null;
  };
}
