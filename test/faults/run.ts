import { type ChildProcess, fork } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { equalBytes } from "#base";
import { cosignerName, rootAt } from "#ledger";
import { openHome, openNode } from "#node";
import { readingHashes } from "../../src/exchange/outbox.ts";
import { freePort, pair, type Party, party, PURPOSE } from "../federation/two-nodes.ts";
import { type FaultyLink, faultyLink, type Random, randomFrom } from "./faulty-link.ts";

export interface MemberTask {
  readonly channel: string;
  readonly terms: {
    readonly title: string;
    readonly purpose: string;
    readonly necessity: string;
    readonly legalBasis: string;
    readonly reviewBy: string;
  };
  readonly records: readonly string[];
  readonly skew: number;
}

export type MemberStatus =
  | { readonly kind: "running" }
  | { readonly kind: "error"; readonly message: string }
  | {
      readonly kind: "status";
      readonly approved: number;
      readonly unreceipted: number;
      readonly queued: number;
      readonly lastError: string | null;
    };

export interface FaultReport {
  readonly seed: number;
  readonly releases: number;
  readonly seconds: number;
  readonly faults: Readonly<Record<string, number>>;
  /** Empty when nothing was lost or doubled, both logs hold on both sides and every receipt came. */
  readonly problems: readonly string[];
}

export interface FaultOptions {
  /** In both directions together. */
  readonly releases: number;
  readonly seed: number;
  /** When the run is given up, in milliseconds. */
  readonly limit: number;
  readonly say: (line: string) => void;
}

/** One party: its folder, the link before it, and the process that runs it, one after another. */
interface Member {
  readonly party: Party;
  readonly folder: string;
  readonly records: readonly string[];
  readonly task: Omit<MemberTask, "skew">;
  skew: number;
  child: ChildProcess | null;
  status: Extract<MemberStatus, { kind: "status" }> | null;
}

/** Two real nodes in processes of their own, releasing to each other through a link that fails in every way, until all is there. */
export async function runFaults({ releases, seed, limit, say }: FaultOptions): Promise<FaultReport> {
  const random = randomFrom(seed);
  const started = performance.now();
  const ports = [await freePort(), await freePort()] as const;
  const addresses = [await freePort(), await freePort()] as const;
  const configured = (n: 0 | 1) => ({
    link: { host: "127.0.0.1", port: ports[n], url: `https://127.0.0.1:${addresses[n]}`, timeoutSeconds: 10 },
  });
  const [a, b] = await Promise.all([
    party("Islamabad", "sqlite", configured(0)),
    party("Washington", "sqlite", configured(1)),
  ]);
  const problems: string[] = [];
  const members: Member[] = [];
  const links: FaultyLink[] = [];
  const counts = new Map<string, number>();
  try {
    const channel = await pair(a, b);
    members.push(await prepare(a, b, channel, Math.ceil(releases / 2), 0));
    members.push(await prepare(b, a, channel, Math.floor(releases / 2), 1));
    for (const [n, server, client] of [
      [0, a, b],
      [1, b, a],
    ] as const) {
      const identity = ({ node: { home } }: Party) => ({ key: home.secrets.linkKey, cert: home.secrets.linkCert });
      links.push(
        await faultyLink({
          target: ports[n],
          port: addresses[n],
          server: identity(server),
          client: identity(client),
          random,
        }),
      );
    }
    for (const member of members) await start(member, problems);
    const trouble = makeTrouble(members, random, counts, 5 + Math.floor(releases / 100), say);
    while (!members.every(isDone) && problems.length === 0) {
      if (performance.now() - started > limit) {
        problems.push(`not done within ${limit / 1000} s: ${JSON.stringify(members.map(({ status }) => status))}`);
        break;
      }
      await trouble(problems);
    }
    for (const member of members) await kill(member);
    if (problems.length === 0) problems.push(...(await judge(members, channel)));
  } finally {
    for (const member of members) await kill(member);
    for (const link of links) {
      for (const [fault, n] of link.counts) counts.set(fault, (counts.get(fault) ?? 0) + n);
      await link.close();
    }
    await Promise.all([a.close(), b.close()]);
  }
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  return {
    seed,
    releases,
    seconds,
    faults: Object.fromEntries([...counts].toSorted(([one], [other]) => one.localeCompare(other))),
    problems,
  };
}

