import type { Source } from "#intake";
import { type ListFormat, losesEntry, losesRest, type Problem } from "../formats/format.ts";

/** Problems kept one by one; past that they are only counted. */
const MAX_PROBLEMS_KEPT = 10_000;

/** A list read once without keeping it: how many entries, which, and what cannot be read. */
export interface Survey {
  readonly keys: ReadonlySet<string>;
  readonly problems: readonly Problem[];
  readonly problemCount: number;
  /** Rows or entries that could not be read, each of which may be an entry of the state before. */
  readonly lostEntries: number;
  /** The file could not be read to its end. */
  readonly cut: Problem | null;
  readonly statedOn: string | null;
}

export async function survey(format: ListFormat, source: Source, signal: AbortSignal): Promise<Survey> {
  const keys = new Set<string>();
  const problems: Problem[] = [];
  let [problemCount, lostEntries] = [0, 0];
  let cut: Problem | null = null;
  let statedOn: string | null = null;
  const tell = (problem: Problem): void => {
    if (problems.length < MAX_PROBLEMS_KEPT) problems.push(problem);
    problemCount++;
  };
  for await (const item of format.read(source, signal)) {
    if (item.kind === "dated") statedOn ??= item.on;
    else if (item.kind === "problem") {
      tell(item);
      if (losesEntry(item.code)) lostEntries++;
      if (losesRest(item.code)) cut ??= item;
    } else if (keys.has(item.entry.key)) {
      const message = `${item.entry.key} stands twice; the first is kept`;
      tell({ kind: "problem", place: item.place, code: "entry-twice", message });
    } else keys.add(item.entry.key);
  }
  return { keys, problems, problemCount, lostEntries, cut, statedOn };
}

/**
 * Why a state waits for an officer's word before it may delist anybody; `null` when it need not.
 * @param before How many entries the state before has, and how many of them are not in this one.
 */
export function holdFor(
  { keys, cut, lostEntries }: Pick<Survey, "keys" | "cut" | "lostEntries">,
  before: { readonly entries: number; readonly missing: number } | null,
): string | null {
  if (cut !== null) return `it could not be read to its end (${cut.place}: ${cut.message})`;
  if (before === null) return null;
  if (keys.size * 2 <= before.entries)
    return `it has ${keys.size} entries, where the state before has ${before.entries}`;
  if (lostEntries > 0 && before.missing > 0)
    return `${lostEntries} of its entries could not be read, and ${before.missing} of the state before are missing: they may be the same`;
  return null;
}
