/** Mutations of bytes and of JSON, from a seed: the same seed makes the same inputs on every machine. */
export interface Random {
  /** A whole number from 0 up to, and without, `below`. */
  below(limit: number): number;
  pick<T>(from: readonly T[]): T;
}

/** Mulberry32: small, and good enough to choose places. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    pick: (from) => {
      const item = from[below(from.length)];
      if (item === undefined) throw new Error("nothing to pick from");
      return item;
    },
  };
}

const MAX_LENGTH = 20_000;

/** What has broken readers before: numbers at their edges, names of prototypes, half characters, brackets without end. */
const TOKENS: readonly string[] = [
  ["{", "}", "[", "]", '"', "'", "\\", ",", ":", "/*", "//", "(", ")", "\u0000", "\n", "\r\n", "\u2028", "\uFEFF"],
  ["null", "true", "[]", "{}", '""', "-0", "1e999", "9007199254740993", "-1", "0.1", "NaN", '"\\ud800"', '"\\u0000"'],
  [
    '"__proto__":{"a":1}',
    '"constructor"',
    '"toString"',
    '"objects":[',
    '"type":"bundle"',
    '"id":"x--1"',
    '"more":true',
  ],
  ["2016-02-30T00:00:00Z", "9999-12-31T23:59:60Z", "0000-01-01T00:00:00.000Z", "2016-01-20T12:31:12.123+01:00"],
  ["[".repeat(200), "(".repeat(200), '{"a":'.repeat(100), "a".repeat(3000), "\u0301".repeat(500), "🙂".repeat(200)],
  [
    " AND ",
    " OR ",
    " FOLLOWEDBY ",
    " REPEATS 9999999 TIMES",
    " WITHIN 0.000001 SECONDS",
    " NOT ",
    " IN (",
    " MATCHES '(a+)+$'",
  ],
  [
    "START t'2016-01-01T00:00:00Z' STOP t'2017-01-01T00:00:00Z'",
    "[*]",
    "[0]",
    ".'a-b'",
    " LIKE '%%%%%_'",
    " ISSUBSET '::/0'",
  ],
].flat(1);

/** Bytes: cut, doubled, flipped, moved, and tokens set in. */
export function mutateBytes(input: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let bytes = Buffer.from(input);
  for (let turn = random.below(4) + 1; turn > 0; turn--) {
    const at = random.below(bytes.length + 1);
    const length = random.below(Math.min(64, bytes.length - at) + 1);
    const [before, part, after] = [bytes.subarray(0, at), bytes.subarray(at, at + length), bytes.subarray(at + length)];
    switch (random.below(6)) {
      case 0:
        bytes = Buffer.concat([before, after]);
        break;
      case 1:
        bytes = Buffer.concat([before, ...Array.from({ length: random.below(20) + 2 }, () => part), after]);
        break;
      case 2:
        bytes = Buffer.concat([before, Buffer.from(random.pick(TOKENS)), after]);
        break;
      case 3:
        bytes = Buffer.from(bytes);
        if (at < bytes.length) bytes[at] = random.below(256);
        break;
      case 4: {
        const from = random.below(other.length + 1);
        bytes = Buffer.concat([before, other.subarray(from, from + random.below(400)), after]);
        break;
      }
      default:
        bytes = Buffer.concat([after, part, before]);
    }
    bytes = bytes.subarray(0, MAX_LENGTH);
  }
  return bytes;
}

/** JSON: one value somewhere becomes another, is taken out, doubled or put elsewhere. What is no JSON is mutated as bytes. */
export function mutateJson(input: Uint8Array, other: Uint8Array, random: Random): Uint8Array {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(input).toString("utf8"));
  } catch {
    return mutateBytes(input, other, random);
  }
  for (let turn = random.below(3) + 1; turn > 0; turn--) change(value, random);
  return Buffer.from(JSON.stringify(value) ?? "").subarray(0, MAX_LENGTH);
}

const VALUES: readonly unknown[] = [
  [null, true, 0, -1, 1.5, 2 ** 53, 1e300, "", "x", "\ud800", "a".repeat(5000), [], {}, [[]], [null], { a: {} }],
  ["identity--x", "2016-01-01T00:00:00Z", "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", "bundle", "2.1"],
  [{ type: "bundle", objects: [{ type: "bundle" }] }, Array.from({ length: 300 }, (_, n) => n)],
  [{ constructor: 1, toString: 2 }],
].flat(1);

function change(value: unknown, random: Random): void {
  let holder = value;
  for (let depth = random.below(6); depth >= 0; depth--) {
    if (typeof holder !== "object" || holder === null) return;
    const keys = Object.keys(holder);
    if (keys.length === 0) return;
    const key = random.pick(keys);
    const record = holder as Record<string, unknown>;
    if (depth > 0 && typeof record[key] === "object" && record[key] !== null) {
      holder = record[key];
      continue;
    }
    switch (random.below(4)) {
      case 0:
        delete record[key];
        break;
      case 1:
        record[`${key}_`] = record[key];
        break;
      case 2:
        record[key] = record[random.pick(keys)];
        break;
      default:
        record[key] = structuredClone(random.pick(VALUES));
    }
    return;
  }
}
