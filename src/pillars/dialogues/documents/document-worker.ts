/** Runs in a worker: one document in, its words out, and nothing else of it. */
import { parentPort, workerData } from "node:worker_threads";
import { convert } from "html-to-text";
import mammoth from "mammoth";
import { extractText, getDocumentProxy } from "unpdf";
import type { DocumentKind } from "./read-document.ts";

const MAX_PAGES = 2000;

async function words(kind: DocumentKind, bytes: Uint8Array): Promise<string> {
  switch (kind) {
    case "html":
      return html(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    case "docx":
      return (await mammoth.extractRawText({ buffer: Buffer.from(bytes) })).value;
    case "pdf": {
      const document = await getDocumentProxy(new Uint8Array(bytes));
      if (document.numPages > MAX_PAGES)
        throw new Error(`it has ${document.numPages} pages; at most ${MAX_PAGES} are read`);
      const { text } = await extractText(document, { mergePages: false });
      return text.map(unwrap).join("\n\n");
    }
    case "text":
      return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  }
}

function html(text: string): string {
  return convert(text, {
    wordwrap: false,
    limits: { maxInputLength: 20_000_000, maxDepth: 200 },
    selectors: [
      { selector: "a", options: { ignoreHref: true } },
      { selector: "img", format: "skip" },
      { selector: "script", format: "skip" },
      { selector: "style", format: "skip" },
      { selector: "nav", format: "skip" },
      ...["h1", "h2", "h3", "h4", "h5", "h6"].map((selector) => ({ selector, options: { uppercase: false } })),
    ],
  });
}

/** A PDF breaks lines where the page ends; a sentence goes on. A hyphen at a line's end belongs to the word. */
function unwrap(page: string): string {
  return page.replace(/(\p{Ll})-\n(\p{Ll})/gu, "$1$2").replace(/([^.!?:۔\n])\n(?=[\p{Ll}\p{Lo}\d(“"'])/gu, "$1 ");
}

const { kind, bytes } = workerData as { kind: DocumentKind; bytes: Uint8Array };
// A worker's port has no target origin: that is a window's.
const answer = (said: { text: string } | { error: string }): void =>
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  parentPort?.postMessage(said);

try {
  answer({ text: await words(kind, bytes) });
} catch (error) {
  answer({ error: error instanceof Error ? error.message : String(error) });
}
