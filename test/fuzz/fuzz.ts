import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { randomOf } from "./mutate.ts";
import type { Target } from "./targets.ts";

/** One input of a target that takes more of the processor than this hangs. */
const HANG_MS = 5000;
const CORPUS = join(import.meta.dirname, "corpus");
/** Inputs that are kept to be mutated further. */
const MAX_POOL = 400;

export interface Finding {
  readonly target: string;
  readonly seed: number;
  readonly input: string;
  readonly error: string;
}

export interface FuzzOptions {
  readonly seed: number;
  readonly iterations?: number;
  /** Milliseconds. */
  readonly until?: number;
}

/** Not the clock on the wall: a busy machine is no hang. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

export function seedsOf({ corpus }: Target): Uint8Array[] {
  const folder = corpus === "misp" ? join(import.meta.dirname, "../../src/intake/misp/fixtures") : join(CORPUS, corpus);
  return readdirSync(folder)
    .filter((name) => corpus !== "misp" || name.endsWith(".json"))
    .toSorted()
    .flatMap((name) => {
      const bytes = readFileSync(join(folder, name));
      // Of patterns and queries, one a line.
      return name.endsWith(".txt")
        ? bytes
            .toString("utf8")
            .split("\n")
            .filter((line) => line !== "")
            .map((line) => Buffer.from(line))
        : [bytes];
    });
}

/** Runs a target on its seeds and on what becomes of them, until it has done so many or the time is over. */
export async function fuzz(
  target: Target,
  { seed, iterations = Number.POSITIVE_INFINITY, until = Number.POSITIVE_INFINITY }: FuzzOptions,
): Promise<{ readonly runs: number; readonly finding: Finding | null; readonly slowestMs: number }> {
  const random = randomOf(seed);
  const pool = seedsOf(target);
  const seeds = pool.length;
  let slowestMs = 0;
  let runs = 0;
  for (; runs < iterations && performance.now() < until; runs++) {
    const [from, other] = [random.pick(pool), random.pick(pool)];
    const input = runs < seeds ? (pool[runs] ?? from) : target.mutate(from, other, random);
    const started = cpuMs();
    try {
      await target.run(input, random);
    } catch (error) {
      return { runs, slowestMs, finding: found(target, seed, input, error) };
    }
    const took = cpuMs() - started;
    slowestMs = Math.max(slowestMs, took);
    if (took > HANG_MS)
      return { runs, slowestMs, finding: found(target, seed, input, new Error(`it took ${Math.round(took)} ms`)) };
    if (input.length > 0 && input.length < 8000 && random.below(8) === 0) {
      if (pool.length < MAX_POOL) pool.push(input);
      else pool[seeds + random.below(MAX_POOL - seeds)] = input;
    }
  }
  return { runs, slowestMs, finding: null };
}

function found({ name }: Target, seed: number, input: Uint8Array, error: unknown): Finding {
  return {
    target: name,
    seed,
    input: Buffer.from(input).toString("base64"),
    error: error instanceof Error ? (error.stack ?? error.message) : String(error),
  };
}
