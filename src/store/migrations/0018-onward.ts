import type { EngineName } from "../engine/engine.ts";
import { bothEngines, type Migration } from "./migration.ts";

const common = bothEngines(`
  alter table inbound add column erased_at text;
  alter table outbound add column erased_at text;
  alter table release add column fair {bigint} not null default 0;
  create table carried (
    record_id text not null, side text not null, channel text not null, sequence {bigint} not null,
    primary key (record_id, side, channel, sequence)
  );
  create index carried_parcel on carried (side, channel, sequence);
  create table consent (
    id text primary key, side text not null, channel text not null references channel(id), recipient text not null,
    recipient_name text not null, purpose text not null, why text not null, asked_by text not null, asked_at text not null,
    state text not null, proposed_by text, decided_by text, decided_at text, reason text not null, conditions text not null,
    valid_until text, lifts_no_onward {bigint} not null, proof text
  );
  create index consent_state on consent (state, asked_at);
  create table consent_record (
    record_id text not null, consent text not null references consent(id), version text not null,
    primary key (record_id, consent)
  );
  create table onward_copy (
    record_id text not null, version text not null, holder text not null, holder_name text not null,
    channel text not null references channel(id), path text not null, state text not null, updated_at text not null,
    primary key (record_id, version, holder, channel, path)
  );
  create table fair_key (
    channel text not null references channel(id), sequence {bigint} not null, key text not null, released_at text,
    primary key (channel, sequence)
  );
  insert into carried (record_id, side, channel, sequence) select record_id, 'out', channel, sequence from copy where true on conflict do nothing
`);

/** What came by a channel names its parcel as `channel#sequence`. */
const CAME: Readonly<Record<EngineName, string>> = {
  sqlite: `insert into carried (record_id, side, channel, sequence)
    select id, 'in', substr(source, 1, instr(source, '#') - 1), cast(substr(source, instr(source, '#') + 1) as integer)
    from record where source like 'channel--%#%' on conflict do nothing`,
  postgres: `insert into carried (record_id, side, channel, sequence)
    select id, 'in', split_part(source, '#', 1), split_part(source, '#', 2)::bigint
    from record where source like 'channel--%#%' on conflict do nothing`,
};

/** Consents to passing on, the copies that others hold in turn, and what it takes to delete a text and keep its hash. */
export const onward: Migration = {
  name: "0018-onward",
  statements: {
    // FTS5 else leaves the trigrams of a deleted name in its index until that is merged.
    sqlite: [
      ...common.sqlite,
      CAME.sqlite,
      "insert into record_names (record_names, rank) values ('secure-delete', 1)",
    ],
    postgres: [...common.postgres, CAME.postgres],
  },
};
