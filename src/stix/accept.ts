import {
  BaseError,
  type Instant,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseInstant,
  parseJson,
  sha256Hex,
} from "#base";
import { STIX_ID } from "./ids.ts";
import type { Kind, TypeRegistry } from "./record-type.ts";

/** One thing wrong with an object: where (JSON Pointer), what, and the section that says so. */
export interface Finding {
  readonly path: string;
  readonly code: string;
  readonly message: string;
  readonly section?: string;
}

/** An object that may be stored: its text as given, and what the store needs to know of it. */
export interface AcceptedRecord {
  readonly id: string;
  readonly type: string;
  readonly kind: Kind;
  readonly created: Instant | null;
  /** `modified`, else `created`; for objects that have neither, the one version that they have. */
  readonly version: Instant;
  readonly createdBy: string | null;
  /** From `object_marking_refs` and granular markings: sorted, each once. */
  readonly markingRefs: readonly string[];
  readonly names: readonly string[];
  readonly title: string;
  readonly aboutPerson: boolean;
  readonly revoked: boolean;
  /** Every reference to another object, but for creator and markings. */
  readonly refs: readonly { readonly property: string; readonly target: string }[];
  readonly text: string;
  /** Of the text, lower-case hex. */
  readonly sha256: string;
}

export type Acceptance =
  | { readonly ok: true; readonly record: AcceptedRecord; readonly object: JsonObject }
  | { readonly ok: false; readonly errors: readonly Finding[] };

export interface AcceptOptions {
  readonly now: Instant;
  /** Characters; default 8 Mi. */
  readonly maxLength?: number;
}

/** The version of an object that has neither `modified` nor `created` (§3.6: SCOs are not versioned). */
export const ONLY_VERSION: Instant = "1970-01-01T00:00:00.000000Z";

const MAX_REFS = 10_000;
const MAX_TITLE = 300;
/** A sender's clock may be ahead by this much before its times are refused. */
const CLOCK_TOLERANCE_MS = 24 * 3_600_000;

/** Reads the text of one STIX object. The text is kept to the letter; nothing is repaired. */
export function accept(text: string, registry: TypeRegistry, options: AcceptOptions): Acceptance {
  let object: JsonValue;
  try {
    object = parseJson(text, options.maxLength === undefined ? {} : { maxLength: options.maxLength });
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    return refuse({ path: error.where?.startsWith("/") ? error.where : "", code: error.code, message: error.message });
  }
  if (!isJsonObject(object))
    return refuse({ path: "", code: "not-an-object", message: "a STIX object is a JSON object" });
  const errors: Finding[] = [];
  const { id, type } = object;
  const match = typeof id === "string" ? STIX_ID.exec(id) : null;
  if (typeof id !== "string" || typeof type !== "string" || match === null || match[1] !== type) {
    return refuse(identityProblem(id, type));
  }
  const described = registry.describe(type, object);
  const times = readTimes(object, described.kind, options.now, errors);
  findEmpty(object, "", errors);
  const markingRefs = readMarkingRefs(object, errors);
  const parsed = described.schema.safeParse(object);
  for (const issue of parsed.success ? [] : parsed.error.issues.slice(0, 20)) {
    errors.push({
      path: issue.path.map((part) => `/${String(part)}`).join(""),
      code: "schema",
      message: issue.message,
    });
  }
  if (errors.length > 0) return { ok: false, errors };
  const createdBy = object["created_by_ref"];
  return {
    ok: true,
    object,
    record: {
      id,
      type,
      kind: described.kind,
      created: times.created,
      version: times.modified ?? times.created ?? ONLY_VERSION,
      createdBy: typeof createdBy === "string" ? createdBy : null,
      markingRefs,
      names: described.names(object),
      title: described.summary(object).slice(0, MAX_TITLE),
      aboutPerson: described.aboutPerson(object),
      revoked: object["revoked"] === true,
      refs: readRefs(object),
      text,
      sha256: sha256Hex(text),
    },
  };
}

function refuse(finding: Finding): Acceptance {
  return { ok: false, errors: [finding] };
}

function identityProblem(id: JsonValue | undefined, type: JsonValue | undefined): Finding {
  if (typeof type !== "string")
    return { path: "/type", code: "type-missing", message: "the object has no type", section: "3.2" };
  if (typeof id !== "string")
    return { path: "/id", code: "id-missing", message: "the object has no id", section: "2.9" };
  return { path: "/id", code: "id-form", message: `the id must be ${type}-- and a UUID in lower case`, section: "2.9" };
}

