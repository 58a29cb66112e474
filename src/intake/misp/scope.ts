import { isJsonObject, type JsonObject, type JsonValue } from "#base";
import type { PartyId } from "#policy";
import { derivedUuid, Emitter, relationship, type Stamp } from "./emitter.ts";
import { clusterOf, clustersOf } from "./galaxies.ts";
import { isTlp, markingsOf, tagNames } from "./markings.ts";
import { at, flagOf, idOf, textOf, uuidOf } from "./read.ts";

export const EPOCH = "1970-01-01T00:00:00.000Z";
const UNKNOWN = "00000000-0000-0000-0000-000000000000";

/** A reference between what stands in the event, read when all of it is known. */
interface Reference {
  readonly ref: JsonObject;
  readonly pointer: string;
  readonly from: string;
  readonly stamp: Stamp;
}

/** What the readers of one event's parts share. */
export class EventScope {
  readonly out: Emitter;
  /** What the report refers to. */
  readonly refs = new Set<string>();
  /** What each attribute and object became, for references between them. */
  readonly became = new Map<string, string>();
  /** The indicator or the record that carries each: what a sighting can be of. */
  readonly subjects = new Map<string, string>();
  readonly references: Reference[] = [];
  readonly #party: PartyId;
  uuid = "";
  stamp: Stamp = { created: EPOCH, modified: EPOCH, createdBy: "", markings: [], labels: [], revoked: false };

  constructor(place: string, party: PartyId) {
    this.out = new Emitter(place);
    this.#party = party;
  }

  get reportId(): string {
    return `report--${this.uuid}`;
  }

  /** The organisation that made it, as an identity; it says nothing of when, so that it is the same in every event. */
  organisation(value: JsonValue | undefined, pointer: string): string {
    const organisation = isJsonObject(value) ? value : {};
    const name = textOf(organisation["name"]);
    const clean = name === null || name === "" || !name.isWellFormed() ? "Unnamed organisation" : name;
    const uuid = uuidOf(organisation["uuid"]) ?? derivedUuid("organisation", name ?? UNKNOWN);
    const identity = {
      type: "identity",
      spec_version: "2.1",
      id: `identity--${uuid}`,
      created: EPOCH,
      modified: EPOCH,
      name: clean,
      identity_class: "organization",
      ...this.out.original("organisation", { uuid, name: clean }, { ...this.stamp, modified: EPOCH }, pointer),
    };
    this.out.give(identity, pointer);
    return identity.id;
  }

  markings(node: JsonObject, pointer: string, inherited: readonly string[], inherits: boolean): string[] {
    const { refs, definitions, problems } = markingsOf(node, this.#party, inherits);
    for (const definition of definitions) this.out.give(definition, pointer);
    for (const { key, code, message } of problems) this.out.problem(at(pointer, key), code, message);
    return [...new Set([...inherited, ...refs])];
  }

  labels(node: JsonObject): string[] {
    const mapped = new Set(clustersOf(node).map(({ galaxy, cluster }) => clusterOf(galaxy, cluster)?.tag ?? ""));
    return [...new Set(tagNames(node).filter((tag) => !isTlp(tag) && !mapped.has(tag) && tag.isWellFormed()))];
  }

  stampOf(node: JsonObject, pointer: string, parent: Stamp): Stamp {
    return {
      created: parent.created,
      // What it says hangs on the event's own markings too: a newer event is a newer version of all that stands in it.
      modified: later(this.out.moment(node, pointer, parent.modified), parent.modified),
      createdBy: parent.createdBy,
      markings: this.markings(node, pointer, parent.markings, true),
      labels: this.labels(node),
      revoked: parent.revoked || flagOf(node["deleted"]),
    };
  }

  relate(stamp: Stamp, source: string, type: string, target: string, pointer: string): void {
    const made = relationship(stamp, derivedUuid(source, type, target), source, type, target);
    if (this.out.give(made, pointer)) this.refs.add(idOf(made));
  }
}

export const later = (a: string, b: string): string => (a > b ? a : b);
