import { BaseError, equalBytes, isJsonObject, parseJson, toHex } from "#base";
import {
  append,
  CHAIN_START,
  chainHash,
  entryLeaf,
  LedgerError,
  memoryHashStore,
  openCheckpoint,
  rootAt,
} from "#ledger";
import type { PartyId, Viewer } from "#policy";
import type { AuditEntry, AuditQuery, Reader, SealedEntry, Store } from "#store";
import { AUDIT_LOG, auditOrigin, termCommitment } from "./audit.ts";
import { AccessError } from "./errors.ts";
import { type OfficerViewer, requirePermission } from "./require.ts";

/** An entry as an overseer reads it: with the words searched for, where they are still kept. */
export interface ReadEntry extends AuditEntry {
  readonly term: string | null;
}

export interface AuditFault {
  readonly kind: "removed" | "changed" | "moved" | "broken-link" | "term-changed" | "tree" | "checkpoint";
  /** The entry's place in the log; `null` when it is of the log as a whole. */
  readonly position: number | null;
  readonly message: string;
}

export interface AuditVerdict {
  readonly verified: boolean;
  /** Entries of the log. */
  readonly size: number;
  /** Entries of the last second, which have no place yet and are covered by nothing. */
  readonly waiting: number;
  readonly root: string;
  /** The signed head: kept elsewhere, it shows later that nothing before it was changed or cut off. */
  readonly checkpoint: string | null;
  readonly faults: readonly AuditFault[];
}

export interface AuditReading {
  search(viewer: Viewer, query: AuditQuery): Promise<readonly ReadEntry[]>;
  /** What this officer did, and who read or changed what they drafted or decided. */
  activity(viewer: OfficerViewer, before?: number): Promise<readonly ReadEntry[]>;
  /** The whole log, oldest first, page by page. */
  export(viewer: Viewer): AsyncGenerator<SealedEntry>;
  /** @param earlier a checkpoint kept elsewhere. @throws AccessError `audit-checkpoint` when it is none of this log. */
  verify(viewer: Viewer, earlier?: string): Promise<AuditVerdict>;
}

const PAGE = 1000;
/** Named one by one; beyond, the count says enough. */
const MAX_FAULTS = 200;

export function createAuditReading(deps: {
  readonly store: Store;
  readonly party: PartyId;
  /** The keys of this party, the replaced ones too: a checkpoint stays good when its key is replaced. */
  readonly keys: readonly string[];
}): AuditReading {
  const { store, party, keys } = deps;
  const log = { name: auditOrigin(party), keys };
  return {
    async search(viewer, query) {
      requirePermission(viewer, "audit.read");
      return store.read(viewer, async (r) => withTerms(r, await r.audit.list(query)));
    },
    activity: (viewer, before) =>
      store.read(viewer, async (r) => {
        const page = { limit: 200, ...(before === undefined ? {} : { before }) };
        const own = await r.audit.list({ ...page, actor: viewer.officer });
        const about = await r.audit.list({ ...page, subject: viewer.officer });
        const mine = [...new Set(own.filter((entry) => entry.subject.startsWith("release--")).map((e) => e.subject))];
        const others: AuditEntry[] = [];
        for (const subject of mine.slice(0, 50)) others.push(...(await r.audit.list({ ...page, subject })));
        const all = new Map([...own, ...about, ...others].map((entry) => [entry.seq, entry]));
        const newest = [...all.values()].toSorted((a, b) => b.seq - a.seq).slice(0, 200);
        // Words that others searched for are the overseer's alone.
        const shown = newest.filter((entry) => entry.actor === viewer.officer);
        const terms = new Map((await withTerms(r, shown)).map((entry) => [entry.seq, entry.term]));
        return newest.map((entry) => ({ ...entry, term: terms.get(entry.seq) ?? null }));
      }),
    async *export(viewer) {
      requirePermission(viewer, "audit.read");
      for (let position = 0; ; position += PAGE) {
        const [size, entries] = await store.read(viewer, async (r) => [
          await r.trees.size(AUDIT_LOG),
          await r.audit.sealed(position, PAGE),
        ]);
        yield* entries;
        if (position + PAGE >= size) return;
      }
    },
    async verify(viewer, earlier) {
      requirePermission(viewer, "audit.read");
      return store.read(viewer, (r) => verify(r, log, earlier));
    },
  };
}

async function withTerms(r: Reader, entries: readonly AuditEntry[]): Promise<readonly ReadEntry[]> {
  const named = new Map(entries.map((entry) => [entry.seq, termOf(entry.detail)]));
  const commitments = [...named.values()].filter((term) => term !== null);
  const terms = new Map((await r.audit.terms([...new Set(commitments)])).map((term) => [term.commitment, term.text]));
  return entries.map((entry) => ({ ...entry, term: terms.get(named.get(entry.seq) ?? "") ?? null }));
}

/** The commitment in an entry's detail. The store may have been tampered with: what is no JSON names none. */
function termOf(detail: string): string | null {
  if (!detail.includes('"term"')) return null;
  try {
    const value = parseJson(detail);
    return isJsonObject(value) && typeof value["term"] === "string" ? value["term"] : null;
  } catch (error) {
    if (error instanceof BaseError) return null;
    throw error;
  }
}

