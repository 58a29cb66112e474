import { canonicalJson, type Clock, instantOf, isJsonObject, type JsonObject, parseJson } from "#base";
import type { PartyId, Viewer } from "#policy";
import { accept, fieldText, newId, type TypeRegistry } from "#stix";
import type { Store } from "#store";
import type { Position, Route } from "../acts.ts";
import { amendmentType, POSITIONS, proposalType, redressType, viewType } from "../acts.ts";
import { DesignationError } from "../errors.ts";
import type { ListedSubject } from "./current.ts";
import { extendPhase, firstPhase, nextPhase, type Phase, routeOf } from "./redress.ts";
import { findKeys, listingsOf } from "./show.ts";

export interface ActDeps {
  readonly store: Store;
  readonly party: PartyId;
  readonly partyName: string;
  readonly clock: Clock;
  readonly registry: TypeRegistry;
}

/** A record that an officer wrote. */
export interface Written {
  readonly id: string;
  readonly version: string;
  readonly object: JsonObject;
}

interface Marked {
  readonly markings?: readonly string[];
}

export interface NewAmendment extends Marked {
  /** A key, reference or name that finds one entry. */
  readonly about: string;
  readonly act: "amended" | "listed" | "delisted";
  readonly effectiveOn: string;
  readonly programmesAdded?: readonly string[];
  readonly programmesRemoved?: readonly string[];
  readonly aliasesAdded?: readonly string[];
  readonly legalBasis?: string;
  readonly source: { readonly name: string; readonly url?: string; readonly publishedOn?: string };
  readonly note?: string;
}

export interface NewProposal extends Marked {
  /** A key or name on a list, or with `list` the name of somebody who is on none. */
  readonly about: string;
  readonly act: "list" | "amend" | "delist";
  readonly authority?: string;
  readonly legalBasis?: string;
  readonly grounds: string;
  readonly aliases?: readonly string[];
  readonly person?: boolean;
}

export interface NewView extends Marked {
  /** A key or name on a list, or a proposal's id. */
  readonly about: string;
  readonly position: Position;
  readonly reasons: string;
}

export interface NewCase extends Marked {
  readonly about: string;
  readonly filedOn: string;
  readonly note?: string;
}

export type CaseStep =
  | { readonly step: "next"; readonly on: string }
  | { readonly step: "extend"; readonly to: string }
  | {
      readonly step: "decide";
      readonly state: "granted" | "refused" | "withdrawn";
      readonly on: string;
      readonly outcome: string;
    };

export const today = (clock: Clock): string => instantOf(clock()).slice(0, 10);

/** The one entry that the words find. @throws DesignationError `subject-unknown`, `subject-ambiguous` with the keys. */
async function oneSubject({ store, clock }: ActDeps, viewer: Viewer, words: string): Promise<ListedSubject> {
  return store.read(viewer, async (r) => {
    const found = await listingsOf(r, await findKeys(r, words), today(clock));
    const exact = found.filter(
      ({ subject }) => subject.reference === words || subject.name.toUpperCase() === words.toUpperCase(),
    );
    const [only] = exact.length === 1 ? exact : found;
    if (only === undefined)
      throw new DesignationError("subject-unknown", `no list that is loaded has ${words}`, {
        fix: "Name an entry by its key (ofac:26953), its reference or its name.",
      });
    if (found.length > 1 && exact.length !== 1)
      throw new DesignationError("subject-ambiguous", `${words} finds ${found.length} entries`, {
        fix: `Name one by its key: ${found
          .slice(0, 12)
          .map(({ key, subject }) => `${key} (${subject.name})`)
          .join(", ")}`,
      });
    return only.subject;
  });
}

const aboutFields = ({ key, name, designationId, subject }: ListedSubject): JsonObject => ({
  name,
  list_key: key,
  designation_ref: designationId,
  subject_class: fieldText(subject, "identity_class"),
});

export async function amend(deps: ActDeps, actor: Viewer, amendment: NewAmendment): Promise<Written> {
  const { about, act, effectiveOn, source, legalBasis, note, markings } = amendment;
  const subject = await oneSubject(deps, actor, about);
  return write(deps, actor, amendmentType.name, markings, {
    ...aboutFields(subject),
    act,
    authority: subject.authority,
    effective_on: effectiveOn,
    ...some("programmes_added", amendment.programmesAdded),
    ...some("programmes_removed", amendment.programmesRemoved),
    ...some(
      "aliases_added",
      amendment.aliasesAdded?.map((name) => ({ name, kind: "aka" })),
    ),
    ...(legalBasis === undefined ? {} : { legal_basis: legalBasis }),
    source: {
      name: source.name,
      ...(source.url === undefined ? {} : { url: source.url }),
      ...(source.publishedOn === undefined ? {} : { published_on: source.publishedOn }),
    },
    ...(note === undefined ? {} : { note }),
  });
}

const some = (name: string, values: readonly (string | JsonObject)[] | undefined): JsonObject =>
  values === undefined || values.length === 0 ? {} : { [name]: [...values] };

