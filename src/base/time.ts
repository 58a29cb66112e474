import { BaseError } from "./errors.ts";

/** Reads the present. Pure rooms take it as a value; only `node` hands out the real one. */
export type Clock = () => Date;

/**
 * An instant in UTC, RFC 3339 with exactly six digits of fraction (`2025-08-12T00:00:00.000000Z`). One width,
 * so that text order is time order on every engine.
 */
export type Instant = string;

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,12}))?([Zz]|[+-]\d{2}:\d{2})$/;

export function instantOf(date: Date): Instant {
  return `${date.toISOString().slice(0, -1)}000Z`;
}

/**
 * Reads an RFC 3339 timestamp into an `Instant`. Digits past the microsecond are cut.
 *
 * @throws BaseError `instant` for another form, an impossible date, a leap second, or a year outside 0001–9999.
 */
export function parseInstant(text: string): Instant {
  const match = RFC3339.exec(text);
  if (match === null) throw new BaseError("instant", `not an RFC 3339 timestamp: ${JSON.stringify(text.slice(0, 64))}`);
  const [, year, month, day, hour, minute, second, fraction = "", zone = "Z"] = match;
  const micros = fraction.slice(0, 6).padEnd(6, "0");
  const utc = zone === "Z" || zone === "z";
  const date = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`);
  const sameDay = !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day);
  if (!sameDay || second === "60" || year === "0000" || hour === "24") {
    throw new BaseError("instant", `no such moment: ${text}`);
  }
  if (utc) return `${year}-${month}-${day}T${hour}:${minute}:${second}.${micros}Z`;
  const [zoneHour, zoneMinute] = [Number(zone.slice(1, 3)), Number(zone.slice(4, 6))];
  if (zoneHour > 23 || zoneMinute > 59) throw new BaseError("instant", `no such zone: ${text}`);
  const offset = (zoneHour * 60 + zoneMinute) * (zone.startsWith("-") ? -1 : 1);
  const shifted = new Date(date.getTime() - offset * 60_000).toISOString();
  if (!/^\d{4}-/.test(shifted)) throw new BaseError("instant", `outside the years 0001 to 9999: ${text}`);
  return `${shifted.slice(0, 19)}.${micros}Z`;
}

/** Microseconds since 1970, exact within the years of an `Instant` that a double can hold (to 2255). */
export function microsOf(instant: Instant): number {
  return Date.parse(`${instant.slice(0, 19)}Z`) * 1000 + Number(instant.slice(20, 26));
}

export function instantOfMicros(micros: number): Instant {
  const seconds = Math.floor(micros / 1_000_000);
  return `${new Date(seconds * 1000).toISOString().slice(0, 20)}${String(micros - seconds * 1_000_000).padStart(6, "0")}Z`;
}

/** Whole days from `from` to `to`, both dates or timestamps; negative when `to` is earlier. */
export function daysBetween(from: string, to: string): number {
  return Math.floor((Date.parse(to.slice(0, 10)) - Date.parse(from.slice(0, 10))) / 86_400_000);
}
