import type { JsonObject } from "#base";
import type { Made } from "./attributes.ts";
import { derivedUuid, indicatorUuid, marked, relationship, type Stamp, stamped } from "./emitter.ts";
import { readClusters, readNested } from "./links.ts";
import { at, flagOf, idOf, isoOf, textOf } from "./read.ts";
import type { EventScope } from "./scope.ts";
import { described, noteOf } from "./texts.ts";

/** One attribute or object in the making. */
export interface Node {
  readonly node: JsonObject;
  readonly pointer: string;
  readonly uuid: string;
  readonly stamp: Stamp;
  readonly title: string;
  readonly kind: "attribute" | "object";
  readonly within?: string;
}

export function faultOf(scope: EventScope, made: Made, { stamp }: Node): string | null {
  for (const object of made.objects ?? []) {
    const fault = scope.out.fault(marked(object, stamp));
    if (fault !== null) return fault;
  }
  const probe = (type: string, properties: JsonObject): string | null =>
    scope.out.fault(
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
export function place(scope: EventScope, node: Node, made: Made): void {
  const { uuid, stamp, pointer } = node;
  const [first, last] = seen(scope, node);
  const watch = node.kind === "object" ? made.comparison !== undefined : flagOf(node.node["to_ids"]);
  const carrier = carry(scope, node, made, first, last);
  if (!scope.out.give(carrier, pointer)) return;
  const carrierId = idOf(carrier);
  scope.refs.add(carrierId);
  const about = made.objects?.[0] === undefined ? carrierId : idOf(made.objects[0]);
  scope.became.set(uuid, about);
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
    if (scope.out.give(indicator, pointer)) {
      indicatorId = idOf(indicator);
      scope.refs.add(indicatorId);
      if (carrier["type"] === "observed-data") scope.relate(stamp, indicatorId, "based-on", carrierId, pointer);
    }
  }
  scope.subjects.set(uuid, indicatorId ?? carrierId);
  readClusters(scope, node.node, pointer, indicatorId ?? carrierId, stamp);
  if (node.kind === "attribute" && node.within === undefined)
    readNested(scope, node.node, pointer, indicatorId ?? carrierId, stamp);
}

function carry(scope: EventScope, node: Node, made: Made, first: string, last: string): JsonObject {
  const { uuid, stamp, pointer, within, kind } = node;
  const artifact = made.objects?.find((object) => object["type"] === "artifact")?.["id"];
  const extension = scope.out.original(kind, node.node, stamp, pointer, {
    ...(within === undefined ? {} : { within }),
    ...(typeof artifact === "string" && kind === "attribute" ? { data_ref: artifact } : {}),
  });
  if (made.objects !== undefined) {
    const refs = made.objects.map((object) => idOf(object));
    for (const object of made.objects) scope.out.give(marked(object, stamp), pointer);
    for (const [source, type, target] of made.links ?? []) {
      const link = relationship(stamp, derivedUuid(uuid, source, type, target), source, type, target);
      if (scope.out.give(link, pointer)) refs.push(idOf(link));
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
    object_refs: [scope.reportId],
    ...extension,
  });
}

function seen(scope: EventScope, { node, stamp, pointer }: Node): readonly [string, string] {
  const [first, last] = [isoOf(node["first_seen"]), isoOf(node["last_seen"])];
  for (const [key, read] of [
    ["first_seen", first],
    ["last_seen", last],
  ] as const)
    if (read === null && node[key] !== undefined && node[key] !== null)
      scope.out.problem(at(pointer, key), "bad-date", `${key} is no date of ISO 8601`);
  const begin = first ?? (last !== null && last < stamp.modified ? last : stamp.modified);
  if (last !== null && last < begin)
    scope.out.problem(at(pointer, "last_seen"), "bad-date", "last_seen is before first_seen");
  return [begin, last === null || last < begin ? begin : last];
}
