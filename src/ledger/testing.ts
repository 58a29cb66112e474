/** For tests: two parties with their logs, and the table of evidence bundles that every verifier must judge alike. */
import { sha256, sha256Hex, toBase64, utf8 } from "#base";
import { formatCheckpoint } from "./checkpoint.ts";
import { commitment } from "./commitment.ts";
import { cosign, cosignerName } from "./cosignature.ts";
import { PARCEL_TYPE, sealEnvelope } from "./dsse.ts";
import { type Evidence, logOrigin, type ProvenParcel } from "./evidence-format.ts";
import { generateSeed, type SigningKey, signingKey } from "./keys.ts";
import { append, inclusionProof, leafHash, memoryHashStore, rootAt } from "./merkle.ts";
import { signNote } from "./note.ts";

const CHANNEL = "channel--10000000-0000-4000-8000-000000000001";
const WHEN = "2026-08-01T00:00:00.000000Z";
const TIME = 1_785_542_400;
/** When the overlap of a test's change of keys ends. */
export const OVERLAP = "2026-08-15T00:00:00.000000Z";

export interface TestParty {
  readonly id: string;
  readonly name: string;
  readonly key: SigningKey;
}

interface TestEntry {
  readonly envelope: string;
  readonly salt: string;
}

/** A party's log of a channel, in memory, with all that a bundle needs of it. */
export class TestLog {
  readonly owner: TestParty;
  readonly channel: string;
  readonly entries: TestEntry[] = [];
  readonly tree = memoryHashStore();

  constructor(owner: TestParty, channel: string = CHANNEL) {
    this.owner = owner;
    this.channel = channel;
  }

  async add(to: TestParty, parcel: object, key: SigningKey = this.owner.key): Promise<TestEntry> {
    const sequence = this.entries.length;
    const whole = { v: 1, channel: this.channel, from: this.owner.id, to: to.id, sequence, sent: WHEN, ...parcel };
    return this.log(sealEnvelope(PARCEL_TYPE, utf8(JSON.stringify(whole)), key));
  }

  /** The owner's change of keys, signed by `keys`. */
  async change(to: TestParty, previous: SigningKey, next: SigningKey, keys = [previous, next]): Promise<TestEntry> {
    const body = { previous: previous.publicKey, key: next.publicKey, tlsPin: "0".repeat(64), overlapUntil: OVERLAP };
    const common = { v: 1, channel: this.channel, from: this.owner.id, to: to.id, sequence: this.entries.length };
    const whole = { ...common, sent: WHEN, kind: "key-change", body };
    return this.log(sealEnvelope(PARCEL_TYPE, utf8(JSON.stringify(whole)), ...keys));
  }

  async log(envelope: string): Promise<TestEntry> {
    const salt = sha256(`salt ${this.owner.id} ${this.entries.length}`);
    await append(this.tree, "log", leafHash(commitment(salt, sha256(utf8(envelope)))));
    const entry = { envelope, salt: toBase64(salt) };
    this.entries.push(entry);
    return entry;
  }

  async text(size = this.entries.length): Promise<string> {
    const origin = logOrigin(this.channel, this.owner.id);
    return formatCheckpoint({ origin, size, root: await rootAt(this.tree, "log", size) });
  }

  sign(text: string, key: SigningKey = this.owner.key): string {
    return signNote(text, [{ name: logOrigin(this.channel, this.owner.id), key }]);
  }

  async prove(
    index: number,
    size = this.entries.length,
    cosigner?: TestParty,
    { time = TIME, keys = [this.owner.key] }: { readonly time?: number; readonly keys?: readonly SigningKey[] } = {},
  ): Promise<ProvenParcel> {
    const text = await this.text(size);
    const entry = this.entries[index];
    if (entry === undefined) throw new TypeError(`the log has no entry ${index}`);
    const word =
      cosigner === undefined ? "" : cosign(text, { name: cosignerName(cosigner.id), key: cosigner.key }, time);
    const proof = (await inclusionProof(this.tree, "log", index, size)).map(toBase64);
    const name = logOrigin(this.channel, this.owner.id);
    const signed = signNote(
      text,
      keys.map((key) => ({ name, key })),
    );
    return { ...entry, index, proof, checkpoint: `${signed}${word}` };
  }
}

