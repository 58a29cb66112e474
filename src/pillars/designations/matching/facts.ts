/** The first and last day that a birth may lie on, `YYYY-MM-DD`; `approximate` as the source says it. */
export interface BirthRange {
  readonly from: string;
  readonly to: string;
  readonly approximate?: boolean;
}

const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");

const day = (year: number, month: number, date: number): string =>
  `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(date).padStart(2, "0")}`;
const lastDay = (year: number, month: number): number => new Date(Date.UTC(year, month, 0)).getUTCDate();

const years = (from: number, to: number, approximate = false): BirthRange | null =>
  from > to || from < 1000 || to > 2999
    ? null
    : { from: day(from, 1, 1), to: day(to, 12, 31), ...(approximate ? { approximate } : {}) };

/**
 * Reads a birth date as lists and forms write it: `1962-03-05`, `1962-03`, `1962`, `5 Mar 1962`, `Mar 1962`, `05/03/1962` (day first),
 * `circa 1964`, `1964 to 1966`, `between 1964 and 1966`, `1964-1966`. `null` for anything else and for a day that does not exist.
 */
export function parseBirth(raw: string): BirthRange | null {
  const text = raw
    .trim()
    .toLowerCase()
    .replace(/^(?:dob|born|alt\. dob)[:\s]*/, "")
    .replace(/[.;]$/, "");
  const about = /^(?:circa|c\.?|ca\.?|approximately|approx\.?|about|~)\s*/.exec(text);
  const rest = about === null ? text : text.slice(about[0].length);
  const approximate = about !== null;
  const span = /^(?:between\s+)?(\d{4})\s*(?:-|–|to|and|\/)\s*(\d{4})$/.exec(rest);
  if (span !== null) return years(Number(span[1]), Number(span[2]), approximate);
  const decade = /^(\d{3})0s$/.exec(rest);
  if (decade !== null) return years(Number(`${decade[1]}0`), Number(`${decade[1]}9`), approximate);
  if (/^\d{4}$/.test(rest)) return years(Number(rest), Number(rest), approximate);
  const parts = dayOf(rest);
  if (parts === null) return null;
  const [year, month, date] = parts;
  if (year < 1000 || month < 1 || month > 12 || date > lastDay(year, month)) return null;
  const range =
    date === 0
      ? { from: day(year, month, 1), to: day(year, month, lastDay(year, month)) }
      : { from: day(year, month, date), to: day(year, month, date) };
  return approximate ? { ...range, approximate } : range;
}

function dayOf(text: string): readonly [number, number, number] | null {
  const iso = /^(\d{4})-(\d{1,2})(?:-(\d{1,2}))?$/.exec(text);
  if (iso !== null)
    return iso[3] === "0" || iso[3] === "00" ? null : [Number(iso[1]), Number(iso[2]), Number(iso[3] ?? 0)];
  const slashed = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(text);
  if (slashed !== null)
    return Number(slashed[1]) === 0 ? null : [Number(slashed[3]), Number(slashed[2]), Number(slashed[1])];
  const worded =
    /^(?:(\d{1,2})(?:st|nd|rd|th)?\s+)?([a-z]{3,9})\.?,?\s+(\d{4})$/.exec(text) ??
    swapWords(/^([a-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4})$/.exec(text));
  if (worded === null) return null;
  const month = MONTHS.indexOf((worded[2] ?? "").slice(0, 3)) + 1;
  return worded[1] === "0" || worded[1] === "00" ? null : [Number(worded[3]), month, Number(worded[1] ?? 0)];
}

const swapWords = (found: RegExpExecArray | null): readonly (string | undefined)[] | null =>
  found === null ? null : [found[0], found[2], found[1], found[3]];

/** What stands beside a name and speaks for or against: never alone a match, and never silently a way out. */
export interface Facts {
  readonly births: readonly BirthRange[];
  /** ISO 3166 codes, or words as they came. */
  readonly countries: readonly string[];
  /** Numbers of documents, letters and digits only. */
  readonly identifiers: readonly string[];
}

export interface Weighed {
  readonly score: number;
  readonly reasons: readonly string[];
}

const DAY_MS = 86_400_000;
const gapInYears = (a: BirthRange, b: BirthRange): number => {
  const [late, early] = [
    Math.max(Date.parse(a.from), Date.parse(b.from)),
    Math.min(Date.parse(a.to), Date.parse(b.to)),
  ];
  return late <= early ? 0 : (late - early) / (365.25 * DAY_MS);
};
const shownBirth = ({ from, to, approximate }: BirthRange): string => {
  const plain =
    from === to
      ? from
      : from.slice(0, 4) === to.slice(0, 4)
        ? from.slice(0, 4)
        : `${from.slice(0, 4)} to ${to.slice(0, 4)}`;
  return approximate === true ? `about ${plain}` : plain;
};
const raise = (score: number, part: number): number => score + (1 - score) * part;

/** How a birth date changes a score. */
function birthEffect(score: number, asked: BirthRange, listed: BirthRange): number {
  const slack = asked.approximate === true || listed.approximate === true ? 3 : 0;
  const gap = Math.max(0, gapInYears(asked, listed) - slack);
  if (gap === 0) return raise(score, asked.from === asked.to && listed.from === listed.to && slack === 0 ? 0.6 : 0.35);
  if (gap <= 1) return score * 0.97;
  if (gap <= 3) return score * 0.9;
  return score * (gap <= 10 ? 0.78 : 0.66);
}

