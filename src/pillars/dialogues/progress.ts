import type { Collection } from "./collect.ts";
import { COMPLETIONS, type Completion } from "./types.ts";

export interface ProgressPoint {
  /** A round's day, or a day on which something was assessed. */
  readonly on: string;
  readonly label: string;
  readonly commitments: number;
  /** By one party's own word, as of that day. */
  readonly byParty: readonly {
    readonly party: string;
    readonly assessed: number;
    readonly claimed: number;
    readonly verified: number;
    readonly completion: Readonly<Record<Completion, number>>;
    /** Sum of scores over the number assessed, from −1 to 1; `null` when nothing was. Of one party only, never averaged over parties. */
    readonly score: number | null;
  }[];
}

/** How a dialogue's commitments stood on each of these days, by each party's own word. */
export function progress(
  collection: Collection,
  days: readonly { readonly on: string; readonly label: string }[],
): readonly ProgressPoint[] {
  const statements = new Map(collection.statements.map((item) => [item.id, item.value.issued_on]));
  return days.map(({ on, label }) => {
    const standing = collection.commitments.filter(({ value }) => (statements.get(value.statement_ref) ?? "") <= on);
    return {
      on,
      label,
      commitments: standing.length,
      byParty: collection.dialogue.value.parties.map(({ ref }) => partyOn(collection, standing, ref, on)),
    };
  });
}

function partyOn(
  collection: Collection,
  commitments: Collection["commitments"],
  party: string,
  on: string,
): ProgressPoint["byParty"][number] {
  const completion = Object.fromEntries(COMPLETIONS.map((name) => [name, 0])) as Record<Completion, number>;
  let [assessed, claimed, verified, sum] = [0, 0, 0, 0];
  for (const { id } of commitments) {
    const latest = collection.assessments
      .get(id)
      ?.find(({ value }) => value.assessed_by === party && value.assessed_on <= on)?.value;
    if (latest === undefined) continue;
    assessed++;
    sum += latest.score;
    completion[latest.completion]++;
    if (latest.standing === "claimed-complete") claimed++;
    if (latest.standing === "verified") verified++;
  }
  return { party, assessed, claimed, verified, completion, score: assessed === 0 ? null : sum / assessed };
}

/** The rounds of a dialogue as days. */
export function roundDays({ rounds }: Collection): { on: string; label: string }[] {
  return rounds.map(({ value }) => ({ on: value.held_on, label: `${value.name}, ${value.place}` }));
}
