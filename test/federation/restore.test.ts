import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { cosignerName, logOrigin } from "#ledger";
import { changeKeys, type Home, openHome, openNode, makeBackup, restoreBackup } from "#node";
import { pair, type Party, party, release, until } from "./two-nodes.ts";

const clock = (): Date => new Date();
let a: Party;
let b: Party;
let folder: string;
let channel: string;
let open: string;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "entente-restore-"));
  [a, b] = await Promise.all([party("Islamabad"), party("Washington")]);
  channel = await pair(a, b);
  open = await a.mark({ releasableTo: [b.node.self.id] });
});
afterEach(async () => {
  await Promise.all([a.close(), b.close()]);
  rmSync(folder, { recursive: true });
});

const tool = (name: string) => a.record({ type: "tool", name }, [open]);
const size = (side: Party, log: string) => side.node.store.read(side.officers.analyst, (r) => r.trees.size(log));
const confirmed = (id: string) =>
  until(`the receipt for ${id}`, async () => {
    const copies = await a.node.store.read(a.officers.analyst, (r) => r.releases.copiesOf(id));
    return copies.some((copy) => copy.state === "confirmed");
  });

/** The machine burns down; its node is made again from the backup, on the same address. */
async function burnDown({ keys = null, home = "home" }: { keys?: string | null; home?: string } = {}): Promise<void> {
  await a.link?.close();
  await a.node.close();
  await restoreBackup(join(folder, "backup"), join(folder, home), clock, () => Promise.resolve(null), keys);
  await openAt(a, join(folder, home));
}
/** Opens what stands in a folder, no link yet. */
async function openAt(side: Party, home: string, change: Partial<Home["config"]> = {}): Promise<void> {
  const { config, ...rest } = await openHome(home);
  const options = { clock, onError: (error: unknown) => side.errors.push(error) };
  side.node = await openNode({ ...rest, config: { ...config, ...change } }, options);
  side.link = null;
}
async function backUp(): Promise<void> {
  await makeBackup(a.node, a.officers.administrator, join(folder, "backup"), clock);
}

test("a restored node signs nothing before its partner has spoken, takes back what it forgot, and goes on", async () => {
  const before = await tool("Before the backup");
  await release(a, channel, [before]);
  await confirmed(before);
  const session = await a.node.access.signIn(
    await a.node.access.signInToken(
      { kind: "job", party: a.node.self.id, name: "t", may: [] },
      a.officers.analyst.officer,
    ),
  );
  await backUp();
  const after = await tool("After the backup");
  const lost = await release(a, channel, [after]);
  await confirmed(after);
  const sizes = [await size(a, `out:${channel}`), await size(a, `in:${channel}`)];

  await burnDown();
  await expect(a.node.access.authenticate(session.session)).rejects.toMatchObject({ code: "session-invalid" });
  expect(await a.node.store.read(a.officers.analyst, (r) => r.records.get(after))).toBeNull();
  const next = await tool("Of the new machine");
  await expect(release(a, channel, [next])).rejects.toMatchObject({ code: "log-unproven" });

  a.link = await a.node.openLink();
  await until("our log again", async () => (await size(a, `out:${channel}`)) === sizes[0]);
  await until("theirs again", async () => (await size(a, `in:${channel}`)) === sizes[1]);
  expect(await a.node.store.read(a.officers.analyst, (r) => r.records.get(after))).toMatchObject({
    title: "After the backup",
  });
  expect(await a.node.store.read(a.officers.analyst, (r) => r.releases.get(lost))).toMatchObject({ state: "approved" });
  await confirmed(after);

  await release(a, channel, [next]);
  await confirmed(next);
  for (const side of [a, b]) {
    const verdict = await side.node.exchange.verify(side.officers.overseer, channel);
    expect([verdict.own.problems, verdict.theirs.problems]).toEqual([[], []]);
  }
  expect(await b.node.store.read(b.officers.analyst, (r) => r.parcels.incidents())).toEqual([]);
  expect([a.errors, b.errors]).toEqual([[], []]);
});

