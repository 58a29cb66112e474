import { assertNever } from "#base";
import { assignable } from "./assign.ts";
import type { Budget } from "./budget.ts";
import type { Ground, Node } from "./plan.ts";

/** The observations that a part of the pattern took, newest first, so that branches of the search share their tails. */
interface Picks {
  readonly index: number;
  readonly before: Picks | null;
}

interface Binding {
  readonly picks: Picks | null;
  /** The earliest first and the latest last time of the part's own observations. */
  readonly start: number;
  readonly end: number;
  /** How often `number_observed` lets this binding count for REPEATS. */
  readonly weight: number;
}

/** A binding of the first `index` parts of a chain; `least` orders repetitions, so that no set is tried twice. */
interface Progress extends Binding {
  readonly index: number;
  readonly least: number;
}

/**
 * Finds observations for every observation expression of a pattern, each observation at most once (§9.5.2), by
 * backtracking over bindings in order of time. Two bounds keep it from trying what cannot succeed: the earliest end of
 * a part when distinctness is left aside, and whether the parts still to come can have distinct observations at all.
 * What they let through is bounded by the budget.
 */
export class Search {
  readonly #ground: Ground;
  readonly #budget: Budget;
  readonly #used: Uint8Array;
  readonly #ends = new Map<number, number>();

  constructor(ground: Ground, budget: Budget) {
    this.#ground = ground;
    this.#budget = budget;
    this.#used = new Uint8Array(ground.first.length);
  }

  /** The observations of the first match in order of time, or null. @throws PatternError `pattern-budget`. */
  run(): number[] | null {
    const { root, times, first, last } = this.#ground;
    for (const { picks } of this.#bind(root, 0, times, null)) {
      return pickList(picks, null).toSorted(
        (a, b) => (first[a] ?? 0) - (first[b] ?? 0) || (last[a] ?? 0) - (last[b] ?? 0) || a - b,
      );
    }
    return null;
  }

  /** Bindings of `node` whose observations begin at or after `from` and end before `until`. */
  *#bind(node: Node, from: number, until: number, picks: Picks | null): Generator<Binding> {
    this.#budget.charge();
    if (this.#earliestEnd(node, from) >= until) return;
    switch (node.kind) {
      case "leaf":
        for (let place = this.#seek(node.candidates, from); place < node.candidates.length; place++) {
          const index = node.candidates[place] ?? 0;
          if (this.#lastOf(index) >= until) return;
          if (!this.#fits(index, from, until)) continue;
          this.#used[index] = 1;
          yield this.#binding(index, picks);
          this.#used[index] = 0;
        }
        return;
      case "or":
        for (const part of node.parts) yield* this.#bind(part, from, until, picks);
        return;
      case "and":
      case "followedby":
        yield* this.#chain(node.kind, node.parts, from, until, picks);
        return;
      case "repeats":
        yield* node.part.kind === "leaf"
          ? this.#repeatLeaf(node, from, until, picks)
          : this.#repeat(node, from, until, picks);
        return;
      case "within":
        yield* this.#within(node, from, until, picks);
        return;
      default:
        assertNever(node);
    }
  }

  #fits(index: number, from: number, until: number): boolean {
    this.#budget.charge();
    return this.#used[index] === 0 && this.#firstOf(index) >= from && this.#lastOf(index) < until;
  }

  #binding(index: number, picks: Picks | null): Binding {
    return {
      picks: { index, before: picks },
      start: this.#firstOf(index),
      end: this.#lastOf(index),
      weight: this.#ground.count[index] ?? 1,
    };
  }

  /** The first place whose observation does not end before `from`; candidates stand in order of their end. */
  #seek(candidates: readonly number[], from: number): number {
    let [low, high] = [0, candidates.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#lastOf(candidates[middle] ?? 0) < from) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #firstOf(index: number): number {
    return this.#ground.first[index] ?? 0;
  }

