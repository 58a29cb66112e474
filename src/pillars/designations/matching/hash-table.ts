/** FNV-1a, 32 bits. Two keys of one hash only cost a look: what is found is always compared. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) {
    value ^= text.charCodeAt(at);
    value = Math.imul(value, 0x01000193);
  }
  return value >>> 0;
}

/** A growing list of (hash, value); a value is below 2^21. */
export class PairList {
  #packed = new Float64Array(1024);
  #size = 0;

  push(key: number, value: number): void {
    if (this.#size === this.#packed.length) {
      const larger = new Float64Array(this.#size * 2);
      larger.set(this.#packed);
      this.#packed = larger;
    }
    // hash * 2^21 + value is exact below 2^53.
    this.#packed[this.#size++] = key * 2 ** 21 + value;
  }

  /** A Float64Array sorts without a comparison function. */
  sorted(): Float64Array {
    return this.#packed.subarray(0, this.#size).toSorted();
  }
}

/** Many numbers under one hash, in two typed arrays: eight bytes an entry. Built once, then only read. */
export class HashTable {
  readonly #hashes: Uint32Array;
  readonly #values: Int32Array;
  /** First place of each of 65,536 ranges of hashes. */
  readonly #ranges: Int32Array;

  constructor(entries: PairList) {
    const packed = entries.sorted();
    this.#hashes = new Uint32Array(packed.length);
    this.#values = new Int32Array(packed.length);
    this.#ranges = new Int32Array(65_537);
    for (let at = 0; at < packed.length; at++) {
      const one = packed[at] as number;
      const key = Math.floor(one / 2 ** 21);
      this.#hashes[at] = key;
      this.#values[at] = one - key * 2 ** 21;
      this.#ranges[(key >>> 16) + 1] = at + 1;
    }
    for (let range = 1; range <= 65_536; range++)
      if ((this.#ranges[range] as number) < (this.#ranges[range - 1] as number))
        this.#ranges[range] = this.#ranges[range - 1] as number;
  }

  each(key: number, found: (value: number) => void): void {
    const end = this.#ranges[(key >>> 16) + 1] as number;
    for (let at = this.#ranges[key >>> 16] as number; at < end; at++) {
      const one = this.#hashes[at] as number;
      if (one === key) found(this.#values[at] as number);
      else if (one > key) return;
    }
  }
}
