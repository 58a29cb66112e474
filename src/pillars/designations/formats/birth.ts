import type { Birth } from "../entry.ts";

/** A day, month or year as the days that it spans; `null` when there is no such day. */
interface Span {
  readonly from: string;
  readonly to: string;
}

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const pad = (n: number, width = 2): string => String(n).padStart(width, "0");

/** Nobody who is listed was born before, and no list that is read here is of later. */
const possibleYear = (year: number): boolean => year >= 1800 && year <= 2200;

/** The days of a year, of a month, or one day. */
function spanOf(year: number, month: number | null, day: number | null): Span | null {
  if (!possibleYear(year)) return null;
  if (month === null || month === 0) return { from: `${pad(year, 4)}-01-01`, to: `${pad(year, 4)}-12-31` };
  if (month < 1 || month > 12) return null;
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (day === null || day === 0)
    return { from: `${pad(year, 4)}-${pad(month)}-01`, to: `${pad(year, 4)}-${pad(month)}-${pad(last)}` };
  if (day < 1 || day > last) return null;
  const date = `${pad(year, 4)}-${pad(month)}-${pad(day)}`;
  return { from: date, to: date };
}

/** Days from the civil Islamic calendar; the observed one may be two days off, so a span is wider by that. */
export function hijriSpan(year: number, month: number | null, day: number | null): Span | null {
  if (year < 1200 || year > 1600 || (month ?? 1) > 12 || (day ?? 1) > 30) return null;
  const first = dayOfHijri(year, month ?? 1, day ?? 1);
  const end =
    month === null ? dayOfHijri(year + 1, 1, 1) - 1 : day === null ? dayOfHijri(year, month + 1, 1) - 1 : first;
  return { from: isoDay(first - 2), to: isoDay(end + 2) };
}

/** Days since 1970 of a date of the tabular Islamic calendar (epoch: 16 July 622, Julian). */
function dayOfHijri(year: number, month: number, day: number): number {
  const julian =
    day + Math.ceil(29.5 * (month - 1)) + (year - 1) * 354 + Math.floor((3 + 11 * year) / 30) + 1_948_439 - 1;
  return julian - 2_440_587;
}

const isoDay = (days: number): string => new Date(days * 86_400_000).toISOString().slice(0, 10);

type Point = { readonly span: Span | null; readonly hijri: boolean } | null;

/** One point in time: `1978-06-26`, `26 Jun 1978`, `Jun 1978`, `June 26, 1978`, `26/06/1978`, `00/00/1978`, `1978`, `1388 AH`. */
function readPoint(words: string): Point {
  const text = words.trim().replace(/[.,]+$/, "");
  const hijri = /\b(?:hijri|a\.?h\.?)\b/i.test(text) || /^1[34]\d\d(?!\d)/.test(text);
  const bare = text.replace(/\(?\b(?:hijri|a\.?h)\b\.?\)?/gi, "").trim();
  const parts =
    take(/^(\d{4})-(\d{1,2})(?:-(\d{1,2}))?/, bare, [1, 2, 3]) ??
    take(/^(?:(\d{1,2}|dd)\/)(?:(\d{1,2}|mm)\/)(\d{4})$/i, bare, [3, 2, 1]) ??
    take(/^(\d{1,2})\.(\d{1,2})\.(\d{4})$/, bare, [3, 2, 1]) ??
    take(/^(?:(\d{1,2})(?:st|nd|rd|th)?\s+)?([A-Za-z]{3,9})\.?,?\s+(\d{4})$/, bare, [3, 2, 1]) ??
    take(/^([A-Za-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})$/, bare, [3, 1, 2]) ??
    take(/^(\d{4})$/, bare, [1, 2, 3]);
  if (parts === null) return null;
  const { year, month, day } = parts;
  return { span: (hijri ? hijriSpan : spanOf)(year, month, day), hijri };
}

function take(
  form: RegExp,
  text: string,
  [y, m, d]: readonly [number, number, number],
): { year: number; month: number | null; day: number | null } | null {
  const match = form.exec(text);
  if (match === null) return null;
  const number = (part: string | undefined): number | null => {
    if (part === undefined || /^(?:dd|mm|0+)$/i.test(part)) return null;
    if (/^\d+$/.test(part)) return Number(part);
    const at = MONTHS.indexOf(part.slice(0, 3).toLowerCase());
    return at === -1 ? 99 : at + 1;
  };
  const year = number(match[y]);
  return year === null ? null : { year, month: number(match[m]), day: number(match[d]) };
}

const ABOUT = /^(?:circa|approximately|approx\.?|about|around|c\.|ca\.?)\s*/i;
const BETWEEN =
  /^(?:between\s+)?(.+?)\s*(?:\s+to\s+|\s+and\s+|\s+or\s+|\s*[–—]\s*|\s+-\s+|(?<=^\d{4})-(?=\d{4}$))\s*(.+)$/i;

/**
 * Reads the words that lists use for a birth date: a day, a month, a year, about, between, a decade, the Islamic calendar.
 * @returns the birth, without `from` and `to` when the words name no possible day.
 */
export function readBirth(words: string): Birth {
  const text = words.trim();
  const about = ABOUT.test(text);
  const rest = text.replace(ABOUT, "");
  const decade = /^(early |mid |mid-|late )?(1[89]\d|20\d)0s$/i.exec(rest);
  if (decade !== null) {
    const start = Number(decade[2]) * 10;
    return { precision: "approximate", from: `${start}-01-01`, to: `${start + 9}-12-31`, text };
  }
  const pair = /^\d{4}-\d{1,2}(?:-\d{1,2})?$/.test(rest) ? null : BETWEEN.exec(rest);
  if (pair !== null) {
    const [one, other] = [readPoint(pair[1] ?? ""), readPoint((pair[2] ?? "").replace(ABOUT, ""))];
    if (one?.span && other?.span) {
      const [from, to] = [one.span.from, other.span.to];
      if (from <= to) return made(about ? "approximate" : "between", { from, to }, one.hijri || other.hijri, text);
    }
    return { precision: "between", text };
  }
  const point = readPoint(rest);
  if (point?.span) return made(about || point.hijri ? "approximate" : "exact", point.span, point.hijri, text);
  return { precision: about ? "approximate" : "exact", text };
}

function made(precision: Birth["precision"], { from, to }: Span, hijri: boolean, text: string): Birth {
  return { precision, from, to, ...(hijri ? { calendar: "hijri" as const } : {}), text };
}

/** A date of a list's own (listing, amendment) as `YYYY-MM-DD`, or `null` when it is none. */
export function readDay(words: string): string | null {
  const point = words.trim() === "" ? null : readPoint(words.trim().replace(/[T ]\d\d:\d\d.*$/, ""));
  return point?.span && point.span.from === point.span.to ? point.span.from : null;
}
