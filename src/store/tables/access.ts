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
  role_grant: {
    id: string;
    officer: string;
    role: string;
    unit: string;
    valid_from: string;
    valid_until: string | null;
    granted_by: string;
    granted_at: string;
    ended_at: string | null;
    ended_by: string | null;
  };
  session: {
    id: string;
    token_hash: string;
    officer: string;
    created_at: string;
    seen_at: string;
    expires: string;
    method: string;
    strong_at: string | null;
    address: string;
    agent: string;
  };
  passkey: {
    id: string;
    officer: string;
    name: string;
    public_key: string;
    counter: number;
    transports: string;
    backed_up: number;
    created_at: string;
    last_used_at: string | null;
  };
  recovery_code: { code_hash: string; officer: string; created_at: string; used_at: string | null };
  /** A passkey's challenge or an OpenID Connect flow: begun here, ended once, or expired. */
  ceremony: { id_hash: string; kind: string; officer: string | null; data: string; expires: string };
  sign_in_guard: { subject: string; failures: number; last_at: string; locked_until: string | null };
  api_token: {
    id: string;
    token_hash: string;
    officer: string;
    name: string;
    scopes: string;
    created_at: string;
    expires: string;
    last_used_at: string | null;
    ended_at: string | null;
  };
  oidc_identity: { issuer: string; subject: string; officer: string; linked_at: string };
  /** Facts about this node itself: its party, its keys' public halves, what was set up when. */
  setting: { key: string; value: string };
}