const recordId = (n: number): string => `tool--10000000-0000-4000-8000-00000000000${n}`;

export function releaseOf(records: readonly number[], change: object = {}): object {
  return {
    kind: "release",
    body: {
      release: "release--1",
      title: "For the round of August",
      purpose: "criminal-investigation",
      necessity: "A shared case.",
      legalBasis: { title: "Arrangement", citation: "art. 4" },
      reviewBy: "2027-06-01T00:00:00.000000Z",
      approvals: [{ officer: "officer--1", role: "disclosure-officer", at: WHEN }],
      part: 1,
      parts: 1,
      records: records.map((n) => ({ text: JSON.stringify({ type: "tool", id: recordId(n) }), markings: [] })),
      markings: [],
      ...change,
    },
  };
}

export function receiptFor(
  entry: TestEntry,
  sequence: number,
  records: readonly number[],
  change: object = {},
): object {
  return {
    kind: "receipt",
    body: {
      parcel: sha256Hex(entry.envelope),
      sequence,
      received: WHEN,
      records: records.map((n) => ({ id: recordId(n), version: WHEN, result: "stored" })),
      ...change,
    },
  };
}

export interface EvidenceWorld {
  readonly a: TestParty;
  readonly b: TestParty;
  readonly witness: TestParty;
  /** A's log: 0 a greeting, 1 a release of two records, 2 another of one, 3 a correction, 4 a recall, 5 one whose review date has passed. */
  readonly out: TestLog;
  /** B's log: 0 a greeting, 1 to 5 the receipts for them. */
  readonly back: TestLog;
  /** The first release with its receipt, both cosigned. */
  readonly genuine: Evidence;
  /** The parties' public keys, as a judge holds them from elsewhere. */
  readonly keys: Readonly<Record<string, string>>;
  bundle(change?: Partial<Evidence>): Evidence;
}

function party(n: number, name: string): TestParty {
  return { id: `identity--${n}0000000-0000-4000-8000-00000000000a`, name, key: signingKey(generateSeed()) };
}

export async function evidenceWorld(): Promise<EvidenceWorld> {
  const [a, b, witness] = [party(1, "Islamabad"), party(2, "Washington"), party(3, "Bern")];
  const [out, back] = [new TestLog(a), new TestLog(b)];
  for (const [log, to] of [
    [out, b],
    [back, a],
  ] as const)
    await log.add(to, { kind: "hello", body: { name: log.owner.name } });
  const carried: readonly (readonly number[])[] = [[1, 2], [3], [1], [2], [4]];
  const sent = [
    await out.add(b, releaseOf([1, 2])),
    await out.add(b, releaseOf([3], { part: 2, parts: 2 })),
    await out.add(b, { ...releaseOf([1]), kind: "correction" }),
    await out.add(b, { kind: "recall", body: { reason: "Source.", records: [{ id: recordId(2), version: WHEN }] } }),
    await out.add(b, releaseOf([4], { reviewBy: "2020-01-01T00:00:00.000000Z" })),
  ];
  for (const [n, entry] of sent.entries()) await back.add(a, receiptFor(entry, n + 1, carried[n] ?? []));
  const genuine: Evidence = {
    format: "entente-evidence/1",
    channel: CHANNEL,
    made: WHEN,
    parties: [a, b].map(({ id, name, key }) => ({ id, name, key: key.publicKey })),
    parcels: [await out.prove(1, 6, b)],
    receipts: [await back.prove(1, 6, a)],
  };
  const keys = Object.fromEntries([a, b].map(({ id, key }) => [id, key.publicKey]));
  return { a, b, witness, out, back, genuine, keys, bundle: (change = {}) => ({ ...genuine, ...change }) };
}
