/** Letters of these scripts, by their ISO 15924 codes. Latin is the usual one and not named. */
const SCRIPTS = [
  "Arab",
  "Cyrl",
  "Hebr",
  "Hans",
  "Hang",
  "Deva",
  "Grek",
  "Armn",
  "Geor",
  "Thai",
  "Beng",
  "Mymr",
] as const;
const PROPERTY: Readonly<Record<(typeof SCRIPTS)[number], RegExp>> = {
  Arab: /\p{Script=Arabic}/u,
  Cyrl: /\p{Script=Cyrillic}/u,
  Hebr: /\p{Script=Hebrew}/u,
  Hans: /\p{Script=Han}/u,
  Hang: /\p{Script=Hangul}/u,
  Deva: /\p{Script=Devanagari}/u,
  Grek: /\p{Script=Greek}/u,
  Armn: /\p{Script=Armenian}/u,
  Geor: /\p{Script=Georgian}/u,
  Thai: /\p{Script=Thai}/u,
  Beng: /\p{Script=Bengali}/u,
  Mymr: /\p{Script=Myanmar}/u,
};

/** The first script other than Latin that a name is written in. */
export function scriptOf(name: string): { readonly script?: string } {
  // Most names are ASCII.
  if (/^[ -\u024f]*$/.test(name)) return {};
  const script = SCRIPTS.find((code) => PROPERTY[code].test(name));
  return script === undefined ? {} : { script };
}
