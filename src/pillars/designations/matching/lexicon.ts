import { foldArabic, romanise, scriptOf } from "./script.ts";
import { EUROPEAN_NAMES } from "./tables/european-names.ts";
import { MUSLIM_NAMES } from "./tables/given-names.ts";
import { LEGAL_FORMS, ORGANISATION_WORDS } from "./tables/organisation-words.ts";
import { PARTICLES, TITLES } from "./tables/words.ts";

/** What the tables know of one word. */
export interface Known {
  /** The family that it is a spelling of; -1 when it is only a relative. */
  readonly family: number;
  /** The family's first spelling. */
  readonly head: string;
  /** 0 (rare) to 4 (tells next to nothing). */
  readonly commonness: number;
  /** Families to which it is near. */
  readonly near: readonly number[];
}

/** Words by their key: Latin letters as `romanise` gives them, or a folded word of Arabic script. */
type Table = ReadonlyMap<string, Known>;

export function keyOf(word: string): string {
  const { script } = scriptOf(word);
  return script === "arabic" ? foldArabic(word).replace(/^ال(?=.{3})/, "") : romanise(word, script).text;
}

let families = 0;

function readTable(...texts: readonly string[]): Table {
  const table = new Map<string, Known>();
  const lines = texts.flatMap((text) => text.split("\n")).filter((line) => /^\d /.test(line));
  for (const line of lines) {
    const [spelled = "", relatives = ""] = line.slice(2).split("|");
    const commonness = Number(line.charAt(0));
    const family = families++;
    const words = spelled.split(" ").filter((word) => word !== "");
    const head = keyOf(words[0] ?? "");
    for (const key of new Set(words.map(keyOf))) {
      const held = table.get(key);
      if (held === undefined) table.set(key, { family, head, commonness, near: [] });
      // A spelling of two names is one of the first, and near to the second.
      else
        table.set(
          key,
          held.family === -1
            ? { family, head, commonness, near: held.near }
            : { ...held, near: [...held.near, family] },
        );
    }
    for (const key of new Set(
      relatives
        .split(" ")
        .filter((word) => word !== "")
        .map(keyOf),
    )) {
      const held = table.get(key) ?? { family: -1, head: key, commonness: Math.min(commonness, 1), near: [] };
      table.set(key, { ...held, near: [...held.near, family] });
    }
  }
  return table;
}

const wordSet = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text
      .split("\n")
      .map((line) =>
        line
          .split(" ")
          .filter((word) => word !== "")
          .map(keyOf),
      )
      .flatMap((keys) => keys.map((key) => [key, keys[0] ?? key] as const)),
  );

export const personNames: Table = readTable(MUSLIM_NAMES, EUROPEAN_NAMES);
export const organisationWords: Table = readTable(ORGANISATION_WORDS);
/** Word → the first spelling of its line. */
export const titles = wordSet(TITLES);
export const particles = new Set(
  PARTICLES.split(/\s+/)
    .filter((word) => word !== "")
    .map(keyOf),
);
export const legalForms = new Set(
  LEGAL_FORMS.split(/\s+/)
    .filter((word) => word !== "")
    .map(keyOf),
);
