import { createHash } from "node:crypto";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { Source } from "#intake";
import type { Viewer } from "#policy";
import type { ListPart, Store } from "#store";
import { DesignationError } from "../errors.ts";

/** A source's bytes are kept in the store, where every process and every backup finds them. */
const CHUNK = 1 << 20;
/** OFAC's advanced XML has about 120 MB. */
const MAX_FILE = 1 << 30;

async function measure(source: Source): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const part of source.open()) {
    hash.update(part);
    bytes += part.length;
    if (bytes > MAX_FILE)
      throw new DesignationError("too-large", `${source.name} is larger than ${MAX_FILE} bytes`, {
        where: source.name,
        fix: "Is this the list? None that is read here is so large.",
      });
  }
  return { sha256: hash.digest("hex"), bytes };
}

/** In pieces of one size, whatever the stream's own are. */
async function* pieces(source: Source): AsyncGenerator<Buffer> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (const part of source.open()) {
    held.push(part);
    size += part.length;
    if (size < CHUNK) continue;
    const whole = Buffer.concat(held);
    let at = 0;
    for (; at + CHUNK <= whole.length; at += CHUNK) yield whole.subarray(at, at + CHUNK);
    held = [whole.subarray(at)];
    size = whole.length - at;
  }
  if (size > 0) yield Buffer.concat(held);
}

/**
 * Keeps a file's bytes under their hash; those that are kept already are not written again.
 * @throws DesignationError `too-large`, or `file-changed` when the file is written to while it is read.
 */
export async function keepFile(
  store: Store,
  actor: Viewer,
  source: Source,
): Promise<{ sha256: string; bytes: number }> {
  const kept = await measure(source);
  if (await store.read(actor, (r) => r.lists.hasFile(kept.sha256))) return kept;
  const hash = createHash("sha256");
  let n = 0;
  for await (const piece of pieces(source)) {
    hash.update(piece);
    const place = n++;
    await store.transact(actor, (t) => t.lists.addFileChunk(kept.sha256, place, zstdCompressSync(piece)));
  }
  if (hash.digest("hex") !== kept.sha256)
    throw new DesignationError("file-changed", `${source.name} changed while it was read`, {
      where: source.name,
      fix: "Load it again when nothing writes to it.",
    });
  await store.transact(actor, (t) => t.lists.addFile(kept.sha256, kept.bytes));
  return kept;
}

/** Kept files as a source of several parts; each read takes the bytes from the store. */
export function keptSource(store: Store, viewer: Viewer, parts: readonly ListPart[], name: string): Source | null {
  const part = parts.find((one) => one.name === name);
  if (part === undefined) return null;
  return {
    name,
    size: part.bytes,
    sibling: (other) => keptSource(store, viewer, parts, other),
    async *open() {
      for (let n = 0, given = 0; given < part.bytes; n++) {
        const data = await store.read(viewer, (r) => r.lists.fileChunk(part.sha256, n));
        if (data === null)
          throw new DesignationError("file-missing", `the kept bytes of ${part.name} (${part.sha256}) are not whole`, {
            fix: "Load the list again from its source.",
          });
        const piece = zstdDecompressSync(data, { maxOutputLength: CHUNK });
        given += piece.length;
        yield piece;
      }
    },
  };
}
