import { isJsonObject } from "#base";
import { isLanguageTag, isPropertyName } from "./forms.ts";
import { anyObject } from "./kinds.ts";
import { markingDefinition, markingNotItself } from "./markings.ts";
import { type Rule, shown } from "./report.ts";
import { shouldHave } from "./rules.ts";
import {
  any,
  dictionary,
  type Form,
  form,
  list,
  structure,
  ref,
  refTo,
  req,
  type Shape,
  string,
  timestamp,
  vocabularies,
} from "./spec.ts";
import { extensionType } from "./vocabularies.ts";

const language: Form = { is: isLanguageTag, code: "language", what: "a language tag of RFC 5646", section: "7.1" };
const propertyName: Form = {
  is: isPropertyName,
  code: "property-name",
  what: "3 to 250 of a–z, 0–9 and underscore",
  section: "7.3.2",
};

/** §7.1: a translation holds strings, and lists and objects of them. */
const translated: Rule = (content, at) => {
  const { contents } = content;
  if (!isJsonObject(contents)) return;
  for (const [tag, translation] of Object.entries(contents)) {
    if (!isJsonObject(translation)) {
      at.error("type", "must be a dictionary of translated properties", "7.1", "contents", tag);
      continue;
    }
    for (const [name, value] of Object.entries(translation)) {
      if (typeof value === "string" || (typeof value === "object" && value !== null)) continue;
      at.error(
        "type",
        `a translation is a string, a list or an object, not ${shown(value)}`,
        "7.1",
        "contents",
        tag,
        name,
      );
    }
  }
};

/** §7.3.1. */
const topLevelProperties: Rule = (definition, at) => {
  const { extension_types: types, extension_properties: properties } = definition;
  const topLevel = Array.isArray(types) && types.includes("toplevel-property-extension");
  if (properties !== undefined && !topLevel) {
    at.error(
      "excluded",
      "extension_properties may only be present with the type toplevel-property-extension",
      "7.3.1",
      "extension_properties",
    );
  } else if (properties === undefined && topLevel) {
    at.warning(
      "advised",
      "a toplevel-property-extension should name its properties in extension_properties",
      "7.3.1",
      "extension_properties",
    );
  }
};

/** The meta objects of §7. What of the common properties each lacks or must have is added in `types.ts`. */
export const METAS: Readonly<Record<string, Shape>> = {
  "language-content": {
    section: "7.1",
    properties: {
      object_ref: req(ref(anyObject)),
      object_modified: timestamp,
      contents: req(dictionary(any, language)),
    },
    rules: [translated],
  },
  "marking-definition": {
    section: "7.2.1",
    properties: {
      name: string,
      definition_type: string,
      definition: structure({ section: "7.2.1", properties: {}, open: true }),
    },
    rules: [markingDefinition, markingNotItself],
  },
  "extension-definition": {
    section: "7.3.1",
    properties: {
      created_by_ref: req(refTo("identity")),
      name: req(string),
      description: string,
      schema: req(string),
      version: req(string),
      extension_types: req(vocabularies(extensionType)),
      extension_properties: list(form(propertyName)),
    },
    rules: [shouldHave(["description"], "7.3.1"), topLevelProperties],
  },
};
