import { randomBytes } from "node:crypto";
import { type Clock, type Instant, instantOf, sha256Hex, toHex } from "#base";
import {
  appendAll,
  CHAIN_START,
  chainHash,
  entryLeaf,
  formatCheckpoint,
  rootAt,
  type SigningKey,
  signNote,
} from "#ledger";
import type { PartyId, Viewer } from "#policy";
import { actorName, type AuditTerm, type SealedEntry, type Store, type Transactor } from "#store";
import { AccessError } from "./errors.ts";

/** The log of the audit in the store's trees, and its name to those who verify its checkpoints. */
export const AUDIT_LOG = "audit";
export const auditOrigin = (party: PartyId): string => `entente/audit/${party}`;

/** What an entry is made of, before it has its place. */
export interface Noted {
  readonly verb: string;
  /** The id it was done to; never a name. */
  readonly subject: string;
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
  /** Words that were searched for. Kept apart from the entry, under a commitment. */
  readonly term?: string;
}

export interface Audit {
  /** Notes it within a second, and before the node closes. Waits only while the buffer is full. */
  note(viewer: Viewer, entry: Noted): Promise<void>;
  /** Notes it and resolves when it is on disk: for what may only be shown once it is noted. */
  durable(viewer: Viewer, entry: Noted): Promise<void>;
  /** Writes what is buffered and gives every entry its place. */
  flush(): Promise<void>;
  /** Seals each second what others wrote, until `close`. */
  start(onError: (error: unknown) => void): void;
  close(): Promise<void>;
}

/** Entries held in memory at most: a few megabytes. */
const MAX_BUFFERED = 10_000;
const FLUSH_MS = 1000;
/** Entries that get their place in one transaction. */
const MAX_SEALED = 5000;

interface Waiting {
  readonly at: Instant;
  readonly actor: string;
  readonly entry: Noted;
}

export interface AuditDeps {
  readonly store: Store;
  readonly party: PartyId;
  readonly clock: Clock;
  readonly key: SigningKey;
}

/**
 * The one writer of the audit's log. What changes something is noted in the transaction of the change and sealed here
 * afterwards; what only reads is buffered and written in batches, so that a read costs nearly nothing. Several processes
 * take turns under a lock: there is one chain.
 */
export function createAudit(deps: AuditDeps): Audit {
  const { store, party, clock } = deps;
  const self: Viewer = { kind: "job", party, name: "audit", may: [] };
  let buffer: Waiting[] = [];
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;
  let soon: NodeJS.Timeout | undefined;
  let report: (error: unknown) => void = () => undefined;

  async function write(): Promise<void> {
    const taken = buffer;
    buffer = [];
    try {
      let left = await store.transact(self, (t) => seal(t, deps, taken));
      while (left) left = await store.transact(self, (t) => seal(t, deps, []));
    } catch (error) {
      // Kept for the next try; whoever waits for these entries hears that they are not written.
      buffer = [...taken, ...buffer];
      throw error;
    }
  }

  /** One writing at a time; whoever comes meanwhile shares the next one. */
  function flush(): Promise<void> {
    if (running === null) {
      running = write().finally(() => {
        running = null;
      });
      return running;
    }
    next ??= running
      .catch(() => undefined)
      .then(() => {
        next = null;
        return flush();
      });
    return next;
  }

  function push(viewer: Viewer, entry: Noted): void {
    buffer.push({ at: instantOf(clock()), actor: actorName(viewer), entry });
  }

  function unwritten(cause: unknown): AccessError {
    return new AccessError("audit-unwritten", "what is read here must be noted, and cannot be now", {
      fix: "Tell the administrator: the store of this node takes no more.",
      cause,
    });
  }

  return {
    async note(viewer, entry) {
      if (buffer.length >= MAX_BUFFERED) {
        await flush().catch((cause: unknown) => {
          throw unwritten(cause);
        });
      }
      push(viewer, entry);
      soon ??= setTimeout(() => {
        soon = undefined;
        flush().catch((error: unknown) => report(error));
      }, FLUSH_MS).unref();
    },
    async durable(viewer, entry) {
      push(viewer, entry);
      await flush().catch((cause: unknown) => {
        throw unwritten(cause);
      });
    },
    flush,
    start(onError) {
      report = onError;
      timer = setInterval(() => {
        void store
          .read(self, (r) => r.audit.unsealed())
          .then((waiting) => (waiting > 0 ? flush() : undefined))
          .catch(onError);
      }, FLUSH_MS).unref();
    },
    async close() {
      clearInterval(timer);
      clearTimeout(soon);
      soon = undefined;
      await flush();
    },
  };
}

/** Gives waiting entries their place, then the new ones; signs the log as it then is. @returns whether more wait. */
async function seal(t: Transactor, { party, key }: AuditDeps, fresh: readonly Waiting[]): Promise<boolean> {
  await t.settings.lock(AUDIT_LOG);
  const pending = await t.audit.pending(MAX_SEALED);
  if (pending.length === 0 && fresh.length === 0) return false;
  let position = await t.trees.size(AUDIT_LOG);
  let previous = position === 0 ? CHAIN_START : ((await t.audit.sealed(position - 1, 1))[0]?.hash ?? CHAIN_START);
  const leaves: Uint8Array[] = [];
  const place = (entry: Omit<SealedEntry, "position" | "hash">): SealedEntry => {
    previous = chainHash(previous, position, entry);
    leaves.push(entryLeaf(entry));
    return { ...entry, position: position++, hash: previous };
  };
  for (const { seq, at, actor, verb, subject, detail } of pending) {
    const sealed = place({ at, actor, verb, subject, detail });
    await t.audit.seal(seq, sealed.position, sealed.hash);
  }
  const terms: AuditTerm[] = [];
  await t.audit.addSealed(fresh.map((waiting) => place(spelled(waiting, terms))));
  await t.audit.addTerms(terms);
  const size = (await appendAll(t.trees, AUDIT_LOG, leaves)) + leaves.length;
  const root = await rootAt(t.trees, AUDIT_LOG, size);
  const origin = auditOrigin(party);
  await t.trees.setCheckpoint(AUDIT_LOG, signNote(formatCheckpoint({ origin, size, root }), [{ name: origin, key }]));
  return pending.length === MAX_SEALED;
}

function spelled({ at, actor, entry }: Waiting, terms: AuditTerm[]): Omit<SealedEntry, "position" | "hash"> {
  const { verb, subject, detail = {}, term } = entry;
  if (term === undefined) return { at, actor, verb, subject, detail: JSON.stringify(detail) };
  const salt = toHex(randomBytes(16));
  const commitment = termCommitment(salt, term);
  terms.push({ commitment, salt, text: term, at });
  return { at, actor, verb, subject, detail: JSON.stringify({ ...detail, term: commitment }) };
}

/** What stands in the log for words searched for: nobody guesses them from it without the salt. */
export function termCommitment(salt: string, text: string): string {
  return sha256Hex(`entente/audit-term/v1\n${salt}\n${text}`);
}
