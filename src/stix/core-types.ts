import { z } from "zod";
import { defineType, fieldText, type Kind, type RecordType } from "./record-type.ts";

/** The object types of STIX 2.1, with the properties that §4 to §7 require. The whole letter of each is checked elsewhere. */
const string = z.string().min(1);
const strings = z.array(string).min(1);
const ref = z.string().regex(/^[a-z0-9-]+--[0-9a-f-]{36}$/, "must be a STIX identifier (§2.9)");
const refs = z.array(ref).min(1);
const time = z.string();
const hashes = z.record(z.string(), z.string());
const named = { name: string };
const aliased = { ...named, aliases: strings.optional() };

type Extra = Partial<Pick<RecordType, "summary" | "names" | "aboutPerson">>;
const type = (kind: Kind, name: string, title: string, shape: z.ZodRawShape, extra: Extra = {}): RecordType =>
  defineType({ name, kind, title, schema: z.looseObject(shape), ...extra });

const field = fieldText;

const sdos: readonly RecordType[] = [
  type("sdo", "attack-pattern", "Attack pattern", aliased),
  type("sdo", "campaign", "Campaign", aliased),
  type("sdo", "course-of-action", "Course of action", named),
  type("sdo", "grouping", "Grouping", { context: string, object_refs: refs }),
  type(
    "sdo",
    "identity",
    "Identity",
    { ...named, identity_class: string.optional(), roles: strings.optional() },
    {
      aboutPerson: (object) => object["identity_class"] === "individual",
    },
  ),
  type("sdo", "incident", "Incident", named),
  type("sdo", "indicator", "Indicator", {
    name: string.optional(),
    pattern: string,
    pattern_type: string,
    valid_from: time,
  }),
  type("sdo", "infrastructure", "Infrastructure", aliased),
  type("sdo", "intrusion-set", "Intrusion set", aliased),
  type(
    "sdo",
    "location",
    "Location",
    { name: string.optional() },
    {
      summary: (object) => field(object, "name") || field(object, "country") || field(object, "region") || "Location",
    },
  ),
  type("sdo", "malware", "Malware", { name: string.optional(), is_family: z.boolean(), aliases: strings.optional() }),
  type(
    "sdo",
    "malware-analysis",
    "Malware analysis",
    { product: string },
    { summary: (object) => field(object, "product") },
  ),
  type("sdo", "note", "Note", { content: string, object_refs: refs }),
  type("sdo", "observed-data", "Observed data", {
    first_observed: time,
    last_observed: time,
    number_observed: z.int().min(1).max(999_999_999),
  }),
  type(
    "sdo",
    "opinion",
    "Opinion",
    { opinion: string, object_refs: refs },
    { summary: (object) => `Opinion: ${field(object, "opinion")}` },
  ),
  type("sdo", "report", "Report", { ...named, published: time, object_refs: refs }),
  type("sdo", "threat-actor", "Threat actor", aliased, {
    aboutPerson: (object) => object["resource_level"] === "individual",
  }),
  type("sdo", "tool", "Tool", aliased),
  type("sdo", "vulnerability", "Vulnerability", named),
];

const sros: readonly RecordType[] = [
  type(
    "sro",
    "relationship",
    "Relationship",
    { relationship_type: string, source_ref: ref, target_ref: ref },
    {
      summary: (object) => field(object, "relationship_type"),
    },
  ),
  type("sro", "sighting", "Sighting", { sighting_of_ref: ref, count: z.int().min(0).max(999_999_999).optional() }),
];

const person = { aboutPerson: () => true };
const scos: readonly RecordType[] = [
  type("sco", "artifact", "Artifact", { hashes: hashes.optional() }),
  type(
    "sco",
    "autonomous-system",
    "Autonomous system",
    { number: z.int() },
    { summary: (object) => `AS${field(object, "number")}` },
  ),
  type("sco", "directory", "Directory", { path: string }, { summary: (object) => field(object, "path") }),
  type("sco", "domain-name", "Domain name", { value: string }),
  type("sco", "email-addr", "E-mail address", { value: string }, person),
  type(
    "sco",
    "email-message",
    "E-mail message",
    { is_multipart: z.boolean() },
    {
      ...person,
      summary: (object) => field(object, "subject") || "E-mail message",
    },
  ),
  type("sco", "file", "File", { name: string.optional(), hashes: hashes.optional() }),
  type("sco", "ipv4-addr", "IPv4 address", { value: string }),
  type("sco", "ipv6-addr", "IPv6 address", { value: string }),
  type("sco", "mac-addr", "MAC address", { value: string }),
  type("sco", "mutex", "Mutex", named),
  type("sco", "network-traffic", "Network traffic", { protocols: strings }),
  type("sco", "process", "Process", {}, { summary: (object) => field(object, "command_line") || "Process" }),
  type("sco", "software", "Software", named),
  type("sco", "url", "URL", { value: string }),
  type(
    "sco",
    "user-account",
    "User account",
    {},
    {
      ...person,
      summary: (object) =>
        field(object, "display_name") || field(object, "account_login") || field(object, "user_id") || "User account",
    },
  ),
  type(
    "sco",
    "windows-registry-key",
    "Windows registry key",
    {},
    { summary: (object) => field(object, "key") || "Windows registry key" },
  ),
  type(
    "sco",
    "x509-certificate",
    "X.509 certificate",
    {},
    { summary: (object) => field(object, "subject") || "X.509 certificate" },
  ),
];

const metas: readonly RecordType[] = [
  type("meta", "extension-definition", "Extension definition", {
    ...named,
    schema: string,
    version: string,
    extension_types: strings,
  }),
  type("meta", "language-content", "Language content", {
    object_ref: ref,
    contents: z.record(z.string(), z.looseObject({})),
  }),
  type("meta", "marking-definition", "Marking definition", { name: string.optional() }),
];

/** Every object type of STIX 2.1: 19 SDOs, 2 SROs, 18 SCOs and the meta objects. */
export const coreTypes: readonly RecordType[] = [...sdos, ...sros, ...scos, ...metas];
