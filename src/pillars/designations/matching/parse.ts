import { type Known, keyOf, legalForms, organisationWords, particles, personNames, titles } from "./lexicon.ts";
import { phonemes, skeleton } from "./phonemes.ts";
import { MAX_NAME, type NameType, readWords, type Word } from "./read-words.ts";
import { isAbjad, type Script } from "./script.ts";
import { VESSEL_PREFIXES } from "./tables/organisation-words.ts";
import { GENERATIONS } from "./tables/words.ts";

/** What stands before or behind the part that tells names apart: Abd al-X, Abu X, X-ullah, X ud-Din. */
type Compound = "" | "abd" | "abu" | "umm" | "ullah" | "uddin";

type TokenKind = "name" | "patronymic" | "initial" | "word" | "legal" | "title" | "particle" | "number" | "generation";

export interface Token {
  readonly kind: TokenKind;
  readonly compound: Compound;
  /** As it stood in the name, for people to read. */
  readonly shown: string;
  readonly text: string;
  readonly sounds: Uint8Array;
  /** A second hearing: with the article cut off, or with accents read as sounds. */
  readonly second: Uint8Array | null;
  readonly skeleton: string;
  readonly known: Known | null;
  /** How much the word tells, 0 to 1. */
  readonly weight: number;
  readonly abjad: boolean;
  /** A woman's form of a Slavic surname, read as the man's. */
  readonly feminine: boolean;
}

export interface ParsedName {
  readonly raw: string;
  readonly type: NameType;
  /** Those that carry weight, in order. */
  readonly tokens: readonly Token[];
  /** Titles, legal forms, generations: they speak up only when the rest is equal. */
  readonly side: readonly Token[];
  readonly scripts: readonly Script[];
  readonly mixed: boolean;
  readonly cut: boolean;
  /** The letters of all words in order, for exact agreement. */
  readonly plain: string;
}

const SERVANT =
  /^(?:abd|abdu|abdul|abdel|abdal|abdur|abdus|abdush|abdol|abdoul|abdil|abdoel|abdes|abder|abdon|abdun|abdut|abduz|abdal|cabdul|cabdi|abdar|abdas)$/;
const SERVANT_WORD = /^c?abd(?:ou|oe|u|e|a|i|o)?(?=[a-z]{4})(.+)$/;
const ARTICLE = new Set(
  "al el ul ur ud us uz ush il l ar as az ash ad an at es er ed ez esh ol allah".split(" ").slice(0, -1),
);

/** The name behind Abdul-, Abdur-, Abdel- in one word; `null` when the rest is no name that is known and no article stands there. */
function servantOf(text: string): string | null {
  const rest = SERVANT_WORD.exec(text)?.[1];
  if (rest === undefined || personNames.get(text)?.family === personNames.get("abdullah")?.family) return null;
  for (const cut of [0, 1, 2]) {
    const base = rest.slice(cut);
    if (base.length >= 3 && (personNames.get(base)?.family ?? -1) >= 0) return base;
  }
  if (rest.startsWith("l") && rest.length > 4) return rest.slice(1);
  if (rest.charAt(0) === rest.charAt(1)) return rest.slice(1);
  return rest.length >= 5 ? rest : null;
}

const PATRONYMIC = /(?:ovich|evich|ovych|evych|ovitch|evitch|yovich|avich|avna|ovna|evna|ivna|yevna|ovic|evic)$/;
const FEMININE = /(?:ov|ev|yev|sk|tsk)a(?:ya|ia|ja)?$|[^aeiou][iy]na$/;

const ROMAN = /^(?:i{2,3}|iv|vi{1,3}|ix|xi{0,3}|xiv|xv|xx)$/;
const romanValue = (text: string): string => {
  const values: Readonly<Record<string, number>> = { i: 1, v: 5, x: 10 };
  let sum = 0;
  for (let at = 0; at < text.length; at++) {
    const value = values[text.charAt(at)] ?? 0;
    sum += value < (values[text.charAt(at + 1)] ?? 0) ? -value : value;
  }
  return String(sum);
};

/** How much a word of a name of people tells, by how common it is. */
const PERSON_WEIGHT = [1, 0.85, 0.68, 0.56, 0.45];
const WORD_WEIGHT = [1, 0.9, 0.7, 0.3, 0.12];

interface Draft {
  kind: TokenKind;
  compound?: Compound;
  shown: string;
  text: string;
  sound: string;
  known?: Known | null;
  weight: number;
  abjad: boolean;
  feminine?: boolean;
}

/** An article or "son of" written in one with the name. */
const JOINED_PARTICLE = /^(?:[ae]l|(?:bin|ibn)(?:al)?)(.{4,})$/;