test("what was taken back meanwhile returns as a hash: the log is whole, the text stays gone", async () => {
  await backUp();
  const after = await tool("Taken back");
  await release(a, channel, [after]);
  await confirmed(after);
  await a.node.exchange.recall(a.officers.analyst, after, "In error.");
  a.link?.wake();
  await until("the recall", async () => {
    const copies = await a.node.store.read(a.officers.analyst, (r) => r.releases.copiesOf(after));
    return copies.some((copy) => copy.state === "recalled");
  });
  const sizes = [await size(a, `out:${channel}`), await size(a, `in:${channel}`)];
  await burnDown();
  a.link = await a.node.openLink();
  await until("our log again", async () => (await size(a, `out:${channel}`)) === sizes[0]);
  await until("theirs again", async () => (await size(a, `in:${channel}`)) === sizes[1]);
  expect(await a.node.store.read(a.officers.analyst, (r) => r.records.get(after))).toBeNull();
  const next = await tool("Of the new machine");
  await release(a, channel, [next]);
  await confirmed(next);
  for (const side of [a, b]) {
    const verdict = await side.node.exchange.verify(side.officers.overseer, channel);
    expect([verdict.own.problems, verdict.theirs.problems]).toEqual([[], []]);
    expect(side === a ? verdict.own.deleted : verdict.theirs.deleted).toBe(1);
  }
  expect(await b.node.store.read(b.officers.analyst, (r) => r.parcels.incidents())).toEqual([]);
});

test("a second history that was signed all the same is found, kept as evidence, and goes no further", async () => {
  await backUp();
  await release(a, channel, [await tool("The first history")]);
  await until("the first history there", async () => (await size(b, `in:${channel}`)) === 2);
  await burnDown();
  // As if the file had been put back by hand: nobody told the node.
  await a.node.store.transact(a.officers.administrator, (t) => t.settings.set(`log unproven ${channel}`, ""));
  await release(a, channel, [await tool("The second history")]);
  a.link = await a.node.openLink();
  await until("the incident", async () => {
    const incidents = await a.node.store.read(a.officers.overseer, (r) => r.parcels.incidents());
    return incidents.some((incident) => incident.kind === "log-forked");
  });
  await expect(release(a, channel, [await tool("A third")])).rejects.toMatchObject({ code: "log-unproven" });
  expect(await size(b, `in:${channel}`)).toBe(2);
});

test("restored while the partner is away: nothing is signed until it is back; restored twice: the same again", async () => {
  await backUp();
  const lost = await tool("After the backup");
  await release(a, channel, [lost]);
  await confirmed(lost);
  const size0 = await size(a, `out:${channel}`);
  await b.link?.close();
  b.link = null;
  await burnDown();
  a.link = await a.node.openLink();
  await until(
    "a try",
    async () => (await a.node.store.read(a.officers.analyst, (r) => r.channels.get(channel)))?.lastError !== null,
  );
  await expect(release(a, channel, [await tool("Too soon")])).rejects.toMatchObject({ code: "log-unproven" });
  expect(await size(a, `out:${channel}`)).toBeLessThan(size0);
  b.link = await b.node.openLink();
  await until("our log again", async () => (await size(a, `out:${channel}`)) === size0);
  await confirmed(lost);
  const more = await tool("Of the second machine");
  await release(a, channel, [more]);
  await confirmed(more);
  await burnDown({ home: "again" });
  a.link = await a.node.openLink();
  await until("our log again", async () => (await size(a, `out:${channel}`)) === size0 + 1);
  await confirmed(more);
  for (const side of [a, b]) {
    const verdict = await side.node.exchange.verify(side.officers.overseer, channel);
    expect([verdict.own.problems, verdict.theirs.problems]).toEqual([[], []]);
    expect(await side.node.store.read(side.officers.overseer, (r) => r.parcels.incidents())).toEqual([]);
  }
});

