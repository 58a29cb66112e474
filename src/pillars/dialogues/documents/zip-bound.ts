import { inflateRawSync } from "node:zlib";
import { DialogueError } from "../errors.ts";

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const MAX_ENTRIES = 2000;
/** Of all entries together; a document of a thousand pages has a few. */
const MAX_UNPACKED = 256 * 1024 * 1024;

/**
 * Unpacks every entry once under a bound, so that a small file cannot become a large one in the library that reads it; what
 * a zip says of its own sizes is not believed (APPNOTE.TXT 4.3.12, 4.3.16).
 * @throws DialogueError `document-unreadable`.
 */
export function boundZip(bytes: Uint8Array): void {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = view.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || end + 22 > view.length || view.readUInt32LE(end) !== END_OF_DIRECTORY)
    throw broken("it has no directory");
  const count = view.readUInt16LE(end + 10);
  if (count > MAX_ENTRIES) throw broken(`it has ${count} entries; at most ${MAX_ENTRIES} are read`);
  let at = view.readUInt32LE(end + 16);
  let left = MAX_UNPACKED;
  for (let n = 0; n < count; n++) {
    if (at + 46 > view.length || view.readUInt32LE(at) !== DIRECTORY_ENTRY) throw broken("its directory is cut");
    left -= unpackedSize(view, at, left);
    at += 46 + view.readUInt16LE(at + 28) + view.readUInt16LE(at + 30) + view.readUInt16LE(at + 32);
  }
}

function unpackedSize(view: Buffer, entry: number, limit: number): number {
  const method = view.readUInt16LE(entry + 10);
  const packed = view.readUInt32LE(entry + 20);
  const header = view.readUInt32LE(entry + 42);
  if (header + 30 > view.length) throw broken("an entry lies outside the file");
  const start = header + 30 + view.readUInt16LE(header + 26) + view.readUInt16LE(header + 28);
  const data = view.subarray(start, start + packed);
  if (data.length !== packed) throw broken("an entry is cut");
  if (method === 0) return packed;
  if (method !== 8) throw broken("an entry is packed in a way that is not read");
  try {
    return packed === 0 ? 0 : inflateRawSync(data, { maxOutputLength: Math.max(limit, 1) }).length;
  } catch (cause) {
    throw broken("an entry is broken, or unpacks to more than a document can hold", cause);
  }
}

function broken(message: string, cause?: unknown): DialogueError {
  return new DialogueError("document-unreadable", `the document cannot be unpacked: ${message}`, {
    fix: "Save it again as DOCX, or give its text.",
    cause,
  });
}
