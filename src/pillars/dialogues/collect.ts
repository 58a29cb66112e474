import type { Instant } from "#base";
import type { StoredRecord } from "#store";
import type {
  Amendment,
  Assessment,
  Commitment,
  Dialogue,
  Evidence,
  MeetingNote,
  Milestone,
  Round,
  RoundRecord,
  Signature,
  Statement,
  Task,
} from "./types.ts";

/** A record with what it says. */
export interface Item<T> {
  readonly id: string;
  readonly type: string;
  readonly version: Instant;
  /** Whose record it is: a party's id. */
  readonly owner: string;
  readonly sha256: string;
  readonly addedAt: Instant;
  readonly value: T;
}

/** All that this viewer may see of one dialogue, by type. What they may not see is not in it. */
export interface Collection {
  readonly dialogue: Item<Dialogue>;
  /** By date, the first held first. */
  readonly rounds: readonly Item<Round>[];
  readonly statements: readonly Item<Statement>[];
  readonly commitments: readonly Item<Commitment>[];
  readonly evidence: ReadonlyMap<string, readonly Item<Evidence>[]>;
  readonly assessments: ReadonlyMap<string, readonly Item<Assessment>[]>;
  readonly milestones: ReadonlyMap<string, readonly Item<Milestone>[]>;
  readonly tasks: readonly Item<Task>[];
  readonly notes: readonly Item<MeetingNote>[];
  readonly records: readonly Item<RoundRecord>[];
  readonly amendments: readonly Item<Amendment>[];
  readonly signatures: readonly Item<Signature>[];
}

/** Reads what was accepted under the type's schema; it was judged then, so it is not judged again. */
export function itemOf<T>(record: StoredRecord): Item<T> {
  const { id, type, version, owner, sha256, addedAt } = record;
  return { id, type, version, owner, sha256, addedAt, value: JSON.parse(record.text) as T };
}

/** Sorts a dialogue's records by type, and by what they are about. */
export function collect(dialogue: StoredRecord, records: readonly Item<unknown>[]): Collection {
  const of = new Map<string, Item<unknown>[]>();
  for (const record of records) {
    const list = of.get(record.type);
    if (list === undefined) of.set(record.type, [record]);
    else list.push(record);
  }
  const all = <T>(type: string): Item<T>[] => (of.get(type) ?? []) as Item<T>[];
  return {
    dialogue: itemOf(dialogue),
    rounds: all<Round>("dialogue-round").toSorted((a, b) => order(a.value.held_on, b.value.held_on)),
    statements: all<Statement>("dialogue-statement").toSorted((a, b) => order(a.value.issued_on, b.value.issued_on)),
    commitments: all<Commitment>("commitment").toSorted(
      (a, b) => order(a.value.statement_ref, b.value.statement_ref) || a.value.span.start - b.value.span.start,
    ),
    evidence: byCommitment(all<Evidence>("commitment-evidence"), ({ observed_on }) => observed_on),
    assessments: byCommitment(all<Assessment>("commitment-assessment"), ({ assessed_on }) => assessed_on),
    milestones: byCommitment(all<Milestone>("commitment-milestone"), ({ due_on = "" }) => due_on),
    tasks: all<Task>("dialogue-task"),
    notes: all<MeetingNote>("meeting-note"),
    records: all<RoundRecord>("round-record"),
    amendments: all<Amendment>("round-amendment"),
    signatures: all<Signature>("round-signature"),
  };
}

export const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The latest first. */
function byCommitment<T extends { readonly commitment_ref: string }>(
  items: readonly Item<T>[],
  when: (value: T) => string,
): ReadonlyMap<string, readonly Item<T>[]> {
  const groups = new Map<string, Item<T>[]>();
  for (const item of items) {
    const list = groups.get(item.value.commitment_ref);
    if (list === undefined) groups.set(item.value.commitment_ref, [item]);
    else list.push(item);
  }
  for (const list of groups.values())
    list.sort((a, b) => order(when(b.value), when(a.value)) || order(b.addedAt, a.addedAt));
  return groups;
}
