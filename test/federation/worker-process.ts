/** One process of a party: imports, reads and delivers at the same time, and reports what it saw. */
import { openHome, openNode } from "#node";

export interface WorkReport {
  readonly imported: number;
  /** Records read while both wrote. */
  readonly seen: number;
  /** Pages on which a record stood out of its order of arrival, or twice. */
  readonly disorder: number;
}

const [folder = "", worker = "", count = ""] = process.argv.slice(2);
const node = await openNode(await openHome(folder), {
  clock: () => new Date(),
  onError: (error) => console.error(error),
});
const link = await node.openLink();
link.wake();
const analyst = await node.access.asOfficer("analyst@example.org");

const lines = Array.from({ length: Number(count) }, (_, n) => {
  const id = `tool--00000000-0000-4000-8000-${worker}${String(n).padStart(11, "0")}`;
  const time = "2025-08-12T09:00:00.000Z";
  return JSON.stringify({ type: "tool", spec_version: "2.1", id, created: time, modified: time, name: `Of ${worker}` });
});

const state = { writing: true };
async function write(): Promise<number> {
  let imported = 0;
  for (let at = 0; at < lines.length; at += 20) {
    const text = lines.slice(at, at + 20).join("\n");
    const open = async function* chunks() {
      yield Buffer.from(text);
    };
    const source = { name: "part.jsonl", size: text.length, sibling: () => null, open };
    imported += (await node.intake.importFile(analyst, { source, markings: [] })).imported;
  }
  state.writing = false;
  return imported;
}

async function read(): Promise<{ seen: number; disorder: number }> {
  let [seen, disorder] = [0, 0];
  while (state.writing) {
    const { items } = await node.store.read(analyst, (r) => r.records.list({ limit: 200 }));
    const arrivals = items.map((item) => item.addedAt);
    const ordered = arrivals.every((at, n) => n === 0 || at <= (arrivals[n - 1] ?? at));
    if (!ordered || new Set(items.map((item) => item.id)).size !== items.length) disorder++;
    seen += items.length;
  }
  return { seen, disorder };
}

const [imported, { seen, disorder }] = await Promise.all([write(), read()]);
// Until nothing waits, whichever process holds the lease.
const queued = () =>
  node.store.read(analyst, async (r) => {
    const channels = await r.channels.list();
    return (await Promise.all(channels.map(({ id }) => r.parcels.queued(id)))).reduce((sum, n) => sum + n, 0);
  });
for (let n = 0; n < 400 && (await queued()) > 0; n++) await new Promise((resolve) => setTimeout(resolve, 50));
await link.close();
await node.close();
process.send?.({ imported, seen, disorder } satisfies WorkReport);
process.disconnect?.();
