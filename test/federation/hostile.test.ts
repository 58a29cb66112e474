import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { request } from "node:https";
import { join } from "node:path";
import { connect } from "node:tls";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { sha256, sha256Hex, toBase64, utf8 } from "#base";
import {
  append,
  commitment,
  formatCheckpoint,
  generateSeed,
  leafHash,
  logOrigin,
  memoryHashStore,
  PARCEL_TYPE,
  rootAt,
  sealEnvelope,
  signingKey,
  signNote,
} from "#ledger";
import { createLinkClient, listen } from "../../src/exchange/link.ts";
import { type LinkMessage, writeMessage } from "../../src/exchange/message.ts";
import { pair, type Party, party, release, until } from "./two-nodes.ts";

/** A partner that has gone bad: it holds its own real keys and sends what it likes. */
let good: Party;
let bad: Party;
let channel: string;
beforeEach(async () => {
  [good, bad] = await Promise.all([party("Good"), party("Bad")]);
  channel = await pair(good, bad);
  await until(
    "the greetings",
    async () => (await good.node.store.read(good.officers.analyst, (r) => r.trees.size(`in:${channel}`))) === 1,
  );
  await bad.link?.close();
  bad.link = null;
});
afterEach(async () => {
  expect(good.errors).toEqual([]);
  await Promise.all([good.close(), bad.close()]);
});

const POST = "/entente/link/v1/parcels";

function send(
  body: string | Uint8Array,
  options: {
    path?: string;
    identity?: { key: string; cert: string } | null;
    headers?: Record<string, string>;
  } = {},
): Promise<{ status: number; answer: Record<string, unknown> }> {
  const { path = POST, identity = { key: bad.node.home.secrets.linkKey, cert: bad.node.home.secrets.linkCert } } =
    options;
  return new Promise((resolve, reject) => {
    const req = request(
      new URL(path, good.node.self.url),
      { method: "POST", rejectUnauthorized: false, headers: options.headers ?? {}, ...identity },
      (res) => {
        let text = "";
        res.on("data", (part: Buffer) => (text += part.toString()));
        res.on("end", () =>
          resolve({
            status: res.statusCode ?? 0,
            answer: text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : {},
          }),
        );
      },
    );
    req.on("error", reject);
    req.end(body);
  });
}

/** After the greeting, whose time is now. */
const LATER = "2099-01-01T00:00:00.000000Z";

function nested(depth: number): object {
  return depth === 0 ? {} : { a: nested(depth - 1) };
}

function releaseOf(texts: readonly string[]): object {
  return {
    release: "release--x",
    title: "T",
    purpose: "p",
    necessity: "n",
    legalBasis: { title: "t", citation: "c" },
    reviewBy: "2027-01-01T00:00:00.000000Z",
    approvals: [],
    part: 1,
    parts: 1,
    records: texts.map((text) => ({ text, markings: [] })),
    markings: [],
  };
}

const tool = (id: string, name: string): string => {
  const time = "2025-09-12T09:00:00.000Z";
  return JSON.stringify({ type: "tool", spec_version: "2.1", id, created: time, modified: time, name });
};

/** The next message of Bad's log, well made but for `change`. */
async function message(
  change: {
    parcel?: object;
    key?: ReturnType<typeof signingKey>;
    type?: string;
    sequence?: number;
    checkpoint?: string;
    salt?: string;
  } = {},
) {
  const first = await bad.node.store.read(bad.officers.analyst, (r) => r.parcels.outbound(channel, 0));
  if (first === null) throw new Error("no greeting");
  const { self } = bad.node;
  const parcel = {
    v: 1,
    channel,
    from: self.id,
    to: good.node.self.id,
    sequence: 1,
    sent: LATER,
    kind: "hello",
    body: { name: "Bad" },
    ...change.parcel,
  };
  const envelope = sealEnvelope(change.type ?? PARCEL_TYPE, utf8(JSON.stringify(parcel)), change.key ?? self.key);
  const salt = toBase64(new Uint8Array(randomBytes(32)));
  const tree = memoryHashStore();
  for (const [text, opening] of [
    [first.envelope, first.salt],
    [envelope, salt],
  ] as const)
    await append(tree, "l", leafHash(commitment(new Uint8Array(Buffer.from(opening, "base64")), sha256(utf8(text)))));
  const origin = logOrigin(channel, self.id);
  const checkpoint =
    change.checkpoint ??
    signNote(formatCheckpoint({ origin, size: 2, root: await rootAt(tree, "l", 2) }), [
      { name: origin, key: self.key },
    ]);
  return { first: change.sequence ?? 1, parcels: [{ envelope, salt: change.salt ?? salt }], checkpoint };
}

