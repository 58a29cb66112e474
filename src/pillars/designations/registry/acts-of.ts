import { isJsonObject, type JsonObject, parseJson } from "#base";
import { fieldText } from "#stix";
import type { Reader, StoredRecord } from "#store";
import { actTypes } from "../acts.ts";

/** An act that a party recorded about a listing: an amendment, a proposal, a view, a redress case. */
export interface Act {
  readonly id: string;
  readonly version: string;
  readonly type: string;
  /** Whose record it is: the party itself, or a partner that released it. */
  readonly owner: string;
  readonly key: string;
  readonly object: JsonObject;
}

const TYPES = actTypes.map(([type]) => type.name);
const PAGE = 1000;

/** Every act that the reader may see, by the key of the entry that it is about. Officers write them: there are few. */
export async function actsByKey(reader: Reader): Promise<ReadonlyMap<string, readonly Act[]>> {
  const acts = new Map<string, Act[]>();
  for (let cursor: string | undefined; ;) {
    const page = await reader.records.list({ types: TYPES, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    for (const record of page.items) {
      const act = toAct(record);
      if (act === null) continue;
      const held = acts.get(act.key);
      if (held === undefined) acts.set(act.key, [act]);
      else held.push(act);
    }
    if (page.next === null) return acts;
    cursor = page.next;
  }
}

function toAct({ id, version, type, owner, text }: StoredRecord): Act | null {
  const object = text === "" ? null : parseJson(text);
  if (!isJsonObject(object)) return null;
  return { id, version, type, owner, key: fieldText(object, "list_key"), object };
}

/** Amendments by hand that are in effect on a day, oldest first. */
export function inEffect(acts: readonly Act[], day: string): readonly Act[] {
  return acts
    .filter(({ type, object }) => type === "designation-amendment" && fieldText(object, "effective_on") <= day)
    .toSorted((a, b) => (fieldText(a.object, "effective_on") < fieldText(b.object, "effective_on") ? -1 : 1));
}
