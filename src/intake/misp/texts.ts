import { isJsonObject, type JsonObject, type JsonValue } from "#base";
import type { Emitter } from "./emitter.ts";
import { objectsOf, textOf } from "./read.ts";

export function* entriesOf(
  value: JsonValue | undefined,
  pointer: string,
  out: Emitter,
): Generator<readonly [number, JsonObject]> {
  if (value === undefined || value === null) return;
  if (!Array.isArray(value)) return out.problem(pointer, "not-a-list", "must be a list");
  for (const [index, item] of value.entries()) {
    if (isJsonObject(item)) yield [index, item];
    else out.problem(`${pointer}/${index}`, "not-an-object", "must be an object");
  }
}

export function described(node: JsonObject): JsonObject {
  const comment = textOf(node["comment"])?.toWellFormed() ?? "";
  return comment === "" ? {} : { description: comment };
}

export function noteOf(node: JsonObject, kind: "attribute" | "object"): JsonObject {
  const comment = textOf(node["comment"])?.toWellFormed() ?? "";
  const about = comment === "" ? {} : { abstract: comment };
  if (kind === "object") {
    const lines = objectsOf(node["Attribute"]).map(
      (attribute) => `${textOf(attribute["object_relation"]) ?? ""}: ${textOf(attribute["value"]) ?? ""}`,
    );
    return {
      ...about,
      content: [`MISP object ${textOf(node["name"]) ?? ""}`, ...lines].join("\n").slice(0, 100_000).toWellFormed(),
    };
  }
  const type = textOf(node["type"]) ?? "";
  const value = (textOf(node["value"]) ?? "").slice(0, 1_000_000).toWellFormed();
  const plain = ["comment", "text", "other", "link"].includes(type) && value !== "";
  const url =
    type === "link" && /^https?:\/\/[!-~]+$/.test(value)
      ? { external_references: [{ source_name: "MISP link", url: value }] }
      : {};
  return {
    ...about,
    content: plain ? value : `MISP attribute of type ${type.toWellFormed().slice(0, 100)}: ${value}`,
    ...url,
  };
}

/** Problems are read by whoever may see an import: they name types, never values. */
export const shown = (type: string): string => JSON.stringify(type.slice(0, 60));
