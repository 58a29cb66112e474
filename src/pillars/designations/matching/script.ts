import anyAscii from "any-ascii";

/** The script of a word; `other` is any that has no table here and goes through any-ascii. */
export type Script = "latin" | "cyrillic" | "arabic" | "hebrew" | "indic" | "greek" | "han" | "other";

/** Scripts that write few or no vowels: their romanisation is a consonant skeleton. */
export const isAbjad = (script: Script): boolean => script === "arabic" || script === "hebrew" || script === "indic";

/** Letters of Cyrillic and Greek that look like a Latin one, lower case. */
const LOOKS_LATIN = new Map(
  Object.entries({
    а: "a",
    е: "e",
    о: "o",
    р: "p",
    с: "c",
    х: "x",
    у: "y",
    і: "i",
    ј: "j",
    ѕ: "s",
    һ: "h",
    к: "k",
    м: "m",
    н: "h",
    т: "t",
    в: "b",
    ԁ: "d",
    ԛ: "q",
    ԝ: "w",
    ё: "e",
    ӏ: "l",
    г: "r",
    ο: "o",
    α: "a",
    ρ: "p",
    ν: "v",
    τ: "t",
    ι: "i",
    κ: "k",
    χ: "x",
    υ: "u",
    ε: "e",
    η: "n",
    β: "b",
    μ: "m",
    γ: "y",
    ϲ: "c",
    ϳ: "j",
    σ: "o",
  }),
);
const LOOKS_CYRILLIC = new Map([...LOOKS_LATIN].filter(([from]) => /[а-ӏ]/.test(from)).map(([from, to]) => [to, from]));

const CYRILLIC: Readonly<Record<string, string>> = {
  а: "a",
  б: "b",
  в: "v",
  г: "g",
  д: "d",
  е: "e",
  ё: "yo",
  ж: "zh",
  з: "z",
  и: "i",
  й: "y",
  к: "k",
  л: "l",
  м: "m",
  н: "n",
  о: "o",
  п: "p",
  р: "r",
  с: "s",
  т: "t",
  у: "u",
  ф: "f",
  х: "kh",
  ц: "ts",
  ч: "ch",
  ш: "sh",
  щ: "shch",
  ъ: "",
  ы: "y",
  ь: "",
  э: "e",
  ю: "yu",
  я: "ya",
  є: "ye",
  і: "i",
  ї: "yi",
  ґ: "g",
  ә: "a",
  ғ: "gh",
  қ: "q",
  ң: "ng",
  ө: "o",
  ұ: "u",
  ү: "u",
  һ: "h",
  ў: "o",
  ҳ: "h",
  ҷ: "j",
  ӣ: "i",
  ӯ: "u",
  ҹ: "j",
  ҝ: "g",
  ј: "y",
  љ: "lj",
  њ: "nj",
  ћ: "c",
  ђ: "dj",
  џ: "dz",
  ѓ: "g",
  ќ: "k",
  ѕ: "dz",
  ӏ: "",
  ҡ: "k",
  ҙ: "z",
  ҫ: "s",
  ӑ: "a",
  ӗ: "e",
  җ: "j",
};

/** Arabic, Persian, Urdu, Pashto and Kurdish letters after folding. Capitals are letters whose vowel is open: see `phonemes`. */
const ARABIC: Readonly<Record<string, string>> = {
  ا: "A",
  ب: "b",
  پ: "p",
  ت: "t",
  ٹ: "t",
  ث: "th",
  ج: "j",
  چ: "ch",
  ح: "h",
  خ: "kh",
  د: "d",
  ڈ: "d",
  ذ: "dh",
  ر: "r",
  ڑ: "r",
  ز: "z",
  ژ: "zh",
  س: "s",
  ش: "sh",
  ص: "s",
  ض: "dh",
  ط: "t",
  ظ: "dh",
  ع: "A",
  غ: "gh",
  ف: "f",
  ڤ: "v",
  ق: "q",
  ک: "k",
  گ: "g",
  ل: "l",
  م: "m",
  ن: "n",
  ں: "n",
  و: "W",
  ه: "h",
  ھ: "h",
  ی: "Y",
  ے: "Y",
  ئ: "Y",
  ؤ: "W",
  ء: "",
  ة: "",
  ټ: "t",
  ځ: "z",
  څ: "ts",
  ډ: "d",
  ړ: "r",
  ږ: "g",
  ښ: "sh",
  ڼ: "n",
  ې: "Y",
  ۍ: "Y",
  ۇ: "W",
  ۆ: "W",
  ێ: "Y",
  ە: "A",
  ڭ: "ng",
  ڕ: "r",
  ڵ: "l",
  ۋ: "v",
};
/** What a reader of Latin letters is shown. */
const shownArabic = (letters: string): string =>
  letters
    .replace(/^W(?=[aeiouAWY])/, "w")
    .replace(/A/g, "a")
    .replace(/W/g, "u")
    .replace(/Y/g, "i");

