import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { fromBase64, instantOf, toBase64 } from "#base";
import {
  append,
  commitment,
  cosign,
  cosignerName,
  entryBundle,
  formatCheckpoint,
  generateSeed,
  hashTile,
  leafHash,
  logOrigin,
  memoryHashStore,
  openCheckpoint,
  readEntryBundle,
  rootAt,
  signingKey,
  signNote,
  tilePath,
  tilesOf,
} from "#ledger";
import { post } from "../../src/exchange/outbox.ts";
import { buildVerifier, goIsThere } from "../../tools/go.ts";
import { pair, type Party, party, release, until } from "../federation/two-nodes.ts";

const folder = mkdtempSync(join(tmpdir(), "entente-go-"));
const verifier = join(folder, "verify-log");
const [early, late] = [join(folder, "early"), join(folder, "late")];
let a: Party;
let b: Party;
let channel: string;

function judge(...args: readonly string[]): { readonly status: number | null; readonly words: string } {
  const { status, stdout, stderr } = spawnSync(verifier, args, { encoding: "utf8" });
  return { status, words: stdout + stderr };
}

async function exported(out: string): Promise<void> {
  const logs = await a.node.exchange.exportLogs(a.officers.overseer, channel, (path, bytes) => {
    mkdirSync(dirname(join(out, path)), { recursive: true });
    writeFileSync(join(out, path), bytes);
    return Promise.resolve();
  });
  expect(logs.map((log) => log.side)).toEqual(["ours", "partner"]);
}

const delivered = (side: Party) =>
  until(
    "an empty outbox",
    async () => (await side.node.store.read(side.officers.analyst, (r) => r.parcels.queued(channel))) === 0,
  );

/** Parcels enough for a full tile and the beginning of the next. */
async function fill(count: number): Promise<void> {
  await a.node.store.transact(a.officers.analyst, async (t) => {
    const partner = await t.channels.get(channel);
    if (partner === null) throw new Error("no channel");
    for (let n = 0; n < count; n++)
      await post(t, a.node.self, partner, { kind: "hello", body: { name: `${n}` } }, null, instantOf(new Date()));
  });
  a.link?.wake();
  await delivered(a);
}

beforeAll(async () => {
  if (!goIsThere()) return;
  buildVerifier(verifier);
  [a, b] = await Promise.all([party("Islamabad"), party("Washington")]);
  channel = await pair(a, b);
  const open = await a.mark({ releasableTo: [b.node.self.id] });
  await release(a, channel, [await a.record({ type: "tool", name: "One" }, [open])]);
  await until("the receipt", async () => {
    const sent = await a.node.store.read(a.officers.analyst, (r) => r.parcels.outboundList(channel));
    return sent.some((parcel) => parcel.receipt !== null);
  });
  await exported(early);
  await fill(280);
  await exported(late);
  // The keys are held from before: what the folder says of itself then counts for nothing.
  for (const side of ["ours", "partner"]) cpSync(join(late, side, "keys"), join(folder, `keys-${side}`));
}, 120_000);

afterAll(async () => {
  if (goIsThere()) {
    expect([a.errors, b.errors]).toEqual([[], []]);
    await Promise.all([a.close(), b.close()]);
  }
  rmSync(folder, { recursive: true });
});

describe("a log of two real nodes, judged by Go", () => {
  test.runIf(goIsThere()).each(["ours", "partner"])("%s is verified and cosigned", (side) => {
    const out = judge("-keys", join(folder, `keys-${side}`), "-cosignatures", "1", join(late, side));
    expect(out).toMatchObject({ status: 0, words: expect.stringContaining("VERIFIED") as string });
    expect(judge(join(late, side)).words).toContain("the keys in the folder itself");
  });

  test.runIf(goIsThere())("it continues its own earlier checkpoint, and has a full tile and a level above", () => {
    const out = judge("-older", join(early, "ours/checkpoint"), join(late, "ours"));
    expect(out).toMatchObject({ status: 0, words: expect.stringContaining("continues the checkpoint of") as string });
    expect(readdirSync(join(late, "ours/tile")).toSorted()).toEqual(["0", "1", "entries"]);
  });

  test.runIf(goIsThere())("how it is called", () => {
    expect(judge().status).toBe(2);
    expect(judge("-keys", join(folder, "none"), join(late, "ours")).status).toBe(2);
    expect(judge(join(folder, "nowhere")).status).toBe(1);
  });
});

