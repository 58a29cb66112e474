import { BaseError, fromUtf8 } from "#base";

/** One object of a file, as its exact text, or what stands at its place and cannot be read. */
export type ReadItem =
  | { readonly kind: "object"; readonly text: string; readonly index: number; readonly offset: number }
  | {
      readonly kind: "problem";
      readonly code: string;
      readonly message: string;
      readonly index: number;
      readonly offset: number;
    };

export interface ReadLimits {
  /** Bytes of one object; a larger one is a problem, and the next one is read. Default 8 MiB. */
  readonly maxObject?: number;
  /** The member of a single object whose list is read element by element. Default `objects`, as in a bundle. */
  readonly member?: string;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const NEWLINE = 0x0a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;

const isSpace = (byte: number): boolean => byte === 0x20 || byte === NEWLINE || byte === 0x0d || byte === 0x09;

/**
 * Finds the objects of a STIX bundle, a JSON list, a single object or JSON lines in a stream of bytes, and gives each
 * one's text to the letter. Attacker-controlled: memory is bounded by one object, and nothing is parsed here.
 */
export async function* readObjects(
  chunks: AsyncIterable<Uint8Array>,
  limits: ReadLimits = {},
): AsyncGenerator<ReadItem> {
  const scanner = new ObjectScanner(limits.maxObject ?? 8 * 1024 * 1024, limits.member ?? "objects");
  for await (const chunk of chunks) {
    yield* scanner.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    if (scanner.over) return;
  }
  yield* scanner.end();
}

class ObjectScanner {
  over = false;
  readonly #max: number;
  readonly #member: Buffer;
  #buffer: Buffer = Buffer.alloc(0);
  #room: Buffer = Buffer.alloc(0);
  /** File offset of the buffer's first byte. */
  #base = 0;
  #depth = 0;
  #inString = false;
  /** The last string read at a top-level object's own depth was the member's name, and what has followed it so far. */
  #key: "none" | "name" | "colon" = "none";
  #stringFrom = -1;
  /** The depth at which elements stand: 0 for lines and a single object, 1 in a list, 2 in a bundle's objects. */
  #home = 0;
  #start = -1;
  #startOffset = 0;
  #tooLarge = false;
  #junk = false;
  #index = 0;
  #first = true;
  /** One object a line: an object that does not end with its line was cut, and the next line is read afresh. */
  #lines = false;
  #newLine = false;

  constructor(max: number, member: string) {
    this.#max = max;
    this.#member = Buffer.from(member);
  }

  *push(chunk: Buffer): Generator<ReadItem> {
    const carried = this.#buffer.length;
    this.#buffer = carried === 0 ? chunk : this.#joined(chunk);
    let at = carried;
    if (this.#first) {
      if (this.#buffer.length < 4) return;
      const problem = this.#encodingProblem();
      if (problem !== null) {
        this.over = true;
        yield problem;
        return;
      }
      at = this.#buffer[0] === 0xef && this.#buffer[1] === 0xbb && this.#buffer[2] === 0xbf ? 3 : 0;
      this.#first = false;
    }
    yield* this.#scan(at);
    this.#forget();
  }

  /** What is carried and the chunk after it, in room that doubles: an object of many chunks is copied few times. */
  #joined(chunk: Buffer): Buffer {
    const carried = this.#buffer;
    const length = carried.length + chunk.length;
    const from = carried.buffer === this.#room.buffer ? carried.byteOffset - this.#room.byteOffset : -1;
    if (from >= 0 && from + length <= this.#room.length) {
      chunk.copy(this.#room, from + carried.length);
      return this.#room.subarray(from, from + length);
    }
    const room = Buffer.allocUnsafeSlow(length * 2);
    carried.copy(room);
    chunk.copy(room, carried.length);
    this.#room = room;
    return room.subarray(0, length);
  }

  *end(): Generator<ReadItem> {
    if (this.#first && this.#buffer.length > 0) {
      this.#first = false;
      yield* this.#scan(0);
    }
    if (this.over) return;
    if (this.#depth > 0 || this.#inString) {
      yield this.#problem(
        "truncated",
        "the file ends in the middle; what stood before this place was read",
        this.#start === -1 ? this.#base + this.#buffer.length : this.#startOffset,
      );
    } else if (this.#index === 0 && this.#home === 0 && !this.#sawContainer) {
      yield this.#problem("empty", "the file holds no STIX object", 0);
    }
  }

