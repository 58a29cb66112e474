import { SaxesParser } from "saxes";
import type { JsonObject } from "#base";
import type { Source } from "#intake";
import type { Problem } from "./format.ts";

const MAX_DEPTH = 24;
const MAX_ENTRY_TEXT = 1 << 20;
const MAX_ENTRY_NODES = 20_000;

/** One element as a small tree: attributes, text, and children by name. Prefixes of namespaces are dropped. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Map<string, Element[]>;
  text: string;
}

export type XmlItem =
  /** The start of an element that stands outside the wanted ones: the root and its groups. */
  | { readonly kind: "outside"; readonly name: string; readonly attributes: Readonly<Record<string, string>> }
  | { readonly kind: "element"; readonly element: Element; readonly place: string }
  | Problem;

/**
 * The wanted elements of a document, one at a time; nothing else is held. A document type is refused: entities that name
 * each other make a small file grow without end.
 */
export async function* xmlElements(
  source: Source,
  wanted: ReadonlySet<string>,
  signal: AbortSignal,
): AsyncGenerator<XmlItem> {
  const reader = new ElementReader(source.name, wanted);
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  try {
    for await (const chunk of source.open()) {
      if (signal.aborted) return;
      decoder ??= decoderFor(chunk);
      reader.write(decoder.decode(chunk, { stream: true }));
      yield* reader.take();
      if (reader.failed) return;
    }
    reader.write(decoder?.decode() ?? "");
    reader.close();
    yield* reader.take();
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    yield* reader.take();
    yield {
      kind: "problem",
      place: source.name,
      code: "encoding",
      message: "the file is not the text that it says it is from here on; what stood before was read",
    };
  }
}

/** By byte order mark or declaration (XML 1.0 appendix F); UTF-8 otherwise. Malformed text is an error. */
function decoderFor(head: Uint8Array): InstanceType<typeof TextDecoder> {
  const start = new TextDecoder("latin1").decode(head.subarray(0, 200));
  if (start.startsWith("\u00ff\u00fe")) return new TextDecoder("utf-16le", { fatal: true });
  if (start.startsWith("\u00fe\u00ff")) return new TextDecoder("utf-16be", { fatal: true });
  const declared = /^(?:\u00ef\u00bb\u00bf)?<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']/.exec(start)?.[1];
  return new TextDecoder(declared ?? "utf-8", { fatal: true });
}

const local = (name: string): string => name.slice(name.indexOf(":") + 1);

class ElementReader {
  failed = false;
  readonly #parser = new SaxesParser({ xmlns: false, position: true });
  readonly #source: string;
  readonly #wanted: ReadonlySet<string>;
  #ready: XmlItem[] = [];
  #stack: Element[] = [];
  #depth = 0;
  #size = 0;
  #nodes = 0;

  constructor(source: string, wanted: ReadonlySet<string>) {
    this.#source = source;
    this.#wanted = wanted;
    this.#parser.on("doctype", () =>
      this.#fail("doctype", "a document type is not allowed here; such a file can be made to grow without end"),
    );
    this.#parser.on("error", (error) => this.#fail("xml-syntax", error.message));
    this.#parser.on("opentag", ({ name, attributes }) => this.#open(local(name), attributes));
    this.#parser.on("text", (text) => this.#text(text));
    this.#parser.on("cdata", (text) => this.#text(text));
    this.#parser.on("closetag", () => this.#close());
  }

  write(text: string): void {
    if (!this.failed) this.#parser.write(text);
  }

  close(): void {
    if (!this.failed) this.#parser.close();
  }

  *take(): Generator<XmlItem> {
    const ready = this.#ready;
    this.#ready = [];
    yield* ready;
  }

  #fail(code: string, message: string): void {
    if (this.failed) return;
    this.failed = true;
    const place = `${this.#source}, line ${this.#parser.line}`;
    this.#ready.push({ kind: "problem", place, code, message: `${message}; what stood before this place was read` });
  }

  #open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (this.failed) return;
    if (++this.#depth > MAX_DEPTH) return this.#fail("xml-depth", `elements are nested deeper than ${MAX_DEPTH}`);
    if (this.#stack.length === 0) {
      if (!this.#wanted.has(name)) {
        this.#ready.push({ kind: "outside", name, attributes: { ...attributes } });
        return;
      }
      this.#size = 0;
      this.#nodes = 0;
    }
    if (++this.#nodes > MAX_ENTRY_NODES)
      return this.#fail("xml-size", `one entry holds more than ${MAX_ENTRY_NODES} elements`);
    const element: Element = { name, attributes: { ...attributes }, children: new Map(), text: "" };
    const siblings = this.#stack.at(-1)?.children;
    const list = siblings?.get(name);
    if (list === undefined) siblings?.set(name, [element]);
    else list.push(element);
    this.#stack.push(element);
  }

  #text(text: string): void {
    const element = this.#stack.at(-1);
    if (element === undefined || this.failed) return;
    this.#size += text.length;
    if (this.#size > MAX_ENTRY_TEXT) return this.#fail("xml-size", "one entry holds more than a megabyte of text");
    element.text += text;
  }

  #close(): void {
    if (this.failed) return;
    this.#depth--;
    const element = this.#stack.pop();
    if (element === undefined || this.#stack.length > 0) return;
    this.#ready.push({ kind: "element", element, place: `${this.#source}, line ${this.#parser.line}` });
  }
}

export const all = (element: Element, name: string): readonly Element[] => element.children.get(name) ?? [];

/** The elements at the end of a path of names. */
export function within(element: Element, ...path: readonly string[]): readonly Element[] {
  let found: readonly Element[] = [element];
  for (const name of path) found = found.flatMap((one) => all(one, name));
  return found;
}

export const textOf = (element: Element | undefined, name: string): string =>
  element?.children.get(name)?.[0]?.text.trim() ?? "";

export const attribute = (element: Element | undefined, name: string): string =>
  element?.attributes[name]?.trim() ?? "";

/** The leaves of an element as they came, lower-cased names; what stands several times is a list. */
export function plain(element: Element): JsonObject {
  const out: JsonObject = {};
  for (const [name, list] of element.children) {
    const values = list
      .map((one) => (one.children.size > 0 ? plain(one) : one.text.trim()))
      .filter((value) => (typeof value === "string" ? value !== "" : Object.keys(value).length > 0));
    const [only] = values;
    if (only !== undefined) out[name.toLowerCase()] = values.length === 1 ? only : values;
  }
  return out;
}

/** An element whole: attributes with `@`, text as `#text`, children by name. Only for what has no place of its own. */
export function whole(element: Element): JsonObject {
  const out: JsonObject = {};
  for (const [name, value] of Object.entries(element.attributes)) {
    if (value !== "" && !name.startsWith("xmlns")) out[`@${name}`] = value;
  }
  const text = element.text.trim();
  if (text !== "") out["#text"] = text;
  for (const [name, list] of element.children) {
    const values = list.map(whole).filter((value) => Object.keys(value).length > 0);
    if (values.length > 0) out[name] = values;
  }
  return out;
}
