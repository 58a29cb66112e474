import type { JsonObject } from "#base";
import { handlingMarking, type PartyId } from "#policy";
import { TLP2, uuid5 } from "#stix";
import { idOf, objectsOf, textOf, uuidOf } from "./read.ts";

/** Of ids that are made here: RFC 9562 §5.5. */
export const MISP_NAMESPACE = "3c4a2d0e-8a1f-4b8e-9f0b-6c2f1f6a7d15";
/** Markings say nothing of when; they are the same in every import. */
const CREATED = "2026-01-01T00:00:00.000Z";

export interface MispMarkings {
  readonly refs: readonly string[];
  /** Their definitions, where those are not fixed by a standard. */
  readonly definitions: readonly JsonObject[];
  readonly problems: readonly { readonly key: string; readonly code: string; readonly message: string }[];
}

const TLP: ReadonlyMap<string, string> = new Map([
  ["tlp:white", TLP2.clear],
  ["tlp:clear", TLP2.clear],
  ["tlp:green", TLP2.green],
  ["tlp:amber", TLP2.amber],
  ["tlp:amber+strict", TLP2["amber+strict"]],
  ["tlp:red", TLP2.red],
]);

export const isTlp = (tag: string): boolean => tag.toLowerCase().startsWith("tlp:");
export const tagNames = (node: JsonObject): readonly string[] =>
  objectsOf(node["Tag"])
    .map((tag) => textOf(tag["name"]) ?? "")
    .filter((name) => name !== "");

/**
 * What MISP says of who may see it, read so that it never widens: TLP tags become TLP markings; a distribution of 0, 1 or 4,
 * or one that is not understood, becomes handling terms that name nobody; 2 and 3 grant nothing (absence denies).
 */
export function markingsOf(node: JsonObject, party: PartyId, inherits: boolean): MispMarkings {
  const refs = new Set<string>();
  const definitions: JsonObject[] = [];
  const problems: { key: string; code: string; message: string }[] = [];
  for (const name of tagNames(node).filter(isTlp)) {
    const known = TLP.get(name.toLowerCase().trim());
    refs.add(known ?? TLP2.red);
    if (known === undefined)
      problems.push({
        key: "Tag",
        code: "tlp-unknown",
        message: `${name.slice(0, 60)} is no TLP; it is obeyed as TLP:RED`,
      });
  }
  const distribution = textOf(node["distribution"]);
  if (inherits && (distribution === null || distribution === "5")) return { refs: [...refs], definitions, problems };
  if (distribution === "2") {
    const definition = connectedCommunities(party);
    definitions.push(definition);
    refs.add(idOf(definition));
  } else if (distribution !== "3") {
    const group = uuidOf(objectsOf([node["SharingGroup"] ?? null])[0]?.["uuid"]);
    const definition = nobody(distribution ?? "absent", group, party);
    definitions.push(definition);
    refs.add(idOf(definition));
    if (distribution === null || !["0", "1", "4"].includes(distribution))
      problems.push({
        key: "distribution",
        code: "distribution-unknown",
        message: "the distribution is missing or not understood; it is obeyed as “your organisation only”",
      });
  }
  return { refs: [...refs], definitions, problems };
}

function nobody(distribution: string, group: string | null, party: PartyId): JsonObject {
  const known = ["0", "1", "4"].includes(distribution) ? distribution : "0";
  const codes = [
    { scheme: "misp-distribution", code: known },
    ...(known === "4" && group !== null ? [{ scheme: "misp-sharing-group", code: group }] : []),
  ];
  return handlingMarking(
    {
      originator: party,
      releasableTo: [],
      noOnward: true,
      purposes: null,
      evidenceUse: "with-consent",
      caveats: [],
      reviewBy: null,
      expires: null,
      foreignCodes: codes,
    },
    {
      id: `marking-definition--${uuid5(MISP_NAMESPACE, JSON.stringify(["nobody", party, codes]))}`,
      created: CREATED,
      createdBy: party,
    },
  );
}

function connectedCommunities(party: PartyId): JsonObject {
  return {
    type: "marking-definition",
    spec_version: "2.1",
    id: `marking-definition--${uuid5(MISP_NAMESPACE, JSON.stringify(["connected", party]))}`,
    created: CREATED,
    created_by_ref: party,
    name: "MISP: connected communities",
    definition_type: "statement",
    definition: {
      statement:
        "MISP distribution 2, connected communities: a recipient may share it one community further, and no more.",
    },
  };
}
