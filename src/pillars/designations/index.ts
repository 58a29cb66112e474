/**
 * designations: who lists which group or person, where, since when, under which law. The formats in which lists are published
 * (also as intake's loaders), the registry that follows each list from state to state, and what parties record about listings.
 */
import type { Loader } from "#intake";
import { euXml } from "./formats/eu-xml.ts";
import { loaderOf } from "./formats/format.ts";
import { ofacAdvanced } from "./formats/ofac-advanced.ts";
import { ofacCsv } from "./formats/ofac-csv.ts";
import { ukCsv } from "./formats/uk-csv.ts";
import { unXml } from "./formats/un-xml.ts";

export type { Address, Alias, Birth, Entry, Identifier, Relation, SubjectClass, SubjectKind } from "./entry.ts";
export { DesignationError, type DesignationErrorCode } from "./errors.ts";
export { actTypes, type Position, POSITIONS } from "./acts.ts";
export type { Act } from "./registry/acts-of.ts";
export type { Candidate } from "./registry/candidates.ts";
export { currentSubjects, type ListedSubject } from "./registry/current.ts";
export type { Delta, DeltaEntry, FieldChange } from "./registry/delta.ts";
export type { Dossier, DossierListing, Shown } from "./registry/dossier.ts";
export type { Fetched, FetchRequest } from "./registry/fetch.ts";
export type { Answer, Basis, Interval, Sighting, Standing } from "./registry/history.ts";
export type { ListFile, LoadRequest, LoadResult } from "./registry/load.ts";
export type { Matrix, MatrixCell, MatrixRow } from "./registry/matrix.ts";
export type { CaseStep, NewAmendment, NewCase, NewProposal, NewView, Written } from "./registry/write-acts.ts";
export { createRegistry, type ListStatus, type Registry } from "./registry/service.ts";
export type { Listing } from "./registry/show.ts";
export {
  type AskedType,
  askedType,
  type Comparison,
  compareNames,
  compareScore,
  MATCH_THRESHOLD,
} from "./matching/index.ts";
export { ScreeningError, type ScreeningErrorCode } from "./screening/errors.ts";
export { checkName } from "./screening/input.ts";
export { createMentionFinder, type ListedMention } from "./screening/mentions.ts";
export {
  type Candidate as PossibleMatch,
  checkQuery,
  createScreener,
  MATCHER_VERSION,
  type Screener,
  type ScreenQuery,
} from "./screening/screener.ts";
export {
  createScreening,
  type Decision,
  type RegisterRow,
  type Replay,
  type Rescreened,
  type Screening,
} from "./screening/service.ts";
export { storedSubjects, subjectsOfFiles } from "./screening/source.ts";
export { readSubject, type ScreenSubject } from "./screening/subject.ts";
export { DESIGNATION_EXTENSION_ID, designationType, SUBJECT_EXTENSION_ID, subjectExtensionSchema } from "./types.ts";

export const ofacLoader: Loader = loaderOf(ofacCsv);
export const unLoader: Loader = loaderOf(unXml);
/** Every list that a file shows by itself to be one. */
export const listLoaders: readonly Loader[] = [ofacLoader, unLoader, ...[ofacAdvanced, ukCsv, euXml].map(loaderOf)];
