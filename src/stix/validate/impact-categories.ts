import type { Rule } from "./report.ts";
import { needs } from "./rules.ts";
import { range, req, type Shape, size, type Spec, string, timestamp, type Vocabulary, vocabulary } from "./spec.ts";

/** Terms of the published extensions: their own documents say where each is used. */
export const openTerms = (name: string, terms: string): Vocabulary => ({
  name,
  section: "incident extension suite",
  open: true,
  terms: new Set(terms.split(" ")),
});
export const closedTerms = (name: string, terms: string): Vocabulary => ({ ...openTerms(name, terms), open: false });

export const recoverability = closedTerms(
  "recoverability-enum",
  "extended not-applicable not-recoverable regular supplemented",
);

const SUITE = "incident extension suite";
const information = vocabulary(
  openTerms(
    "information-type-ov",
    "classified-material communication credentials-admin credentials-user financial legal payment phi pii proprietary system",
  ),
);
const records = { record_count: size, record_size: size };
/** Amounts: the document asks for more than zero and has a ransom demand begin at zero. */
const amount: Spec = { kind: "number", min: 0, max: Number.MAX_VALUE };

/** What was lost must be said, unless nothing was. */
const saidUnlessNone =
  (kind: string, what: string): Rule =>
  (impact, at) => {
    if (impact[what] === undefined && typeof impact[kind] === "string" && impact[kind] !== "none") {
      at.error("needs", `${what} must be present where ${kind} is not none`, SUITE, what);
    }
  };

/** §2.3.2 of the suite: the extension that an impact has by its category. */
export const IMPACT_CATEGORIES: Readonly<Record<string, Shape>> = {
  availability: { section: SUITE, open: true, properties: { availability_impact: req(range(0, 100)) } },
  confidentiality: {
    section: SUITE,
    open: true,
    properties: {
      loss_type: req(
        vocabulary(
          closedTerms(
            "incident-confidentiality-loss-enum",
            "confirmed-loss contained exploited-loss none suspected-loss",
          ),
        ),
      ),
      information_type: information,
      ...records,
    },
    rules: [saidUnlessNone("loss_type", "information_type")],
  },
  external: {
    section: SUITE,
    open: true,
    properties: {
      impact_type: req(
        vocabulary(
          openTerms(
            "external-impact-ov",
            "economic emergency-services foreign-relations national-security public-confidence public-health public-safety",
          ),
        ),
      ),
    },
  },
  integrity: {
    section: SUITE,
    open: true,
    properties: {
      alteration: req(
        vocabulary(
          closedTerms(
            "integrity-alteration-enum",
            "potential-destruction potential-modification partial-destruction partial-modification full-destruction full-modification none",
          ),
        ),
      ),
      information_type: information,
      ...records,
    },
    rules: [saidUnlessNone("alteration", "information_type")],
  },
  monetary: {
    section: SUITE,
    open: true,
    properties: {
      variety: req(
        vocabulary(
          openTerms(
            "monetary-impact-type-ov",
            "asset-and-fraud brand-damage business-disruption competitive-advantage legal-and-regulatory operating-costs ransom-demand ransom-payment response-and-recovery uncategorized",
          ),
        ),
      ),
      conversion_rate: amount,
      conversion_time: timestamp,
      currency: string,
      currency_actual: string,
      max_amount: amount,
      min_amount: amount,
    },
    rules: [
      needs("min_amount", ["max_amount", "currency"], SUITE),
      needs("max_amount", ["min_amount"], SUITE),
      needs("currency_actual", ["currency", "conversion_rate"], SUITE),
      needs("conversion_rate", ["currency_actual", "conversion_time"], SUITE),
    ],
  },
  physical: {
    section: SUITE,
    open: true,
    properties: {
      impact_type: req(
        vocabulary(
          closedTerms("physical-impact-enum", "damaged-functional damaged-nonfunctional destruction none unknown"),
        ),
      ),
      asset_type: string,
    },
    rules: [saidUnlessNone("impact_type", "asset_type")],
  },
  traceability: {
    section: SUITE,
    open: true,
    properties: {
      traceability_impact: req(
        vocabulary(
          closedTerms("traceability-enum", "accountability-lost partial-accountability provable-accountability"),
        ),
      ),
    },
  },
};
