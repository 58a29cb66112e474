import type { JsonObject } from "#base";
import {
  addressComparison,
  addressOf,
  equals,
  HASHES,
  literal,
  macOf,
  observable,
  portOf,
  present,
} from "./observables.ts";
import { idOf, textOf } from "./read.ts";

/** What a value becomes. Without `objects` and `domain` there is only a pattern, and a note carries the attribute. */
export interface Made {
  /** Cyber-observables; the first is what the value is about. */
  readonly objects?: readonly JsonObject[];
  /** Relationships between them: source, type, target. */
  readonly links?: readonly (readonly [string, string, string])[];
  /** What stands between the brackets of an indicator's pattern, when the attribute is `to_ids`. */
  readonly comparison?: string;
  /** A domain object instead of an observation: its type and properties. */
  readonly domain?: JsonObject;
  /** A note that is all there is to say: a comment. */
  readonly note?: true;
}

type Maker = (value: string, attribute: JsonObject) => Made | null;

/** The part before the last bar, and the part after it: MISP's composite types. */
function halves(value: string): readonly [string, string] | null {
  const bar = value.lastIndexOf("|");
  return bar <= 0 || bar === value.length - 1 ? null : [value.slice(0, bar), value.slice(bar + 1)];
}

const plain =
  (type: string, property: string, extra: JsonObject = {}): Maker =>
  (value) => ({
    objects: [observable(type, { ...extra, [property]: value })],
    comparison: equals(`${type}:${property}`, value),
  });
const ip: Maker = (value) => {
  const address = addressOf(value);
  return address === null ? null : { objects: [address], comparison: addressComparison(address) };
};
const hash =
  (name: string): Maker =>
  (value) => ({
    objects: [observable("file", { hashes: { [name]: value } })],
    comparison: equals(`file:hashes.'${name}'`, value),
  });
const namedHash =
  (algorithm: string): Maker =>
  (value) => {
    const parts = halves(value);
    return parts === null
      ? null
      : {
          objects: [observable("file", { name: parts[0], hashes: { [algorithm]: parts[1] } })],
          comparison: `${equals("file:name", parts[0])} AND ${equals(`file:hashes.'${algorithm}'`, parts[1])}`,
        };
  };
const traffic =
  (end: "src" | "dst"): Maker =>
  (value) => {
    const parts = halves(value);
    const port = portOf(parts?.[1] ?? null);
    if (parts === null || port === null) return null;
    const host = addressOf(parts[0]) ?? observable("domain-name", { value: parts[0] });
    const protocol = host["type"] === "ipv6-addr" ? "ipv6" : "ipv4";
    const flow = { protocols: [protocol], [`${end}_ref`]: idOf(host), [`${end}_port`]: port };
    return {
      objects: [observable("network-traffic", flow), host],
      comparison: `${addressComparison(host, `network-traffic:${end}_ref.value`)} AND network-traffic:${end}_port = ${port}`,
    };
  };
const domainIp: Maker = (value) => {
  const parts = halves(value);
  const address = addressOf(parts?.[1] ?? "");
  if (parts === null || address === null) return null;
  const name = observable("domain-name", { value: parts[0] });
  return {
    objects: [name, address],
    links: [[idOf(name), "resolves-to", idOf(address)]],
    comparison: `${equals("domain-name:value", parts[0])} AND ${addressComparison(address, "domain-name:resolves_to_refs[*].value")}`,
  };
};
const registry: Maker = (value) => {
  const parts = halves(value);
  return parts === null
    ? null
    : {
        objects: [observable("windows-registry-key", { key: parts[0], values: [{ data: parts[1] }] })],
        comparison: `${equals("windows-registry-key:key", parts[0])} AND ${equals("windows-registry-key:values[*].data", parts[1])}`,
      };
};
const autonomous: Maker = (value) => {
  const number = /^(?:AS)?([0-9]{1,10})$/i.exec(value)?.[1];
  return number === undefined
    ? null
    : {
        objects: [observable("autonomous-system", { number: Number(number) })],
        comparison: `autonomous-system:number = ${Number(number)}`,
      };
};
const mail =
  (property: "subject" | "body" | "message_id"): Maker =>
  (value) => ({
    objects: [observable("email-message", { is_multipart: false, [property]: value })],
    comparison: equals(`email-message:${property}`, value),
  });
const header =
  (name: string): Maker =>
  (value) => ({
    objects: [observable("email-message", { is_multipart: false, additional_header_fields: { [name]: [value] } })],
    comparison: equals(`email-message:additional_header_fields.'${name}'`, value),
  });
const certificate =
  (name: string): Maker =>
  (value) => {
    const digest = value.replaceAll(":", "").toLowerCase();
    return {
      objects: [observable("x509-certificate", { hashes: { [name]: digest } })],
      comparison: equals(`x509-certificate:hashes.'${name}'`, digest),
    };
  };
const onlyPattern =
  (path: string): Maker =>
  (value) => ({ comparison: equals(path, value) });
const account =
  (type: string): Maker =>
  (value) => ({
    objects: [observable("user-account", { account_type: type, account_login: value })],
    comparison: `user-account:account_type = ${literal(type)} AND ${equals("user-account:account_login", value)}`,
  });
const domain =
  (properties: (value: string) => JsonObject): Maker =>
  (value) => ({ domain: properties(value) });
const identity = (identityClass: string): Maker =>
  domain((value) => ({ type: "identity", name: value, identity_class: identityClass }));
