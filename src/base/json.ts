import canonicalize from "canonicalize";
import { BaseError } from "./errors.ts";

export type JsonValue = null | boolean | number | string | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

export interface JsonLimits {
  /** Characters (UTF-16 units) of text. Default 8 Mi. */
  readonly maxLength?: number;
  /** Nesting of arrays and objects. Default 64. */
  readonly maxDepth?: number;
}

const DEFAULT_MAX_LENGTH = 8 * 1024 * 1024;
const DEFAULT_MAX_DEPTH = 64;

/**
 * Parses hostile JSON text. Depth and size are bounded before `JSON.parse` sees the text, and a member named
 * `__proto__` is refused, since code that copies it by assignment would change a prototype.
 *
 * @throws BaseError `json-size`, `json-depth`, `json-key` or `json-syntax`, with the place in `where`.
 */
export function parseJson(text: string, limits: JsonLimits = {}): JsonValue {
  const maxLength = limits.maxLength ?? DEFAULT_MAX_LENGTH;
  if (text.length > maxLength) {
    throw new BaseError("json-size", `the JSON text has ${text.length} characters; the limit is ${maxLength}`, {
      fix: "Split it into smaller parts.",
    });
  }
  checkDepth(text, limits.maxDepth ?? DEFAULT_MAX_DEPTH);
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw new BaseError("json-syntax", `not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  if (text.includes("__proto__") || text.includes("\\u")) refuseProto(value, "");
  return value;
}

function checkDepth(text: string, maxDepth: number): void {
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 0x22) {
      i = endOfString(text, i);
    } else if (c === 0x7b || c === 0x5b) {
      if (++depth > maxDepth) {
        throw new BaseError("json-depth", `the JSON is nested deeper than ${maxDepth} levels`, {
          where: `character ${i}`,
        });
      }
    } else if (c === 0x7d || c === 0x5d) {
      depth--;
    }
  }
}

/** The index of the closing quote of the string that opens at `open`; the text's end when it never closes. */
function endOfString(text: string, open: number): number {
  let close = text.indexOf('"', open + 1);
  while (close !== -1) {
    let slashes = 0;
    while (text.charCodeAt(close - 1 - slashes) === 0x5c) slashes++;
    if (slashes % 2 === 0) return close;
    close = text.indexOf('"', close + 1);
  }
  return text.length;
}

function refuseProto(value: JsonValue, path: string): void {
  if (value === null || typeof value !== "object") return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) refuseProto(item, `${path}/${index}`);
    return;
  }
  for (const key of Object.keys(value)) {
    if (key === "__proto__") {
      throw new BaseError("json-key", "a member may not be named __proto__", {
        where: `${path}/__proto__`,
        fix: "Remove this member; no standard uses it.",
      });
    }
    refuseProto(value[key] ?? null, `${path}/${key}`);
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** RFC 8785 canonical form. For deterministic ids and objects that we create; never for accepted text. @throws BaseError `json-syntax`. */
export function canonicalJson(value: JsonValue): string {
  let text: string | undefined;
  try {
    text = canonicalize(value);
  } catch (cause) {
    // A lone surrogate: RFC 8785 §3.2.2.2 has no form for it.
    throw new BaseError(
      "json-syntax",
      `the value has no canonical form: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  if (text === undefined) throw new BaseError("json-syntax", "the value has no JSON form");
  return text;
}
