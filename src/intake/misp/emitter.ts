import { type JsonObject, sha256Hex } from "#base";
import { uuid5, validateObject } from "#stix";
import type { Loaded } from "../loader.ts";
import { MISP_EXTENSION_ID, type MispOriginal } from "./extension.ts";
import { MISP_NAMESPACE } from "./markings.ts";
import { at, idOf, momentOf, textOf, uuidOf } from "./read.ts";

/** References of one report. A larger event goes on in groupings, each of which the report names. */
export const MAX_REFS = 5000;
/** Characters of one original that a record carries; a larger one is told and not carried. */
const MAX_ORIGINAL = 2 * 1024 * 1024;

/** Whose record, from when, marked how: what every object made of one attribute or MISP object has in common. */
export interface Stamp {
  readonly created: string;
  readonly modified: string;
  readonly createdBy: string;
  readonly markings: readonly string[];
  readonly labels: readonly string[];
  readonly revoked: boolean;
}

/** Collects what one event becomes. Every object is held against STIX 2.1 here; what does not pass is never given out. */
export class Emitter {
  readonly #place: string;
  readonly #made = new Set<string>();
  readonly #uuids = new Set<string>();
  /** A UUID is of one object whatever its type (§2.9). */
  readonly #types = new Map<string, string>();
  #ready: Loaded[] = [];

  constructor(place: string) {
    this.#place = place;
  }

  *take(): Generator<Loaded> {
    const ready = this.#ready;
    this.#ready = [];
    yield* ready;
  }

  problem(pointer: string, code: string, message: string): void {
    this.#ready.push({ kind: "problem", place: this.#place + pointer, code, message });
  }

  /** The first thing that STIX forbids in it; `null` when it may go out. */
  fault(object: JsonObject): string | null {
    const [error] = validateObject(object, { maxFindings: 1 }).errors;
    // What the value is stays out of a problem: whoever may see an import reads it.
    return error === undefined ? null : `${error.path} ${error.message.replace(/, not .*$/su, "")}`;
  }

  /** Gives out an object, once an id. @returns whether it stands. */
  give(object: JsonObject, pointer: string): boolean {
    const id = idOf(object);
    if (this.#made.has(id)) return true;
    const fault = this.fault(object);
    if (fault !== null) {
      this.problem(pointer, "not-stix", `it makes no valid ${textOf(object["type"])}: ${fault}`);
      return false;
    }
    const type = textOf(object["type"]) ?? "";
    const other = this.#types.get(id.slice(-36)) ?? type;
    if (other !== type) {
      this.problem(pointer, "duplicate-uuid", `its UUID stands for a ${other} in this event too`);
      return false;
    }
    this.#made.add(id);
    this.#types.set(id.slice(-36), type);
    this.#ready.push({ kind: "object", object, place: this.#place + pointer });
    return true;
  }

  /** The UUID of a MISP node; where it has none, or one that stood before, one made of where and what it is. */
  uuid(node: JsonObject, pointer: string, kind: string, parent: string): string {
    const own = uuidOf(node["uuid"]);
    if (own !== null && !this.#uuids.has(own) && !this.#types.has(own)) {
      this.#uuids.add(own);
      return own;
    }
    this.problem(
      at(pointer, "uuid"),
      own === null ? "uuid" : "duplicate-uuid",
      own === null
        ? "there is no UUID of RFC 4122 here; one is made of the content"
        : "this UUID stands twice in the event; another is made of the content for the second",
    );
    const made = uuid5(MISP_NAMESPACE, JSON.stringify([parent, kind, pointer, sha256Hex(JSON.stringify(node))]));
    this.#uuids.add(made);
    return made;
  }

  /** `timestamp` of a MISP node, or the event's where it has none. */
  moment(node: JsonObject, pointer: string, otherwise: string): string {
    const { timestamp } = node;
    if (timestamp === undefined || timestamp === null) return otherwise;
    const moment = momentOf(timestamp);
    if (moment === null) this.problem(at(pointer, "timestamp"), "bad-date", "the timestamp is no time in seconds");
    return moment ?? otherwise;
  }

  /** The extension that carries what the record was in MISP. */
  original(
    kind: MispOriginal["misp_kind"],
    node: JsonObject,
    stamp: Stamp,
    pointer: string,
    more: { readonly within?: string; readonly data_ref?: string } = {},
  ): JsonObject {
    const text = JSON.stringify(more.data_ref === undefined ? node : { ...node, data: null });
    if (text.length > MAX_ORIGINAL) {
      this.problem(
        pointer,
        "original-too-large",
        `its MISP form has ${text.length} characters and is not carried along`,
      );
      return {};
    }
    return {
      extensions: {
        [MISP_EXTENSION_ID]: {
          extension_type: "property-extension",
          misp_kind: kind,
          original: text,
          as_of: stamp.modified,
          ...more,
        },
      },
    };
  }
}

/** An SDO or SRO: its own properties between what all have. */
export function stamped(type: string, uuid: string, stamp: Stamp, properties: JsonObject): JsonObject {
  return {
    type,
    spec_version: "2.1",
    id: `${type}--${uuid}`,
    created_by_ref: stamp.createdBy,
    created: stamp.created < stamp.modified ? stamp.created : stamp.modified,
    modified: stamp.modified,
    ...(stamp.revoked ? { revoked: true } : {}),
    ...(stamp.labels.length === 0 ? {} : { labels: [...stamp.labels] }),
    ...(stamp.markings.length === 0 ? {} : { object_marking_refs: [...stamp.markings] }),
    ...properties,
  };
}

/** A cyber-observable is not versioned: of the stamp it has the markings only. */
export function marked(observable: JsonObject, stamp: Stamp): JsonObject {
  return stamp.markings.length === 0 ? observable : { ...observable, object_marking_refs: [...stamp.markings] };
}

export const relationship = (
  stamp: Stamp,
  uuid: string,
  source: string,
  type: string,
  target: string,
  description?: string,
): JsonObject =>
  stamped("relationship", uuid, stamp, {
    relationship_type: type,
    ...(description === undefined || description === "" ? {} : { description }),
    source_ref: source,
    target_ref: target,
  });

/** The indicator of what has the UUID in MISP: the record that carries it has that one itself. */
export const indicatorUuid = (uuid: string): string => derivedUuid("indicator", uuid);

export const derivedUuid = (...parts: readonly string[]): string => uuid5(MISP_NAMESPACE, JSON.stringify(parts));
