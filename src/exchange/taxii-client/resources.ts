import { isJsonObject, type JsonObject, type JsonValue } from "#base";
import { TaxiiError } from "./errors.ts";

/** §4.1. */
export interface Discovery {
  readonly title: string;
  readonly description: string | null;
  readonly contact: string | null;
  /** The root to use when the user names none, as an absolute address. */
  readonly default: string | null;
  readonly apiRoots: readonly string[];
}

/** §4.2. */
export interface ApiRoot {
  readonly title: string;
  readonly description: string | null;
  readonly versions: readonly string[];
  /** Bytes of one request. */
  readonly maxContentLength: number | null;
}

/** §5.2. */
export interface Collection {
  readonly id: string;
  readonly title: string;
  readonly description: string | null;
  readonly alias: string | null;
  readonly canRead: boolean;
  readonly canWrite: boolean;
  readonly mediaTypes: readonly string[];
}

/** §4.3.1: what became of one object. */
interface StatusDetail {
  readonly id: string;
  readonly version: string;
  readonly message: string | null;
}

/** §4.3. */
export interface Status {
  readonly id: string;
  readonly state: "complete" | "pending";
  readonly total: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly pending: number;
  readonly successes: readonly StatusDetail[];
  readonly failures: readonly StatusDetail[];
}

/** §5.3.1. */
export interface ManifestRecord {
  readonly id: string;
  readonly dateAdded: string;
  readonly version: string;
  readonly mediaType: string | null;
}

const MAX_LIST = 100_000;

const optional = (value: JsonValue | undefined): string | null => (typeof value === "string" ? value : null);
const count = (value: JsonValue | undefined): number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : 0;
const list = (value: JsonValue | undefined): readonly JsonValue[] =>
  Array.isArray(value) ? value.slice(0, MAX_LIST) : [];
const texts = (value: JsonValue | undefined): string[] => list(value).filter((item) => typeof item === "string");
const objects = (value: JsonValue | undefined): JsonObject[] => list(value).filter((item) => isJsonObject(item));

function required(object: JsonObject, name: string, url: URL): string {
  const value = object[name];
  if (typeof value === "string" && value !== "") return value;
  throw new TaxiiError("body-malformed", `the answer lacks the property ${name}`, { where: url.pathname });
}

export function readDiscovery(object: JsonObject, url: URL): Discovery {
  const absolute = (text: string): string => {
    if (URL.canParse(text, url.href)) return new URL(text, url).href;
    throw new TaxiiError("body-malformed", "an API root is not an address", { where: url.pathname });
  };
  const preferred = optional(object["default"]);
  return {
    title: required(object, "title", url),
    description: optional(object["description"]),
    contact: optional(object["contact"]),
    default: preferred === null ? null : absolute(preferred),
    apiRoots: texts(object["api_roots"]).map(absolute),
  };
}

export function readApiRoot(object: JsonObject, url: URL): ApiRoot {
  const length = object["max_content_length"];
  return {
    title: required(object, "title", url),
    description: optional(object["description"]),
    versions: texts(object["versions"]),
    maxContentLength: typeof length === "number" && length > 0 ? length : null,
  };
}

export function readCollection(object: JsonObject, url: URL): Collection {
  return {
    id: required(object, "id", url),
    title: required(object, "title", url),
    description: optional(object["description"]),
    alias: optional(object["alias"]),
    canRead: object["can_read"] === true,
    canWrite: object["can_write"] === true,
    mediaTypes: texts(object["media_types"]),
  };
}

export function readCollections(object: JsonObject, url: URL): Collection[] {
  return objects(object["collections"]).map((item) => readCollection(item, url));
}

export function readStatus(object: JsonObject, url: URL): Status {
  const state = object["status"];
  if (state !== "complete" && state !== "pending")
    throw new TaxiiError("body-malformed", "a status is complete or pending", { where: url.pathname });
  const details = (name: string): StatusDetail[] =>
    objects(object[name]).flatMap((item) => {
      const { id, version, message } = item;
      return typeof id === "string" && typeof version === "string" ? [{ id, version, message: optional(message) }] : [];
    });
  return {
    id: required(object, "id", url),
    state,
    total: count(object["total_count"]),
    succeeded: count(object["success_count"]),
    failed: count(object["failure_count"]),
    pending: count(object["pending_count"]),
    successes: details("successes"),
    failures: details("failures"),
  };
}

export function readManifest(object: JsonObject, url: URL): ManifestRecord[] {
  return objects(object["objects"]).map((item) => ({
    id: required(item, "id", url),
    dateAdded: required(item, "date_added", url),
    version: required(item, "version", url),
    mediaType: optional(item["media_type"]),
  }));
}
