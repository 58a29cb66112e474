import type { ObservationExpression } from "./ast.ts";
import type { Budget } from "./budget.ts";
import { compileComparison, type ObjectTest, type Regexes, satisfies } from "./compare.ts";
import { microsecondsOf } from "./instants.ts";
import type { Observation } from "./observations.ts";

/** A pattern made ready to be matched: START/STOP has moved into the observations that it bounds. */
export type Plan =
  | { readonly kind: "leaf"; readonly test: ObjectTest; readonly from: bigint | null; readonly until: bigint | null }
  | { readonly kind: "and" | "or" | "followedby"; readonly parts: readonly Plan[] }
  | { readonly kind: "repeats"; readonly times: number; readonly part: Plan }
  | { readonly kind: "within"; readonly micros: bigint; readonly part: Plan };

interface Bounds {
  readonly from: bigint | null;
  readonly until: bigint | null;
}

/** @throws PatternError from the regular expressions. */
export function planOf(
  expression: ObservationExpression,
  regexes: Regexes,
  bounds: Bounds = { from: null, until: null },
): Plan {
  switch (expression.kind) {
    case "observation":
      return { kind: "leaf", test: compileComparison(expression.comparison, regexes), ...bounds };
    case "qualified": {
      // Every observation of the expression lies between START and STOP (§9.5.1), so each leaf may check it alone.
      const inside = expression.qualifiers.reduce(
        (so, qualifier) =>
          qualifier.kind === "startstop"
            ? narrowed(so, microsecondsOf(qualifier.start), microsecondsOf(qualifier.stop))
            : so,
        bounds,
      );
      return expression.qualifiers.reduce<Plan>(
        (part, qualifier) => {
          switch (qualifier.kind) {
            case "startstop":
              return part;
            case "within":
              return {
                kind: "within",
                micros: BigInt(Math.ceil(Math.min(qualifier.seconds, Number.MAX_SAFE_INTEGER) * 1e6)),
                part,
              };
            case "repeats":
              return repeated(part, qualifier.times);
          }
        },
        planOf(expression.expression, regexes, inside),
      );
    }
    default:
      return { kind: expression.kind, parts: expression.operands.map((operand) => planOf(operand, regexes, bounds)) };
  }
}

/** Repetition of a repetition is one of the product: else what is left over of one SDO could not fill up another. */
function repeated(part: Plan, times: number): Plan {
  if (part.kind === "repeats" && part.part.kind === "leaf") return { ...part, times: part.times * times };
  return { kind: "repeats", times, part };
}

function narrowed({ from, until }: Bounds, start: bigint, stop: bigint): Bounds {
  return { from: from === null || start > from ? start : from, until: until === null || stop < until ? stop : until };
}

/** A plan with, for each leaf, the observations that satisfy it. Times are places in the order of all times. */
export type Node =
  | { readonly kind: "leaf"; readonly key: number; readonly candidates: readonly number[] }
  | {
      readonly kind: "and" | "or" | "followedby";
      readonly key: number;
      readonly parts: readonly Node[];
      readonly candidates: readonly number[];
    }
  | {
      readonly kind: "repeats";
      readonly key: number;
      readonly times: number;
      readonly part: Node;
      readonly candidates: readonly number[];
    }
  | {
      readonly kind: "within";
      readonly key: number;
      readonly part: Node;
      readonly candidates: readonly number[];
      /** The times at which a window may open, in order. */
      readonly starts: readonly number[];
      /** For a time, the first time that lies outside a window opened then. */
      readonly limitOf: (start: number) => number;
    };

export interface Ground {
  readonly root: Node;
  /** Distinct times; a time in the search is its index here. */
  readonly times: number;
  /** For each observation. */
  readonly first: readonly number[];
  readonly last: readonly number[];
  readonly count: readonly number[];
}

/**
 * Finds the candidates of every leaf. An observed-data object stands for its whole span: it lies in a window only if
 * `first_observed` and `last_observed` both do, so what is reported as matched is matched wherever in the span it was.
 */
export function groundOf(plan: Plan, observations: readonly Observation[], budget: Budget): Ground {
  const times = [...new Set(observations.flatMap(({ first, last }) => [first, last]))].toSorted((a, b) =>
    a < b ? -1 : 1,
  );
  const rankOf = new Map(times.map((time, rank) => [time, rank]));
  const first = observations.map((observation) => rankOf.get(observation.first) ?? 0);
  const last = observations.map((observation) => rankOf.get(observation.last) ?? 0);
  const order = observations
    .map((_, index) => index)
    .toSorted((a, b) => (last[a] ?? 0) - (last[b] ?? 0) || (first[a] ?? 0) - (first[b] ?? 0) || a - b);
  let keys = 0;
  const inOrder = (nodes: readonly Node[]): number[] => {
    budget.charge(order.length);
    const all = new Set(nodes.flatMap((node) => node.candidates));
    return order.filter((index) => all.has(index));
  };
  const ground = (part: Plan): Node => {
    const key = keys++;
    switch (part.kind) {
      case "leaf":
        return {
          kind: "leaf",
          key,
          candidates: order.filter((index) => isCandidate(part, observations[index], budget)),
        };
      case "repeats":
      case "within": {
        const inner = ground(part.part);
        const { candidates } = inner;
        if (part.kind === "repeats") return { kind: "repeats", key, times: part.times, part: inner, candidates };
        const starts = [...new Set(candidates.map((index) => first[index] ?? 0))].toSorted((a, b) => a - b);
        return {
          kind: "within",
          key,
          part: inner,
          candidates,
          starts,
          limitOf: (start) => placeOfTime(times, (times[start] ?? 0n) + part.micros),
        };
      }
      default: {
        const parts = part.parts.map(ground);
        return { kind: part.kind, key, parts, candidates: inOrder(parts) };
      }
    }
  };
  return { root: ground(plan), times: times.length, first, last, count: observations.map(({ count }) => count) };
}

function isCandidate(
  { test, from, until }: Plan & { readonly kind: "leaf" },
  observation: Observation | undefined,
  budget: Budget,
): boolean {
  budget.charge();
  if (observation === undefined) return false;
  // §9.5.1: at or after START, before STOP.
  if ((from !== null && observation.first < from) || (until !== null && observation.last >= until)) return false;
  return satisfies(test, { objects: observation.objects, budget });
}

/** How many of the sorted times are earlier than `limit`: WITHIN excludes the moment of its end (§9.5.1). */
function placeOfTime(times: readonly bigint[], limit: bigint): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0n) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
