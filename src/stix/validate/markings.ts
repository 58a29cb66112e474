import { isJsonObject, type JsonObject, type JsonValue } from "#base";
import { TLP1, TLP2 } from "../tlp.ts";
import { isLanguageTag } from "./forms.ts";
import { type Report, type Rule, shown } from "./report.ts";
import { exactlyOne } from "./rules.ts";
import { form, list, structure, refTo, req, type Spec, string, strings } from "./spec.ts";

const COMPONENT = /^(?:\[(?:0|[1-9][0-9]{0,8})\]|[A-Za-z0-9_-]{1,250})$/;

/** §7.2.3.1: whether the selector's form is right and it selects something in the object. */
function selects(selector: string, object: JsonObject): "selected" | "absent" | "malformed" {
  let value: JsonValue | undefined = object;
  let first = true;
  for (const part of selector.split(".")) {
    if (!COMPONENT.test(part) || (first && part.startsWith("["))) return "malformed";
    first = false;
    if (part.startsWith("[")) value = Array.isArray(value) ? value[Number(part.slice(1, -1))] : undefined;
    else value = isJsonObject(value) && Object.hasOwn(value, part) ? value[part] : undefined;
    // The rest is still read, so that a malformed end is found.
  }
  return value === undefined ? "absent" : "selected";
}

const selectorsExist: Rule = (marking, at) => {
  const { selectors } = marking;
  if (!Array.isArray(selectors)) return;
  for (const [index, selector] of selectors.entries()) {
    if (typeof selector !== "string") continue;
    const found = selects(selector, at.root);
    if (found === "malformed")
      at.error("selector", `is no selector: ${shown(selector)}`, "7.2.3.1", "selectors", index);
    else if (found === "absent")
      at.error(
        "selector-absent",
        `selects nothing that this object has: ${shown(selector)}`,
        "7.2.3.1",
        "selectors",
        index,
      );
  }
};

export const granularMarkings: Spec = list(
  structure({
    section: "7.2.3",
    properties: {
      lang: form({ is: isLanguageTag, code: "language", what: "a language tag of RFC 5646", section: "7.2.3" }),
      marking_ref: refTo("marking-definition"),
      selectors: req(strings),
    },
    rules: [exactlyOne(["lang", "marking_ref"], "7.2.3"), selectorsExist],
  }),
);

/** §3.2: a marking definition may be marked, but not with itself. */
export const markingNotItself: Rule = (marking, at) => {
  const { id, object_marking_refs: whole, granular_markings: granular } = marking;
  for (const [index, value] of (Array.isArray(whole) ? whole : []).entries()) {
    if (value === id)
      at.error(
        "marking-circular",
        "a marking definition may not be marked with itself",
        "3.2",
        "object_marking_refs",
        index,
      );
  }
  for (const [index, value] of (Array.isArray(granular) ? granular : []).entries()) {
    if (isJsonObject(value) && value["marking_ref"] === id) {
      at.error(
        "marking-circular",
        "a marking definition may not be marked with itself",
        "3.2",
        "granular_markings",
        index,
        "marking_ref",
      );
    }
  }
};

export const TLP2_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d";
const TLP1_CREATED = "2017-01-20T00:00:00.000Z";
const TLP2_CREATED = "2022-10-01T00:00:00.000Z";
const tlp1Ids = new Set<JsonValue>(Object.values(TLP1));
const tlp2Ids = new Set<JsonValue>(Object.values(TLP2));

/** §7.2.1: the definition by its type, and the fixed markings of TLP to the letter. */
export const markingDefinition: Rule = (marking, at) => {
  const { definition_type: type, definition, extensions } = marking;
  if (extensions === undefined) {
    if (type === undefined)
      at.error("required", "definition_type must be present where extensions is not", "7.2.1", "definition_type");
    if (definition === undefined)
      at.error("required", "definition must be present where extensions is not", "7.2.1", "definition");
  }
  if (typeof type === "string" && type !== "statement" && type !== "tlp") {
    at.warning(
      "vocabulary",
      `definition_type should be statement or tlp, not ${shown(type)}; another marking is defined by an extension`,
      "7.2.1",
      "definition_type",
    );
  }
  if (isJsonObject(definition)) checkDefinition(type, definition, at);
  if (type === "tlp" || tlp1Ids.has(marking["id"] ?? null)) checkTlp1(marking, at);
  const tlp2 = isJsonObject(extensions) ? extensions[TLP2_EXTENSION] : undefined;
  if (isJsonObject(tlp2) || tlp2Ids.has(marking["id"] ?? null))
    checkTlp2(marking, isJsonObject(tlp2) ? tlp2["tlp_2_0"] : undefined, at);
};

function checkDefinition(type: JsonValue | undefined, definition: JsonObject, at: Report): void {
  const wanted = type === "statement" ? "statement" : type === "tlp" ? "tlp" : null;
  if (wanted === null) return;
  const value = definition[wanted];
  if (value === undefined)
    at.error(
      "required",
      `the definition has no ${wanted}`,
      wanted === "tlp" ? "7.2.1.4" : "7.2.1.3",
      "definition",
      wanted,
    );
  else if (typeof value !== "string") at.error("type", "must be a string", "2.15", "definition", wanted);
  for (const key of Object.keys(definition)) {
    if (key !== wanted)
      at.warning("custom-property", `the standard has no property ${shown(key)} here`, "11.1", "definition", key);
  }
}

/** §7.2.1.4: the four definitions are fixed, and there are no others. */
function checkTlp1(marking: JsonObject, at: Report): void {
  const { id, created, name, definition, definition_type: type } = marking;
  const level = isJsonObject(definition) ? definition["tlp"] : undefined;
  const known = typeof level === "string" && Object.hasOwn(TLP1, level) ? (level as keyof typeof TLP1) : null;
  const section = "7.2.1.4";
  if (type !== "tlp") at.error("tlp", "this id belongs to a definition of type tlp", section, "definition_type");
  if (known === null) return at.error("tlp", "the level is white, green, amber or red", section, "definition", "tlp");
  if (id !== TLP1[known]) at.error("tlp", `TLP:${known.toUpperCase()} has the one id ${TLP1[known]}`, section, "id");
  if (created !== TLP1_CREATED)
    at.error("tlp", `created is ${TLP1_CREATED} in every TLP definition`, section, "created");
  if (name !== `TLP:${known.toUpperCase()}`) at.error("tlp", `the name is TLP:${known.toUpperCase()}`, section, "name");
}

/** FIRST's TLP 2.0 for STIX 2.1: five definitions with fixed ids. */
function checkTlp2(marking: JsonObject, level: JsonValue | undefined, at: Report): void {
  const known = typeof level === "string" && Object.hasOwn(TLP2, level) ? (level as keyof typeof TLP2) : null;
  const place = ["extensions", TLP2_EXTENSION, "tlp_2_0"] as const;
  if (known === null)
    return at.error("tlp", "the level is clear, green, amber, amber+strict or red", "TLP 2.0", ...place);
  if (marking["id"] !== TLP2[known])
    at.error("tlp", `TLP:${known.toUpperCase()} has the one id ${TLP2[known]}`, "TLP 2.0", "id");
  if (marking["created"] !== TLP2_CREATED)
    at.error("tlp", `created is ${TLP2_CREATED} in every TLP 2.0 definition`, "TLP 2.0", "created");
  if (marking["name"] !== `TLP:${known.toUpperCase()}`)
    at.error("tlp", `the name is TLP:${known.toUpperCase()}`, "TLP 2.0", "name");
}

export const tlp2Shape = { section: "TLP 2.0", properties: { tlp_2_0: req(string) } };
