/** Release to receipt between two whole nodes, each a process, over TLS on loopback: one record at a time, and in bulk. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent, createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OfficerViewer } from "#access";
import type { Link } from "#exchange";
import { openHome } from "#node";
import { mark, openSide, type Side } from "../demo/party.ts";
import { type Benchmark, type Figure, round } from "./figure.ts";

const SINGLES = 1000;
const LATER = 200;
const BULK = 50_000;
const PURPOSE = "prevention-of-terrorism";
const people = ["analyst", "disclosure-officer", "administrator"] as const;

async function side(folder: string, name: string): Promise<Side> {
  const officers = people.map((role) => ({ role, name: role, email: `${role}@example.org` }));
  return openSide({ folder: join(folder, name), name, purposes: [PURPOSE], webPort: 0, officers });
}

async function pair(a: Side, b: Side): Promise<string> {
  const [adminA, adminB] = [a.as("administrator"), b.as("administrator")];
  const invitation = await a.node.exchange.pairing.invite(adminA);
  const atB = await b.node.exchange.pairing.accept(adminB, invitation.text);
  const atA = await a.node.exchange.pairing.accept(adminA, atB.answer ?? "");
  await a.node.exchange.pairing.confirm(adminA, atA.channel.id, atB.fingerprint);
  await b.node.exchange.pairing.confirm(adminB, atB.channel.id, atA.fingerprint);
  return atA.channel.id;
}

interface Desk {
  readonly a: Side;
  /** The partner's party, and its node's folder: it runs as a process of its own, on the other of two cores. */
  readonly partner: string;
  readonly partnerFolder: string;
  readonly channel: string;
  readonly basis: string;
  readonly marking: string;
}

async function openDesk(folder: string): Promise<Desk> {
  const [a, b] = [await side(folder, "a"), await side(folder, "b")];
  const channel = await pair(a, b);
  const partner = b.node.self.id;
  const basis = await a.node.safeguards.addBasis(a.as("disclosure-officer"), {
    title: "Arrangement",
    citation: "art. 4",
    purposes: [PURPOSE],
    parties: [partner],
    validFrom: "2025-01-01T00:00:00.000000Z",
    validUntil: null,
  });
  // Nothing is carried before it is measured.
  for (const party of [a, b]) await party.link.close();
  await b.node.close();
  const marking = await mark(a, { releasableTo: [partner] });
  return { a, partner, partnerFolder: b.node.home.folder, channel, basis: basis.id, marking };
}

async function records({ a, marking }: Desk, from: number, count: number): Promise<string[]> {
  const ids = Array.from(
    { length: count },
    (_, n) => `tool--00000000-0000-4000-8000-${String(from + n).padStart(12, "0")}`,
  );
  const time = "2025-08-12T09:00:00.000Z";
  const filler = "x".repeat(700);
  async function* lines() {
    for (const id of ids)
      yield Buffer.from(
        `${JSON.stringify({ type: "tool", spec_version: "2.1", id, created: time, modified: time, name: id, description: filler })}\n`,
      );
  }
  const source = { name: "bench.jsonl", size: null, sibling: () => null, open: lines };
  await a.node.intake.importFile(a.as("analyst"), { source, markings: [marking] });
  return ids;
}

async function approve(desk: Desk, ids: readonly string[]): Promise<void> {
  const { a, channel, basis } = desk;
  const analyst: OfficerViewer = a.as("analyst");
  const { release } = await a.node.safeguards.draft(analyst, {
    channel,
    title: "Bench",
    purpose: PURPOSE,
    necessity: "A measure.",
    legalBasis: basis,
    reviewBy: `${new Date().getUTCFullYear() + 1}-01-01T00:00:00.000000Z`,
    records: ids,
  });
  await a.node.safeguards.submit(analyst, release.id);
  await a.node.safeguards.approve(a.as("disclosure-officer"), release.id);
}

function startPartner({ partnerFolder }: Desk): Promise<ChildProcess> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, "node-process.ts"), [partnerFolder], {
      execArgv: ["--disable-warning=ExperimentalWarning"],
    });
    child.once("message", () => resolve(child));
    child.once("error", reject);
  });
}

/** Milliseconds from the start of delivery to the last receipt; then `more` with the link still open. */
async function carried(desk: Desk, more: (link: Link) => Promise<void> = () => Promise.resolve()): Promise<number> {
  const { a, channel } = desk;
  const partner = await startPartner(desk);
  const started = performance.now();
  const link = await a.node.openLink();
  try {
    const waiting = () => a.node.store.read(a.as("analyst"), (r) => r.parcels.unreceipted(channel));
    while ((await waiting()) > 0) await new Promise((resolve) => setTimeout(resolve, 25));
    const took = performance.now() - started;
    await more(link);
    return took;
  } finally {
    await link.close();
    partner.kill("SIGKILL");
  }
}