/** Latin letters whose sound differs from the bare letter. The bare letter stays the text; this is a second hearing. */
const LATIN_SOUND: Readonly<Record<string, string>> = {
  š: "sh",
  ş: "sh",
  ș: "s",
  č: "ch",
  ç: "ch",
  ć: "ch",
  ž: "zh",
  ź: "z",
  ż: "zh",
  ğ: "gh",
  ñ: "ny",
  ö: "oe",
  ü: "ue",
  ä: "ae",
  å: "o",
  ł: "l",
  đ: "d",
  ø: "o",
  ř: "rz",
  ś: "sh",
  ń: "n",
  ǧ: "j",
  ḫ: "kh",
  ẖ: "kh",
  ġ: "gh",
  ṯ: "th",
  ḏ: "dh",
};
const LATIN_BARE: Readonly<Record<string, string>> = {
  ß: "ss",
  ø: "o",
  ł: "l",
  đ: "d",
  ð: "d",
  þ: "th",
  æ: "ae",
  œ: "oe",
  ı: "i",
  ə: "a",
  ŋ: "ng",
  ƒ: "f",
  ħ: "h",
  ɛ: "e",
};

export function scriptOf(word: string): { readonly script: Script; readonly mixed: boolean } {
  let [latin, cyrillic, arabic, other] = [0, 0, 0, 0];
  let greek = 0;
  for (const char of word) {
    const code = char.codePointAt(0) ?? 0;
    if ((code >= 0x61 && code <= 0x7a) || (code >= 0xc0 && code <= 0x24f) || (code >= 0x1e00 && code <= 0x1eff))
      latin++;
    else if (code >= 0x400 && code <= 0x52f) cyrillic++;
    else if (code >= 0x370 && code <= 0x3ff) greek++;
    else if ((code >= 0x600 && code <= 0x6ff) || (code >= 0x750 && code <= 0x77f)) arabic++;
    else if (code > 0x24f) other++;
  }
  const mixed = [latin, cyrillic, greek, arabic].filter((count) => count > 0).length > 1;
  if (arabic > 0) return { script: "arabic", mixed };
  if (cyrillic > latin || (cyrillic > 0 && latin === 0)) return { script: "cyrillic", mixed };
  if (greek > latin) return { script: "greek", mixed };
  if (latin > 0 || other === 0) return { script: "latin", mixed };
  const first = word.codePointAt(0) ?? 0;
  if (first >= 0x590 && first <= 0x5ff) return { script: "hebrew", mixed };
  if (first >= 0x900 && first <= 0xdff) return { script: "indic", mixed };
  if ((first >= 0x3400 && first <= 0x9fff) || (first >= 0xac00 && first <= 0xd7a3)) return { script: "han", mixed };
  return { script: "other", mixed };
}

/**
 * A word in which scripts are mixed, in one script again: look-alike letters of the others are read as what they look
 * like. A word of one script is left alone.
 */
export function unmix(word: string): string {
  const { script, mixed } = scriptOf(word);
  if (!mixed || script === "arabic") return word;
  const latin = Array.from(word, (char) => LOOKS_LATIN.get(char) ?? char).join("");
  if (!scriptOf(latin).mixed) return latin;
  const cyrillic = Array.from(word, (char) => LOOKS_CYRILLIC.get(char) ?? char).join("");
  return scriptOf(cyrillic).mixed ? latin : cyrillic;
}

/** Arabic letters in one form: hamza carriers, Persian and Urdu shapes; vowel signs and tatweel gone. */
export function foldArabic(word: string): string {
  return word
    .replace(/[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]/g, "")
    .replace(/[أإآٱ]/g, "ا")
    .replace(/[يىۑ]/g, "ی")
    .replace(/ك/g, "ک")
    .replace(/[هہۀۂۃ]/g, "ه");
}

export interface Romanised {
  /** Plain Latin letters, lower case. */
  readonly text: string;
  /** What is compared by sound; differs from the text where a script or an accent says more. */
  readonly sound: string;
}

export function romanise(word: string, script: Script): Romanised {
  if (script === "latin") return romaniseLatin(word);
  if (script === "cyrillic") {
    let out = "";
    for (const char of word) out += CYRILLIC[char] ?? anyAscii(char).toLowerCase();
    return plain(out);
  }
  if (script === "arabic") {
    let out = "";
    for (const char of foldArabic(word))
      out +=
        ARABIC[char] ??
        anyAscii(char)
          .toLowerCase()
          .replace(/[^a-z0-9]/g, "");
    const ended = word.endsWith("ة") ? out.replace(/h$/, "A") : out;
    return { text: shownArabic(ended), sound: ended };
  }
  return plain(anyAscii(word).toLowerCase());
}

const plain = (text: string): Romanised => {
  const letters = text.replace(/[^a-z0-9]/g, "");
  return { text: letters, sound: letters };
};

function romaniseLatin(word: string): Romanised {
  if (/^[a-z0-9]*$/.test(word)) return { text: word, sound: word };
  let [text, sound] = ["", ""];
  for (const char of word.normalize("NFC")) {
    if (/[a-z0-9]/.test(char)) {
      text += char;
      sound += char;
      continue;
    }
    const bare =
      LATIN_BARE[char] ??
      (char
        .normalize("NFD")
        .replace(/\p{M}/gu, "")
        .replace(/[^a-z0-9]/g, "") ||
        anyAscii(char)
          .toLowerCase()
          .replace(/[^a-z0-9]/g, ""));
    text += bare;
    sound += LATIN_SOUND[char] ?? bare;
  }
  return { text, sound };
}
