import type { JsonObject } from "#base";
import { compilePattern } from "./match.ts";

/** A moment so many seconds after noon. */
export const at = (seconds: number): string => new Date(Date.UTC(2026, 0, 1, 12) + seconds * 1000).toISOString();

export interface Seen {
  readonly last?: number;
  readonly count?: number;
}

/** An observed-data of one object `x:k = kind`, in the deprecated form; its id ends in `name`. */
export function seen(name: string, kind: string, first = 0, { last = first, count = 1 }: Seen = {}): JsonObject {
  return {
    type: "observed-data",
    id: name,
    first_observed: at(first),
    last_observed: at(last),
    number_observed: count,
    objects: { 0: { type: "x", k: kind } },
  };
}

/** Whether `[comparison]` holds of one observation with the given objects. */
export function holds(comparison: string, ...objects: readonly JsonObject[]): boolean {
  const ids = objects.map((object, index) => object["id"] ?? `x--${index}`);
  const all = objects.map((object, index) => ({ id: ids[index] ?? "", ...object }));
  const observed = {
    type: "observed-data",
    id: "o",
    first_observed: at(0),
    last_observed: at(0),
    number_observed: 1,
    object_refs: ids,
  };
  return compilePattern(`[${comparison}]`).match([observed, ...all]).matched;
}

export const x = (properties: JsonObject): JsonObject => ({ type: "x", ...properties });
export const base64 = (text: string): string => Buffer.from(text, "latin1").toString("base64");