/** Rules in other languages are indicators by themselves, `to_ids` or not. */
const rule = (language: string): Maker =>
  domain((value) => ({ type: "indicator", pattern: value, pattern_type: language }));
const cve: Maker = domain((value) => ({
  type: "vulnerability",
  name: value,
  ...(/^CVE-[0-9]{4}-[0-9]{4,}$/.test(value)
    ? { external_references: [{ source_name: "cve", external_id: value }] }
    : {}),
}));
const note: Maker = () => ({ note: true });

/** Base64 of some bytes. The data of a malware sample is a ZIP file that is sealed with the word `infected` (MISP's custom). */
const attachment =
  (sample: boolean): Maker =>
  (value, attribute) => {
    const data = textOf(attribute["data"]);
    const [name, digest] = sample ? (halves(value) ?? [value, ""]) : [value, ""];
    const artifact =
      data === null || data === ""
        ? null
        : observable("artifact", {
            payload_bin: data,
            ...(sample
              ? {
                  mime_type: "application/zip",
                  encryption_algorithm: "mime-type-indicated",
                  decryption_key: "infected",
                }
              : {}),
          });
    const file = observable(
      "file",
      present({
        name,
        hashes: digest === "" ? null : { MD5: digest },
        content_ref: artifact === null ? null : idOf(artifact),
      }),
    );
    return {
      objects: artifact === null ? [file] : [file, artifact],
      comparison: digest === "" ? equals("file:name", name) : equals("file:hashes.MD5", digest),
    };
  };

const hashes = Object.entries(HASHES).flatMap(([name, stix]): [string, Maker][] => [
  [name, hash(stix)],
  [`filename|${name}`, namedHash(stix)],
]);

/** MISP's attribute types (core format §2.3) that STIX can say; docs/misp.md has the same as a table. */
const MAKERS: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ...hashes,
  ["ip-src", ip],
  ["ip-dst", ip],
  ["ip-src|port", traffic("src")],
  ["ip-dst|port", traffic("dst")],
  ["hostname|port", traffic("dst")],
  ["domain", plain("domain-name", "value")],
  ["hostname", plain("domain-name", "value")],
  ["domain|ip", domainIp],
  ["url", plain("url", "value")],
  ["uri", plain("url", "value")],
  ["email", plain("email-addr", "value")],
  ["email-src", plain("email-addr", "value")],
  ["email-dst", plain("email-addr", "value")],
  ["email-reply-to", plain("email-addr", "value")],
  ["target-email", plain("email-addr", "value")],
  ["whois-registrant-email", plain("email-addr", "value")],
  ["dns-soa-email", plain("email-addr", "value")],
  ["email-subject", mail("subject")],
  ["email-body", mail("body")],
  ["email-message-id", mail("message_id")],
  ["email-x-mailer", header("X-Mailer")],
  ["email-thread-index", header("Thread-Index")],
  ["email-attachment", plain("file", "name")],
  ["filename", plain("file", "name")],
  ["attachment", attachment(false)],
  ["malware-sample", attachment(true)],
  ["regkey", plain("windows-registry-key", "key")],
  ["regkey|value", registry],
  ["mutex", plain("mutex", "name")],
  ["AS", autonomous],
  [
    "mac-address",
    (value) => {
      const mac = macOf(value);
      return mac === null ? null : { objects: [mac], comparison: equals("mac-addr:value", textOf(mac["value"]) ?? "") };
    },
  ],
  ["x509-fingerprint-md5", certificate("MD5")],
  ["x509-fingerprint-sha1", certificate("SHA-1")],
  ["x509-fingerprint-sha256", certificate("SHA-256")],
  ["user-agent", onlyPattern("network-traffic:extensions.'http-request-ext'.request_header.'User-Agent'")],
  ["http-method", onlyPattern("network-traffic:extensions.'http-request-ext'.request_method")],
  ["imphash", onlyPattern("file:extensions.'windows-pebinary-ext'.imphash")],
  ["windows-service-name", onlyPattern("process:extensions.'windows-service-ext'.service_name")],
  ["windows-service-displayname", onlyPattern("process:extensions.'windows-service-ext'.display_name")],
  ["mime-type", onlyPattern("file:mime_type")],
  ["github-username", account("github")],
  ["twitter-id", account("twitter")],
  ["jabber-id", account("jabber")],
  [
    "cpe",
    (value) => ({
      objects: [observable("software", { name: value, cpe: value })],
      comparison: equals("software:cpe", value),
    }),
  ],
  ["vulnerability", cve],
  ["threat-actor", domain((value) => ({ type: "threat-actor", name: value }))],
  ["campaign-name", domain((value) => ({ type: "campaign", name: value }))],
  ["full-name", identity("individual")],
  ["target-user", identity("individual")],
  ["whois-registrant-name", identity("individual")],
  ["target-org", identity("organization")],
  ["whois-registrant-org", identity("organization")],
  ["yara", rule("yara")],
  ["snort", rule("snort")],
  ["sigma", rule("sigma")],
  ["stix2-pattern", rule("stix")],
  ["comment", note],
  ["text", note],
  ["other", note],
  ["link", note],
]);

export const ATTRIBUTE_TYPES: readonly string[] = [...MAKERS.keys()];

/** What an attribute's value becomes; `null` where its type has no place in STIX or the value is not of its type. */
export function makeAttribute(type: string, value: string, attribute: JsonObject): Made | null {
  return value.isWellFormed() ? (MAKERS.get(type)?.(value, attribute) ?? null) : null;
}
