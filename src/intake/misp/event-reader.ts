import { isJsonObject, type JsonObject, type JsonValue } from "#base";
import type { PartyId } from "#policy";
import type { Loaded } from "../loader.ts";
import { type Made, makeAttribute } from "./attributes.ts";
import { derivedUuid, Emitter, indicatorUuid, marked, MAX_REFS, relationship, type Stamp, stamped } from "./emitter.ts";
import { clusterOf, clustersOf } from "./galaxies.ts";
import { isTlp, markingsOf, tagNames } from "./markings.ts";
import { Fields, makeObject } from "./objects.ts";
import { described, entriesOf, noteOf, shown } from "./texts.ts";
import { at, flagOf, idOf, isoOf, momentOf, objectsOf, textOf, uuidOf } from "./read.ts";

const EPOCH = "1970-01-01T00:00:00.000Z";
const UNKNOWN = "00000000-0000-0000-0000-000000000000";

/** Members of an event that are read here; a member named in capitals that is not among them is told as unmapped. */
const READ = new Set(["Attribute", "Object", "Tag", "Galaxy", "Orgc", "Org", "EventReport", "SharingGroup"]);
const THREAT_LEVEL: Readonly<Record<string, string>> = { 1: "high", 2: "medium", 3: "low", 4: "undefined" };
const ANALYSIS: Readonly<Record<string, string>> = { 0: "initial", 1: "ongoing", 2: "complete" };

/** One attribute or object in the making. */
interface Node {
  readonly node: JsonObject;
  readonly pointer: string;
  readonly uuid: string;
  readonly stamp: Stamp;
  readonly title: string;
  readonly kind: "attribute" | "object";
  readonly within?: string;
}

