import { isIPv4, isIPv6 } from "node:net";
import { canonicalJson, type JsonObject, type JsonValue, sha256Hex } from "#base";
import { scoId } from "#stix";
import { textOf } from "./read.ts";

/**
 * A cyber-observable with the deterministic id of STIX 2.1 §2.9. Where no property contributes, the standard wants a UUID of
 * version 4: its bits are taken from the content, so that the same event is the same records again.
 */
export function observable(type: string, properties: JsonObject): JsonObject {
  const id = scoId(type, properties);
  return {
    type,
    spec_version: "2.1",
    id: id.at(-22) === "4" ? `${type}--${contentUuid(properties)}` : id,
    ...properties,
  };
}

function contentUuid(properties: JsonObject): string {
  const hex = sha256Hex(canonicalJson(properties));
  const variant = "89ab"[Number.parseInt(hex.charAt(16), 16) % 4] ?? "8";
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** MISP's names of hashes, and STIX's (hash-algorithm-ov). What the vocabulary lacks has no observable. */
export const HASHES: Readonly<Record<string, string>> = {
  md5: "MD5",
  sha1: "SHA-1",
  sha256: "SHA-256",
  sha512: "SHA-512",
  "sha3-256": "SHA3-256",
  "sha3-512": "SHA3-512",
  ssdeep: "SSDEEP",
  tlsh: "TLSH",
};

/** A literal of the pattern language (§9.3): backslash and quote are escaped. */
export const literal = (value: string): string => `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
export const equals = (path: string, value: string): string => `${path} = ${literal(value)}`;

const prefixFits = (prefix: string | undefined, most: number): boolean =>
  prefix === undefined || (/^[0-9]{1,3}$/.test(prefix) && Number(prefix) <= most);

/** An address, or several in CIDR notation; `null` for anything else. */
export function addressOf(value: string): JsonObject | null {
  const [address = "", prefix, ...rest] = value.trim().split("/");
  if (rest.length > 0) return null;
  if (isIPv4(address) && prefixFits(prefix, 32)) return observable("ipv4-addr", { value: value.trim() });
  if (isIPv6(address) && !address.includes("%") && prefixFits(prefix, 128))
    return observable("ipv6-addr", { value: value.trim().toLowerCase() });
  return null;
}

/** Compares an address; a network stands for all in it (ISSUBSET, §9.6.1). */
export function addressComparison(address: JsonObject, path?: string): string {
  const value = textOf(address["value"]) ?? "";
  return `${path ?? `${textOf(address["type"]) ?? ""}:value`} ${value.includes("/") ? "ISSUBSET" : "="} ${literal(value)}`;
}

export function portOf(value: string | null): number | null {
  return value !== null && /^[0-9]{1,5}$/.test(value) && Number(value) <= 65_535 ? Number(value) : null;
}

/** Two hexadecimal digits six times, however they are written. */
export function macOf(value: string): JsonObject | null {
  const digits = value.toLowerCase().replaceAll(/[^0-9a-f]/g, "");
  return digits.length === 12 ? observable("mac-addr", { value: (digits.match(/../g) ?? []).join(":") }) : null;
}

/** Leaves out what is not there: STIX has neither null nor empty strings of this kind. */
export function present(properties: Readonly<Record<string, JsonValue | null | undefined>>): JsonObject {
  const out: JsonObject = {};
  for (const [key, value] of Object.entries(properties))
    if (value !== null && value !== undefined && value !== "") out[key] = value;
  return out;
}

const MIME = /^[a-z]+\/[a-z0-9.+-]+$/;
export const mimeOf = (value: string | null): string | null => (value !== null && MIME.test(value) ? value : null);
