import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHex, toHex, utf8 } from "#base";
import {
  append,
  commitment,
  consistencyProof,
  formatCheckpoint,
  generateSeed,
  inclusionProof,
  leafHash,
  memoryHashStore,
  openEnvelope,
  openNote,
  PARCEL_TYPE,
  parseCheckpoint,
  preAuthEncoding,
  rootAt,
  sealEnvelope,
  signingKey,
  signNote,
  verifyConsistency,
  verifyInclusion,
} from "./index.ts";

/** The eight entries and the roots that implementations of RFC 6962 have in common. */
const ENTRIES = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
].map(fromHex);
const ROOTS = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

async function grown(count: number, entry = (n: number) => utf8(`entry ${n}`)) {
  const store = memoryHashStore();
  for (let n = 0; n < count; n++) await append(store, "log", leafHash(entry(n)));
  return store;
}

describe("RFC 6962", () => {
  test("the known roots", async () => {
    const store = await grown(8, (n) => ENTRIES[n] ?? new Uint8Array());
    for (const [n, root] of ROOTS.entries()) expect(toHex(await rootAt(store, "log", n + 1))).toBe(root);
    expect(toHex(await rootAt(store, "log", 0))).toBe(
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    );
  });

  test("every leaf is proven in every tree up to 33, and every tree the beginning of every later one", async () => {
    const store = await grown(33);
    for (let size = 1; size <= 33; size++) {
      const root = await rootAt(store, "log", size);
      for (let index = 0; index < size; index++) {
        verifyInclusion(
          leafHash(utf8(`entry ${index}`)),
          index,
          size,
          await inclusionProof(store, "log", index, size),
          root,
        );
      }
      for (let older = 0; older <= size; older++) {
        verifyConsistency(
          older,
          await rootAt(store, "log", older),
          size,
          root,
          await consistencyProof(store, "log", older, size),
        );
      }
    }
  });

  test("one bit changed anywhere, a hash too many or too few, another place: refused", async () => {
    const store = await grown(40);
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 40 }), fc.nat(), fc.nat(), fc.nat(), async (size, a, b, bit) => {
        const root = await rootAt(store, "log", size);
        const index = a % size;
        const leaf = leafHash(utf8(`entry ${index}`));
        const proof = await inclusionProof(store, "log", index, size);
        const flip = (hashes: readonly Uint8Array[]) =>
          hashes.map((hash, n) =>
            n === b % hashes.length ? hash.with(bit % 32, (hash[bit % 32] ?? 0) ^ (1 << (bit % 8))) : hash,
          );
        expect(() => verifyInclusion(leaf, index, size, flip(proof), root)).toThrow();
        expect(() => verifyInclusion(leaf, index, size, proof.slice(1), root)).toThrow();
        expect(() => verifyInclusion(leaf, index, size, [...proof, root], root)).toThrow();
        expect(() => verifyInclusion(leaf, (index + 1) % size, size, proof, root)).toThrow();
        const older = 1 + (a % (size - 1));
        const oldRoot = await rootAt(store, "log", older);
        const consistency = await consistencyProof(store, "log", older, size);
        expect(() => verifyConsistency(older, oldRoot, size, root, flip(consistency))).toThrow();
        expect(() => verifyConsistency(older, oldRoot, size, root, consistency.slice(1))).toThrow();
        expect(() => verifyConsistency(older, root, size, root, consistency)).toThrow();
      }),
      { numRuns: 300 },
    );
  });
});

const [alice, bob] = [signingKey(generateSeed()), signingKey(generateSeed())];

describe("signed notes and checkpoints (C2SP)", () => {
  const text = formatCheckpoint({ origin: "node.example/channel/1", size: 7, root: new Uint8Array(32).fill(9) });
  const note = signNote(text, [{ name: "alice", key: alice }]);
  const verifiers = [{ name: "alice", publicKey: alice.publicKey }];
  test("come back", () => {
    expect(openNote(note, verifiers)).toMatchObject({ text, signedBy: ["alice"] });
    expect(parseCheckpoint(text)).toMatchObject({ origin: "node.example/channel/1", size: 7 });
  });
  test.each([
    ["another size", note.replace("\n7\n", "\n8\n"), "note-signature"],
    ["nobody known", signNote(text, [{ name: "bob", key: bob }]), "note-unsigned"],
    ["no signature", text, "note-malformed"],
  ])("refused: %s", (_, bad, code) => {
    expect(() => openNote(bad, verifiers)).toThrow(expect.objectContaining({ code }));
  });
});

describe("envelopes (DSSE)", () => {
  test("the specification's encoding", () => {
    expect(Buffer.from(preAuthEncoding("http://example.com/HelloWorld", utf8("hello world"))).toString()).toBe(
      "DSSEv1 29 http://example.com/HelloWorld 11 hello world",
    );
  });
  const sealed = sealEnvelope(PARCEL_TYPE, utf8('{"a":1}'), alice);
  test("the exact bytes come back", () => {
    expect(openEnvelope(sealed, PARCEL_TYPE, [bob.publicKey, alice.publicKey])).toEqual({
      payload: new Uint8Array(utf8('{"a":1}')),
      signedBy: alice.publicKey,
    });
  });
  test.each([
    ["another key", sealed, PARCEL_TYPE, bob.publicKey, "envelope-unsigned"],
    ["another type", sealed, "application/json", alice.publicKey, "envelope-type"],
    [
      "the type changed outside the signature",
      sealed.replace(PARCEL_TYPE, "application/json"),
      "application/json",
      alice.publicKey,
      "envelope-unsigned",
    ],
    [
      "another payload",
      sealed.replace(/"payload":"\w+=*"/, '"payload":"e30="'),
      PARCEL_TYPE,
      alice.publicKey,
      "envelope-unsigned",
    ],
    ["cut short", sealed.slice(0, -5), PARCEL_TYPE, alice.publicKey, "envelope-malformed"],
    ["a depth bomb", "[".repeat(1e5), PARCEL_TYPE, alice.publicKey, "envelope-malformed"],
  ])("refused: %s", (_, text, type, key, code) => {
    expect(() => openEnvelope(text, type, [key])).toThrow(expect.objectContaining({ code }));
  });
});

test("a commitment opens to one parcel and one salt only", () => {
  const [salt, hash] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];
  expect(toHex(commitment(salt, hash))).not.toBe(toHex(commitment(hash, salt)));
  expect(commitment(salt, hash).length).toBe(22 + 32);
});