function isDone({ status, records }: Member): boolean {
  return status !== null && status.approved === records.length && status.unreceipted === 0 && status.queued === 0;
}

async function prepare(from: Party, to: Party, channel: string, count: number, n: number): Promise<Member> {
  await from.link?.close();
  from.link = null;
  const marking = await from.mark({ releasableTo: [to.node.self.id] });
  const records = Array.from(
    { length: count },
    (_, place) => `tool--0000000${n}-0000-4000-8000-${String(place).padStart(12, "0")}`,
  );
  const time = "2025-08-12T09:00:00.000Z";
  async function* open() {
    for (const id of records)
      yield Buffer.from(
        `${JSON.stringify({ type: "tool", spec_version: "2.1", id, created: time, modified: time, name: id })}\n`,
      );
  }
  const source = { name: "records.jsonl", size: null, sibling: () => null, open };
  await from.node.intake.importFile(from.officers.analyst, { source, markings: [marking] });
  const basis = await from.node.safeguards.addBasis(from.officers.disclosure, {
    title: "Arrangement",
    citation: "art. 4",
    purposes: [PURPOSE],
    parties: [to.node.self.id],
    validFrom: "2025-01-01T00:00:00.000000Z",
    validUntil: null,
  });
  await from.node.close();
  const reviewBy = `${new Date().getUTCFullYear() + 2}-01-01T00:00:00.000000Z`;
  const terms = { title: "Under faults", purpose: PURPOSE, necessity: "A test.", legalBasis: basis.id, reviewBy };
  const task = { channel, terms, records };
  return { party: from, folder: from.node.home.folder, records, task, skew: 0, child: null, status: null };
}

