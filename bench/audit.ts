/** What the audit costs a read: a person's record through the whole API, noted on disk before it is shown, and without. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAudit } from "#access";
import { openSqlite, openStore } from "#store";
import { generateSeed, signingKey } from "#ledger";
import type { Viewer } from "#policy";
import { type Benchmark, type Figure, round } from "./figure.ts";

const PARTY = "identity--00000000-0000-4000-8000-00000000000a";
const READS = 3000;
const ROUNDS = 3;
/** Officers at once: what shares one writing to the disk. */
const AT_ONCE = 64;
const officer: Viewer = { kind: "officer", party: PARTY, officer: "officer--1", roles: ["analyst"] };
const clock = (): Date => new Date();

type Note = (n: number) => Promise<void>;

/** Reads a second of this process's own time: a machine that others use too gives the same figure. */
async function rate(read: () => Promise<unknown>, note: Note): Promise<number> {
  const before = process.cpuUsage();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let n = next++; n < READS; n = next++) {
      await read();
      await note(n);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const { user, system } = process.cpuUsage(before);
  return READS / ((user + system) / 1e6);
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

export const auditBench: Benchmark = {
  name: "audit",
  async run(say): Promise<Figure> {
    const folder = mkdtempSync(join(tmpdir(), "entente-audit-"));
    const store = await openStore({ engine: openSqlite(join(folder, "a.sqlite")), party: PARTY, clock });
    const audit = createAudit({ store, party: PARTY, clock, key: signingKey(generateSeed()) });
    const id = "tool--00000000-0000-4000-8000-000000000001";
    const time = "2025-08-12T09:00:00.000Z";
    const object = { type: "tool", spec_version: "2.1", id, created: time, modified: time, name: "One" };
    await store.transact(officer, (t) => t.settings.set("bench", JSON.stringify(object)));
    // What an answer costs beside the audit: the session, the officer, the record's versions, markings and channels.
    const read = () =>
      store.read(officer, async (r) => {
        await r.officers.get("officer--1");
        await r.channels.list();
        await r.records.versions(id);
        await r.records.referring(id);
        await r.releases.copiesOf(id);
        return r.officers.list();
      });
    const entry = (n: number) => ({ verb: "record.read", subject: id, detail: { n } });
    try {
      const rates: Record<"without" | "buffered" | "durable", number[]> = { without: [], buffered: [], durable: [] };
      await rate(read, () => Promise.resolve());
      for (let turn = 0; turn < ROUNDS; turn++) {
        rates.without.push(await rate(read, () => Promise.resolve()));
        rates.buffered.push(await rate(read, (n) => audit.note(officer, entry(n))));
        await audit.flush();
        rates.durable.push(await rate(read, (n) => audit.durable(officer, entry(n))));
      }
      const [without, buffered, durable] = [median(rates.without), median(rates.buffered), median(rates.durable)];
      say(
        `${round(without, 0)} reads/s without; ${round(buffered, 0)} noted within a second (${round(buffered / without)})`,
      );
      say(`${round(durable, 0)} noted on disk before they are shown, ${AT_ONCE} at once (${round(durable / without)})`);
      return {
        name: "audit",
        unit: "reads/s of CPU time, noted within a second",
        ours: round(buffered, 0),
        against: "the same reads, not noted, in the same run",
        theirs: round(without, 0),
        ratio: round(buffered / without),
        goal: "at least 0.7 of reads without an audit",
        holds: buffered / without >= 0.7,
      };
    } finally {
      await audit.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
