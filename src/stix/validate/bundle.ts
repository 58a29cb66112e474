import { isJsonObject, type JsonObject, type JsonValue, sha256Hex } from "#base";
import { compareTimestamps, timestampDigits, uuidStart } from "./forms.ts";
import { identifierStart } from "./compile.ts";
import { checkObject } from "./object.ts";
import { Report, shown, type ValidateOptions, type Validation } from "./report.ts";

interface Seen {
  readonly type: string;
  readonly created: JsonValue | undefined;
  readonly version: string;
  /** Of the content of `version`. */
  readonly digest: number;
  /** Further versions, and their digests: rarely any. */
  others: Map<string, number> | null;
  revokedAt: string | null;
  latest: string;
}

/** Objects that one set may remember, so that memory is bounded. */
const MAX_REMEMBERED = 300_000;

/** What §2.9 and §3.6 ask of several objects that stand together: ids used once, and versions that agree. */
export class ObjectSet {
  readonly #seen = new Map<string, Seen>();
  readonly #types = new Map<string, string>();

  /** Reports at the object's own place. `text` is what tells two versions apart. */
  add(object: JsonObject, text: string, at: Report): void {
    const { id, type, created, modified, revoked } = object;
    if (typeof id !== "string" || typeof type !== "string") return;
    const start = uuidStart(id);
    const uuid = start === -1 ? id : id.slice(start);
    const version = typeof modified === "string" && timestampDigits(modified) !== -1 ? modified : "";
    const digest = Number.parseInt(sha256Hex(text).slice(0, 12), 16);
    const seen = this.#seen.get(uuid);
    if (seen === undefined) {
      if (this.#seen.size >= MAX_REMEMBERED) return;
      // One text for each type, one for both times where they are the same.
      const known = this.#types.get(type) ?? type;
      if (known === type) this.#types.set(type, type);
      this.#seen.set(uuid, {
        type: known,
        created: created === version ? version : created,
        version,
        digest,
        others: null,
        revokedAt: revoked === true ? version : null,
        latest: version,
      });
      return;
    }
    if (seen.type !== type)
      return at.error("uuid-reused", `the UUID stands in a ${seen.type} too: each object has its own`, "2.9", "id");
    const same = version === seen.version ? seen.digest : seen.others?.get(version);
    if (same === digest) at.warning("duplicate", "the same version of this object stands here twice", "3.6", "id");
    else if (same !== undefined)
      at.error("version-conflict", "another content stands here under the same id and modified", "3.6", "id");
    else if (seen.created !== created)
      at.error("created-changed", "created may not change from one version to another", "3.2", "created");
    if (same === undefined && version !== "") this.#addVersion(seen, version, digest, revoked === true, at);
  }

  #addVersion(seen: Seen, version: string, digest: number, revoked: boolean, at: Report): void {
    seen.others ??= new Map();
    seen.others.set(version, digest);
    if (revoked && (seen.revokedAt === null || compareTimestamps(version, seen.revokedAt) < 0))
      seen.revokedAt = version;
    if (seen.latest === "" || compareTimestamps(version, seen.latest) > 0) seen.latest = version;
    if (seen.revokedAt !== null && seen.revokedAt !== "" && compareTimestamps(seen.latest, seen.revokedAt) > 0) {
      at.error("after-revocation", "a revoked object may have no later version", "3.6", "modified");
    }
  }
}

const ENVELOPE = new Set(["type", "id", "objects"]);

/** §8: the bundle itself, without what its objects are. */
export function checkEnvelope(bundle: JsonObject, at: Report): void {
  const { type, id, objects } = bundle;
  if (type !== "bundle") at.error("value", `the type must be "bundle", not ${shown(type)}`, "8.1", "type");
  if (id === undefined) at.error("required", "id is required and missing", "8.1", "id");
  else {
    at.keys[at.depth++] = "id";
    const start = identifierStart(id, at);
    if (start !== -1 && typeof id === "string") {
      if (!id.startsWith("bundle--") || start !== 8) at.error("id-type", "the id must begin with bundle--", "2.9");
      else if (id[start + 14] !== "4") at.warning("id-version", "the UUID should be of version 4", "2.9");
    }
    at.depth--;
  }
  if (Array.isArray(objects) && objects.length === 0)
    at.error("empty-list", "a list may not be empty; leave objects out", "2.12", "objects");
  else if (objects !== undefined && !Array.isArray(objects))
    at.error("type", "objects must be a list", "8.1", "objects");
  for (const key of Object.keys(bundle)) {
    if (key === "spec_version")
      at.error("not-applicable", "a bundle has no spec_version in STIX 2.1; each object has its own", "8.1", key);
    else if (!ENVELOPE.has(key)) at.warning("custom-property", `a bundle has no property ${shown(key)}`, "8", key);
  }
}

