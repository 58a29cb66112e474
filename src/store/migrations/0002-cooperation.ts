import { bothEngines, type Migration } from "./migration.ts";

export const cooperation: Migration = {
  name: "0002-cooperation",
  statements: bothEngines(`
    create table setting (key text primary key, value text not null);
    create table officer (
      id text primary key, name text not null, email text not null unique, roles text not null, unit text not null,
      created_at text not null, disabled_at text
    );
    create table sign_in_link (
      token_hash text primary key, officer text not null references officer(id), created_at text not null,
      expires text not null, used_at text
    );
    create table session (
      token_hash text primary key, officer text not null references officer(id), created_at text not null,
      seen_at text not null, expires text not null
    );
    create table channel (
      id text primary key, partner text not null, partner_name text not null, partner_url text not null,
      partner_key text not null, partner_tls_pin text not null, purposes text not null, fingerprint text not null,
      state text not null, created_at text not null, confirmed_at text, confirmed_by text, last_contact_at text,
      last_error text
    );
    create unique index channel_tls_pin on channel (partner_tls_pin);
    create table invitation (
      id text primary key, text text not null, state text not null, created_at text not null,
      created_by text not null, expires text not null
    );
    create table legal_basis (
      id text primary key, title text not null, citation text not null, purposes text not null, parties text not null,
      valid_from text not null, valid_until text, created_at text not null, created_by text not null
    );
    create table release (
      id text primary key, channel text not null references channel(id), recipient text not null, title text not null,
      purpose text not null, necessity text not null, legal_basis text references legal_basis(id), review_by text,
      state text not null, created_by text not null, created_at text not null, submitted_at text, decided_by text,
      decided_at text, decision_note text not null, parts {bigint} not null
    );
    create index release_state on release (state, created_at);
    create table release_item (
      release text not null references release(id), record_id text not null, version text not null,
      place {bigint} not null, state text not null, answer text not null, primary key (release, record_id)
    );
    create table copy (
      record_id text not null, version text not null, party text not null, channel text not null,
      release text not null references release(id), sequence {bigint} not null, state text not null,
      updated_at text not null, primary key (record_id, version, party)
    );
    create index copy_release on copy (release);
    create table outbound (
      channel text not null references channel(id), sequence {bigint} not null, kind text not null, hash text not null,
      envelope text not null, salt text not null, subject text, created_at text not null, state text not null,
      attempts {bigint} not null, next_attempt_at text not null, delivered_at text, last_error text, receipt {bigint},
      primary key (channel, sequence)
    );
    create index outbound_queue on outbound (state, channel, sequence);
    create table inbound (
      channel text not null references channel(id), sequence {bigint} not null, kind text not null, hash text not null,
      envelope text not null, salt text not null, checkpoint text not null, subject text, summary text not null,
      received_at text not null, primary key (channel, sequence)
    );
    create index inbound_kind on inbound (kind, received_at);
    create table tree (log text primary key, size {bigint} not null, checkpoint text);
    create table tree_node (
      log text not null, level {bigint} not null, position {bigint} not null, hash {bytes} not null,
      primary key (log, level, position)
    );
    create table incident (
      id text primary key, channel text, kind text not null, message text not null, evidence text not null,
      at text not null, seen_by text
    )
  `),
};