  #lastOf(index: number): number {
    return this.#ground.last[index] ?? 0;
  }

  /** AND: each part its own observations. FOLLOWEDBY: and none begins before all of the part before have ended. */
  *#chain(
    kind: "and" | "followedby",
    parts: readonly Node[],
    from: number,
    until: number,
    picks: Picks | null,
  ): Generator<Binding> {
    // For AND the order is free: the part with the least choice first fails soonest.
    const ordered = kind === "and" ? parts.toSorted((a, b) => a.candidates.length - b.candidates.length) : parts;
    const bind = this.#bind.bind(this);
    const open = (so: Progress): Iterator<Progress> => {
      const begin = kind === "followedby" ? Math.max(from, so.end) : from;
      const part = ordered[so.index];
      const rest = ordered.slice(so.index);
      if (part === undefined || !this.#possible(rest, kind, begin, until)) return [][Symbol.iterator]();
      return bind(part, begin, until, so.picks).map((next) => joined(so, next, so.index));
    };
    yield* sequences(initial(picks), open, (so) => so.index === ordered.length);
  }

  #possible(rest: readonly Node[], kind: "and" | "followedby", from: number, until: number): boolean {
    this.#budget.charge(rest.length);
    let begin = from;
    for (const part of rest) {
      const end = this.#earliestEnd(part, begin);
      if (end >= until) return false;
      if (kind === "followedby") begin = end;
    }
    return (
      rest.length < 2 || assignable(rest, (index) => this.#fits(index, from, until), this.#ground.count, this.#budget)
    );
  }

  *#repeatLeaf(
    { times, part }: Node & { readonly kind: "repeats" },
    from: number,
    until: number,
    picks: Picks | null,
  ): Generator<Binding> {
    const usable = part.candidates.filter((index) => this.#fits(index, from, until));
    // What the candidates from each place on can still add.
    const rest: number[] = [];
    for (let at = usable.length - 1; at >= 0; at--)
      rest[at] = (rest[at + 1] ?? 0) + (this.#ground.count[usable[at] ?? 0] ?? 1);
    const open = (so: Progress): Iterator<Progress> => this.#take(usable, rest, times, so);
    for (const { picks: taken, start, end, weight } of sequences(
      initial(picks),
      open,
      (so) => so.index > 0 && so.weight >= times,
    )) {
      yield { picks: taken, start, end, weight: Math.floor(weight / times) };
    }
  }

  *#take(usable: readonly number[], rest: readonly number[], times: number, so: Progress): Generator<Progress> {
    for (let at = so.least + 1; at < usable.length && so.weight + (rest[at] ?? 0) >= times; at++) {
      const index = usable[at] ?? 0;
      this.#budget.charge();
      this.#used[index] = 1;
      yield { ...added(so, this.#binding(index, so.picks)), least: at };
      this.#used[index] = 0;
    }
  }

  *#repeat(
    { times, part }: Node & { readonly kind: "repeats" },
    from: number,
    until: number,
    picks: Picks | null,
  ): Generator<Binding> {
    const bind = this.#bind.bind(this);
    const open = (so: Progress): Iterator<Progress> =>
      bind(part, from, until, so.picks)
        .map((next) => ({
          ...added(so, next),
          least: pickList(next.picks, so.picks).reduce((least, index) => Math.min(least, index)),
        }))
        .filter((next) => next.least > so.least);
    for (const { picks: taken, start, end, weight } of sequences(
      initial(picks),
      open,
      (so) => so.index > 0 && so.weight >= times,
    )) {
      yield { picks: taken, start, end, weight: Math.floor(weight / times) };
    }
  }

  /** A window opens when the earliest of its observations begins. */
  *#within(
    { part, starts, limitOf }: Node & { readonly kind: "within" },
    from: number,
    until: number,
    picks: Picks | null,
  ): Generator<Binding> {
    for (const start of starts) {
      this.#budget.charge();
      if (start < from) continue;
      for (const binding of this.#bind(part, start, Math.min(until, limitOf(start)), picks)) {
        if (binding.start === start) yield binding;
      }
    }
  }

  /** A bound from below: when `node` can have ended if it begins at or after `from` and need not be distinct. */
  #earliestEnd(node: Node, from: number): number {
    const { times } = this.#ground;
    const key = node.key * (times + 1) + from;
    const known = this.#ends.get(key);
    if (known !== undefined) return known;
    // What is remembered costs memory, so it costs more than a step.
    this.#budget.charge(8);
    const end = this.#computeEnd(node, from);
    this.#ends.set(key, end);
    return end;
  }

  #computeEnd(node: Node, from: number): number {
    const never = this.#ground.times;
    switch (node.kind) {
      case "leaf":
        return this.#leafEnd(node.candidates, from, 1);
      case "and":
        return node.parts.reduce((end, part) => Math.max(end, this.#earliestEnd(part, from)), from);
      case "or":
        return node.parts.reduce((end, part) => Math.min(end, this.#earliestEnd(part, from)), never);
      case "followedby":
        return node.parts.reduce((end, part) => (end === never ? never : this.#earliestEnd(part, end)), from);
      case "repeats":
        return node.part.kind === "leaf"
          ? this.#leafEnd(node.part.candidates, from, node.times)
          : this.#earliestEnd(node.part, from);
      case "within": {
        let best = never;
        for (const start of node.starts) {
          this.#budget.charge();
          if (start < from) continue;
          if (start >= best) break;
          const end = this.#earliestEnd(node.part, start);
          // Beginning later never ends sooner.
          if (end === never) break;
          if (end < node.limitOf(start)) best = Math.min(best, end);
        }
        return best;
      }
      default:
        return assertNever(node);
    }
  }

  #leafEnd(candidates: readonly number[], from: number, needed: number): number {
    let weight = 0;
    for (let place = this.#seek(candidates, from); place < candidates.length; place++) {
      const index = candidates[place] ?? 0;
      this.#budget.charge();
      if (this.#firstOf(index) < from) continue;
      weight += needed === 1 ? 1 : (this.#ground.count[index] ?? 1);
      if (weight >= needed) return this.#lastOf(index);
    }
    return this.#ground.times;
  }
}

function initial(picks: Picks | null): Progress {
  return { picks, start: Number.POSITIVE_INFINITY, end: -1, weight: 0, index: 0, least: -1 };
}

/** AND and FOLLOWEDBY: the binding counts as often as the rarest of its parts. */
function joined(so: Progress, next: Binding, index: number): Progress {
  return {
    ...span(so, next),
    weight: index === 0 ? next.weight : Math.min(so.weight, next.weight),
    index: index + 1,
    least: so.least,
  };
}

/** REPEATS: each further binding adds what it counts. */
function added(so: Progress, next: Binding): Progress {
  return { ...span(so, next), weight: so.weight + next.weight, index: so.index + 1, least: so.least };
}

function span(so: Binding, next: Binding): Pick<Binding, "picks" | "start" | "end"> {
  return { picks: next.picks, start: Math.min(so.start, next.start), end: Math.max(so.end, next.end) };
}

function pickList(picks: Picks | null, until: Picks | null): number[] {
  const list: number[] = [];
  for (let pick = picks; pick !== null && pick !== until; pick = pick.before) list.push(pick.index);
  return list;
}

/** Depth-first over sequences of choices, with its own stack: a chain may be longer than the call stack is deep. */
function* sequences(
  start: Progress,
  open: (so: Progress) => Iterator<Progress>,
  done: (so: Progress) => boolean,
): Generator<Progress> {
  const stack = [open(start)];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const step = top.next();
    if (step.done === true) stack.pop();
    else if (done(step.value)) yield step.value;
    else stack.push(open(step.value));
  }
}
