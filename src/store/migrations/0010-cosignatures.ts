import { bothEngines, type Migration } from "./migration.ts";

/** What cosigners state of checkpoints, and the last checkpoint of each log that this node witnesses for others. */
export const cosignatures: Migration = {
  name: "0010-cosignatures",
  statements: bothEngines(`
    create table cosignature (
      log text not null, size {bigint} not null, cosigner text not null, line text not null, at text not null,
      primary key (log, cosigner, size)
    );
    create table witnessed (origin text primary key, size {bigint} not null, checkpoint text not null, at text not null)
  `),
};