/** Reads one MISP event (core format §2.2) into STIX objects; see docs/misp.md for the mapping. Pure: it yields what it makes. */
export class EventReader {
  readonly #event: JsonObject;
  readonly #party: PartyId;
  readonly #out: Emitter;
  readonly #refs = new Set<string>();
  /** What each attribute and object became, for references between them. */
  readonly #became = new Map<string, string>();
  /** The indicator or the record that carries each: what a sighting can be of. */
  readonly #subjects = new Map<string, string>();
  readonly #references: {
    readonly ref: JsonObject;
    readonly pointer: string;
    readonly from: string;
    readonly stamp: Stamp;
  }[] = [];
  #uuid = "";
  #reportId = "";
  #stamp: Stamp = { created: EPOCH, modified: EPOCH, createdBy: "", markings: [], labels: [], revoked: false };

  constructor(event: JsonObject, place: string, party: PartyId) {
    this.#event = event;
    this.#party = party;
    this.#out = new Emitter(place);
  }

  *read(): Generator<Loaded> {
    const event = this.#event;
    this.#begin();
    this.#clusters(event, "", null, this.#stamp);
    yield* this.#out.take();
    for (const [index, attribute] of entriesOf(event["Attribute"], "/Attribute", this.#out)) {
      this.#attribute(attribute, `/Attribute/${index}`);
      yield* this.#out.take();
    }
    for (const [index, object] of entriesOf(event["Object"], "/Object", this.#out)) {
      this.#object(object, `/Object/${index}`);
      yield* this.#out.take();
    }
    for (const [index, report] of entriesOf(event["EventReport"], "/EventReport", this.#out))
      this.#eventReport(report, `/EventReport/${index}`);
    this.#resolve();
    this.#unmapped();
    yield* this.#out.take();
    this.#report();
    yield* this.#out.take();
  }

  #begin(): void {
    const event = this.#event;
    this.#uuid = this.#out.uuid(event, "", "event", "");
    const type = flagOf(event["published"]) ? "report" : "grouping";
    this.#reportId = `${type}--${this.#uuid}`;
    const day = isoOf(event["date"]);
    if (day === null && event["date"] !== undefined)
      this.#out.problem("/date", "bad-date", "the date is no day of the calendar");
    const modified = this.#out.moment(event, "", day ?? EPOCH);
    const markings = this.#markings(event, "", [], false);
    const createdBy = this.#organisation(isJsonObject(event["Orgc"]) ? event["Orgc"] : event["Org"], "/Orgc");
    const level = THREAT_LEVEL[textOf(event["threat_level_id"]) ?? ""];
    const analysis = ANALYSIS[textOf(event["analysis"]) ?? ""];
    const labels = [
      ...this.#labels(event),
      ...(level === undefined ? [] : [`misp:threat-level="${level}"`]),
      ...(analysis === undefined ? [] : [`misp:analysis="${analysis}"`]),
    ];
    this.#stamp = {
      created: day ?? modified,
      modified,
      createdBy,
      markings,
      labels,
      revoked: flagOf(event["deleted"]),
    };
  }

  /** The organisation that made it, as an identity; it says nothing of when, so that it is the same in every event. */
  #organisation(value: JsonValue | undefined, pointer: string): string {
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
      ...this.#out.original("organisation", { uuid, name: clean }, { ...this.#stamp, modified: EPOCH }, pointer),
    };
    this.#out.give(identity, pointer);
    return identity.id;
  }

  #markings(node: JsonObject, pointer: string, inherited: readonly string[], inherits: boolean): string[] {
    const { refs, definitions, problems } = markingsOf(node, this.#party, inherits);
    for (const definition of definitions) this.#out.give(definition, pointer);
    for (const { key, code, message } of problems) this.#out.problem(at(pointer, key), code, message);
    return [...new Set([...inherited, ...refs])];
  }

  #labels(node: JsonObject): string[] {
    const mapped = new Set(clustersOf(node).map(({ galaxy, cluster }) => clusterOf(galaxy, cluster)?.tag ?? ""));
    return [...new Set(tagNames(node).filter((tag) => !isTlp(tag) && !mapped.has(tag) && tag.isWellFormed()))];
  }

  #stampOf(node: JsonObject, pointer: string, parent: Stamp): Stamp {
    return {
      created: parent.created,
      modified: this.#out.moment(node, pointer, parent.modified),
      createdBy: parent.createdBy,
      markings: this.#markings(node, pointer, parent.markings, true),
      labels: this.#labels(node),
      revoked: parent.revoked || flagOf(node["deleted"]),
    };
  }

  #attribute(attribute: JsonObject, pointer: string): void {
    const type = textOf(attribute["type"]) ?? "";
    const value = textOf(attribute["value"]) ?? "";
    const uuid = this.#out.uuid(attribute, pointer, "attribute", this.#uuid);
    const stamp = this.#stampOf(attribute, pointer, this.#stamp);
    const node: Node = { node: attribute, pointer, uuid, stamp, title: `${type}: ${value}`, kind: "attribute" };
    const made = makeAttribute(type, value, attribute);
    const fault = made === null ? null : this.#fault(made, node);
    if (made === null || fault !== null) {
      this.#out.problem(
        pointer,
        "unmapped",
        `${shown(type)} ${fault === null ? "has no place in STIX" : `is not as STIX wants it: ${fault}`}; a note carries it`,
      );
    }
    this.#place(node, fault === null ? (made ?? { note: true }) : { note: true });
  }

  #object(object: JsonObject, pointer: string): void {
    const name = textOf(object["name"]) ?? "";
    const attributes = objectsOf(object["Attribute"]);
    const uuid = this.#out.uuid(object, pointer, "object", this.#uuid);
    const stamp = this.#stampOf(object, pointer, this.#stamp);
    const inner = attributes.map((attribute, n) => this.#markings(attribute, `${pointer}/Attribute/${n}`, [], true));
    const strict: Stamp = { ...stamp, markings: [...new Set([...stamp.markings, ...inner.flat()])] };
    const node: Node = { node: object, pointer, uuid, stamp: strict, title: `${name} object`, kind: "object" };
    const fields = new Fields(attributes);
    const made = makeObject(name, attributes, fields);
    const fault = made === null ? null : this.#fault(made, node);
    if (made === null || fault !== null) {
      fields.used.clear();
      const why = fault === null ? "has no place in STIX" : `is not as STIX wants it: ${fault}`;
      this.#out.problem(
        pointer,
        "unmapped",
        `an object of template ${JSON.stringify(name.slice(0, 60))} ${why}; a note carries it`,
      );
    }
    this.#place(node, fault === null && made !== null ? made : { note: true });
    for (const [n, attribute] of attributes.entries()) {
      if (!fields.used.has(n)) this.#leftOver(attribute, `${pointer}/Attribute/${n}`, node);
      this.#nested(attribute, `${pointer}/Attribute/${n}`, this.#subjects.get(uuid) ?? "", strict);
    }
    for (const [n, ref] of objectsOf(object["ObjectReference"]).entries())
      this.#references.push({ ref, pointer: `${pointer}/ObjectReference/${n}`, from: uuid, stamp: strict });
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
    if (made === null || made.note === true || this.#fault(made, node) !== null) {
      const relation = textOf(attribute["object_relation"]) ?? type;
      this.#out.problem(
        pointer,
        "unmapped",
        `${shown(relation)} has no place in STIX; it stays in its object's MISP form`,
      );
    } else
      this.#place(
        { ...node, uuid: this.#out.uuid({ ...attribute, uuid: node.uuid }, pointer, "attribute", parent.uuid) },
        made,
      );
  }

  #fault(made: Made, { stamp }: Node): string | null {
    for (const object of made.objects ?? []) {
      const fault = this.#out.fault(marked(object, stamp));
      if (fault !== null) return fault;
    }
    const probe = (type: string, properties: JsonObject): string | null =>
      this.#out.fault(
        stamped(type, derivedUuid("probe"), { ...stamp, createdBy: `identity--${derivedUuid("probe")}` }, properties),
      );
    if (made.domain !== undefined) {
      const { type, ...properties } = made.domain;
      const fault = probe(textOf(type) ?? "", {
        ...(type === "indicator" ? { valid_from: stamp.modified } : {}),
        ...properties,
      });
      if (fault !== null) return fault;
    }
    return made.comparison === undefined
      ? null
      : probe("indicator", { pattern: `[${made.comparison}]`, pattern_type: "stix", valid_from: stamp.modified });
  }

  /** Gives out what a node became: its objects, the record that carries its MISP form, and an indicator when it is to be watched for. */
  #place(node: Node, made: Made): void {
    const { uuid, stamp, pointer } = node;
    const [first, last] = this.#seen(node);
    const watch = node.kind === "object" ? made.comparison !== undefined : flagOf(node.node["to_ids"]);
    const carrier = this.#carry(node, made, first, last);
    if (!this.#out.give(carrier, pointer)) return;
    const carrierId = idOf(carrier);
    this.#refs.add(carrierId);
    const about = made.objects?.[0] === undefined ? carrierId : idOf(made.objects[0]);
    this.#became.set(uuid, about);
    let indicatorId: string | null = carrier["type"] === "indicator" ? carrierId : null;
    if (watch && made.comparison !== undefined) {
      const indicator = stamped("indicator", indicatorUuid(uuid), stamp, {
        name: node.title.slice(0, 250).toWellFormed(),
        description: `MISP ${node.kind}, category ${(textOf(node.node["category"]) ?? textOf(node.node["meta-category"]) ?? "unknown").slice(0, 60).toWellFormed()}`,
        ...described(node.node),
        pattern: `[${made.comparison}]`,
        pattern_type: "stix",
        valid_from: first,
      });
      if (this.#out.give(indicator, pointer)) {
        indicatorId = idOf(indicator);
        this.#refs.add(indicatorId);
        if (carrier["type"] === "observed-data") this.#relate(stamp, indicatorId, "based-on", carrierId, pointer);
      }
    }
    this.#subjects.set(uuid, indicatorId ?? carrierId);
    this.#clusters(node.node, pointer, indicatorId ?? carrierId, stamp);
    if (node.kind === "attribute" && node.within === undefined)
      this.#nested(node.node, pointer, indicatorId ?? carrierId, stamp);
  }

  #carry(node: Node, made: Made, first: string, last: string): JsonObject {
    const { uuid, stamp, pointer, within, kind } = node;
    const artifact = made.objects?.find((object) => object["type"] === "artifact")?.["id"];
    const extension = this.#out.original(kind, node.node, stamp, pointer, {
      ...(within === undefined ? {} : { within }),
      ...(typeof artifact === "string" && kind === "attribute" ? { data_ref: artifact } : {}),
    });
    if (made.objects !== undefined) {
      const refs = made.objects.map((object) => idOf(object));
      for (const object of made.objects) this.#out.give(marked(object, stamp), pointer);
      for (const [source, type, target] of made.links ?? []) {
        const link = relationship(stamp, derivedUuid(uuid, source, type, target), source, type, target);
        if (this.#out.give(link, pointer)) refs.push(idOf(link));
      }
      return stamped("observed-data", uuid, stamp, {
        first_observed: first,
        last_observed: last,
        number_observed: 1,
        object_refs: [...new Set(refs)],
        ...extension,
      });
    }
    if (made.domain !== undefined) {
      const { type, ...properties } = made.domain;
      const rule = type === "indicator" ? { name: node.title.slice(0, 250).toWellFormed(), valid_from: first } : {};
      const text = properties["description"] === undefined && type !== "note" ? described(node.node) : {};
      return stamped(textOf(type) ?? "", uuid, stamp, { ...rule, ...text, ...properties, ...extension });
    }
    return stamped("note", uuid, stamp, {
      ...noteOf(node.node, node.kind),
      object_refs: [this.#reportId],
      ...extension,
    });
  }

  #seen({ node, stamp, pointer }: Node): readonly [string, string] {
    const [first, last] = [isoOf(node["first_seen"]), isoOf(node["last_seen"])];
    for (const [key, read] of [
      ["first_seen", first],
      ["last_seen", last],
    ] as const)
      if (read === null && node[key] !== undefined && node[key] !== null)
        this.#out.problem(at(pointer, key), "bad-date", `${key} is no date of ISO 8601`);
    const begin = first ?? (last !== null && last < stamp.modified ? last : stamp.modified);
    if (last !== null && last < begin)
      this.#out.problem(at(pointer, "last_seen"), "bad-date", "last_seen is before first_seen");
    return [begin, last === null || last < begin ? begin : last];
  }

  #relate(stamp: Stamp, source: string, type: string, target: string, pointer: string): void {
    const made = relationship(stamp, derivedUuid(source, type, target), source, type, target);
    if (this.#out.give(made, pointer)) this.#refs.add(idOf(made));
  }

  #clusters(node: JsonObject, pointer: string, subject: string | null, stamp: Stamp): void {
    for (const { galaxy, cluster, at: where } of clustersOf(node)) {
      const made = clusterOf(galaxy, cluster);
      if (made === null) {
        const name = textOf(galaxy["type"]) ?? "";
        this.#out.problem(
          pointer + where,
          "unmapped",
          `a cluster of galaxy ${JSON.stringify(name.slice(0, 60))} has no object in STIX; its tag stays as a label`,
        );
        continue;
      }
      const object =
        made.published || stamp.markings.length === 0
          ? made.object
          : { ...made.object, object_marking_refs: [...stamp.markings] };
      if (!this.#out.give(object, pointer + where)) continue;
      this.#refs.add(idOf(object));
      if (subject === null) continue;
      const indicates = subject.startsWith("indicator--") && object["type"] !== "course-of-action";
      this.#relate(stamp, subject, indicates ? "indicates" : "related-to", idOf(object), pointer + where);
    }
  }

  /** Sightings become sightings and opinions; proposals are for the other side's analysts and are told. */
  #nested(node: JsonObject, pointer: string, subject: string, stamp: Stamp): void {
    for (const [n, sighting] of objectsOf(node["Sighting"]).entries())
      this.#sighting(sighting, `${pointer}/Sighting/${n}`, subject, stamp);
    for (const [n] of objectsOf(node["ShadowAttribute"]).entries())
      this.#out.problem(
        `${pointer}/ShadowAttribute/${n}`,
        "unmapped",
        "a proposal is not taken over; it stays in the attribute's MISP form",
      );
  }

  #sighting(sighting: JsonObject, pointer: string, subject: string, stamp: Stamp): void {
    const seen = momentOf(sighting["date_sighting"]);
    const kind = textOf(sighting["type"]) ?? "0";
    if (seen === null || !["0", "1"].includes(kind) || subject === "") {
      const why =
        seen === null
          ? "has no date"
          : kind === "2"
            ? "that tells an expiration has no place in STIX"
            : "is of no kind that STIX has here";
      return this.#out.problem(pointer, "unmapped", `a sighting ${why}; it stays in the attribute's MISP form`);
    }
    const uuid = this.#out.uuid(sighting, pointer, "sighting", this.#uuid);
    const own: Stamp = { ...stamp, created: seen, modified: seen, labels: [] };
    const by = isJsonObject(sighting["Organisation"]) ? this.#organisation(sighting["Organisation"], pointer) : null;
    const source = textOf(sighting["source"]);
    const text = source === null || source === "" ? {} : { description: source.toWellFormed() };
    const object =
      kind === "0"
        ? stamped("sighting", uuid, own, {
            ...text,
            first_seen: seen,
            last_seen: seen,
            count: 1,
            sighting_of_ref: subject,
            ...(by === null ? {} : { where_sighted_refs: [by] }),
          })
        : stamped("opinion", uuid, own, {
            explanation: "False positive, as MISP's sighting says.",
            opinion: "strongly-disagree",
            object_refs: [subject],
          });
    if (this.#out.give(object, pointer)) this.#refs.add(idOf(object));
  }

  #eventReport(report: JsonObject, pointer: string): void {
    const content = textOf(report["content"]) ?? "";
    const name = textOf(report["name"]) ?? "";
    if (content === "") return this.#out.problem(pointer, "unmapped", "an event report without content");
    const uuid = this.#out.uuid(report, pointer, "event-report", this.#uuid);
    const note = stamped("note", uuid, this.#stampOf(report, pointer, this.#stamp), {
      ...(name === "" ? {} : { abstract: name.toWellFormed() }),
      content: content.toWellFormed(),
      object_refs: [this.#reportId],
    });
    if (this.#out.give(note, pointer)) this.#refs.add(idOf(note));
  }

  #resolve(): void {
    for (const { ref, pointer, from, stamp } of this.#references) {
      const source = this.#became.get(from);
      const target = this.#became.get(uuidOf(ref["referenced_uuid"]) ?? "");
      if (source === undefined || target === undefined) {
        this.#out.problem(pointer, "unmapped", "it refers to nothing that stands in this event");
        continue;
      }
      const type = (textOf(ref["relationship_type"]) ?? "")
        .toLowerCase()
        .replaceAll(/[^a-z0-9]+/g, "-")
        .replaceAll(/^-|-$/g, "")
        .slice(0, 250);
      const uuid = this.#out.uuid(ref, pointer, "reference", this.#uuid);
      const own: Stamp = {
        ...stamp,
        labels: [],
        modified: this.#out.moment(ref, pointer, stamp.modified),
        revoked: stamp.revoked || flagOf(ref["deleted"]),
      };
      const comment = (textOf(ref["comment"]) ?? "").toWellFormed();
      const named = relationship(own, uuid, source, type, target, comment);
      const made =
        type.length < 3 || this.#out.fault(named) !== null
          ? relationship(own, uuid, source, "related-to", target, comment)
          : named;
      if (this.#out.give(made, pointer)) this.#refs.add(idOf(made));
    }
  }

  #unmapped(): void {
    for (const [key, value] of Object.entries(this.#event)) {
      if (!/^[A-Z]/.test(key) || READ.has(key) || value === null) continue;
      const items = Array.isArray(value) ? value : [value];
      for (const [n] of items.slice(0, 1000).entries())
        this.#out.problem(
          Array.isArray(value) ? `${at("", key)}/${n}` : at("", key),
          "unmapped",
          `${key.slice(0, 60)} of an event has no place in STIX; it stays in the event's MISP form`,
        );
    }
  }

  #report(): void {
    const { Attribute: _attributes, Object: _objects, ...rest } = this.#event;
    const extension = this.#out.original("event", rest, this.#stamp, "");
    const info = (textOf(this.#event["info"]) ?? "").toWellFormed();
    const name = info === "" ? `MISP event ${this.#uuid}` : info;
    const refs = [...this.#refs];
    const parts: string[] = [];
    for (let from = MAX_REFS; from < refs.length; from += MAX_REFS) {
      const part = stamped("grouping", derivedUuid(this.#uuid, "part", String(from)), this.#stamp, {
        name: `${name} (part ${from / MAX_REFS + 1})`,
        context: "unspecified",
        object_refs: refs.slice(from, from + MAX_REFS),
      });
      if (this.#out.give(part, "")) parts.push(idOf(part));
    }
    const object_refs = [...refs.slice(0, MAX_REFS), ...parts];
    const own = { name, object_refs: object_refs.length === 0 ? [this.#stamp.createdBy] : object_refs, ...extension };
    const published = momentOf(this.#event["publish_timestamp"]);
    const head = this.#reportId.startsWith("report--")
      ? stamped("report", this.#uuid, this.#stamp, {
          ...own,
          report_types: ["threat-report"],
          published: published === null || published === EPOCH ? this.#stamp.modified : published,
        })
      : stamped("grouping", this.#uuid, this.#stamp, { ...own, context: "unspecified" });
    this.#out.give(head, "");
  }
}