describe("evidence", () => {
  test.runIf(goIsThere())("of a release between two real nodes, judged by Go", async () => {
    const [one] = await a.node.store.read(a.officers.analyst, (r) => r.releases.list());
    const file = join(folder, "real.json");
    writeFileSync(file, await a.node.exchange.evidence(a.officers.overseer, one?.id ?? ""));
    const keys = [a, b].flatMap(({ node: { self } }) => ["-key", `${self.id}=${self.key.publicKey}`]);
    expect(judge("-evidence", ...keys, file)).toMatchObject({
      status: 0,
      words: expect.stringMatching(/^GENUINE/) as string,
    });
    expect(judge("-evidence", file).status).toBe(0);
    expect(judge("-evidence", "-key", "nonsense", file).status).toBe(2);
  });
});

type Change = (dir: string) => void | Promise<void>;
const flip =
  (path: string, at: number): Change =>
  (dir) => {
    const bytes = readFileSync(join(dir, path));
    const place = at < 0 ? bytes.length + at : at;
    writeFileSync(join(dir, path), bytes.with(place, (bytes[place] ?? 0) ^ 1));
  };
const edit =
  (path: string, change: (text: string) => string): Change =>
  (dir) => {
    const before = readFileSync(join(dir, path), "utf8");
    const after = change(before);
    expect(after).not.toBe(before);
    writeFileSync(join(dir, path), after);
  };
const cut =
  (path: string, by: number): Change =>
  (dir) =>
    writeFileSync(join(dir, path), readFileSync(join(dir, path)).subarray(0, -by));
const gone =
  (path: string): Change =>
  (dir) =>
    rmSync(join(dir, path));
/** The path of the partial tile of a row, whatever its width. */
function partial(row: string): string {
  const name = readdirSync(join(late, "ours/tile", row)).find((entry) => entry.endsWith(".p")) ?? "";
  return `tile/${row}/${name}/${readdirSync(join(late, "ours/tile", row, name))[0] ?? ""}`;
}
const later =
  (make: () => Change): Change =>
  (dir) =>
    make()(dir);

const origin = () => logOrigin(channel, a.node.self.id);
const head = () => readFileSync(join(late, "ours/checkpoint"), "utf8");
const opened = () => openCheckpoint(head(), { name: origin(), publicKey: a.node.self.key.publicKey });
const lines = () =>
  head()
    .slice(head().lastIndexOf("\n\n") + 2)
    .trim()
    .split("\n");
/** The checkpoint signed anew by the log's own key, and cosigned by the real cosigner: a log that lies with its partner's help. */
const signed = (text: string) =>
  `${signNote(text, [{ name: origin(), key: a.node.self.key }])}${cosign(text, { name: cosignerName(b.node.self.id), key: b.node.self.key }, 1)}`;

/** Another history of the same log, whole in itself and signed by the right key. */
async function otherHistory(dir: string, size: number): Promise<void> {
  const tree = memoryHashStore();
  const entries = Array.from({ length: size }, (_, n) => commitment(new Uint8Array(32).fill(n), new Uint8Array(32)));
  for (const entry of entries) await append(tree, "l", leafHash(entry));
  rmSync(join(dir, "tile"), { recursive: true });
  rmSync(join(dir, "checkpoint.cosigned"), { force: true });
  for (const tile of tilesOf(size)) {
    const file = join(dir, tilePath(tile));
    mkdirSync(dirname(file), { recursive: true });
    const from = tile.index * 256;
    writeFileSync(
      file,
      tile.kind === "entries" ? entryBundle(entries.slice(from, from + tile.width)) : await hashTile(tree, "l", tile),
    );
  }
  const text = formatCheckpoint({ origin: origin(), size, root: await rootAt(tree, "l", size) });
  writeFileSync(join(dir, "checkpoint"), signed(text));
}

