import { isJsonObject, type JsonObject, type JsonValue } from "#base";
import { uuid5 } from "#stix";
import { HASHES } from "./observables.ts";
import { MISP_NAMESPACE } from "./markings.ts";
import { GALAXY_TYPES } from "./galaxies.ts";
import { idOf, textOf } from "./read.ts";

/** What a STIX object becomes in MISP. */
export interface MispParts {
  readonly attributes?: readonly JsonObject[];
  readonly objects?: readonly JsonObject[];
  readonly galaxies?: readonly JsonObject[];
}

/** An object that a reference names, when the reader may see it. */
export type Lookup = (id: string) => JsonObject | undefined;
type Maker = (object: JsonObject, lookup: Lookup) => MispParts | null;

const NETWORK = "Network activity";
const DELIVERY = "Payload delivery";
export const uuidPart = (object: JsonObject): string => idOf(object).slice(-36);

export const secondsOf = (value: JsonValue | undefined): string => {
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? "0" : String(Math.max(0, Math.floor(time / 1000)));
};

/** An attribute as the core format §2.3 has it; it inherits the event's distribution. */
function attribute(
  object: JsonObject,
  [category, type, value]: readonly [string, string, string],
  more: JsonObject = {},
): JsonObject {
  return {
    uuid: uuidPart(object),
    type,
    category,
    value,
    to_ids: false,
    comment: "",
    timestamp: secondsOf(object["modified"]),
    distribution: "5",
    sharing_group_id: "0",
    deleted: object["revoked"] === true,
    disable_correlation: false,
    ...more,
  };
}

const single =
  (category: string, type: string, property: string): Maker =>
  (object) => {
    const value = textOf(object[property]);
    return value === null ? null : { attributes: [attribute(object, [category, type, value])] };
  };

/** Relation, attribute type, value; what is absent is left out. */
type Row = readonly [string, string, JsonValue | undefined];

/** Names, meta-categories and UUIDs are those of MISP's public templates. */
const TEMPLATES: Readonly<Record<string, readonly [string, string]>> = {
  file: ["file", "688c46fb-5edb-40a3-8273-1af7923e2215"],
  email: ["network", "a0c666e0-fc65-4be8-b48f-3423d788b552"],
  "network-connection": ["network", "af16764b-f8e5-4603-9de1-de34d272f80b"],
  x509: ["network", "d1ab756a-26b5-4349-9f43-765630f0911c"],
  "registry-key": ["file", "8b3228ad-6d82-4fe6-b2ae-05426308f1d5"],
  "user-account": ["misc", "49606b06-22f0-4ac8-8eee-2f12ad46f3d3"],
  person: ["misc", "a15b0477-e9d1-4b9c-9546-abe78a4f4248"],
  organization: ["misc", "f750e12b-127a-432c-b022-b3f9153c4e2a"],
  geolocation: ["misc", "fdd30d5f-6752-45ed-bef2-25e8ce4d8a3"],
  vulnerability: ["vulnerability", "81650945-f186-437b-8945-9f31715d32da"],
};

function template(object: JsonObject, name: string, rows: readonly Row[], comment = ""): MispParts | null {
  const [metaCategory = "misc", templateUuid = ""] = TEMPLATES[name] ?? [];
  const attributes = rows.flatMap(([relation, type, given], n) => {
    const value = textOf(given);
    if (value === null || value === "") return [];
    const uuid = uuid5(MISP_NAMESPACE, JSON.stringify([idOf(object), relation, n]));
    return [attribute(object, ["Other", type, value], { uuid, object_relation: relation })];
  });
  if (attributes.length === 0) return null;
  const made: JsonObject = {
    uuid: uuidPart(object),
    name,
    "meta-category": metaCategory,
    template_uuid: templateUuid,
    template_version: "1",
    description: "",
    timestamp: secondsOf(object["modified"]),
    distribution: "5",
    sharing_group_id: "0",
    comment,
    deleted: object["revoked"] === true,
    ObjectReference: [],
    Attribute: attributes,
  };
  return { objects: [made] };
}

