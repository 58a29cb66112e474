/** STIX objects of about 1 kB, made by number: the same every time. */
const WORDS = [
  "border",
  "cell",
  "courier",
  "dialogue",
  "embassy",
  "finance",
  "group",
  "hawala",
  "indicator",
  "journey",
  "khorasan",
  "listing",
  "madrasa",
  "network",
  "outpost",
  "province",
];

export function objectText(n: number): string {
  const hex = n.toString(16).padStart(12, "0");
  const words = (count: number, seed: number): string =>
    Array.from({ length: count }, (_, k) => WORDS[(seed * 7 + k * 13 + n) % WORDS.length]).join(" ");
  return JSON.stringify({
    type: "campaign",
    spec_version: "2.1",
    id: `campaign--10000000-0000-4000-8000-${hex}`,
    created_by_ref: "identity--10000000-0000-4000-8000-000000000000",
    created: "2025-01-01T00:00:00.000Z",
    modified: `2025-01-01T00:00:00.${String(n % 1000).padStart(3, "0")}Z`,
    name: `Campaign ${n} ${words(2, n)}`,
    aliases: [`Alias ${hex}`, words(2, n + 5)],
    description: words(80, n),
    objective: words(12, n + 3),
    first_seen: "2024-01-01T00:00:00.000Z",
    object_marking_refs: ["marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"],
  });
}

/** A bundle as a stream of bytes, in pieces of about `piece`. */
export async function* bundleBytes(count: number, piece = 256 * 1024): AsyncGenerator<Uint8Array> {
  let text = '{"type":"bundle","id":"bundle--10000000-0000-4000-8000-000000000000","objects":[';
  for (let n = 0; n < count; n++) {
    text += `${n === 0 ? "" : ",\n"}${objectText(n)}`;
    if (text.length >= piece) {
      yield Buffer.from(text);
      text = "";
    }
  }
  yield Buffer.from(`${text}]}`);
}
