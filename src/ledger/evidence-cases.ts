/** For tests: bundles forged, cut, reordered, substituted, expired and genuine, with the verdict that each deserves. */
import { fromBase64, sha256Hex, toBase64, utf8 } from "#base";
import { formatCheckpoint } from "./checkpoint.ts";
import { cosign, cosignerName } from "./cosignature.ts";
import { sealEnvelope } from "./dsse.ts";
import type { EvidenceVerdict } from "./evidence.ts";
import { type Evidence, evidenceText, logOrigin, type ProvenParcel } from "./evidence-format.ts";
import type { TrustedKeys } from "./evidence-keys.ts";
import { ciphertextHash, sealRelease } from "./fair.ts";
import { generateSeed, signingKey } from "./keys.ts";
import type { ReleaseBody } from "./parcel.ts";
import { type EvidenceWorld, receiptFor, releaseOf, TestLog } from "./testing.ts";

export interface EvidenceCase {
  readonly name: string;
  readonly verdict: EvidenceVerdict["verdict"];
  /** One of the reasons' codes; `null` for what is genuine. */
  readonly code: string | null;
  readonly make: (world: EvidenceWorld) => Promise<Evidence | string>;
  /** Keys other than the parties' own. */
  readonly keys?: (world: EvidenceWorld) => TrustedKeys;
}

const APPROVED = "2026-08-01T00:00:00.000000Z";
const stranger = signingKey(generateSeed());
const turned = (base64: string, at: number): string => {
  const bytes = fromBase64(base64);
  return toBase64(bytes.with(at, (bytes[at] ?? 0) ^ 1));
};

export function genuine(name: string, make: EvidenceCase["make"], keys?: EvidenceCase["keys"]): EvidenceCase {
  return { name, verdict: "genuine", code: null, make, ...(keys === undefined ? {} : { keys }) };
}

export function refused(
  name: string,
  code: string,
  make: EvidenceCase["make"],
  keys?: EvidenceCase["keys"],
): EvidenceCase {
  return { name, verdict: "refused", code, make, ...(keys === undefined ? {} : { keys }) };
}

/** The genuine bundle with its one parcel changed. */
function parcel(name: string, code: string, change: (held: ProvenParcel, w: EvidenceWorld) => object): EvidenceCase {
  return refused(name, code, async (w) =>
    w.bundle({ parcels: w.genuine.parcels.map((held) => ({ ...held, ...change(held, w) })) }),
  );
}

function envelope(name: string, code: string, change: (value: Record<string, unknown>) => object): EvidenceCase {
  return parcel(name, code, (held) => {
    const value = JSON.parse(held.envelope) as Record<string, unknown>;
    return { envelope: JSON.stringify({ ...value, ...change(value) }) };
  });
}

/** A parcel that A really logged and signed, though it should not stand in a bundle: a party that lies about itself. */
function logged(
  name: string,
  code: string,
  add: (log: TestLog, w: EvidenceWorld) => Promise<unknown>,
  place: "parcels" | "receipts" = "parcels",
): EvidenceCase {
  return refused(name, code, async (w) => {
    const [log, to] = place === "parcels" ? [new TestLog(w.a), w.b] : [new TestLog(w.b), w.a];
    await log.add(to, { kind: "hello", body: { name: "x" } });
    await add(log, w);
    return w.bundle({ [place]: [await log.prove(1)] });
  });
}

const WHOLE: readonly EvidenceCase[] = [
  genuine("a release and its receipt, both cosigned", async (w) => w.genuine),
  genuine("two parts and their receipts", async (w) =>
    w.bundle({
      parcels: [await w.out.prove(1), await w.out.prove(2)],
      receipts: [await w.back.prove(1), await w.back.prove(2)],
    }),
  ),
  genuine("the same in another order", async (w) =>
    w.bundle({
      parcels: [await w.out.prove(2), await w.out.prove(1)],
      receipts: [await w.back.prove(1), await w.back.prove(2)],
    }),
  ),
  genuine("a correction", async (w) =>
    w.bundle({ parcels: [await w.out.prove(3)], receipts: [await w.back.prove(3)] }),
  ),
  genuine("a recall", async (w) => w.bundle({ parcels: [await w.out.prove(4)], receipts: [await w.back.prove(4)] })),
  genuine("a release whose review date has passed: what happened stays proven", async (w) =>
    w.bundle({ parcels: [await w.out.prove(5)], receipts: [await w.back.prove(5)] }),
  ),
  genuine("no cosignatures, as older nodes make it", async (w) =>
    w.bundle({ parcels: [await w.out.prove(1)], receipts: [await w.back.prove(1)] }),
  ),
  genuine("a cosignature of a witness that nobody here knows", async (w) =>
    w.bundle({ parcels: [await w.out.prove(1, 6, w.witness)] }),
  ),
  genuine("the smallest checkpoint that holds the parcel", async (w) =>
    w.bundle({ parcels: [await w.out.prove(1, 2)], receipts: [await w.back.prove(1, 2)] }),
  ),
  genuine("parcels under checkpoints of different sizes", async (w) =>
    w.bundle({
      parcels: [await w.out.prove(1, 3), await w.out.prove(2, 5)],
      receipts: [await w.back.prove(1, 4), await w.back.prove(2)],
    }),
  ),
  { name: "no receipt", verdict: "incomplete", code: "receipt-missing", make: async (w) => w.bundle({ receipts: [] }) },
  {
    name: "one receipt of two",
    verdict: "incomplete",
    code: "receipt-missing",
    make: async (w) => w.bundle({ parcels: [await w.out.prove(1), await w.out.prove(2)] }),
  },
];

