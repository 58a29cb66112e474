/**
 * Sounds of a romanised word, and what it costs to hear one for another. The costs say how romanisation systems and ears
 * differ (q, k and g for ق; kh, x and h for خ; v and w; dh, d and z), not how letters lie on a keyboard.
 *
 * A, W and Y stand for ا, و and ی of a script without vowels: W is heard as w, v, u or o; Y as y, i or e.
 */
const SYMBOLS = "aeiouAWYbdfghjklmnpqrstvwyzXGSCTDZ0123456789";
const COUNT = SYMBOLS.length;
const CODE = new Uint8Array(128).fill(255);
for (let n = 0; n < COUNT; n++) CODE[SYMBOLS.charCodeAt(n)] = n;
const code = (symbol: string): number => CODE[symbol.charCodeAt(0)] ?? 0;

/** Longest first: the first that fits is taken. */
const DIGRAPHS: readonly (readonly [string, string])[] = [
  ["tsch", "C"],
  ["shch", "SC"],
  ["dsch", "J"],
  ["tch", "C"],
  ["sch", "S"],
  ["dzh", "J"],
  ["sh", "S"],
  ["zh", "Z"],
  ["kh", "X"],
  ["gh", "G"],
  ["ch", "C"],
  ["th", "T"],
  ["dh", "D"],
  ["ph", "f"],
  ["ck", "k"],
  ["dj", "J"],
  ["cz", "C"],
  ["tz", "ts"],
  ["ou", "u"],
  ["oo", "u"],
  ["ee", "i"],
  ["aa", "a"],
  ["ii", "i"],
  ["uu", "u"],
  ["ei", "ai"],
  ["ey", "ai"],
  ["ay", "ai"],
];
const byFirst = new Map<string, (readonly [string, string])[]>();
for (const rule of DIGRAPHS) byFirst.set(rule[0].charAt(0), [...(byFirst.get(rule[0].charAt(0)) ?? []), rule]);

const MAX_SOUNDS = 28;

/** The sounds of a word as codes; at most 28, a longer word is cut. Where vowels are not written, two equal letters are two sounds. */
export function phonemes(sound: string, abjad = false): Uint8Array {
  const out: number[] = [];
  const push = (symbols: string): void => {
    for (const symbol of symbols) {
      const value = symbol === "J" ? code("j") : CODE[symbol.charCodeAt(0)];
      if (value === undefined || value === 255) continue;
      if (abjad || out.at(-1) !== value || value >= code("0")) out.push(value);
    }
  };
  for (let at = 0; at < sound.length && out.length < MAX_SOUNDS;) {
    const char = sound.charAt(at);
    const rule = byFirst.get(char)?.find(([letters]) => sound.startsWith(letters, at));
    if (rule !== undefined) {
      push(rule[1]);
      at += rule[0].length;
      continue;
    }
    const next = sound.charAt(at + 1);
    if (char === "c") push(/[eiy]/.test(next) ? "s" : "k");
    else if (char === "x") push("ks");
    else if (char === "y") push(/[aeou]/.test(next) ? "y" : "i");
    else if (char === "j") push("J");
    else push(char);
    at++;
  }
  return ending(out);
}

/** -iy, -ii, -yi and -y are one ending; an h after a last vowel is not heard. */
function ending(sounds: number[]): Uint8Array {
  const [h, i, y, e] = [code("h"), code("i"), code("y"), code("e")];
  if (sounds.length > 2 && sounds.at(-1) === h && (sounds.at(-2) ?? 99) < 8) sounds.pop();
  while (
    sounds.length > 2 &&
    (sounds.at(-1) === y || sounds.at(-1) === i) &&
    (sounds.at(-2) === i || sounds.at(-2) === y)
  )
    sounds.pop();
  // Ye- at the head of a Slavic name is often written E-.
  if (sounds.length > 3 && sounds[0] === y && sounds[1] === e) sounds.shift();
  return Uint8Array.from(sounds.slice(0, MAX_SOUNDS));
}

const swap = new Float32Array(COUNT * COUNT);
const drop = new Float32Array(COUNT);
const weight = new Float32Array(COUNT);
const abjadSwap = new Float32Array(COUNT * COUNT);
const abjadDrop = new Float32Array(COUNT);
const abjadWeight = new Float32Array(COUNT);

