import { randomBytes } from "node:crypto";
import { request } from "node:https";
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
  options: { path?: string; identity?: { key: string; cert: string } | null } = {},
): Promise<{ status: number; answer: Record<string, unknown> }> {
  const { path = POST, identity = { key: bad.node.home.secrets.linkKey, cert: bad.node.home.secrets.linkCert } } =
    options;
  return new Promise((resolve, reject) => {
    const req = request(
      new URL(path, good.node.self.url),
      { method: "POST", rejectUnauthorized: false, ...identity },
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
    sent: "2026-01-01T00:00:00.000000Z",
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
    const { status } = await send(Buffer.alloc(41 * 1024 * 1024, 0x20)).catch(() => ({ status: 413 }));
    expect(status).toBe(413);
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
    const text = JSON.stringify({
      type: "tool",
      spec_version: "2.1",
      id: mine,
      created: "2025-08-12T09:00:00.000Z",
      modified: "2025-09-12T09:00:00.000Z",
      name: "Theirs now",
    });
    const body = {
      release: "release--x",
      title: "T",
      purpose: "p",
      necessity: "n",
      legalBasis: { title: "t", citation: "c" },
      reviewBy: "2027-01-01T00:00:00.000000Z",
      approvals: [],
      part: 1,
      parts: 1,
      records: [{ text, markings: [] }],
      markings: [],
    };
    expect((await send(writeMessage(await message({ parcel: { kind: "release", body } })))).answer["result"]).toBe(
      "stored",
    );
    expect((await good.node.store.read(good.officers.analyst, (r) => r.records.get(mine)))?.title).toBe("Mine");
  });
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
