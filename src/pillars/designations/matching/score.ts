import { type Alignment, align, type Meet, type Meeting } from "./align.ts";
import type { ParsedName, Token } from "./parse.ts";
import type { NameType } from "./read-words.ts";
import { meet } from "./similarity.ts";

/** From this score two names are a possible match. Set on the development set of bench/data/names; see the README. */
export const MATCH_THRESHOLD = 0.65;

/** An acronym alone is never strong: below the threshold. */
const ACRONYM = 0.6;

export interface NameScore {
  /** 0 to 1. */
  readonly score: number;
  readonly alignment: Alignment;
  readonly acronym: boolean;
  readonly reordered: boolean;
  /** The shares of the score, for its explanation. */
  readonly shares: { readonly met: number; readonly against: number; readonly extra: number };
}

/** How much of a meeting counts for, the rest against. Between 0.62 and 0.96 a meeting is in doubt. */
export function countedShare(similarity: number): number {
  if (similarity >= 0.96) return similarity;
  if (similarity >= 0.88) return 0.8 + (similarity - 0.88) * 2;
  if (similarity >= 0.8) return 0.5 + (similarity - 0.8) * 3.75;
  if (similarity >= 0.7) return 0.15 + (similarity - 0.7) * 3.5;
  return Math.max(0, (similarity - 0.62) * 1.875);
}

interface Scale {
  /** How much words that contradict each other weigh against words that met. */
  readonly against: number;
  /** The same for words that stand on one side only. */
  readonly extra: number;
  /** What is lost when little was said, and how fast that fades. */
  readonly thin: number;
  readonly fade: number;
}

const SCALES: Readonly<Record<NameType, Scale>> = {
  person: { against: 1.6, extra: 0.3, thin: 0.14, fade: 0.9 },
  organization: { against: 1.5, extra: 0.5, thin: 0.2, fade: 0.7 },
  vessel: { against: 1.8, extra: 0.8, thin: 0.1, fade: 0.8 },
};

/** Scores two names of one type. `weigh` may lower a word's weight by what is known of a list. */
export function scoreNames(left: ParsedName, right: ParsedName, meeting: Meet = meet): NameScore {
  const none = { met: 0, against: 0, extra: 0 };
  if (left.tokens.length === 0 || right.tokens.length === 0)
    return {
      score: 0,
      alignment: { meetings: [], leftAlone: [], rightAlone: [] },
      acronym: false,
      reordered: false,
      shares: none,
    };
  const scale = SCALES[left.type];
  const alignment = align(left.tokens, right.tokens, meeting);
  const weightOf = (tokens: readonly Token[], places: readonly number[]): number => {
    let sum = 0;
    for (const at of places) sum += (tokens[at] as Token).weight;
    return sum;
  };
  let [met, against, initials] = [0, 0, 0];
  for (const found of alignment.meetings) {
    const [a, b] = [weightOf(left.tokens, found.left), weightOf(right.tokens, found.right)];
    if (found.rule === "initial") {
      initials++;
      met += 0.3 * Math.min(a, b, 0.3) + 0.1;
      continue;
    }
    const weight =
      found.rule === "joined"
        ? Math.max(a, b)
        : found.rule === "acronym"
          ? Math.min(a, b)
          : Math.min(a, b) * 0.5 + Math.max(a, b) * 0.5;
    const share = countedShare(found.similarity);
    met += weight * share;
    against += weight * (1 - share) * (share >= 0.96 ? 0.5 : 1);
  }
  const [aloneLeft, aloneRight] = [
    weightOf(left.tokens, alignment.leftAlone),
    weightOf(right.tokens, alignment.rightAlone),
  ];
  against += Math.min(aloneLeft, aloneRight);
  const extra = Math.abs(aloneLeft - aloneRight) + 0.12 * initials;
  const middle = left.type === "person" && onlyMiddle(left, right, alignment);
  let score = met === 0 ? 0 : met / (met + scale.against * against + scale.extra * (middle ? 0.6 : 1) * extra);
  if (left.type === "person" && heads(left, right, alignment)) score *= 0.85;
  const reordered = outOfOrder(alignment.meetings);
  const exact = !reordered && against === 0 && extra === 0;
  score *= 1 - scale.thin * Math.exp(-met / scale.fade) * (exact ? 0.5 : 1);
  if (reordered) score *= 0.965;
  score = single(left, right, alignment, score);
  score *= sideFactor(left, right);
  if (numbersDiffer(left, right, alignment)) score *= 0.6;
  if (alignment.meetings.length > 0 && alignment.meetings.every((found) => found.rule === "acronym"))
    score = Math.min(score, ACRONYM);
  const acronym = score < 0.72 && left.type !== "person" && isAcronym(left, right);
  // An acronym alone is never strong.
  if (acronym) score = Math.max(score, ACRONYM);
  return { score: Math.max(0, Math.min(1, score)), alignment, acronym, reordered, shares: { met, against, extra } };
}

