import { bothEngines, type Migration } from "./migration.ts";

/** An incident is found again by its evidence, and counted when the same is tried again. */
export const delivery: Migration = {
  name: "0015-delivery",
  statements: bothEngines(`
    alter table incident add column digest text not null default '';
    alter table incident add column times {bigint} not null default 1;
    alter table incident add column last_at text not null default '';
    alter table incident add column seen_at text;
    update incident set digest = substr(evidence, 1, 64), last_at = at;
    create index incident_digest on incident (digest)
  `),
};

/** When a parcel says that it was sent: the next one must not say that it was sent before. */
export const sentTimes: Migration = {
  name: "0015-sent-times",
  statements: bothEngines("alter table inbound add column sent text not null default ''"),
};
