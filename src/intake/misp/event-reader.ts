import { isJsonObject, type JsonObject } from "#base";
import type { PartyId } from "#policy";
import type { Loaded } from "../loader.ts";
import { makeAttribute } from "./attributes.ts";
import { derivedUuid, MAX_REFS, type Stamp, stamped } from "./emitter.ts";
import { readClusters, readEventReport, readNested, readReferences } from "./links.ts";
import { Fields, makeObject } from "./objects.ts";
import { faultOf, type Node, place } from "./placement.ts";
import { at, flagOf, idOf, isoOf, momentOf, objectsOf, textOf, uuidOf } from "./read.ts";
import { EPOCH, EventScope } from "./scope.ts";
import { entriesOf, shown } from "./texts.ts";

/** Members of an event that are read here; a member named in capitals that is not among them is told as unmapped. */
const READ = new Set(["Attribute", "Object", "Tag", "Galaxy", "Orgc", "Org", "EventReport", "SharingGroup"]);
const THREAT_LEVEL: Readonly<Record<string, string>> = { 1: "high", 2: "medium", 3: "low", 4: "undefined" };
const ANALYSIS: Readonly<Record<string, string>> = { 0: "initial", 1: "ongoing", 2: "complete" };

/** Reads one MISP event (core format §2.2) into STIX objects; see docs/misp.md for the mapping. Pure: it yields what it makes. */
export class EventReader {
  readonly #event: JsonObject;
  readonly #scope: EventScope;

  constructor(event: JsonObject, where: string, party: PartyId) {
    this.#event = event;
    this.#scope = new EventScope(where, party);
  }

  *read(): Generator<Loaded> {
    const event = this.#event;
    const scope = this.#scope;
    this.#begin();
    readClusters(scope, event, "", null, scope.stamp);
    yield* scope.out.take();
    for (const [index, attribute] of entriesOf(event["Attribute"], "/Attribute", scope.out)) {
      this.#attribute(attribute, `/Attribute/${index}`);
      yield* scope.out.take();
    }
    for (const [index, object] of entriesOf(event["Object"], "/Object", scope.out)) {
      this.#object(object, `/Object/${index}`);
      yield* scope.out.take();
    }
    for (const [index, report] of entriesOf(event["EventReport"], "/EventReport", scope.out))
      readEventReport(scope, report, `/EventReport/${index}`);
    readReferences(scope);
    this.#unmapped();
    yield* scope.out.take();
    this.#report();
    yield* scope.out.take();
  }

