import { describe, expect, test } from "vitest";
import { utf8 } from "#base";
import { docx, pdf, zip } from "../testing.ts";
import { readDocument } from "./read-document.ts";

const FIRST = "Both delegations agreed to meet again within the year.";
const SECOND = "The delegations reaffirmed their intention to work closely in multilateral fora.";

describe("a statement out of", () => {
  test.each([
    ["text", utf8(`${FIRST}\r\n\r\n${SECOND}`)],
    [
      "html",
      utf8(
        `<!doctype html><html><head><title>x</title><script>alert(1)</script></head><body><p>${FIRST}</p><p>${SECOND}</p></body></html>`,
      ),
    ],
    ["pdf", pdf([[FIRST, SECOND.slice(0, 26), SECOND.slice(27)]])],
    ["docx", docx([FIRST, SECOND])],
  ] as const)("%s", async (kind, bytes) => {
    const read = await readDocument(bytes);
    expect(read.kind).toBe(kind);
    expect(read.text.replace(/\s+/g, " ")).toContain(`${FIRST} ${SECOND}`);
    expect(read.text).not.toContain("alert");
  });

  test("Urdu text, composed the same way whatever came", async () => {
    const { text } = await readDocument(utf8("دونوں وفود نے تعاون جاری رکھنے پر اتفاق کیا۔ آ".normalize("NFD")));
    expect(text).toBe("دونوں وفود نے تعاون جاری رکھنے پر اتفاق کیا۔ آ".normalize("NFC"));
  });
});

describe("a hostile document is refused in words", () => {
  const bomb = zip({ "word/document.xml": "<a>".padEnd(300 * 1024 * 1024, " ") });
  test.each([
    ["a bomb", bomb, /more than a document can hold/],
    ["a cut zip", docx([FIRST]).subarray(0, 300), /directory/],
    ["a zip that is no document", zip({ "a.txt": "hello" }), /cannot be read/],
    ["a broken PDF", utf8("%PDF-1.7\nnothing follows"), /cannot be read/],
    ["no UTF-8", new Uint8Array([0xff, 0xfe, 0x41]), /UTF-8/],
    ["nothing", new Uint8Array(), /no words/],
    ["a page without words", utf8("<html><body><img src=x></body></html>"), /no words/],
    ["too much text", utf8("word ".repeat(500_000)), /at most/],
  ] as const)("%s", async (_, bytes, words) => {
    await expect(readDocument(bytes)).rejects.toMatchObject({
      code: "document-unreadable",
      message: expect.stringMatching(words) as string,
    });
  });

  test("reading stops when it is told to", async () => {
    const stop = new AbortController();
    const reading = readDocument(pdf(Array.from({ length: 50 }, () => [FIRST])), stop.signal);
    stop.abort();
    await expect(reading).rejects.toMatchObject({ message: expect.stringMatching(/stopped/) as string });
  });
});
