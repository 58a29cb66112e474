import { sentences } from "./diff.ts";
import type { Suggestion } from "./rules.ts";

/** Words by which diplomatic text commits itself, with how much they weigh; English and Urdu, since both are in use. */
const MARKERS: readonly { readonly pattern: RegExp; readonly weight: number }[] = [
  { pattern: /\b(?:agreed|agree|agrees) (?:to|that|on|upon)\b/iu, weight: 0.9 },
  {
    pattern:
      /\b(?:committed|commit|commits|pledged?|pledges|undert(?:ake|akes|ook)) (?:themselves |itself )?(?:to|that)\b/iu,
    weight: 0.9,
  },
  { pattern: /\bshall\b/iu, weight: 0.85 },
  { pattern: /\b(?:resolved|resolve|decided|decides?) (?:to|that)\b/iu, weight: 0.85 },
  {
    pattern:
      /\b(?:reaffirm(?:ed|s)?|reiterat(?:ed|es?)|renew(?:ed|s)?) (?:their|its|the|our|a|his|her)(?: \p{L}+){0,3} (?:commitment|resolve|determination|intention)\b/iu,
    weight: 0.8,
  },
  {
    pattern:
      /\b(?:will|are to|is to) (?:continue|work|hold|meet|establish|share|provide|develop|strengthen|enhance|support|convene|explore|expand|launch|implement|submit|report|train|counter|combat|prevent|exchange|cooperate|coordinate|host|consult|address|promote|build|designate|review)\b/iu,
    weight: 0.7,
  },
  {
    pattern:
      /\b(?:underscored|emphasi[sz]ed|stressed|underlined|highlighted) the (?:importance|need|necessity|value)\b/iu,
    weight: 0.5,
  },
  { pattern: /\b(?:plan|plans|planned|intend|intends|intended) to\b/iu, weight: 0.5 },
  { pattern: /\b(?:should|must|needs? to|ought to)\b/iu, weight: 0.3 },
  { pattern: /(?:اتفاق کیا|عزم کا اعادہ|پرعزم|عہد کیا|فیصلہ کیا|وعدہ کیا)/u, weight: 0.85 },
  { pattern: /(?:کریں گے|کرے گا|کرے گی|جاری رکھیں گے|زور دیا)/u, weight: 0.6 },
];

/** A report of what was said or praised commits nobody. */
const REPORTS =
  /\b(?:applauded|condoled|expressed (?:its |their )?(?:condolences|appreciation|gratitude)|commended|thanked|congratulated|recalled)\b/iu;

const MAX_SUGGESTIONS = 2000;

/** Sentences that read like commitments, in the text's order. They are suggestions: an officer confirms each. */
export function suggestSpans(text: string, lang: string): readonly Suggestion[] {
  const found: Suggestion[] = [];
  for (const sentence of sentences(text, lang)) {
    const hit = MARKERS.flatMap(({ pattern, weight }) => {
      const match = pattern.exec(sentence.text);
      return match === null ? [] : [{ weight, because: match[0] }];
    }).toSorted((a, b) => b.weight - a.weight)[0];
    if (hit === undefined) continue;
    const confidence = REPORTS.test(sentence.text) ? hit.weight / 2 : hit.weight;
    found.push({ start: sentence.start, end: sentence.end, text: sentence.text, because: hit.because, confidence });
    if (found.length === MAX_SUGGESTIONS) break;
  }
  return found;
}
