import type { ScreenSubject } from "#pillars/designations";
import { pairsOf } from "./screen-quality.ts";

/** A small repeatable generator of numbers below `n`. */
export function numbers(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

const SYLLABLES =
  "ba da fa ga ha ja ka la ma na qa ra sa sha ta wa ya za bi di ri li mi ni si bu du ru mu nu su kha gha dho tor ven lin mar gor bek zan".split(
    " ",
  );
const WORDS =
  "TRADING SHIPPING INTERNATIONAL GENERAL COMPANY GROUP HOLDING BANK FOUNDATION TRUST MOVEMENT BRIGADE ENGINEERING".split(
    " ",
  );

/**
 * Lists as large as the real ones together: words as common as in OFAC's names (bench/data/names/ofac.csv), and rare
 * ones made of syllables; about three names a subject, of which two are spelled or ordered in another way.
 */
export function makeSubjects(count: number, seed = 7): readonly ScreenSubject[] {
  const next = numbers(seed);
  const pick = (list: readonly string[]): string => list[next(list.length)] ?? "";
  const people = pairsOf("ofac.csv")
    .filter(({ type }) => type === "person")
    .map(({ name1 }) => name1.split(","));
  const families = people.map(([family = ""]) => family.trim());
  const given = people.flatMap(([, names = ""]) => names.trim().split(" ")).filter((name) => name.length > 1);
  const rare = (): string => Array.from({ length: 2 + next(3) }, () => pick(SYLLABLES)).join("");
  const person = (): string =>
    `${next(3) === 0 ? pick(families) : rare()}, ${pick(given)}${next(2) === 0 ? ` ${pick(given)}` : ""}`;
  const organization = (): string => `${rare()} ${next(2) === 0 ? `${rare()} ` : ""}${pick(WORDS)} ${pick(WORDS)}`;
  return Array.from({ length: count }, (_, n) => {
    const type = next(4) === 0 ? "organization" : "person";
    const name = (type === "person" ? person() : organization()).toUpperCase();
    const aliases = [respelled(name, next), turned(respelled(name, next), next)];
    return {
      key: `made:${n}`,
      list: "Made list",
      reference: String(n),
      subjectId: `identity--${n}`,
      designationId: `designation--${n}`,
      version: "",
      type,
      name,
      names: [name, ...aliases].map((one) => ({ name: one, weak: false })),
      facts: { births: [], countries: [], identifiers: [] },
    };
  });
}

const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/Q/, "K"],
  [/OU/, "U"],
  [/U/, "OO"],
  [/I(?=[A-Z])/, "EE"],
  [/KH/, "H"],
  [/W/, "V"],
  [/Y$/, "I"],
  [/SH/, "CH"],
  [/Z/, "DH"],
  [/AA?/, "A"],
];

/** The name in another spelling, as two lists romanise one name. */
export function respelled(name: string, next: (n: number) => number): string {
  const [pattern, other] = SPELLINGS[next(SPELLINGS.length)] ?? [/Q/, "K"];
  return name.replace(pattern, other);
}

const turned = (name: string, next: (n: number) => number): string => {
  const words = name.replace(",", "").split(" ");
  if (next(3) === 0 && words.length > 2) words.splice(1, 1);
  return next(2) === 0 ? words.toReversed().join(" ") : words.join(" ");
};