export async function propose(deps: ActDeps, actor: Viewer, proposal: NewProposal): Promise<Written> {
  const { about, act, authority, legalBasis, grounds, aliases, person = true, markings } = proposal;
  const listed = act === "list" ? null : await oneSubject(deps, actor, about);
  return write(deps, actor, proposalType.name, markings, {
    ...(listed === null ? { name: about, subject_class: person ? "individual" : "organization" } : aboutFields(listed)),
    act,
    ...(authority === undefined ? {} : { authority }),
    ...(legalBasis === undefined ? {} : { legal_basis: legalBasis }),
    grounds,
    ...some(
      "aliases",
      aliases?.map((name) => ({ name, kind: "aka" })),
    ),
    proposed_on: today(deps.clock),
    state: "open",
  });
}

export async function recordView(deps: ActDeps, actor: Viewer, view: NewView): Promise<Written> {
  const { about, position, reasons, markings } = view;
  if (!POSITIONS.includes(position))
    throw new DesignationError("record-refused", `a view is one of: ${POSITIONS.join(", ")}`);
  const target = about.startsWith(`${proposalType.name}--`)
    ? await aboutProposal(deps, actor, about)
    : aboutFields(await oneSubject(deps, actor, about));
  return write(deps, actor, viewType.name, markings, {
    ...target,
    position,
    reasons,
    held_on: today(deps.clock),
    party_name: deps.partyName,
  });
}

async function aboutProposal({ store }: ActDeps, viewer: Viewer, id: string): Promise<JsonObject> {
  const record = await store.read(viewer, (r) => r.records.get(id));
  const object = record === null ? null : parseJson(record.text);
  if (!isJsonObject(object)) throw new DesignationError("subject-unknown", `there is no proposal ${id}`, { where: id });
  const fields: JsonObject = { name: fieldText(object, "name"), proposal_ref: id };
  for (const name of ["list_key", "designation_ref", "subject_class"])
    if (fieldText(object, name) !== "") fields[name] = fieldText(object, name);
  return fields;
}

/** Opens a case on the route that the entry's list gives. */
export async function openCase(
  deps: ActDeps,
  actor: Viewer,
  { about, filedOn, note, markings }: NewCase,
): Promise<Written> {
  const subject = await oneSubject(deps, actor, about);
  const route = routeOf(subject);
  return write(deps, actor, redressType.name, markings, {
    ...aboutFields(subject),
    route,
    filed_on: filedOn,
    state: "open",
    phases: [{ ...firstPhase(route, filedOn) }],
    ...(note === undefined ? {} : { note }),
  });
}

/** Moves a case on: its next phase, an extension, or the decision. @throws DesignationError `case-invalid`. */
export async function stepCase(deps: ActDeps, actor: Viewer, id: string, step: CaseStep): Promise<Written> {
  const record = await deps.store.read(actor, (r) => r.records.get(id));
  const object = record === null ? null : parseJson(record.text);
  if (record === null || record.type !== redressType.name || !isJsonObject(object))
    throw new DesignationError("case-invalid", `there is no redress case ${id}`);
  if (object["state"] !== "open")
    throw new DesignationError("case-invalid", `the case is ${fieldText(object, "state")}; nothing is added to it`);
  // Accepted by the type's schema when it was kept.
  const { route, phases } = object as JsonObject & { route: Route; phases: Phase[] & JsonObject[string] };
  const change: JsonObject =
    step.step === "next"
      ? { phases: nextPhase(route, phases, step.on).map((one) => ({ ...one })) }
      : step.step === "extend"
        ? { phases: extendPhase(route, phases, step.to).map((one) => ({ ...one })) }
        : { state: step.state, decided_on: step.on, outcome: step.outcome };
  return write(deps, actor, record.type, undefined, { ...object, ...change }, object);
}

/** Keeps a record of this party. @throws DesignationError `record-refused` with what is wrong. */
async function write(
  deps: ActDeps,
  actor: Viewer,
  type: string,
  markings: readonly string[] | undefined,
  fields: JsonObject,
  before?: JsonObject,
): Promise<Written> {
  const now = instantOf(deps.clock());
  const extensionId = deps.registry.get(type)?.extensionId;
  const object: JsonObject = {
    ...fields,
    type,
    spec_version: "2.1",
    id: before === undefined ? newId(type) : fieldText(before, "id"),
    created: before === undefined ? now : fieldText(before, "created"),
    modified: now,
    created_by_ref: deps.party,
    ...(extensionId === undefined ? {} : { extensions: { [extensionId]: { extension_type: "new-sdo" } } }),
    ...(markings === undefined || markings.length === 0 ? {} : { object_marking_refs: [...markings] }),
  };
  const accepted = accept(canonicalJson(object), deps.registry, { now });
  if (!accepted.ok)
    throw new DesignationError(
      "record-refused",
      accepted.errors.map(({ path, message }) => `${path}: ${message}`).join("; "),
      {
        fix: "Dates are given as YYYY-MM-DD; every act needs its grounds, reasons or source.",
      },
    );
  const { record } = accepted;
  await deps.store.transact(actor, async (t) => {
    const [result] = await t.records.append([{ record, owner: deps.party, assigned: [], source: `officer ${type}` }]);
    if (result !== "added") throw new DesignationError("record-refused", `the record was not kept: ${result ?? ""}`);
    await t.audit.note(`${type}.write`, record.id, { version: record.version });
  });
  return { id: record.id, version: record.version, object };
}
