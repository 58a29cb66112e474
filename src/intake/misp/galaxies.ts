import { isJsonObject, type JsonObject, type JsonValue } from "#base";
import { present } from "./observables.ts";
import { flagOf, objectsOf, textOf, uuidOf } from "./read.ts";

/** MISP's galaxy types that STIX has an object for. */
const GALAXIES: Readonly<Record<string, string>> = {
  "threat-actor": "threat-actor",
  "mitre-intrusion-set": "intrusion-set",
  "mitre-enterprise-attack-intrusion-set": "intrusion-set",
  "mitre-mobile-attack-intrusion-set": "intrusion-set",
  "microsoft-activity-group": "intrusion-set",
  "mitre-attack-pattern": "attack-pattern",
  "mitre-enterprise-attack-attack-pattern": "attack-pattern",
  "mitre-mobile-attack-attack-pattern": "attack-pattern",
  "mitre-pre-attack-attack-pattern": "attack-pattern",
  "mitre-course-of-action": "course-of-action",
  "mitre-enterprise-attack-course-of-action": "course-of-action",
  "mitre-malware": "malware",
  "mitre-enterprise-attack-malware": "malware",
  "mitre-mobile-attack-malware": "malware",
  malpedia: "malware",
  ransomware: "malware",
  rat: "malware",
  backdoor: "malware",
  banker: "malware",
  botnet: "malware",
  stealer: "malware",
  cryptominers: "malware",
  android: "malware",
  "exploit-kit": "tool",
  tool: "tool",
  "mitre-tool": "tool",
  "mitre-enterprise-attack-tool": "tool",
};
export const GALAXY_TYPES = GALAXIES;
const CREATED = "1970-01-01T00:00:00.000Z";

export interface Cluster {
  readonly object: JsonObject;
  /** One of the published galaxies; a party's own has the markings of where it was found. */
  readonly published: boolean;
  readonly tag: string | null;
}

/**
 * A galaxy's cluster as the STIX object that it stands for; `null` where STIX has none. Its version number is read as seconds
 * since 1970, so that a newer version of a cluster is a newer version of the object.
 */
export function clusterOf(galaxy: JsonObject, cluster: JsonObject): Cluster | null {
  const type = GALAXIES[textOf(cluster["type"]) ?? ""] ?? GALAXIES[textOf(galaxy["type"]) ?? ""];
  const name = textOf(cluster["value"]);
  const uuid = uuidOf(cluster["uuid"]);
  if (type === undefined || name === null || name === "" || uuid === null || !name.isWellFormed()) return null;
  const meta = isJsonObject(cluster["meta"]) ? cluster["meta"] : {};
  const version = /^[0-9]{1,10}$/.exec(textOf(cluster["version"]) ?? "")?.[0] ?? "0";
  const aliases = textsOf(meta["synonyms"]);
  const external = textsOf(meta["external_id"])[0];
  const references = [
    ...(external === undefined ? [] : [{ source_name: sourceOf(external), external_id: external }]),
    ...textsOf(meta["refs"])
      .filter((url) => /^https?:\/\/[!-~]+$/.test(url))
      .slice(0, 50)
      .map((url) => ({ source_name: "reference", url })),
  ];
  return {
    published: flagOf(cluster["default"]) || textOf(cluster["distribution"]) === "3",
    tag: textOf(cluster["tag_name"]),
    object: {
      type,
      spec_version: "2.1",
      id: `${type}--${uuid}`,
      created: CREATED,
      modified: new Date(Math.min(Number(version), Date.UTC(2038, 0, 19) / 1000) * 1000).toISOString(),
      ...present({ name, description: textOf(cluster["description"]) }),
      ...(type === "malware" ? { is_family: true } : {}),
      ...(aliases.length === 0 || type === "course-of-action" ? {} : { aliases }),
      ...(references.length === 0 ? {} : { external_references: references }),
    },
  };
}

const sourceOf = (id: string): string =>
  /^CAPEC-[0-9]+$/.test(id) ? "capec" : /^[A-Z]{1,2}[0-9]{4}(?:\.[0-9]{3})?$/.test(id) ? "mitre-attack" : "MISP";

function textsOf(value: JsonValue | undefined): string[] {
  const list = Array.isArray(value) ? value : value === undefined ? [] : [value];
  return [...new Set(list.filter((item) => typeof item === "string" && item !== "").slice(0, 500))] as string[];
}

export function clustersOf(
  node: JsonObject,
): readonly { readonly galaxy: JsonObject; readonly cluster: JsonObject; readonly at: string }[] {
  return objectsOf(node["Galaxy"]).flatMap((galaxy, n) =>
    objectsOf(galaxy["GalaxyCluster"]).map((cluster, m) => ({
      galaxy,
      cluster,
      at: `/Galaxy/${n}/GalaxyCluster/${m}`,
    })),
  );
}
