import { concatBytes, equalBytes, sha256 } from "#base";
import { LedgerError } from "./errors.ts";
import type { HashRow } from "./tiles.ts";

const LEAF = new Uint8Array([0]);
const NODE = new Uint8Array([1]);

/** RFC 6962 §2.1: the root of the empty tree. */
export const EMPTY_ROOT: Uint8Array = sha256(new Uint8Array(0));

/** RFC 6962 §2.1: SHA-256(0x00 || entry). */
export function leafHash(entry: Uint8Array): Uint8Array {
  return sha256(concatBytes(LEAF, entry));
}

/** RFC 6962 §2.1: SHA-256(0x01 || left || right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  return sha256(concatBytes(NODE, left, right));
}

/** One hash of a tree: of a leaf at level 0, of a complete subtree of 2^n leaves at level n. */
interface TreeNode {
  readonly level: number;
  readonly position: number;
  readonly hash: Uint8Array;
}

/** Where the hashes of complete subtrees are kept: level 0 holds the leaves, level n subtrees of 2^n of them. */
export interface HashStore {
  get(log: string, level: number, position: number): Promise<Uint8Array | null>;
  /** Keeps hashes at places that are still empty. */
  putAll(log: string, nodes: readonly TreeNode[]): Promise<void>;
  size(log: string): Promise<number>;
  setSize(log: string, size: number): Promise<void>;
}

/** Adds one leaf, and the subtrees it completes. @returns its index. One writer at a time. */
export function append(store: HashStore, log: string, leaf: Uint8Array): Promise<number> {
  return appendAll(store, log, [leaf]);
}

/** Adds leaves in order, and the subtrees they complete, in one write. @returns the first one's index. One writer at a time. */
export async function appendAll(store: HashStore, log: string, leaves: readonly Uint8Array[]): Promise<number> {
  const first = await store.size(log);
  const nodes: TreeNode[] = [];
  /** The newest hash of each level: what the next one at that level is joined with, without asking the store for it. */
  const newest = new Map<number, TreeNode>();
  const put = (node: TreeNode): void => {
    nodes.push(node);
    newest.set(node.level, node);
  };
  const left = async (level: number, position: number): Promise<Uint8Array> => {
    const held = newest.get(level);
    return held?.position === position ? held.hash : stored(store, log, level, position);
  };
  for (const [n, leaf] of leaves.entries()) {
    let [level, position, hash] = [0, first + n, leaf];
    while (position % 2 === 1) {
      const sibling = await left(level, position - 1);
      put({ level, position, hash });
      hash = nodeHash(sibling, hash);
      position = (position - 1) / 2;
      level++;
    }
    put({ level, position, hash });
  }
  await store.putAll(log, nodes);
  await store.setSize(log, first + leaves.length);
  return first;
}

/** The root of the first `size` leaves. */
export async function rootAt(store: HashStore, log: string, size: number): Promise<Uint8Array> {
  await inRange(store, log, size);
  return size === 0 ? EMPTY_ROOT : subtree(store, log, 0, size);
}

/** RFC 6962 §2.1.1: the audit path of leaf `index` in the tree of `size`, from the leaf up. */
export async function inclusionProof(
  store: HashStore,
  log: string,
  index: number,
  size: number,
): Promise<Uint8Array[]> {
  await inRange(store, log, size);
  if (index < 0 || index >= size) throw new LedgerError("tree-range", `there is no leaf ${index} in a tree of ${size}`);
  const path = async (from: number, to: number): Promise<Uint8Array[]> => {
    if (to - from === 1) return [];
    const middle = from + split(to - from);
    return index < middle
      ? [...(await path(from, middle)), await subtree(store, log, middle, to)]
      : [...(await path(middle, to)), await subtree(store, log, from, middle)];
  };
  return path(0, size);
}

/** RFC 6962 §2.1.2: that the tree of `older` is the beginning of the tree of `size`. */
export async function consistencyProof(
  store: HashStore,
  log: string,
  older: number,
  size: number,
): Promise<Uint8Array[]> {
  await inRange(store, log, size);
  if (older < 0 || older > size) throw new LedgerError("tree-range", `a tree of ${size} has no earlier size ${older}`);
  if (older === 0 || older === size) return [];
  const proof = async (from: number, to: number, whole: boolean): Promise<Uint8Array[]> => {
    if (older === to) return whole ? [] : [await subtree(store, log, from, to)];
    const middle = from + split(to - from);
    return older <= middle
      ? [...(await proof(from, middle, whole)), await subtree(store, log, middle, to)]
      : [...(await proof(middle, to, false)), await subtree(store, log, from, middle)];
  };
  return proof(0, size, true);
}

