import { isJsonObject, type JsonObject } from "#base";
import type { Kind } from "../record-type.ts";
import { COMMON_NAMES, COMMON_PROPERTIES } from "./common.ts";
import { checkAny, checkPropertyName, compileShape, type Unknown } from "./compile.ts";
import { extensionsOf, hasExtensionType } from "./extensions.ts";
import { EXTENSION_TYPES } from "./known-extensions.ts";
import { METAS } from "./meta.ts";
import { type Check, type Report, shown } from "./report.ts";
import { SCOS } from "./sco.ts";
import { SDOS } from "./sdo.ts";
import type { Properties, Shape } from "./spec.ts";
import { SROS } from "./sro.ts";

/** A type ready to be held against objects. */
export interface CheckedType {
  readonly kind: Kind;
  readonly check: Check;
}

const RESERVED = new Set(["severity", "username", "phone_number", "action"]);

/** What the common property of that name means for a kind that does not have it (§3.2). */
function notApplicable(key: string, type: string, at: Report): void {
  if (key === "defanged") at.error("not-applicable", "defanged may only be used on cyber-observable objects", "3.2");
  else if (type === "marking-definition" && (key === "modified" || key === "revoked")) {
    at.error("not-applicable", `a marking definition cannot be versioned: it has no ${key}`, "7.2.1");
  } else at.warning("not-applicable", `${key} is no property of ${type}`, "3.2");
}

/** §3.8, §11.1: a property that the type does not have, at the top of an object that the standard defines. */
const unknownTop =
  (type: string): Unknown =>
  (key, value, object, at) => {
    if (COMMON_NAMES.has(key)) notApplicable(key, type, at);
    else if (RESERVED.has(key))
      at.error("reserved", `the name ${key} is reserved for later versions of the standard`, "3.8");
    else {
      checkPropertyName(key, at, "11.1");
      if (!hasExtensionType(object, "toplevel-property-extension")) {
        const prefix = key.startsWith("x_") ? "" : ", and their names begin with x_";
        at.warning(
          "custom-property",
          `${shown(key)} is a custom property: these are deprecated${prefix}; publish an extension-definition`,
          "11.1",
        );
      }
    }
    checkAny(value, at);
  };

/** The properties of an object whose type comes from elsewhere are its own. */
const unknownOwn: Unknown = (key, value, _, at) => {
  if (RESERVED.has(key)) at.error("reserved", `the name ${key} is reserved for later versions of the standard`, "3.8");
  else if (key === "defanged")
    at.error("not-applicable", "defanged may only be used on cyber-observable objects", "3.2");
  else checkPropertyName(key, at, "11.2");
  checkAny(value, at);
};

const without = (properties: Properties, ...names: readonly string[]): Properties =>
  Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name)));

/** §3.2's table: what the meta objects do not have. */
const LACKS: Readonly<Record<string, readonly string[]>> = {
  "marking-definition": ["modified", "revoked", "labels", "confidence", "lang"],
  "language-content": ["lang"],
  "extension-definition": ["confidence", "lang", "extensions"],
};

function compileType(name: string, kind: Kind, shape: Shape, unknown: Unknown): CheckedType {
  const lacks = LACKS[name] ?? [];
  const body = compileShape(
    { ...shape, properties: { ...without(COMMON_PROPERTIES[kind], ...lacks), ...shape.properties } },
    unknown,
  );
  if (lacks.includes("extensions")) return { kind, check: body };
  const extensions = extensionsOf(name, kind);
  return {
    kind,
    check: (value, at) => {
      body(value, at);
      if (!isJsonObject(value) || value["extensions"] === undefined) return;
      at.keys[at.depth++] = "extensions";
      extensions(value["extensions"], at);
      at.depth--;
    },
  };
}

const passExtensions =
  (unknown: Unknown): Unknown =>
  (key, value, object, at) => {
    if (key !== "extensions") unknown(key, value, object, at);
  };

const compileAll = (kind: Kind, shapes: Readonly<Record<string, Shape>>): [string, CheckedType][] =>
  Object.entries(shapes).map(([name, shape]) => {
    const unknown = unknownTop(name);
    return [
      name,
      compileType(name, kind, shape, LACKS[name]?.includes("extensions") === true ? unknown : passExtensions(unknown)),
    ];
  });

/** The types of the standard. */
export const STANDARD_TYPES: ReadonlyMap<string, CheckedType> = new Map([
  ...compileAll("sdo", SDOS),
  ...compileAll("sro", SROS),
  ...compileAll("sco", SCOS),
  ...compileAll("meta", METAS),
]);

/** Types of published extensions. */
const PUBLISHED_TYPES: ReadonlyMap<string, CheckedType & { readonly extension: string }> = new Map(
  Object.entries(EXTENSION_TYPES).map(([name, { extension, shape }]) => [
    name,
    { extension, ...compileType(name, "sdo", { ...shape, open: false }, passExtensions(unknownOwn)) },
  ]),
);

const own = (kind: Kind): CheckedType =>
  compileType("custom", kind, { section: "11.2", properties: {} }, passExtensions(unknownOwn));
const OWN: Readonly<Record<Kind, CheckedType>> = {
  sdo: own("sdo"),
  sro: own("sro"),
  sco: own("sco"),
  meta: own("meta"),
};

/** A type that the standard does not have: by the published extension that brings it, or by its kind alone. */
export function foreignType(type: string, kind: Kind, object: JsonObject): CheckedType {
  const published = PUBLISHED_TYPES.get(type);
  const { extensions } = object;
  return published !== undefined && isJsonObject(extensions) && extensions[published.extension] !== undefined
    ? published
    : OWN[kind];
}

/** The kind of an object of a foreign type: as its extension says, or as its common properties show. */
export function kindOfForeign(object: JsonObject): { readonly kind: Kind; readonly extended: boolean } {
  for (const [how, kind] of [
    ["new-sdo", "sdo"],
    ["new-sro", "sro"],
    ["new-sco", "sco"],
  ] as const) {
    if (hasExtensionType(object, how)) return { kind, extended: true };
  }
  const versioned = [
    "created",
    "modified",
    "created_by_ref",
    "revoked",
    "labels",
    "confidence",
    "external_references",
  ].some((name) => object[name] !== undefined);
  return { kind: versioned ? "sdo" : "sco", extended: false };
}
