import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { askedType, compareScore, MATCH_THRESHOLD } from "#pillars/designations";
import { type Benchmark, round } from "./figure.ts";
import { jaroWinkler, plainSorted } from "./jaro-winkler.ts";

const FOLDER = join(import.meta.dirname, "data/names");

export interface Pair {
  readonly name1: string;
  readonly name2: string;
  readonly type: string;
  readonly same: "0" | "1";
  readonly set: "dev" | "held-out";
}

export const pairsOf = (file: string): readonly Pair[] =>
  parse<Pair>(readFileSync(join(FOLDER, file)), { columns: true, skip_empty_lines: true });

interface Quality {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Share of different pairs that reach the score above which this share of same pairs lies. */
  readonly falseAt99: number;
  readonly falseAt95: number;
  /** Share of different pairs that are tied at the top. */
  readonly tiedAtTop: number;
}

function quality(pairs: readonly Pair[], score: (pair: Pair) => number, threshold: number): Quality {
  const scored = pairs.map((pair) => ({ same: pair.same === "1", score: score(pair) }));
  const [same, different] = [scored.filter((one) => one.same), scored.filter((one) => !one.same)];
  const hits = same.filter((one) => one.score >= threshold).length;
  const alarms = different.filter((one) => one.score >= threshold).length;
  const sorted = same.map((one) => one.score).toSorted((x, y) => y - x);
  const falseAt = (recall: number): number => {
    const cut = sorted[Math.max(0, Math.ceil(sorted.length * recall) - 1)] ?? 0;
    return different.filter((one) => one.score >= cut).length / Math.max(1, different.length);
  };
  const precision = hits / Math.max(1, hits + alarms);
  const recall = hits / Math.max(1, same.length);
  return {
    precision,
    recall,
    f1: (2 * precision * recall) / Math.max(1e-9, precision + recall),
    falseAt99: falseAt(0.99),
    falseAt95: falseAt(0.95),
    tiedAtTop: different.filter((one) => one.score >= 0.9999).length / Math.max(1, different.length),
  };
}

const percent = (share: number): string => `${round(share * 100, 1)} %`;
const ours = ({ name1, name2, type }: Pair): number => compareScore(name1, name2, askedType(type)).score;
const theirs = ({ name1, name2 }: Pair): number => jaroWinkler(plainSorted(name1), plainSorted(name2));
const JARO_THRESHOLD = 0.9;

/** Labelled pairs of bench/data/names, the held-out half (the rules were set on the other), beside Jaro-Winkler on the same pairs. */
export const screenQualityBench: Benchmark = {
  name: "screen-quality",
  async run(say) {
    const held: Pair[] = [];
    for (const file of readdirSync(FOLDER)
      .filter((name) => name.endsWith(".csv"))
      .toSorted()) {
      for (const set of ["dev", "held-out"] as const) {
        const pairs = pairsOf(file).filter((pair) => pair.set === set);
        if (set === "held-out") held.push(...pairs);
        tell(say, `${file}, ${set}`, pairs);
      }
    }
    const [us, them] = tell(say, "all held-out", held);
    return await Promise.resolve({
      name: "screen-quality",
      unit: `F1 at ${MATCH_THRESHOLD}; false alerts at 99 % recall ${percent(us.falseAt99)}`,
      ours: round(us.f1, 3),
      against: `Jaro-Winkler at ${JARO_THRESHOLD}; false alerts at 99 % recall ${percent(them.falseAt99)}`,
      theirs: round(them.f1, 3),
      ratio: round(us.f1 / them.f1),
      goal: "precision ≥ 0.9 and recall ≥ 0.9 on the held-out half",
      holds: us.precision >= 0.9 && us.recall >= 0.9,
    });
  },
};

function tell(say: (line: string) => void, title: string, pairs: readonly Pair[]): readonly [Quality, Quality] {
  const [us, them] = [quality(pairs, ours, MATCH_THRESHOLD), quality(pairs, theirs, JARO_THRESHOLD)];
  const line = ({ precision, recall, f1, falseAt99, falseAt95 }: Quality): string =>
    `P ${round(precision, 3)} R ${round(recall, 3)} F1 ${round(f1, 3)}, false alerts at 99 % recall ${percent(falseAt99)}, at 95 % ${percent(falseAt95)}`;
  say(
    `${title} (${pairs.filter((pair) => pair.same === "1").length} same, ${pairs.filter((pair) => pair.same === "0").length} different): ${line(us)}; ${percent(us.tiedAtTop)} of different pairs at 1.0`,
  );
  say(`  Jaro-Winkler: ${line(them)}`);
  return [us, them];
}