const incidents = () => good.node.store.read(good.officers.overseer, (r) => r.parcels.incidents());
const size = () => good.node.store.read(good.officers.overseer, (r) => r.trees.size(`in:${channel}`));

describe("a hostile partner", () => {
  const other = signingKey(generateSeed());
  test.each<[string, () => Promise<LinkMessage>, string]>([
    ["a forged signature", () => message({ key: other }), "parcel-forged"],
    ["another payload type", () => message({ type: "application/json" }), "parcel-forged"],
    ["another channel", () => message({ parcel: { channel: "channel--x" } }), "parcel-misdirected"],
    [
      "another recipient",
      () => message({ parcel: { to: "identity--00000000-0000-4000-8000-000000000009" } }),
      "parcel-misdirected",
    ],
    ["a stolen place", () => message({ parcel: { sequence: 7 } }), "parcel-misdirected"],
    [
      "another history at a place already taken",
      () => message({ sequence: 0, parcel: { sequence: 0 } }),
      "parcel-fork",
    ],
    [
      "a checkpoint of another log",
      async () =>
        message({
          checkpoint:
            (await good.node.store.read(good.officers.overseer, (r) => r.trees.checkpoint(`in:${channel}`))) ?? "",
        }),
      "parcel-fork",
    ],
    [
      "a payload made for a file by hand",
      () => message({ type: "application/vnd.entente.media+json" }),
      "parcel-forged",
    ],
    ["an invitation", () => message({ type: "application/vnd.entente.invitation+json" }), "parcel-forged"],
    [
      "a parcel dated before the one before it",
      () => message({ parcel: { sent: "2001-01-01T00:00:00.000000Z" } }),
      "parcel-backdated",
    ],
    [
      "a receipt for a greeting, which asks for none",
      async () => {
        const first = await good.node.store.read(good.officers.overseer, (r) => r.parcels.outbound(channel, 0));
        const body = { parcel: first?.hash ?? "", sequence: 0, received: LATER, records: [] };
        return message({ parcel: { kind: "receipt", body } });
      },
      "parcel-forged",
    ],
    [
      "a receipt that speaks of more than was given",
      async () => {
        const open = await good.mark({ releasableTo: [bad.node.self.id] });
        await release(good, channel, [await good.record({ type: "tool", name: "Given" }, [open])]);
        const given = await good.node.store.read(good.officers.overseer, (r) => r.parcels.outbound(channel, 1));
        const records = ["a", "b"].map((n) => ({
          id: `tool--${n.repeat(8)}-0000-4000-8000-000000000000`,
          version: LATER,
          result: "stored",
        }));
        const body = { parcel: given?.hash ?? "", sequence: 1, received: LATER, records };
        return message({ parcel: { kind: "receipt", body } });
      },
      "parcel-forged",
    ],
    ["a parcel nested without end", () => message({ parcel: { body: nested(40) } }), "parcel-forged"],
    [
      "more records than a parcel may carry",
      () => message({ parcel: { kind: "release", body: releaseOf(Array.from({ length: 1001 }, () => "{}")) } }),
      "parcel-forged",
    ],
    ["an unknown kind", () => message({ parcel: { kind: "gift" } }), "parcel-forged"],
    [
      "a receipt for what was never sent",
      () =>
        message({
          parcel: {
            kind: "receipt",
            body: { parcel: sha256Hex("x"), sequence: 0, received: "2026-01-01T00:00:00.000000Z", records: [] },
          },
        }),
      "parcel-forged",
    ],
  ])("%s is refused, kept as evidence once, and leaves no trace in the log", async (_, make, code) => {
    const body = writeMessage(await make());
    for (let n = 0; n < 2; n++)
      expect(await send(body)).toMatchObject({ status: 200, answer: { result: "refused", code } });
    expect(await incidents()).toMatchObject([{ kind: code, channel }]);
    expect(await size()).toBe(1);
  });

  test("a well-made message is taken, and the same again has no effect", async () => {
    const body = writeMessage(await message());
    expect((await send(body)).answer["result"]).toBe("stored");
    expect((await send(body)).answer["result"]).toBe("duplicate");
    expect([await size(), await incidents()]).toEqual([2, []]);
  });

  test("a gap is asked for again", async () => {
    expect((await send(writeMessage(await message({ sequence: 5 })))).answer).toEqual({ result: "gap", expected: 1 });
  });

  test("bombs and rubbish", async () => {
    expect((await send(`{"envelope":${"[".repeat(100_000)}`)).answer["code"]).toBe("message-malformed");
    expect((await send(Buffer.from([0xff, 0xfe, 0x00]))).answer["code"]).toBe("message-malformed");
    expect((await send("", { path: "/../../etc/passwd" })).status).toBe(404);
    // Nothing is ever decompressed: what unpacks to more than it is has no chance to.
    const packed = gzipSync(Buffer.alloc(16 * 1024 * 1024, 0x20));
    const gzip = { "content-encoding": "gzip" };
    expect((await send(packed, { headers: gzip })).answer["code"]).toBe("message-malformed");
    const whole = writeMessage(await message());
    for (const cutAt of [0, 1, 50, whole.length - 1])
      expect((await send(whole.subarray(0, cutAt))).answer["code"]).toBe("message-malformed");
    expect((await send(Buffer.concat([whole, whole]))).answer["code"]).toBe("message-malformed");
    expect(await size()).toBe(1);
    const { status } = await send(Buffer.alloc(41 * 1024 * 1024, 0x20)).catch(() => ({ status: 413 }));
    expect(status).toBe(413);
  });

  test("what is tried again is counted, not kept again; what is new each time does not fill the store", async () => {
    for (let n = 0; n < 3; n++) await send("the same rubbish");
    expect(await incidents()).toMatchObject([{ kind: "message-malformed", times: 3, seenBy: null }]);
    for (let n = 0; n < 210; n++) await send(`rubbish of another kind ${n}`);
    const kept = await good.node.store.read(good.officers.overseer, (r) => r.parcels.incidents(1000));
    expect(kept).toHaveLength(200);
    expect(kept.reduce((sum, incident) => sum + incident.times, 0)).toBe(213);
    const [newest] = kept;
    await good.node.exchange.seeIncident(good.officers.overseer, newest?.id ?? "");
    const again = good.node.exchange.seeIncident(good.officers.overseer, newest?.id ?? "");
    await expect(again).rejects.toMatchObject({ code: "incident-unknown" });
  });

  test("parcels of one message in another order than they were logged", async () => {
    const [first, second] = [await message(), await message({ sequence: 2, parcel: { sequence: 2 } })];
    const swapped = { ...first, parcels: [...second.parcels, ...first.parcels] };
    expect((await send(writeMessage(swapped))).answer["code"]).toBe("parcel-misdirected");
    expect(await size()).toBe(1);
  });

  test("a good parcel before a bad one is not lost: the sender that sends it alone is heard", async () => {
    const one = await message();
    const bomb = { ...one, parcels: [...one.parcels, { envelope: "{}", salt: "A".repeat(43).concat("=") }] };
    expect((await send(writeMessage(bomb))).answer["result"]).toBe("refused");
    expect((await send(writeMessage(one))).answer["result"]).toBe("stored");
  });

  test("ids cannot be tried to learn what is held: own, foreign and new records get the same receipt", async () => {
    const secret = await good.record({ type: "tool", name: "National only" }, []);
    const open = await good.mark({ releasableTo: [bad.node.self.id] });
    const shared = await good.record({ type: "tool", name: "Released before" }, [open]);
    const unknown = "tool--11111111-0000-4000-8000-000000000000";
    const ids = [secret, shared, unknown];
    const body = releaseOf(ids.map((id) => tool(id, "Is it there?")));
    expect((await send(writeMessage(await message({ parcel: { kind: "release", body } })))).answer["result"]).toBe(
      "stored",
    );
    const receipt = await good.node.store.read(good.officers.overseer, (r) => r.parcels.outbound(channel, 1));
    const { payload } = JSON.parse(receipt?.envelope ?? "{}") as { payload: string };
    const said = (
      JSON.parse(Buffer.from(payload, "base64").toString()) as {
        body: { records: { id: string; result: string }[] };
      }
    ).body.records;
    expect(said.map(({ id }) => id)).toEqual(ids);
    expect(new Set(said.map((record) => JSON.stringify({ ...record, id: "" }))).size).toBe(1);
    // Officers here see what it was; the partner's log and what it is told of it give no count either.
    expect((await good.node.store.read(good.officers.analyst, (r) => r.records.get(secret)))?.title).toBe(
      "National only",
    );
    const [inbox] = await good.node.store.read(good.officers.analyst, (r) =>
      r.parcels.inboundList({ kinds: ["release"] }),
    );
    expect(JSON.parse(inbox?.summary ?? "{}")).toMatchObject({
      results: [{ result: "refused", foreign: true }, { result: "refused", foreign: true }, { result: "stored" }],
    });
  });

  test("a recall of what is not the partner's says the same for what is here and for what is not", async () => {
    const secret = await good.record({ type: "tool", name: "National only" }, []);
    const records = [secret, "tool--11111111-0000-4000-8000-000000000000"].map((id) => ({ id, version: LATER }));
    const recall = { kind: "recall", body: { reason: "r", records } };
    expect((await send(writeMessage(await message({ parcel: recall })))).answer["result"]).toBe("stored");
    const receipt = await good.node.store.read(good.officers.overseer, (r) => r.parcels.outbound(channel, 1));
    const { payload } = JSON.parse(receipt?.envelope ?? "{}") as { payload: string };
    expect(
      Buffer.from(payload, "base64")
        .toString()
        .match(/"not held"/g),
    ).toHaveLength(2);
    expect((await good.node.store.read(good.officers.analyst, (r) => r.records.get(secret)))?.title).toBe(
      "National only",
    );
  });

  test("a stranger without the pinned key gets nothing", async () => {
    const stranger = await party("Stranger");
    try {
      const { linkKey, linkCert } = stranger.node.home.secrets;
      expect((await send(writeMessage(await message()), { identity: { key: linkKey, cert: linkCert } })).status).toBe(
        403,
      );
      expect((await send(writeMessage(await message()), { identity: null })).status).toBe(403);
      expect(await incidents()).toEqual([]);
    } finally {
      await stranger.close();
    }
  });

  test("it cannot write over, or take back, a record that is not its own", async () => {
    const open = await good.mark({ releasableTo: [bad.node.self.id] });
    const mine = await good.record({ type: "tool", name: "Mine" }, [open]);
    const body = releaseOf([tool(mine, "Theirs now")]);
    expect((await send(writeMessage(await message({ parcel: { kind: "release", body } })))).answer["result"]).toBe(
      "stored",
    );
    expect((await good.node.store.read(good.officers.analyst, (r) => r.records.get(mine)))?.title).toBe("Mine");
  });
});

