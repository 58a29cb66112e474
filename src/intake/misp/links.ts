import { isJsonObject, type JsonObject } from "#base";
import { relationship, type Stamp, stamped } from "./emitter.ts";
import { clusterOf, clustersOf } from "./galaxies.ts";
import { flagOf, idOf, momentOf, objectsOf, textOf, uuidOf } from "./read.ts";
import { type EventScope, later } from "./scope.ts";

/** What stands beside attributes and objects: clusters, sightings, proposals, event reports, references. */
export function readClusters(
  scope: EventScope,
  node: JsonObject,
  pointer: string,
  subject: string | null,
  stamp: Stamp,
): void {
  for (const { galaxy, cluster, at: where } of clustersOf(node)) {
    const made = clusterOf(galaxy, cluster);
    if (made === null) {
      const name = textOf(galaxy["type"]) ?? "";
      scope.out.problem(
        pointer + where,
        "unmapped",
        `a cluster of galaxy ${JSON.stringify(name.slice(0, 60))} has no object in STIX; its tag stays as a label`,
      );
      continue;
    }
    const object =
      made.published || stamp.markings.length === 0
        ? made.object
        : {
            ...made.object,
            // Its markings are the event's, so its version is no older than the event's.
            modified: later(textOf(made.object["modified"]) ?? "", stamp.modified),
            object_marking_refs: [...stamp.markings],
          };
    if (!scope.out.give(object, pointer + where)) continue;
    scope.refs.add(idOf(object));
    if (subject === null) continue;
    const indicates = subject.startsWith("indicator--") && object["type"] !== "course-of-action";
    scope.relate(stamp, subject, indicates ? "indicates" : "related-to", idOf(object), pointer + where);
  }
}

/** Sightings become sightings and opinions; proposals are for the other side's analysts and are told. */
export function readNested(scope: EventScope, node: JsonObject, pointer: string, subject: string, stamp: Stamp): void {
  for (const [n, sighting] of objectsOf(node["Sighting"]).entries())
    readSighting(scope, sighting, `${pointer}/Sighting/${n}`, subject, stamp);
  for (const [n] of objectsOf(node["ShadowAttribute"]).entries())
    scope.out.problem(
      `${pointer}/ShadowAttribute/${n}`,
      "unmapped",
      "a proposal is not taken over; it stays in the attribute's MISP form",
    );
}

function readSighting(scope: EventScope, sighting: JsonObject, pointer: string, subject: string, stamp: Stamp): void {
  const seen = momentOf(sighting["date_sighting"]);
  const kind = textOf(sighting["type"]) ?? "0";
  if (seen === null || !["0", "1"].includes(kind) || subject === "") {
    const why =
      seen === null
        ? "has no date"
        : kind === "2"
          ? "that tells an expiration has no place in STIX"
          : "is of no kind that STIX has here";
    return scope.out.problem(pointer, "unmapped", `a sighting ${why}; it stays in the attribute's MISP form`);
  }
  const uuid = scope.out.uuid(sighting, pointer, "sighting", scope.uuid);
  const own: Stamp = { ...stamp, created: seen, modified: later(seen, stamp.modified), labels: [] };
  const by = isJsonObject(sighting["Organisation"]) ? scope.organisation(sighting["Organisation"], pointer) : null;
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
  if (scope.out.give(object, pointer)) scope.refs.add(idOf(object));
}

export function readEventReport(scope: EventScope, report: JsonObject, pointer: string): void {
  const content = textOf(report["content"]) ?? "";
  const name = textOf(report["name"]) ?? "";
  if (content === "") return scope.out.problem(pointer, "unmapped", "an event report without content");
  const uuid = scope.out.uuid(report, pointer, "event-report", scope.uuid);
  const note = stamped("note", uuid, scope.stampOf(report, pointer, scope.stamp), {
    ...(name === "" ? {} : { abstract: name.toWellFormed() }),
    content: content.toWellFormed(),
    object_refs: [scope.reportId],
  });
  if (scope.out.give(note, pointer)) scope.refs.add(idOf(note));
}

export function readReferences(scope: EventScope): void {
  for (const { ref, pointer, from, stamp } of scope.references) {
    const source = scope.became.get(from);
    const target = scope.became.get(uuidOf(ref["referenced_uuid"]) ?? "");
    if (source === undefined || target === undefined) {
      scope.out.problem(pointer, "unmapped", "it refers to nothing that stands in this event");
      continue;
    }
    const type = (textOf(ref["relationship_type"]) ?? "")
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, "-")
      .replaceAll(/^-|-$/g, "")
      .slice(0, 250);
    const uuid = scope.out.uuid(ref, pointer, "reference", scope.uuid);
    const own: Stamp = {
      ...stamp,
      labels: [],
      modified: later(scope.out.moment(ref, pointer, stamp.modified), stamp.modified),
      revoked: stamp.revoked || flagOf(ref["deleted"]),
    };
    const comment = (textOf(ref["comment"]) ?? "").toWellFormed();
    const named = relationship(own, uuid, source, type, target, comment);
    const made =
      type.length < 3 || scope.out.fault(named) !== null
        ? relationship(own, uuid, source, "related-to", target, comment)
        : named;
    if (scope.out.give(made, pointer)) scope.refs.add(idOf(made));
  }
}
