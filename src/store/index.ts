/**
 * store: the only SQL. One port over SQLite (embedded) and PostgreSQL: `read(viewer, fn)` hands a reader whose every
 * page obeys the decision, `transact(actor, fn)` a writer that commits whole or not at all. Versions are appended,
 * never overwritten; the text that was accepted is the text that is kept.
 */
export type { Engine, EngineName } from "./engine/engine.ts";
export { openPostgres, postgresEngine } from "./engine/postgres.ts";
export { openSqlite } from "./engine/sqlite.ts";
export { StoreError, type StoreErrorCode } from "./errors.ts";
export type { AuditEntry, AuditQuery, AuditTerm, SealedEntry } from "./repos/audit.ts";
export type { Channel, Invitation } from "./repos/channels.ts";
export type { StoredCosignature, Witnessed } from "./repos/cosignatures.ts";
export { actorName } from "./repos/context.ts";
export type { ApiToken, Guard, Passkey } from "./repos/credentials.ts";
export type { Feed, FeedCounts } from "./repos/feeds.ts";
export type { ImportProblem, ImportRun } from "./repos/imports.ts";
export type { Grant, Officer, SessionRow, SignInMethod } from "./repos/officers.ts";
export type {
  JoinedEntry,
  ListAddress,
  ListChange,
  ListEntry,
  ListPart,
  ListProblem,
  ListState,
} from "./repos/lists.ts";
export type { Carrying, ConsentCase, HeldConsent, OnwardCopy } from "./repos/onward.ts";
export type { InboundParcel, Incident, OutboundParcel } from "./repos/parcels.ts";
export type { PartyKey, Succession } from "./repos/party-keys.ts";
export type { ErasedRecord, Origin } from "./repos/record-ends.ts";
export type { Append, AppendResult, Page, RecordQuery, StoredRecord } from "./repos/records.ts";
export type { Copy, LegalBasis, Release, ReleaseItem } from "./repos/releases.ts";
export type { ErrorQuery, ErrorReport, ReportedCopy, RedressCase } from "./repos/redress.ts";
export type { Assurance, LegalHoldRow, ReceivedFact, ReviewDue, Risk, RiskDecision } from "./repos/safeguards.ts";
export type { HitState, NewHit, ScreenEntry, ScreenHit } from "./repos/screening.ts";
export type { NewTaxiiCollection, TaxiiCollection } from "./repos/taxii-collection.ts";
export type { TaxiiClient, TaxiiGrant, TaxiiWriter } from "./repos/taxii.ts";
export type { TaxiiAsk, TaxiiItem, TaxiiPage, TaxiiView } from "./repos/taxii-pages.ts";
export { openStore, type Reader, type Store, type StoreOptions, type Transactor } from "./store.ts";
export type { ParcelKind } from "./tables/exchange.ts";
export type { ConsentState } from "./tables/onward.ts";
export type { ReleaseState } from "./tables/releases.ts";
