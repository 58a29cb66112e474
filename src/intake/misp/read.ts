import { isJsonObject, type JsonObject, type JsonValue } from "#base";

/** What a MISP event holds is hostile until read: every value through one of these. Numbers and booleans come as text too. */
export function textOf(value: JsonValue | undefined): string | null {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}

export function flagOf(value: JsonValue | undefined): boolean {
  return value === true || value === 1 || value === "1" || value === "true";
}

export function objectsOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** RFC 4122 versions 1 to 5, as STIX 2.1 §2.9 wants them; in lower case. */
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export function uuidOf(value: JsonValue | undefined): string | null {
  const text = typeof value === "string" ? value.trim().toLowerCase() : "";
  return UUID.test(text) ? text : null;
}

/** 9999-12-31T23:59:59Z. */
const LAST_SECOND = 253_402_300_799;

/** Seconds since 1970, as MISP writes its timestamps, as a STIX timestamp; `null` for anything else. */
export function momentOf(value: JsonValue | undefined): string | null {
  const text = textOf(value);
  if (text === null || !/^[0-9]{1,12}$/.test(text)) return null;
  const seconds = Number(text);
  return seconds <= LAST_SECOND ? new Date(seconds * 1000).toISOString() : null;
}

/** `first_seen` and `last_seen` are ISO 8601 with microseconds and an offset; a day alone begins at midnight in UTC. */
export function isoOf(value: JsonValue | undefined): string | null {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}(?:[T ][0-9:.+Z-]{1,30})?$/.test(value)) return null;
  const date = new Date(value.length === 10 ? `${value}T00:00:00Z` : value.replace(" ", "T"));
  const year = Number.isNaN(date.getTime()) ? 0 : date.getUTCFullYear();
  return year >= 1 && year <= 9999 && validDay(value) ? date.toISOString() : null;
}

/** Whether the day is one of the calendar's: `Date` reads 30 February as March. */
function validDay(text: string): boolean {
  const day = text.slice(0, 10);
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

/** A member's JSON Pointer (RFC 6901). */
export const at = (pointer: string, key: string | number): string =>
  `${pointer}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;

export const idOf = (object: JsonObject): string => textOf(object["id"]) ?? "";
