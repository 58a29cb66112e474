import { bothEngines, type Migration } from "./migration.ts";

const common = bothEngines(`
  create table label (
    id {serial}, key text not null unique, owner text not null, refs text not null,
    known {bigint} not null, granted {bigint} not null, no_onward {bigint} not null,
    tlp_rank {bigint} not null, any_purpose {bigint} not null, expires text
  );
  create table label_party (label {bigint} not null references label(id), party text not null, primary key (label, party));
  create table label_purpose (label {bigint} not null references label(id), purpose text not null, primary key (label, purpose));
  create table label_ref (ref text not null, label {bigint} not null references label(id), primary key (ref, label));
  create table marking (id text primary key, text text not null, added_at text not null, owner text not null);
  create table record (
    seq {serial}, id text not null, version text not null, type text not null,
    label {bigint} not null references label(id), title text not null, names text not null,
    about_person {bigint} not null, created_by text, text text not null, sha256 {bytes} not null,
    added_at text not null, added_by text not null, source text not null, state text not null,
    unique (id, version)
  );
  create index record_type on record (type, seq);
  create index record_source on record (source, seq);
  create table edge (to_id text not null, from_id text not null, property text not null, primary key (to_id, from_id, property));
  create table import_run (
    id text primary key, name text not null, loader text not null, started_at text not null, ended_at text,
    actor text not null, state text not null, bytes {bigint} not null, imported {bigint} not null,
    unchanged {bigint} not null, conflicts {bigint} not null, problems {bigint} not null, sha256 text
  );
  create table import_problem (
    run text not null references import_run(id), number {bigint} not null, place text not null,
    code text not null, message text not null, primary key (run, number)
  );
  create table audit (seq {serial}, at text not null, actor text not null, verb text not null, subject text not null, detail text not null);
  create index audit_subject on audit (subject, seq);
  create table lease (name text primary key, holder text not null, expires text not null)
`);

export const records: Migration = {
  name: "0001-records",
  statements: {
    sqlite: [
      ...common.sqlite,
      // Trigrams find part of a name in any script; the index keeps no text of its own.
      "create virtual table record_names using fts5(names, content='record', content_rowid='seq', tokenize='trigram')",
    ],
    postgres: [
      "create extension if not exists pg_trgm",
      ...common.postgres,
      "create index record_names on record using gin (names gin_trgm_ops)",
    ],
  },
};
