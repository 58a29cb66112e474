/** For tests: bundles whose parties changed or lost keys, with the verdict that each deserves. */
import { sha256Hex } from "#base";
import { type EvidenceCase, genuine, PLAIN_CASES, refused } from "./evidence-cases.ts";
import type { Evidence } from "./evidence-format.ts";
import type { KeyPeriod } from "./key-period.ts";
import { generateSeed, type SigningKey, signingKey } from "./keys.ts";
import { type EvidenceWorld, OVERLAP, receiptFor, releaseOf, TestLog } from "./testing.ts";

const CHANGED = "2026-08-01T00:00:00.000000Z";
const DURING = "2026-08-10T00:00:00.000000Z";
const AFTER = "2026-08-20T00:00:00.000000Z";
const seconds = (instant: string): number => Date.parse(instant) / 1000;

interface KeyWorld {
  readonly w: EvidenceWorld;
  readonly old: SigningKey;
  readonly next: SigningKey;
  /** 0 a greeting, 1 a release, 2 the change of keys, 3 a release by the new key, 4 by the old one in the overlap, 5 after it. */
  readonly out: TestLog;
  /** 0 a greeting, then a receipt for each release. */
  readonly back: TestLog;
  readonly periods: readonly [KeyPeriod, KeyPeriod];
  bundle(parcel: number, size: number, keys: readonly SigningKey[], change?: Partial<Evidence>): Promise<Evidence>;
}

interface Built {
  /** Who signs the change of keys. */
  readonly signers?: (old: SigningKey, next: SigningKey) => SigningKey[];
  /** Who signs the first release. */
  readonly first?: (old: SigningKey, next: SigningKey) => SigningKey;
}

const place: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 3, 5: 4 };

async function keyWorld(w: EvidenceWorld, { signers, first }: Built = {}): Promise<KeyWorld> {
  const [old, next] = [w.a.key, signingKey(generateSeed())];
  const [out, back] = [new TestLog(w.a), new TestLog(w.b)];
  for (const [log, to] of [
    [out, w.b],
    [back, w.a],
  ] as const)
    await log.add(to, { kind: "hello", body: { name: "x" } });
  const sent = [await out.add(w.b, releaseOf([1, 2]), first?.(old, next) ?? old)];
  await out.change(w.b, old, next, signers?.(old, next));
  sent.push(
    await out.add(w.b, releaseOf([1, 2]), next),
    await out.add(w.b, { ...releaseOf([1, 2]), sent: DURING }, old),
    await out.add(w.b, { ...releaseOf([1, 2]), sent: AFTER }, old),
  );
  for (const [n, entry] of sent.entries()) await back.add(w.a, receiptFor(entry, [1, 3, 4, 5][n] ?? 0, [1, 2]));
  const periods: KeyWorld["periods"] = [
    { key: old.publicKey, from: CHANGED, first: 0, until: OVERLAP, last: 2, ended: "rotated" },
    { key: next.publicKey, from: CHANGED, first: 3, until: null, last: null, ended: null },
  ];
  return {
    w,
    old,
    next,
    out,
    back,
    periods,
    bundle: async (parcel, size, keys, change = {}) =>
      w.bundle({
        parties: [
          { id: w.a.id, name: w.a.name, key: next.publicKey, keys: [...periods] },
          { id: w.b.id, name: w.b.name, key: w.b.key.publicKey },
        ],
        parcels: [await out.prove(parcel, size, undefined, { keys })],
        receipts: [await back.prove(place[parcel] ?? 0)],
        keyChanges: [await out.prove(2, 6, undefined, { keys: [next] })],
        ...change,
      }),
  };
}

/** A bundle of the world in which A changed its keys. */
function changed(make: (k: KeyWorld) => Promise<Evidence>, built?: Built): (w: EvidenceWorld) => Promise<Evidence> {
  return async (w) => make(await keyWorld(w, built));
}

/** The bundle of the first release, with another list of A's keys. */
function listed(list: (k: KeyWorld) => { readonly keys: KeyPeriod[]; readonly key?: string }): EvidenceCase["make"] {
  return changed(async (k) => {
    const whole = await k.bundle(1, 6, [k.next]);
    return { ...whole, parties: whole.parties.map((one, n) => (n === 0 ? { ...one, ...list(k) } : one)) };
  });
}

