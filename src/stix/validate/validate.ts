import { BaseError, isJsonObject, type JsonValue, parseJson } from "#base";
import { checkTogether, validateBundle } from "./bundle.ts";
import { findDuplicateMember } from "./duplicates.ts";
import { checkObject } from "./object.ts";
import { Report, type ValidateOptions, type Validation } from "./report.ts";

const DEFAULT_MAX_LENGTH = 8 * 1024 * 1024;

/**
 * Holds one STIX object against STIX 2.1 (OASIS Standard, 10 June 2021): errors are what a MUST forbids, warnings what
 * a SHOULD advises against. A bundle is held against §8, and each of its objects in turn. Never throws on any JSON value.
 *
 * @example
 * const { valid, errors } = validateObject(JSON.parse(text));
 * if (!valid) for (const { path, message, section } of errors) console.error(`${path}: ${message} (§${section})`);
 */
export function validateObject(value: JsonValue, options: ValidateOptions = {}): Validation {
  if (isJsonObject(value) && value["type"] === "bundle") return validateBundle(value, options);
  const at = new Report(isJsonObject(value) ? value : {}, options);
  checkObject(value, at);
  return at.result();
}

/** The same of text: one object, a bundle, or a JSON list of objects. Attacker-controlled: parsed with limits of depth and length. */
export function validateText(text: string, options: ValidateOptions = {}): Validation {
  let value: JsonValue;
  try {
    value = parseJson(text, { maxLength: options.maxLength ?? DEFAULT_MAX_LENGTH });
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    const path = error.where?.startsWith("/") === true ? error.where : "";
    return {
      valid: false,
      errors: [{ path, code: error.code, message: error.message, section: "1.2.10" }],
      warnings: [],
      more: 0,
    };
  }
  const duplicate = findDuplicateMember(text, value);
  const result = Array.isArray(value) ? validateList(value, options) : validateObject(value, options);
  if (duplicate === null) return result;
  const path = duplicate.map((key) => `/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
  const finding = {
    path,
    code: "duplicate-member",
    message: "a name stands twice in one object; readers differ in which they take",
    section: "2.3",
  };
  return { ...result, valid: false, errors: [finding, ...result.errors] };
}

function validateList(objects: readonly JsonValue[], options: ValidateOptions): Validation {
  const at = new Report({}, options);
  checkTogether(objects, at);
  return at.result();
}
