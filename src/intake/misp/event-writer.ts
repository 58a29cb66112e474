import { BaseError, isJsonObject, type JsonObject, type JsonValue, parseJson } from "#base";
import { type Label, TLP_RANK } from "#policy";
import { derivedUuid, indicatorUuid } from "./emitter.ts";
import { originalOf } from "./extension.ts";
import { isTlp } from "./markings.ts";
import { idOf, objectsOf, textOf } from "./read.ts";
import { type MispParts, secondsOf, toMisp, uuidPart } from "./to-misp.ts";

/** A record and what its markings say together. */
export interface Labelled {
  readonly object: JsonObject;
  readonly label: Label;
}

export interface LeftOut {
  readonly id: string;
  readonly reason: "no-place" | "marking-unknown";
}

export interface EventFrame {
  readonly uuid: string;
  readonly info: string;
  readonly now: string;
  readonly organisation: { readonly name: string; readonly uuid: string };
}

/**
 * Writes one MISP event. What came from MISP and has not been changed since goes back as it came; the rest is mapped. Nothing
 * widens: a distribution is kept only where no marking was added here, and otherwise is “your organisation only”; a record
 * whose marking is not understood stays out, since MISP cannot say what it says.
 *
 * @param head the report or grouping; `null` for records that stand in none.
 * @param members what it refers to, with what observed data and artifacts need, by id.
 */
export function writeEvent(
  head: Labelled | null,
  members: ReadonlyMap<string, Labelled>,
  frame: EventFrame,
): { readonly event: JsonObject; readonly leftOut: readonly LeftOut[] } {
  const writer = new EventWriter(members, frame);
  return { event: writer.write(head), leftOut: writer.leftOut };
}

class EventWriter {
  readonly leftOut: LeftOut[] = [];
  readonly #members: ReadonlyMap<string, Labelled>;
  readonly #frame: EventFrame;
  readonly #attributes: JsonObject[] = [];
  readonly #objects: JsonObject[] = [];
  readonly #galaxies: JsonObject[] = [];
  /** Every UUID that stands in what goes back as it came: what was made of those is not written again. */
  readonly #covered = new Set<string>();
  readonly #written = new Set<string>();

  constructor(members: ReadonlyMap<string, Labelled>, frame: EventFrame) {
    this.#members = members;
    this.#frame = frame;
  }

