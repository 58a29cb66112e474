const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = new Set([0x7b, 0x5b]);
const CLOSE = new Set([0x7d, 0x5d]);
const LIST = 0x5b;
/** Bytes of an envelope that are kept. */
const MAX_ENVELOPE = 64 * 1024;

const isSpace = (byte: number): boolean => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/**
 * Keeps what stands at the top of a stream of JSON while the objects in it go by: each list or object below the top is
 * cut down to `[0]`, `[]`, `{"_":0}` or `{}`. Attacker-controlled: memory is bounded, and nothing is parsed here.
 */
export class EnvelopeReader {
  /** What the file begins with. */
  top: "list" | "object" | "other" | null = null;
  /** File offset of the first value. */
  start = -1;
  /** Something stands after the first value, as in JSON lines. */
  more = false;
  #text: number[] = [];
  #base = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #fresh = false;
  #list = false;
  #over = false;

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0;
      if (this.#inString) {
        if (this.#depth >= 2 && !this.#escaped) {
          // Deep text goes by quickly.
          while (at < chunk.length && chunk[at] !== QUOTE && chunk[at] !== BACKSLASH) at++;
          if (at === chunk.length) break;
        }
        this.#string(chunk[at] ?? 0);
      } else if (!isSpace(byte)) {
        this.#token(byte);
        if (this.start === -1 && this.top !== null) this.start = this.#base + at;
      }
    }
    this.#base += chunk.length;
  }

  /** The envelope's text once its top has closed; null when it never did, or is too long to keep. */
  text(): string | null {
    const closed = this.top === "object" && this.#over && this.#text.length < MAX_ENVELOPE;
    return closed ? Buffer.from(this.#text).toString("utf8") : null;
  }

  #string(byte: number): void {
    if (this.#depth <= 1) this.#keep(byte);
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) this.#inString = false;
  }

  #token(byte: number): void {
    if (this.top === null) {
      // A byte order mark is no content.
      if (byte === 0xef || byte === 0xbb || byte === 0xbf) return;
      this.top = byte === LIST ? "list" : byte === 0x7b ? "object" : "other";
    } else if (this.#depth === 0) {
      this.more = true;
      return;
    }
    if (CLOSE.has(byte)) {
      this.#depth--;
      if (this.#depth <= 1) this.#keep(byte);
      if (this.#depth === 0) this.#over = true;
      return;
    }
    if (this.#depth === 2 && this.#fresh) {
      this.#fresh = false;
      for (const kept of this.#list ? "0" : '"_":0') this.#keep(kept.charCodeAt(0));
    }
    if (this.#depth <= 1) this.#keep(byte);
    if (byte === QUOTE) this.#inString = true;
    else if (OPEN.has(byte)) {
      this.#depth++;
      if (this.#depth === 2) {
        this.#fresh = true;
        this.#list = byte === LIST;
      }
    }
  }

  #keep(byte: number): void {
    if (this.#text.length < MAX_ENVELOPE) this.#text.push(byte);
  }
}
