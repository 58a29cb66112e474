import { isJsonObject, type JsonObject } from "#base";
import { compareTimestamps, timestampDigits } from "./forms.ts";
import type { Rule } from "./report.ts";

/** Rules over several properties, as the tables name them. A value of a wrong type is reported elsewhere and passes here. */
const moment = (object: JsonObject, name: string): string | null => {
  const value = object[name];
  return typeof value === "string" && timestampDigits(value) !== -1 ? value : null;
};

/** `later` may not be before `earlier`; with `strictly` not at the same moment either. */
export function inOrder(earlier: string, later: string, section: string, strictly = false): Rule {
  return (object, at) => {
    if (object[later] === undefined || object[earlier] === undefined) return;
    const [first, last] = [moment(object, earlier), moment(object, later)];
    if (first === null || last === null) return;
    const order = compareTimestamps(last, first);
    if (order < 0 || (strictly && order === 0)) {
      at.error("time-order", `${later} must be ${strictly ? "later than" : "at or after"} ${earlier}`, section, later);
    }
  };
}

export function atLeastOne(names: readonly string[], section: string): Rule {
  return (object, at) => {
    if (!names.some((name) => object[name] !== undefined))
      at.error("one-required", `at least one of ${names.join(", ")} must be present`, section);
  };
}

export function exactlyOne(names: readonly string[], section: string): Rule {
  return (object, at) => {
    const present = names.filter((name) => object[name] !== undefined);
    if (present.length === 0) at.error("one-required", `one of ${names.join(", ")} must be present`, section);
    else if (present.length > 1)
      at.error("only-one", `only one of ${names.join(", ")} may be present`, section, present[1] ?? "");
  };
}

/** Where `name` stands, so must the others. */
export function needs(name: string, others: readonly string[], section: string): Rule {
  return (object, at) => {
    if (object[name] === undefined) return;
    for (const other of others)
      if (object[other] === undefined) at.error("needs", `${other} must be present where ${name} is`, section, other);
  };
}

/** `name` may not stand where `other` has this value. */
export function notWith(name: string, other: string, value: boolean, section: string): Rule {
  return (object, at) => {
    if (object[name] !== undefined && object[other] === value)
      at.error("excluded", `${name} may not be present where ${other} is ${value}`, section, name);
  };
}

export function shouldHave(names: readonly string[], section: string): Rule {
  return (object, at) => {
    for (const name of names)
      if (object[name] === undefined) at.warning("advised", `${name} should be present`, section, name);
  };
}

/** §4.1 and §4.19: how an identifier of a known catalogue is given. */
export function catalogue(source: string, id: RegExp, example: string, section: string): Rule {
  return (object, at) => {
    const references = object["external_references"];
    if (!Array.isArray(references)) return;
    for (const [index, reference] of references.entries()) {
      if (!isJsonObject(reference)) continue;
      const { source_name: name, external_id: external } = reference;
      const fits = typeof external === "string" && id.test(external);
      if (name === source && !fits) {
        at.error(
          "external-id",
          `a reference of source ${source} needs an external_id such as ${example}`,
          section,
          "external_references",
          index,
          "external_id",
        );
      } else if (fits && typeof name === "string" && name !== source && name.toLowerCase() === source) {
        at.error(
          "source-name",
          `the source_name of ${example} is written ${source}`,
          section,
          "external_references",
          index,
          "source_name",
        );
      }
    }
  };
}