const ROTATED: readonly EvidenceCase[] = [
  genuine(
    "rotated: a release from before the keys changed, under the new key's checkpoint",
    changed((k) => k.bundle(1, 6, [k.next])),
  ),
  genuine(
    "rotated: the old key's own checkpoint of its time",
    changed((k) => k.bundle(1, 3, [k.old])),
  ),
  genuine(
    "rotated: a checkpoint by both keys",
    changed((k) => k.bundle(1, 6, [k.next, k.old])),
  ),
  genuine(
    "rotated: a release by the new key",
    changed((k) => k.bundle(3, 6, [k.next])),
  ),
  genuine(
    "rotated: a release by the old key inside the overlap",
    changed((k) => k.bundle(4, 6, [k.next])),
  ),
  genuine(
    "rotated: the old key's checkpoint past the change, cosigned inside the overlap",
    changed(async (k) => {
      const parcels = [await k.out.prove(3, 5, k.w.b, { keys: [k.old], time: seconds(DURING) })];
      return k.bundle(3, 6, [k.next], { parcels });
    }),
  ),
  refused(
    "key after the overlap: the old key signs on",
    "key-expired",
    changed((k) => k.bundle(5, 6, [k.next])),
  ),
  refused(
    "expired key: its checkpoint past the change, which nobody cosigned",
    "key-expired",
    changed((k) => k.bundle(3, 5, [k.old])),
  ),
  refused(
    "expired key: its checkpoint, cosigned after the overlap",
    "key-expired",
    changed(async (k) => {
      const parcels = [await k.out.prove(3, 6, k.w.b, { keys: [k.old], time: seconds(AFTER) })];
      return k.bundle(3, 6, [k.next], { parcels });
    }),
  ),
  refused(
    "early key: the new key signs before its change",
    "key-early",
    changed((k) => k.bundle(1, 6, [k.next]), { first: (_, next) => next }),
  ),
  refused(
    "a change of keys signed by the old key alone",
    "envelope-unsigned",
    changed((k) => k.bundle(1, 6, [k.next]), { signers: (old) => [old] }),
  ),
  refused(
    "a change of keys signed by the new key alone",
    "key-early",
    changed((k) => k.bundle(1, 6, [k.next]), { signers: (_, next) => [next] }),
  ),
  refused(
    "a change of keys that is not proven",
    "evidence-key",
    changed((k) => k.bundle(1, 6, [k.next], { keyChanges: [] })),
  ),
  refused(
    "a change of keys that is proven twice",
    "evidence-key",
    changed(async (k) => {
      const { keyChanges = [] } = await k.bundle(1, 6, [k.next]);
      return k.bundle(1, 6, [k.next], { keyChanges: [...keyChanges, ...keyChanges] });
    }),
  ),
  refused(
    "a release among the changes of keys",
    "evidence-malformed",
    changed(async (k) =>
      k.bundle(1, 6, [k.next], { keyChanges: [await k.out.prove(3, 6, undefined, { keys: [k.next] })] }),
    ),
  ),
  refused(
    "a change of keys among the parcels",
    "evidence-malformed",
    changed(async (k) =>
      k.bundle(1, 6, [k.next], { parcels: [await k.out.prove(2, 6, undefined, { keys: [k.next] })] }),
    ),
  ),
  refused(
    "swapped keys in the list",
    "key-early",
    listed(({ periods: [old, next] }) => ({
      keys: [
        { ...old, key: next.key },
        { ...next, key: old.key },
      ],
      key: old.key,
    })),
  ),
  refused(
    "a key left out of the list",
    "evidence-key",
    listed(({ periods: [, next] }) => ({ keys: [{ ...next, first: 0 }] })),
  ),
  refused(
    "a stranger's key at the end of the list",
    "evidence-key",
    listed(({ periods: [old, next] }) => {
      const key = signingKey(generateSeed()).publicKey;
      const ended = { ...next, until: OVERLAP, last: 5, ended: "rotated" } as const;
      return { keys: [old, ended, { ...next, key, first: 6 }], key };
    }),
  ),
  refused(
    "a longer overlap in the list than was announced",
    "evidence-key",
    listed(({ periods: [old, next] }) => ({ keys: [{ ...old, until: AFTER }, next] })),
  ),
  refused(
    "another place of the change in the list",
    "evidence-key",
    listed(({ periods: [old, next] }) => ({
      keys: [
        { ...old, last: 3 },
        { ...next, first: 4 },
      ],
    })),
  ),
  refused(
    "a last key that is not the party's",
    "evidence-key",
    listed(({ periods: [old, next] }) => ({ keys: [old, next], key: old.key })),
  ),
  refused(
    "the partner's key in the list",
    "evidence-key",
    listed(({ w, periods: [old, next] }) => ({
      keys: [old, { ...next, key: w.b.key.publicKey }],
      key: w.b.key.publicKey,
    })),
  ),
];

