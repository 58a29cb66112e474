/** One party's node under faults: approves what it is told to until all of it is approved, through every kill and restart. */
import { openHome, openNode } from "#node";
import type { MemberTask, MemberStatus } from "./run.ts";

const [folder = "", given = "{}"] = process.argv.slice(2);
const task = JSON.parse(given) as MemberTask;
/** Milliseconds that this node's clock is off. */
let skew = task.skew;
process.on("message", (message: { skew: number }) => (skew = message.skew));

const node = await openNode(await openHome(folder), {
  clock: () => new Date(Date.now() + skew),
  onError: (error) => failed(error),
});
const link = await node.openLink();
const analyst = await node.access.asOfficer("analyst@example.org");
const disclosure = await node.access.asOfficer("disclosure-officer@example.org");
process.once("disconnect", () => process.exit(0));

/** A full disk and a busy store are what is being tested; anything else ends the run. */
function failed(error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  if (!/full|locked|busy/.test(text)) process.send?.({ kind: "error", message: text } satisfies MemberStatus);
}

async function approve(record: string): Promise<void> {
  const { release } = await node.safeguards.draft(analyst, { ...task.terms, channel: task.channel, records: [record] });
  await node.safeguards.submit(analyst, release.id);
  await node.safeguards.approve(disclosure, release.id);
  link.wake();
}

async function status(): Promise<MemberStatus> {
  return node.store.read(analyst, async (r) => ({
    kind: "status" as const,
    approved: new Set((await r.releases.copiesOn(task.channel, task.records)).map((copy) => copy.recordId)).size,
    unreceipted: await r.parcels.unreceipted(task.channel),
    queued: await r.parcels.queued(task.channel),
    lastError: (await r.channels.get(task.channel))?.lastError ?? null,
  }));
}

async function work(): Promise<void> {
  const held = await node.store.read(analyst, (r) => r.releases.copiesOn(task.channel, task.records));
  const done = new Set(held.map((copy) => copy.recordId));
  const waiting = task.records.filter((id) => !done.has(id));
  while (waiting.length > 0) {
    const [next = ""] = waiting;
    try {
      await approve(next);
      waiting.shift();
    } catch (error) {
      failed(error);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

process.send?.({ kind: "running" } satisfies MemberStatus);
setInterval(() => void status().then((said) => process.send?.(said), failed), 200);
await work();