const bundle = "tile/entries/000";
const stranger = signingKey(generateSeed());
const tampered: readonly (readonly [string, Change, RegExp])[] = [
  ["a byte of an entry", flip(bundle, 40), /the entries make the root/],
  ["a byte of a length", flip(bundle, 1), /bundle|entry|entries/],
  ["a byte of the last entry", later(() => flip(partial("entries"), -1)), /the entries make the root/],
  ["a byte of a full hash tile", flip("tile/0/000", 5000), /not of the entries/],
  ["a byte of a partial hash tile", later(() => flip(partial("0"), 3)), /not of the entries/],
  ["a byte of a tile of the level above", later(() => flip(partial("1"), 9)), /not of the entries/],
  ["a hash tile cut short", cut("tile/0/000", 32), /8160 bytes/],
  ["a bundle cut short", cut(bundle, 10), /ends inside an entry/],
  ["a bundle that lacks its last entry", cut(bundle, 56), /255 entries, not 256/],
  [
    "a bundle with an entry more",
    later(() => (dir) => {
      const path = join(dir, partial("entries"));
      writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.from([0, 1, 7])]));
    }),
    /not a bundle/,
  ],
  ["a hash tile that is missing", gone("tile/0/000"), /no such file/],
  ["a bundle that is missing", gone(bundle), /no such file/],
  ["no checkpoint", gone("checkpoint"), /no such file/],
  [
    "two entries changed places",
    (dir) => {
      const [first, second, ...rest] = readEntryBundle(readFileSync(join(dir, bundle)), 256);
      writeFileSync(join(dir, bundle), entryBundle([second, first, ...rest].filter((entry) => entry !== undefined)));
    },
    /the entries make the root/,
  ],
  [
    "two hashes changed places",
    (dir) => {
      const bytes = readFileSync(join(dir, "tile/0/000"));
      writeFileSync(
        join(dir, "tile/0/000"),
        Buffer.concat([bytes.subarray(32, 64), bytes.subarray(0, 32), bytes.subarray(64)]),
      );
    },
    /not of the entries/,
  ],
  [
    "another size in the checkpoint",
    edit("checkpoint", (text) => text.replace(/\n\d+\n/, "\n256\n")),
    /invalid signature/,
  ],
  [
    "another root in the checkpoint",
    edit("checkpoint", (text) =>
      text.replace(/(\n\d+\n)(.)/, (_, line: string, first: string) => `${line}${first === "/" ? "A" : "/"}`),
    ),
    /invalid signature/,
  ],
  [
    "no signature of the log",
    edit("checkpoint", (text) => text.replace(`${lines()[0]}\n`, "")),
    /the log itself has not signed/,
  ],
  ["no signature at all", edit("checkpoint", (text) => text.slice(0, text.lastIndexOf("\n\n") + 2)), /malformed note/],
  ["no cosignature", edit("checkpoint", (text) => text.replace(`${lines()[1]}\n`, "")), /0 known cosigners/],
  [
    "a cosignature by another key",
    edit("checkpoint", (text) =>
      text.replace(`${lines()[1]}\n`, cosign(opened().text, { name: cosignerName(b.node.self.id), key: stranger }, 1)),
    ),
    /0 known cosigners/,
  ],
  [
    "a cosignature by an unknown party",
    edit("checkpoint", (text) =>
      text.replace(`${lines()[1]}\n`, cosign(opened().text, { name: "entente/elsewhere", key: stranger }, 1)),
    ),
    /0 known cosigners/,
  ],
  [
    "a cosignature's time changed",
    edit("checkpoint", (text) => {
      const [dash, name, blob = ""] = (lines()[1] ?? "").split(" ");
      const bytes = fromBase64(blob);
      return text.replace(lines()[1] ?? "", `${dash} ${name} ${toBase64(bytes.with(11, (bytes[11] ?? 0) ^ 1))}`);
    }),
    /invalid signature/,
  ],
  [
    "the cosignature of an earlier checkpoint",
    edit("checkpoint", (text) => {
      const before = readFileSync(join(early, "ours/checkpoint"), "utf8").trim().split("\n").at(-1) ?? "";
      return text.replace(lines()[1] ?? "", before);
    }),
    /invalid signature/,
  ],
  [
    "the log's signature by another key",
    edit("checkpoint", () => signNote(opened().text, [{ name: origin(), key: stranger }])),
    /no verifiable signatures|has not signed/,
  ],
  [
    "another log's origin under the right key",
    edit("checkpoint", () =>
      signed(formatCheckpoint({ ...opened(), origin: logOrigin("channel--other", a.node.self.id) })),
    ),
    /of another log/,
  ],
  [
    "a size with a leading zero, signed",
    edit("checkpoint", () => signed(opened().text.replace(/\n(\d+)\n/, "\n0$1\n"))),
    /not a number/,
  ],
  [
    "a size past the entries, signed",
    edit("checkpoint", () => signed(formatCheckpoint({ ...opened(), size: opened().size + 1 }))),
    /no such file|bytes|entries/,
  ],
  [
    "a size below the entries, signed",
    edit("checkpoint", () => signed(formatCheckpoint({ ...opened(), size: 256 }))),
    /the entries make the root/,
  ],
  [
    "another root, signed",
    edit("checkpoint", () => signed(formatCheckpoint({ ...opened(), root: new Uint8Array(32) }))),
    /the entries make the root/,
  ],
  ["an empty line before the end, signed", edit("checkpoint", () => signed(`${opened().text}\nx\n`)), /empty line/],
  ["lines that end as on Windows", edit("checkpoint", (text) => text.replaceAll("\n", "\r\n")), /malformed/],
  [
    "the partner's log in the place of ours",
    (dir) => {
      rmSync(dir, { recursive: true });
      cpSync(join(late, "partner"), dir, { recursive: true });
    },
    /no verifiable signatures|has not signed/,
  ],
  [
    "rolled back to an earlier checkpoint",
    (dir) => {
      rmSync(dir, { recursive: true });
      cpSync(join(early, "ours"), dir, { recursive: true });
    },
    /rolled back/,
  ],
  ["another history, shorter", (dir) => otherHistory(dir, 100), /rolled back/],
  ["another history, longer, signed and cosigned", (dir) => otherHistory(dir, 400), /forked/],
  [
    "a cosigned checkpoint that the log does not continue",
    (dir) => {
      const text = formatCheckpoint({ origin: origin(), size: 9, root: new Uint8Array(32).fill(1) });
      writeFileSync(join(dir, "checkpoint.cosigned"), signed(text));
    },
    /forked/,
  ],
  [
    "a tile that is a folder",
    (dir) => {
      rmSync(join(dir, "tile/0/000"));
      mkdirSync(join(dir, "tile/0/000"));
    },
    /not a file/,
  ],
  [
    "tiles of two rows changed places",
    (dir) => {
      renameSync(join(dir, "tile/0/000"), join(dir, "spare"));
      cpSync(join(dir, "spare"), join(dir, bundle));
      cpSync(join(late, "ours", bundle), join(dir, "tile/0/000"));
    },
    /bundle|entry|entries/,
  ],
];

describe("a tampered log is refused, with the reason", () => {
  test.runIf(goIsThere()).each(tampered)("%s", async (_, change, reason) => {
    const dir = mkdtempSync(join(folder, "tampered-"));
    cpSync(join(late, "ours"), dir, { recursive: true });
    await change(dir);
    const out = judge(
      "-keys",
      join(folder, "keys-ours"),
      "-cosignatures",
      "1",
      "-older",
      join(late, "ours/checkpoint"),
      dir,
    );
    expect(out.words).toMatch(/^REFUSED: /);
    expect(out.words).toMatch(reason);
    expect(out.status).toBe(1);
  });
});
