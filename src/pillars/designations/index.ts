/**
 * designations: who lists which group or person, where, since when, under which law. For now its record types and the
 * loaders of the lists of the United States (OFAC) and the United Nations.
 */
export { ofacLoader } from "./ofac-loader.ts";
export { DESIGNATION_EXTENSION_ID, designationType, SUBJECT_EXTENSION_ID, subjectExtensionSchema } from "./types.ts";
export { unLoader } from "./un-loader.ts";
export {
  type AskedType,
  askedType,
  type Comparison,
  compareNames,
  compareScore,
  MATCH_THRESHOLD,
} from "./matching/index.ts";
export { ScreeningError } from "./screening/errors.ts";
export { checkName } from "./screening/input.ts";