const hashRows = (hashes: JsonValue | undefined, prefix = ""): Row[] =>
  isJsonObject(hashes)
    ? Object.entries(HASHES).map(([name, stix]): Row => [prefix + name, prefix + name, hashes[stix]])
    : [];
const valueOf = (id: JsonValue | undefined, lookup: Lookup): JsonValue | undefined =>
  typeof id === "string" ? lookup(id)?.["value"] : undefined;
const valuesOf = (ids: JsonValue | undefined, lookup: Lookup): JsonValue[] =>
  Array.isArray(ids) ? ids.map((id) => valueOf(id, lookup) ?? null).filter((value) => value !== null) : [];

const file: Maker = (object, lookup) => {
  const directory =
    typeof object["parent_directory_ref"] === "string" ? lookup(object["parent_directory_ref"]) : undefined;
  const hashes = hashRows(object["hashes"]).filter(([, , value]) => value !== undefined);
  const others = ["size", "mime_type", "parent_directory_ref"].some((name) => object[name] !== undefined);
  const [only] = hashes;
  const name = textOf(object["name"]);
  if (!others && hashes.length === 0 && name !== null)
    return { attributes: [attribute(object, [DELIVERY, "filename", name])] };
  if (!others && hashes.length === 1 && only !== undefined) {
    const digest = textOf(only[2]) ?? "";
    const composite = name !== null && !name.includes("|");
    if (name === null || composite)
      return {
        attributes: [
          attribute(
            object,
            composite ? [DELIVERY, `filename|${only[1]}`, `${name}|${digest}`] : [DELIVERY, only[1], digest],
          ),
        ],
      };
  }
  return template(object, "file", [
    ["filename", "filename", object["name"]],
    ...hashes,
    ["size-in-bytes", "size-in-bytes", object["size"]],
    ["mimetype", "mime-type", object["mime_type"]],
    ["path", "text", directory?.["path"]],
  ]);
};

const email: Maker = (object, lookup) =>
  template(object, "email", [
    ["from", "email-src", valueOf(object["from_ref"], lookup)],
    ...valuesOf(object["to_refs"], lookup).map((value): Row => ["to", "email-dst", value]),
    ...valuesOf(object["cc_refs"], lookup).map((value): Row => ["cc", "email-dst", value]),
    ...valuesOf(object["bcc_refs"], lookup).map((value): Row => ["bcc", "email-dst", value]),
    ["subject", "email-subject", object["subject"]],
    ["message-id", "email-message-id", object["message_id"]],
    ["send-date", "datetime", object["date"]],
    ["email-body", "email-body", object["body"]],
  ]);

const traffic: Maker = (object, lookup) => {
  const end = (id: JsonValue | undefined, side: "src" | "dst"): Row[] => {
    const host = typeof id === "string" ? lookup(id) : undefined;
    const isName = host?.["type"] === "domain-name";
    return [isName ? [`hostname-${side}`, "hostname", host["value"]] : [`ip-${side}`, `ip-${side}`, host?.["value"]]];
  };
  const layer = (name: JsonValue): Row => {
    const text = textOf(name) ?? "";
    const which = /^(?:ip|ipv4|ipv6|icmp.*|arp)$/.test(text) ? 3 : /^(?:tcp|udp|sctp)$/.test(text) ? 4 : 7;
    return [`layer${which}-protocol`, "text", text.toUpperCase()];
  };
  return template(object, "network-connection", [
    ...end(object["src_ref"], "src"),
    ...end(object["dst_ref"], "dst"),
    ["src-port", "port", object["src_port"]],
    ["dst-port", "port", object["dst_port"]],
    ...(Array.isArray(object["protocols"]) ? object["protocols"].map(layer) : []),
    ["first-packet-seen", "datetime", object["start"]],
  ]);
};

const certificate: Maker = (object) =>
  template(object, "x509", [
    ...hashRows(object["hashes"], "x509-fingerprint-").filter(([name]) => /-(?:md5|sha1|sha256)$/.test(name)),
    ["serial-number", "text", object["serial_number"]],
    ["issuer", "text", object["issuer"]],
    ["subject", "text", object["subject"]],
    ["version", "text", object["version"]],
    ["validity-not-before", "datetime", object["validity_not_before"]],
    ["validity-not-after", "datetime", object["validity_not_after"]],
  ]);

