import {
  isCharset,
  isCpe,
  isEmailAddress,
  isIpv4,
  isIpv6,
  isLanguageTag,
  isMac,
  isRegisteredMime,
  isUri,
} from "./forms.ts";
import { domainName } from "./common.ts";
import { observableRules } from "./sco-rules.ts";
import { atLeastOne, exactlyOne, inOrder, needs, notWith, shouldHave } from "./rules.ts";
import {
  binary,
  boolean,
  dictionary,
  fields,
  type Form,
  form,
  hashes,
  hex,
  integer,
  list,
  structure,
  range,
  ref,
  refTo,
  refsTo,
  req,
  type Shape,
  size,
  type Spec,
  string,
  strings,
  timestamp,
  vocabulary,
} from "./spec.ts";
import { accountType, encryptionAlgorithm, PROTOCOLS, registryDatatype } from "./vocabularies.ts";

/** The SCOs of §6: what each adds to the common properties. The predefined extensions stand in `sco-extensions.ts`. */
const mimeType: Form = {
  is: isRegisteredMime,
  code: "mime-type",
  what: "a media type of the IANA registry",
  should: true,
};
const mime = form(mimeType);
const url = form({ is: isUri, code: "url", what: "a URL of RFC 3986", fangs: true });
const charset = form({
  is: isCharset,
  code: "charset",
  what: "a name of the IANA character set registry",
  section: "3.9.1",
});
const language = form({ is: isLanguageTag, code: "language", what: "a language tag of RFC 5646" });
const protocol = form({
  is: (text) => PROTOCOLS.has(text),
  code: "protocol",
  what: "a service name of the IANA registry, in lower case",
  should: true,
});
const ipfix: Form = {
  is: (text) => /^[a-z][A-Za-z0-9]*$/.test(text),
  code: "ipfix",
  what: "an IPFIX element's name such as octetDeltaCount",
  should: true,
};
const sco: Spec = ref({ kinds: ["sco"] });
const address = (is: (text: string) => boolean, what: string): Spec => form({ is, code: "address", what, fangs: true });
const host = refTo("ipv4-addr", "ipv6-addr", "mac-addr", "domain-name");
const times = { ctime: timestamp, mtime: timestamp, atime: timestamp };
const OWN = [
  "type",
  "spec_version",
  "id",
  "object_marking_refs",
  "granular_markings",
  "defanged",
  "created_by_ref",
  "created",
  "modified",
  "revoked",
];
const some = { besides: OWN };

const mimePart: Spec = structure({
  section: "6.6.2",
  properties: {
    body: string,
    body_raw_ref: refTo("artifact", "file"),
    content_type: string,
    content_disposition: string,
  },
  rules: [atLeastOne(["body", "body_raw_ref"], "6.6.2")],
});
const v3Extensions: Spec = structure({
  section: "6.18.2",
  properties: {
    basic_constraints: string,
    name_constraints: string,
    policy_constraints: string,
    key_usage: string,
    extended_key_usage: string,
    subject_key_identifier: string,
    authority_key_identifier: string,
    subject_alternative_name: string,
    issuer_alternative_name: string,
    subject_directory_attributes: string,
    crl_distribution_points: string,
    inhibit_any_policy: string,
    private_key_usage_period_not_before: timestamp,
    private_key_usage_period_not_after: timestamp,
    certificate_policies: string,
    policy_mappings: string,
  },
  some: { besides: [] },
});

