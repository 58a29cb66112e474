import type { JsonObject } from "#base";
import type { Kind } from "../record-type.ts";
import { isDomainName, isLanguageTag, isLowerHyphens, isUri, timestampDigits, compareTimestamps } from "./forms.ts";
import { granularMarkings } from "./markings.ts";
import type { Report, Rule } from "./report.ts";
import { atLeastOne } from "./rules.ts";
import {
  boolean,
  type Form,
  form,
  hashes,
  list,
  structure,
  type Properties,
  range,
  refTo,
  refsTo,
  req,
  type Spec,
  string,
  strings,
} from "./spec.ts";

/** The common properties of §3.2 and the common types of §2. */
const languageTag: Form = {
  is: isLanguageTag,
  code: "language",
  what: "a language tag of RFC 5646 such as en or pt-BR",
  section: "3.2",
};
const uri: Form = { is: isUri, code: "url", what: "a URL of RFC 3986", section: "2.5" };
export const domainName: Form = {
  is: isDomainName,
  code: "domain-name",
  what: "a domain name of RFC 1034 and RFC 5890",
  fangs: true,
};
const plainName: Form = {
  is: isLowerHyphens,
  code: "lower-case",
  what: "in lower case with hyphens between words",
  section: "2.11",
  should: true,
};

const hashesOfUrl: Rule = (reference, at) => {
  if (reference["url"] !== undefined && reference["hashes"] === undefined)
    at.warning("advised", "hashes should be given with a url", "2.5", "hashes");
};

const externalReference: Spec = structure({
  section: "2.5",
  properties: { source_name: req(string), description: string, url: form(uri), hashes, external_id: string },
  rules: [atLeastOne(["description", "url", "external_id"], "2.5.2"), hashesOfUrl],
});

export const killChainPhases: Spec = list(
  structure({
    section: "2.11",
    properties: { kill_chain_name: req(form(plainName)), phase_name: req(form(plainName)) },
  }),
);

/** §3.2 asks for milliseconds in `created` and `modified`. */
const versioned: Spec = { kind: "timestamp", least: 3 };
const specVersion: Spec = { kind: "constant", value: "2.1" };
/** Read apart, with the object's type. */
const id: Spec = { kind: "any" };

const marked: Properties = { object_marking_refs: refsTo("marking-definition"), granular_markings: granularMarkings };
const core: Properties = {
  type: req(string),
  spec_version: req(specVersion),
  id: req(id),
  created_by_ref: refTo("identity"),
  created: req(versioned),
  modified: req(versioned),
  revoked: boolean,
  labels: strings,
  confidence: range(0, 100),
  lang: form(languageTag),
  external_references: list(externalReference),
  ...marked,
};

/** By kind. §3.6 lets a producer version an SCO, so the four versioning properties are read there too. */
export const COMMON_PROPERTIES: Readonly<Record<Kind, Properties>> = {
  sdo: core,
  sro: core,
  meta: core,
  sco: {
    type: req(string),
    spec_version: specVersion,
    id: req(id),
    created_by_ref: refTo("identity"),
    created: versioned,
    modified: versioned,
    revoked: boolean,
    defanged: boolean,
    ...marked,
  },
};

/** Every common property: none of them may be taken for something else (§11.2.1). */
export const COMMON_NAMES: ReadonlySet<string> = new Set([...Object.keys(core), "defanged", "extensions"]);

/** §3.6.1. */
export function checkVersion(object: JsonObject, at: Report): void {
  const { created, modified } = object;
  // Nearly always both are of one form and one length, and text order is time order.
  if (
    typeof created !== "string" ||
    typeof modified !== "string" ||
    (created.length === modified.length && created <= modified)
  )
    return;
  if (timestampDigits(created) === -1 || timestampDigits(modified) === -1) return;
  if (compareTimestamps(modified, created) < 0)
    at.error("modified-before-created", "modified is earlier than created", "3.6.1", "modified");
}