/** @throws LedgerError `proof-invalid` unless the proof shows this leaf at `index` under `root` (RFC 9162 §2.1.3.2). */
export function verifyInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): void {
  if (!isSize(index) || !isSize(size) || index >= size) throw invalid("the leaf's index lies outside the tree");
  checkHashes(proof, root);
  let [position, last] = [index, size - 1];
  let hash = leaf;
  for (const sibling of proof) {
    if (last === 0) throw invalid("the proof is too long");
    if (position % 2 === 1 || position === last) {
      hash = nodeHash(sibling, hash);
      while (position % 2 === 0 && position !== 0) [position, last] = [position / 2, Math.floor(last / 2)];
    } else {
      hash = nodeHash(hash, sibling);
    }
    [position, last] = [Math.floor(position / 2), Math.floor(last / 2)];
  }
  if (last !== 0) throw invalid("the proof is too short");
  if (!equalBytes(hash, root)) throw invalid("the leaf is not in the tree of this root");
}

/** @throws LedgerError `proof-invalid` unless `olderRoot` is the beginning of `root` (RFC 9162 §2.1.4.2). */
export function verifyConsistency(
  older: number,
  olderRoot: Uint8Array,
  size: number,
  root: Uint8Array,
  proof: readonly Uint8Array[],
): void {
  if (!isSize(older) || !isSize(size) || older > size) throw invalid("the older tree is the larger one");
  checkHashes([...proof, olderRoot], root);
  if (older === 0 || older === size) {
    if (proof.length > 0) throw invalid("no proof belongs here");
    if (older === 0 ? !equalBytes(olderRoot, EMPTY_ROOT) : !equalBytes(olderRoot, root))
      throw invalid("two roots for one size");
    return;
  }
  const complete = Number.isInteger(Math.log2(older)) && 2 ** Math.log2(older) === older;
  const path = complete ? [olderRoot, ...proof] : proof;
  const [first, ...rest] = path;
  if (first === undefined) throw invalid("the proof is empty");
  let [position, last] = [older - 1, size - 1];
  while (position % 2 === 1) [position, last] = [Math.floor(position / 2), Math.floor(last / 2)];
  let [oldHash, newHash] = [first, first];
  for (const sibling of rest) {
    if (last === 0) throw invalid("the proof is too long");
    if (position % 2 === 1 || position === last) {
      oldHash = nodeHash(sibling, oldHash);
      newHash = nodeHash(sibling, newHash);
      while (position % 2 === 0 && position !== 0) [position, last] = [position / 2, Math.floor(last / 2)];
    } else {
      newHash = nodeHash(newHash, sibling);
    }
    [position, last] = [Math.floor(position / 2), Math.floor(last / 2)];
  }
  if (last !== 0) throw invalid("the proof is too short");
  if (!equalBytes(oldHash, olderRoot)) throw invalid("the older root is not the beginning of this tree");
  if (!equalBytes(newHash, root)) throw invalid("the proof does not lead to the newer root");
}

/** The hash of leaves `from` to `to`, where `from` is a multiple of the largest power of two that fits. */
async function subtree(store: HashStore, log: string, from: number, to: number): Promise<Uint8Array> {
  const level = Math.log2(to - from);
  if (Number.isInteger(level)) return stored(store, log, level, from / (to - from));
  const middle = from + split(to - from);
  return nodeHash(await subtree(store, log, from, middle), await subtree(store, log, middle, to));
}

/** RFC 6962 §2.1: the largest power of two smaller than `count`. */
function split(count: number): number {
  let k = 1;
  while (k * 2 < count) k *= 2;
  return k;
}

async function stored(store: HashStore, log: string, level: number, position: number): Promise<Uint8Array> {
  const hash = await store.get(log, level, position);
  if (hash === null)
    throw new LedgerError("tree-range", `the log ${log} lacks the hash of level ${level}, position ${position}`);
  return hash;
}

async function inRange(store: HashStore, log: string, size: number): Promise<void> {
  const held = await store.size(log);
  if (!isSize(size) || size > held) throw new LedgerError("tree-range", `the log holds ${held} entries, not ${size}`);
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function checkHashes(proof: readonly Uint8Array[], root: Uint8Array): void {
  if (proof.length > 64 || [...proof, root].some((hash) => hash.length !== 32))
    throw invalid("a hash is 32 bytes, a proof at most 64 of them");
}

function invalid(message: string): LedgerError {
  return new LedgerError("proof-invalid", message);
}

/** Hashes in memory: for verifiers and tests. */
export function memoryHashStore(): HashStore & HashRow {
  const hashes = new Map<string, Uint8Array>();
  const sizes = new Map<string, number>();
  return {
    get: (log, level, position) => Promise.resolve(hashes.get(`${log} ${level} ${position}`) ?? null),
    putAll: (log, nodes) =>
      Promise.resolve(nodes.forEach(({ level, position, hash }) => hashes.set(`${log} ${level} ${position}`, hash))),
    row: (log, level, position, count) =>
      Promise.resolve(
        Array.from({ length: count }, (_, n) => hashes.get(`${log} ${level} ${position + n}`)).filter(
          (hash) => hash !== undefined,
        ),
      ),
    size: (log) => Promise.resolve(sizes.get(log) ?? 0),
    setSize: (log, size) => Promise.resolve(void sizes.set(log, size)),
  };
}
