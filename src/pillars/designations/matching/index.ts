/**
 * matching: how alike two names are, with reasons, and an index that finds the like among many. Pure: no I/O, no clock, and
 * no word of the rest of the house.
 */
export { type AskedType, askedType, type Comparison, compareNames, compareScore } from "./compare.ts";
export { explainNames } from "./explain.ts";
export {
  type BirthRange,
  countryOf,
  documentNumber,
  type Facts,
  parseBirth,
  type Weighed,
  weighFacts,
} from "./facts.ts";
export { type Hit, NameIndex } from "./name-index.ts";
export { looksLikeOrganisation } from "./parse.ts";
export { MAX_NAME, type NameType } from "./read-words.ts";
export { MATCH_THRESHOLD } from "./score.ts";
export { MentionFinder } from "./mentions.ts";
