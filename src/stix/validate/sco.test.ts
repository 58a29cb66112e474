import { describe, expect, test } from "vitest";
import { isJsonObject, type JsonObject, type JsonValue } from "#base";
import { changed, judge, LATER, ref, scos } from "./testing.ts";

type Case = readonly [string, string, Record<string, JsonValue | undefined>, string];
const each = (cases: readonly Case[]): void => {
  test.each(cases)("%s: %s", (type, _, change, finding) => {
    expect(judge(changed(type, change))).toContain(finding);
  });
};

const OTHER = "10000000-0000-4000-8000-000000000009";

describe("§2.9 and §3.4 ids of cyber-observables", () => {
  each([
    ["url", "a version 4 where one is contributed", { id: `url--${OTHER}` }, "warning id-version /id"],
    [
      "url",
      "made of something else",
      { id: "url--47c3cf9a-5027-5bf0-997a-017c7edc7c55" },
      "warning id-deterministic /id",
    ],
    ["url", "versioned", { created: LATER, modified: LATER }, "error id-versioned /id"],
    [
      "process",
      "version 5 of nothing",
      { id: "process--47c3cf9a-5027-5bf0-997a-017c7edc7c55" },
      "error id-version /id",
    ],
    ["url", "no id", { id: undefined }, "error required /id"],
    ["url", "a name for it", { labels: ["a"] }, "warning not-applicable /labels"],
    ["url", "a language", { lang: "en" }, "warning not-applicable /lang"],
  ]);
  test("spec_version may be left out, and defanged values have no form", () => {
    expect(judge(changed("url", { spec_version: undefined }))).toEqual([]);
    expect(judge({ type: "url", id: `url--${OTHER}`, value: "hxxp://example[.]org", defanged: true })).toEqual([
      "warning id-version /id",
    ]);
  });
});

test.each(
  Object.entries({
    "autonomous-system": "number",
    directory: "path",
    "domain-name": "value",
    "email-addr": "value",
    "email-message": "is_multipart",
    "ipv4-addr": "value",
    "ipv6-addr": "value",
    "mac-addr": "value",
    mutex: "name",
    "network-traffic": "protocols",
    software: "name",
    url: "value",
  }),
)("required of %s: %s", (type, name) => {
  expect(judge(changed(type, { [name]: undefined }))).toContain(`error required /${name}`);
});

test.each([
  ["directory", "contains_refs", "url"],
  ["domain-name", "resolves_to_refs", "mac-addr"],
  ["email-addr", "belongs_to_ref", "identity"],
  ["email-message", "from_ref", "identity"],
  ["email-message", "sender_ref", "url"],
  ["email-message", "to_refs", "identity"],
  ["email-message", "cc_refs", "url"],
  ["email-message", "bcc_refs", "url"],
  ["email-message", "raw_email_ref", "file"],
  ["file", "parent_directory_ref", "file"],
  ["file", "contains_refs", "malware"],
  ["file", "content_ref", "file"],
  ["ipv4-addr", "resolves_to_refs", "ipv4-addr"],
  ["ipv4-addr", "belongs_to_refs", "identity"],
  ["ipv6-addr", "resolves_to_refs", "url"],
  ["ipv6-addr", "belongs_to_refs", "url"],
  ["network-traffic", "src_ref", "url"],
  ["network-traffic", "dst_ref", "identity"],
  ["network-traffic", "src_payload_ref", "file"],
  ["network-traffic", "dst_payload_ref", "file"],
  ["network-traffic", "encapsulates_refs", "url"],
  ["network-traffic", "encapsulated_by_ref", "url"],
  ["process", "opened_connection_refs", "url"],
  ["process", "creator_user_ref", "identity"],
  ["process", "image_ref", "artifact"],
  ["process", "parent_ref", "file"],
  ["process", "child_refs", "file"],
  ["windows-registry-key", "creator_user_ref", "identity"],
])("%s.%s does not refer to %s", (type, name, target) => {
  const list = name.endsWith("_refs");
  expect(judge(changed(type, { [name]: list ? [ref(target)] : ref(target) }))).toContain(
    `error ref-type /${name}${list ? "/0" : ""}`,
  );
});