/** Reads the whole log once, in bounded memory but for 32 bytes an entry, and says which entries are not what was sealed. */
async function verify(
  r: Reader,
  log: { readonly name: string; readonly keys: readonly string[] },
  earlier: string | undefined,
): Promise<AuditVerdict> {
  const faults: AuditFault[] = [];
  const size = await r.trees.size(AUDIT_LOG);
  const tree = memoryHashStore();
  const suspects: { readonly position: number; readonly leaf: string }[] = [];
  const places = new Map<string, number>();
  let previous: string | null = CHAIN_START;
  for (let from = 0; from < size; from += PAGE) {
    const count = Math.min(PAGE, size - from);
    const entries = new Map((await r.audit.sealed(from, count)).map((entry) => [entry.position, entry]));
    const leaves = await r.trees.row(AUDIT_LOG, 0, from, count);
    for (let position = from; position < from + count; position++) {
      const [leaf, entry]: [Uint8Array | undefined, SealedEntry | undefined] = [
        leaves[position - from],
        entries.get(position),
      ];
      if (leaf === undefined) {
        faults.push({ kind: "tree", position, message: "the tree lacks the hash of this entry" });
        continue;
      }
      await append(tree, AUDIT_LOG, leaf);
      if (entry === undefined) {
        faults.push({ kind: "removed", position, message: "the entry was removed" });
        previous = null;
        continue;
      }
      const own = toHex(entryLeaf(entry));
      if (own !== toHex(leaf)) {
        suspects.push({ position, leaf: own });
        places.set(toHex(leaf), position);
        previous = null;
        continue;
      }
      const tied: string = previous === null ? entry.hash : chainHash(previous, position, entry);
      if (tied !== entry.hash)
        faults.push({ kind: "broken-link", position, message: "the entry is not tied to the one before it" });
      previous = tied;
      faults.push(...(await termFaults(r, entry)));
    }
  }
  for (const { position, leaf } of suspects) {
    const elsewhere = places.get(leaf);
    faults.push(
      elsewhere === undefined
        ? { kind: "changed", position, message: "the entry is not the one that was sealed" }
        : { kind: "moved", position, message: `here stands the entry of place ${elsewhere}` },
    );
  }
  const root = await rootAt(tree, AUDIT_LOG, await tree.size(AUDIT_LOG));
  const checkpoint = await r.trees.checkpoint(AUDIT_LOG);
  faults.push(...headFaults(log, size, root, checkpoint));
  if (earlier !== undefined) faults.push(...(await earlierFaults(tree, log, earlier)));
  return {
    verified: faults.length === 0,
    size,
    waiting: await r.audit.unsealed(),
    root: toHex(root),
    checkpoint,
    faults: faults.toSorted((a, b) => (a.position ?? -1) - (b.position ?? -1)).slice(0, MAX_FAULTS),
  };
}

async function termFaults(r: Reader, { detail, position }: SealedEntry): Promise<AuditFault[]> {
  const commitment = termOf(detail);
  const [term] = commitment === null ? [] : await r.audit.terms([commitment]);
  return term === undefined || termCommitment(term.salt, term.text) === commitment
    ? []
    : [{ kind: "term-changed", position, message: "the words searched for are not those that were noted" }];
}

function headFaults(
  log: { readonly name: string; readonly keys: readonly string[] },
  size: number,
  root: Uint8Array,
  checkpoint: string | null,
): AuditFault[] {
  if (checkpoint === null) {
    return size === 0 ? [] : [{ kind: "checkpoint", position: null, message: "the log has no signed checkpoint" }];
  }
  try {
    const head = openCheckpoint(checkpoint, log);
    if (head.size !== size)
      return [
        { kind: "checkpoint", position: null, message: `the checkpoint is of ${head.size} entries, not ${size}` },
      ];
    return equalBytes(head.root, root)
      ? []
      : [{ kind: "tree", position: null, message: "the hashes of the entries do not lead to the signed root" }];
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    return [
      { kind: "checkpoint", position: null, message: `the checkpoint is not signed by this node: ${error.message}` },
    ];
  }
}

async function earlierFaults(
  tree: ReturnType<typeof memoryHashStore>,
  log: { readonly name: string; readonly keys: readonly string[] },
  earlier: string,
): Promise<AuditFault[]> {
  let kept;
  try {
    kept = openCheckpoint(earlier, log);
  } catch (cause) {
    if (!(cause instanceof LedgerError)) throw cause;
    throw new AccessError("audit-checkpoint", "this is no checkpoint of this node's audit", {
      fix: "Give the file that `entente audit checkpoint` wrote.",
      cause,
    });
  }
  const held = await tree.size(AUDIT_LOG);
  if (kept.size > held) {
    const message = `the log was cut: a checkpoint kept elsewhere is of ${kept.size} entries, here are ${held}`;
    return [{ kind: "removed", position: held, message }];
  }
  return equalBytes(await rootAt(tree, AUDIT_LOG, kept.size), kept.root)
    ? []
    : [{ kind: "changed", position: null, message: `the first ${kept.size} entries are not those of the checkpoint` }];
}
