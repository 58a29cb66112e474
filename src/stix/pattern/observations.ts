import { BaseError, isJsonObject, type JsonObject, type JsonValue } from "#base";
import { microsecondsOf } from "./instants.ts";

/** One observed-data object with the cyber-observables that it holds or refers to. STIX 2.1 §4.14. */
export interface Observation {
  readonly id: string;
  /** Microseconds since 1970. */
  readonly first: bigint;
  readonly last: bigint;
  /** `number_observed`. */
  readonly count: number;
  /** By id, or by the key in the deprecated `objects`. */
  readonly objects: ReadonlyMap<string, JsonObject>;
}

/** An observed-data object that was left out, or what it lacks. */
export interface ObservationProblem {
  readonly id: string;
  readonly message: string;
}

/**
 * Gathers the observations of a bundle's objects: each observed-data with its `object_refs` resolved among them, or
 * with its own `objects`. Of several versions of one the latest counts; a revoked one does not. Attacker-controlled.
 */
export function observationsOf(objects: Iterable<JsonValue>): {
  readonly observations: Observation[];
  readonly problems: ObservationProblem[];
} {
  const byId = new Map<string, JsonObject>();
  for (const object of objects) {
    if (!isJsonObject(object) || typeof object["id"] !== "string") continue;
    const held = byId.get(object["id"]);
    if (held === undefined || isLater(object, held)) byId.set(object["id"], object);
  }
  const observations: Observation[] = [];
  const problems: ObservationProblem[] = [];
  for (const [id, object] of byId) {
    if (object["type"] !== "observed-data") continue;
    const read = observationOf(id, object, byId);
    if (typeof read === "string") {
      problems.push({ id, message: `left out: ${read}` });
      continue;
    }
    observations.push(read.observation);
    if (read.missing > 0)
      problems.push({ id, message: `${read.missing} of its object_refs are not among the objects given` });
  }
  return { observations, problems };
}

function isLater(object: JsonObject, held: JsonObject): boolean {
  const [left, right] = [timeOf(object["modified"]), timeOf(held["modified"])];
  return left !== null && (right === null || left > right);
}

function observationOf(
  id: string,
  object: JsonObject,
  byId: ReadonlyMap<string, JsonObject>,
): { readonly observation: Observation; readonly missing: number } | string {
  if (object["revoked"] === true) return "it is revoked";
  const [first, last] = [timeOf(object["first_observed"]), timeOf(object["last_observed"])];
  if (first === null || last === null) return "first_observed and last_observed must be timestamps";
  if (last < first) return "last_observed is before first_observed";
  const count = object["number_observed"];
  if (typeof count !== "number" || !Number.isSafeInteger(count) || count < 1)
    return "number_observed must be a positive integer";
  const held = new Map<string, JsonObject>();
  let missing = 0;
  if (Array.isArray(object["object_refs"])) {
    for (const ref of object["object_refs"]) {
      const found = typeof ref === "string" ? byId.get(ref) : undefined;
      if (found === undefined) missing++;
      else if (typeof ref === "string") held.set(ref, found);
    }
  } else if (isJsonObject(object["objects"])) {
    for (const [key, value] of Object.entries(object["objects"])) if (isJsonObject(value)) held.set(key, value);
  }
  return { observation: { id, first, last, count, objects: held }, missing };
}

function timeOf(value: JsonValue | undefined): bigint | null {
  if (typeof value !== "string") return null;
  try {
    return microsecondsOf(value);
  } catch (error) {
    if (error instanceof BaseError) return null;
    throw error;
  }
}
