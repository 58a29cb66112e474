import { describe, expect, test } from "vitest";
import { fromBase64, toBase64 } from "#base";
import {
  cosign,
  formatCheckpoint,
  generateSeed,
  openCheckpoint,
  openNote,
  parseCheckpoint,
  readCosignatures,
  signingKey,
  signNote,
  verifiedCosignatures,
  verifierKey,
} from "./index.ts";

const [log, other, w1, w2] = Array.from({ length: 4 }, () => signingKey(generateSeed())) as [
  ReturnType<typeof signingKey>,
  ReturnType<typeof signingKey>,
  ReturnType<typeof signingKey>,
  ReturnType<typeof signingKey>,
];
const ORIGIN = "entente/channel--1/identity--1";
const verifier = { name: ORIGIN, publicKey: log.publicKey };
const text = formatCheckpoint({ origin: ORIGIN, size: 7, root: new Uint8Array(32).fill(9) });
const note = signNote(text, [{ name: ORIGIN, key: log }]);
const cosigners = [
  { name: "w1", publicKey: w1.publicKey },
  { name: "w2", publicKey: w2.publicKey },
];
const [line1, line2] = [cosign(text, { name: "w1", key: w1 }, 1_679_315_147), cosign(text, { name: "w2", key: w2 }, 0)];
/** The line with one bit of its blob turned over. */
function changed(line: string, at: number, bit = 1): string {
  const [dash = "", name = "", blob = ""] = line.trim().split(" ");
  const bytes = fromBase64(blob);
  return `${dash} ${name} ${toBase64(bytes.with(at, (bytes[at] ?? 0) ^ bit))}\n`;
}
const refused = (code: string) => expect.objectContaining({ code });

