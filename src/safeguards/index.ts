/**
 * safeguards: may this be given, to this party, for this purpose, under this law — answered before anything leaves, with
 * the rule, its source and the lawful way on. The decision on a record's marking is policy's; this asks it.
 */
export { SafeguardError, type SafeguardErrorCode } from "./errors.ts";
export {
  type BasisInput,
  createSafeguards,
  type Departure,
  type Departures,
  type DraftInput,
  type Review,
  type ReviewedItem,
  type Safeguards,
} from "./service.ts";
export type { Reason } from "./reason.ts";
export { type Answer, type BasisFacts, type DraftFacts, type ItemFacts, reviewDraft, reviewItem } from "./rules.ts";
export { AGES, CATEGORIES, itemFactsSchema, NATURES, type RecordFacts } from "./person.ts";
export { createRetention, legalHoldOn, type Retention, type ReviewReminder } from "./retention.ts";
export { followingOf } from "./release-risk.ts";
export { reviewRisks, type RiskKind, RISKS } from "./risk.ts";
export { type AssuranceInput, createRisks, type Escalation, type RiskInput, type Risks } from "./risk-service.ts";
export { createErrorReports, type ErrorReports, type Recalling, type ReportView } from "./error-reports.ts";
export { addMonths, type CaseInput, type CaseView, createRedress, type Erasing, type Redress } from "./redress.ts";