export const SCOS: Readonly<Record<string, Shape>> = {
  artifact: {
    section: "6.1",
    properties: {
      mime_type: mime,
      payload_bin: binary,
      url,
      hashes,
      encryption_algorithm: vocabulary(encryptionAlgorithm),
      decryption_key: string,
    },
    rules: [
      exactlyOne(["payload_bin", "url"], "6.1"),
      needs("url", ["hashes"], "6.1"),
      needs("decryption_key", ["encryption_algorithm"], "6.1"),
    ],
  },
  "autonomous-system": { section: "6.2", properties: { number: req(integer), name: string, rir: string } },
  directory: {
    section: "6.3",
    properties: { path: req(string), path_enc: charset, ...times, contains_refs: refsTo("file", "directory") },
  },
  "domain-name": {
    section: "6.4",
    properties: { value: req(form(domainName)), resolves_to_refs: refsTo("ipv4-addr", "ipv6-addr", "domain-name") },
  },
  "email-addr": {
    section: "6.5",
    properties: {
      value: req(address(isEmailAddress, "an e-mail address without the name shown")),
      display_name: string,
      belongs_to_ref: refTo("user-account"),
    },
  },
  "email-message": {
    section: "6.6",
    properties: {
      is_multipart: req(boolean),
      date: timestamp,
      content_type: string,
      from_ref: refTo("email-addr"),
      sender_ref: refTo("email-addr"),
      to_refs: refsTo("email-addr"),
      cc_refs: refsTo("email-addr"),
      bcc_refs: refsTo("email-addr"),
      message_id: string,
      subject: string,
      received_lines: strings,
      additional_header_fields: dictionary(fields),
      body: string,
      body_multipart: list(mimePart),
      raw_email_ref: refTo("artifact"),
    },
    rules: [notWith("body", "is_multipart", true, "6.6"), notWith("body_multipart", "is_multipart", false, "6.6")],
  },
  file: {
    section: "6.7",
    properties: {
      hashes,
      size,
      name: string,
      name_enc: charset,
      magic_number_hex: hex,
      mime_type: mime,
      ...times,
      parent_directory_ref: refTo("directory"),
      contains_refs: list(sco),
      content_ref: refTo("artifact"),
    },
    rules: [atLeastOne(["hashes", "name"], "6.7"), needs("name_enc", ["name"], "3.1")],
  },
  "ipv4-addr": {
    section: "6.8",
    properties: {
      value: req(address(isIpv4, "an IPv4 address, or several in CIDR notation")),
      resolves_to_refs: refsTo("mac-addr"),
      belongs_to_refs: refsTo("autonomous-system"),
    },
  },
  "ipv6-addr": {
    section: "6.9",
    properties: {
      value: req(address(isIpv6, "an IPv6 address, or several in CIDR notation")),
      resolves_to_refs: refsTo("mac-addr"),
      belongs_to_refs: refsTo("autonomous-system"),
    },
  },
  "mac-addr": {
    section: "6.10",
    properties: { value: req(address(isMac, "six octets in lower case with colons between")) },
  },
  mutex: { section: "6.11", properties: { name: req(string) } },
  "network-traffic": {
    section: "6.12",
    properties: {
      start: timestamp,
      end: timestamp,
      is_active: boolean,
      src_ref: host,
      dst_ref: host,
      src_port: range(0, 65_535),
      dst_port: range(0, 65_535),
      protocols: req(list(protocol)),
      src_byte_count: size,
      dst_byte_count: size,
      src_packets: size,
      dst_packets: size,
      ipfix: dictionary({ kind: "either", of: [string, integer], what: "a whole number or a string" }, ipfix),
      src_payload_ref: refTo("artifact"),
      dst_payload_ref: refTo("artifact"),
      encapsulates_refs: refsTo("network-traffic"),
      encapsulated_by_ref: refTo("network-traffic"),
    },
    rules: [
      inOrder("start", "end", "6.12"),
      notWith("end", "is_active", true, "6.12"),
      atLeastOne(["src_ref", "dst_ref"], "6.12"),
      shouldHave(["src_port", "dst_port"], "6.12"),
      observableRules.protocolOfExtension,
    ],
  },
  process: {
    section: "6.13",
    properties: {
      is_hidden: boolean,
      pid: integer,
      created_time: timestamp,
      cwd: string,
      command_line: string,
      environment_variables: dictionary(string),
      opened_connection_refs: refsTo("network-traffic"),
      creator_user_ref: refTo("user-account"),
      image_ref: refTo("file"),
      parent_ref: refTo("process"),
      child_refs: refsTo("process"),
    },
    some,
  },
  software: {
    section: "6.14",
    properties: {
      name: req(string),
      cpe: form({ is: isCpe, code: "cpe", what: "a CPE 2.3 name" }),
      swid: string,
      languages: list(language),
      vendor: string,
      version: string,
    },
  },
  url: { section: "6.15", properties: { value: req(url) } },
  "user-account": {
    section: "6.16",
    properties: {
      user_id: string,
      credential: string,
      account_login: string,
      account_type: vocabulary(accountType),
      display_name: string,
      is_service_account: boolean,
      is_privileged: boolean,
      can_escalate_privs: boolean,
      is_disabled: boolean,
      account_created: timestamp,
      account_expires: timestamp,
      credential_last_changed: timestamp,
      account_first_login: timestamp,
      account_last_login: timestamp,
    },
    some,
  },
  "windows-registry-key": {
    section: "6.17",
    properties: {
      key: form(observableRules.hive),
      values: list(
        structure({
          section: "6.17.2",
          properties: { name: string, data: string, data_type: vocabulary(registryDatatype) },
          some: { besides: [] },
        }),
      ),
      modified_time: timestamp,
      creator_user_ref: refTo("user-account"),
      number_of_subkeys: integer,
    },
    some,
  },
  "x509-certificate": {
    section: "6.18",
    properties: {
      is_self_signed: boolean,
      hashes,
      version: string,
      serial_number: string,
      signature_algorithm: string,
      issuer: string,
      validity_not_before: timestamp,
      validity_not_after: timestamp,
      subject: string,
      subject_public_key_algorithm: string,
      subject_public_key_modulus: string,
      subject_public_key_exponent: integer,
      x509_v3_extensions: v3Extensions,
    },
    some: { besides: [...OWN, "extensions"] },
  },
};
