import type { Reader } from "#store";
import { type Item, itemOf } from "./collect.ts";

/** Dialogues whose records are kept parsed; beyond it the cache begins anew. */
const MAX_DIALOGUES = 50;

/**
 * Reads the records of a dialogue. A stored version never changes, so what was parsed is kept until the next reading, by its
 * number; who may see it is asked of the store each time, and only what it names is given and kept. A text that was taken
 * back is so gone from here when the dialogue is next looked at.
 */
export function createItems() {
  const dialogues = new Map<string, ReadonlyMap<number, Item<unknown>>>();
  return async (r: Reader, dialogue: string, limit: number): Promise<readonly Item<unknown>[]> => {
    const seqs = await r.records.referringSeqs(dialogue, limit);
    const before = dialogues.get(dialogue) ?? new Map<number, Item<unknown>>();
    const fresh = new Map<number, Item<unknown>>();
    const missing = seqs.filter((seq) => !before.has(seq));
    for (const record of await r.records.bySeq(missing)) fresh.set(record.seq, itemOf(record));
    const now = new Map<number, Item<unknown>>();
    for (const seq of seqs) {
      const item = before.get(seq) ?? fresh.get(seq);
      if (item !== undefined) now.set(seq, item);
    }
    if (dialogues.size >= MAX_DIALOGUES) dialogues.clear();
    dialogues.set(dialogue, now);
    return [...now.values()];
  };
}
