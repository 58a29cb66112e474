import { isJsonObject, type JsonObject, type JsonValue } from "#base";
import {
  CAPITALS,
  isBase64,
  isDictionaryKey,
  isDigest,
  isHex,
  isLowerHyphens,
  isPropertyName,
  timestampDigits,
  uuidStart,
  uuidVersion,
} from "./forms.ts";
import { allows, type Target } from "./kinds.ts";
import { type Check, type Report, shown } from "./report.ts";
import type { Form, Shape, Spec, Vocabulary } from "./spec.ts";

/** Makes a check of a spec. `section` is where the standard defines the property. */
function compile(spec: Spec, section: string): Check {
  switch (spec.kind) {
    case "string":
      return checkString;
    case "boolean":
      return checkBoolean;
    case "float":
      return checkFloat;
    case "hex":
      return checkHex;
    case "binary":
      return checkBinary;
    case "hashes":
      return checkHashes;
    case "any":
      return checkAny;
    case "identifier":
      return checkIdentifier;
    case "reserved":
      return (_, at) =>
        at.error(
          "reserved",
          "this property is reserved for later versions of the standard and may not be present",
          "3.8",
        );
    case "integer":
      return integer(spec.min, spec.max, section);
    case "number":
      return number(spec.min, spec.max, section);
    case "timestamp":
      return timestamp(spec.least, spec.most, section);
    case "constant":
      return (value, at) => {
        if (value !== spec.value) at.error("value", `must be ${shown(spec.value)}, not ${shown(value)}`, section);
      };
    case "ref":
      return reference(spec.to, section);
    case "vocabulary":
      return term(spec.of);
    case "form":
      return written(spec.form, section);
    case "list":
      return list(compile(spec.of, section));
    case "fields":
      return fields;
    case "object":
      return compileShape(spec.shape);
    case "dictionary":
      return dictionary(compile(spec.of, section), spec.keys, section);
    case "either":
      return either(spec.of, spec.what, section);
  }
}

const wrongType = (at: Report, what: string, value: JsonValue, section: string): void =>
  at.error(
    value === null ? "null" : "type",
    value === null ? "may not be null; leave the property out" : `must be ${what}, not ${shown(value)}`,
    section,
  );

const checkString: Check = (value, at) => {
  if (typeof value !== "string") wrongType(at, "a string", value, "2.15");
  else if (!value.isWellFormed()) notUnicode(at);
};
/** §2.15: half of a surrogate pair is no character of Unicode. */
const notUnicode = (at: Report): void =>
  at.error("string", "the text holds half of a surrogate pair, which is no character", "2.15");
const checkBoolean: Check = (value, at) => {
  if (typeof value !== "boolean") wrongType(at, "true or false", value, "2.2");
};
const checkFloat: Check = (value, at) => {
  if (typeof value !== "number" || !Number.isFinite(value)) wrongType(at, "a number", value, "2.6");
};

function integer(min: number | undefined, max: number | undefined, section: string): Check {
  return (value, at) => {
    if (typeof value !== "number") wrongType(at, "a whole number", value, "2.10");
    else if (!Number.isSafeInteger(value))
      at.error("integer", `must be a whole number of at most 53 bits, not ${shown(value)}`, "2.10");
    else if ((min !== undefined && value < min) || (max !== undefined && value > max)) {
      at.error(
        "range",
        max === undefined ? `may not be less than ${min}` : `must lie between ${min} and ${max}, not ${value}`,
        section,
      );
    }
  };
}

function number(min: number, max: number, section: string): Check {
  return (value, at) => {
    if (typeof value !== "number") wrongType(at, "a number", value, "2.6");
    else if (!(value >= min && value <= max))
      at.error("range", `must lie between ${min} and ${max}, not ${value}`, section);
  };
}