describe("signed-note", () => {
  // The example of golang.org/x/mod/sumdb/note, the format's first implementation.
  const known = {
    text: "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
    line: "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
    verifier: {
      name: "PeterNeumann",
      publicKey: toBase64(fromBase64("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW").subarray(1)),
    },
  };
  test("the known note opens, and the known verifier key is written so", () => {
    expect(openNote(`${known.text}\n${known.line}`, [known.verifier]).signedBy).toEqual(["PeterNeumann"]);
    expect(verifierKey(known.verifier)).toBe("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  });

  test("several signatures: all known ones are told, once each, unknown ones passed over", () => {
    const both = signNote(text, [
      { name: "elsewhere", key: other },
      { name: ORIGIN, key: log },
    ]);
    const twice = `${both}${note.slice(note.lastIndexOf("\n\n") + 2)}`;
    expect(openNote(twice, [verifier]).signedBy).toEqual([ORIGIN]);
    expect(openNote(both, [verifier, { name: "elsewhere", publicKey: other.publicKey }]).signedBy).toEqual([
      "elsewhere",
      ORIGIN,
    ]);
  });

  test("text may hold empty lines; the last one parts it from the signatures", () => {
    const poem = signNote("a\n\nb\n", [{ name: "x", key: other }]);
    expect(openNote(poem, [{ name: "x", publicKey: other.publicKey }]).text).toBe("a\n\nb\n");
  });

  const line = note.slice(note.lastIndexOf("\n\n") + 2);
  test.each<[string, string, string]>([
    ["a plus in a name", `${text}\n${line.replace("entente/", "ent+nte/")}`, "note-malformed"],
    ["a hyphen for the dash", `${text}\n${line.replace("—", "-")}`, "note-malformed"],
    ["no newline at the end", note.slice(0, -1), "note-malformed"],
    ["a signature of four bytes", `${text}\n— ${ORIGIN} AAAAAA==\n`, "note-malformed"],
    ["a name and no signature", `${text}\n— ${ORIGIN}\n`, "note-malformed"],
    ["base64 that is not canonical", `${text}\n${line.replace(/.=?=?\n$/u, "\n")}`, "note-malformed"],
    ["a control character", note.replace("\n7\n", "\n7\r\n"), "note-malformed"],
    ["an unpaired surrogate", note.replace("\n7\n", "\n\ud800\n"), "note-malformed"],
    ["a carriage return before each newline", note.replaceAll("\n", "\r\n"), "note-malformed"],
    ["101 signatures", `${text}\n${line.repeat(101)}`, "note-malformed"],
    ["another's key under the name", signNote(text, [{ name: ORIGIN, key: other }]), "note-unsigned"],
    ["the key under another name", signNote(text, [{ name: "x", key: log }]), "note-unsigned"],
    ["one good and one bad", `${note}${changed(line, 20)}`, "note-signature"],
    ["nothing", "", "note-malformed"],
  ])("refused: %s", (_, bad, code) => {
    expect(() => openNote(bad, [verifier])).toThrow(refused(code));
  });
});

describe("tlog-checkpoint", () => {
  test("extension lines are passed over", () => {
    expect(parseCheckpoint(`${text}extension\n`)).toMatchObject({ size: 7 });
  });
  test.each([
    ["an empty extension line", `${text}\nmore\n`],
    ["no origin", text.replace(ORIGIN, "")],
    ["a leading zero", text.replace("\n7\n", "\n07\n")],
    ["a sign", text.replace("\n7\n", "\n+7\n")],
    ["a size past 2^53", text.replace("\n7\n", "\n9007199254740993\n")],
    ["a short root", text.replace(/\n\S+\n$/, "\nAAAA\n")],
    ["no end", text.slice(0, -1)],
    ["two lines", "o\n1\n"],
  ])("refused: %s", (_, bad) => {
    expect(() => parseCheckpoint(bad)).toThrow(refused("checkpoint-malformed"));
  });
  test("of another log, though the key is right", () => {
    const elsewhere = signNote(text.replace(ORIGIN, "entente/channel--2/identity--1"), [{ name: ORIGIN, key: log }]);
    expect(() => openCheckpoint(elsewhere, verifier)).toThrow(refused("checkpoint-origin"));
  });
});

describe("tlog-cosignature, Ed25519", () => {
  test("cosignatures of known cosigners, with their times; unknown ones are passed over", () => {
    const opened = openCheckpoint(`${note}${line1}${line2}`, verifier, cosigners);
    expect(opened).toMatchObject({
      origin: ORIGIN,
      size: 7,
      cosignatures: [
        { cosigner: "w1", timestamp: 1_679_315_147, line: line1 },
        { cosigner: "w2", timestamp: 0, line: line2 },
      ],
    });
    expect(openCheckpoint(`${note}${line1}`, verifier).cosignatures).toEqual([]);
  });

  test("72 bytes after the key id, the time first and big-endian; the verifier key says 0x04", () => {
    const blob = fromBase64(line1.trim().split(" ")[2] ?? "");
    expect(blob.length).toBe(4 + 8 + 64);
    expect(Buffer.from(blob.subarray(4, 12)).readBigUInt64BE()).toBe(1_679_315_147n);
    expect(
      fromBase64(
        verifierKey(cosigners[0] ?? verifier, 0x04)
          .split("+")
          .slice(2)
          .join("+"),
      )[0],
    ).toBe(4);
  });

  test("a cosignature is not the log's signature, nor the other way about", () => {
    expect(() => openNote(`${text}\n${line1}`, cosigners)).toThrow(refused("note-unsigned"));
    expect(verifiedCosignatures(note, [{ name: ORIGIN, publicKey: log.publicKey }])).toEqual([]);
  });

  test.each<[string, string, string]>([
    ["another time", changed(line1, 11), "note-signature"],
    ["a time past 2^63", changed(line1, 4, 0x80), "note-signature"],
    ["another signature", changed(line1, 75), "note-signature"],
    ["cut short", `${line1.trim().slice(0, -16)}\n`, "note-signature"],
    ["of another text", cosign(text.replace("7", "8"), { name: "w1", key: w1 }, 5), "note-signature"],
    ["no line", "", "note-malformed"],
    ["a flood", line1.repeat(101), "note-malformed"],
  ])("refused: %s", (_, bad, code) => {
    expect(() => readCosignatures(bad, text, cosigners)).toThrow(refused(code));
  });
  test.each([
    ["by another key under the same name", cosign(text, { name: "w1", key: other }, 5)],
    ["by the same key under another name", cosign(text, { name: "w3", key: w1 }, 5)],
  ])("passed over: %s", (_, line) => {
    expect(readCosignatures(line, text, cosigners)).toEqual([]);
  });
  test.each([-1, 1.5, Number.NaN, 2 ** 60])("no time to sign: %d", (time) => {
    expect(() => cosign(text, { name: "w1", key: w1 }, time)).toThrow(refused("cosignature-time"));
  });
});
