/**
 * designations: who lists which group or person, where, since when, under which law, and is this name one of them? Its record
 * types, the loaders of the lists of the United States (OFAC) and the United Nations, and screening.
 */
export {
  type AskedType,
  askedType,
  type Comparison,
  compareNames,
  compareScore,
  MATCH_THRESHOLD,
} from "./matching/index.ts";
export { ofacLoader } from "./ofac-loader.ts";
export { ScreeningError, type ScreeningErrorCode } from "./screening/errors.ts";
export { checkName } from "./screening/input.ts";
export { createMentionFinder, type ListedMention } from "./screening/mentions.ts";
export {
  type Candidate,
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
export { unLoader } from "./un-loader.ts";
