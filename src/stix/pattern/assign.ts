import type { Budget } from "./budget.ts";
import type { Node } from "./plan.ts";

/** Beyond this many the bound need not be exact; it is only a bound. */
const MAX_SLOTS = 64;

/**
 * Whether distinct observations can be found for all parts when time is left aside: a bipartite matching, grown along
 * augmenting paths. Without it, k expressions over k−1 observations would try every order before they fail.
 */
export function assignable(
  parts: readonly Node[],
  free: (index: number) => boolean,
  counts: readonly number[],
  budget: Budget,
): boolean {
  const slots = parts.flatMap((part) => slotsOf(part, free, counts, budget)).slice(0, MAX_SLOTS);
  // With as many candidates for each as there are slots, whoever chooses last still finds one.
  if (slots.every((slot) => slot.length >= slots.length)) return true;
  const slotOf = new Map<number, number>();
  return slots.every((_, slot) => place(slot, slots, slotOf, budget));
}

/** One list of candidates for every observation that a part needs at least. */
function slotsOf(node: Node, free: (index: number) => boolean, counts: readonly number[], budget: Budget): number[][] {
  switch (node.kind) {
    case "leaf":
    case "or":
      // One of the alternatives is needed, whichever.
      return [node.candidates.filter(free)];
    case "and":
    case "followedby":
      return node.parts.flatMap((part) => slotsOf(part, free, counts, budget));
    case "within":
      return slotsOf(node.part, free, counts, budget);
    case "repeats": {
      if (node.part.kind !== "leaf") return slotsOf(node.part, free, counts, budget);
      const candidates = node.part.candidates.filter(free);
      budget.charge(candidates.length);
      return Array.from({ length: fewest(candidates, counts, node.times) }, () => candidates);
    }
  }
}

/** The fewest observations whose counts reach `times`; one more than there are when none do. */
function fewest(candidates: readonly number[], counts: readonly number[], times: number): number {
  let sum = 0;
  const sorted = candidates.map((index) => counts[index] ?? 1).toSorted((a, b) => b - a);
  const at = sorted.findIndex((count) => (sum += count) >= times);
  return Math.min(at === -1 ? sorted.length + 1 : at + 1, MAX_SLOTS);
}

/** Gives `slot` an observation, moving earlier slots to others where that helps; breadth first. */
function place(
  slot: number,
  slots: readonly (readonly number[])[],
  slotOf: Map<number, number>,
  budget: Budget,
): boolean {
  const cameFrom = new Map<number, { readonly slot: number; readonly via: number | null }>();
  const queue: { readonly slot: number; readonly via: number | null }[] = [{ slot, via: null }];
  for (const step of queue) {
    for (const index of slots[step.slot] ?? []) {
      budget.charge();
      if (cameFrom.has(index)) continue;
      cameFrom.set(index, step);
      const holder = slotOf.get(index);
      if (holder === undefined) {
        for (let at: number | null = index; at !== null;) {
          const from = cameFrom.get(at);
          if (from === undefined) break;
          slotOf.set(at, from.slot);
          at = from.via;
        }
        return true;
      }
      queue.push({ slot: holder, via: index });
    }
  }
  return false;
}
