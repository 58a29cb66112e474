import { bothEngines, type Migration } from "./migration.ts";

/**
 * The audit as a log: an entry gets its place and hash when it is sealed. Search terms stand apart under a commitment,
 * so that they can be erased while the log stays whole.
 */
export const audit: Migration = {
  name: "0021-audit",
  statements: bothEngines(`
    alter table audit add column position {bigint};
    alter table audit add column hash text;
    create unique index audit_position on audit (position);
    create index audit_unsealed on audit (seq) where position is null;
    create index audit_actor on audit (actor, seq);
    create index audit_verb on audit (verb, seq);
    create table audit_term (commitment text primary key, salt text not null, text text not null, at text not null)
  `),
};