function finish(draft: Draft): Token {
  const sounds = phonemes(draft.sound, draft.abjad);
  const article =
    draft.kind === "name" || draft.kind === "word" ? (JOINED_PARTICLE.exec(draft.text)?.[1] ?? null) : null;
  const bare = draft.sound !== draft.text && !draft.abjad ? draft.text : null;
  // In Turkish and Azeri names c is heard as j.
  const turkish =
    draft.kind === "name" && !draft.abjad && /c(?![hk])/.test(draft.text)
      ? draft.text.replace(/c(?![hk])/g, "j")
      : null;
  const second = bare ?? article ?? turkish;
  return {
    kind: draft.kind,
    compound: draft.compound ?? "",
    shown: draft.shown,
    text: draft.text,
    sounds,
    second: second === null ? null : phonemes(second),
    skeleton: skeleton(sounds),
    known: draft.known ?? null,
    weight: draft.weight,
    abjad: draft.abjad,
    feminine: draft.feminine ?? false,
  };
}

/** Is it the name of an organisation, by its words? A guess for callers that do not say. */
export function looksLikeOrganisation(raw: string): boolean {
  const { list } = readWords(raw.slice(0, MAX_NAME), null);
  return list.some(
    (word, at) =>
      (legalForms.has(word.key) &&
        at > 0 &&
        !particles.has(word.key) &&
        !titles.has(word.key) &&
        word.key.length > 2) ||
      ((organisationWords.get(word.key)?.commonness ?? 0) >= 3 &&
        (organisationWords.get(word.key)?.family ?? -1) >= 0 &&
        word.key.length > 3 &&
        !personNames.has(word.key) &&
        !particles.has(word.key) &&
        !titles.has(word.key)),
  );
}

/**
 * Reads a name into tokens. Never fails: a name in which nothing can be read has no tokens.
 * Text beyond `MAX_NAME` characters and `MAX_WORDS` words is not looked at.
 */
export function parseName(raw: string, type: NameType): ParsedName {
  const bounded = raw.slice(0, MAX_NAME);
  const read = readWords(
    type === "person" ? familyLast(bounded) : type === "vessel" ? shipName(bounded) : bounded,
    type,
  );
  const drafts = type === "person" ? personDrafts(read.list) : wordDrafts(read.list, type);
  const { main, side } = divide(drafts, type);
  return {
    raw,
    type,
    tokens: main.map(finish),
    side: side.map(finish),
    scripts: [...new Set(read.list.map((word) => word.script))],
    mixed: read.mixed,
    cut: read.cut || raw.length > MAX_NAME,
    plain: read.list.map((word) => word.text).join(" "),
  };
}

/** What tells names apart, and what only stands beside it. */
function divide(
  drafts: readonly Draft[],
  type: NameType,
): { readonly main: readonly Draft[]; readonly side: readonly Draft[] } {
  const main = drafts.filter(({ kind }) => !BESIDE.has(kind));
  const titled = drafts.filter(({ kind }) => kind === "title");
  const person = type === "person";
  // A title beside a single name may be the other name: Sayed Ali, Malik Khan.
  if (person && main.length === 1 && titled.length > 0) {
    const named = drafts.filter((draft) => main.includes(draft) || draft.kind === "title");
    return {
      main: named.map((draft) => (draft.kind === "title" ? { ...draft, kind: "name", weight: 0.3 } : draft)),
      side: drafts.filter(({ kind }) => kind === "generation"),
    };
  }
  // A name of nothing but titles, forms and particles is compared by them.
  if (main.length === 0)
    return { main: drafts.map((draft) => ({ ...draft, kind: person ? "name" : "word", weight: 0.3 })), side: [] };
  return { main, side: drafts.filter(({ kind }) => BESIDE.has(kind) && kind !== "particle") };
}

const BESIDE: ReadonlySet<TokenKind> = new Set(["title", "legal", "generation", "particle"]);

const shipName = (raw: string): string => raw.replace(/^\s*([mfs])\/([vts])\b/i, "$1$2");

function familyLast(raw: string): string {
  const parts = raw.split(",");
  if (parts.length !== 2) return raw;
  const [family = "", given = ""] = parts;
  return keyOf(given.trim().toLowerCase()) in GENERATIONS ? raw : `${given.trim()} ${family.trim()}`;
}

