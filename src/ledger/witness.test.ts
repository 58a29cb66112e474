import { describe, expect, test } from "vitest";
import { toBase64, utf8 } from "#base";
import {
  append,
  consistencyProof,
  formatAddCheckpoint,
  formatCheckpoint,
  generateSeed,
  judgeAddCheckpoint,
  leafHash,
  memoryHashStore,
  originOf,
  parseAddCheckpoint,
  rootAt,
  signingKey,
  signNote,
} from "./index.ts";

const ORIGIN = "example.com/behind-the-sofa";
const [key, other] = [signingKey(generateSeed()), signingKey(generateSeed())];
const logs = [{ origin: ORIGIN, key: key.publicKey }];
const tree = (async () => {
  const store = memoryHashStore();
  for (let n = 0; n < 40; n++) await append(store, "log", leafHash(utf8(`entry ${n}`)));
  return store;
})();
const root = async (size: number) => rootAt(await tree, "log", size);
const note = async (size: number, signer = key, origin = ORIGIN, hash?: Uint8Array) =>
  signNote(formatCheckpoint({ origin, size, root: hash ?? (await root(size)) }), [{ name: origin, key: signer }]);
const proof = async (older: number, size: number) => consistencyProof(await tree, "log", older, size);
const last = async (size: number) => ({ size, root: await root(size) });

describe("tlog-witness: the request", () => {
  test("the specification's example has this form, and comes back", () => {
    const hash = "PlRNCrwHpqhGrupue0L7gxbjbMiKA9temvuZZDDpkaw=";
    const checkpoint = `${ORIGIN}\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n— ${ORIGIN} Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n`;
    const text = `old 20852014\n${hash}\n\n${checkpoint}`;
    const request = parseAddCheckpoint(utf8(text));
    expect(request).toMatchObject({ oldSize: 20_852_014, checkpoint });
    expect(request.proof.map(toBase64)).toEqual([hash]);
    expect(formatAddCheckpoint(request)).toBe(text);
    expect(originOf(checkpoint)).toBe(ORIGIN);
    expect(parseAddCheckpoint(utf8(`old 0\n\n${checkpoint}`))).toMatchObject({ oldSize: 0, proof: [] });
  });

  const hash = toBase64(new Uint8Array(32));
  test.each<[string, string | Uint8Array]>([
    ["nothing", ""],
    ["no checkpoint", "old 0\n"],
    ["no old size", `${hash}\n\nx\n`],
    ["a leading zero", "old 07\n\nx\n"],
    ["a size below zero", "old -1\n\nx\n"],
    ["a size past 2^53", "old 9007199254740993\n\nx\n"],
    ["two spaces", "old  7\n\nx\n"],
    ["capitals", "OLD 7\n\nx\n"],
    ["a hash of 31 bytes", `old 7\n${toBase64(new Uint8Array(31))}\n\nx\n`],
    ["a hash that is not base64", "old 7\n????\n\nx\n"],
    ["64 lines of proof", `old 7\n${`${hash}\n`.repeat(64)}\nx\n`],
    ["200 kilobytes", `old 7\n\n${"x".repeat(200_000)}`],
    ["not UTF-8", new Uint8Array([0xff, 0xfe])],
  ])("refused: %s", (_, body) => {
    const bytes = typeof body === "string" ? utf8(body) : body;
    expect(() => parseAddCheckpoint(bytes)).toThrow(expect.objectContaining({ code: "witness-request" }));
  });
});

describe("tlog-witness: the verdict", () => {
  test.each([
    [0, 0],
    [0, 1],
    [0, 40],
    [1, 40],
    [7, 8],
    [8, 8],
    [13, 40],
  ])("from %i to %i: cosigned", async (older, size) => {
    const request = { oldSize: older, proof: await proof(older, size), checkpoint: await note(size) };
    const known = older === 0 ? null : await last(older);
    expect(judgeAddCheckpoint(request, logs, known)).toMatchObject({ status: 200, accepted: { size, origin: ORIGIN } });
  });

  const bad = new Uint8Array(32).fill(5);
  test.each<[string, () => Promise<[number, readonly Uint8Array[], string, number | null]>, object]>([
    ["an unknown log", async () => [0, [], await note(3, key, "elsewhere"), null], { status: 404 }],
    ["another key", async () => [0, [], await note(3, other), null], { status: 403 }],
    ["a changed text", async () => [0, [], (await note(3)).replace("\n3\n", "\n4\n"), null], { status: 403 }],
    ["an old size past the new", async () => [9, [], await note(8), 9], { status: 400 }],
    [
      "another old size than held",
      async () => [7, await proof(7, 9), await note(9), 8],
      { status: 409, size: 8, suspect: null },
    ],
    ["zero though more is held", async () => [0, [], await note(9), 8], { status: 409, size: 8 }],
    ["more though nothing is held", async () => [8, await proof(8, 9), await note(9), null], { status: 409, size: 0 }],
    ["a rollback", async () => [8, [], await note(8), 9], { status: 409, size: 9 }],
    [
      "two roots for one size",
      async () => [8, [], await note(8, key, ORIGIN, bad), 8],
      { status: 409, size: 8, suspect: expect.any(String) as string },
    ],
    [
      "two roots for the empty tree",
      async () => [0, [], await note(0, key, ORIGIN, bad), null],
      { status: 409, suspect: expect.any(String) as string },
    ],
    [
      "a fork",
      async () => [8, await proof(8, 9), await note(9, key, ORIGIN, bad), 8],
      { status: 422, suspect: expect.any(String) as string },
    ],
    ["no proof", async () => [7, [], await note(9), 7], { status: 422 }],
    ["a proof for size zero", async () => [0, [bad], await note(9), null], { status: 422 }],
    ["a proof for the same size", async () => [8, [bad], await note(8), 8], { status: 422 }],
    ["a proof of other sizes", async () => [7, await proof(6, 9), await note(9), 7], { status: 422 }],
    ["a proof too long", async () => [7, [...(await proof(7, 9)), bad], await note(9), 7], { status: 422 }],
  ])("%s", async (_, make, verdict) => {
    const [oldSize, hashes, checkpoint, held] = await make();
    const known = held === null ? null : await last(held);
    expect(judgeAddCheckpoint({ oldSize, proof: hashes, checkpoint }, logs, known)).toMatchObject(verdict);
  });

  test("several keys of one log, and signatures that are not its own", async () => {
    const text = formatCheckpoint({ origin: ORIGIN, size: 3, root: await root(3) });
    const checkpoint = signNote(text, [
      { name: "someone", key: other },
      { name: ORIGIN, key },
    ]);
    const both = [{ origin: ORIGIN, key: other.publicKey }, ...logs];
    const verdict = judgeAddCheckpoint({ oldSize: 0, proof: [], checkpoint }, both, null);
    // What is kept is what the log itself signed.
    expect(verdict).toMatchObject({ status: 200, note: signNote(text, [{ name: ORIGIN, key }]) });
  });

  test.each(["", "x\n\ny\n", `${ORIGIN}\n1\nAA==\n\n— a AAAAAAAA\n`])("no checkpoint at all: %j", (checkpoint) => {
    expect(() => judgeAddCheckpoint({ oldSize: 0, proof: [], checkpoint }, logs, null)).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/malformed/) as string }),
    );
  });
});
