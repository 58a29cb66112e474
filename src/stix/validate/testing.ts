import type { JsonObject, JsonValue } from "#base";
import { scoId } from "../ids.ts";
import type { ValidateOptions } from "./report.ts";
import { validateObject } from "./validate.ts";

/** One valid object of every type, made for these tests; what each test changes stands in the test. */
const U = (n: number): string => `10000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;
export const ref = (type: string, n = 1): string => `${type}--${U(n)}`;
const T = "2025-01-01T00:00:00.000Z";
export const LATER = "2025-06-01T00:00:00.000Z";
const SHA256 = "aec070645fe53ee3b3763059376134f058cc337247c978add178b6ccdfb0019f";
const EXTENSION = ref("extension-definition", 7);

const versioned = (type: string, own: JsonObject): JsonObject => ({
  type,
  spec_version: "2.1",
  id: ref(type),
  created: T,
  modified: T,
  ...own,
});
const sco = (type: string, own: JsonObject): JsonObject => ({
  type,
  spec_version: "2.1",
  id: scoId(type, own),
  ...own,
});

export const sdo: Readonly<Record<string, JsonObject>> = Object.fromEntries(
  Object.entries({
    "attack-pattern": {
      name: "Spear phishing",
      description: "By letter",
      aliases: ["Letters"],
      kill_chain_phases: [{ kill_chain_name: "own-chain", phase_name: "delivery" }],
      external_references: [{ source_name: "capec", external_id: "CAPEC-163" }],
      created_by_ref: ref("identity"),
      revoked: false,
      labels: ["a"],
      confidence: 85,
      lang: "en",
      object_marking_refs: [ref("marking-definition")],
      granular_markings: [{ marking_ref: ref("marking-definition"), selectors: ["name", "aliases.[0]"] }],
    },
    campaign: { name: "C", first_seen: T, last_seen: LATER, objective: "O" },
    "course-of-action": { name: "Close the route" },
    grouping: { context: "suspicious-activity", object_refs: [ref("indicator"), ref("relationship")] },
    identity: { name: "Somebody", identity_class: "individual", sectors: ["government"], roles: ["courier"] },
    incident: { name: "I" },
    indicator: {
      name: "N",
      description: "D",
      pattern: "[url:value = 'https://example.org/']",
      pattern_type: "stix",
      valid_from: T,
      valid_until: LATER,
      indicator_types: ["malicious-activity"],
    },
    infrastructure: { name: "C2", infrastructure_types: ["command-and-control"] },
    "intrusion-set": {
      name: "IS",
      resource_level: "club",
      primary_motivation: "ideology",
      secondary_motivations: ["dominance"],
      goals: ["g"],
    },
    location: {
      region: "southern-asia",
      country: "PK",
      administrative_area: "PK-KP",
      latitude: 34.01,
      longitude: 71.57,
      precision: 1000.5,
    },
    malware: {
      name: "M",
      is_family: true,
      malware_types: ["trojan"],
      sample_refs: [ref("file")],
      operating_system_refs: [ref("software")],
      architecture_execution_envs: ["x86"],
      implementation_languages: ["c++"],
      capabilities: ["anti-vm"],
    },
    "malware-analysis": {
      product: "some-product",
      result: "benign",
      sample_ref: ref("artifact"),
      analysis_sco_refs: [ref("file")],
    },
    note: { content: "C", object_refs: [ref("campaign")] },
    "observed-data": {
      first_observed: T,
      last_observed: LATER,
      number_observed: 1,
      object_refs: [ref("file"), ref("relationship")],
    },
    opinion: { opinion: "agree", object_refs: [ref("relationship")] },
    report: { name: "R", published: T, object_refs: [ref("indicator")], report_types: ["threat-report"] },
    "threat-actor": {
      name: "TA",
      threat_actor_types: ["terrorist"],
      roles: ["sponsor"],
      sophistication: "minimal",
      personal_motivations: ["ideology"],
    },
    tool: { name: "T", tool_types: ["remote-access"], tool_version: "1" },
    vulnerability: { name: "V", external_references: [{ source_name: "cve", external_id: "CVE-2016-1234" }] },
    relationship: {
      relationship_type: "indicates",
      source_ref: ref("indicator"),
      target_ref: ref("malware"),
      start_time: T,
      stop_time: LATER,
    },
    sighting: {
      sighting_of_ref: ref("indicator"),
      count: 0,
      observed_data_refs: [ref("observed-data")],
      where_sighted_refs: [ref("identity"), ref("location")],
      summary: false,
      first_seen: T,
      last_seen: T,
    },
  } satisfies Record<string, JsonObject>).map(([type, own]) => [type, versioned(type, own)]),
);

export const scos: Readonly<Record<string, JsonObject>> = Object.fromEntries(
  Object.entries({
    artifact: {
      mime_type: "image/jpeg",
      payload_bin: "aGVsbG8=",
      encryption_algorithm: "AES-256-GCM",
      decryption_key: "k",
    },
    "autonomous-system": { number: 15_139, name: "N", rir: "APNIC" },
    directory: { path: "/usr", path_enc: "windows-1252", ctime: T, contains_refs: [ref("file")] },
    "domain-name": { value: "example.org", resolves_to_refs: [ref("ipv4-addr")] },
    "email-addr": { value: "jane.smith@example.org", belongs_to_ref: ref("user-account") },
    "email-message": {
      is_multipart: true,
      from_ref: ref("email-addr"),
      to_refs: [ref("email-addr")],
      subject: "S",
      additional_header_fields: { "Reply-To": ["a@example.org"], "X-Mailer": ["M"] },
      body_multipart: [{ content_type: "text/plain", body: "B" }, { body_raw_ref: ref("file") }],
    },
    file: {
      hashes: { "SHA-256": SHA256 },
      name: "f",
      name_enc: "windows-1252",
      size: 0,
      magic_number_hex: "0a",
      parent_directory_ref: ref("directory"),
      extensions: {
        "archive-ext": { contains_refs: [ref("file", 2)] },
        "ntfs-ext": {
          alternate_data_streams: [{ name: "s", size: 1, hashes: { MD5: "a92e5b2bae0b4b3a3d81c85610b95cd4" } }],
        },
        "pdf-ext": { version: "1.7", document_info_dict: { Title: "T" } },
        "raster-image-ext": { exif_tags: { Make: "M", XResolution: 4928 } },
        "windows-pebinary-ext": {
          pe_type: "exe",
          time_date_stamp: "2016-01-22T12:31:12Z",
          optional_header: { magic_hex: "010b" },
          sections: [{ name: "CODE", entropy: 0.06 }],
        },
      },
    },
    "ipv4-addr": { value: "198.51.100.0/24", belongs_to_refs: [ref("autonomous-system")] },
    "ipv6-addr": { value: "2001:db8::/96", resolves_to_refs: [ref("mac-addr")] },
    "mac-addr": { value: "d2:fb:49:24:37:18" },
    mutex: { name: "__M__" },
    "network-traffic": {
      start: T,
      end: LATER,
      src_ref: ref("ipv4-addr"),
      dst_ref: ref("domain-name"),
      src_port: 1,
      dst_port: 443,
      protocols: ["ipv4", "tcp", "http", "icmp"],
      src_byte_count: 1,
      ipfix: { minimumIpTotalLength: 32 },
      extensions: {
        "http-request-ext": { request_method: "get", request_value: "/", request_header: { "User-Agent": ["M"] } },
        "icmp-ext": { icmp_type_hex: "08", icmp_code_hex: "00" },
        "socket-ext": { address_family: "AF_INET", socket_type: "SOCK_STREAM", options: { SO_KEEPALIVE: 1 } },
        "tcp-ext": { src_flags_hex: "00000002" },
      },
    },
    process: {
      pid: 1,
      environment_variables: { PATH: "/bin" },
      image_ref: ref("file"),
      extensions: {
        "windows-process-ext": { priority: "HIGH_PRIORITY_CLASS", integrity_level: "low" },
        "windows-service-ext": { start_type: "SERVICE_AUTO_START" },
      },
    },
    software: { name: "W", cpe: "cpe:2.3:a:microsoft:word:2000:*:*:*:*:*:*:*", languages: ["en"] },
    url: { value: "https://example.org/a?b=%20#c" },
    "user-account": {
      user_id: "1001",
      account_type: "unix",
      extensions: { "unix-account-ext": { gid: 1001, groups: ["wheel"] } },
    },
    "windows-registry-key": {
      key: "HKEY_LOCAL_MACHINE\\System",
      values: [{ name: "", data: "d", data_type: "REG_SZ" }],
    },
    "x509-certificate": {
      serial_number: "02:08",
      is_self_signed: false,
      x509_v3_extensions: { key_usage: "keyCertSign" },
    },
  } satisfies Record<string, JsonObject>).map(([type, own]) => [type, sco(type, own)]),
);

const metas: Readonly<Record<string, JsonObject>> = {
  "extension-definition": versioned("extension-definition", {
    created_by_ref: ref("identity"),
    name: "N",
    description: "D",
    schema: "https://example.org/s",
    version: "1.2.1",
    extension_types: ["toplevel-property-extension"],
    extension_properties: ["toxicity"],
  }),
  "language-content": versioned("language-content", {
    object_ref: ref("campaign"),
    object_modified: T,
    contents: { de: { name: "N" }, "pt-BR": { aliases: ["a", ""] } },
  }),
  "marking-definition": {
    type: "marking-definition",
    spec_version: "2.1",
    id: ref("marking-definition"),
    created: T,
    definition_type: "statement",
    definition: { statement: "Copyright" },
  },
};

export const valid: Readonly<Record<string, JsonObject>> = { ...sdo, ...scos, ...metas };

/** An object of a type that an extension brings. */
export const extended: JsonObject = {
  ...versioned("my-favourite", { name: "F", some_property: "v" }),
  extensions: { [EXTENSION]: { extension_type: "new-sdo" } },
};

/** The valid object of a type with some properties changed; `undefined` takes one away. */
export function changed(type: string, change: Readonly<Record<string, JsonValue | undefined>>): JsonObject {
  const object = { ...valid[type], ...change };
  return Object.fromEntries(
    Object.entries(object).filter((entry): entry is [string, JsonValue] => entry[1] !== undefined),
  );
}

/** Each finding as `error code /path` or `warning code /path`. */
export function judge(value: JsonValue, options?: ValidateOptions): string[] {
  const { errors, warnings } = validateObject(value, options);
  return [
    ...errors.map(({ code, path }) => `error ${code} ${path}`),
    ...warnings.map(({ code, path }) => `warning ${code} ${path}`),
  ];
}