function fillCosts(): void {
  swap.fill(1);
  drop.fill(0.9);
  weight.fill(1);
  const pair = (table: Float32Array, pairs: string): void => {
    for (const item of pairs.trim().split(/\s+/)) {
      const [a, b, cost] = [code(item.charAt(0)), code(item.charAt(1)), Number(item.slice(2))];
      table[a * COUNT + b] = cost;
      table[b * COUNT + a] = cost;
    }
  };
  for (let a = 0; a < COUNT; a++) {
    swap[a * COUNT + a] = 0;
    if (a < 8) {
      drop[a] = 0.32;
      weight[a] = 0.5;
      for (let b = 0; b < 8; b++) if (a !== b) swap[a * COUNT + b] = 0.25;
    }
  }
  pair(
    swap,
    `kq0.08 kX0.3 Xh0.25 kg0.45 qg0.3 Gg0.12 Gq0.3 Gk0.5 qX0.4 sS0.4 sz0.35 zD0.15 dD0.12 zd0.5 tT0.12 sT0.25 td0.45 jZ0.15 jg0.35
     jy0.4 CS0.3 Ck0.4 Cj0.5 vw0.08 vf0.35 vb0.45 wu0.12 wo0.2 yi0.08 ye0.2 bp0.4 fp0.45 mn0.55 lr0.7 gh0.45 Zz0.35 Zs0.6 Cs0.55 DT0.4 Dj0.6
     eu0.35 ao0.22 ae0.2 ei0.15 uo0.12 ai0.28 au0.3 iu0.35 aA0 oA0.2 Wu0 Wo0 Ww0 Wv0.1 Yi0 Yy0 Ye0.05 eA0.1 iA0.25 uA0.25 WY0.5 WA0.4 YA0.35`,
  );
  drop[code("h")] = 0.35;
  drop[code("y")] = 0.3;
  drop[code("w")] = 0.5;
  drop[code("W")] = 0.45;
  drop[code("Y")] = 0.35;
  weight[code("h")] = 0.8;
  for (let digit = code("0"); digit < COUNT; digit++) drop[digit] = 1;
  abjadSwap.set(swap);
  abjadDrop.set(drop);
  abjadWeight.set(weight);
  for (let vowel = 0; vowel < 5; vowel++) {
    abjadDrop[vowel] = 0.05;
    abjadWeight[vowel] = 0.15;
  }
  abjadDrop[code("A")] = 0.15;
  abjadDrop[code("W")] = 0.3;
  abjadDrop[code("Y")] = 0.25;
  abjadWeight[code("A")] = 0.3;
  pair(abjadSwap, "bp0.25 jC0.35 fv0.25 gk0.4 jg0.3 td0.45 zD0.05 dD0.08 sT0.15 hX0.3 jZ0.2");
}
fillCosts();

const rowA = new Float32Array(MAX_SOUNDS + 2);
const rowB = new Float32Array(MAX_SOUNDS + 2);
const rowC = new Float32Array(MAX_SOUNDS + 2);

const dropsOfB = new Float32Array(MAX_SOUNDS + 2);

/**
 * How alike two words sound, 0 to 1. With `abjad`, vowels that one side does not write are nearly free.
 * Below `least` the answer is 0, and is had sooner.
 */
