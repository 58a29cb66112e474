import type { JsonValue } from "#base";

/**
 * Finds a member that stands twice in one object of a JSON text (§2.3, RFC 8259 §4): `JSON.parse` keeps the last and says
 * nothing. Members are counted first, in the text and in the value; only when the counts differ is the place looked for.
 * @returns its path, or null. `text` must be JSON.
 */
export function findDuplicateMember(text: string, value: JsonValue): (string | number)[] | null {
  return countInText(text) === countInValue(value) ? null : locate(text);
}

const QUOTE = 0x22;

/** The index of the closing quote of the string that opens at `open`. */
function closing(text: string, open: number): number {
  let close = text.indexOf('"', open + 1);
  while (close !== -1) {
    let slashes = 0;
    while (text.charCodeAt(close - 1 - slashes) === 0x5c) slashes++;
    if (slashes % 2 === 0) return close;
    close = text.indexOf('"', close + 1);
  }
  return text.length;
}

function countInText(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = closing(text, at);
    else if (code === 0x3a) count++;
  }
  return count;
}

function countInValue(value: JsonValue): number {
  if (value === null || typeof value !== "object") return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (const item of value) if (item !== null && typeof item === "object") count += countInValue(item);
    return count;
  }
  for (const key in value) {
    count++;
    const item = value[key];
    if (item !== null && typeof item === "object") count += countInValue(item);
  }
  return count;
}

interface Level {
  readonly names: Set<string> | null;
  key: string | number;
}

function locate(text: string): (string | number)[] | null {
  const levels: Level[] = [];
  let last = "";
  for (let at = 0; at < text.length; at++) {
    const level = levels.at(-1);
    switch (text[at]) {
      case '"': {
        const end = closing(text, at);
        last = text.slice(at, end + 1);
        at = end;
        break;
      }
      case ":": {
        if (level === undefined) break;
        const name = JSON.parse(last) as string;
        level.key = name;
        if (level.names?.has(name) === true) return levels.map(({ key }) => key);
        level.names?.add(name);
        break;
      }
      case "{":
        levels.push({ names: new Set(), key: "" });
        break;
      case "[":
        levels.push({ names: null, key: 0 });
        break;
      case "]":
      case "}":
        levels.pop();
        break;
      case ",":
        if (level !== undefined && typeof level.key === "number") level.key++;
        break;
      default:
    }
  }
  return null;
}
