import { keyOf, organisationWords, particles, personNames } from "./lexicon.ts";
import { romanise, type Script, scriptOf, unmix } from "./script.ts";
import { LEGAL_PHRASES } from "./tables/organisation-words.ts";

/** Longest name that is read, in characters; longer text is no name. */
export const MAX_NAME = 1000;
/** Words of a name beyond these are not looked at. */
const MAX_WORDS = 40;

export type NameType = "person" | "organization" | "vessel";

/** One word of a name, in one script. */
export interface Word {
  readonly shown: string;
  readonly script: Script;
  readonly text: string;
  readonly sound: string;
  /** Looked up in the tables. */
  readonly key: string;
  /** The next word was joined to it by a hyphen. */
  readonly hyphen: boolean;
}

const BREAKS = /[\s,;:/\\()[\]{}"“”«»|_+=*!?<>~،؛۔・·]+/u;

/** Words that only long legal forms hold: without one of them they need not be looked for. */
const LEGAL_HINT = /obsh|aktsioner|joint|limited|societe|sociedad|gesellschaft|\.[a-z]?\.?(?:\s|,|$)/;
const ASCII = /^[\x20-\x7e]*$/;

export interface Read {
  readonly list: readonly Word[];
  readonly mixed: boolean;
  readonly cut: boolean;
}

/** Cuts a name into words of one script each. */
export function readWords(raw: string, type: NameType | null): Read {
  const ascii = ASCII.test(raw);
  let text = raw.toLowerCase();
  if (!ascii) {
    text = raw
      .normalize("NFKC")
      .toLowerCase()
      .replace(/[\p{Cf}\p{Cc}]/gu, (char) => (char === "\u200c" || /\s/.test(char) ? " " : ""));
  }
  if (type !== "person" && LEGAL_HINT.test(text)) {
    for (const [pattern, form] of LEGAL_PHRASES)
      text = form === "" ? text.replace(pattern, (all) => all.replace(/[. ]/g, "")) : text.replace(pattern, form);
  }
  const read = { list: [] as Word[], mixed: false, cut: false };
  for (const part of text.split(BREAKS)) {
    if (part === "") continue;
    const pieces = piecesOf(part, type);
    for (let place = 0; place < pieces.length; place++) {
      const piece = pieces[place] as string;
      const bare = ascii ? piece.replace(/[^a-z0-9]/g, "") : piece.replace(/[^\p{L}\p{M}\p{N}]/gu, "");
      if (bare === "") continue;
      if (read.list.length >= MAX_WORDS) {
        read.cut = true;
        return read;
      }
      const hyphen = place < pieces.length - 1;
      if (ascii) {
        const letters = bare.slice(0, 60);
        read.list.push({ shown: bare, script: "latin", text: letters, sound: letters, key: letters, hyphen });
      } else readWord(bare, hyphen, read);
    }
  }
  return read;
}

function piecesOf(part: string, type: NameType | null): readonly string[] {
  if (!/[.\-‐-―−&@#]/.test(part)) return [part];
  // J.K. is two initials of a person, and one acronym of an organisation.
  const dotted = type === "person" && /^(?:\p{L}\.){2,3}$/u.test(part) ? part.replaceAll(".", " ") : part;
  return dotted.replace(/(?<=\p{L})\.(?=\p{L}{2})/gu, " ").split(/[-‐-―−&@#\s]+/u);
}

function readWord(bare: string, hyphen: boolean, read: { readonly list: Word[]; mixed: boolean }): void {
  const found = scriptOf(bare);
  read.mixed ||= found.mixed;
  const letters = found.mixed ? unmix(bare) : bare;
  const script = found.mixed ? scriptOf(letters).script : found.script;
  const parts = script === "arabic" ? splitArabic(letters) : script === "han" ? Array.from(letters) : [letters];
  for (const one of parts) {
    const { text: latin, sound } = romanise(one, script);
    if (latin === "" && sound === "") continue;
    const key = script === "arabic" ? keyOf(one) : latin.slice(0, 60);
    read.list.push({ shown: one, script, text: latin.slice(0, 60), sound: sound.slice(0, 60), key, hyphen });
  }
}

/** One word of a running text, as the tables and the index know it: its keys without the articles and particles in it. */
export function textKeys(word: string): readonly string[] {
  const read = { list: [] as Word[], mixed: false };
  const bare = word
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]/gu, "");
  if (bare !== "") readWord(bare, false, read);
  return read.list
    .filter(({ key }) => !particles.has(key))
    .map(({ key, text }) => {
      const known = personNames.get(key);
      const meaning = organisationWords.get(key);
      if (known !== undefined && known.family >= 0) return `n${known.family}`;
      return meaning !== undefined && meaning.family >= 0 ? `w${meaning.family}` : text;
    });
}

/** ال before a word, and Abd al- and Abu written in one word with the next. */
function splitArabic(word: string): readonly string[] {
  const servant = /^(عبد)(ال)(.{2,})$/.exec(word);
  if (servant !== null && !/^عبدالل[هہ]$/.test(word)) return [servant[1] ?? "", servant[2] ?? "", servant[3] ?? ""];
  const suffix = /^(.{2,})(الدین|الدين|الله|اللہ|دین|دين)$/.exec(word);
  if (suffix !== null && !personNames.has(keyOf(word))) return [suffix[1] ?? "", suffix[2] ?? ""];
  const article = /^(ال)(.{2,})$/.exec(word);
  if (article !== null && word !== "الله" && word !== "اللہ" && !personNames.has(word))
    return [article[1] ?? "", article[2] ?? ""];
  return [word];
}
