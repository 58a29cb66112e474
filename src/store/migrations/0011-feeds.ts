import { bothEngines, type Migration } from "./migration.ts";

export const feeds: Migration = {
  name: "0011-feeds",
  statements: bothEngines(`
    create table feed (
      name text primary key, url text not null, root text not null, collection text not null, direction text not null,
      every_seconds {bigint}, markings text not null, recipient text, purpose text, created_at text not null,
      created_by text not null, position text, next_run_at text, last_run_at text, last_error text,
      objects {bigint} not null, imported {bigint} not null, unchanged {bigint} not null, problems {bigint} not null,
      sent {bigint} not null, refused {bigint} not null, withheld {bigint} not null
    );
    create index feed_due on feed (next_run_at);
    create table feed_sent (
      feed text not null references feed(name), record_id text not null, version text not null, sent_at text not null,
      primary key (feed, record_id, version)
    )
  `),
};