/** What stands on one side only stands between words that met: middle names, a father's name. */
function onlyMiddle(left: ParsedName, right: ParsedName, { leftAlone, rightAlone, meetings }: Alignment): boolean {
  if (meetings.length < 2) return false;
  const inside = (alone: readonly number[], count: number): boolean => alone.every((at) => at > 0 && at < count - 1);
  return inside(leftAlone, left.tokens.length) && inside(rightAlone, right.tokens.length);
}

/** Longer names that agree but for the first: a brother's, a father's and a son's. */
function heads(left: ParsedName, right: ParsedName, { leftAlone, rightAlone, meetings }: Alignment): boolean {
  return (
    meetings.length >= 2 &&
    leftAlone.includes(0) &&
    rightAlone.includes(0) &&
    !meetings.some((found) => found.left.includes(0) || found.right.includes(0)) &&
    left.tokens[0]?.kind === "name" &&
    right.tokens[0]?.kind === "name"
  );
}

function outOfOrder(meetings: readonly Meeting[]): boolean {
  const byLeft = meetings.toSorted((x, y) => (x.left[0] ?? 0) - (y.left[0] ?? 0));
  return byLeft.some((found, at) => at > 0 && (found.right[0] ?? 0) < (byLeft[at - 1]?.right[0] ?? 0));
}

/** One word of a longer name tells little, be it ever so rare. */
function single(left: ParsedName, right: ParsedName, { meetings }: Alignment, score: number): number {
  const [n, m] = [left.tokens.length, right.tokens.length];
  const solid = meetings.filter((found) => found.rule !== "initial").length;
  if (left.type !== "person" || solid > 1 || (n === 1 && m === 1)) return score;
  const wide = meetings.some((found) => found.left.length === n && found.right.length === m);
  if (wide) return score;
  const initials = meetings.length - solid;
  if (initials > 0) return score * 0.9;
  return score * 0.72;
}

/** Junior against senior; another form of company; a title for one and another for the other. */
function sideFactor(left: ParsedName, right: ParsedName): number {
  let factor = 1;
  const of = (name: ParsedName, kind: string): readonly string[] =>
    name.side.filter((token) => token.kind === kind).map((token) => token.text);
  const [a, b] = [of(left, "generation"), of(right, "generation")];
  if (a.length > 0 && b.length > 0 && !a.some((one) => b.includes(one))) factor *= 0.7;
  else if (a.length !== b.length) factor *= 0.94;
  for (const kind of ["title", "legal"]) {
    const [x, y] = [of(left, kind), of(right, kind)];
    if (x.length > 0 && y.length > 0 && !x.some((one) => y.includes(one))) factor *= 0.975;
    else if (x.length !== y.length) factor *= 0.99;
  }
  return factor;
}

function numbersDiffer(left: ParsedName, right: ParsedName, { leftAlone, rightAlone }: Alignment): boolean {
  const [a, b] = [
    leftAlone.some((at) => left.tokens[at]?.kind === "number"),
    rightAlone.some((at) => right.tokens[at]?.kind === "number"),
  ];
  return left.type === "vessel" ? a || b : a && b;
}

const SMALL = new Set(["of", "the", "and", "for", "in", "al", "e", "i", "de"]);

function isAcronym(left: ParsedName, right: ParsedName): boolean {
  const [short, long] = left.tokens.length === 1 ? [left, right] : [right, left];
  const letters = short.tokens[0]?.text ?? "";
  if (short.tokens.length !== 1 || letters.length < 2 || letters.length > 7) return false;
  const all = long.plain
    .split(" ")
    .map((word) => word.charAt(0))
    .join("");
  const large = long.plain
    .split(" ")
    .filter((word) => !SMALL.has(word))
    .map((word) => word.charAt(0))
    .join("");
  return all === letters || large === letters;
}