  #sawContainer = false;

  *#scan(from: number): Generator<ReadItem> {
    const buffer = this.#buffer;
    let at = from;
    while (at < buffer.length) {
      if (this.#inString) {
        const end = this.#skipString(at);
        const cut = this.#lines ? buffer.subarray(at, end).indexOf(NEWLINE) : -1;
        if (cut !== -1) yield* this.#cutLine();
        at = cut === -1 ? end : at + cut;
        continue;
      }
      const byte = buffer[at] ?? 0;
      if (this.#newLine) {
        this.#newLine = false;
        if (this.#depth > 0 && byte === OPEN_BRACE) yield* this.#cutLine();
      }
      if (this.#key !== "none" && !isSpace(byte) && byte !== COLON && byte !== OPEN_LIST) this.#key = "none";
      switch (byte) {
        case QUOTE:
          if (this.#atHome()) yield* this.#refuseJunk(at);
          this.#inString = true;
          this.#stringFrom = at + 1;
          break;
        case COLON:
          this.#key = this.#key === "name" ? "colon" : "none";
          break;
        case OPEN_BRACE:
        case OPEN_LIST:
          this.#open(byte, at);
          break;
        case CLOSE_BRACE:
        case CLOSE_LIST:
          yield* this.#close(byte, at);
          if (this.over) return;
          break;
        case COMMA:
        case NEWLINE:
          this.#newLine = this.#lines && byte === NEWLINE;
          if (this.#depth === this.#home && (byte === COMMA || this.#home === 0)) this.#junk = false;
          break;
        default:
          if (this.#depth === this.#home && !isSpace(byte) && (this.#home > 0 || this.#start === -1))
            yield* this.#refuseJunk(at);
      }
      at++;
      if (this.#start !== -1 && at - this.#start > this.#max) this.#giveUpObject();
    }
  }

  /** A JSON string holds no line break, and in this file no object does: the one that stands open was cut. */
  *#cutLine(): Generator<ReadItem> {
    yield this.#problem(
      "truncated-line",
      "the line ends in the middle of an object; reading goes on with the next line",
      this.#startOffset,
    );
    this.#index++;
    this.#depth = 0;
    this.#home = 0;
    this.#inString = false;
    this.#key = "none";
    this.#start = -1;
    this.#tooLarge = false;
    this.#newLine = false;
  }

  #atHome(): boolean {
    return this.#depth === this.#home && this.#start === -1 && !this.#tooLarge;
  }

  /** Goes on inside a string from `at`; returns the place after its closing quote, or the buffer's end. */
  #skipString(at: number): number {
    const buffer = this.#buffer;
    let quote = buffer.indexOf(QUOTE, at);
    while (quote !== -1) {
      let slashes = 0;
      while (quote - 1 - slashes >= Math.max(this.#stringFrom, 0) && buffer[quote - 1 - slashes] === BACKSLASH)
        slashes++;
      if (slashes % 2 === 0) {
        this.#inString = false;
        const topLevel = this.#home === 0 && this.#depth === 1;
        this.#key =
          topLevel && this.#stringFrom >= 0 && buffer.subarray(this.#stringFrom, quote).equals(this.#member)
            ? "name"
            : "none";
        return quote + 1;
      }
      quote = buffer.indexOf(QUOTE, quote + 1);
    }
    if (this.#start !== -1 && buffer.length - this.#start > this.#max) this.#giveUpObject();
    return buffer.length;
  }

  #open(byte: number, at: number): void {
    if (byte === OPEN_LIST && this.#key === "colon" && this.#home === 0 && this.#depth === 1) {
      // A bundle: its elements are what we came for, and the envelope is not kept.
      this.#home = 2;
      this.#sawContainer = true;
      this.#start = -1;
      this.#tooLarge = false;
      this.#index = 0;
    } else if (byte === OPEN_LIST && this.#depth === 0) {
      this.#home = 1;
      this.#sawContainer = true;
    } else if (this.#depth === this.#home && this.#start === -1 && !this.#tooLarge) {
      this.#start = at;
      this.#startOffset = this.#base + at;
      this.#junk = false;
    }
    this.#key = "none";
    this.#depth++;
  }

  *#close(byte: number, at: number): Generator<ReadItem> {
    this.#depth--;
    if (this.#depth < 0) {
      this.over = true;
      yield this.#problem("json-syntax", "a bracket closes that never opened; reading stops here", this.#base + at);
      return;
    }
    if (this.#depth === this.#home && (this.#start !== -1 || this.#tooLarge)) {
      yield this.#element(at);
      if (this.#home === 0 && this.#start !== -1 && this.#index === 0) {
        this.#lines = !this.#buffer.subarray(this.#start, at).includes(NEWLINE);
      }
      this.#start = -1;
      this.#tooLarge = false;
      this.#index++;
    } else if (this.#home > 0 && this.#depth < this.#home) {
      if (byte !== CLOSE_LIST && this.#depth === this.#home - 1) {
        this.over = true;
        yield this.#problem(
          "json-syntax",
          "the list of objects is closed by a brace; reading stops here",
          this.#base + at,
        );
        return;
      }
      if (this.#depth === 0 || this.#home === 1) this.#home = 0;
      else this.#home = NOWHERE;
    }
    if (this.#depth === 0) this.#home = 0;
  }

  #element(at: number): ReadItem {
    const { index } = { index: this.#index };
    const offset = this.#startOffset;
    if (this.#tooLarge) {
      return {
        kind: "problem",
        index,
        offset,
        code: "object-too-large",
        message: `the object is larger than ${this.#max} bytes`,
      };
    }
    try {
      return { kind: "object", text: fromUtf8(this.#buffer.subarray(this.#start, at + 1)), index, offset };
    } catch (error) {
      if (!(error instanceof BaseError)) throw error;
      return {
        kind: "problem",
        index,
        offset,
        code: "encoding",
        message: "the object is not UTF-8 text; save the file as UTF-8",
      };
    }
  }

  *#refuseJunk(at: number): Generator<ReadItem> {
    if (this.#junk) return;
    this.#junk = true;
    yield this.#problem("not-an-object", "something that is not a JSON object stands here", this.#base + at);
  }

  /** The object is too large to keep: its bytes are let go, and its end is still looked for. */
  #giveUpObject(): void {
    this.#start = -1;
    this.#tooLarge = true;
  }

  /** Keeps only what an unfinished object still needs. */
  #forget(): void {
    const keepFrom =
      this.#start !== -1 ? this.#start : this.#inString ? Math.max(this.#buffer.length - 64, 0) : this.#buffer.length;
    this.#base += keepFrom;
    this.#buffer = this.#buffer.subarray(keepFrom);
    if (this.#start !== -1) this.#start -= keepFrom;
    this.#stringFrom -= keepFrom;
  }

  #encodingProblem(): ReadItem | null {
    const [a, b] = [this.#buffer[0], this.#buffer[1]];
    const utf16 = (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff) || a === 0 || b === 0;
    return utf16 ? this.#problem("encoding", "the file is UTF-16 or UTF-32 text; save it as UTF-8", 0) : null;
  }

  #problem(code: string, message: string, offset: number): ReadItem {
    return { kind: "problem", index: this.#index, offset, code, message };
  }
}

/** No depth: after a bundle's objects have ended, the rest of its envelope is passed over. */
const NOWHERE = -1;
