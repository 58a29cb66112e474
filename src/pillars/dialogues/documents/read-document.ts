import { Worker } from "node:worker_threads";
import { BaseError, fromUtf8 } from "#base";
import { DialogueError } from "../errors.ts";
import { boundZip } from "./zip-bound.ts";

export type DocumentKind = "text" | "html" | "pdf" | "docx";

export interface ReadDocument {
  readonly kind: DocumentKind;
  /** Normalised to NFC, with `\n` between lines: what spans count in. */
  readonly text: string;
}

/** Octets of a document; a statement of a hundred pages has far fewer. */
export const MAX_DOCUMENT_BYTES = 50 * 1024 * 1024;
/** UTF-16 code units of its text, as a statement may have. */
const MAX_TEXT = 2_000_000;
const TIME_LIMIT_MS = 60_000;
const MEMORY_MB = 1024;

/** By its first bytes, not by its name. */
function kindOf(bytes: Uint8Array): DocumentKind {
  const head = Buffer.from(bytes.subarray(0, 1024)).toString("latin1");
  if (head.startsWith("%PDF-")) return "pdf";
  if (head.startsWith("PK\u0003\u0004")) return "docx";
  return /^[\s\u00ef\u00bb\u00bf]*<(?:!doctype html|html|head|body|p|div|article)\b/i.test(head) ? "html" : "text";
}

/**
 * The words of a statement out of text, HTML, PDF or DOCX. Documents are hostile: libraries read them in a worker of bounded
 * memory and time, which is ended when `signal` says so.
 * @throws DialogueError `document-unreadable`.
 */
export async function readDocument(bytes: Uint8Array, signal?: AbortSignal): Promise<ReadDocument> {
  if (bytes.length > MAX_DOCUMENT_BYTES)
    throw unreadable(`it has ${bytes.length} bytes; at most ${MAX_DOCUMENT_BYTES} are read`);
  const kind = kindOf(bytes);
  if (kind === "docx") boundZip(bytes);
  const raw = kind === "text" ? plainText(bytes) : await inWorker(kind, bytes, signal);
  const text = raw
    .normalize("NFC")
    .replace(/\r\n?/g, "\n")
    .replace(/[^\S\n]+$/gm, "")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
  if (text === "") throw unreadable("no words were found in it; a scanned page has none");
  if (text.length > MAX_TEXT) throw unreadable(`its text has ${text.length} characters; at most ${MAX_TEXT} are kept`);
  return { kind, text };
}

function plainText(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes).replace(/^\uFEFF/, "");
  } catch (error) {
    if (error instanceof BaseError) throw unreadable("it is not UTF-8 text", error);
    throw error;
  }
}

function inWorker(kind: DocumentKind, bytes: Uint8Array, signal?: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./document-worker.ts", import.meta.url), {
      workerData: { kind, bytes },
      resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
      execArgv: [],
    });
    const timer = setTimeout(() => finish(unreadable("it took longer than a minute to read")), TIME_LIMIT_MS);
    const stopped = (): void => finish(unreadable("reading it was stopped"));
    signal?.addEventListener("abort", stopped, { once: true });
    const finish = (outcome: string | DialogueError): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", stopped);
      void worker.terminate();
      if (typeof outcome === "string") resolve(outcome);
      else reject(outcome);
    };
    worker.once("message", (said: { text: string } | { error: string }) =>
      finish("text" in said ? said.text : unreadable(said.error)),
    );
    worker.once("error", (error) => finish(unreadable("its reader gave up on it", error)));
    worker.once("exit", (code) => finish(unreadable(`its reader ended with ${code}`)));
  });
}

function unreadable(message: string, cause?: unknown): DialogueError {
  return new DialogueError("document-unreadable", `the document cannot be read: ${message}`, {
    fix: "Give the text of the statement as a UTF-8 file, or as HTML, PDF or DOCX.",
    cause,
  });
}
