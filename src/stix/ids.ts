import { createHash, randomUUID } from "node:crypto";
import { canonicalJson, type JsonObject, type JsonValue, toHex } from "#base";

/** STIX 2.1 §2.9: `object-type--UUID`. Lower case; a type is 3 to 250 characters of a–z, 0–9 and hyphen. */
export const STIX_ID =
  /^([a-z][a-z0-9-]{1,248}[a-z0-9])--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** STIX 2.1 §2.9: the namespace of deterministic SCO ids. */
export const SCO_NAMESPACE = "00abedb4-aa42-466c-9c01-fed23315a9b7";

/** RFC 9562 §5.5, a name-based UUID of version 5. */
export function uuid5(namespace: string, name: string): string {
  const digest = createHash("sha1")
    .update(Buffer.from(namespace.replaceAll("-", ""), "hex"))
    .update(name, "utf8")
    .digest();
  const bytes = digest.subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = toHex(bytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** A new id of version 4, as SDOs and SROs should have (§2.9). */
export function newId(type: string): string {
  return `${type}--${randomUUID()}`;
}

/** ID contributing properties of each SCO, STIX 2.1 §6. An empty list: the id is random. */
const CONTRIBUTING: Readonly<Record<string, readonly string[]>> = {
  artifact: ["hashes", "payload_bin"],
  "autonomous-system": ["number"],
  directory: ["path"],
  "domain-name": ["value"],
  "email-addr": ["value"],
  "email-message": ["from_ref", "subject", "body"],
  file: ["hashes", "name", "extensions", "parent_directory_ref"],
  "ipv4-addr": ["value"],
  "ipv6-addr": ["value"],
  "mac-addr": ["value"],
  mutex: ["name"],
  "network-traffic": ["start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols", "extensions"],
  process: [],
  software: ["name", "cpe", "swid", "vendor", "version"],
  url: ["value"],
  "user-account": ["account_type", "user_id", "account_login"],
  "windows-registry-key": ["key", "values"],
  "x509-certificate": ["hashes", "serial_number"],
};

/** §2.9: of several hashes only the first of this order contributes. */
const HASH_ORDER = ["MD5", "SHA-1", "SHA-256", "SHA-512"];

/** The name of which an SCO's deterministic id is made (§2.9, RFC 8785); null where no contributing property is present. */
export function scoIdName(type: string, object: JsonObject): string | null {
  const contributing: JsonObject = {};
  let present = false;
  for (const property of CONTRIBUTING[type] ?? []) {
    const value = object[property];
    if (value === undefined) continue;
    present = true;
    contributing[property] = property === "hashes" ? firstHash(value) : value;
  }
  return present ? canonicalJson(contributing) : null;
}

/** The deterministic id of an SCO by its contributing properties (§2.9, RFC 8785); a random one where none is present. */
export function scoId(type: string, object: JsonObject): string {
  const name = scoIdName(type, object);
  return name === null ? newId(type) : `${type}--${uuid5(SCO_NAMESPACE, name)}`;
}

function firstHash(hashes: JsonValue): JsonValue {
  if (hashes === null || typeof hashes !== "object" || Array.isArray(hashes)) return hashes;
  const names = Object.keys(hashes);
  const name = HASH_ORDER.find((candidate) => names.includes(candidate)) ?? names.toSorted()[0];
  return name === undefined ? hashes : { [name]: hashes[name] ?? null };
}