function personDrafts(list: readonly Word[]): Draft[] {
  const out: Draft[] = [];
  const draft = (word: Word, kind: TokenKind, weight: number, more: Partial<Draft> = {}): Draft => ({
    kind,
    shown: word.shown,
    text: word.text,
    sound: word.sound,
    abjad: isAbjad(word.script),
    weight,
    ...more,
  });
  for (let at = 0; at < list.length; at++) {
    const word = list[at] as Word;
    const next = list[at + 1];
    const joined = joinCompound(list, at);
    if (joined !== null) {
      out.push(nameDraft(joined.word, joined.compound, joined.shown));
      at = joined.last;
      continue;
    }
    const suffix = suffixCompound(list, at);
    if (suffix !== null) {
      out.push(nameDraft(word, suffix.compound, suffix.shown));
      at = suffix.last;
      continue;
    }
    if (at > 0 && word.key in GENERATIONS && list.length > 1) {
      out.push(draft(word, "generation", 0, { text: GENERATIONS[word.key] ?? word.text }));
    } else if (titles.has(word.key) && list.length > 1) {
      out.push(draft(word, "title", 0.06));
    } else if (particles.has(word.key) && next !== undefined) {
      out.push(draft(word, "particle", 0));
    } else if (/^\d+$/.test(word.text)) {
      out.push(draft(word, "number", 0.5));
    } else if (ARTICLE.has(word.text) && word.hyphen && next !== undefined) {
      out.push(draft(word, "particle", 0));
    } else if (word.text.length === 1 && word.script !== "han") {
      out.push(draft(word, "initial", 0.3));
    } else {
      const named = nameDraft(word, "", word.shown);
      // A father's or grandfather's name inside the chain tells less than the first and the last.
      if (next !== undefined && NASAB.has(list[at - 1]?.key ?? "")) named.weight *= 0.6;
      out.push(named);
    }
  }
  return out;
}

const NASAB: ReadonlySet<string> = new Set([
  "bin",
  "ben",
  "ibn",
  "ibni",
  "ould",
  "wuld",
  "bint",
  "binti",
  "بن",
  "ابن",
  "ولد",
  "s/o",
  "so",
]);

interface Joined {
  readonly word: Word;
  readonly compound: Compound;
  readonly shown: string;
  readonly last: number;
}

const KUNYA: ReadonlyMap<string, Compound> = new Map([
  ...["abu", "abou", "aboo", "abo", "ابو", "abi", "abū"].map((key) => [key, "abu"] as const),
  ...["umm", "oum", "um", "ام"].map((key) => [key, "umm"] as const),
]);

/** Abd al-X and Abu X in several words, or Abd in one with its name. */
function joinCompound(list: readonly Word[], at: number): Joined | null {
  const word = list[at] as Word;
  const servant = SERVANT.test(word.text) || word.key === "عبد";
  const compound = servant ? "abd" : KUNYA.get(word.key);
  if (compound !== undefined) {
    let last = at + 1;
    if (list[last] !== undefined && list[last + 1] !== undefined && ARTICLE.has(list[last]?.text ?? "")) last++;
    if (list[last]?.key === "ال" && list[last + 1] !== undefined) last++;
    const base = list[last];
    if (base === undefined || base.text.length < 2) return null;
    const shown = list
      .slice(at, last + 1)
      .map((part) => part.shown)
      .join(" ");
    if (compound === "abd" && /^(?:allah|ullah|lah|ollah)$/.test(base.text))
      return {
        word: { ...base, text: "abdullah", sound: "abdullah", key: "abdullah", script: "latin" },
        compound: "",
        shown,
        last,
      };
    if (compound === "abu" && /^(?:bakr|bakar|baker|bakir|bekr)$/.test(base.text))
      return {
        word: { ...base, text: "abubakr", sound: "abubakr", key: "abubakr", script: "latin" },
        compound: "",
        shown,
        last,
      };
    return { word: base, compound, shown, last };
  }
  if (word.script !== "arabic") {
    const base = servantOf(word.text);
    if (base !== null)
      return { word: { ...word, text: base, sound: base, key: base }, compound: "abd", shown: word.shown, last: at };
    const kunya = /^ab(?:u|ou)([b-df-hj-np-tv-z][a-z]{2,})$/.exec(word.text)?.[1];
    if (kunya !== undefined && !personNames.has(word.text))
      return { word: { ...word, text: kunya, sound: kunya, key: kunya }, compound: "abu", shown: word.shown, last: at };
  }
  return null;
}

