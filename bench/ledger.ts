import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256, utf8 } from "#base";
import {
  appendAll,
  checkEvidence,
  commitment,
  evidenceText,
  formatCheckpoint,
  generateSeed,
  leafHash,
  rootAt,
  signingKey,
  signNote,
  verifySignature,
} from "#ledger";
import type { Viewer } from "#policy";
import { openSqlite, openStore } from "#store";
import { evidenceWorld } from "../src/ledger/testing.ts";
import { type Benchmark, round } from "./figure.ts";

const PARTY = "identity--10000000-0000-4000-8000-00000000000a";
const BATCH = 256;
const BATCHES = 40;
const job: Viewer = { kind: "job", party: PARTY, name: "bench", may: [] };

/** Entries committed to a log on disk, each batch one transaction with a signed checkpoint, beside the limits of this machine. */
export const ledgerBench: Benchmark = {
  name: "ledger",
  async run(say) {
    const folder = mkdtempSync(join(tmpdir(), "entente-bench-"));
    try {
      const store = await openStore({
        engine: openSqlite(join(folder, "log.sqlite")),
        party: PARTY,
        clock: () => new Date(),
      });
      const key = signingKey(generateSeed());
      const times: number[] = [];
      for (let batch = 0; batch < BATCHES; batch++) {
        const leaves = Array.from({ length: BATCH }, (_, n) =>
          leafHash(commitment(sha256(`salt ${batch} ${n}`), sha256(utf8(`parcel ${batch} ${n}`)))),
        );
        const started = performance.now();
        await store.transact(job, async (t) => {
          await appendAll(t.trees, "bench", leaves);
          const size = (batch + 1) * BATCH;
          const text = formatCheckpoint({ origin: "bench", size, root: await rootAt(t.trees, "bench", size) });
          await t.trees.setCheckpoint("bench", signNote(text, [{ name: "bench", key }]));
        });
        times.push(performance.now() - started);
      }
      const logged = await store.read(job, (r) => r.trees.size("bench"));
      await store.close();
      const ours = Math.round((BATCH * BATCHES * 1000) / times.reduce((sum, ms) => sum + ms, 0));
      const p99 = round(times.toSorted((x, y) => x - y)[Math.ceil(BATCHES * 0.99) - 1] ?? 0, 1);
      say(`durable entries: ${ours}/s at batch ${BATCH}, slowest batch ${p99} ms`);
      const signs = perSecond(() => key.sign(utf8("a checkpoint")));
      const signature = key.sign(utf8("a checkpoint"));
      const verifies = perSecond(() => verifySignature(key.publicKey, utf8("a checkpoint"), signature));
      const syncs = fsyncs(join(folder, "sync"));
      say(`Ed25519: ${signs} signatures/s, ${verifies} verifications/s; fsync: ${syncs}/s`);
      const ratio = round(ours / signs);
      return {
        name: "ledger",
        unit: "entries/s",
        ours,
        against: `Ed25519 signatures (${verifies} verifications, ${syncs} fsyncs a second)`,
        theirs: signs,
        ratio,
        goal: "≥ 10,000 entries/s",
        holds: ours >= 10_000 && logged === BATCH * BATCHES,
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

const EVIDENCE_LIMIT_MS = 50;

/** One bundle judged, cosignatures and all, from its text to the verdict. */
export const evidenceBench: Benchmark = {
  name: "evidence",
  async run(say) {
    const world = await evidenceWorld();
    const text = evidenceText(world.genuine);
    const times: number[] = [];
    let genuine = 0;
    for (let n = 0; n < 200; n++) {
      const started = performance.now();
      if (checkEvidence(text, world.keys).verdict === "genuine") genuine++;
      times.push(performance.now() - started);
    }
    const sorted = times.toSorted((x, y) => x - y);
    const [median, slowest] = [sorted[100] ?? 0, sorted.at(-1) ?? 0];
    say(`one bundle: ${round(median)} ms, the slowest of 200 ${round(slowest)} ms`);
    return {
      name: "evidence",
      unit: "ms",
      ours: round(median),
      against: "limit",
      theirs: EVIDENCE_LIMIT_MS,
      ratio: round(median / EVIDENCE_LIMIT_MS, 3),
      goal: `slowest < ${EVIDENCE_LIMIT_MS} ms`,
      holds: slowest < EVIDENCE_LIMIT_MS && genuine === times.length,
    };
  },
};

function perSecond(work: () => unknown): number {
  const started = performance.now();
  let count = 0;
  while (performance.now() - started < 500) {
    for (let n = 0; n < 100; n++) work();
    count += 100;
  }
  return Math.round((count * 1000) / (performance.now() - started));
}

/** Four kilobytes appended and forced to disk, again and again. */
function fsyncs(path: string): number {
  const file = openSync(path, "w");
  try {
    const page = Buffer.alloc(4096, 1);
    const started = performance.now();
    let count = 0;
    for (; performance.now() - started < 500; count++) {
      writeSync(file, page);
      fsyncSync(file);
    }
    return Math.round((count * 1000) / (performance.now() - started));
  } finally {
    closeSync(file);
  }
}
