import fc from "fast-check";
import { expect, test } from "vitest";
import { diffStatements, sentences } from "./diff.ts";
import { suggestSpans } from "./suggest.ts";

const BEFORE = `Both sides agreed to meet each year. They condemned terrorism.
The delegations will exchange lists of designated groups.`;
const AFTER = `Both sides agreed to meet twice each year. They condemned terrorism.
The delegations will counter the use of emerging technologies.`;

test("what was added, dropped and changed, each at its place in its own text", () => {
  const { spans, added, dropped, changed } = diffStatements(BEFORE, AFTER, "en");
  expect({ added, dropped, changed }).toEqual({ added: 1, dropped: 1, changed: 1 });
  const reworded = spans.find((span) => span.kind === "changed");
  expect(reworded?.words?.filter(({ kind }) => kind !== "same").map(({ kind, text }) => [kind, text.trim()])).toEqual([
    ["added", "twice"],
  ]);
});

test("a typographic quote is not another wording", () => {
  expect(diffStatements("Pakistan's “agreed” text.", 'Pakistan’s "agreed"  text.', "en")).toMatchObject({
    added: 0,
    dropped: 0,
    changed: 0,
  });
});

const wording = fc
  .array(
    fc.constantFrom(
      "We agreed. ",
      "They will meet. ",
      "دونوں فریق متفق ہیں۔ ",
      "Dr. Who said so!\n",
      "a, b; c? ",
      "😀 no. ",
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(""));

test("every span is verbatim at its place, in order, and nothing of either text is left out", () => {
  fc.assert(
    fc.property(wording, wording, (before, after) => {
      const { spans } = diffStatements(before, after, "en");
      for (const [side, text] of [
        ["before", before],
        ["after", after],
      ] as const) {
        const own = spans.flatMap((span) => span[side] ?? []);
        for (const { start, end, text: words } of own) expect(text.slice(start, end)).toBe(words);
        expect(own.map(({ start }) => start)).toEqual(sentences(text, "en").map(({ start }) => start));
      }
    }),
  );
});

test("sentences that commit are suggested with the words that say so; praise and condolences are not", () => {
  const found = suggestSpans(`${AFTER} The United States applauded Pakistan. دونوں ممالک نے تعاون پر اتفاق کیا۔`, "en");
  expect(found.map(({ because }) => because.toLowerCase())).toEqual(["agreed to", "will counter", "اتفاق کیا"]);
});
