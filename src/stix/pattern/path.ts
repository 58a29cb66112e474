import { isJsonObject, type JsonObject, type JsonValue } from "#base";
import type { ObjectPath } from "./ast.ts";
import type { Budget } from "./budget.ts";

export interface Scope {
  /** The objects of one observation: only they may be followed (§9.7.4). */
  readonly objects: ReadonlyMap<string, JsonObject>;
  readonly budget: Budget;
}

/**
 * What a path leads to from one object (§9.7); empty when it leads nowhere. Equal values are kept once, so that a path
 * with many `[*]` cannot multiply them.
 */
export function resolvePath(
  { steps }: ObjectPath,
  root: JsonObject,
  { objects, budget }: Scope,
): ReadonlySet<JsonValue> {
  let values: ReadonlySet<JsonValue> = new Set([root]);
  let reference = false;
  for (const step of steps) {
    const found = new Set<JsonValue>();
    const add = (value: JsonValue | undefined): void => {
      budget.charge();
      // STIX 2.1 has no null; a producer's null is an absent property.
      if (value !== undefined && value !== null) found.add(value);
    };
    for (const value of values) {
      if (step.kind === "key") {
        const holder = reference && typeof value === "string" ? objects.get(value) : value;
        if (isJsonObject(holder) && Object.hasOwn(holder, step.name)) add(holder[step.name]);
      } else if (Array.isArray(value)) {
        if (step.kind === "index") add(value[step.index]);
        else for (const item of value) add(item);
      }
    }
    if (found.size === 0) return found;
    // §9.7.4: a reference, or an element of a list of them, stands for the object that it names.
    if (step.kind === "key") reference = step.name.endsWith("_ref") || step.name.endsWith("_refs");
    values = found;
  }
  return values;
}

/** How a property's text stands for bytes, told by its name (STIX 2.1 §2.1, §2.7); null for any other property. */
export function bytesFormat({ steps }: ObjectPath): "base64" | "hex" | null {
  const name = steps.findLast((step) => step.kind === "key")?.name ?? "";
  return name.endsWith("_bin") ? "base64" : name.endsWith("_hex") ? "hex" : null;
}