const FILES: readonly EvidenceCase[] = [
  refused("nothing", "json-syntax", async () => ""),
  refused("half of the file", "json-syntax", async (w) => {
    const text = evidenceText(w.genuine);
    return text.slice(0, text.length / 2);
  }),
  refused("something after the end", "json-syntax", async (w) => `${evidenceText(w.genuine)}{}`),
  refused("a depth bomb", "json-depth", async () => `${"[".repeat(50_000)}${"]".repeat(50_000)}`),
  refused(
    "another format",
    "evidence-malformed",
    async (w) => ({ ...w.genuine, format: "entente-evidence/2" }) as never,
  ),
  refused(
    "a field that does not belong",
    "evidence-malformed",
    async (w) => ({ ...w.genuine, note: "trust me" }) as never,
  ),
  refused("no parcel", "evidence-malformed", async (w) => w.bundle({ parcels: [] })),
  refused("three parties", "evidence-malformed", async (w) =>
    w.bundle({ parties: [...w.genuine.parties, { id: w.witness.id, name: "", key: w.witness.key.publicKey }] }),
  ),
  refused("one party twice", "evidence-malformed", async (w) =>
    w.bundle({ parties: w.genuine.parties.map((one) => ({ ...one, id: w.a.id, key: w.a.key.publicKey })) }),
  ),
  refused("another key for a party than the one held", "evidence-key", async (w) =>
    w.bundle({ parties: w.genuine.parties.map((one, n) => (n === 0 ? { ...one, key: stranger.publicKey } : one)) }),
  ),
  refused(
    "a party whose key is not held",
    "evidence-key",
    async (w) => w.genuine,
    (w) => ({ [w.a.id]: w.a.key.publicKey }),
  ),
  refused("the parties' keys changed places", "evidence-key", async (w) =>
    w.bundle({ parties: w.genuine.parties.map((one, n) => ({ ...one, key: (n === 0 ? w.b : w.a).key.publicKey })) }),
  ),
  refused("a key that is none", "key-malformed", async (w) =>
    w.bundle({ parties: w.genuine.parties.map((one) => ({ ...one, key: "AAAA" })) }),
  ),
  refused("another channel over the same parcels", "evidence-channel", async (w) =>
    w.bundle({ channel: "channel--x" }),
  ),
];

