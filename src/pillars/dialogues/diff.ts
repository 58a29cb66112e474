import { diffArrays, diffWordsWithSpace } from "diff";

/** A part of a comparison, with where it stands in either text (UTF-16 code units; absent where the text lacks it). */
interface DiffSpan {
  readonly kind: "same" | "added" | "dropped" | "changed";
  readonly before: { readonly start: number; readonly end: number; readonly text: string } | null;
  readonly after: { readonly start: number; readonly end: number; readonly text: string } | null;
  /** Of a changed sentence: its words, each kept, added or dropped. */
  readonly words?: readonly { readonly kind: "same" | "added" | "dropped"; readonly text: string }[];
}

export interface StatementDiff {
  readonly spans: readonly DiffSpan[];
  readonly added: number;
  readonly dropped: number;
  readonly changed: number;
}

interface Sentence {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** What is compared: white space and typographic forms do not make another wording. */
  readonly key: string;
}

/** Two sentences with at least this share of their words in common are one sentence that was changed. */
const ALIKE = 0.6;
/** Beyond so many edits two texts have too little in common to be told apart by spans. */
const MAX_EDITS = 20_000;

/** Sentences of a text in its language (Unicode TR 29), with their places. */
export function sentences(text: string, lang: string): readonly Sentence[] {
  const found: Sentence[] = [];
  const segmenter = new Intl.Segmenter(lang, { granularity: "sentence" });
  // A line break ends a sentence: lists and headings have no full stop.
  for (const line of text.matchAll(/[^\n]+/g)) {
    for (const { segment, index } of segmenter.segment(line[0])) {
      const trimmed = segment.trim();
      if (trimmed === "") continue;
      const start = line.index + index + segment.indexOf(trimmed);
      found.push({ start, end: start + trimmed.length, text: trimmed, key: foldWording(trimmed) });
    }
  }
  return found;
}

function foldWording(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/[‘’‛]/g, "'")
    .replace(/[“”„]/g, '"')
    .replace(/[‐‑‒–—]/g, "-")
    .replace(/\s+/g, " ")
    .trim()
    .toLowerCase();
}

/** What was added, dropped and changed from one wording to a later one, sentence by sentence and then word by word. */
export function diffStatements(before: string, after: string, lang: string): StatementDiff {
  const [old, young] = [sentences(before, lang), sentences(after, lang)];
  const parts = diffArrays(
    old.map(({ key }) => key),
    young.map(({ key }) => key),
    { maxEditLength: MAX_EDITS },
  ) ?? [
    { value: old.map(({ key }) => key), removed: true, added: false, count: old.length },
    { value: young.map(({ key }) => key), removed: false, added: true, count: young.length },
  ];
  const spans: DiffSpan[] = [];
  let [i, j] = [0, 0];
  let dropped: Sentence[] = [];
  let added: Sentence[] = [];
  const settle = (): void => {
    spans.push(...pairUp(dropped, added));
    dropped = [];
    added = [];
  };
  for (const part of parts) {
    const count = part.value.length;
    if (part.removed) {
      dropped.push(...old.slice(i, i + count));
      i += count;
    } else if (part.added) {
      added.push(...young.slice(j, j + count));
      j += count;
    } else {
      settle();
      for (let n = 0; n < count; n++) spans.push({ kind: "same", before: place(old[i++]), after: place(young[j++]) });
    }
  }
  settle();
  const count = (kind: DiffSpan["kind"]): number => spans.filter((span) => span.kind === kind).length;
  return { spans, added: count("added"), dropped: count("dropped"), changed: count("changed") };
}

const place = (sentence: Sentence | undefined): DiffSpan["before"] =>
  sentence === undefined ? null : { start: sentence.start, end: sentence.end, text: sentence.text };

/** Of what stands between two equal sentences: which new one is which old one, reworded; in order, each once. */
function pairUp(dropped: readonly Sentence[], added: readonly Sentence[]): DiffSpan[] {
  const spans: DiffSpan[] = [];
  let from = 0;
  for (const sentence of dropped) {
    const at = added.findIndex((candidate, n) => n >= from && alike(sentence.key, candidate.key) >= ALIKE);
    const partner = at < 0 ? undefined : added[at];
    if (partner === undefined) {
      spans.push({ kind: "dropped", before: place(sentence), after: null });
      continue;
    }
    for (const own of added.slice(from, at)) spans.push({ kind: "added", before: null, after: place(own) });
    const words = diffWordsWithSpace(sentence.text, partner.text).map((part) => ({
      kind: part.added ? ("added" as const) : part.removed ? ("dropped" as const) : ("same" as const),
      text: part.value,
    }));
    spans.push({ kind: "changed", before: place(sentence), after: place(partner), words });
    from = at + 1;
  }
  for (const own of added.slice(from)) spans.push({ kind: "added", before: null, after: place(own) });
  return spans;
}

/** Dice's coefficient over distinct words. */
function alike(a: string, b: string): number {
  const [left, right] = [new Set(a.split(" ")), new Set(b.split(" "))];
  let common = 0;
  for (const word of left) if (right.has(word)) common++;
  return (2 * common) / (left.size + right.size);
}