/** Milliseconds, for each of `ids` released alone, from its approval to the partner's cosignature of a checkpoint with it. */
async function cosigned(desk: Desk, ids: readonly string[], link: Link): Promise<number[]> {
  const { events } = desk.a.node;
  const times: number[] = [];
  for (const id of ids) {
    const done = new Promise<void>((resolve) => {
      events.on("exchange", function heard(event) {
        if (event.kind !== "delivered") return;
        events.off("exchange", heard);
        resolve();
      });
    });
    await approve(desk, [id]);
    const started = performance.now();
    link.wake();
    await done;
    times.push(performance.now() - started);
  }
  return times.toSorted((x, y) => x - y);
}

export const releaseBench: Benchmark = {
  name: "release",
  async run(say): Promise<Figure> {
    const folder = mkdtempSync(join(tmpdir(), "entente-bench-release-"));
    const desk = await openDesk(folder);
    try {
      const ids = await records(desk, 0, SINGLES);
      const later = await records(desk, SINGLES, LATER);
      const drafting = performance.now();
      for (const id of ids) await approve(desk, [id]);
      say(
        `${SINGLES} releases drafted, judged, approved, signed and logged: ${Math.round((SINGLES / (performance.now() - drafting)) * 1000)}/s`,
      );
      let p99 = Infinity;
      const took = await carried(desk, async (link) => {
        const times = await cosigned(desk, later, link);
        p99 = round(times[Math.ceil(LATER * 0.99) - 1] ?? Infinity, 1);
      });
      const ours = Math.round((SINGLES / took) * 1000);
      say(`release to receipt: ${ours}/s; from approval to a cosigned checkpoint: p99 ${p99} ms`);
      const theirs = Math.round(await rawTls(folder));
      say(`a bare request and answer over the same TLS: ${theirs}/s`);
      return {
        name: "release",
        unit: "releases/s",
        ours,
        against: "bare requests of one parcel's size over mutual TLS on loopback",
        theirs,
        ratio: round(ours / theirs),
        goal: "≥ 250 releases/s; p99 to a cosigned checkpoint ≤ 1 s",
        holds: ours >= 250 && p99 <= 1000,
      };
    } finally {
      await close(desk, folder);
    }
  },
};

export const bulkBench: Benchmark = {
  name: "bulk",
  async run(say): Promise<Figure> {
    const folder = mkdtempSync(join(tmpdir(), "entente-bench-bulk-"));
    const desk = await openDesk(folder);
    try {
      const ids = await records(desk, 0, BULK);
      for (let at = 0; at < ids.length; at += 10_000) await approve(desk, ids.slice(at, at + 10_000));
      say(`${BULK} records approved in releases of 10,000`);
      const ours = Math.round((BULK / (await carried(desk))) * 1000);
      const goal = 10_000;
      return {
        name: "bulk",
        unit: "records/s",
        ours,
        against: "goal",
        theirs: goal,
        ratio: round(ours / goal),
        goal: "≥ 10,000 records/s",
        holds: ours >= goal,
      };
    } finally {
      await close(desk, folder);
    }
  },
};

/** Requests a second, one after the other, between two ends that do nothing but mutual TLS 1.3. */
async function rawTls(folder: string): Promise<number> {
  const { linkKey: key, linkCert: cert } = (await openHome(join(folder, "a"))).secrets;
  const tls = { key, cert, minVersion: "TLSv1.3", rejectUnauthorized: false } as const;
  const server = createServer({ ...tls, requestCert: true }, (req, res) => {
    req.resume().on("end", () => res.end('{"result":"stored"}'));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const agent = new Agent({ ...tls, keepAlive: true, maxSockets: 1 });
  const body = "x".repeat(3000);
  const once = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const req = request(
        { port: (server.address() as AddressInfo).port, host: "127.0.0.1", method: "POST", agent },
        (res) => {
          res.resume().on("end", resolve);
        },
      );
      req.on("error", reject);
      req.end(body);
    });
  await once();
  const started = performance.now();
  for (let n = 0; n < SINGLES; n++) await once();
  const rate = (SINGLES / (performance.now() - started)) * 1000;
  agent.destroy();
  server.closeAllConnections();
  server.close();
  return rate;
}

async function close({ a }: Desk, folder: string): Promise<void> {
  await a.node.close();
  rmSync(folder, { recursive: true, force: true });
}