const registry: Maker = (object) => {
  const values = Array.isArray(object["values"]) ? object["values"].filter(isJsonObject) : [];
  if (values.length === 0) return single("Persistence mechanism", "regkey", "key")(object, () => undefined);
  return template(object, "registry-key", [
    ["key", "regkey", object["key"]],
    ...values.flatMap((value): Row[] => [
      ["name", "text", value["name"]],
      ["data", "text", value["data"]],
      ["data-type", "text", value["data_type"]],
    ]),
  ]);
};

const account: Maker = (object) =>
  template(object, "user-account", [
    ["username", "text", object["account_login"]],
    ["user-id", "text", object["user_id"]],
    ["display-name", "text", object["display_name"]],
    ["account-type", "text", object["account_type"]],
  ]);

const identity: Maker = (object) => {
  const person = object["identity_class"] === "individual";
  if (!person && object["identity_class"] !== "organization") return null;
  return template(object, person ? "person" : "organization", [
    [person ? "full-name" : "name", person ? "full-name" : "text", object["name"]],
    [person ? "text" : "description", "text", object["description"]],
    ...(Array.isArray(object["roles"]) ? object["roles"].map((role): Row => ["role", "text", role]) : []),
  ]);
};

const location: Maker = (object) =>
  template(object, "geolocation", [
    ["latitude", "float", object["latitude"]],
    ["longitude", "float", object["longitude"]],
    ["countrycode", "text", object["country"]],
    ["country", "text", object["name"]],
    ["city", "text", object["city"]],
    ["address", "text", object["street_address"]],
    ["zipcode", "text", object["postal_code"]],
    ["text", "text", object["description"]],
  ]);

const vulnerability: Maker = (object) => {
  const description = textOf(object["description"]);
  const name = textOf(object["name"]) ?? "";
  if (description === null) return { attributes: [attribute(object, ["External analysis", "vulnerability", name])] };
  return template(object, "vulnerability", [
    ["id", "vulnerability", name],
    ["summary", "text", description],
  ]);
};

const artifact: Maker = (object) => {
  const data = textOf(object["payload_bin"]);
  return data === null
    ? null
    : { attributes: [attribute(object, [DELIVERY, "attachment", uuidPart(object)], { data })] };
};

const note: Maker = (object) => {
  const content = textOf(object["content"]) ?? "";
  return {
    attributes: [attribute(object, ["Other", "comment", content], { comment: textOf(object["abstract"]) ?? "" })],
  };
};

/** A comparison of one value is an attribute; everything else of the language is a STIX pattern. */
const SIMPLE: Readonly<Record<string, readonly [string, string]>> = {
  "ipv4-addr:value": [NETWORK, "ip-dst"],
  "ipv6-addr:value": [NETWORK, "ip-dst"],
  "domain-name:value": [NETWORK, "domain"],
  "url:value": [NETWORK, "url"],
  "email-addr:value": [DELIVERY, "email"],
  "file:name": [DELIVERY, "filename"],
  "mutex:name": ["Artifacts dropped", "mutex"],
  ...Object.fromEntries(
    Object.entries(HASHES).flatMap(([name, stix]) => [
      [`file:hashes.'${stix}'`, [DELIVERY, name]],
      [`file:hashes.${stix}`, [DELIVERY, name]],
    ]),
  ),
};
const COMPARISON = /^\[\s*([a-z0-9-]+:[^\s=]{1,100})\s*=\s*'((?:[^'\\]|\\['\\])*)'\s*\]$/;
const RULES: Readonly<Record<string, string>> = {
  yara: "yara",
  sigma: "sigma",
  snort: "snort",
  suricata: "snort",
  stix: "stix2-pattern",
};