describe("§6 rules of each object", () => {
  each([
    [
      "artifact",
      "both contents",
      { url: "https://example.org/", hashes: { MD5: "a92e5b2bae0b4b3a3d81c85610b95cd4" } },
      "error only-one /url",
    ],
    ["artifact", "no content", { payload_bin: undefined }, "error one-required "],
    [
      "artifact",
      "a url without hashes",
      { payload_bin: undefined, url: "https://example.org/" },
      "error needs /hashes",
    ],
    ["artifact", "a key to nothing", { encryption_algorithm: undefined }, "error needs /encryption_algorithm"],
    ["artifact", "another cipher", { encryption_algorithm: "rot13" }, "error enumeration /encryption_algorithm"],
    ["artifact", "no base64", { payload_bin: "a" }, "error base64 /payload_bin"],
    ["artifact", "a media type that is none", { mime_type: "picture" }, "warning mime-type /mime_type"],
    ["autonomous-system", "a number as text", { number: "1" }, "error type /number"],
    ["directory", "no character set", { path_enc: "latin" }, "error charset /path_enc"],
    ["domain-name", "no name", { value: "a b" }, "error domain-name /value"],
    ["email-addr", "with the name shown", { value: "J <j@example.org>" }, "error address /value"],
    ["email-message", "a body in parts and whole", { body: "b" }, "error excluded /body"],
    ["email-message", "parts of what has none", { is_multipart: false }, "error excluded /body_multipart"],
    [
      "email-message",
      "a part without content",
      { body_multipart: [{ content_type: "text/plain" }] },
      "error one-required /body_multipart/0",
    ],
    [
      "email-message",
      "a part of another type",
      { body_multipart: [{ body_raw_ref: ref("url") }] },
      "error ref-type /body_multipart/0/body_raw_ref",
    ],
    [
      "email-message",
      "a header that is a number",
      { additional_header_fields: { A: 1 } },
      "error type /additional_header_fields/A",
    ],
    [
      "email-message",
      "a header without its list",
      { additional_header_fields: { A: "a" } },
      "warning header-list /additional_header_fields/A",
    ],
    [
      "email-message",
      "a header by no name",
      { additional_header_fields: { "A b": "c" } },
      "error dictionary-key /additional_header_fields/A b",
    ],
    [
      "file",
      "neither hashes nor name",
      { hashes: undefined, name: undefined, name_enc: undefined },
      "error one-required ",
    ],
    ["file", "the encoding of no name", { name: undefined }, "error needs /name"],
    ["file", "less than nothing", { size: -1 }, "error range /size"],
    ["file", "no hexadecimal", { magic_number_hex: "0" }, "error hex /magic_number_hex"],
    ["file", "hexadecimal in capitals", { magic_number_hex: "0A" }, "warning hex-case /magic_number_hex"],
    ["ipv4-addr", "no address", { value: "1.2.3" }, "error address /value"],
    ["ipv6-addr", "no address", { value: "1.2.3.4" }, "error address /value"],
    ["mac-addr", "in capitals", { value: "D2:FB:49:24:37:18" }, "error address /value"],
    ["mac-addr", "with hyphens", { value: "d2-fb-49-24-37-18" }, "error address /value"],
    ["network-traffic", "neither end", { src_ref: undefined, dst_ref: undefined }, "error one-required "],
    ["network-traffic", "no port", { src_port: undefined }, "warning advised /src_port"],
    ["network-traffic", "a port too high", { dst_port: 65_536 }, "error range /dst_port"],
    [
      "network-traffic",
      "ended before it began",
      { start: LATER, end: "2024-01-01T00:00:00Z" },
      "error time-order /end",
    ],
    ["network-traffic", "ended and going on", { is_active: true }, "error excluded /end"],
    ["network-traffic", "no protocol", { protocols: [] }, "error empty-list /protocols"],
    ["network-traffic", "a protocol of no registry", { protocols: ["TCP"] }, "warning protocol /protocols/0"],
    ["network-traffic", "an extension without its protocol", { protocols: ["udp"] }, "warning advised /protocols"],
    ["network-traffic", "IPFIX in capitals", { ipfix: { OctetCount: 1 } }, "warning ipfix /ipfix/OctetCount"],
    ["network-traffic", "IPFIX of a list", { ipfix: { octetCount: ["a"] } }, "error type /ipfix/octetCount"],
    [
      "process",
      "an environment of numbers",
      { environment_variables: { A: 1 } },
      "error type /environment_variables/A",
    ],
    ["software", "no CPE", { cpe: "cpe:/a:microsoft:word" }, "error cpe /cpe"],
    ["software", "no language", { languages: ["english"] }, "error language /languages/0"],
    ["url", "no URL", { value: "example.org" }, "error url /value"],
    ["user-account", "another type", { account_type: "mastodon" }, "warning vocabulary /account_type"],
    ["windows-registry-key", "a hive cut short", { key: "hklm\\System" }, "error registry-hive /key"],
    ["windows-registry-key", "an empty value", { values: [{}] }, "error nothing-present /values/0"],
    [
      "windows-registry-key",
      "a value of another type",
      { values: [{ data_type: "REG_X" }] },
      "error enumeration /values/0/data_type",
    ],
    ["x509-certificate", "no v3 extension", { x509_v3_extensions: {} }, "error nothing-present /x509_v3_extensions"],
    ["x509-certificate", "a time that is none", { validity_not_after: "2016" }, "error timestamp /validity_not_after"],
  ]);

  test.each(["process", "user-account", "windows-registry-key", "x509-certificate"])("an empty %s", (type) => {
    expect(judge({ type, spec_version: "2.1", id: `${type}--${OTHER}` })).toEqual(["error nothing-present "]);
  });
});

