import type { NameScore } from "./score.ts";
import type { ParsedName, Token } from "./parse.ts";
import type { Rule } from "./similarity.ts";

const RULES: Readonly<Record<Rule, string>> = {
  same: "the same word",
  spelling: "spellings of one name",
  accents: "the same but for accents",
  sound: "sound alike",
  skeleton: "the same letters in a script that writes no vowels",
  relative: "a short form or another language's form",
  initial: "an initial",
  joined: "written together and apart",
  acronym: "the first letters",
  compound: "one without Abd, Abu, -ullah or ud-Din",
  feminine: "a woman's and a man's form of a surname",
  different: "different",
};

/** A score in words: what met what by which rule, what stands alone, what else was noticed. */
export function explainNames(left: ParsedName, right: ParsedName, result: NameScore): string[] {
  const { alignment } = result;
  const shown = (tokens: readonly Token[], places: readonly number[]): string =>
    places.map((at) => tokens[at]?.shown ?? "").join(" ");
  const reasons = alignment.meetings.map((found) => {
    const [a, b] = [shown(left.tokens, found.left), shown(right.tokens, found.right)];
    const common = [...found.left.map((at) => left.tokens[at]), ...found.right.map((at) => right.tokens[at])].every(
      (token) => (token?.weight ?? 1) < 0.6,
    );
    return `“${a}” ~ “${b}”: ${RULES[found.rule]} (${found.similarity.toFixed(2)})${common ? "; a common word, which tells little" : ""}`;
  });
  const [alone, other] = [shown(left.tokens, alignment.leftAlone), shown(right.tokens, alignment.rightAlone)];
  if (alone !== "" && other !== "") reasons.push(`against: “${alone}” and “${other}” do not meet`);
  else if (alone !== "") reasons.push(`only in the first: “${alone}”`);
  else if (other !== "") reasons.push(`only in the second: “${other}”`);
  if (left.tokens.length === 0 || right.tokens.length === 0) reasons.push("in one of the names nothing can be read");
  if (result.reordered) reasons.push("the words stand in another order");
  if (result.acronym) reasons.push("one may be the other's acronym; an acronym alone is never a strong match");
  for (const [side, name] of [
    ["first", left],
    ["second", right],
  ] as const) {
    if (name.mixed) reasons.push(`mixed scripts in the ${side} name: look-alike letters were read as one script`);
    if (name.cut) reasons.push(`the ${side} name is longer than is read`);
  }
  if (
    left.scripts.some((script) => !right.scripts.includes(script)) &&
    left.scripts.length > 0 &&
    right.scripts.length > 0
  )
    reasons.push(`across scripts: ${left.scripts.join(", ")} and ${right.scripts.join(", ")}`);
  return reasons;
}