function readTimes(
  object: JsonObject,
  kind: Kind,
  now: Instant,
  errors: Finding[],
): { created: Instant | null; modified: Instant | null } {
  const latest = Date.parse(now) + CLOCK_TOLERANCE_MS;
  const read = (property: string): Instant | null => {
    const value = object[property];
    if (value === undefined) return null;
    try {
      const instant = parseInstant(typeof value === "string" ? value : "");
      if (Date.parse(instant) > latest) {
        errors.push({
          path: `/${property}`,
          code: "clock-ahead",
          message: `${property} lies in the future: ${instant}. Set the clock of the system that made it.`,
          section: "3.6",
        });
      }
      return instant;
    } catch {
      errors.push({
        path: `/${property}`,
        code: "timestamp",
        message: `${property} must be an RFC 3339 timestamp in UTC`,
        section: "2.16",
      });
      return null;
    }
  };
  const [created, modified] = [read("created"), read("modified")];
  if (kind === "sdo" || kind === "sro") {
    if (object["created"] === undefined)
      errors.push({
        path: "/created",
        code: "created-missing",
        message: "the object has no created time",
        section: "3.2",
      });
    if (object["modified"] === undefined)
      errors.push({
        path: "/modified",
        code: "modified-missing",
        message: "the object has no modified time",
        section: "3.2",
      });
  }
  if (created !== null && modified !== null && modified < created) {
    errors.push({
      path: "/modified",
      code: "modified-before-created",
      message: "modified is earlier than created",
      section: "3.6",
    });
  }
  return { created, modified };
}

/** §2.1 and §2.10: no null, and no empty list. */
function findEmpty(value: JsonValue, path: string, errors: Finding[]): void {
  if (errors.length > 50) return;
  if (value === null) {
    errors.push({ path, code: "null", message: "a property may not be null; leave it out", section: "2.1" });
  } else if (Array.isArray(value)) {
    if (value.length === 0)
      errors.push({ path, code: "empty-list", message: "a list may not be empty; leave it out", section: "2.10" });
    for (const [index, item] of value.entries()) {
      if (item === null || typeof item === "object") findEmpty(item, `${path}/${index}`, errors);
    }
  } else if (typeof value === "object") {
    for (const key of Object.keys(value)) {
      // Custom properties are carried as they came: lists left empty there are in the field's own published data.
      if (path === "" && key.startsWith("x_")) continue;
      const item = value[key];
      if (item === null || typeof item === "object")
        findEmpty(item, `${path}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`, errors);
    }
  }
}

const NO_REFS: readonly string[] = [];

/** The markings that an object names itself, as a whole or in parts: sorted, each once. */
export function markingRefsOf(object: JsonObject): readonly string[] {
  return readMarkingRefs(object, []);
}

function readMarkingRefs(object: JsonObject, errors: Finding[]): readonly string[] {
  const { object_marking_refs: whole, granular_markings: granular } = object;
  if (whole === undefined && granular === undefined) return NO_REFS;
  const found = new Set<string>();
  const add = (value: JsonValue | undefined, path: string): void => {
    const match = typeof value === "string" ? STIX_ID.exec(value) : null;
    if (typeof value === "string" && match?.[1] === "marking-definition") found.add(value);
    else errors.push({ path, code: "marking-ref", message: "must be the id of a marking-definition", section: "7.2" });
  };
  if (whole !== undefined) {
    if (!Array.isArray(whole))
      errors.push({ path: "/object_marking_refs", code: "marking-ref", message: "must be a list", section: "7.2" });
    else for (const [index, value] of whole.entries()) add(value, `/object_marking_refs/${index}`);
  }
  if (granular !== undefined) {
    if (!Array.isArray(granular))
      errors.push({ path: "/granular_markings", code: "marking-ref", message: "must be a list", section: "7.2.3" });
    else {
      for (const [index, value] of granular.entries()) {
        // A language tag marks no restriction; everything else restricts the whole record here.
        if (isJsonObject(value) && value["marking_ref"] === undefined && typeof value["lang"] === "string") continue;
        add(isJsonObject(value) ? value["marking_ref"] : undefined, `/granular_markings/${index}/marking_ref`);
      }
    }
  }
  return [...found].toSorted();
}

function readRefs(object: JsonObject): { property: string; target: string }[] {
  const out: { property: string; target: string }[] = [];
  for (const key of Object.keys(object)) {
    if (key === "created_by_ref" || key === "object_marking_refs") continue;
    const value = object[key];
    if (key.endsWith("_ref") && typeof value === "string") out.push({ property: key, target: value });
    else if (key.endsWith("_refs") && Array.isArray(value)) {
      for (const target of value)
        if (typeof target === "string" && out.length < MAX_REFS) out.push({ property: key, target });
    }
  }
  return out;
}