const PARCELS: readonly EvidenceCase[] = [
  envelope("a payload changed", "envelope-unsigned", ({ payload }) => ({ payload: turned(String(payload), 20) })),
  envelope("a signature changed", "envelope-unsigned", ({ signatures }) => ({
    signatures: (signatures as { sig: string }[]).map((one) => ({ ...one, sig: turned(one.sig, 9) })),
  })),
  envelope("no signature", "envelope-malformed", () => ({ signatures: [] })),
  envelope("seventeen signatures", "envelope-malformed", ({ signatures }) => ({
    signatures: Array.from({ length: 17 }, () => (signatures as object[])[0]),
  })),
  envelope("another payload type", "envelope-type", () => ({ payloadType: "application/json" })),
  parcel("an envelope cut short", "envelope-malformed", (held) => ({ envelope: held.envelope.slice(0, -9) })),
  parcel("an envelope with a space more: other bytes than were logged", "proof-invalid", (held) => ({
    envelope: held.envelope.replace("{", "{ "),
  })),
  logged("a parcel that its sender did not sign", "envelope-unsigned", (log, w) =>
    log.add(w.b, releaseOf([1, 2]), stranger),
  ),
  logged("a parcel that the recipient signed in the sender's name", "envelope-unsigned", (log, w) =>
    log.add(w.b, releaseOf([1, 2]), w.b.key),
  ),
  logged("a parcel of another channel", "evidence-channel", (log, w) =>
    log.add(w.b, { ...releaseOf([1, 2]), channel: "channel--x" }),
  ),
  logged("a parcel to a third party", "envelope-unsigned", (log, w) => log.add(w.witness, releaseOf([1, 2]))),
  logged("a parcel to its own sender", "envelope-unsigned", (log, w) => log.add(w.a, releaseOf([1, 2]))),
  logged("a parcel that names another place", "evidence-place", (log, w) =>
    log.add(w.b, { ...releaseOf([1, 2]), sequence: 4 }),
  ),
  logged("a greeting among the parcels", "evidence-malformed", (log, w) =>
    log.add(w.b, { kind: "hello", body: { name: "x" } }),
  ),
  logged("a kind that is none", "parcel-malformed", (log, w) => log.add(w.b, { kind: "gift", body: {} })),
  logged("a release that nobody approved", "evidence-approval", (log, w) =>
    log.add(w.b, releaseOf([1, 2], { approvals: [] })),
  ),
  logged("a release approved by nobody who is named", "evidence-approval", (log, w) =>
    log.add(w.b, releaseOf([1, 2], { approvals: [{ officer: "", role: "second officer", at: APPROVED }] })),
  ),
  logged("a release that one officer approved twice", "evidence-approval", (log, w) => {
    const approval = { officer: "officer--1", at: APPROVED };
    const approvals = ["drafter", "second officer"].map((role) => ({ ...approval, role }));
    return log.add(w.b, releaseOf([1, 2], { approvals }));
  }),
  logged("a payload of another type, signed and logged", "envelope-type", (log, w) =>
    log.log(sealEnvelope("text/plain", utf8("{}"), w.a.key)),
  ),
  refused("one parcel twice", "evidence-malformed", async (w) =>
    w.bundle({ parcels: [...w.genuine.parcels, ...w.genuine.parcels] }),
  ),
  refused("a receipt among the parcels", "evidence-malformed", async (w) =>
    w.bundle({ parcels: [...w.genuine.parcels, await w.back.prove(1)] }),
  ),
  refused("parcels in both directions", "evidence-malformed", async (w) => {
    const log = new TestLog(w.b);
    await log.add(w.a, releaseOf([1]));
    return w.bundle({ parcels: [...w.genuine.parcels, await log.prove(0)] });
  }),
];

