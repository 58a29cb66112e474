import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { createHome, openHome, openNode } from "#node";
import { freePort, pair, type Party, party, PURPOSE, release, stores, until } from "./two-nodes.ts";

let a: Party;
let b: Party;
let child: ChildProcess | null = null;
afterEach(async () => {
  child?.kill("SIGKILL");
  await Promise.all([a.close(), b.close()]);
});

/** The sender's node as a process of its own, over the same folder: what a machine that loses power leaves behind. */
function startChild(folder: string): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    const started = fork(join(import.meta.dirname, "node-process.ts"), [folder], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      execArgv: ["--disable-warning=ExperimentalWarning"],
    });
    started.once("message", () => resolve(started));
    started.once("error", reject);
  });
}

const story = "the outbox survives kill -9 again and again: nothing lost, nothing doubled, both ledgers whole";
test.each(Object.keys(stores))(
  `${story} (%s)`,
  async (engine) => {
    [a, b] = await Promise.all([party("Islamabad", await stores[engine]?.()), party("Washington")]);
    const channel = await pair(a, b);
    await until(
      "the greetings",
      async () => (await a.node.store.read(a.officers.analyst, (r) => r.parcels.queued(channel))) === 0,
    );
    await a.link?.close();
    a.link = null;
    const open = await a.mark({ releasableTo: [b.node.self.id] });
    const records = await Promise.all(
      Array.from({ length: 60 }, (_, n) => a.record({ type: "tool", name: `Tool ${n}` }, [open])),
    );
    for (const id of records) await release(a, channel, [id]);

    // Killed at moments that shift by a few milliseconds each time, so that they fall between any two steps of a delivery.
    const queued = () => a.node.store.read(a.officers.analyst, (r) => r.parcels.queued(channel));
    let kills = 0;
    for (let n = 0; n < 12 && (await queued()) > 0; n++) {
      child = await startChild(a.node.home.folder);
      await new Promise((resolve) => setTimeout(resolve, 3 + n * 7));
      child.kill("SIGKILL");
      await new Promise((resolve) => child?.once("exit", resolve));
      kills++;
    }
    expect(kills).toBeGreaterThan(3);
    child = await startChild(a.node.home.folder);
    await until("every receipt", async () => {
      const sent = await a.node.store.read(a.officers.analyst, (r) => r.parcels.outboundList(channel, 500));
      return sent.filter((parcel) => parcel.kind === "release").every((parcel) => parcel.receipt !== null);
    });

    const held = await b.node.store.read(b.officers.analyst, (r) => r.records.list({ types: ["tool"], limit: 1000 }));
    expect(held.items.map((item) => item.id).toSorted()).toEqual(records.toSorted());
    for (const id of records)
      expect(await b.node.store.read(b.officers.analyst, (r) => r.records.versions(id))).toHaveLength(1);
    const inbound = await b.node.store.read(b.officers.analyst, (r) =>
      r.parcels.inboundList({ channel, kinds: ["release"], limit: 500 }),
    );
    expect(inbound).toHaveLength(60);
    for (const side of [a, b]) {
      const verdict = await side.node.exchange.verify(side.officers.overseer, channel);
      expect([verdict.own.problems, verdict.theirs.problems]).toEqual([[], []]);
    }
  },
  60_000,
);

test("a folder opens again as it was left", async () => {
  [a, b] = await Promise.all([party("A"), party("B")]);
  const folder = mkdtempSync(join(tmpdir(), "entente-again-"));
  const port = await freePort();
  const config = {
    party: { id: a.node.self.id, name: "A", purposes: [PURPOSE] },
    link: { host: "127.0.0.1", port, url: `https://127.0.0.1:${port}` },
    web: { host: "127.0.0.1", port: 0 },
    store: "sqlite",
  };
  const made = await createHome(join(folder, "home"), config, new Date());
  const again = await openHome(join(folder, "home"));
  expect(again).toEqual(made);
  await expect(createHome(join(folder, "home"), config, new Date())).rejects.toMatchObject({ code: "home-exists" });
  const node = await openNode(again, { clock: () => new Date(), onError: () => undefined });
  await node.close();
  rmSync(folder, { recursive: true });
});