describe("§6 predefined extensions", () => {
  const within = (type: string, extension: string, change: Record<string, JsonValue | undefined>): string[] => {
    const extensions = scos[type]?.["extensions"];
    const own = isJsonObject(extensions) && isJsonObject(extensions[extension]) ? extensions[extension] : {};
    const contents = Object.fromEntries(
      Object.entries({ ...own, ...change }).filter(([, value]) => value !== undefined),
    ) as JsonObject;
    return judge(changed(type, { extensions: { [extension]: contents } })).map((finding) =>
      finding.replace(`/extensions/${extension}`, "…"),
    );
  };
  test.each<[string, string, string, Record<string, JsonValue | undefined>, string]>([
    ["file", "archive-ext", "nothing in it", { contains_refs: undefined }, "error required …/contains_refs"],
    ["file", "archive-ext", "a url in it", { contains_refs: [ref("url")] }, "error ref-type …/contains_refs/0"],
    ["file", "ntfs-ext", "nothing", { alternate_data_streams: undefined }, "error nothing-present …"],
    [
      "file",
      "ntfs-ext",
      "a stream without a name",
      { alternate_data_streams: [{ size: 1 }] },
      "error required …/alternate_data_streams/0/name",
    ],
    [
      "file",
      "pdf-ext",
      "an entry of no dictionary",
      { document_info_dict: { Title: "T", Own: "o" } },
      "warning pdf-info …/document_info_dict/Own",
    ],
    [
      "file",
      "pdf-ext",
      "an entry that is no text",
      { document_info_dict: { Title: 1 } },
      "error type …/document_info_dict/Title",
    ],
    ["file", "raster-image-ext", "a tag of a list", { exif_tags: { Make: [1] } }, "error type …/exif_tags/Make"],
    ["file", "raster-image-ext", "nothing", { exif_tags: undefined }, "error nothing-present …"],
    ["file", "windows-pebinary-ext", "no type", { pe_type: undefined }, "error required …/pe_type"],
    ["file", "windows-pebinary-ext", "another type", { pe_type: "com" }, "warning vocabulary …/pe_type"],
    [
      "file",
      "windows-pebinary-ext",
      "a fraction of a second",
      { time_date_stamp: "2016-01-22T12:31:12.5Z" },
      "error timestamp-precision …/time_date_stamp",
    ],
    [
      "file",
      "windows-pebinary-ext",
      "an empty header",
      { optional_header: {} },
      "error nothing-present …/optional_header",
    ],
    [
      "file",
      "windows-pebinary-ext",
      "a size below zero",
      { optional_header: { size_of_code: -1 } },
      "error range …/optional_header/size_of_code",
    ],
    [
      "file",
      "windows-pebinary-ext",
      "a section without a name",
      { sections: [{ entropy: 1 }] },
      "error required …/sections/0/name",
    ],
    [
      "file",
      "windows-pebinary-ext",
      "too much entropy",
      { sections: [{ name: "n", entropy: 8.1 }] },
      "error range …/sections/0/entropy",
    ],
    [
      "file",
      "windows-pebinary-ext",
      "nothing but its type",
      { time_date_stamp: undefined, optional_header: undefined, sections: undefined },
      "error nothing-present …",
    ],
    [
      "network-traffic",
      "http-request-ext",
      "no method",
      { request_method: undefined },
      "error required …/request_method",
    ],
    [
      "network-traffic",
      "http-request-ext",
      "a method in capitals",
      { request_method: "GET" },
      "warning lower-case …/request_method",
    ],
    [
      "network-traffic",
      "http-request-ext",
      "a header without its list",
      { request_header: { Host: "h" } },
      "warning header-list …/request_header/Host",
    ],
    [
      "network-traffic",
      "http-request-ext",
      "a header that is a number",
      { request_header: { Host: 1 } },
      "error type …/request_header/Host",
    ],
    ["network-traffic", "icmp-ext", "no code", { icmp_code_hex: undefined }, "error required …/icmp_code_hex"],
    [
      "network-traffic",
      "socket-ext",
      "another family",
      { address_family: "AF_X" },
      "error enumeration …/address_family",
    ],
    ["network-traffic", "socket-ext", "another type", { socket_type: "SOCK_X" }, "error enumeration …/socket_type"],
    [
      "network-traffic",
      "socket-ext",
      "an option that is text",
      { options: { SO_KEEPALIVE: "1" } },
      "error type …/options/SO_KEEPALIVE",
    ],
    [
      "network-traffic",
      "socket-ext",
      "an option by another name",
      { options: { keepalive: 1 } },
      "warning socket-option …/options/keepalive",
    ],
    [
      "network-traffic",
      "socket-ext",
      "a descriptor below zero",
      { socket_descriptor: -1 },
      "error range …/socket_descriptor",
    ],
    ["network-traffic", "tcp-ext", "nothing", { src_flags_hex: undefined }, "error nothing-present …"],
    [
      "process",
      "windows-process-ext",
      "a priority by another name",
      { priority: "HIGH" },
      "warning priority …/priority",
    ],
    [
      "process",
      "windows-process-ext",
      "another level",
      { integrity_level: "top" },
      "error enumeration …/integrity_level",
    ],
    ["process", "windows-service-ext", "another start", { start_type: "SERVICE_X" }, "error enumeration …/start_type"],
    [
      "process",
      "windows-service-ext",
      "another type",
      { service_type: "SERVICE_X" },
      "error enumeration …/service_type",
    ],
    [
      "process",
      "windows-service-ext",
      "another status",
      { service_status: "SERVICE_X" },
      "error enumeration …/service_status",
    ],
    [
      "process",
      "windows-service-ext",
      "a library that is no file",
      { service_dll_refs: [ref("url")] },
      "error ref-type …/service_dll_refs/0",
    ],
    ["process", "windows-service-ext", "nothing", { start_type: undefined }, "error nothing-present …"],
    ["user-account", "unix-account-ext", "a group that is text", { gid: "1" }, "error type …/gid"],
    ["user-account", "unix-account-ext", "nothing", { gid: undefined, groups: undefined }, "error nothing-present …"],
  ])("%s %s: %s", (type, extension, _, change, finding) => {
    expect(within(type, extension, change)).toContain(finding);
  });
});
