import { z } from "zod";
import { isJsonObject, type JsonObject } from "#base";
import { StixError } from "./errors.ts";

export type Kind = "sdo" | "sro" | "sco" | "meta";

/** All that shared code needs to know of one object type; no shared code branches on a type's name. */
export interface RecordType {
  readonly name: string;
  readonly kind: Kind;
  readonly title: string;
  /** What this type adds to the common properties; unknown properties are carried. */
  readonly schema: z.ZodType;
  /** For a type that STIX lacks: the extension-definition that publishes it. */
  readonly extensionId?: string;
  /** One line that names the object to a person. */
  summary(object: JsonObject): string;
  /** What a person would look for it by: name, value or abstract, and aliases. */
  names(object: JsonObject): string[];
  /** A record about a person never leaves on one officer's word. */
  aboutPerson(object: JsonObject): boolean;
}

export type TypeDefinition = Pick<RecordType, "name" | "kind" | "title" | "schema"> & Partial<RecordType>;

const NAME = /^[a-z][a-z0-9-]{1,248}[a-z0-9]$/;
const EXTENSION = /^extension-definition--[0-9a-f]{8}-[0-9a-f]{4}-[45][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);
/** A property as text; empty when it is absent or no text or number. */
export function fieldText(object: JsonObject, name: string): string {
  const value = object[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** Name, value or abstract, and the aliases of the object and of its extensions (an identity of STIX has none of its own). */
function namesOf(object: JsonObject): string[] {
  const found = new Set([...NAMING.flatMap((property) => text(object[property]) ?? []), ...aliasesOf(object)]);
  const { extensions } = object;
  if (!isJsonObject(extensions)) return [...found];
  for (const extension of Object.values(extensions)) {
    if (isJsonObject(extension)) for (const alias of aliasesOf(extension)) found.add(alias);
  }
  return [...found];
}

/** As texts, or as objects that have a name. */
function aliasesOf(object: JsonObject): string[] {
  const { aliases } = object;
  if (!Array.isArray(aliases)) return [];
  return aliases.flatMap((alias) => text(isJsonObject(alias) ? alias["name"] : alias) ?? []);
}

/** Where STIX objects carry what a person would look for them by. */
const NAMING = ["name", "value", "abstract"];

/**
 * Declares an object type. Only what differs from the usual need be said.
 * @throws StixError `type-name` or `extension-id` when these do not follow STIX 2.1 §2.1 and §7.3.
 */
export function defineType(definition: TypeDefinition): RecordType {
  if (!NAME.test(definition.name)) throw new StixError("type-name", `not a STIX type name: ${definition.name}`);
  if (definition.extensionId !== undefined && !EXTENSION.test(definition.extensionId)) {
    throw new StixError("extension-id", `not an extension-definition id: ${definition.extensionId}`);
  }
  return {
    summary: (object) => text(object["name"]) ?? text(object["value"]) ?? text(object["abstract"]) ?? definition.title,
    names: namesOf,
    aboutPerson: () => false,
    ...definition,
  };
}

/** The JSON Schema (2020-12) that an extension-definition publishes for its type. */
export function jsonSchema(type: RecordType): object {
  return { title: type.title, ...z.toJSONSchema(type.schema, { unrepresentable: "any", io: "input" }) };
}

/** What an extension-definition says besides its schema. */
export interface ExtensionFacts {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly extensionTypes: readonly string[];
  readonly schema: object;
}

/** The extension-definition (§7.3) of a declared type; its schema is given as plain text, which the section allows. */
export function extensionDefinition(facts: ExtensionFacts, createdBy: string, created: string): JsonObject {
  return {
    type: "extension-definition",
    spec_version: "2.1",
    id: facts.id,
    created_by_ref: createdBy,
    created,
    modified: created,
    name: facts.name,
    description: facts.description,
    schema: JSON.stringify(facts.schema),
    version: "1.0.0",
    extension_types: [...facts.extensionTypes],
  };
}

/** The types a node knows, as a value. A well-formed type it does not know is carried under a plain description. */
export class TypeRegistry {
  readonly #types: ReadonlyMap<string, RecordType>;
  readonly #carried = new Map<string, RecordType>();

  constructor(types: readonly RecordType[]) {
    const map = new Map<string, RecordType>();
    for (const type of types) {
      if (map.has(type.name)) throw new StixError("type-duplicate", `the type ${type.name} is declared twice`);
      map.set(type.name, type);
    }
    this.#types = map;
  }

  get(name: string): RecordType | undefined {
    return this.#types.get(name);
  }

  list(): readonly RecordType[] {
    return [...this.#types.values()];
  }

  /** The type, or for one not known here a description by the object's shape: an SDO has `created`, an SCO has not. */
  describe(name: string, object: JsonObject): RecordType {
    const known = this.#types.get(name);
    if (known !== undefined) return known;
    const kind: Kind = object["created"] === undefined ? "sco" : "sdo";
    const key = `${kind} ${name}`;
    let carried = this.#carried.get(key);
    if (carried === undefined) {
      carried = defineType({ name, kind, title: name, schema: z.looseObject({}) });
      // Names come from outside: the cache is bounded.
      if (this.#carried.size < 1000) this.#carried.set(key, carried);
    }
    return carried;
  }
}
