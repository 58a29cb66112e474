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

const wordsOf = (text: string): ReadonlySet<string> =>
  new Set(
    text
      .split(/\s+/)
      .filter((word) => word !== "")
      .map(keyOf),
  );

/** Built when it is first asked, so that a command that compares no names does not wait for it. */
interface Lookup<Value> {
  get(key: string): Value | undefined;
  has(key: string): boolean;
}

function lazyTable(read: () => Table): Lookup<Known> {
  let table: Table | undefined;
  const held = (): Table => (table ??= read());
  return { get: (key) => held().get(key), has: (key) => held().has(key) };
}

function lazySet(text: string): Pick<Lookup<string>, "has"> {
  let set: ReadonlySet<string> | undefined;
  return { has: (key) => (set ??= wordsOf(text)).has(key) };
}

export const personNames = lazyTable(() => readTable(MUSLIM_NAMES, EUROPEAN_NAMES));
export const organisationWords = lazyTable(() => readTable(ORGANISATION_WORDS));
export const titles = lazySet(TITLES);
export const particles = lazySet(PARTICLES);
export const legalForms = lazySet(LEGAL_FORMS);
