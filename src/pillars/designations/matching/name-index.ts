import { HashTable, hash, PairList } from "./hash-table.ts";
import { type ParsedName, parseName, type Token } from "./parse.ts";
import { type NameType } from "./read-words.ts";
import { skeleton } from "./phonemes.ts";
import { countedShare, type NameScore, scoreNames } from "./score.ts";
import { knownApart, type Met, meet } from "./similarity.ts";

export interface IndexedName {
  readonly name: string;
  readonly type: NameType;
  /** What the caller knows it by; names of one subject share it. */
  readonly subject: number;
}

export interface Hit {
  /** Place of the name in what was given to `build`. */
  readonly at: number;
  readonly subject: number;
  readonly result: NameScore;
  readonly query: ParsedName;
  readonly found: ParsedName;
}

export interface FindOptions {
  /** Lowest score that is told. */
  readonly minimum: number;
  /** At most so many subjects. */
  readonly limit: number;
}

/** Names that a query's words reach are scored in full, the most promising first, at most so many. */
const FULL_SCORES = 40;
/** Beyond so many names reached, a common word no longer opens new ones; it still counts for those already reached. */
const OPEN_LIMIT = 1500;
/** Words of a query that are looked up; the rarest of them lead. */
const QUERY_WORDS = 16;
const CACHE = 20_000;
/** Words less alike do not lead from one to the other; beside others that do, they still count. */
const MIN_LEAD = 0.7;

type Table = "person" | "word";
const tableOf = (type: NameType): Table => (type === "person" ? "person" : "word");

/**
 * An index of names in typed arrays. Every distinct word stands once, with its sounds and what the tables know of it;
 * words are reached by their family, their consonant skeleton and the skeleton with one letter left out, names by their words.
 * Built once, then only read.
 */
export class NameIndex {
  readonly size: number;
  readonly #types: Uint8Array;
  readonly #subjects: Int32Array;
  readonly #raw: readonly string[];
  readonly #starts: Int32Array;
  readonly #words: Int32Array;
  readonly #sideStarts: Int32Array;
  readonly #sides: Int32Array;
  readonly #weights: Float32Array;
  readonly #vocabulary: readonly Token[];
  readonly #postStarts: Int32Array;
  readonly #posts: Int32Array;
  readonly #keys: HashTable;
  readonly #joined: HashTable;
  readonly #gain: Float32Array;
  readonly #stamp: Int32Array;
  readonly #best: Float32Array;
  readonly #bestTurn: Int32Array;
  #turn = 0;
  #wordTurn = 0;
  readonly #near = new Map<string, Asked>();

