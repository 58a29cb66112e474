import { bothEngines, type Migration } from "./migration.ts";

const tables = bothEngines(`
  create table role_grant (
    id text primary key, officer text not null references officer(id), role text not null, unit text not null,
    valid_from text not null, valid_until text, granted_by text not null, granted_at text not null,
    ended_at text, ended_by text
  );
  create index role_grant_officer on role_grant (officer);
  drop table session;
  create table session (
    id text primary key, token_hash text not null unique, officer text not null references officer(id),
    created_at text not null, seen_at text not null, expires text not null, method text not null, strong_at text,
    address text not null, agent text not null
  );
  create index session_officer on session (officer);
  create table passkey (
    id text primary key, officer text not null references officer(id), name text not null, public_key text not null,
    counter {bigint} not null, transports text not null, backed_up {bigint} not null, created_at text not null,
    last_used_at text
  );
  create index passkey_officer on passkey (officer);
  create table recovery_code (
    code_hash text primary key, officer text not null references officer(id), created_at text not null, used_at text
  );
  create index recovery_code_officer on recovery_code (officer);
  create table ceremony (
    id_hash text primary key, kind text not null, officer text, data text not null, expires text not null
  );
  create index ceremony_expires on ceremony (expires);
  create table sign_in_guard (
    subject text primary key, failures {bigint} not null, last_at text not null, locked_until text
  );
  create table api_token (
    id text primary key, token_hash text not null unique, officer text not null references officer(id),
    name text not null, scopes text not null, created_at text not null, expires text not null, last_used_at text,
    ended_at text
  );
  create index api_token_officer on api_token (officer);
  create table oidc_identity (
    issuer text not null, subject text not null, officer text not null references officer(id), linked_at text not null,
    primary key (issuer, subject)
  )
`);

/** A role that an officer held as a plain word becomes a grant for the whole party, from the day the officer came. */
const grants = (elements: string): string => `
  insert into role_grant (id, officer, role, unit, valid_from, valid_until, granted_by, granted_at, ended_at, ended_by)
  select 'grant--' || o.id || '/' || j.value, o.id, j.value, '', o.created_at, null, 'job:migration', o.created_at, null, null
  from officer o, ${elements}`;

/** Roles as grants, passkeys, recovery codes, OpenID identities, tokens, lock-outs. Whoever is signed in signs in again. */
export const access: Migration = {
  name: "0020-access",
  statements: {
    sqlite: [...tables.sqlite, grants("json_each(o.roles) j")],
    postgres: [...tables.postgres, grants("json_array_elements_text(o.roles::json) j(value)")],
  },
};
