import { BaseError, isJsonObject, type JsonObject, type JsonValue } from "#base";
import { SCO_NAMESPACE, scoIdName, uuid5 } from "../ids.ts";
import { COMMON_PROPERTIES, checkVersion } from "./common.ts";
import { compileShape, identifierStart } from "./compile.ts";
import { extensionsOf } from "./extensions.ts";
import { isTypeName } from "./forms.ts";
import { type Check, type Report, shown } from "./report.ts";
import { SCOS } from "./sco.ts";
import { string } from "./spec.ts";
import { type CheckedType, foreignType, kindOfForeign, STANDARD_TYPES } from "./types.ts";

const VERSION_4 = 0x34;
const VERSION_5 = 0x35;

/** Holds one STIX object against the standard. The report's place is where the object stands. */
export function checkObject(value: JsonValue, at: Report): void {
  if (!isJsonObject(value))
    return at.error("not-an-object", `a STIX object is a JSON object, not ${shown(value)}`, "3.2");
  const before = at.root;
  at.root = value;
  const { type } = value;
  if (typeof type !== "string") {
    at.error(
      type === undefined ? "required" : "type",
      type === undefined ? "type is required and missing" : "type must be a string",
      "3.2",
      "type",
    );
  } else if (type === "bundle")
    at.error("bundle-nested", "a bundle is no STIX object and may not stand within another", "8");
  else {
    const known = STANDARD_TYPES.get(type);
    const checked = known ?? foreign(type, value, at);
    checked.check(value, at);
    checkId(type, known === undefined ? null : checked, checked.kind === "sco", value, at);
    checkVersion(value, at);
    if (type === "observed-data" && value["objects"] !== undefined) checkContainer(value["objects"], at);
  }
  at.root = before;
}

/** §7.3 and §11.2: a type that the standard does not have. */
function foreign(type: string, object: JsonObject, at: Report): CheckedType {
  if (!isTypeName(type)) {
    at.error(
      "type-name",
      `a type's name is 3 to 250 of a–z, 0–9 and single hyphens, and begins with a letter: ${shown(type)}`,
      "11.2",
      "type",
    );
  }
  const declared = at.options.registry?.get(type);
  const { kind, extended } =
    declared === undefined ? kindOfForeign(object) : { kind: declared.kind, extended: kindOfForeign(object).extended };
  if (!extended) {
    const prefix = type.startsWith("x-") ? "" : ", and their names begin with x-";
    at.warning(
      "custom-object",
      `${shown(type)} is a custom object: these are deprecated${prefix}; publish an extension-definition`,
      "11.2",
      "type",
    );
  }
  const parsed = declared?.schema.safeParse(object);
  for (const issue of parsed?.success === false ? parsed.error.issues : []) {
    at.error(
      "schema",
      issue.message,
      declared?.extensionId ?? "11.2",
      ...issue.path.map((part) => (typeof part === "number" ? part : String(part))),
    );
  }
  return foreignType(type, kind, object);
}

/** §2.9, §3.4: the object's own id. */
function checkId(type: string, known: CheckedType | null, sco: boolean, object: JsonObject, at: Report): void {
  const { id } = object;
  if (id === undefined) return;
  at.keys[at.depth++] = "id";
  const start = identifierStart(id, at);
  if (start !== -1 && typeof id === "string") {
    const version = id.charCodeAt(start + 14);
    if (start - 2 !== type.length || !id.startsWith(type))
      at.error("id-type", `the id must begin with ${type}--`, "2.9");
    else if (!sco) {
      if (version !== VERSION_4) at.warning("id-version", "the UUID should be of version 4", "2.9");
    } else if (known !== null) checkDeterministic(type, id, version, object, at);
  }
  at.depth--;
}

function checkDeterministic(type: string, id: string, version: number, object: JsonObject, at: Report): void {
  let name: string | null;
  try {
    name = scoIdName(type, object);
  } catch (error) {
    // A value without a canonical form was reported at its own place.
    if (!(error instanceof BaseError)) throw error;
    return;
  }
  if (name === null) {
    if (version !== VERSION_4)
      at.error("id-version", "the UUID must be of version 4 where no property contributes to the id", "2.9");
    return;
  }
  if (version !== VERSION_5)
    return at.warning(
      "id-version",
      "the UUID of a cyber-observable should be of version 5, made of its contributing properties",
      "2.9",
    );
  const made = uuid5(SCO_NAMESPACE, name);
  const same = id.toLowerCase().endsWith(made);
  if (!same)
    return at.warning("id-deterministic", `the id made of the contributing properties is ${type}--${made}`, "2.9");
  if (object["created"] !== undefined || object["modified"] !== undefined) {
    at.error("id-versioned", "a cyber-observable with versions may not have a deterministic id", "3.6");
  }
}

/** §2.13: within the deprecated container an object needs no id. */
const CONTAINED: ReadonlyMap<string, { readonly check: Check; readonly extensions: Check }> = new Map(
  Object.entries(SCOS).map(([name, shape]) => {
    const properties = {
      ...COMMON_PROPERTIES.sco,
      id: string,
      ...shape.properties,
      extensions: { kind: "any" } as const,
    };
    return [name, { check: compileShape({ ...shape, properties }), extensions: extensionsOf(name, "sco") }];
  }),
);

function checkContainer(container: JsonValue, at: Report): void {
  at.keys[at.depth++] = "objects";
  if (!isJsonObject(container)) at.error("type", "must be a dictionary of objects", "2.13");
  else {
    const before = at.container;
    at.container = container;
    for (const key of Object.keys(container)) checkContained(key, container[key] ?? null, at);
    at.container = before;
  }
  at.depth--;
}

function checkContained(key: string, value: JsonValue, at: Report): void {
  at.keys[at.depth++] = key;
  if (!/^(?:0|[1-9][0-9]*)$/.test(key))
    at.warning("container-key", "the keys of a container should be whole numbers that count up from 0", "2.9");
  if (!isJsonObject(value)) at.error("not-an-object", "a cyber-observable object is a JSON object", "2.13");
  else {
    const before = at.root;
    at.root = value;
    const { type, extensions } = value;
    const known = typeof type === "string" ? CONTAINED.get(type) : undefined;
    if (typeof type !== "string") at.error("required", "type is required and missing", "3.2", "type");
    else if (known !== undefined) {
      known.check(value, at);
      if (extensions !== undefined) {
        at.keys[at.depth++] = "extensions";
        known.extensions(extensions, at);
        at.depth--;
      }
    } else if (STANDARD_TYPES.has(type))
      at.error("container-type", `a container holds cyber-observable objects, not ${type}`, "2.13", "type");
    else at.warning("custom-object", `${shown(type)} is a custom object: these are deprecated`, "11.2", "type");
    at.root = before;
  }
  at.depth--;
}