test("a backup from before a change of keys, with the keys of after it", async () => {
  await backUp();
  const between = await tool("Between the backup and the new keys");
  await release(a, channel, [between]);
  await confirmed(between);
  const old = a.node.self.key.publicKey;
  const { folder: home } = a.node.home;
  await changeKeys(a.node, a.officers.administrator, { kind: "rotation", overlapDays: 0 }, clock, null);
  a.link?.wake();
  await until(
    "B knows",
    async () => (await b.node.store.read(b.officers.analyst, (r) => r.channels.get(channel)))?.partnerKey !== old,
  );
  await burnDown({ keys: join(home, "keys.json") });
  expect(a.node.self.key.publicKey).not.toBe(old);
  a.link = await a.node.openLink();
  await until("our log again", async () => (await size(a, `out:${channel}`)) === 3);
  await confirmed(between);
  const next = await tool("With the new keys");
  await release(a, channel, [next]);
  await confirmed(next);
  for (const side of [a, b]) {
    const verdict = await side.node.exchange.verify(side.officers.overseer, channel);
    expect([verdict.own.problems, verdict.theirs.problems]).toEqual([[], []]);
  }
});

test("both sides are put back, and a witness has seen more: nothing is signed", async () => {
  const third = await party("Bern");
  try {
    const backups = [
      [a, join(folder, "backup")],
      [b, join(folder, "backup-b")],
    ] as const;
    for (const side of [a, b])
      await until(
        "quiet",
        async () => (await side.node.store.read(side.officers.analyst, (r) => r.parcels.queued(channel))) === 0,
      );
    for (const [side, to] of backups) await makeBackup(side.node, side.officers.administrator, to, clock);
    await third.restart({
      witness: { logs: [{ origin: logOrigin(channel, a.node.self.id), key: a.node.self.key.publicKey }] },
    });
    const { id, key, url, tlsPin } = third.node.self;
    const witnesses = [{ name: cosignerName(id), key: key.publicKey, url, tlsPin }];
    await a.restart({ witnesses });
    const lost = await tool("That both forget");
    await release(a, channel, [lost]);
    await until("the witness's word", async () => (await a.link?.askWitnesses())?.[0]?.outcome === "cosigned");
    await confirmed(lost);
    for (const [n, [side, from]] of backups.entries()) {
      await side.link?.close();
      await side.node.close();
      await restoreBackup(from, join(folder, `put-back-${n}`), clock, () => Promise.resolve(null));
      await openAt(side, join(folder, `put-back-${n}`), side === a ? { witnesses } : {});
    }
    for (const side of [b, a]) side.link = await side.node.openLink();
    await until("the witness was asked", async () =>
      ((await a.node.store.read(a.officers.analyst, (r) => r.channels.get(channel)))?.lastError ?? "").includes(
        "a witness has seen",
      ),
    );
    await expect(release(a, channel, [await tool("A second history")])).rejects.toMatchObject({ code: "log-unproven" });
    expect(
      (await a.node.store.read(a.officers.overseer, (r) => r.parcels.incidents())).map(({ kind }) => kind),
    ).toContain("log-disputed");
  } finally {
    await third.close();
  }
});

test.each([
  ["entente.sqlite", "the store"],
  ["config.json", "the configuration"],
  ["backup.json", "the list"],
])("a backup whose %s was changed is refused", async (file) => {
  await backUp();
  const bytes = readFileSync(join(folder, "backup", file));
  bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
  writeFileSync(join(folder, "backup", file), bytes);
  const restoring = restoreBackup(join(folder, "backup"), join(folder, "home"), clock, () => Promise.resolve(null));
  await expect(restoring).rejects.toMatchObject({ code: expect.stringMatching(/backup-damaged|config-invalid/) });
});

test("only an administrator makes a backup, and none is written over", async () => {
  const make = (officer: Party["officers"]["analyst"]) => makeBackup(a.node, officer, join(folder, "backup"), clock);
  await expect(make(a.officers.analyst)).rejects.toMatchObject({ code: "forbidden" });
  await make(a.officers.administrator);
  await expect(make(a.officers.administrator)).rejects.toMatchObject({ code: "backup-exists" });
});
