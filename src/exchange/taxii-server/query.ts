import { BaseError, type Instant, parseInstant } from "#base";
import { TaxiiFault } from "./errors.ts";

export type VersionFilter =
  | "all"
  | { readonly first: boolean; readonly last: boolean; readonly at: readonly Instant[] };

/** What a request asks of a collection (TAXII 2.1 §3.4, §3.5): values of one field are alternatives, fields hold together. */
export interface TaxiiQuery {
  readonly addedAfter: Instant | null;
  readonly next: string | null;
  readonly limit: number;
  readonly ids: readonly string[] | null;
  readonly types: readonly string[] | null;
  readonly versions: VersionFilter;
  readonly specVersions: readonly string[] | null;
}

export type MatchField = "id" | "type" | "version" | "spec_version";

/** Objects of a page at most, and where none is asked for. */
const MAX_PAGE = 1000;
const MAX_QUERY = 64 * 1024;
const MAX_VALUES = 1000;
const SIMPLE = ["added_after", "limit", "next"] as const;

/** §3.4: without `match[version]` the latest of each object. */
const LATEST: VersionFilter = { first: false, last: true, at: [] };

/**
 * Reads a query string. Attacker-controlled: its length and the number of values are bounded. Parameters of other names
 * are passed over; a `match` that is not understood would widen the answer, so it is refused.
 *
 * @throws TaxiiFault `query-invalid`, with the parameter in `where`.
 */
export function readQuery(search: string, fields: readonly MatchField[]): TaxiiQuery {
  if (search.length > MAX_QUERY) throw refuse("", `The query is longer than ${MAX_QUERY} characters.`);
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(search)) {
    const match = /^match\[(.*)\]$/.exec(name);
    if (match !== null && !(fields as readonly string[]).includes(match[1] ?? ""))
      throw refuse(
        name,
        `This resource can be matched by ${fields.map((field) => `match[${field}]`).join(", ") || "nothing"}.`,
      );
    if (match === null && !(SIMPLE as readonly string[]).includes(name)) continue;
    if (values.has(name)) throw refuse(name, "It stands twice; alternatives are separated by commas.");
    values.set(name, value);
  }
  const list = (field: MatchField): readonly string[] | null => {
    const value = values.get(`match[${field}]`);
    if (value === undefined) return null;
    const parts = value.split(",").map((part) => part.trim());
    if (parts.length > MAX_VALUES) throw refuse(`match[${field}]`, `It has more than ${MAX_VALUES} values.`);
    if (parts.includes("")) throw refuse(`match[${field}]`, "A value is empty.");
    return [...new Set(parts)];
  };
  const addedAfter = values.get("added_after");
  return {
    addedAfter: addedAfter === undefined ? null : instant("added_after", addedAfter),
    next: values.get("next") ?? null,
    limit: readLimit(values.get("limit")),
    ids: list("id"),
    types: list("type"),
    versions: readVersions(list("version")),
    specVersions: list("spec_version"),
  };
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return MAX_PAGE;
  if (!/^\d{1,15}$/.test(text) || Number(text) === 0) throw refuse("limit", "It is a positive whole number.");
  return Math.min(Number(text), MAX_PAGE);
}

function readVersions(values: readonly string[] | null): VersionFilter {
  if (values === null) return LATEST;
  const at = values
    .filter((value) => value !== "first" && value !== "last" && value !== "all")
    .map((value) => instant("match[version]", value));
  return values.includes("all") ? "all" : { first: values.includes("first"), last: values.includes("last"), at };
}

function instant(name: string, text: string): Instant {
  try {
    // A plus sign in a query string means a space: an offset of time zone that nobody escaped.
    return parseInstant(text.replace(/ (?=\d{2}:\d{2}$)/, "+"));
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    const also = name === "match[version]" ? "first, last, all or " : "";
    throw refuse(name, `It is ${also}a timestamp such as 2026-01-01T00:00:00.000000Z.`);
  }
}

function refuse(where: string, message: string): TaxiiFault {
  return new TaxiiFault("query-invalid", `${where === "" ? "" : `${where}: `}${message}`, { where });
}
