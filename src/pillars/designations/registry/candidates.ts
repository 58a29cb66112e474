import type { Reader } from "#store";
import { currentSubjects, type ListedSubject } from "./current.ts";
import { joinedGroups } from "./join.ts";

/** Two entries that may be one subject, and why. People decide. */
export interface Candidate {
  readonly keys: readonly [string, string];
  readonly names: readonly [string, string];
  /** From 0 to 1: how much the reasons say together. Not a probability. */
  readonly score: number;
  readonly reasons: readonly string[];
  /** An officer split the two before. */
  readonly splitBefore: string | null;
}

interface Evidence {
  /** Of one kind only the strongest counts: ten spellings of a name are one name. */
  readonly kind: "reference" | "document" | "name";
  readonly weight: number;
  readonly reason: string;
}

/** How much each kind of evidence says; of several, what each leaves open is multiplied. */
const WEIGHTS = { reference: 0.95, document: 0.9, name: 0.6, nameAndBirth: 0.85, organizationName: 0.8 } as const;
/** A value that so many entries share tells nobody apart. */
const MAX_SHARED = 20;
const MAX_CANDIDATES = 5000;
const MAX_REASONS = 8;

/** Entries of different lists that a list's own reference, a document, or a name with the birth ties together. */
export async function candidatesOf(reader: Reader): Promise<readonly Candidate[]> {
  const subjects = new Map<string, ListedSubject>();
  const found = new Map<string, Evidence[]>();
  const buckets = new Map<string, string[]>();
  const put = (bucket: string, key: string): void => {
    const held = buckets.get(bucket);
    if (held === undefined) buckets.set(bucket, [key]);
    else if (held.at(-1) !== key) held.push(key);
  };
  for await (const subject of currentSubjects(reader)) {
    subjects.set(subject.key, subject);
    for (const mark of marksOf(subject)) put(mark, subject.key);
  }
  const tie = (one: string, other: string, evidence: Evidence): void => {
    const pair = one < other ? `${one} ${other}` : `${other} ${one}`;
    const held = found.get(pair);
    if (held === undefined) found.set(pair, [evidence]);
    else if (!held.some(({ reason }) => reason === evidence.reason)) held.push(evidence);
  };
  for (const subject of subjects.values())
    for (const other of subject.otherKeys)
      if (subjects.has(other) && other !== subject.key)
        tie(subject.key, other, {
          kind: "reference",
          weight: WEIGHTS.reference,
          reason: `${subject.list} itself gives ${other}`,
        });
  for (const [mark, keys] of buckets) {
    if (keys.length < 2 || keys.length > MAX_SHARED) continue;
    for (const [n, one] of keys.entries())
      for (const other of keys.slice(n + 1)) {
        const [a, b] = [subjects.get(one), subjects.get(other)];
        const evidence = a === undefined || b === undefined || a.list === b.list ? null : weigh(mark, a, b);
        if (evidence !== null) tie(one, other, evidence);
      }
  }
  return rank(reader, subjects, found);
}

async function rank(
  reader: Reader,
  subjects: ReadonlyMap<string, ListedSubject>,
  found: ReadonlyMap<string, readonly Evidence[]>,
): Promise<readonly Candidate[]> {
  const joined = new Map([...(await joinedGroups(reader)).values()].flat().map((entry) => [entry.key, entry.subject]));
  const history = await reader.lists.joined(true);
  const candidates: Candidate[] = [];
  for (const [pair, evidence] of found) {
    const [one = "", other = ""] = pair.split(" ");
    if (joined.has(one) && joined.get(one) === joined.get(other)) continue;
    // Both were of one subject at some time, and one of them was taken out.
    const ours = history.filter(({ key }) => key === one);
    const split = history
      .filter(({ key }) => key === other)
      .flatMap((entry) => ours.filter(({ subject }) => subject === entry.subject).flatMap((own) => [own, entry]))
      .findLast(({ leftAt }) => leftAt !== null);
    candidates.push({
      keys: [one, other],
      names: [subjects.get(one)?.name ?? one, subjects.get(other)?.name ?? other],
      score: scoreOf(evidence),
      reasons: evidence.map(({ reason }) => reason).slice(0, MAX_REASONS),
      splitBefore: split === undefined ? null : `split ${split.leftAt?.slice(0, 10) ?? ""}: ${split.leftReason ?? ""}`,
    });
  }
  return candidates.toSorted((a, b) => b.score - a.score || (a.keys[0] < b.keys[0] ? -1 : 1)).slice(0, MAX_CANDIDATES);
}

function scoreOf(evidence: readonly Evidence[]): number {
  const strongest = new Map<Evidence["kind"], number>();
  for (const { kind, weight } of evidence) strongest.set(kind, Math.max(weight, strongest.get(kind) ?? 0));
  const open = [...strongest.values()].reduce((left, weight) => left * (1 - weight), 1);
  return Math.round(1000 * (1 - open)) / 1000;
}

/** By what an entry may meet another: `document K00123 `, `name person TEHRIK E TALIBAN PAKISTAN`. */
function marksOf({ kind, name, aliases, identifiers }: ListedSubject): string[] {
  const documents = identifiers
    .map(({ value }) => value.replace(/[^\p{L}\p{N}]/gu, "").toUpperCase())
    .filter((value) => value.length >= 5 && /\d/.test(value))
    .map((value) => `document ${value}`);
  // A weak alias or one word is no name to go by.
  const names = [name, ...aliases.filter(({ quality }) => !/weak|low/i.test(quality ?? "")).map((alias) => alias.name)];
  return [
    ...new Set([
      ...documents,
      ...names
        .map(nameKey)
        .filter((key) => key.includes(" "))
        .map((key) => `name ${kind} ${key}`),
    ]),
  ];
}

/** A name's words without marks, in order of the alphabet; what stands in brackets is an abbreviation. */
export function nameKey(name: string): string {
  const words = name
    .replace(/\([^)]*\)/g, " ")
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toUpperCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim()
    .split(" ");
  return words.toSorted().join(" ");
}

function weigh(mark: string, a: ListedSubject, b: ListedSubject): Evidence | null {
  if (mark.startsWith("document "))
    return { kind: "document", weight: WEIGHTS.document, reason: `both have the document number ${mark.slice(9)}` };
  const words = mark.split(" ").slice(2).join(" ");
  if (a.kind === "organization")
    return { kind: "name", weight: WEIGHTS.organizationName, reason: `both have the name ${words}` };
  const births = birthsAgree(a, b);
  if (births === "differ") return null;
  return births === "agree"
    ? { kind: "name", weight: WEIGHTS.nameAndBirth, reason: `both have the name ${words}, and births that agree` }
    : { kind: "name", weight: WEIGHTS.name, reason: `both have the name ${words}; a birth date is missing` };
}

function birthsAgree(a: ListedSubject, b: ListedSubject): "agree" | "differ" | "unknown" {
  const [ours, theirs] = [a, b].map(({ births }) => births.filter(({ from }) => from !== undefined));
  if (ours === undefined || theirs === undefined || ours.length === 0 || theirs.length === 0) return "unknown";
  const meet = ours.some((one) =>
    theirs.some((other) => (one.from ?? "") <= (other.to ?? "") && (other.from ?? "") <= (one.to ?? "")),
  );
  return meet ? "agree" : "differ";
}
