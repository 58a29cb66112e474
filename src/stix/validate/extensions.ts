import { isJsonObject, type JsonObject, type JsonValue } from "#base";
import type { Kind } from "../record-type.ts";
import { checkAny, checkPropertyName, compileShape } from "./compile.ts";
import { isDictionaryKey, uuidVersion } from "./forms.ts";
import { IMPACT_CATEGORIES } from "./impact-categories.ts";
import { kindOf } from "./kinds.ts";
import { PROPERTY_EXTENSIONS } from "./known-extensions.ts";
import { type Check, type Report, shown } from "./report.ts";
import { PREDEFINED, PREDEFINED_NAMES } from "./sco-extensions.ts";
import { extensionType } from "./vocabularies.ts";

const PREFIX = "extension-definition--";
const predefined = new Map(
  Object.entries({ ...PREDEFINED, impact: IMPACT_CATEGORIES }).map(([type, extensions]) => [
    type,
    new Map(Object.entries(extensions).map(([name, shape]) => [name, compileShape(shape)])),
  ]),
);
const published = new Map(
  Object.entries(PROPERTY_EXTENSIONS).map(([id, { on, shape }]) => [id, { on, check: compileShape(shape) }]),
);

/** The `extensions` property of objects of one type (§3.2, §3.10, §7.3, §11.3). */
export function extensionsOf(type: string, kind: Kind): Check {
  const own = predefined.get(type);
  return (value, at) => {
    if (!isJsonObject(value)) return at.error("type", `must be a dictionary of extensions, not ${shown(value)}`, "3.2");
    const depth = at.depth;
    let count = 0;
    for (const key in value) {
      count++;
      at.keys[depth] = key;
      at.depth = depth + 1;
      const extension = value[key] ?? null;
      if (!isJsonObject(extension)) at.error("type", "must be an object: the contents of the extension", "3.2");
      else if (key.startsWith(PREFIX)) defined(key, extension, type, at);
      else {
        const check = own?.get(key);
        if (check !== undefined) check(extension, at);
        else custom(key, extension, type, kind, at);
      }
    }
    at.depth = depth;
    if (count === 0) at.error("empty-dictionary", "a dictionary may not be empty; leave the property out", "2.3");
  };
}

/** §7.3: an extension that an extension-definition publishes. */
function defined(key: string, extension: JsonObject, type: string, at: Report): void {
  if (uuidVersion(key, PREFIX.length) === 0)
    at.error("id-uuid", `is no id of an extension-definition: ${shown(key)}`, "2.9");
  const { extension_type: how } = extension;
  if (how === undefined)
    at.error(
      "required",
      "extension_type must be present in an extension that an extension-definition publishes",
      "3.2",
      "extension_type",
    );
  else if (typeof how !== "string" || !extensionType.terms.has(how))
    at.error("enumeration", `${shown(how)} is not in extension-type-enum`, "10.5", "extension_type");
  else if (how.startsWith("new-") && kindOf(type) !== undefined) {
    at.error("redefined", `an extension may not define ${type} anew: the standard has it`, "7.3", "extension_type");
  }
  const known = published.get(key);
  if (known !== undefined && known.on === type) return known.check(extension, at);
  if (known !== undefined) at.error("extension-place", `this extension belongs on ${known.on}, not on ${type}`, "7.3");
  contents(extension, "7.3.2", at);
}

/** §11.3: any other name is a custom extension, which only SCOs may have. */
function custom(key: string, extension: JsonObject, type: string, kind: Kind, at: Report): void {
  if (PREDEFINED_NAMES.has(key)) at.error("extension-place", `${key} is not an extension of ${type}`, "3.10");
  else if (!isDictionaryKey(key))
    at.error("dictionary-key", "a key is 1 to 250 of a–z, A–Z, 0–9, hyphen and underscore", "2.3");
  else if (kind !== "sco")
    at.error(
      "extension-name",
      "must be the id of an extension-definition: only cyber-observables have other extensions",
      "11.3",
    );
  else if (!/^[a-z0-9-]{3,250}$/.test(key))
    at.error("extension-name", "a custom extension's name is 3 to 250 of a–z, 0–9 and hyphen", "11.3");
  else if (!key.endsWith("-ext")) at.error("extension-name", "a custom extension's name must end with -ext", "11.3");
  else
    at.warning(
      "custom-extension",
      `custom extensions are deprecated${key.startsWith("x-") ? "" : ", and their names begin with x-"}: publish an extension-definition`,
      "11.3",
    );
  if (Object.keys(extension).length === 0)
    at.error("nothing-present", "an extension has at least one property", "11.3");
  contents(extension, "11.3", at);
}

function contents(extension: JsonObject, section: string, at: Report): void {
  const depth = at.depth;
  at.depth = depth + 1;
  for (const key in extension) {
    at.keys[depth] = key;
    checkPropertyName(key, at, section);
    if (key !== "extension_type") checkAny(extension[key] ?? null, at);
  }
  at.depth = depth;
}

/** Whether some extension of the object says that it is of one of these kinds. */
export function hasExtensionType(object: JsonObject, ...types: readonly JsonValue[]): boolean {
  const { extensions } = object;
  return (
    isJsonObject(extensions) &&
    Object.values(extensions).some(
      (extension) => isJsonObject(extension) && types.includes(extension["extension_type"] ?? null),
    )
  );
}
