import type { Kind } from "../record-type.ts";

/** The object types of STIX 2.1 by kind, §4 to §7. */
const SDO_TYPES = [
  "attack-pattern",
  "campaign",
  "course-of-action",
  "grouping",
  "identity",
  "incident",
  "indicator",
  "infrastructure",
  "intrusion-set",
  "location",
  "malware",
  "malware-analysis",
  "note",
  "observed-data",
  "opinion",
  "report",
  "threat-actor",
  "tool",
  "vulnerability",
] as const;
const SRO_TYPES = ["relationship", "sighting"] as const;
const SCO_TYPES = [
  "artifact",
  "autonomous-system",
  "directory",
  "domain-name",
  "email-addr",
  "email-message",
  "file",
  "ipv4-addr",
  "ipv6-addr",
  "mac-addr",
  "mutex",
  "network-traffic",
  "process",
  "software",
  "url",
  "user-account",
  "windows-registry-key",
  "x509-certificate",
] as const;
const META_TYPES = ["extension-definition", "language-content", "marking-definition"] as const;

const KINDS = new Map<string, Kind | "bundle">([
  ...SDO_TYPES.map((name) => [name, "sdo"] as const),
  ...SRO_TYPES.map((name) => [name, "sro"] as const),
  ...SCO_TYPES.map((name) => [name, "sco"] as const),
  ...META_TYPES.map((name) => [name, "meta"] as const),
  ["bundle", "bundle"],
]);

/** The kind of a type that the standard defines; undefined for any other. A bundle is no STIX Object (§8). */
export function kindOf(type: string): Kind | "bundle" | undefined {
  return KINDS.get(type);
}

/** What a reference may point at: named types, or every type of the given kinds and any type that the standard does not define. */
export type Target = { readonly types: readonly string[] } | { readonly kinds: readonly Kind[] };

export const anyObject: Target = { kinds: ["sdo", "sro", "sco", "meta"] };

export function allows(target: Target, type: string): boolean {
  if ("types" in target) return target.types.includes(type);
  const kind = kindOf(type);
  return kind === undefined || (kind !== "bundle" && target.kinds.includes(kind));
}
