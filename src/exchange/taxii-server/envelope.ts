import { BaseError, fromUtf8 } from "#base";
import { TaxiiFault } from "./errors.ts";

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** Objects of one envelope. */
const MAX_OBJECTS = 100_000;

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
const isOpen = (code: number): boolean => code === 0x7b || code === 0x5b;
const isClose = (code: number): boolean => code === 0x7d || code === 0x5d;

/**
 * The objects of an envelope (TAXII 2.1 §3.7), each as the text that came. Attacker-controlled: one pass, no recursion. What
 * stands inside an object is not read, so that one that is no JSON spoils only itself.
 *
 * @throws TaxiiFault `body-invalid` when the bytes are no UTF-8 or no JSON object with a list of objects; `too-large`.
 */
export function readEnvelope(bytes: Uint8Array): readonly string[] {
  let text: string;
  try {
    text = fromUtf8(bytes);
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    throw refuse("It is not UTF-8 text.");
  }
  let objects: readonly string[] | null = null;
  let at = skipSpace(text, text.charCodeAt(0) === 0xfeff ? 1 : 0);
  if (text[at] !== "{") throw refuse("It is not a JSON object.");
  at = skipSpace(text, at + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const end = stringEnd(text, at);
    const name = end === -1 ? "" : text.slice(at + 1, end - 1);
    const colon = end === -1 ? -1 : skipSpace(text, end);
    if (text[colon] !== ":") throw refuse("It ends in the middle, or a colon is missing.");
    const from = skipSpace(text, colon + 1);
    if (name === "objects") {
      if (objects !== null) throw refuse("It has two lists of objects.");
      const list = readList(text, from);
      objects = list.items;
      at = skipSpace(text, list.end);
    } else {
      at = skipSpace(text, valueEnd(text, from));
    }
    if (text[at] !== ",") break;
    at = skipSpace(text, at + 1);
    if (text.charCodeAt(at) !== QUOTE) throw refuse("A comma leads nowhere.");
  }
  if (text[at] !== "}" || skipSpace(text, at + 1) !== text.length) throw refuse("It is not well-formed JSON.");
  return objects ?? [];
}

function readList(text: string, open: number): { readonly items: readonly string[]; readonly end: number } {
  if (text[open] !== "[") throw refuse("objects is not a list.");
  const items: string[] = [];
  let at = skipSpace(text, open + 1);
  if (text[at] === "]") return { items, end: at + 1 };
  for (;;) {
    const end = valueEnd(text, at);
    items.push(text.slice(at, end));
    if (items.length > MAX_OBJECTS)
      throw new TaxiiFault("too-large", `An envelope holds ${MAX_OBJECTS} objects at most.`, { fix: "Send several." });
    at = skipSpace(text, end);
    if (text[at] === "]") return { items, end: at + 1 };
    if (text[at] !== ",") throw refuse("The list of objects is not well-formed JSON.");
    at = skipSpace(text, at + 1);
  }
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

/** The place after the closing quote of the string that opens at `open`, or -1. */
function stringEnd(text: string, open: number): number {
  for (let close = text.indexOf('"', open + 1); close !== -1; close = text.indexOf('"', close + 1)) {
    let slashes = 0;
    while (text.charCodeAt(close - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return close + 1;
  }
  return -1;
}

/** The place after the value that begins at `from`: brackets are counted, not understood. */
function valueEnd(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      const end = stringEnd(text, at);
      if (end === -1) break;
      at = end - 1;
      if (depth === 0) return end;
    } else if (isOpen(code)) depth++;
    else if (isClose(code)) {
      if (depth === 0) return bare(from, at);
      if (--depth === 0) return at + 1;
    } else if (depth === 0 && (code === 0x2c || isSpace(code))) return bare(from, at);
  }
  throw refuse("It ends in the middle.");
}

/** A number or a word: at least one character long. */
function bare(from: number, to: number): number {
  if (to === from) throw refuse("A value is missing.");
  return to;
}

function refuse(message: string): TaxiiFault {
  return new TaxiiFault("body-invalid", message);
}