/** X ud-Din and X-ullah, in several words. */
function suffixCompound(list: readonly Word[], at: number): Omit<Joined, "word"> | null {
  const word = list[at] as Word;
  if (word.text.length < 3 || particles.has(word.key) || titles.has(word.key)) return null;
  const [one, two] = [list[at + 1], list[at + 2]];
  const shown = (last: number): string =>
    list
      .slice(at, last + 1)
      .map((part) => part.shown)
      .join(" ");
  if (
    one !== undefined &&
    two !== undefined &&
    ARTICLE.has(one.text === "" ? "al" : one.text) &&
    /^(?:din|deen|dine|dyn)$/.test(two.text)
  )
    return { compound: "uddin", shown: shown(at + 2), last: at + 2 };
  if (one !== undefined && two !== undefined && (one.key === "ال" || ARTICLE.has(one.text)) && two.key === "دین")
    return { compound: "uddin", shown: shown(at + 2), last: at + 2 };
  if (one?.key === "دین" && (one.shown.startsWith("ال") || list[at]?.script === "arabic"))
    return { compound: "uddin", shown: shown(at + 1), last: at + 1 };
  if (one !== undefined && /^(?:uddin|eddin|eddine|aldin|addin|uddeen|iddin|oddin|eldin)$/.test(one.text))
    return { compound: "uddin", shown: shown(at + 1), last: at + 1 };
  if (
    one !== undefined &&
    (/^(?:ullah|ulla|oullah)$/.test(one.text) || one.key === "الله" || one.key === "اللہ" || one.text === "allh")
  )
    return { compound: "ullah", shown: shown(at + 1), last: at + 1 };
  return null;
}

function nameDraft(word: Word, compound: Compound, shown: string): Draft {
  let { text, sound } = word;
  let abjad = isAbjad(word.script);
  let form = compound;
  let known = personNames.get(word.key) ?? null;
  if (form === "" && (known?.family ?? -1) < 0 && !abjad) {
    const din = /^(.{3,}?)(?:u|e|i|a|o)(?:l|d)?d(?:i|ee)ne?$/.exec(text);
    const god = /^(.{3,}?)(?:u|a|o|ou)ll(?:ah|a|o|oh)$/.exec(text);
    const base = din?.[1] ?? god?.[1];
    if (base !== undefined && (personNames.has(base) || base.length >= 3)) {
      form = din !== null ? "uddin" : "ullah";
      [text, sound] = [base, base];
      known = personNames.get(base) ?? null;
    }
  }
  let feminine = false;
  let kind: TokenKind = "name";
  if ((known?.family ?? -1) < 0 && !abjad) {
    if (PATRONYMIC.test(text)) kind = "patronymic";
    else if (FEMININE.test(text) && text.length >= 6) {
      feminine = true;
      text = text.replace(/(sk|tsk)a(?:ya|ia|ja)?$/, "$1i").replace(/((?:o|e)v|[iy]n)a$/, "$1");
      sound = text;
    }
  }
  // A word that the tables know in its own script is heard as its common romanisation.
  if (abjad && known !== null && known.family >= 0) {
    [text, sound] = [known.head, known.head];
    abjad = false;
  }
  const rare = PERSON_WEIGHT[known?.commonness ?? 0] ?? 1;
  const base = kind === "patronymic" ? 0.5 : rare;
  const weight =
    form === "abu" || form === "umm" ? Math.max(0.6, base * 0.9) : form === "" ? base : Math.max(base, 0.7);
  return { kind, compound: form, shown, text, sound, known, weight, abjad, feminine };
}

function wordDrafts(list: readonly Word[], type: NameType): Draft[] {
  return list.map((word, at) => {
    const abjad = isAbjad(word.script);
    const known = organisationWords.get(word.key) ?? null;
    const person = personNames.get(word.key) ?? null;
    const base: Draft = {
      kind: "word",
      shown: word.shown,
      text: word.text,
      sound: word.sound,
      known: known ?? person,
      weight: 1,
      abjad,
    };
    const number = /^(\d+)(?:st|nd|rd|th)?$/.exec(word.text)?.[1];
    if (number !== undefined) return { ...base, kind: "number", text: String(Number(number)), weight: 0.8 };
    if (at > 0 && ROMAN.test(word.text))
      return { ...base, kind: "number", text: romanValue(word.text), sound: romanValue(word.text), weight: 0.8 };
    if (type === "vessel" && at === 0 && list.length > 1 && VESSEL_PREFIXES.includes(word.text))
      return { ...base, kind: "title", weight: 0 };
    if (legalForms.has(word.key) && type === "organization" && list.length > 1)
      return { ...base, kind: "legal", weight: 0.05 };
    if ((particles.has(word.key) || word.text === "") && list.length > 1)
      return { ...base, kind: "particle", weight: 0 };
    const one = known ?? person;
    if (abjad && one !== null && one.family >= 0)
      return {
        ...base,
        text: one.head,
        sound: one.head,
        abjad: false,
        weight: WORD_WEIGHT[known?.commonness ?? 0] ?? 1,
      };
    const short = word.text.length === 1 ? 0.3 : word.text.length === 2 ? 0.6 : 1;
    return {
      ...base,
      weight:
        known === null
          ? short * (person === null ? 1 : (WORD_WEIGHT[Math.min(person.commonness, 2)] ?? 1))
          : (WORD_WEIGHT[known.commonness] ?? 1),
    };
  });
}
