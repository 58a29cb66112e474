import { SaxesParser } from "saxes";
import type { JsonObject } from "#base";
import type { Loaded, Loader } from "#intake";
import { type Alias, type Entry, makeObjects } from "./make.ts";

const MAX_DEPTH = 12;
const MAX_ENTRY_TEXT = 1 << 20;

/** The consolidated list of the United Nations Security Council (XML). */
export const unLoader: Loader = {
  name: "un-consolidated-xml",
  title: "UN Security Council consolidated list (XML)",
  sniff: (head) => /<CONSOLIDATED_LIST[\s>]/.test(new TextDecoder().decode(head)),
  async *load(source, { signal }) {
    const reader = new EntryReader(source.name);
    const decoder = new TextDecoder("utf-8", { fatal: true });
    try {
      for await (const chunk of source.open()) {
        if (signal.aborted) return;
        reader.write(decoder.decode(chunk, { stream: true }));
        yield* reader.take();
        if (reader.failed) return;
      }
      reader.close();
      yield* reader.take();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      yield* reader.take();
      yield {
        kind: "problem",
        place: source.name,
        code: "encoding",
        message: "the file is not UTF-8 text from here on; what stood before was read",
      };
    }
  },
};

/** One element as a small tree: text, and children by name. */
interface Element {
  readonly name: string;
  readonly children: Map<string, Element[]>;
  text: string;
}

class EntryReader {
  failed = false;
  readonly #parser = new SaxesParser({ xmlns: false, position: true });
  readonly #source: string;
  #ready: Loaded[] = [];
  #stack: Element[] = [];
  #depth = 0;
  #size = 0;

  constructor(source: string) {
    this.#source = source;
    this.#parser.on("doctype", () =>
      this.#fail("doctype", "a document type is not allowed here; such a file can be made to grow without end"),
    );
    this.#parser.on("error", (error) => this.#fail("xml-syntax", error.message));
    this.#parser.on("opentag", ({ name }) => this.#open(name));
    this.#parser.on("text", (text) => this.#text(text));
    this.#parser.on("cdata", (text) => this.#text(text));
    this.#parser.on("closetag", ({ name }) => this.#close(name));
  }

  write(text: string): void {
    if (!this.failed) this.#parser.write(text);
  }

  close(): void {
    if (!this.failed) this.#parser.close();
  }

  *take(): Generator<Loaded> {
    const ready = this.#ready;
    this.#ready = [];
    yield* ready;
  }

  #fail(code: string, message: string): void {
    if (this.failed) return;
    this.failed = true;
    this.#ready.push({
      kind: "problem",
      place: `${this.#source}, line ${this.#parser.line}`,
      code,
      message: `${message}; what stood before this place was read`,
    });
  }

  #open(name: string): void {
    if (this.failed) return;
    this.#depth++;
    if (this.#depth > MAX_DEPTH) return this.#fail("xml-depth", `elements are nested deeper than ${MAX_DEPTH}`);
    const starts = name === "INDIVIDUAL" || name === "ENTITY";
    if (this.#stack.length === 0 && !starts) return;
    if (this.#stack.length === 0) this.#size = 0;
    const element: Element = { name, children: new Map(), text: "" };
    const parent = this.#stack.at(-1);
    if (parent !== undefined) parent.children.set(name, [...(parent.children.get(name) ?? []), element]);
    this.#stack.push(element);
  }

  #text(text: string): void {
    const element = this.#stack.at(-1);
    if (element === undefined || this.failed) return;
    this.#size += text.length;
    if (this.#size > MAX_ENTRY_TEXT) return this.#fail("xml-size", "one entry holds more than a megabyte of text");
    element.text += text;
  }

  #close(name: string): void {
    if (this.failed) return;
    this.#depth--;
    const element = this.#stack.pop();
    if (element === undefined || this.#stack.length > 0) return;
    const place = `${this.#source}, line ${this.#parser.line}`;
    const entry = readEntry(this.#source, element, name === "INDIVIDUAL");
    if (entry === null) {
      this.#ready.push({
        kind: "problem",
        place,
        code: "entry-malformed",
        message: "an entry needs a reference number and a name",
      });
      return;
    }
    for (const object of makeObjects(entry)) this.#ready.push({ kind: "object", object, place });
  }
}

const all = (element: Element, name: string): Element[] => element.children.get(name) ?? [];
const text = (element: Element | undefined, name: string): string =>
  element?.children.get(name)?.[0]?.text.trim() ?? "";
const values = (element: Element, name: string): string[] =>
  all(element, name)
    .flatMap((child) => all(child, "VALUE").map((value) => value.text.trim()))
    .filter((value) => value !== "");

/** The leaves of an element as they came, lower-cased names. */
function plain(element: Element): JsonObject {
  const out: JsonObject = {};
  for (const [name, list] of element.children) {
    const value = list[0]?.text.trim() ?? "";
    if (value !== "") out[name.toLowerCase()] = value;
  }
  return out;
}

const plainAll = (element: Element, name: string): JsonObject[] =>
  all(element, name)
    .map(plain)
    .filter((value) => Object.keys(value).length > 0);

function readEntry(source: string, element: Element, person: boolean): Entry | null {
  const reference = text(element, "REFERENCE_NUMBER");
  const name = ["FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"]
    .map((part) => text(element, part))
    .filter((part) => part !== "")
    .join(" ");
  if (reference === "" || name === "") return null;
  const prefix = person ? "INDIVIDUAL" : "ENTITY";
  const original = text(element, "NAME_ORIGINAL_SCRIPT");
  const aliases: Alias[] = all(element, `${prefix}_ALIAS`).flatMap((alias) => {
    const quality = text(alias, "QUALITY");
    const names = text(alias, "ALIAS_NAME");
    return names === "" ? [] : [{ name: names, kind: "aka", ...(quality === "" ? {} : { quality }) }];
  });
  if (original !== "") aliases.push({ name: original, kind: "original-script" });
  const listedOn = text(element, "LISTED_ON").slice(0, 10);
  const remarks = text(element, "COMMENTS1");
  return {
    key: `un:${reference}`,
    name,
    subjectClass: person ? "individual" : "organization",
    aliases,
    authority: "United Nations Security Council",
    list: text(element, "UN_LIST_TYPE") || "Consolidated List",
    reference,
    programmes: [],
    legalBasis: "United Nations Charter, Chapter VII",
    source,
    amendedOn: values(element, "LAST_DAY_UPDATED").map((date) => date.slice(0, 10)),
    ...(listedOn === "" ? {} : { listedOn }),
    ...(remarks === "" ? {} : { remarks }),
    facts: {
      titles: values(element, "TITLE"),
      designations: values(element, "DESIGNATION"),
      nationalities: values(element, "NATIONALITY"),
      birth_dates: plainAll(element, "INDIVIDUAL_DATE_OF_BIRTH"),
      birth_places: plainAll(element, "INDIVIDUAL_PLACE_OF_BIRTH"),
      documents: plainAll(element, "INDIVIDUAL_DOCUMENT"),
      addresses: plainAll(element, `${prefix}_ADDRESS`),
    },
  };
}