async function start(member: Member, problems: string[]): Promise<void> {
  const task: MemberTask = { ...member.task, skew: member.skew };
  const child = fork(join(import.meta.dirname, "member-process.ts"), [member.folder, JSON.stringify(task)], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  member.child = child;
  member.status = null;
  await new Promise<void>((resolve, reject) => {
    child.on("message", (said: MemberStatus) => {
      if (said.kind === "running") resolve();
      if (said.kind === "error") problems.push(said.message);
      if (said.kind === "status" && member.child === child) member.status = said;
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      if (signal === null) problems.push(`a node ended by itself with ${code}`);
      resolve();
    });
  });
}

async function kill(member: Member): Promise<void> {
  const { child } = member;
  member.child = null;
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

/** @returns what brings the next trouble to one of the nodes, after a while of work. */
function makeTrouble(
  members: readonly Member[],
  random: Random,
  counts: Map<string, number>,
  most: number,
  say: (line: string) => void,
) {
  let [left, before] = [most, -1];
  return async (problems: string[]): Promise<void> => {
    await new Promise((resolve) => setTimeout(resolve, 200 + random() * 1300));
    // On a busy machine a node takes long to start; between two blows something has come through.
    const receipted = members.reduce(
      (sum, { status }) => sum + (status?.approved ?? 0) - (status?.unreceipted ?? 0),
      0,
    );
    if (members.some(({ status }) => status === null) || receipted <= before || left === 0) return;
    left--;
    before = receipted;
    const member = members[random() < 0.5 ? 0 : 1];
    const what = random();
    if (member === undefined || members.every(isDone)) return;
    const name = what < 0.45 ? "kill -9" : what < 0.6 ? "full disk" : what < 0.9 ? "clock jump" : "both killed";
    counts.set(name, (counts.get(name) ?? 0) + 1);
    say(`${name}: ${member.party.node.self.name} ${JSON.stringify(members.map(({ status }) => status))}`);
    switch (name) {
      case "kill -9":
        await kill(member);
        return start(member, problems);
      case "both killed":
        for (const each of members) await kill(each);
        for (const each of members) await start(each, problems);
        return;
      case "full disk":
        await kill(member);
        // Room for a few pages more than there are: the next parcels meet a full disk, in the middle of anything.
        setQuota(member, bytesOf(member) + Math.floor(random() * 40) * 8192);
        await start(member, problems);
        await new Promise((resolve) => setTimeout(resolve, 700));
        await kill(member);
        setQuota(member, null);
        return start(member, problems);
      case "clock jump":
        // From ten minutes to two days, forward or back.
        member.skew = Math.round((random() < 0.5 ? -1 : 1) * (600_000 + random() * 172_800_000));
        member.child?.send({ skew: member.skew });
        return;
    }
  };
}

/** What the store takes, with what stands in its write-ahead log only. */
function bytesOf({ folder }: Member): number {
  const db = new DatabaseSync(join(folder, "entente.sqlite"));
  try {
    return Number(db.prepare("pragma page_count").get()?.["page_count"]) * 8192;
  } finally {
    db.close();
  }
}

function setQuota({ folder }: Member, maxBytes: number | null): void {
  const file = join(folder, "config.json");
  const config = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  // What is undefined is not written.
  writeFileSync(file, JSON.stringify({ ...config, maxStoreBytes: maxBytes ?? undefined }));
}

/** What must hold when all is quiet, read from both stores. */
async function judge(members: readonly Member[], channel: string): Promise<string[]> {
  const problems: string[] = [];
  const nodes = [];
  for (const { folder } of members)
    nodes.push(
      await openNode(await openHome(folder), {
        clock: () => new Date(),
        onError: (error) => problems.push(String(error)),
      }),
    );
  try {
    for (const [n, member] of members.entries()) {
      const [own, other] = [nodes[n], nodes[1 - n]];
      const [analyst, theirs] = [member.party.officers.analyst, members[1 - n]?.party.officers.analyst];
      if (own === undefined || other === undefined || theirs === undefined) throw new TypeError("there are two nodes");
      const name = own.self.name;
      const say = (words: string): number => problems.push(`${name}: ${words}`);
      const sent = await own.store.read(analyst, (r) => r.parcels.outboundList(channel, 1_000_000));
      const given = sent.filter(({ kind }) => kind === "release");
      if (given.length !== member.records.length) say(`${given.length} releases for ${member.records.length} records`);
      const open = given.filter(({ receipt, state }) => receipt === null || state !== "delivered").length;
      if (open > 0) say(`${open} releases without a receipt`);
      await other.store.read(theirs, async (r) => {
        const got = await r.parcels.inboundList({ channel, limit: 1_000_000 });
        const hashes = new Set(got.map(({ hash }) => hash));
        if (hashes.size !== got.length) say("a parcel stands twice at the partner");
        if (got.length !== sent.length || sent.some(({ hash }) => !hashes.has(hash)))
          say(`${sent.length} parcels sent, ${got.length} held by the partner`);
        for (const id of member.records) {
          const versions = await r.records.versions(id);
          if (versions.length !== 1) say(`${id} stands ${versions.length} times at the partner`);
        }
      });
      const [ours, held] = [`out:${channel}`, `in:${channel}`];
      const [root, mirror] = [
        await own.store.read(analyst, async (r) => rootAt(readingHashes(r), ours, await r.trees.size(ours))),
        await other.store.read(theirs, async (r) => rootAt(readingHashes(r), held, await r.trees.size(held))),
      ];
      if (!equalBytes(root, mirror)) say("the partner holds another tree of this log");
      const verdict = await own.exchange.verify(member.party.officers.overseer, channel);
      for (const problem of [...verdict.own.problems, ...verdict.theirs.problems]) say(problem);
      await own.store.read(analyst, async (r) => {
        const cosigned = await r.cosignatures.largest(ours, { cosigner: cosignerName(other.self.id) });
        if (cosigned !== (await r.trees.size(ours))) say(`cosigned only up to ${cosigned}`);
        // Faults are not offences: nobody may be accused of anything.
        for (const incident of await r.parcels.incidents()) say(`an incident: ${incident.kind} ${incident.message}`);
      });
    }
  } finally {
    for (const node of nodes) await node.close();
  }
  return problems;
}