const LOGS: readonly EvidenceCase[] = [
  parcel("another place than the proof's", "evidence-place", () => ({ index: 2 })),
  parcel("another salt", "proof-invalid", (held) => ({ salt: turned(held.salt, 0) })),
  parcel("the salt of another entry", "proof-invalid", (_, w) => ({ salt: w.out.entries[2]?.salt ?? "" })),
  parcel("a salt that is not base64", "bytes-encoding", () => ({ salt: "?" })),
  parcel("a proof cut short", "proof-invalid", (held) => ({ proof: held.proof.slice(1) })),
  parcel("a proof with a hash more", "proof-invalid", (held) => ({ proof: [...held.proof, held.proof[0] ?? ""] })),
  parcel("a proof in another order", "proof-invalid", (held) => ({ proof: held.proof.toReversed() })),
  parcel("a bit of a proof", "proof-invalid", (held) => ({
    proof: held.proof.map((hash, n) => (n === 1 ? turned(hash, 31) : hash)),
  })),
  refused("the proof of another entry", "proof-invalid", async (w) => {
    const { proof } = await w.out.prove(2);
    return w.bundle({ parcels: w.genuine.parcels.map((held) => ({ ...held, proof })) });
  }),
  refused("the proof in a tree of another size", "proof-invalid", async (w) => {
    const { proof } = await w.out.prove(1, 5);
    return w.bundle({ parcels: w.genuine.parcels.map((held) => ({ ...held, proof })) });
  }),
  refused("a checkpoint from before the parcel", "proof-invalid", async (w) => {
    const { checkpoint } = await w.out.prove(0, 1);
    return w.bundle({ parcels: w.genuine.parcels.map((held) => ({ ...held, checkpoint, proof: [] })) });
  }),
  refused("the partner's checkpoint in place of the sender's", "note-unsigned", async (w) => {
    const { checkpoint } = await w.back.prove(1);
    return w.bundle({ parcels: w.genuine.parcels.map((held) => ({ ...held, checkpoint })) });
  }),
  refused("the checkpoint of the sender's log of another channel", "note-unsigned", async (w) => {
    const log = new TestLog(w.a, "channel--x");
    await log.log(w.out.entries[1]?.envelope ?? "");
    const { checkpoint } = await log.prove(0);
    return w.bundle({ parcels: w.genuine.parcels.map((held) => ({ ...held, checkpoint })) });
  }),
  parcel("another size in the checkpoint", "note-signature", (held) => ({
    checkpoint: held.checkpoint.replace("\n6\n", "\n7\n"),
  })),
  parcel("a checkpoint with no signature", "note-malformed", (held) => ({
    checkpoint: held.checkpoint.split("\n— ")[0] ?? "",
  })),
  refused("a checkpoint signed by a stranger", "note-unsigned", async (w) => {
    const checkpoint = w.out.sign(await w.out.text(), stranger);
    return w.bundle({ parcels: w.genuine.parcels.map((held) => ({ ...held, checkpoint })) });
  }),
  parcel("another root, signed by the sender: a log with two histories", "proof-invalid", (_, w) => ({
    checkpoint: w.out.sign(
      formatCheckpoint({ origin: logOrigin(w.genuine.channel, w.a.id), size: 6, root: new Uint8Array(32) }),
    ),
  })),
  parcel("a cosignature that does not hold", "note-signature", (held) => {
    const lines = held.checkpoint.trimEnd().split("\n");
    const [dash, name, blob = ""] = (lines.pop() ?? "").split(" ");
    return { checkpoint: `${lines.join("\n")}\n${dash} ${name} ${turned(blob, 70)}\n` };
  }),
  refused("the cosignature of an earlier checkpoint", "note-signature", async (w) => {
    const word = cosign(await w.out.text(3), { name: cosignerName(w.b.id), key: w.b.key }, 5);
    const checkpoint = `${w.out.sign(await w.out.text(6))}${word}`;
    return w.bundle({ parcels: w.genuine.parcels.map((held) => ({ ...held, checkpoint })) });
  }),
];

