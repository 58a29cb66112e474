import { bothEngines, type Migration } from "./migration.ts";

export const lists: Migration = {
  name: "0026-lists",
  statements: bothEngines(`
    create table list_file (sha256 text primary key, bytes {bigint} not null, added_at text not null);
    create table list_file_chunk (sha256 text not null, n {bigint} not null, data {bytes} not null, primary key (sha256, n));
    create table list_state (
      id {serial}, list text not null, format text not null, stated_on text not null, dated_by text not null,
      parts text not null, digest text not null, carried {bigint} not null, state text not null, held_for text,
      entries {bigint} not null, problems {bigint} not null, missing {bigint} not null, markings text not null,
      loaded_at text not null, loaded_by text not null, decided_at text, decided_by text, seen_at text not null
    );
    create index list_state_list on list_state (list, stated_on);
    create table list_problem (
      state {bigint} not null references list_state(id), n {bigint} not null, place text not null, code text not null,
      message text not null, primary key (state, n)
    );
    create table list_entry (
      id {serial}, entry_key text not null, version text not null, list text not null, sha256 text not null,
      subject_id text not null, designation_id text not null, unique (entry_key, version)
    );
    create index list_entry_list on list_entry (list, entry_key);
    create index list_entry_subject on list_entry (subject_id);
    create index list_entry_designation on list_entry (designation_id);
    create table list_member (
      state {bigint} not null references list_state(id), entry {bigint} not null references list_entry(id),
      primary key (state, entry)
    );
    create index list_member_entry on list_member (entry);
    create table list_address (
      address text primary key, list text not null, etag text, modified text, sha256 text not null, fetched_at text not null,
      checked_at text not null
    );
    create table joined_entry (
      seq {serial}, subject text not null, entry_key text not null, reason text not null, joined_at text not null,
      joined_by text not null, left_at text, left_by text, left_reason text
    );
    create index joined_entry_subject on joined_entry (subject);
    create index joined_entry_key on joined_entry (entry_key)
  `),
};