  write(head: Labelled | null): JsonObject {
    const event = this.#head(head);
    if (head !== null) for (const id of refsOf(head.object)) this.#cover(id.slice(-36), event, id);
    collectUuids(event["Galaxy"], this.#covered);
    collectUuids(event["EventReport"], this.#covered);
    const fresh: Labelled[] = [];
    for (const member of this.#members.values()) if (!this.#back(member)) fresh.push(member);
    for (const member of fresh) this.#fresh(member);
    const galaxies = [...objectsOf(event["Galaxy"]), ...this.#galaxies];
    return {
      ...event,
      attribute_count: String(this.#attributes.length),
      Attribute: this.#attributes,
      Object: this.#objects,
      ...(galaxies.length === 0 ? {} : { Galaxy: galaxies }),
    };
  }

  /** An event without content refers to the organisation that made it, which needs no attribute. */
  #cover(uuid: string, event: JsonObject, id: string): void {
    const creator = isJsonObject(event["Orgc"]) ? textOf(event["Orgc"]["uuid"]) : null;
    if (id.startsWith("identity--") && uuid === creator) this.#covered.add(uuid);
  }

  #head(head: Labelled | null): JsonObject {
    const { uuid, info, now, organisation } = this.#frame;
    const original = head === null ? null : parsed(originalOf(head.object)?.original);
    if (head !== null && original !== null) return obeyed(original, head, false);
    const object = head?.object;
    const moment = object?.["modified"] ?? now;
    const fresh: JsonObject = {
      uuid: object === undefined ? uuid : uuidPart(object),
      info: object === undefined ? info : (textOf(object["name"]) ?? info),
      date: (textOf(object?.["created"]) ?? now).slice(0, 10),
      threat_level_id: "4",
      analysis: object === undefined ? "0" : "2",
      // Not published: MISP would pass a published event on by itself.
      published: false,
      publish_timestamp: "0",
      timestamp: secondsOf(moment),
      distribution: "0",
      sharing_group_id: "0",
      Orgc: { name: organisation.name, uuid: organisation.uuid },
      Tag: [],
    };
    return head === null ? fresh : obeyed(fresh, head, false);
  }

  /** Gives back what came from MISP. @returns false when it is to be mapped afresh. */
  #back(member: Labelled): boolean {
    const origin = originalOf(member.object);
    const original = parsed(origin?.original);
    if (origin === null || original === null || origin.misp_kind === "event") return false;
    collectUuids(original, this.#covered);
    this.#covered.add(uuidPart(member.object));
    this.#covered.add(indicatorUuid(uuidPart(member.object)));
    for (const id of refsOf(member.object)) this.#written.add(id);
    if (origin.misp_kind === "organisation" || !this.#admits(member) || origin.within !== undefined) return true;
    const data = origin.data_ref === undefined ? undefined : this.#members.get(origin.data_ref)?.object["payload_bin"];
    const whole = data === undefined ? original : { ...original, data };
    const back = { ...obeyed(whole, member, true), ...(member.object["revoked"] === true ? { deleted: true } : {}) };
    (origin.misp_kind === "object" ? this.#objects : this.#attributes).push(back);
    return true;
  }

  #fresh(member: Labelled): void {
    const { object } = member;
    const id = idOf(object);
    if (this.#written.has(id) || this.#covered.has(uuidPart(object)) || this.#derived(object)) return;
    this.#written.add(id);
    if (!this.#admits(member)) return;
    if (object["type"] === "observed-data") {
      // Its observables are members of their own; they are what MISP has a place for.
      for (const ref of refsOf(object))
        if (this.#members.get(ref) === undefined) this.leftOut.push({ id: ref, reason: "no-place" });
      return;
    }
    const parts = toMisp(object, (ref) => this.#seen(ref));
    if (parts === null) this.leftOut.push({ id, reason: "no-place" });
    else this.#add(parts, member);
  }

  /** What a reference names, unless a marking keeps it in. */
  #seen(id: string): JsonObject | undefined {
    const found = this.#members.get(id);
    return found?.label.handling.known === true ? found.object : undefined;
  }

  #admits({ object, label }: Labelled): boolean {
    if (label.handling.known) return true;
    this.leftOut.push({ id: idOf(object), reason: "marking-unknown" });
    return false;
  }

  /** A relationship that reading the event made: its id says so. */
  #derived(object: JsonObject): boolean {
    const { type, source_ref: source, relationship_type: how, target_ref: target } = object;
    if (type !== "relationship" || typeof source !== "string" || typeof how !== "string" || typeof target !== "string")
      return false;
    return uuidPart(object) === derivedUuid(source, how, target);
  }

  #add({ attributes = [], objects = [], galaxies = [] }: MispParts, member: Labelled): void {
    this.#attributes.push(...attributes.map((attribute) => obeyed(attribute, member, true)));
    this.#objects.push(...objects.map((object) => obeyed(object, member, true)));
    this.#galaxies.push(...galaxies);
  }
}

const refsOf = (object: JsonObject): string[] =>
  Array.isArray(object["object_refs"]) ? object["object_refs"].filter((id) => typeof id === "string") : [];

function parsed(text: string | undefined): JsonObject | null {
  if (text === undefined) return null;
  try {
    const value = parseJson(text);
    return isJsonObject(value) ? value : null;
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    return null;
  }
}

function collectUuids(value: JsonValue | undefined, into: Set<string>): void {
  if (Array.isArray(value)) for (const item of value) collectUuids(item, into);
  else if (isJsonObject(value)) {
    const uuid = textOf(value["uuid"]);
    if (uuid !== null) into.add(uuid.toLowerCase());
    for (const key of Object.keys(value)) collectUuids(value[key], into);
  }
}

/** Puts the label's TLP and terms in MISP's words, and takes back a distribution that a marking of ours has overtaken. */
function obeyed(node: JsonObject, { object, label }: Labelled, inherits: boolean): JsonObject {
  const { handling } = label;
  const own = new Set(Array.isArray(object["object_marking_refs"]) ? object["object_marking_refs"] : []);
  const added = label.refs.some((ref) => !own.has(ref));
  const least = handling.tlp === null ? 0 : TLP_RANK[handling.tlp];
  const kept = objectsOf(node["Tag"]).filter((tag) => {
    const name = (textOf(tag["name"]) ?? "").toLowerCase();
    return (
      !isTlp(name) ||
      least === 0 ||
      name === `tlp:${handling.tlp ?? ""}` ||
      (name === "tlp:white" && handling.tlp === "clear")
    );
  });
  const tlp =
    handling.tlp !== null &&
    !kept.some((tag) => isTlp(textOf(tag["name"]) ?? "")) &&
    (!inherits || node["Tag"] !== undefined || least > 0);
  const terms = added ? termsOf(label) : [];
  const tags = [...kept, ...(tlp ? [{ name: `tlp:${handling.tlp ?? ""}` }] : []), ...terms.map((name) => ({ name }))];
  return {
    ...node,
    ...(added ? { distribution: "0", sharing_group_id: "0", ...(inherits ? {} : { published: false }) } : {}),
    ...(tags.length === 0 && node["Tag"] === undefined ? {} : { Tag: tags }),
  };
}

function termsOf({ handling }: Label): string[] {
  const tag = (name: string, value: string): string => `entente:${name}="${value.replaceAll('"', "'").slice(0, 200)}"`;
  return [
    ...(handling.granted ? handling.releasableTo.map((party) => tag("releasable-to", party)) : []),
    ...(handling.granted && handling.releasableTo.length === 0 ? [tag("releasable-to", "nobody")] : []),
    ...(handling.noOnward ? [tag("onward", "no")] : []),
    ...(handling.purposes ?? []).map((purpose) => tag("purpose", purpose)),
    ...handling.caveats.map((caveat) => tag("caveat", caveat)),
    ...(handling.evidenceUse === "allowed" ? [] : [tag("evidence", handling.evidenceUse)]),
    ...handling.statements.map((statement) => tag("statement", statement)),
    ...(handling.expires === null ? [] : [tag("expires", handling.expires.slice(0, 10))]),
  ];
}
