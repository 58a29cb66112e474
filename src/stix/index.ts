/**
 * stix: the record language. STIX 2.1 object types and how new ones are declared, ids, what makes a text an acceptable
 * record, the reading of objects out of a stream, and the judgement of them by STIX 2.1 to the letter. Pure.
 */
export {
  type Acceptance,
  accept,
  type AcceptedRecord,
  type AcceptOptions,
  type Finding,
  markingRefsOf,
  ONLY_VERSION,
} from "./accept.ts";
export { coreTypes } from "./core-types.ts";
export { StixError, type StixErrorCode } from "./errors.ts";
export { newId, SCO_NAMESPACE, scoId, STIX_ID, uuid5 } from "./ids.ts";
export { type ReadItem, type ReadLimits, readObjects } from "./read-objects.ts";
export {
  defineType,
  fieldText,
  jsonSchema,
  type Kind,
  type RecordType,
  type TypeDefinition,
  TypeRegistry,
} from "./record-type.ts";
export { TLP1, TLP2 } from "./tlp.ts";
export { validateBundle } from "./validate/bundle.ts";
export type { ValidateOptions, Validation } from "./validate/report.ts";
export { type StreamValidation, validateStream } from "./validate/stream.ts";
export { validateObject, validateText } from "./validate/validate.ts";
