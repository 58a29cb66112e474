import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { type Clock, fromUtf8, instantOf, parseJson, utf8 } from "#base";
import { type OfficerViewer, requirePermission } from "#access";
import { distrustLog, FORMER_KEYS, SIGNING_KEY } from "#exchange";
import { LedgerError, openEnvelope, sealEnvelope, signingKey } from "#ledger";
import { openSqlite, openStore, type Transactor } from "#store";
import { type Home, openHome } from "./config/home.ts";
import { NodeError } from "./errors.ts";
import type { EntenteNode } from "./open-node.ts";

const TYPE = "application/vnd.entente.backup+json";
const MANIFEST = "backup.json";
const FILES = ["entente.sqlite", "config.json", "keys.json"] as const;

const manifestSchema = z.strictObject({
  v: z.literal(1),
  party: z.string(),
  name: z.string(),
  made: z.string(),
  files: z.record(z.string(), z.strictObject({ bytes: z.int().min(0), sha256: z.string().length(64) })),
});

export type BackupManifest = z.infer<typeof manifestSchema>;

/**
 * Writes a backup into a new folder while the node runs: the store, the configuration, the keys as they are (sealed keys
 * stay sealed), and a signed list of their hashes.
 *
 * @throws NodeError `backup-exists` when the folder holds something; StoreError `backup-elsewhere` on PostgreSQL.
 */
export async function makeBackup(
  node: EntenteNode,
  actor: OfficerViewer,
  folder: string,
  clock: Clock,
  onProgress: (part: number) => void = () => undefined,
): Promise<BackupManifest> {
  requirePermission(actor, "node.keep");
  if (existsSync(folder) && readdirSync(folder).length > 0)
    throw new NodeError("backup-exists", `${folder} holds something already`, {
      fix: "Name a folder that is not there.",
    });
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await node.store.backup(join(folder, "entente.sqlite"), onProgress);
  for (const name of ["config.json", "keys.json"]) copyFileSync(join(node.home.folder, name), join(folder, name));
  const files: BackupManifest["files"] = {};
  for (const name of FILES) files[name] = await measure(join(folder, name));
  const made = instantOf(clock());
  const manifest: BackupManifest = { v: 1, party: node.self.id, name: node.self.name, made, files };
  writeFileSync(join(folder, MANIFEST), sealEnvelope(TYPE, utf8(JSON.stringify(manifest)), node.self.key), {
    mode: 0o600,
    flush: true,
  });
  await node.store.transact(actor, (t) => t.audit.note("node.backup", folder, { made }));
  return manifest;
}

async function measure(file: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return { bytes: statSync(file).size, sha256: hash.digest("hex") };
}

export interface RestoredNode {
  readonly manifest: BackupManifest;
  readonly folder: string;
  /** Channels whose log is not signed before the partner has said how far it went. */
  readonly channels: number;
}

/**
 * Puts a backup into a new folder. Nobody stays signed in, and no log is signed before its partner has been asked.
 *
 * @param keysFile the `keys.json` of after a change of keys, where the backup is older than it
 * @throws NodeError `home-exists`, or `backup-damaged` when a file is not the one that was signed for.
 */
export async function restoreBackup(
  backup: string,
  folder: string,
  clock: Clock,
  passphrase: () => Promise<string | null>,
  keysFile: string | null = null,
): Promise<RestoredNode> {
  if (existsSync(join(folder, "config.json")))
    throw new NodeError("home-exists", `${folder} holds a node already`, { fix: "Name another folder with --home." });
  const home = await openHome(backup, passphrase);
  const manifest = await checkBackup(backup, home);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const name of FILES) copyFileSync(join(backup, name), join(folder, name));
  const named = keysFile === null ? null : await takeKeys(folder, keysFile, passphrase);
  const channels = await distrustStore(folder, home, clock, `restored from the backup of ${manifest.made}`, named);
  return { manifest, folder, channels };
}

/** Puts newer keys in the place of the backup's. @returns the key that signs now. */
async function takeKeys(folder: string, keysFile: string, passphrase: () => Promise<string | null>): Promise<string> {
  copyFileSync(keysFile, join(folder, "keys.json"));
  chmodSync(join(folder, "keys.json"), 0o600);
  return signingKey((await openHome(folder, passphrase)).secrets.signingSeed).publicKey;
}

async function checkBackup(backup: string, { secrets }: Home): Promise<BackupManifest> {
  const damaged = (what: string, cause?: unknown) =>
    new NodeError("backup-damaged", `this backup cannot be used: ${what}`, {
      where: backup,
      fix: "Take another one.",
      cause,
    });
  if (!existsSync(join(backup, MANIFEST))) throw damaged(`${MANIFEST} is missing`);
  const publicKeys = [secrets, ...(secrets.retired ?? [])].map(({ signingSeed }) => signingKey(signingSeed).publicKey);
  let manifest: BackupManifest;
  try {
    const text = readFileSync(join(backup, MANIFEST), "utf8");
    const { payload } = openEnvelope(text, TYPE, publicKeys);
    manifest = manifestSchema.parse(parseJson(fromUtf8(payload)));
  } catch (cause) {
    if (cause instanceof LedgerError || cause instanceof z.ZodError)
      throw damaged("its list of files is not signed by this node's key", cause);
    throw cause;
  }
  for (const name of FILES) {
    if (!existsSync(join(backup, name))) throw damaged(`${name} is missing`);
    const { sha256 } = await measure(join(backup, name));
    if (manifest.files[name]?.sha256 !== sha256) throw damaged(`${name} is not the file that was signed for`);
  }
  return manifest;
}

async function distrustStore(
  folder: string,
  { config, secrets }: Home,
  clock: Clock,
  why: string,
  named: string | null,
): Promise<number> {
  const engine = openSqlite(join(folder, "entente.sqlite"));
  const store = await openStore({ engine, party: config.party.id, clock });
  const job = { kind: "job", party: config.party.id, name: "restore", may: [] } as const;
  try {
    return await store.transact(job, async (t) => {
      if (named !== null) {
        const held = JSON.parse((await t.settings.get(FORMER_KEYS)) ?? "[]") as string[];
        const former = [secrets, ...(secrets.retired ?? [])].map(
          ({ signingSeed }) => signingKey(signingSeed).publicKey,
        );
        await t.settings.set(FORMER_KEYS, JSON.stringify([...new Set([...held, ...former])]));
        await t.settings.set(SIGNING_KEY, named);
      }
      return distrustAll(t, folder, why);
    });
  } finally {
    await store.close();
  }
}

async function distrustAll(t: Transactor, subject: string, why: string): Promise<number> {
  const channels = await t.channels.list();
  for (const { id } of channels) await distrustLog(t, id, why);
  await t.officers.endAll();
  await t.audit.note("node.restore", subject, { why });
  return channels.length;
}

/** For a store that was put back by other means (PostgreSQL's own). @returns how many channels wait for their partner. */
export function declareRestored(node: EntenteNode, actor: OfficerViewer): Promise<number> {
  requirePermission(actor, "node.keep");
  return node.store.transact(actor, (t) => distrustAll(t, node.home.folder, "restored by the database's own means"));
}
