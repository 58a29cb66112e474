import { bothEngines, type Migration } from "./migration.ts";

export const screening: Migration = {
  name: "0024-screening",
  statements: bothEngines(`
    create table screen_entry (
      id text primary key, register text not null, reference text not null, query text not null, digest text not null,
      added_at text not null, added_by text not null, screened_at text
    );
    create unique index screen_entry_reference on screen_entry (register, reference);
    create table screen_hit (
      id text primary key, entry text not null references screen_entry(id), query text not null, query_digest text not null,
      list_key text not null, designation_id text not null, listed text not null, listed_digest text not null, score text not null,
      reasons text not null, matcher text not null, found_at text not null, found_by text not null, state text not null,
      reason text, decided_at text, decided_by text, confirmed_at text, confirmed_by text
    );
    create index screen_hit_sides on screen_hit (entry, list_key, query_digest, listed_digest);
    create index screen_hit_state on screen_hit (state, found_at)
  `),
};