export function soundSimilarity(a: Uint8Array, b: Uint8Array, abjad: boolean, least = 0): number {
  const [n, m] = [a.length, b.length];
  if (n === 0 || m === 0) return 0;
  const swaps = abjad ? abjadSwap : swap;
  const drops = abjad ? abjadDrop : drop;
  const weights = abjad ? abjadWeight : weight;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += weights[a[i] as number] as number;
  for (let j = 0; j < m; j++) {
    const value = b[j] as number;
    sum += weights[value] as number;
    dropsOfB[j] = dropCost(drops, value, j === m - 1 && m > 2, abjad);
  }
  const first = a[0] === b[0] ? 0 : firstCost(a[0] as number, b[0] as number, swaps);
  const most = (1 - least) * 0.5 * sum - first;
  if (most < 0) return 0;
  let before = rowA;
  let above = rowB;
  let row = rowC;
  above[0] = 0;
  for (let j = 0; j < m; j++) above[j + 1] = (above[j] as number) + (dropsOfB[j] as number);
  let lowestAbove = 0;
  for (let i = 1; i <= n; i++) {
    const x = a[i - 1] as number;
    const xDrop = dropCost(drops, x, i === n && n > 2, abjad);
    const costs = x * COUNT;
    let left = (above[0] as number) + xDrop;
    row[0] = left;
    let lowest = left;
    for (let j = 1; j <= m; j++) {
      const y = b[j - 1] as number;
      let swapped = swaps[costs + y] as number;
      if (i === n && j === m && swapped > 0 && !abjad && x < 5 && y < 5) swapped = lastVowel(x, y, swapped);
      let best = (above[j - 1] as number) + swapped;
      const dropped = (above[j] as number) + xDrop;
      if (dropped < best) best = dropped;
      const added = left + (dropsOfB[j - 1] as number);
      if (added < best) best = added;
      if (i > 1 && j > 1 && x !== y && x === b[j - 2] && y === a[i - 2]) {
        const turned = (before[j - 2] as number) + 0.7;
        if (turned < best) best = turned;
      }
      row[j] = best;
      left = best;
      if (best < lowest) lowest = best;
    }
    // Two letters that changed places reach over one row.
    if (lowest > most && lowestAbove + 0.7 > most) return 0;
    lowestAbove = lowest;
    const free = before;
    before = above;
    above = row;
    row = free;
  }
  const similarity = 1 - ((above[m] as number) + first) / (0.5 * sum);
  return similarity < least ? 0 : similarity;
}

const A_CODE = code("a");
const O_CODE = code("o");
const E_CODE = code("e");

/** A last a tells a woman's name from a man's: it costs more than a vowel inside. */
function dropCost(drops: Float32Array, value: number, last: boolean, abjad: boolean): number {
  return last && !abjad && (value === A_CODE || value === O_CODE) ? 0.75 : (drops[value] as number);
}

function lastVowel(x: number, y: number, cost: number): number {
  const gendered = (x === A_CODE && (y === O_CODE || y === E_CODE)) || (y === A_CODE && (x === O_CODE || x === E_CODE));
  return gendered ? (x === E_CODE || y === E_CODE ? 0.35 : 0.85) : cost;
}

/** Names seldom differ in the first sound. */
function firstCost(x: number, y: number, swaps: Float32Array): number {
  if (x < 8 || y < 8) return x < 8 && y < 8 ? 0 : 0.1;
  const cost = swaps[x * COUNT + y] as number;
  return cost >= 0.5 ? 0.3 : 0;
}

/**
 * Consonants that ears and romanisations take for each other, in one letter: kh and h, q, g and k, s, z, sh and j, t and d, b, p, f
 * and v. Vowels, y and w are dropped behind the first sound.
 */
const CLASS: Readonly<Record<string, string>> = {
  b: "b",
  p: "b",
  f: "b",
  v: "b",
  d: "t",
  D: "s",
  z: "s",
  t: "t",
  T: "t",
  s: "s",
  S: "s",
  C: "s",
  j: "s",
  Z: "s",
  g: "k",
  G: "k",
  k: "k",
  q: "k",
  X: "h",
  h: "h",
  l: "l",
  m: "m",
  n: "n",
  r: "r",
};
const FIRST: Readonly<Record<string, string>> = { w: "b", W: "b", y: "y", Y: "y" };
const CLASS_OF: readonly string[] = Array.from(
  SYMBOLS,
  (symbol) => CLASS[symbol] ?? (symbol >= "0" && symbol <= "9" ? symbol : ""),
);
const FIRST_OF: readonly string[] = Array.from(SYMBOLS, (symbol, at) => FIRST[symbol] ?? CLASS_OF[at] ?? "");
const H_CODE = code("h");

/** The consonant skeleton: what is left of a name in every script. `_` stands for an open first vowel of a short one. */
export function skeleton(sounds: Uint8Array): string {
  const last = sounds.length - 1;
  if (last < 0) return "";
  let out = FIRST_OF[sounds[0] as number] as string;
  for (let at = 1; at <= last; at++)
    if (at < last || sounds[at] !== H_CODE) out += CLASS_OF[sounds[at] as number] as string;
  return out.length <= 2 && (sounds[0] as number) < 6 ? `_${out}` : out;
}
