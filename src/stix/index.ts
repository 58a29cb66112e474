/**
 * stix: the record language. STIX 2.1 object types and how new ones are declared, ids, what makes a text an acceptable
 * record, and the reading of objects out of a stream. Pure.
 */
export { type Acceptance, accept, type AcceptedRecord, type AcceptOptions, type Finding, ONLY_VERSION } from "./accept.ts";
export { coreTypes } from "./core-types.ts";
export { StixError, type StixErrorCode } from "./errors.ts";
export { newId, SCO_NAMESPACE, scoId, STIX_ID, uuid5 } from "./ids.ts";
export { type ReadItem, type ReadLimits, readObjects } from "./read-objects.ts";
export { defineType, fieldText, jsonSchema, type Kind, type RecordType, type TypeDefinition, TypeRegistry } from "./record-type.ts";
export { TLP1, TLP2 } from "./tlp.ts";
export { checkEnvelope, ObjectSet, validateBundle } from "./validate/bundle.ts";
export { checkObject } from "./validate/object.ts";
export { Report, type ValidateOptions, type Validation } from "./validate/report.ts";
export { validateObject, validateText } from "./validate/validate.ts";
