import { isJsonObject } from "#base";
import type { Rule } from "./report.ts";
import type { Form } from "./spec.ts";

const SHORT_HIVE = /^(?:HKLM|HKCU|HKCR|HKU|HKCC|HKPD|HKDD)(?:\\|$)/i;
const hive: Form = {
  is: (text) => !SHORT_HIVE.test(text),
  code: "registry-hive",
  what: "a key whose hive is written out, such as HKEY_LOCAL_MACHINE",
};

const PROTOCOL_OF: Readonly<Record<string, string>> = {
  "http-request-ext": "http",
  "icmp-ext": "icmp",
  "tcp-ext": "tcp",
};

/** §6.12: where a protocol's extension is present, so should its protocol be. */
const protocolOfExtension: Rule = (traffic, at) => {
  const { extensions, protocols } = traffic;
  if (!isJsonObject(extensions) || !Array.isArray(protocols)) return;
  for (const [extension, protocol] of Object.entries(PROTOCOL_OF)) {
    // HTTPS carries HTTP, and ICMP has its form for IPv6.
    const there = protocols.some((value) => typeof value === "string" && value.includes(protocol));
    if (extensions[extension] !== undefined && !there)
      at.warning("advised", `protocols should list ${protocol}, since ${extension} is present`, "6.12", "protocols");
  }
};

export const observableRules = { hive, protocolOfExtension };