function timestamp(least: number | undefined, most: number | undefined, section: string): Check {
  return (value, at) => {
    const digits = typeof value === "string" ? timestampDigits(value) : -1;
    if (digits === -1) {
      if (typeof value === "string")
        at.error(
          "timestamp",
          `must be an RFC 3339 timestamp in UTC such as 2016-01-20T12:31:12.123Z, not ${shown(value)}`,
          "2.16",
        );
      else wrongType(at, "a timestamp", value, "2.16");
    } else if (least !== undefined && digits < least) {
      at.error(
        "timestamp-precision",
        `must be given at least to the millisecond: three digits after the second`,
        section,
      );
    } else if (most !== undefined && digits > most)
      at.error("timestamp-precision", "must be given to the second, with no fraction", section);
  };
}

const checkHex: Check = (value, at) => {
  if (typeof value !== "string") wrongType(at, "hexadecimal text", value, "2.8");
  else if (!isHex(value)) at.error("hex", "must be an even number of hexadecimal digits", "2.8");
  // The standard asks for lower case and gives capitals in its own example of §6.6: so no error.
  else if (/[A-F]/.test(value)) at.warning("hex-case", "hexadecimal digits are written in lower case", "2.8");
};

const checkBinary: Check = (value, at) => {
  if (typeof value !== "string") wrongType(at, "base64 text", value, "2.1");
  else if (!isBase64(value)) at.error("base64", "must be base64 of RFC 4648 with its padding", "2.1");
};

/** §2.7 and §10.7: names of algorithms and digests in their form. */
const checkHashes: Check = (value, at) => {
  if (!isJsonObject(value)) return wrongType(at, "a dictionary of hashes", value, "2.7");
  const depth = at.depth;
  let count = 0;
  for (const key in value) {
    count++;
    at.keys[depth] = key;
    at.depth = depth + 1;
    const digest = value[key] ?? null;
    if (!isDictionaryKey(key) || key.length < 3)
      at.error("hash-name", "the name of a hash is 3 to 250 of a–z, A–Z, 0–9, hyphen and underscore", "2.7");
    else if (typeof digest !== "string") wrongType(at, "a string", digest, "2.7");
    else {
      const fits = isDigest(key, digest);
      if (fits === false) at.error("hash-value", `is not a ${key} digest: ${shown(digest)}`, "10.7");
      // An open vocabulary: §2.7 says SHOULD of it and has a name of its own in its example.
      else if (fits === undefined) at.warning("vocabulary", `${shown(key)} is not in hash-algorithm-ov`, "2.7");
    }
  }
  at.depth = depth;
  if (count === 0) at.error("empty-dictionary", "a dictionary may not be empty; leave the property out", "2.3");
};

/** Of a value whose form the standard leaves open: only what it forbids everywhere. */
export const checkAny: Check = (value, at) => {
  if (value === null) at.error("null", "may not be null; leave the property out", "2");
  else if (typeof value === "object" && at.depth < 70) {
    const depth = at.depth;
    at.depth = depth + 1;
    let count = 0;
    if (Array.isArray(value)) {
      for (const item of value) {
        at.keys[depth] = count++;
        checkAny(item, at);
      }
    } else {
      for (const key in value) {
        at.keys[depth] = key;
        count++;
        checkAny(value[key] ?? null, at);
      }
    }
    at.depth = depth;
    if (count === 0) {
      if (Array.isArray(value)) at.error("empty-list", "a list may not be empty; leave the property out", "2.12");
      else at.error("empty-dictionary", "a dictionary may not be empty; leave the property out", "2.3");
    }
  } else if (typeof value === "string") {
    if (!value.isWellFormed()) notUnicode(at);
  } else if (typeof value === "number" && !Number.isFinite(value)) {
    at.error("number", "the number is too large for a double", "2.6");
  } else if (typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    at.error("integer", "a whole number has at most 53 bits", "2.10");
  }
};

