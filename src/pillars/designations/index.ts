/**
 * designations: who lists which group or person, where, since when, under which law. Its record types, and the lists of the
 * United States (OFAC) and the United Nations as intake's loaders.
 */
import type { Loader } from "#intake";
import { loaderOf } from "./formats/format.ts";
import { ofacCsv } from "./formats/ofac-csv.ts";
import { unXml } from "./formats/un-xml.ts";

export type { Address, Alias, Birth, Entry, Identifier, Relation, SubjectClass, SubjectKind } from "./entry.ts";
export { DesignationError, type DesignationErrorCode } from "./errors.ts";
export { actTypes, type Position, POSITIONS } from "./acts.ts";
export type { Act } from "./registry/acts-of.ts";
export type { Candidate } from "./registry/candidates.ts";
export { currentSubjects, type ListedSubject } from "./registry/current.ts";
export type { Delta, DeltaEntry, FieldChange } from "./registry/delta.ts";
export type { Dossier, DossierListing, Shown } from "./registry/dossier.ts";
export type { Answer, Basis, Interval, Sighting, Standing } from "./registry/history.ts";
export type { ListFile, LoadRequest, LoadResult } from "./registry/load.ts";
export type { Matrix, MatrixCell, MatrixRow } from "./registry/matrix.ts";
export type { CaseStep, NewAmendment, NewCase, NewProposal, NewView, Written } from "./registry/write-acts.ts";
export { createRegistry, type ListStatus, type Registry } from "./registry/service.ts";
export type { Listing } from "./registry/show.ts";
export { DESIGNATION_EXTENSION_ID, designationType, SUBJECT_EXTENSION_ID, subjectExtensionSchema } from "./types.ts";

export const ofacLoader: Loader = loaderOf(ofacCsv);
export const unLoader: Loader = loaderOf(unXml);
