import { isLowerHyphens } from "./forms.ts";
import { kindOf } from "./kinds.ts";
import { patternOfIndicator } from "./pattern-rules.ts";
import type { Rule } from "./report.ts";
import { atLeastOne, catalogue, exactlyOne, needs, shouldHave } from "./rules.ts";
import type { Form } from "./spec.ts";
import { COUNTRIES } from "./vocabularies.ts";

const AREA = /^[A-Z]{2}-[A-Z0-9]{1,3}$/;

/** §4.11. */
const family: Rule = (malware, at) => {
  if (malware["name"] !== undefined) return;
  if (malware["is_family"] === true) at.error("required", "a malware family must have a name", "4.11", "name");
};

const noPlace: Rule = (location, at) => {
  if (["region", "country", "latitude", "longitude"].some((name) => location[name] !== undefined)) return;
  at.error("one-required", "a location has at least a region, a country, or latitude and longitude", "4.10");
};

/** §4.10: a point has an extent. */
const precise: Rule = (location, at) => {
  if (
    location["latitude"] !== undefined &&
    location["longitude"] !== undefined &&
    location["precision"] === undefined
  ) {
    at.warning("advised", "precision should be given with latitude and longitude", "4.10", "precision");
  }
};

/** §4.14: what is observed is a set of cyber-observables and how they relate. */
const oneObservable: Rule = (observed, at) => {
  const { object_refs: refs } = observed;
  if (!Array.isArray(refs) || refs.length === 0) return;
  const sco = refs.some(
    (value) =>
      typeof value !== "string" ||
      !["sro", "sdo", "meta"].includes(kindOf(value.slice(0, Math.max(0, value.length - 38))) ?? ""),
  );
  if (!sco)
    at.error("sco-required", "object_refs must name at least one cyber-observable object", "4.14", "object_refs");
};

const deprecatedContainer: Rule = (observed, at) => {
  if (observed["objects"] !== undefined)
    at.warning(
      "deprecated",
      "the container of objects is deprecated: refer to the objects with object_refs",
      "2.13",
      "objects",
    );
};

// The standard's own example writes a country in lower case.
const country: Form = {
  is: (text) => COUNTRIES.has(text.toUpperCase()),
  code: "country",
  what: "a country code of ISO 3166-1 alpha-2",
  should: true,
};
const area: Form = {
  is: (text) => AREA.test(text) && COUNTRIES.has(text.slice(0, 2)),
  code: "administrative-area",
  what: "a code of ISO 3166-2 such as PK-KP",
  should: true,
};
const product: Form = {
  is: isLowerHyphens,
  code: "lower-case",
  what: "in lower case with hyphens between words",
  should: true,
};

export const domainRules = {
  capec: catalogue("capec", /^CAPEC-[0-9]+$/, "CAPEC-163", "4.1"),
  cve: catalogue("cve", /^CVE-[0-9]{4}-[0-9]{4,}$/, "CVE-2016-1234", "4.19"),
  pattern: patternOfIndicator,
  indicatorNamed: shouldHave(["name", "description"], "4.7"),
  family,
  country,
  area,
  product,
  analysed: atLeastOne(["result", "analysis_sco_refs"], "4.12"),
  location: [
    needs("latitude", ["longitude"], "4.10"),
    needs("longitude", ["latitude"], "4.10"),
    needs("precision", ["latitude", "longitude"], "4.10"),
    noPlace,
    precise,
  ],
  observed: [exactlyOne(["objects", "object_refs"], "4.14"), oneObservable, deprecatedContainer],
};