/** §2.9: reports a text that is no identifier; returns where its UUID begins, or -1. */
export function identifierStart(value: JsonValue, at: Report): number {
  if (typeof value !== "string") {
    wrongType(at, "an identifier", value, "2.9");
    return -1;
  }
  const start = uuidStart(value);
  const version = start === -1 ? 0 : uuidVersion(value, start);
  if (start === -1) at.error("id-form", `must be a type, two hyphens and a UUID, not ${shown(value)}`, "2.9");
  else if (version === 0) at.error("id-uuid", `the UUID is not one of RFC 4122: ${shown(value.slice(start))}`, "2.9");
  else if (version >= CAPITALS) at.warning("id-case", "a UUID is written in lower case (RFC 4122 §3)", "2.9");
  return version === 0 ? -1 : start;
}

const checkIdentifier: Check = (value, at) => void identifierStart(value, at);

function reference(to: Target, section: string): Check {
  const prefix = "types" in to && to.types.length === 1 ? `${to.types[0] ?? ""}--` : null;
  const wanted = "types" in to ? to.types.join(" or ") : `one of the kinds ${to.kinds.join(", ")}`;
  return (value, at) => {
    if (at.container !== null) return localReference(value, to, wanted, section, at);
    if (prefix !== null && typeof value === "string" && value.startsWith(prefix)) {
      const version = uuidVersion(value, prefix.length);
      if (version > 0 && version < CAPITALS) return;
    }
    const start = identifierStart(value, at);
    if (start === -1 || typeof value !== "string") return;
    const type = value.slice(0, start - 2);
    if (!allows(to, type)) at.error("ref-type", `must refer to ${wanted}, not to ${type}`, section);
  };
}

/** §2.13: in the deprecated container a reference is the key of another object in the same container. */
function localReference(value: JsonValue, to: Target, wanted: string, section: string, at: Report): void {
  if (typeof value !== "string") return wrongType(at, "the key of an object in this container", value, "2.13");
  const container = at.container ?? {};
  const target = Object.hasOwn(container, value) ? container[value] : undefined;
  if (!isJsonObject(target))
    return at.error("ref-missing", `there is no object ${shown(value)} in this container`, "2.13");
  const { type } = target;
  if (typeof type === "string" && "types" in to && !allows(to, type))
    at.error("ref-type", `must refer to ${wanted}, not to ${type}`, section);
}

function term({ name, section, open, terms }: Vocabulary): Check {
  return (value, at) => {
    if (typeof value !== "string") return wrongType(at, `a term of ${name}`, value, open ? "2.14" : "2.4");
    if (terms.has(value)) return;
    if (!open) return at.error("enumeration", `${shown(value)} is not in ${name}`, section);
    const style = isLowerHyphens(value) ? "" : "; another term is written in lower case with hyphens";
    at.warning("vocabulary", `${shown(value)} is not in ${name}${style}`, section);
  };
}

function written({ is, code, what, should, fangs, section: own }: Form, section: string): Check {
  return (value, at) => {
    if (typeof value !== "string") return wrongType(at, "a string", value, "2.15");
    if (is(value) || (fangs === true && at.root["defanged"] === true)) return;
    const message = `${should === true ? "should" : "must"} be ${what}, not ${shown(value)}`;
    if (should === true) at.warning(code, message, own ?? section);
    else at.error(code, message, own ?? section);
  };
}

function list(check: Check): Check {
  return (value, at) => {
    if (!Array.isArray(value)) return wrongType(at, "a list", value, "2.12");
    if (value.length === 0) return at.error("empty-list", "a list may not be empty; leave the property out", "2.12");
    const depth = at.depth;
    at.depth = depth + 1;
    for (let index = 0; index < value.length; index++) {
      at.keys[depth] = index;
      check(value[index] ?? null, at);
    }
    at.depth = depth;
  };
}

const listOfStrings = list(checkString);
const fields: Check = (value, at) => {
  if (typeof value === "string")
    at.warning("header-list", "a header field's value is a list of strings, so that it can be repeated", "6.6");
  else listOfStrings(value, at);
};

