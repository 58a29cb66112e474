import { type Instant, isJsonObject, type JsonObject, type JsonValue, parseInstant, parseJson } from "#base";
import type { PartyId } from "./viewer.ts";

export type Tlp = "clear" | "green" | "amber" | "amber+strict" | "red";

/** A higher rank may be seen by fewer (FIRST, Traffic Light Protocol 2.0). No TLP ranks 0. */
export const TLP_RANK: Readonly<Record<Tlp, number>> = { clear: 1, green: 2, amber: 3, "amber+strict": 4, red: 5 };

/** What the originator allows. Every list narrows; `null` means that it says nothing. */
export interface HandlingTerms {
  readonly originator: PartyId;
  /** Empty: national only. */
  readonly releasableTo: readonly PartyId[];
  readonly noOnward: boolean;
  readonly purposes: readonly string[] | null;
  readonly evidenceUse: EvidenceUse;
  readonly caveats: readonly string[];
  readonly reviewBy: Instant | null;
  readonly expires: Instant | null;
  /** Codes of other schemes, as they came: Europol H0–H3, UK 5x5x5, Admiralty. */
  readonly foreignCodes: readonly { readonly scheme: string; readonly code: string }[];
}

export type EvidenceUse = "allowed" | "with-consent" | "forbidden";

export type Marking =
  | { readonly id: string; readonly kind: "tlp"; readonly tlp: Tlp }
  | { readonly id: string; readonly kind: "statement"; readonly statement: string }
  | { readonly id: string; readonly kind: "handling"; readonly handling: HandlingTerms }
  | { readonly id: string; readonly kind: "unknown"; readonly reason: string };

/** The extension-definition of Entente's handling terms, a property extension of marking-definition. */
export const HANDLING_EXTENSION_ID = "extension-definition--5d2b9f5e-6e0c-4f6c-9b8e-3d1f8a7c2e41";

/** The fixed marking-definitions of STIX 2.1 §7.2.1.4 (TLP 1) and of the TLP 2.0 extension. TLP 1 white is 2.0's clear. */
const FIXED_TLP: ReadonlyMap<string, Tlp> = new Map([
  ["marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", "clear"],
  ["marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", "green"],
  // TLP 1 amber let a recipient's clients see it too; the stricter reading is kept.
  ["marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", "amber+strict"],
  ["marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", "red"],
  ["marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", "clear"],
  ["marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", "green"],
  ["marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", "amber"],
  ["marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003", "amber+strict"],
  ["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", "red"],
] as const satisfies readonly (readonly [string, Tlp])[]);

/** Markings that others have published. They are known by name and not understood: what carries one is not released. */
const PUBLISHED: ReadonlyMap<string, string> = new Map([
  ["extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce", "ACS 3.0 (United States)"],
  ["extension-definition--dff17fb3-edcb-4f99-ad1b-4b751c95738a", "CUI (United States)"],
  ["extension-definition--762e2e97-ee51-43e5-a9ea-165fbb862c4a", "FIRST IEP 2.0"],
]);

/** What a statement marking may have besides its statement; anything else may restrict, and is not understood. */
const STATEMENT_PROPERTIES = new Set([
  "type",
  "spec_version",
  "id",
  "created_by_ref",
  "created",
  "external_references",
  "object_marking_refs",
  "granular_markings",
  "name",
  "definition_type",
  "definition",
]);

/** The meaning of a fixed TLP marking, which needs no definition to be stored. */
export function fixedTlp(id: string): Marking | undefined {
  const tlp = FIXED_TLP.get(id);
  return tlp === undefined ? undefined : { id, kind: "tlp", tlp };
}

/**
 * Reads a marking-definition. What is not understood is `unknown`, and so seen by its owner only: a TLP of another id
 * (the ids are fixed), a foreign extension, or handling terms that do not parse.
 */
export function readMarking(text: string): Marking {
  let value: JsonValue;
  try {
    value = parseJson(text, { maxLength: 1 << 20 });
  } catch {
    return { id: "", kind: "unknown", reason: "the definition is not JSON" };
  }
  if (!isJsonObject(value) || typeof value["id"] !== "string") {
    return { id: "", kind: "unknown", reason: "the definition has no id" };
  }
  const id = value["id"];
  const fixed = fixedTlp(id);
  if (fixed !== undefined) return fixed;
  const extensions = value["extensions"];
  if (isJsonObject(extensions)) return readExtensions(id, extensions);
  const definition = value["definition"];
  if (
    value["definition_type"] === "statement" &&
    isJsonObject(definition) &&
    typeof definition["statement"] === "string"
  ) {
    const more =
      Object.keys(value).find((key) => !STATEMENT_PROPERTIES.has(key)) ??
      Object.keys(definition).find((key) => key !== "statement");
    if (more !== undefined)
      return { id, kind: "unknown", reason: `a statement with ${JSON.stringify(more.slice(0, 60))} is not understood` };
    return { id, kind: "statement", statement: definition["statement"] };
  }
  return {
    id,
    kind: "unknown",
    reason: `a marking of type ${JSON.stringify(value["definition_type"] ?? null)} is not understood`,
  };
}

