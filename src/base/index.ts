/**
 * base: what every room stands on — errors with codes, bytes, bounded JSON, canonical JSON, instants.
 * Pure: no I/O, no ambient clock, and no word of the domain.
 */
export {
  concatBytes,
  equalBytes,
  fromBase64,
  fromBase64Url,
  fromHex,
  fromUtf8,
  sha256,
  sha256Hex,
  toBase64,
  toBase64Url,
  toHex,
  utf8,
} from "./bytes.ts";
export { assertNever, BaseError, type BaseErrorCode, CodedError, type ErrorHelp } from "./errors.ts";
export { canonicalJson, isJsonObject, type JsonLimits, type JsonObject, type JsonValue, parseJson } from "./json.ts";
export { type Clock, daysBetween, type Instant, instantOf, instantOfMicros, microsOf, parseInstant } from "./time.ts";