function dictionary(check: Check, keys: Form | undefined, section: string): Check {
  return (value, at) => {
    if (!isJsonObject(value)) return wrongType(at, "a dictionary", value, "2.3");
    const depth = at.depth;
    let count = 0;
    for (const key in value) {
      count++;
      at.keys[depth] = key;
      at.depth = depth + 1;
      if (!isDictionaryKey(key))
        at.error("dictionary-key", "a key is 1 to 250 of a–z, A–Z, 0–9, hyphen and underscore", "2.3");
      else if (keys !== undefined && !keys.is(key)) {
        if (keys.should === true) at.warning(keys.code, `the key should be ${keys.what}`, keys.section ?? section);
        else at.error(keys.code, `the key must be ${keys.what}`, keys.section ?? section);
      }
      check(value[key] ?? null, at);
    }
    at.depth = depth;
    if (count === 0) at.error("empty-dictionary", "a dictionary may not be empty; leave the property out", "2.3");
  };
}

/** Told apart by the JSON type alone. */
function either(of: readonly Spec[], what: string, section: string): Check {
  const json = (spec: Spec): string => (spec.kind === "integer" ? "number" : spec.kind === "list" ? "list" : "string");
  const checks = new Map(of.map((spec) => [json(spec), compile(spec, section)]));
  return (value, at) => {
    const check = checks.get(Array.isArray(value) ? "list" : typeof value);
    if (check === undefined) wrongType(at, what, value, section);
    else check(value, at);
  };
}

interface Property {
  readonly check: Check;
  readonly bit: number;
}

/** What becomes of a property that the shape does not list. */
export type Unknown = (key: string, value: JsonValue, object: JsonObject, at: Report) => void;

/** A nested object is closed by the standard's table: another property is a custom one. */
const unknownNested: Unknown = (key, value, _, at) => {
  checkPropertyName(key, at, "3.1");
  at.warning("custom-property", `the standard has no property ${shown(key)} here`, "11.1");
  checkAny(value, at);
};
const unknownOpen: Unknown = (_, value, __, at) => checkAny(value, at);

/** Makes one pass over an object's own properties of a shape; the required ones are counted in a bit set. */
export function compileShape(
  shape: Shape,
  unknown: Unknown = shape.open === true ? unknownOpen : unknownNested,
): Check {
  const properties = new Map<string, Property>();
  const required: string[] = [];
  for (const [name, entry] of Object.entries(shape.properties)) {
    const must = "required" in entry;
    if (must) required.push(name);
    properties.set(name, {
      check: compile(must ? entry.required : entry, shape.section),
      bit: must ? 1 << (required.length - 1) : 0,
    });
  }
  const all = 2 ** required.length - 1;
  const rules = shape.rules ?? [];
  const besides = shape.some === undefined ? null : new Set(shape.some.besides);
  return (value, at) => {
    if (!isJsonObject(value)) return wrongType(at, "an object", value, shape.section);
    const depth = at.depth;
    let seen = 0;
    let some = besides === null;
    for (const key in value) {
      at.keys[depth] = key;
      at.depth = depth + 1;
      const property = properties.get(key);
      if (property === undefined) {
        unknown(key, value[key] ?? null, value, at);
      } else {
        seen |= property.bit;
        property.check(value[key] ?? null, at);
      }
      if (besides !== null && !some) some = !besides.has(key);
    }
    at.depth = depth;
    if (seen !== all) missing(required, value, shape.section, at);
    if (!some)
      at.error("nothing-present", "at least one of this object's own properties must be present", shape.section);
    for (let index = 0; index < rules.length; index++) rules[index]?.(value, at);
  };
}

function missing(required: readonly string[], object: JsonObject, section: string, at: Report): void {
  for (const name of required) {
    if (!Object.hasOwn(object, name))
      at.error("required", `${name} is required and missing`, COMMON.has(name) ? "3.2" : section, name);
  }
}
const COMMON = new Set(["type", "spec_version", "id", "created", "modified"]);

/** §11.1 and §7.3.2: how a custom property may be named. */
export function checkPropertyName(key: string, at: Report, section: string): void {
  if (!isPropertyName(key))
    at.error(
      "property-name",
      `a property's name is 3 to 250 of a–z, 0–9 and underscore, and begins with a letter: ${shown(key)}`,
      section,
    );
}
