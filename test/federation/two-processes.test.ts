import { fork } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { freshDatabase, testServer } from "../../src/store/testing.ts";
import { freePort, pair, party, release, until } from "./two-nodes.ts";
import type { WorkReport } from "./worker-process.ts";

const RECORDS = 300;

/** The same party's keys, on another port: what a second process of one party is. */
async function secondFolder(first: string, folder: string): Promise<string> {
  const config = JSON.parse(readFileSync(join(first, "config.json"), "utf8")) as { link: { port: number } };
  config.link.port = await freePort();
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  writeFileSync(join(folder, "keys.json"), readFileSync(join(first, "keys.json")));
  return folder;
}

function work(folder: string, worker: number): Promise<WorkReport> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, "worker-process.ts"), [folder, String(worker), String(RECORDS)], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      execArgv: ["--disable-warning=ExperimentalWarning"],
    });
    child.once("message", (report) => resolve(report as WorkReport));
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`worker ${worker} ended with ${code}`)));
  });
}

test.runIf(testServer !== undefined)(
  "two processes of one party on one PostgreSQL write, read and deliver at once: each record once, each parcel once",
  async () => {
    const [a, b] = await Promise.all([party("Islamabad", await freshDatabase()), party("Washington")]);
    const folder = mkdtempSync(join(tmpdir(), "entente-two-"));
    try {
      const channel = await pair(a, b);
      const open = await a.mark({ releasableTo: [b.node.self.id] });
      const sent = await Promise.all(
        Array.from({ length: 20 }, (_, n) => a.record({ type: "tool", name: `Sent ${n}` }, [open])),
      );
      await a.link?.close();
      a.link = null;
      for (const id of sent) await release(a, channel, [id]);

      const second = await secondFolder(a.node.home.folder, join(folder, "second"));
      const reports = await Promise.all([work(a.node.home.folder, 1), work(second, 2)]);
      for (const { imported, seen, disorder } of reports) {
        expect({ imported, disorder }).toEqual({ imported: RECORDS, disorder: 0 });
        expect(seen).toBeGreaterThan(0);
      }
      const count = await a.node.store.read(a.officers.analyst, (r) => r.records.count());
      expect(count).toBe(2 * RECORDS + sent.length);

      await until("each parcel at the partner", async () => {
        const inbound = await b.node.store.read(b.officers.analyst, (r) =>
          r.parcels.inboundList({ channel, kinds: ["release"], limit: 500 }),
        );
        return inbound.length === sent.length;
      });
      const held = await b.node.store.read(b.officers.analyst, (r) => r.records.list({ limit: 1000 }));
      expect(held.items.map((item) => item.id).toSorted()).toEqual(sent.toSorted());
      for (const side of [a, b]) {
        const verdict = await side.node.exchange.verify(side.officers.overseer, channel);
        expect([verdict.own.problems, verdict.theirs.problems]).toEqual([[], []]);
      }
    } finally {
      await Promise.all([a.close(), b.close()]);
      rmSync(folder, { recursive: true });
    }
  },
  60_000,
);