  constructor(names: Iterable<IndexedName>) {
    const built = build(names);
    this.size = built.raw.length;
    this.#raw = built.raw;
    this.#types = Uint8Array.from(built.types);
    this.#subjects = Int32Array.from(built.subjects);
    this.#starts = Int32Array.from(built.starts);
    this.#words = Int32Array.from(built.words);
    this.#sideStarts = Int32Array.from(built.sideStarts);
    this.#sides = Int32Array.from(built.sides);
    this.#weights = Float32Array.from(built.weights);
    this.#vocabulary = built.vocabulary;
    [this.#postStarts, this.#posts] = postings(this.#starts, this.#words, built.vocabulary.length);
    this.#keys = new HashTable(built.keys);
    this.#joined = new HashTable(built.joined);
    this.#gain = new Float32Array(this.size);
    this.#best = new Float32Array(this.size);
    this.#stamp = new Int32Array(this.size);
    this.#bestTurn = new Int32Array(this.size);
  }

  nameAt(at: number): string {
    return this.#raw[at] ?? "";
  }

  subjectAt(at: number): number {
    return this.#subjects[at] ?? -1;
  }

  /** The names that a query may mean, one a subject, best first. `types`: which of the listed names are looked at. */
  find(raw: string, types: readonly NameType[], options: FindOptions): readonly Hit[] {
    const best = new Map<number, Hit>();
    const tables = [...new Set(types.map(tableOf))];
    for (const table of tables) {
      const query = parseName(raw, table === "person" ? "person" : "organization");
      const wanted = types.filter((type) => tableOf(type) === table).map((type) => TYPES.indexOf(type));
      for (const hit of this.#findIn(query, table, wanted, options)) {
        const held = best.get(hit.subject);
        if (held === undefined || held.result.score < hit.result.score) best.set(hit.subject, hit);
      }
    }
    return [...best.values()]
      .toSorted((x, y) => y.result.score - x.result.score || x.at - y.at)
      .slice(0, options.limit);
  }

  *#findIn(query: ParsedName, table: Table, types: readonly number[], { minimum }: FindOptions): Generator<Hit> {
    if (query.tokens.length === 0) return;
    const words = query.tokens.map((token) => ({ token, asked: this.#nearOf(token, table) }));
    const reached = this.#reach(query, words, table, types, minimum);
    const meeting = (left: Token, right: Token): Met => {
      const asked = words.find(({ token }) => token === left)?.asked;
      const held = asked?.met.get(right);
      if (held !== undefined) return held;
      const met = meet(left, right);
      asked?.met.set(right, met);
      return met;
    };
    let low = minimum;
    const scores: number[] = [];
    for (const { at, bound } of reached) {
      // What is reached later is less promising; its bound says how high it can still come.
      if (bound < low) break;
      const type = TYPES[this.#types[at] ?? 0] ?? "person";
      const found = this.#nameOf(at, type);
      const result = scoreNames(type === query.type ? query : { ...query, type }, found, meeting);
      if (result.score >= minimum) {
        scores.push(result.score);
        yield { at, subject: this.#subjects[at] ?? -1, result, query, found };
      }
      if (scores.length >= 24) low = Math.max(low, scores.toSorted((x, y) => y - x)[23] ?? 0);
    }
  }

  #nameOf(at: number, type: NameType): ParsedName {
    const pick = (places: Int32Array, starts: Int32Array): Token[] => {
      const out: Token[] = [];
      for (let n = starts[at] as number; n < (starts[at + 1] as number); n++)
        out.push(this.#vocabulary[places[n] as number] as Token);
      return out;
    };
    const raw = this.#raw[at] ?? "";
    const tokens = pick(this.#words, this.#starts);
    let plain: string | null = null;
    let scripts: ParsedName["scripts"] | null = null;
    const whole = (): ParsedName => parseName(raw, type);
    return {
      raw,
      type,
      tokens,
      side: pick(this.#sides, this.#sideStarts),
      mixed: false,
      cut: false,
      get plain() {
        plain ??= whole().plain;
        return plain;
      },
      get scripts() {
        scripts ??= ASCII.test(raw) ? LATIN : whole().scripts;
        return scripts;
      },
    };
  }

  /** Listed words that a query's word may mean, with how they meet. */
  #nearOf(token: Token, table: Table): Asked {
    const cacheKey = `${table}${token.kind}${token.compound}${token.abjad ? "~" : ""}${token.feminine ? "f" : ""} ${token.shown} ${token.text}`;
    const held = this.#near.get(cacheKey);
    if (held !== undefined) return held;
    const met = new Map<Token, Met>();
    const near: Near[] = [];
    const seen = new Set<number>();
    for (const key of keysOf(token, table, true)) {
      this.#keys.each(key, (word) => {
        if (seen.has(word)) return;
        seen.add(word);
        const other = this.#vocabulary[word] as Token;
        if (knownApart(token, other)) return;
        const found = meet(token, other);
        met.set(other, found);
        if (found.similarity >= MIN_LEAD) near.push({ word, token: other, met: found });
      });
    }
    if (this.#near.size >= CACHE) this.#near.clear();
    const asked = { near, met };
    this.#near.set(cacheKey, asked);
    return asked;
  }

  /** Names by what their words share with the query's, the most promising first. */
  #reach(
    query: ParsedName,
    words: readonly { readonly token: Token; readonly asked: Asked }[],
    table: Table,
    types: readonly number[],
    minimum: number,
  ): readonly { readonly at: number; readonly bound: number }[] {
    const turn = ++this.#turn;
    const total = query.tokens.reduce((sum, token) => sum + token.weight, 0);
    const lead = words
      .map(({ token, asked: { near } }) => ({
        token,
        near,
        cost: near.reduce((sum, { word: id }) => sum + this.#count(id), 0),
      }))
      .toSorted((x, y) => x.cost - y.cost)
      .slice(0, QUERY_WORDS);
    const reached: number[] = [];
    let left = total;
    for (const { token, near, cost } of lead) {
      // Names that share none of the words so far can no longer come near with what is left.
      const opens = reached.length === 0 || (left >= total * 0.3 && reached.length + cost <= OPEN_LIMIT);
      left -= token.weight;
      if (!opens && cost > reached.length * 4) this.#spreadBack(token, near, reached);
      else this.#spread(token, near, turn, opens, reached);
    }
    this.#reachJoined(query, table, turn, reached);
    const wanted = [types.includes(0), types.includes(1), types.includes(2)];
    const found: { at: number; bound: number }[] = [];
    for (const at of reached) {
      if (wanted[this.#types[at] as number] !== true) continue;
      const gain = (this.#gain[at] as number) + 0.05;
      const [here, there] = [Math.max(0, total - gain), Math.max(0, (this.#weights[at] as number) - gain)];
      // Milder than the score itself, which may still find that words without a common key meet a little.
      const bound = gain / (gain + Math.min(here, there) + 0.18 * Math.abs(here - there));
      if (bound >= minimum) found.push({ at, bound });
    }
    found.sort((x, y) => y.bound - x.bound);
    return found.slice(0, FULL_SCORES);
  }

  #count(word: number): number {
    return (this.#postStarts[word + 1] as number) - (this.#postStarts[word] as number);
  }

  /** Gives each name what this word of the query finds in it: once a word, by the best that meets it. */
  #spread(token: Token, near: readonly Near[], turn: number, opens: boolean, reached: number[]): void {
    const [stamp, gain, best, bestTurn] = [this.#stamp, this.#gain, this.#best, this.#bestTurn];
    const word = ++this.#wordTurn;
    for (const { word: id, token: other, met } of near) {
      const share = countedShare(met.similarity) * 0.5 * (token.weight + other.weight);
      const end = this.#postStarts[id + 1] as number;
      for (let n = this.#postStarts[id] as number; n < end; n++) {
        const at = this.#posts[n] as number;
        if (stamp[at] !== turn) {
          if (!opens) continue;
          stamp[at] = turn;
          gain[at] = 0;
          reached.push(at);
        }
        const held = bestTurn[at] === word ? (best[at] as number) : 0;
        if (share > held) {
          gain[at] = (gain[at] as number) + share - held;
          best[at] = share;
          bestTurn[at] = word;
        }
      }
    }
  }

  /** The same for names that are reached already, by their own words: shorter than walking all names of a common word. */
  #spreadBack(token: Token, near: readonly Near[], reached: readonly number[]): void {
    const shares = new Map(
      near.map(({ word, token: other, met }) => [
        word,
        countedShare(met.similarity) * 0.5 * (token.weight + other.weight),
      ]),
    );
    for (const at of reached) {
      let best = 0;
      const end = this.#starts[at + 1] as number;
      for (let n = this.#starts[at] as number; n < end; n++)
        best = Math.max(best, shares.get(this.#words[n] as number) ?? 0);
      this.#gain[at] = (this.#gain[at] as number) + best;
    }
  }

  /** Words written together here and apart there, and acronyms. */
  #reachJoined(query: ParsedName, table: Table, turn: number, reached: number[]): void {
    const give = (at: number, share: number): void => {
      if (this.#stamp[at] !== turn) {
        this.#stamp[at] = turn;
        this.#gain[at] = 0;
        reached.push(at);
      }
      this.#gain[at] = (this.#gain[at] as number) + share;
    };
    for (const [n, token] of query.tokens.entries()) {
      if (token.skeleton.length >= 3)
        this.#joined.each(hash(`${table}+${token.skeleton}`), (at) => give(at, token.weight));
      const next = query.tokens[n + 1];
      if (next === undefined) continue;
      const both = joinedSkeleton(token, next);
      if (both.length < 3) continue;
      this.#keys.each(hash(`${table}=${both}`), (word) => {
        const other = this.#vocabulary[word] as Token;
        if (this.#count(word) > OPEN_LIMIT) return;
        for (let p = this.#postStarts[word] as number; p < (this.#postStarts[word + 1] as number); p++)
          give(this.#posts[p] as number, other.weight);
      });
    }
    if (table !== "word") return;
    if (query.tokens.length === 1)
      this.#joined.each(hash(`acronym ${query.tokens[0]?.text ?? ""}`), (at) => give(at, query.tokens[0]?.weight ?? 1));
  }
}

/** A query's word: the listed words that it may mean, and every comparison made so far. */
interface Asked {
  readonly near: readonly Near[];
  readonly met: Map<Token, Met>;
}

interface Near {
  readonly word: number;
  readonly token: Token;
  readonly met: Met;
}

const ASCII = /^[\x20-\x7e]*$/;
const LATIN: ParsedName["scripts"] = ["latin"];

const TYPES: readonly NameType[] = ["person", "organization", "vessel"];

const joinedSkeleton = (a: Token, b: Token): string => {
  const sounds = new Uint8Array(a.sounds.length + b.sounds.length);
  sounds.set(a.sounds);
  sounds.set(b.sounds, a.sounds.length);
  return skeleton(sounds.subarray(0, 28));
};

/** What a word is reached by. A query also looks where its relatives stand. */
function keysOf(token: Token, table: Table, asking: boolean): number[] {
  const keys: number[] = [];
  if (token.kind === "initial" && asking) return keys;
  if (token.kind === "number") return [hash(`${table}#${token.text}`)];
  if (token.known !== null) {
    if (token.known.family >= 0) keys.push(hash(`${table}f${token.known.family}`));
    for (const family of token.known.near) keys.push(hash(`${table}f${family}`));
  }
  for (const one of new Set([token.skeleton, token.second === null ? token.skeleton : skeleton(token.second)])) {
    keys.push(hash(`${table}=${one}`));
    // With one letter left out on both sides, two skeletons that differ in one letter meet.
    if (one.length >= 4) {
      for (let n = 0; n < one.length; n++) keys.push(hash(`${table}=${one.slice(0, n)}${one.slice(n + 1)}`));
    } else if (one.length === 2 && !one.startsWith("_")) keys.push(hash(`${table}=_${one}`));
  }
  return keys;
}

interface Built {
  readonly raw: string[];
  readonly types: number[];
  readonly subjects: number[];
  readonly starts: number[];
  readonly words: number[];
  readonly sideStarts: number[];
  readonly sides: number[];
  readonly weights: number[];
  readonly vocabulary: Token[];
  readonly keys: PairList;
  readonly joined: PairList;
}

function build(names: Iterable<IndexedName>): Built {
  const built: Built = {
    raw: [],
    types: [],
    subjects: [],
    starts: [0],
    words: [],
    sideStarts: [0],
    sides: [],
    weights: [],
    vocabulary: [],
    keys: new PairList(),
    joined: new PairList(),
  };
  const places = new Map<string, number>();
  const place = (token: Token, table: Table): number => {
    const key = `${table}${token.kind}${token.compound}${token.abjad ? "~" : ""}${token.feminine ? "f" : ""}${token.weight} ${token.text} ${token.shown}`;
    const held = places.get(key);
    if (held !== undefined) return held;
    const word = built.vocabulary.push(token) - 1;
    places.set(key, word);
    for (const one of new Set(keysOf(token, table, false))) built.keys.push(one, word);
    return word;
  };
  for (const { name, type, subject } of names) {
    const at = built.raw.push(name) - 1;
    const parsed = parseName(name, type);
    const table = tableOf(type);
    built.types.push(TYPES.indexOf(type));
    built.subjects.push(subject);
    const distinct = parsed.tokens.map((token) => place(token, table));
    built.words.push(...distinct);
    built.starts.push(built.words.length);
    built.sides.push(...parsed.side.map((token) => place(token, table)));
    built.sideStarts.push(built.sides.length);
    built.weights.push(parsed.tokens.reduce((sum, token) => sum + token.weight, 0));
    for (let n = 0; n + 1 < parsed.tokens.length; n++) {
      const both = joinedSkeleton(parsed.tokens[n] as Token, parsed.tokens[n + 1] as Token);
      if (both.length >= 3) built.joined.push(hash(`${table}+${both}`), at);
    }
    if (table === "word") for (const letters of acronyms(parsed)) built.joined.push(hash(`acronym ${letters}`), at);
  }
  return built;
}

function acronyms(parsed: ParsedName): ReadonlySet<string> {
  const words = parsed.plain.split(" ");
  if (words.length < 3 || words.length > 8) return new Set();
  const letters = (list: readonly string[]): string => list.map((word) => word.charAt(0)).join("");
  return new Set([letters(words), letters(words.filter((word) => !/^(?:of|the|and|for|in|al|e|i|de)$/.test(word)))]);
}

function postings(starts: Int32Array, words: Int32Array, vocabulary: number): readonly [Int32Array, Int32Array] {
  const counts = new Int32Array(vocabulary + 1);
  for (const word of words) counts[word + 1] = (counts[word + 1] as number) + 1;
  for (let word = 0; word < vocabulary; word++)
    counts[word + 1] = (counts[word + 1] as number) + (counts[word] as number);
  const next = counts.slice();
  const posts = new Int32Array(words.length);
  for (let at = 0; at + 1 < starts.length; at++) {
    for (let n = starts[at] as number; n < (starts[at + 1] as number); n++) {
      const word = words[n] as number;
      posts[next[word] as number] = at;
      next[word] = (next[word] as number) + 1;
    }
  }
  return [counts, posts];
}