/** Weighs what is known beside two names. What is known on one side only changes nothing; the reasons say what it would. */
export function weighFacts(score: number, asked: Facts, listed: Facts): Weighed {
  const reasons: string[] = [];
  let weighed = score;
  const [birth] = asked.births;
  if (listed.births.length > 0) {
    const told = listed.births.map(shownBirth).slice(0, 3).join("; ");
    if (birth !== undefined) {
      weighed = Math.max(...listed.births.map((one) => birthEffect(score, birth, one)));
      const word = weighed > score ? "agrees with" : "differs from";
      reasons.push(
        `born ${shownBirth(birth)} ${word} the listed ${told} (${score.toFixed(2)} to ${weighed.toFixed(2)})`,
      );
    } else {
      const [first] = listed.births as readonly [BirthRange];
      reasons.push(
        `no birth date was given; ${shownBirth(first)} would raise it to ${raise(score, 0.35).toFixed(2)}, one ten years off would lower it to ${(score * 0.78).toFixed(2)}`,
      );
    }
  } else if (birth !== undefined) reasons.push("the list gives no birth date to hold against yours");
  if (asked.countries.length > 0 && listed.countries.length > 0) {
    const shared = asked.countries.find((country) => listed.countries.includes(country));
    const before = weighed;
    weighed = shared === undefined ? weighed * 0.92 : raise(weighed, 0.12);
    const told = [...new Set(listed.countries)].slice(0, 4).join(", ");
    reasons.push(
      shared === undefined
        ? `country ${asked.countries.join(", ")} differs from the listed ${told} (${before.toFixed(2)} to ${weighed.toFixed(2)})`
        : `country ${shared} agrees (${before.toFixed(2)} to ${weighed.toFixed(2)})`,
    );
  }
  const same = asked.identifiers.find((one) => listed.identifiers.includes(one));
  if (same !== undefined) {
    weighed = raise(weighed, 0.8);
    reasons.push(`the document number ${same} is the same`);
  }
  return { score: Math.max(0, Math.min(1, weighed)), reasons };
}

const COUNTRY_WORDS: Readonly<Record<string, string>> = {
  uk: "GB",
  britain: "GB",
  "great britain": "GB",
  england: "GB",
  usa: "US",
  "united states of america": "US",
  america: "US",
  uae: "AE",
  burma: "MM",
  "ivory coast": "CI",
  "cote divoire": "CI",
  "russian federation": "RU",
  "syrian arab republic": "SY",
  syria: "SY",
  "islamic republic of iran": "IR",
  "iran islamic republic of": "IR",
  "iran (islamic republic of)": "IR",
  turkey: "TR",
  turkiye: "TR",
  "democratic peoples republic of korea": "KP",
  dprk: "KP",
  "north korea": "KP",
  "republic of korea": "KR",
  "south korea": "KR",
  "libyan arab jamahiriya": "LY",
  "state of libya": "LY",
  "korea north": "KP",
  "korea south": "KR",
  palestine: "PS",
  palestinian: "PS",
  "democratic republic of the congo": "CD",
  "congo democratic republic of the": "CD",
  "united republic of tanzania": "TZ",
  "republic of moldova": "MD",
  "czech republic": "CZ",
  macedonia: "MK",
  "the former yugoslav republic of macedonia": "MK",
  "viet nam": "VN",
  "lao peoples democratic republic": "LA",
  "brunei darussalam": "BN",
  "cabo verde": "CV",
  afghan: "AF",
  pakistani: "PK",
  indian: "IN",
  iranian: "IR",
  iraqi: "IQ",
  syrian: "SY",
  saudi: "SA",
  russian: "RU",
  yemeni: "YE",
  egyptian: "EG",
  libyan: "LY",
  tunisian: "TN",
  algerian: "DZ",
  moroccan: "MA",
  jordanian: "JO",
  lebanese: "LB",
  somali: "SO",
  turkish: "TR",
  uzbek: "UZ",
  tajik: "TJ",
  kazakh: "KZ",
  kyrgyz: "KG",
  chinese: "CN",
  british: "GB",
  french: "FR",
  german: "DE",
  american: "US",
  sudanese: "SD",
  kuwaiti: "KW",
  qatari: "QA",
  emirati: "AE",
  bahraini: "BH",
  indonesian: "ID",
  filipino: "PH",
  malaysian: "MY",
  bangladeshi: "BD",
  ukrainian: "UA",
  belarusian: "BY",
  azerbaijani: "AZ",
  georgian: "GE",
  nigerian: "NG",
  malian: "ML",
};

let countryCodes: ReadonlyMap<string, string> | undefined;

function* countryNames(): Generator<readonly [string, string]> {
  const regions = new Intl.DisplayNames(["en"], { type: "region", fallback: "none" });
  for (let a = 65; a <= 90; a++) {
    for (let b = 65; b <= 90; b++) {
      const two = String.fromCharCode(a, b);
      const name = regions.of(two);
      if (name === undefined) continue;
      yield [two.toLowerCase(), two];
      yield [countryKey(name), two];
    }
  }
}

function countryKey(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/&/g, "and")
    .replace(/[^a-z() ]/g, "")
    .replace(/\s+/g, " ")
    .trim();
}

/** A country's ISO 3166 code, by its name, its people or the code; else the word as it came, in capitals. */
export function countryOf(text: string): string {
  countryCodes ??= new Map([...countryNames(), ...Object.entries(COUNTRY_WORDS)]);
  const key = countryKey(text);
  const short = key.replace(/^(?:the|republic of|state of|kingdom of) /, "");
  return countryCodes.get(key) ?? countryCodes.get(short) ?? text.trim().toUpperCase();
}

/** Letters and digits of a document's number; `null` for one too short to tell anything. */
export function documentNumber(text: string): string | null {
  const plain = text.toUpperCase().replace(/[^A-Z0-9]/g, "");
  return plain.length >= 5 && /\d/.test(plain) ? plain : null;
}
