import { bothEngines, type Migration } from "./migration.ts";

/** What a release says of the people in it, the risks and assurances it is measured against, and what must be kept. */
export const safeguards: Migration = {
  name: "0030-safeguards",
  statements: bothEngines(`
    alter table release_item add column facts text not null default '{}';
    create table risk (
      id text primary key, kind text not null, country text not null, parties text not null, text text not null,
      source text not null, valid_from text not null, valid_until text, created_at text not null,
      created_by text not null, ending_by text, ended_by text, ended_at text, end_reason text not null
    );
    create table assurance (
      id text primary key, giver text not null, text text not null, signatory text not null, given_on text not null,
      valid_from text not null, valid_until text, risks text not null, records text, created_at text not null,
      created_by text not null, withdrawn_by text, withdrawn_at text, withdraw_reason text not null
    );
    create index assurance_giver on assurance (giver);
    create table risk_decision (
      seq {serial}, release text not null references release(id), capacity text not null, decision text not null,
      reasons text not null, covers text not null, officer text not null, at text not null
    );
    create index risk_decision_release on risk_decision (release);
    create table legal_hold (
      id text primary key, record_id text not null, reason text not null, until text, placed_by text not null,
      placed_at text not null, released_by text, released_at text, release_reason text not null
    );
    create index legal_hold_record on legal_hold (record_id);
    create table received_fact (
      record_id text not null, version text not null, channel text not null references channel(id), release text not null,
      review_by text not null, facts text not null, primary key (record_id, version, channel)
    );
    create index received_fact_review on received_fact (review_by);
    create table retention_review (
      seq {serial}, record_id text not null, next_review text not null, reason text not null, officer text not null,
      at text not null
    );
    create index retention_review_record on retention_review (record_id)
  `),
};
