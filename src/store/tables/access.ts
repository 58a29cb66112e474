export interface AccessTables {
  officer: {
    id: string;
    name: string;
    email: string;
    roles: string;
    unit: string;
    created_at: string;
    disabled_at: string | null;
  };
  sign_in_link: { token_hash: string; officer: string; created_at: string; expires: string; used_at: string | null };
  session: { token_hash: string; officer: string; created_at: string; seen_at: string; expires: string };
  /** Facts about this node itself: its party, its keys' public halves, what was set up when. */
  setting: { key: string; value: string };
}