const RECEIPTS: readonly EvidenceCase[] = [
  refused("a receipt for a parcel that is not there", "evidence-receipt", async (w) =>
    w.bundle({ receipts: [await w.back.prove(2)] }),
  ),
  refused("one receipt twice", "evidence-malformed", async (w) =>
    w.bundle({ receipts: [...w.genuine.receipts, ...w.genuine.receipts] }),
  ),
  refused("a parcel among the receipts", "evidence-malformed", async (w) =>
    w.bundle({ receipts: [await w.out.prove(2)] }),
  ),
  refused("a receipt changed", "envelope-unsigned", async (w) =>
    w.bundle({
      receipts: w.genuine.receipts.map((held) => ({
        ...held,
        envelope: held.envelope.replace(/"payload":"(.{60})./, (_, keep: string) => `"payload":"${keep}A`),
      })),
    }),
  ),
  refused("a receipt that the sender wrote for itself", "evidence-receipt", async (w) => {
    const log = new TestLog(w.a);
    await log.add(w.b, { kind: "hello", body: { name: "x" } });
    await log.add(w.b, receiptFor(w.out.entries[1] ?? { envelope: "", salt: "" }, 1, [1, 2]));
    return w.bundle({ receipts: [await log.prove(1)] });
  }),
  ...(
    [
      ["a receipt for another place", 2, [1, 2]],
      ["a receipt of fewer records", 1, [1]],
      ["a receipt of other records", 1, [1, 3]],
      ["a receipt of the records in another order", 1, [2, 1]],
    ] as const
  ).map(([name, sequence, records]) =>
    logged(
      name,
      "evidence-receipt",
      (log, w) => log.add(w.a, receiptFor(w.out.entries[1] ?? { envelope: "", salt: "" }, sequence, records)),
      "receipts",
    ),
  ),
];

const KEY = fromBase64("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=");

interface FairChange {
  readonly key?: Uint8Array;
  readonly receipt?: object;
  readonly offer?: object;
  readonly results?: readonly number[];
  readonly terms?: Partial<ReleaseBody>;
  readonly parcels?: readonly number[];
  readonly receipts?: readonly number[];
}

/** A fair release of two records: 1 offer, 2 key; 1 receipt for the ciphertext, 2 receipt for what was in it. */
async function fairBundle(w: EvidenceWorld, change: FairChange = {}): Promise<Evidence> {
  const [out, back] = [new TestLog(w.a), new TestLog(w.b)];
  for (const [log, to] of [
    [out, w.b],
    [back, w.a],
  ] as const)
    await log.add(to, { kind: "hello", body: { name: log.owner.name } });
  const { body } = releaseOf([1, 2], change.terms) as { body: ReleaseBody };
  const sealed = sealRelease("release", body, KEY, new Uint8Array(12));
  const offer = await out.add(w.b, { kind: "fair-offer", body: { ...sealed, ...change.offer } });
  const hash = sha256Hex(offer.envelope);
  const key = await out.add(w.b, {
    kind: "fair-key",
    body: { offer: hash, sequence: 1, key: toBase64(change.key ?? KEY) },
  });
  const { commitment } = sealed;
  const held = { offer: hash, sequence: 1, ciphertext: ciphertextHash(sealed), commitment, says: "ciphertext-held" };
  await back.add(w.a, { kind: "fair-receipt", body: { ...held, ...change.receipt } });
  await back.add(w.a, receiptFor(key, 2, change.results ?? [1, 2]));
  return w.bundle({
    parcels: await Promise.all((change.parcels ?? [1, 2]).map((n) => out.prove(n, 3, w.b))),
    receipts: await Promise.all((change.receipts ?? [1, 2]).map((n) => back.prove(n, 3, w.a))),
  });
}

function incomplete(name: string, code: string, make: EvidenceCase["make"]): EvidenceCase {
  return { name, verdict: "incomplete", code, make };
}

const FAIR: readonly EvidenceCase[] = [
  genuine("a fair release: offer, receipt, key, receipt", (w) => fairBundle(w)),
  genuine("a fair release with its key before its offer", (w) => fairBundle(w, { parcels: [2, 1] })),
  incomplete("a fair release whose key was not given", "key-missing", (w) =>
    fairBundle(w, { parcels: [1], receipts: [1] }),
  ),
  incomplete("a fair release whose offer nobody signed for", "receipt-missing", (w) =>
    fairBundle(w, { receipts: [2] }),
  ),
  incomplete("a recipient that says the key does not open it", "key-refused", (w) =>
    fairBundle(w, { receipt: { says: "key-does-not-open" } }),
  ),
  refused("a key that is not the one committed to", "fair-key", (w) => fairBundle(w, { key: KEY.with(0, 1) })),
  refused("an offer of another number of records", "fair-key", (w) => fairBundle(w, { offer: { records: 3 } })),
  refused("a fair release that nobody approved, as its key shows", "evidence-approval", (w) =>
    fairBundle(w, { terms: { approvals: [] } }),
  ),
  refused("a key without its offer", "evidence-malformed", (w) => fairBundle(w, { parcels: [2] })),
  refused("a receipt for another ciphertext", "evidence-receipt", (w) =>
    fairBundle(w, { receipt: { ciphertext: "0".repeat(64) } }),
  ),
  refused("a receipt for another commitment", "evidence-receipt", (w) =>
    fairBundle(w, { receipt: { commitment: "0".repeat(64) } }),
  ),
  refused("a receipt for other records than the key opened", "evidence-receipt", (w) =>
    fairBundle(w, { results: [1, 3] }),
  ),
];

function deleted(change: (held: ProvenParcel) => Partial<ProvenParcel> = () => ({})): EvidenceCase["make"] {
  return async (w) =>
    w.bundle({
      parcels: w.genuine.parcels.map((held) => {
        const erased = { hash: sha256Hex(held.envelope), at: "2026-08-01T00:00:00.000000Z" };
        const gone: ProvenParcel = { ...held, envelope: "", erased };
        return { ...gone, ...change(gone) };
      }),
    });
}

const DELETED: readonly EvidenceCase[] = [
  incomplete(
    "a text that was deleted: its hash stands in the log, and the receipt is for it",
    "text-deleted",
    deleted(),
  ),
  refused(
    "a deleted text of another hash",
    "proof-invalid",
    deleted(() => ({ erased: { hash: "0".repeat(64), at: "2026-08-01T00:00:00.000000Z" } })),
  ),
  refused(
    "a deleted text at another place",
    "proof-invalid",
    deleted(() => ({ index: 2 })),
  ),
  refused(
    "a deleted text that is there",
    "evidence-malformed",
    deleted(() => ({ envelope: "{}" })),
  ),
];

/** Of bundles whose parties never changed a key. */
export const PLAIN_CASES: readonly EvidenceCase[] = [
  ...WHOLE,
  ...FILES,
  ...PARCELS,
  ...LOGS,
  ...RECEIPTS,
  ...FAIR,
  ...DELETED,
];
