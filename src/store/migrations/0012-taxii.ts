import { bothEngines, type Migration } from "./migration.ts";

const common = bothEngines(`
  create table taxii_client (
    id text primary key, name text not null unique, party text not null, roles text not null, purpose text,
    password text not null, token_hash text not null unique, per_minute {bigint} not null, created_at text not null,
    created_by text not null, revoked_at text
  );
  create table taxii_collection (
    number {serial}, id text not null unique, root text not null, alias text not null, title text not null,
    description text not null, kind text not null, types text not null, markings text not null, strict {bigint} not null,
    created_at text not null, created_by text not null, unique (root, alias)
  );
  create table taxii_grant (
    collection {bigint} not null references taxii_collection(number), client text not null references taxii_client(id),
    can_read {bigint} not null, can_write {bigint} not null, primary key (collection, client)
  );
  create table taxii_status (
    id text primary key, client text not null references taxii_client(id), root text not null, at text not null,
    body text not null
  );
  create index taxii_status_at on taxii_status (at);
  create table record_versions (id text primary key);
  insert into record_versions (id) select id from record group by id having count(*) > 1;
  create table record_epoch (n {bigint} not null);
  insert into record_epoch (n) values (0)
`);

/** `at`: microseconds since 1970, strictly increasing in a collection, so that it is date added and cursor in one. */
const listing = `create table taxii_listing (
  collection {bigint} not null references taxii_collection(number), at {bigint} not null,
  record {bigint} not null references record(seq), type text not null, primary key (collection, at)
)`;
const indexes = `
  create unique index taxii_listing_record on taxii_listing (collection, record);
  create index taxii_listing_type on taxii_listing (collection, type, at)`;

/**
 * Clients and collections of the TAXII server. A collection of records needs no row for a record: it is walked by the
 * record's own sequence. Only what is posted to a collection has a row that says so.
 */
export const taxii: Migration = {
  name: "0012-taxii",
  statements: {
    sqlite: [...common.sqlite, ...bothEngines(`${listing} without rowid`).sqlite, ...bothEngines(indexes).sqlite],
    postgres: [...common.postgres, ...bothEngines(listing).postgres, ...bothEngines(indexes).postgres],
  },
};
