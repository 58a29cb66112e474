import { bothEngines, type Migration } from "./migration.ts";

/**
 * The keys of both parties of a channel and where each holds; a channel without rows has had one key a side, ever. A partner that
 * pairs anew may bring the TLS key that it had, so its pin is no longer of one channel alone.
 */
export const keys: Migration = {
  name: "0016-keys",
  statements: bothEngines(`
    create table party_key (
      channel text not null references channel(id), party text not null, key text not null, tls_pin text,
      from_at text not null, first_place {bigint} not null, until_at text, last_place {bigint}, ended text,
      primary key (channel, party, key)
    );
    create index party_key_pin on party_key (tls_pin);
    create table succession (
      channel text primary key references channel(id), continues text not null unique references channel(id),
      reason text not null, theirs text not null, at text not null
    );
    drop index channel_tls_pin;
    create index channel_tls_pin on channel (partner_tls_pin)
  `),
};
