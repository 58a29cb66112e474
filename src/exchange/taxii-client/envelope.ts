import { BaseError, fromUtf8, parseJson } from "#base";

/** What a page says beside its objects (§3.7 envelope, §5.3 manifest). */
export interface Envelope {
  readonly more: boolean;
  readonly next: string | null;
  /** Elements of `objects`. */
  readonly objects: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = new Set([0x7b, 0x5b]);
const CLOSE = new Set([0x7d, 0x5d]);
const OPEN_BRACE = 0x7b;
const OPEN_LIST = 0x5b;
const COMMA = 0x2c;
const COLON = 0x3a;

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
const MAX_NEXT = 8192;

/**
 * Reads an envelope's own members and passes over the objects in it, so that one object that is no JSON spoils only itself:
 * the objects' text goes as it came to whoever reads them. Attacker-controlled: one pass, no recursion, nothing copied.
 *
 * @returns `null` when the bytes are no JSON object, end in the middle, or `more`, `next` or `objects` is of another kind.
 */
export function readEnvelope(bytes: Uint8Array): Envelope | null {
  let more = false;
  let next: string | null = null;
  let objects = 0;
  let at = skipSpace(bytes, startOf(bytes));
  if (bytes[at] !== OPEN_BRACE) return null;
  at = skipSpace(bytes, at + 1);
  const seen = new Set<string>();
  while (bytes[at] === QUOTE) {
    const nameEnd = stringEnd(bytes, at);
    if (nameEnd === -1) return null;
    const name = jsonText(bytes.subarray(at, nameEnd));
    const colon = skipSpace(bytes, nameEnd);
    if (bytes[colon] !== COLON || name === null || seen.has(name)) return null;
    seen.add(name);
    const from = skipSpace(bytes, colon + 1);
    const value = skipValue(bytes, from);
    if (value === null) return null;
    if (name === "objects") {
      if (bytes[from] !== OPEN_LIST) return null;
      objects = value.elements;
    } else if (name === "more") {
      const word = text(bytes, from, value.end);
      if (word !== "true" && word !== "false") return null;
      more = word === "true";
    } else if (name === "next") {
      next = bytes[from] === QUOTE && value.end - from <= MAX_NEXT ? jsonText(bytes.subarray(from, value.end)) : null;
      if (next === null) return null;
    }
    at = skipSpace(bytes, value.end);
    if (bytes[at] !== COMMA) break;
    at = skipSpace(bytes, at + 1);
    if (bytes[at] !== QUOTE) return null;
  }
  if (bytes[at] !== 0x7d || skipSpace(bytes, at + 1) !== bytes.length) return null;
  return { more, next, objects };
}

/** After a byte order mark, which RFC 8259 §8.1 lets a reader pass over. */
function startOf(bytes: Uint8Array): number {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
}

function skipSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at < bytes.length && isSpace(bytes[at] ?? 0)) at++;
  return at;
}

/** The place after the closing quote of the string that opens at `open`, or -1. */
function stringEnd(bytes: Uint8Array, open: number): number {
  for (let at = open + 1; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === BACKSLASH) at++;
    else if (byte === QUOTE) return at + 1;
  }
  return -1;
}

/** The place after the value that begins at `from`, and how many elements it has when it is a list. */
function skipValue(bytes: Uint8Array, from: number): { readonly end: number; readonly elements: number } | null {
  const first = bytes[from] ?? 0;
  if (first === QUOTE) {
    const end = stringEnd(bytes, from);
    return end === -1 ? null : { end, elements: 0 };
  }
  if (!OPEN.has(first)) {
    let at = from;
    while (at < bytes.length && !isSpace(bytes[at] ?? 0) && bytes[at] !== COMMA && !CLOSE.has(bytes[at] ?? 0)) at++;
    return at === from ? null : { end: at, elements: 0 };
  }
  let depth = 0;
  let commas = 0;
  let filled = false;
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (CLOSE.has(byte)) {
      if (--depth === 0) return { end: at + 1, elements: filled ? commas + 1 : 0 };
      continue;
    }
    if (depth >= 1 && !isSpace(byte)) filled = true;
    if (byte === QUOTE) {
      const end = stringEnd(bytes, at);
      if (end === -1) return null;
      at = end - 1;
    } else if (OPEN.has(byte)) depth++;
    else if (byte === COMMA && depth === 1) commas++;
  }
  return null;
}

function text(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode(...bytes.subarray(from, Math.min(to, from + 8)));
}

function jsonText(bytes: Uint8Array): string | null {
  try {
    const value = parseJson(fromUtf8(bytes));
    return typeof value === "string" ? value : null;
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    return null;
  }
}