const indicator: Maker = (object) => {
  const pattern = textOf(object["pattern"]) ?? "";
  const language = textOf(object["pattern_type"]) ?? "";
  const more = { to_ids: true, comment: textOf(object["description"]) ?? textOf(object["name"]) ?? "" };
  const [, path = "", value = ""] = language === "stix" ? (COMPARISON.exec(pattern) ?? []) : [];
  const simple = SIMPLE[path];
  if (simple !== undefined)
    return { attributes: [attribute(object, [...simple, value.replaceAll(/\\(['\\])/g, "$1")], more)] };
  const type = RULES[language];
  return type === undefined ? null : { attributes: [attribute(object, [DELIVERY, type, pattern], more)] };
};

/** A cluster of one's own: its galaxy's type says what it is. It goes no further than the event. */
const cluster: Maker = (object) => {
  const type = textOf(object["type"]) ?? "";
  const galaxy = CLUSTER_GALAXY[type] ?? type;
  const name = textOf(object["name"]) ?? "";
  const aliases = Array.isArray(object["aliases"]) ? object["aliases"] : [];
  return {
    galaxies: [
      {
        uuid: uuid5(MISP_NAMESPACE, `galaxy ${galaxy}`),
        name: galaxy,
        type: galaxy,
        description: "",
        version: "1",
        GalaxyCluster: [
          {
            uuid: uuidPart(object),
            type: galaxy,
            value: name,
            tag_name: `misp-galaxy:${galaxy}="${name.replaceAll('"', "'")}"`,
            description: textOf(object["description"]) ?? "",
            version: secondsOf(object["modified"]),
            distribution: "0",
            default: false,
            meta: aliases.length === 0 ? {} : { synonyms: aliases },
          },
        ],
      },
    ],
  };
};
const CLUSTER_GALAXY: Readonly<Record<string, string>> = Object.fromEntries(
  [
    ["threat-actor", "threat-actor"],
    ["tool", "tool"],
    ...Object.entries(GALAXY_TYPES)
      .filter(([galaxy]) => /^mitre-(?!enterprise|mobile|pre)/.test(galaxy))
      .map(([galaxy, type]) => [type, galaxy]),
  ].map(([type = "", galaxy = ""]) => [type, galaxy === "mitre-tool" ? "tool" : galaxy]),
);

const MAKERS: ReadonlyMap<string, Maker> = new Map<string, Maker>([
  ["ipv4-addr", single(NETWORK, "ip-dst", "value")],
  ["ipv6-addr", single(NETWORK, "ip-dst", "value")],
  ["domain-name", single(NETWORK, "domain", "value")],
  ["url", single(NETWORK, "url", "value")],
  ["mac-addr", single(NETWORK, "mac-address", "value")],
  ["autonomous-system", single(NETWORK, "AS", "number")],
  ["email-addr", single(DELIVERY, "email", "value")],
  ["mutex", single("Artifacts dropped", "mutex", "name")],
  ["software", single("Other", "cpe", "cpe")],
  ["file", file],
  ["email-message", email],
  ["network-traffic", traffic],
  ["x509-certificate", certificate],
  ["windows-registry-key", registry],
  ["user-account", account],
  ["artifact", artifact],
  ["identity", identity],
  ["location", location],
  ["vulnerability", vulnerability],
  ["campaign", single("Attribution", "campaign-name", "name")],
  ["indicator", indicator],
  ["note", note],
  ["threat-actor", cluster],
  ["intrusion-set", cluster],
  ["malware", cluster],
  ["tool", cluster],
  ["attack-pattern", cluster],
  ["course-of-action", cluster],
]);

/** The types that an export goes through. What is not among them is told. */
export const MISP_TYPES: readonly string[] = [...MAKERS.keys()];

const OBSERVABLES = new Set([
  ..."artifact autonomous-system directory domain-name email-addr email-message file ipv4-addr ipv6-addr mac-addr mutex".split(
    " ",
  ),
  ..."network-traffic process software url user-account windows-registry-key x509-certificate".split(" "),
]);
export const isObservableType = (type: string): boolean => OBSERVABLES.has(type);

/** What a record that never was in MISP, or was changed since, becomes there; `null` where MISP has no place for it. */
export function toMisp(object: JsonObject, lookup: Lookup): MispParts | null {
  return MAKERS.get(textOf(object["type"]) ?? "")?.(object, lookup) ?? null;
}
