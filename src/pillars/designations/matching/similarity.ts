import type { Token } from "./parse.ts";
import { soundSimilarity } from "./phonemes.ts";

/** How two words met. */
export type Rule =
  | "same"
  | "spelling"
  | "accents"
  | "sound"
  | "skeleton"
  | "relative"
  | "initial"
  | "joined"
  | "acronym"
  | "compound"
  | "feminine"
  | "different";

export interface Met {
  readonly similarity: number;
  readonly rule: Rule;
}

const NOTHING: Met = { similarity: 0, rule: "different" };
const SAME: Met = { similarity: 1, rule: "same" };

/** Below this two words do not meet. */
export const MIN_MET = 0.62;

/**
 * How alike two words are. Names that the tables know as two different ones stay different, however alike they sound;
 * what is known as one name in two spellings counts nearly as the same.
 */
export function meet(a: Token, b: Token): Met {
  if (a.kind === "number" || b.kind === "number" || a.kind === "generation") {
    return a.kind === b.kind && a.text === b.text ? SAME : NOTHING;
  }
  if (a.kind === "initial" || b.kind === "initial") {
    if (a.text.charAt(0) !== b.text.charAt(0)) return NOTHING;
    return a.text === b.text ? SAME : { similarity: 0.8, rule: "initial" };
  }
  const base = meetBase(a, b);
  if (a.compound === b.compound) return base;
  if (base.similarity < 0.85) return NOTHING;
  // Rahman for Abd al-Rahman, Saif for Saifullah: often said, never the same word.
  if (a.compound === "" || b.compound === "") {
    const kunya = [a.compound, b.compound].some((compound) => compound === "abu" || compound === "umm");
    return { similarity: base.similarity * (kunya ? 0.7 : 0.82), rule: "compound" };
  }
  return NOTHING;
}

function meetBase(a: Token, b: Token): Met {
  if (a.text === b.text) {
    if (a.feminine !== b.feminine) return { similarity: 0.94, rule: "feminine" };
    return a.abjad !== b.abjad ? { similarity: 0.97, rule: "skeleton" } : SAME;
  }
  const known = meetKnown(a, b);
  if (known !== null) return known;
  const abjad = a.abjad || b.abjad;
  if (!abjad && Math.abs(a.sounds.length - b.sounds.length) > 5 && a.second === null && b.second === null)
    return NOTHING;
  let similarity = soundSimilarity(a.sounds, b.sounds, abjad, MIN_MET);
  if (a.second !== null)
    similarity = Math.max(similarity, soundSimilarity(a.second, b.sounds, abjad, MIN_MET) - (a.abjad ? 0 : 0.04));
  if (b.second !== null)
    similarity = Math.max(similarity, soundSimilarity(a.sounds, b.second, abjad, MIN_MET) - (b.abjad ? 0 : 0.04));
  const length = Math.min(a.sounds.length, b.sounds.length);
  // A few letters are soon alike.
  if (length <= 3 && similarity < 1) similarity -= abjad ? 0.1 : 0.08 * (4 - length);
  if (bothKnown(a, b)) similarity = Math.min(similarity * 0.8, 0.68);
  else if (oneCommon(a, b)) similarity -= 0.03;
  if (a.feminine !== b.feminine) similarity *= 0.96;
  if (a.kind === "patronymic" && b.kind === "patronymic" && similarity < 0.9) similarity *= 0.8;
  if (similarity < MIN_MET) return NOTHING;
  return { similarity: Math.min(similarity, 0.985), rule: abjad ? "skeleton" : "sound" };
}

function meetKnown(a: Token, b: Token): Met | null {
  const [x, y] = [a.known, b.known];
  if (x === null || y === null) return null;
  if (x.family >= 0 && x.family === y.family) return { similarity: 0.975, rule: "spelling" };
  const near =
    x.near.includes(y.family) ||
    y.near.includes(x.family) ||
    x.near.some((family) => y.near.includes(family) && x.family === -1 && y.family === -1);
  return near ? { similarity: 0.9, rule: "relative" } : null;
}

/** Names that the tables know as two different ones: they never lead from one to the other. */
export const knownApart = (a: Token, b: Token): boolean => bothKnown(a, b) && meetKnown(a, b) === null;

const bothKnown = ({ known: x }: Token, { known: y }: Token): boolean =>
  x !== null && y !== null && x.family >= 0 && y.family >= 0 && x.family !== y.family;

const oneCommon = ({ known: x }: Token, { known: y }: Token): boolean =>
  (x?.commonness ?? 0) >= 2 !== (y?.commonness ?? 0) >= 2;

/** Words written together on one side and apart on the other. */
export function meetJoined(whole: Token, parts: readonly Token[]): Met {
  if (whole.compound !== "" || parts.some((part) => part.kind === "number" || part.kind === "initial")) return NOTHING;
  const text = parts.map((part) => (part.compound === "" ? part.text : part.compound + part.text)).join("");
  const shorter = Math.min(text.length, whole.text.length);
  if (shorter < 4 || Math.abs(text.length - whole.text.length) > 2) return NOTHING;
  if (text === whole.text) return { similarity: 0.96, rule: "joined" };
  const sounds = new Uint8Array(parts.reduce((sum, part) => sum + part.sounds.length, 0));
  let at = 0;
  for (const part of parts) {
    sounds.set(part.sounds, at);
    at += part.sounds.length;
  }
  const similarity =
    soundSimilarity(whole.sounds, sounds.subarray(0, 28), whole.abjad || parts.some((part) => part.abjad)) - 0.04;
  return similarity < 0.82 ? NOTHING : { similarity, rule: "joined" };
}

/** A short word of an organisation's name whose letters begin that many words of the other, in order. */
export function meetAcronym(short: Token, parts: readonly Token[]): Met {
  for (let at = 0; at < parts.length; at++)
    if (short.text.charAt(at) !== (parts[at] as Token).text.charAt(0)) return NOTHING;
  return { similarity: 0.88, rule: "acronym" };
}