function readExtensions(id: string, extensions: JsonObject): Marking {
  const foreign = Object.keys(extensions).filter((key) => key !== HANDLING_EXTENSION_ID);
  const [first] = foreign;
  if (first !== undefined) {
    const name = PUBLISHED.get(first);
    const what = name === undefined ? `the extension ${first}` : `the marking ${name}`;
    return { id, kind: "unknown", reason: `${what} is not understood` };
  }
  const handling = readTerms(extensions[HANDLING_EXTENSION_ID]);
  return handling === null
    ? { id, kind: "unknown", reason: "the handling terms are not well formed" }
    : { id, kind: "handling", handling };
}

function readTerms(value: JsonValue | undefined): HandlingTerms | null {
  if (!isJsonObject(value)) return null;
  const { originator, releasable_to, no_onward, purposes, evidence_use, caveats, review_by, expires, foreign_codes } =
    value;
  const known = new Set([
    "extension_type",
    "originator",
    "releasable_to",
    "no_onward",
    "purposes",
    "evidence_use",
    "caveats",
    "review_by",
    "expires",
    "foreign_codes",
  ]);
  if (Object.keys(value).some((key) => !known.has(key))) return null;
  if (typeof originator !== "string" || typeof no_onward !== "boolean") return null;
  if (releasable_to !== undefined && !isTexts(releasable_to)) return null;
  if (purposes !== undefined && !isTexts(purposes)) return null;
  if (evidence_use !== "allowed" && evidence_use !== "with-consent" && evidence_use !== "forbidden") return null;
  if (caveats !== undefined && !isTexts(caveats)) return null;
  const [review, expiry] = [readInstant(review_by), readInstant(expires)];
  if (review === undefined || expiry === undefined) return null;
  const codes = foreign_codes === undefined ? [] : readCodes(foreign_codes);
  if (codes === null) return null;
  return {
    originator,
    releasableTo: releasable_to ?? [],
    noOnward: no_onward,
    purposes: purposes ?? null,
    evidenceUse: evidence_use,
    caveats: caveats ?? [],
    reviewBy: review,
    expires: expiry,
    foreignCodes: codes,
  };
}

function isTexts(value: JsonValue | undefined): value is string[] {
  return Array.isArray(value) && value.length <= 1000 && value.every((item) => typeof item === "string");
}

/** `undefined` for a text that is no instant: the terms are then not understood. */
function readInstant(value: JsonValue | undefined): Instant | null | undefined {
  if (value === undefined) return null;
  if (typeof value !== "string") return undefined;
  try {
    return parseInstant(value);
  } catch {
    return undefined;
  }
}

function readCodes(value: JsonValue): { scheme: string; code: string }[] | null {
  if (!Array.isArray(value)) return null;
  const codes: { scheme: string; code: string }[] = [];
  for (const item of value) {
    if (!isJsonObject(item) || typeof item["scheme"] !== "string" || typeof item["code"] !== "string") return null;
    codes.push({ scheme: item["scheme"], code: item["code"] });
  }
  return codes;
}

/** Makes the marking-definition that states these terms (STIX 2.1 §7.2.1, property extension §7.3). */
export function handlingMarking(
  terms: HandlingTerms,
  identity: { readonly id: string; readonly created: Instant; readonly createdBy: PartyId },
): JsonObject {
  return {
    type: "marking-definition",
    spec_version: "2.1",
    id: identity.id,
    created: identity.created,
    created_by_ref: identity.createdBy,
    name: terms.releasableTo.length === 0 ? "National only" : "Handling terms",
    extensions: {
      [HANDLING_EXTENSION_ID]: {
        extension_type: "property-extension",
        originator: terms.originator,
        // STIX knows no empty list (§2.10): none named means that it goes to nobody.
        ...(terms.releasableTo.length === 0 ? {} : { releasable_to: [...terms.releasableTo] }),
        no_onward: terms.noOnward,
        ...(terms.purposes === null ? {} : { purposes: [...terms.purposes] }),
        evidence_use: terms.evidenceUse,
        ...(terms.caveats.length === 0 ? {} : { caveats: [...terms.caveats] }),
        ...(terms.reviewBy === null ? {} : { review_by: terms.reviewBy }),
        ...(terms.expires === null ? {} : { expires: terms.expires }),
        ...(terms.foreignCodes.length === 0 ? {} : { foreign_codes: terms.foreignCodes.map((code) => ({ ...code })) }),
      },
    },
  };
}
