import { TypeRegistry, coreTypes, validateText } from "#stix";
import { type Benchmark, round } from "./figure.ts";
import { objectText } from "./objects.ts";

const DISTINCT = 20_000;
const ROUNDS = 5;
const WORDS = "observed at the border crossing and reported by the duty officer of the liaison desk to the partner";

/** Indicators, identities, relationships and campaigns of about 1 kB, in turn. */
function texts(count: number): string[] {
  return Array.from({ length: count }, (_, n) => {
    const hex = n.toString(16).padStart(12, "0");
    const id = (type: string): string => `${type}--10000000-0000-4000-8000-${hex}`;
    const description = Array.from({ length: 5 }, (__, k) => `${WORDS} ${n + k}`).join(". ");
    const common = {
      spec_version: "2.1",
      created_by_ref: "identity--10000000-0000-4000-8000-000000000000",
      created: "2025-01-01T00:00:00.000Z",
      modified: "2025-03-01T00:00:00.000Z",
      confidence: n % 101,
      lang: "en",
      object_marking_refs: ["marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"],
      description,
    };
    switch (n % 4) {
      case 0:
        return JSON.stringify({
          type: "indicator",
          id: id("indicator"),
          ...common,
          name: `Indicator ${n}`,
          indicator_types: ["malicious-activity"],
          pattern: `[ipv4-addr:value = '198.51.100.${n % 256}']`,
          pattern_type: "stix",
          valid_from: "2025-01-01T00:00:00Z",
          valid_until: "2026-01-01T00:00:00Z",
          kill_chain_phases: [{ kill_chain_name: "lockheed-martin-cyber-kill-chain", phase_name: "delivery" }],
        });
      case 1:
        return JSON.stringify({
          type: "identity",
          id: id("identity"),
          ...common,
          name: `Somebody ${n}`,
          identity_class: "individual",
          sectors: ["government"],
          roles: ["courier"],
          external_references: [{ source_name: "ofac-sdn", external_id: String(n), description: "Listing" }],
        });
      case 2:
        return JSON.stringify({
          type: "relationship",
          id: id("relationship"),
          ...common,
          relationship_type: "indicates",
          source_ref: id("indicator"),
          target_ref: id("campaign"),
          start_time: "2025-01-01T00:00:00Z",
        });
      default:
        return objectText(n);
    }
  });
}

/** The text of one object, parsed with its limits and held against every rule, beside the bare parser on the same texts. */
export const validateBench: Benchmark = {
  name: "validate",
  async run(say) {
    const objects = texts(DISTINCT);
    const bytes = objects.reduce((sum, text) => sum + text.length, 0);
    const options = { registry: new TypeRegistry(coreTypes) };
    const rate = (work: (text: string) => unknown): number => {
      let best = 0;
      for (let turn = 0; turn < ROUNDS; turn++) {
        const started = performance.now();
        for (const text of objects) work(text);
        best = Math.max(best, (objects.length / (performance.now() - started)) * 1000);
      }
      return Math.round(best);
    };
    const invalid = objects.filter((text) => !validateText(text, options).valid).length;
    const ours = rate((text) => validateText(text, options));
    const theirs = rate((text) => JSON.parse(text) as unknown);
    say(`text to verdict: ${ours} objects/s of ${Math.round(bytes / DISTINCT)} bytes on one core; ${invalid} invalid`);
    say(`JSON.parse alone: ${theirs} objects/s`);
    return await Promise.resolve({
      name: "validate",
      unit: "objects/s",
      ours,
      against: "JSON.parse alone",
      theirs,
      ratio: round(ours / theirs),
      goal: "≥ 100,000 objects/s",
      holds: ours >= 100_000 && invalid === 0,
    });
  },
};