  #begin(): void {
    const event = this.#event;
    this.#scope.uuid = this.#scope.out.uuid(event, "", "event", "");
    const day = isoOf(event["date"]);
    if (day === null && event["date"] !== undefined)
      this.#scope.out.problem("/date", "bad-date", "the date is no day of the calendar");
    const modified = this.#scope.out.moment(event, "", day ?? EPOCH);
    const markings = this.#scope.markings(event, "", [], false);
    const createdBy = this.#scope.organisation(isJsonObject(event["Orgc"]) ? event["Orgc"] : event["Org"], "/Orgc");
    const level = THREAT_LEVEL[textOf(event["threat_level_id"]) ?? ""];
    const analysis = ANALYSIS[textOf(event["analysis"]) ?? ""];
    const labels = [
      ...this.#scope.labels(event),
      ...(level === undefined ? [] : [`misp:threat-level="${level}"`]),
      ...(analysis === undefined ? [] : [`misp:analysis="${analysis}"`]),
      ...(flagOf(event["published"]) ? [] : ['misp:published="false"']),
    ];
    this.#scope.stamp = {
      created: day ?? modified,
      modified,
      createdBy,
      markings,
      labels,
      revoked: flagOf(event["deleted"]),
    };
  }

  #attribute(attribute: JsonObject, pointer: string): void {
    const type = textOf(attribute["type"]) ?? "";
    const value = textOf(attribute["value"]) ?? "";
    const uuid = this.#scope.out.uuid(attribute, pointer, "attribute", this.#scope.uuid);
    const stamp = this.#scope.stampOf(attribute, pointer, this.#scope.stamp);
    const node: Node = { node: attribute, pointer, uuid, stamp, title: `${type}: ${value}`, kind: "attribute" };
    const made = makeAttribute(type, value, attribute);
    const fault = made === null ? null : faultOf(this.#scope, made, node);
    if (made === null || fault !== null) {
      this.#scope.out.problem(
        pointer,
        "unmapped",
        `${shown(type)} ${fault === null ? "has no place in STIX" : `is not as STIX wants it: ${fault}`}; a note carries it`,
      );
    }
    place(this.#scope, node, fault === null ? (made ?? { note: true }) : { note: true });
  }

  #object(object: JsonObject, pointer: string): void {
    const name = textOf(object["name"]) ?? "";
    const attributes = objectsOf(object["Attribute"]);
    const uuid = this.#scope.out.uuid(object, pointer, "object", this.#scope.uuid);
    const stamp = this.#scope.stampOf(object, pointer, this.#scope.stamp);
    const narrowed = attributes.map((attribute, n) =>
      this.#scope.markings(attribute, `${pointer}/Attribute/${n}`, [], true),
    );
    const strict: Stamp = { ...stamp, markings: [...new Set([...stamp.markings, ...narrowed.flat()])] };
    const node: Node = { node: object, pointer, uuid, stamp: strict, title: `${name} object`, kind: "object" };
    const fields = new Fields(attributes);
    const made = makeObject(name, attributes, fields);
    const fault = made === null ? null : faultOf(this.#scope, made, node);
    if (made === null || fault !== null) {
      fields.used.clear();
      const why = fault === null ? "has no place in STIX" : `is not as STIX wants it: ${fault}`;
      this.#scope.out.problem(
        pointer,
        "unmapped",
        `an object of template ${JSON.stringify(name.slice(0, 60))} ${why}; a note carries it`,
      );
    }
    place(this.#scope, node, fault === null && made !== null ? made : { note: true });
    const about = this.#scope.became.get(uuid);
    for (const [n, attribute] of attributes.entries()) {
      if (!fields.used.has(n)) this.#leftOver(attribute, `${pointer}/Attribute/${n}`, node);
      readNested(this.#scope, attribute, `${pointer}/Attribute/${n}`, this.#scope.subjects.get(uuid) ?? "", strict);
      const inner = uuidOf(attribute["uuid"]);
      if (inner !== null && about !== undefined && !this.#scope.became.has(inner)) this.#scope.became.set(inner, about);
    }
    for (const [n, ref] of objectsOf(object["ObjectReference"]).entries())
      this.#scope.references.push({ ref, pointer: `${pointer}/ObjectReference/${n}`, from: uuid, stamp: strict });
  }

  /** An attribute that its object's template has no use for is read by itself, where it can be. */
  #leftOver(attribute: JsonObject, pointer: string, parent: Node): void {
    const type = textOf(attribute["type"]) ?? "";
    const value = textOf(attribute["value"]) ?? "";
    const made = makeAttribute(type, value, attribute);
    const uuid = uuidOf(attribute["uuid"]);
    const node: Node = {
      node: attribute,
      pointer,
      uuid: uuid ?? derivedUuid(parent.uuid, pointer),
      stamp: parent.stamp,
      title: `${type}: ${value}`,
      kind: "attribute",
      within: parent.uuid,
    };
    if (made === null || made.note === true || faultOf(this.#scope, made, node) !== null) {
      const relation = textOf(attribute["object_relation"]) ?? type;
      this.#scope.out.problem(
        pointer,
        "unmapped",
        `${shown(relation)} has no place in STIX; it stays in its object's MISP form`,
      );
    } else
      place(
        this.#scope,
        { ...node, uuid: this.#scope.out.uuid({ ...attribute, uuid: node.uuid }, pointer, "attribute", parent.uuid) },
        made,
      );
  }

  #unmapped(): void {
    for (const [key, value] of Object.entries(this.#event)) {
      if (!/^[A-Z]/.test(key) || READ.has(key) || value === null) continue;
      const items = Array.isArray(value) ? value : [value];
      for (const [n] of items.entries())
        this.#scope.out.problem(
          Array.isArray(value) ? `${at("", key)}/${n}` : at("", key),
          "unmapped",
          `${key.slice(0, 60)} of an event has no place in STIX; it stays in the event's MISP form`,
        );
    }
  }

  #report(): void {
    const { Attribute: _attributes, Object: _objects, ...rest } = this.#event;
    const extension = this.#scope.out.original("event", rest, this.#scope.stamp, "");
    const info = (textOf(this.#event["info"]) ?? "").toWellFormed();
    const name = info === "" ? `MISP event ${this.#scope.uuid}` : info;
    const refs = [...this.#scope.refs];
    const parts: string[] = [];
    for (let from = MAX_REFS; from < refs.length; from += MAX_REFS) {
      const part = stamped("grouping", derivedUuid(this.#scope.uuid, "part", String(from)), this.#scope.stamp, {
        name: `${name} (part ${from / MAX_REFS + 1})`,
        context: "unspecified",
        object_refs: refs.slice(from, from + MAX_REFS),
      });
      if (this.#scope.out.give(part, "")) parts.push(idOf(part));
    }
    const object_refs = [...refs.slice(0, MAX_REFS), ...parts];
    const own = {
      name,
      object_refs: object_refs.length === 0 ? [this.#scope.stamp.createdBy] : object_refs,
      ...extension,
    };
    const published = momentOf(this.#event["publish_timestamp"]);
    // Always a report, published or not: an event goes back and forth, and keeps its UUID.
    const head = stamped("report", this.#scope.uuid, this.#scope.stamp, {
      ...own,
      report_types: ["threat-report"],
      published: published === null || published === EPOCH ? this.#scope.stamp.modified : published,
    });
    this.#scope.out.give(head, "");
  }
}