/** A's one key revoked after place `last`, as the bundle says or as only the checker knows. */
async function lost(w: EvidenceWorld, cosigned: string | null, last: number, said = true): Promise<Evidence> {
  const period: KeyPeriod = { key: w.a.key.publicKey, from: CHANGED, first: 0, until: OVERLAP, last, ended: "revoked" };
  const party = { id: w.a.id, name: w.a.name, key: w.a.key.publicKey };
  const other = { id: w.b.id, name: w.b.name, key: w.b.key.publicKey };
  const proven = cosigned === null ? await w.out.prove(1) : await w.out.prove(1, 6, w.b, { time: seconds(cosigned) });
  return w.bundle({
    parties: [said ? { ...party, keys: [period] } : party, other],
    parcels: [proven],
    receipts: [await w.back.prove(1)],
  });
}

const knows = (w: EvidenceWorld) => ({
  [w.a.id]: [{ key: w.a.key.publicKey, until: OVERLAP }],
  [w.b.id]: w.b.key.publicKey,
});

function withoutText(evidence: Evidence): Evidence {
  const parcels = evidence.parcels.map((held) => ({
    ...held,
    envelope: "",
    erased: { hash: sha256Hex(held.envelope), at: AFTER },
  }));
  return { ...evidence, parcels };
}

const REVOKED: readonly EvidenceCase[] = [
  genuine("revoked: what was cosigned before stays proven", (w) => lost(w, DURING, 5)),
  genuine("revoked, as the checker knows: cosigned before", (w) => lost(w, DURING, 5, false), knows),
  {
    name: "revoked: a text that was deleted, under a head cosigned before",
    verdict: "incomplete",
    code: "text-deleted",
    make: async (w) => withoutText(await lost(w, DURING, 5)),
  },
  refused("revoked key: a text that was deleted, under a head that nobody cosigned", "key-revoked", async (w) =>
    withoutText(await lost(w, null, 5)),
  ),
  refused("revoked key: nobody cosigned it", "key-revoked", (w) => lost(w, null, 5)),
  refused("revoked key: cosigned after", "key-revoked", (w) => lost(w, AFTER, 5)),
  refused("revoked key: a parcel past its end", "key-revoked", (w) => lost(w, DURING, 0)),
  refused("revoked key: a checkpoint past its end", "key-revoked", (w) => lost(w, DURING, 3)),
  refused(
    "revoked key, as only the checker knows: nobody cosigned it",
    "key-revoked",
    (w) => lost(w, null, 5, false),
    knows,
  ),
  refused(
    "revoked key, as only the checker knows: cosigned after",
    "key-revoked",
    (w) => lost(w, AFTER, 5, false),
    knows,
  ),
  refused(
    "a revoked cosigner dates its word after its end",
    "key-revoked",
    async (w) => w.bundle({ parcels: [await w.out.prove(1, 6, w.b, { time: seconds(AFTER) })] }),
    (w) => ({ [w.a.id]: w.a.key.publicKey, [w.b.id]: [{ key: w.b.key.publicKey, until: DURING }] }),
  ),
  genuine(
    "revoked: a witness cosigned before, and its key is held",
    async (w) => ({
      ...(await lost(w, null, 5)),
      parcels: [await w.out.prove(1, 6, w.witness, { time: seconds(DURING) })],
    }),
    (w) => ({ ...w.keys, [w.witness.id]: w.witness.key.publicKey }),
  ),
];

const HELD: readonly EvidenceCase[] = [
  genuine(
    "rotated: judged by several keys of one party",
    changed((k) => k.bundle(3, 6, [k.next])),
    (w) => ({ ...w.keys, [w.a.id]: [signingKey(generateSeed()).publicKey, w.a.key.publicKey] }),
  ),
  refused(
    "rotated: judged by a key that the party never had",
    "evidence-key",
    changed((k) => k.bundle(3, 6, [k.next])),
    (w) => ({ ...w.keys, [w.a.id]: signingKey(generateSeed()).publicKey }),
  ),
];

export const EVIDENCE_CASES: readonly EvidenceCase[] = [...PLAIN_CASES, ...ROTATED, ...REVOKED, ...HELD];
