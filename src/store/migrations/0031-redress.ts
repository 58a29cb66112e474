import { bothEngines, type Migration } from "./migration.ts";

/** Case files of people who ask or dispute, and reports of what left that should not have. */
export const redress: Migration = {
  name: "0031-redress",
  statements: bothEngines(`
    create table redress_case (
      id text primary key, kind text not null, request text not null, state text not null, received_at text not null,
      due_at text not null, extended_by text, extension_reason text not null, opened_by text not null,
      opened_at text not null, outcome text, reasons text not null, decided_by text, decided_at text, closed_at text
    );
    create index redress_case_state on redress_case (state, due_at);
    create table redress_record (case_id text not null references redress_case(id), record_id text not null, version text not null, primary key (case_id, record_id));
    create index redress_record_record on redress_record (record_id);
    create table error_report (
      id text primary key, what text not null, query text not null, state text not null, opened_by text not null,
      opened_at text not null, closed_by text, closed_at text, closing text not null
    );
    create table error_report_copy (
      report text not null references error_report(id), record_id text not null, version text not null, party text not null,
      channel text not null, release text not null, sequence {bigint} not null,
      primary key (report, record_id, version, party)
    )
  `),
};