/** Holds a whole bundle against the standard: the envelope, each object, and what the objects must agree in. */
export function validateBundle(value: JsonValue, options: ValidateOptions = {}): Validation {
  const at = new Report(isJsonObject(value) ? value : {}, options);
  if (!isJsonObject(value)) at.error("not-an-object", `a bundle is a JSON object, not ${shown(value)}`, "8");
  else {
    checkEnvelope(value, at);
    const { objects } = value;
    if (Array.isArray(objects)) {
      at.keys[at.depth++] = "objects";
      checkTogether(objects, at);
      at.depth--;
    }
  }
  return at.result();
}

/** Each object of a list, and what they must agree in. The report's place is the list. */
export function checkTogether(objects: readonly JsonValue[], at: Report): void {
  const set = new ObjectSet();
  const depth = at.depth;
  at.depth = depth + 1;
  for (const [index, object] of objects.entries()) {
    at.keys[depth] = index;
    checkObject(object, at);
    if (isJsonObject(object)) set.add(object, JSON.stringify(object), at);
  }
  checkTranslations(
    objects.flatMap((object, index) => (isJsonObject(object) ? [{ object, index }] : [])),
    at,
  );
  at.depth = depth;
}

/** §7.1: a translation mirrors the object that it translates, where that stands beside it. The report's last key is the index. */
export function checkTranslations(
  objects: readonly { readonly object: JsonObject; readonly index: number }[],
  at: Report,
): void {
  const contents = objects.filter(({ object }) => object["type"] === "language-content");
  if (contents.length === 0) return;
  const wanted = new Set(contents.map(({ object }) => object["object_ref"]));
  const targets = objects.flatMap(({ object }) => (wanted.has(object["id"]) ? [object] : []));
  for (const { object, index } of contents) {
    at.keys[at.depth - 1] = index;
    const candidates = targets.filter(({ id }) => id === object["object_ref"]);
    const { object_modified: modified, contents: translations } = object;
    const exact = candidates.find((candidate) => modified === undefined || candidate["modified"] === modified);
    if (candidates.length > 0 && exact === undefined) {
      at.error(
        "object-modified",
        "no version of the object that stands here has this modified time",
        "7.1",
        "object_modified",
      );
    }
    if (exact === undefined || !isJsonObject(translations)) continue;
    for (const [tag, translation] of Object.entries(translations)) mirrors(translation, exact, ["contents", tag], at);
  }
}

function mirrors(translation: JsonValue, original: JsonValue, place: readonly (string | number)[], at: Report): void {
  const problem = (message: string): void => at.error("translation", message, "7.1", ...place);
  if (place.length > 40) return;
  if (typeof original === "string" && typeof translation !== "string")
    problem("the original is a string, and so must the translation be");
  else if (Array.isArray(original)) {
    if (!Array.isArray(translation)) return problem("the original is a list, and so must the translation be");
    if (translation.length !== original.length)
      return problem(`the original list has ${original.length} items, the translation ${translation.length}`);
    for (const [index, item] of translation.entries()) mirrors(item, original[index] ?? null, [...place, index], at);
  } else if (isJsonObject(original)) {
    if (!isJsonObject(translation)) return problem("the original is an object, and so must the translation be");
    // What does not stand in the original is ignored, as §7.1 has it.
    for (const [key, item] of Object.entries(translation))
      if (Object.hasOwn(original, key)) mirrors(item, original[key] ?? null, [...place, key], at);
  }
}