test("an officer is shown the attempt, the evidence and what to do, on the command line", async () => {
  await send(writeMessage(await message({ key: signingKey(generateSeed()) })));
  const run = (...args: string[]): { status: number | null; said: Record<string, unknown> } => {
    const all = ["--home", good.node.home.folder, "--as", "overseer@example.org", "--json", ...args];
    const { status, stdout, stderr } = spawnSync(join(import.meta.dirname, "../../bin/entente"), all, {
      encoding: "utf8",
    });
    return { status, said: JSON.parse(stdout === "" ? stderr : stdout) as Record<string, unknown> };
  };
  const { incidents: shown } = run("incident", "list").said as { incidents: { id: string }[] };
  expect(shown).toMatchObject([
    { kind: "parcel-forged", partner: "Bad", times: 1, todo: expect.stringContaining("key") },
  ]);
  const id = shown[0]?.id ?? "";
  expect(run("incident", "show", id).said).toMatchObject({ id, evidence: expect.stringContaining("checkpoint") });
  expect(run("incident", "seen", id).status).toBe(0);
  expect(run("incident", "list").said).toEqual({ incidents: [] });
}, 120_000);

test("a slow loris is put out, and does not keep others waiting", async () => {
  const { secrets } = good.node.home;
  const server = await listen({
    identity: { key: secrets.linkKey, cert: secrets.linkCert },
    host: "127.0.0.1",
    port: 0,
    patience: { headersMs: 300, requestMs: 600 },
    channelOf: () => Promise.resolve(channel),
    receive: () => Promise.resolve({ result: "later", message: "heard" }),
    stateLog: () => Promise.resolve({}),
    onError: (error) => good.errors.push(error),
  });
  try {
    const { linkKey: key, linkCert: cert } = bad.node.home.secrets;
    const slow = (begin: string): Promise<void> =>
      new Promise((resolve) => {
        const socket = connect({ host: "127.0.0.1", port: server.port, key, cert, rejectUnauthorized: false }, () => {
          socket.write(begin);
          const drip = setInterval(() => socket.write("a"), 50);
          socket.once("close", () => {
            clearInterval(drip);
            resolve();
          });
        });
        socket.on("error", () => undefined);
        socket.resume();
      });
    const headers = Array.from({ length: 30 }, () => slow("POST /entente/link/v1/parcels HTTP/1.1\r\nhost: x\r\nx: "));
    const body = slow(`POST ${POST} HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n`);
    const client = createLinkClient({ key, cert });
    const answer = await client.send(
      `https://127.0.0.1:${server.port}`,
      good.node.self.tlsPin,
      utf8("x"),
      AbortSignal.timeout(5000),
    );
    client.close();
    expect(answer).toMatchObject({ result: "later", message: "heard" });
    await Promise.all([...headers, body]);
  } finally {
    await server.close();
  }
});

test("what waits for a partner that is away goes when it comes back", async () => {
  const open = await good.mark({ releasableTo: [bad.node.self.id] });
  const id = await good.record({ type: "tool", name: "Late" }, [open]);
  await release(good, channel, [id]);
  await until(
    "a failed attempt",
    async () => (await good.node.store.read(good.officers.analyst, (r) => r.channels.get(channel)))?.lastError ?? null,
  );
  bad.link = await bad.node.openLink();
  await until(
    "the record",
    async () => (await bad.node.store.read(bad.officers.analyst, (r) => r.records.get(id))) !== null,
  );
});
