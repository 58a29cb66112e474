import { explainNames } from "./explain.ts";
import { looksLikeOrganisation, type ParsedName, parseName } from "./parse.ts";
import { type NameType } from "./read-words.ts";
import { MATCH_THRESHOLD, scoreNames } from "./score.ts";

/** What a caller may say of a name's bearer. */
export type AskedType = NameType | "any";

export interface Comparison {
  /** 0 to 1. */
  readonly score: number;
  /** The score reaches `MATCH_THRESHOLD`: a possible match, for a person to look at. */
  readonly match: boolean;
  readonly reasons: readonly string[];
}

/** Reads the words that lists and files use for the three types; `any` for what it does not know. */
export function askedType(word: string | undefined): AskedType {
  const text = (word ?? "").trim().toLowerCase();
  if (/^(?:person|individual|human|people|per|p)$/.test(text)) return "person";
  if (/^(?:organi[sz]ation|org|entity|company|legalentity|group|publicbody|business|o)$/.test(text))
    return "organization";
  return /^(?:vessel|ship|v)$/.test(text) ? "vessel" : "any";
}

const digits = (score: number): number => Math.round(score * 10_000) / 10_000;

/** Compares two names. Pure; its time is bounded by the limits of `parseName`. */
export function compareNames(name1: string, name2: string, asked: AskedType = "any"): Comparison {
  const { left, right, result } = bestComparison(name1, name2, asked);
  const score = digits(result.score);
  return { score, match: score >= MATCH_THRESHOLD, reasons: explainNames(left, right, result) };
}

/** The score alone, for files of pairs. */
export function compareScore(
  name1: string,
  name2: string,
  asked: AskedType = "any",
): { readonly score: number; readonly match: boolean } {
  const score = digits(bestComparison(name1, name2, asked).result.score);
  return { score, match: score >= MATCH_THRESHOLD };
}

function bestComparison(name1: string, name2: string, asked: AskedType) {
  const type: NameType =
    asked === "any"
      ? looksLikeOrganisation(name1) || looksLikeOrganisation(name2)
        ? "organization"
        : "person"
      : asked;
  const [left, right] = [parseName(name1, type), parseName(name2, type)] as readonly [ParsedName, ParsedName];
  return { left, right, result: scoreNames(left, right) };
}
