import { looksLikeOrganisation, parseName } from "./parse.ts";
import { type NameType, textKeys } from "./read-words.ts";

export interface MentionedName {
  readonly name: string;
  readonly type: NameType;
  readonly subject: number;
  readonly weak: boolean;
}

/** A listed name in a text. `start` and `end` count UTF-16 units, `end` behind the last. */
export interface Mention {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Places of the names in what was given. */
  readonly names: readonly number[];
  readonly confidence: number;
  readonly reason: string;
}

interface Node {
  readonly next: Map<string, Node>;
  names: number[] | null;
}

const WORD = /[\p{L}\p{M}\p{N}]+(?:['’ʼʻ‘][\p{L}\p{M}\p{N}]+)*/gu;
/** Words of one name beyond these do not take part; a walk is never longer. */
const MAX_DEPTH = 12;
const isAcronym = (word: string): boolean => word.length <= 6 && /^[\p{Lu}\p{N}]{2,6}$/u.test(word);

/**
 * Finds listed names and aliases in running text, by whole words in any script, spelling families folded. One trie over all
 * names, one walk a word: time grows with the text, not with the list.
 */
export class MentionFinder {
  readonly #names: readonly MentionedName[];
  readonly #root: Node = { next: new Map(), names: null };
  readonly #keys = new Map<string, readonly string[]>();
  /** How much each name tells, by its words. */
  readonly #weights: Float32Array;

  constructor(names: readonly MentionedName[]) {
    this.#names = names;
    this.#weights = new Float32Array(names.length);
    for (const [at, { name, type }] of names.entries()) {
      const keys = [...name.matchAll(WORD)].flatMap(([word]) => this.#keysOf(word)).slice(0, MAX_DEPTH);
      this.#weights[at] = parseName(name, type).tokens.reduce((sum, token) => sum + token.weight, 0);
      if (keys.length > 0) this.#add(keys, at);
      const comma = type === "person" ? name.indexOf(",") : -1;
      if (comma > 0) {
        const turned = `${name.slice(comma + 1)} ${name.slice(0, comma)}`;
        this.#add([...turned.matchAll(WORD)].flatMap(([word]) => this.#keysOf(word)).slice(0, MAX_DEPTH), at);
      }
    }
  }

  #keysOf(word: string): readonly string[] {
    const held = this.#keys.get(word);
    if (held !== undefined) return held;
    const keys = textKeys(word);
    if (this.#keys.size < 200_000) this.#keys.set(word, keys);
    return keys;
  }

  #add(keys: readonly string[], at: number): void {
    let node = this.#root;
    for (const key of keys) {
      let next = node.next.get(key);
      if (next === undefined) {
        next = { next: new Map(), names: null };
        node.next.set(key, next);
      }
      node = next;
    }
    node.names ??= [];
    if (!node.names.includes(at)) node.names.push(at);
  }

  /** In the order of the text; a mention inside a longer one is not told. */
  find(text: string): readonly Mention[] {
    const words = [...text.matchAll(WORD)].map((found) => ({
      start: found.index,
      end: found.index + found[0].length,
      word: found[0],
      keys: this.#keysOf(found[0]),
    }));
    const raw: { start: number; end: number; names: readonly number[]; words: number }[] = [];
    for (let at = 0; at < words.length; at++) {
      if ((words[at]?.keys.length ?? 0) === 0) continue;
      const found = this.#walk(words, at);
      if (found !== null) {
        raw.push(found);
        at = Math.max(at, found.last);
      }
    }
    return this.#judge(text, raw);
  }

  /** The longest name that begins here. */
  #walk(words: readonly { start: number; end: number; keys: readonly string[] }[], from: number) {
    let node = this.#root;
    let best: { start: number; end: number; names: readonly number[]; words: number; last: number } | null = null;
    let count = 0;
    for (let at = from; at < words.length && at < from + 2 * MAX_DEPTH; at++) {
      const word = words[at];
      if (word === undefined) break;
      for (const key of word.keys) {
        const next = node.next.get(key);
        if (next === undefined) return best;
        node = next;
      }
      if (word.keys.length > 0) count++;
      if (node.names !== null)
        best = { start: words[from]?.start ?? 0, end: word.end, names: node.names, words: count, last: at };
    }
    return best;
  }

  #judge(
    text: string,
    raw: readonly { start: number; end: number; names: readonly number[]; words: number }[],
  ): readonly Mention[] {
    // Subjects that are named in full somewhere: they give their short names context.
    const full = new Set(
      raw.filter((one) => one.words > 1).flatMap((one) => one.names.map((at) => this.#names[at]?.subject)),
    );
    return raw.flatMap(({ start, end, names, words }): Mention[] => {
      const shown = text.slice(start, end);
      const told = names.filter((at) => words > 1 || this.#mayStand(at, shown));
      if (told.length === 0) return [];
      const context = told.some((at) => full.has(this.#names[at]?.subject));
      const weight = Math.max(...told.map((at) => this.#weights[at] ?? 0));
      const weak = told.every((at) => this.#names[at]?.weak === true);
      const [confidence, reason] = verdict(shown, words, weight, context, weak);
      return [{ start, end, text: shown, names: told, confidence: Math.round(confidence * 100) / 100, reason }];
    });
  }

  /** A single word is a mention only when it is written as the list writes it: an acronym in capitals, a name with one. */
  #mayStand(at: number, shown: string): boolean {
    const listed = this.#names[at]?.name ?? "";
    if (isAcronym(listed)) return shown === listed;
    if (shown.length < 4) return false;
    const cased = shown.toLowerCase() !== shown.toUpperCase();
    return !cased || shown.charAt(0) !== shown.charAt(0).toLowerCase();
  }
}

function verdict(
  shown: string,
  words: number,
  weight: number,
  context: boolean,
  weak: boolean,
): readonly [number, string] {
  const less = weak ? 0.9 : 1;
  if (words > 1) {
    const confidence = (0.97 - 0.35 * Math.exp(-weight / 0.7)) * less;
    return [confidence, weight < 1 ? "the whole name, of common words" : "the whole name"];
  }
  if (isAcronym(shown)) {
    return context
      ? [0.85 * less, "a short form, and the text gives the full name"]
      : [0.3 * less, "a short form alone: the text gives no full name"];
  }
  if (context) return [0.8 * less, "a single word, and the text gives a longer name of the same"];
  return weight >= 0.9 && !looksLikeOrganisation(shown)
    ? [0.55 * less, "a single word"]
    : [0.25 * less, "a single, common word"];
}
