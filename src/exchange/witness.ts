import { BaseError, type Clock, instantOf, utf8 } from "#base";
import {
  judgeAddCheckpoint,
  type KnownLog,
  LedgerError,
  logOrigin,
  originOf,
  parseAddCheckpoint,
  parseCheckpoint,
  splitNote,
  type WitnessVerdict,
} from "#ledger";
import type { Viewer } from "#policy";
import type { Store, Transactor } from "#store";
import { cosignLines } from "./cosigning.ts";
import { keepIncident } from "./incident.ts";
import type { Self } from "./self.ts";

export interface WitnessDeps {
  readonly store: Store;
  readonly self: Self;
  readonly clock: Clock;
  /** The logs of others that this node watches, and whose keys it trusts. */
  readonly logs: readonly KnownLog[];
}

/** An answer to `add-checkpoint`, as HTTP carries it. */
export interface WitnessAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

const TEXT = "text/plain; charset=utf-8";

/**
 * C2SP tlog-witness, "add-checkpoint": cosigns the checkpoint of a log that only grew since the last one cosigned here. What
 * was cosigned last is read, held against the request and replaced in one transaction, under a lock of its own.
 */
export async function addCheckpoint(deps: WitnessDeps, body: Uint8Array): Promise<WitnessAnswer> {
  const { store, self, clock, logs } = deps;
  const job: Viewer = { kind: "job", party: self.id, name: "witness", may: [] };
  try {
    const request = parseAddCheckpoint(body);
    const origin = originOf(request.checkpoint);
    // Anyone may ask. What needs no record to be refused does not reach the store.
    const first = judgeAddCheckpoint(request, logs, null);
    if (first.status === 400 || first.status === 403 || first.status === 404) return refusal(first);
    return await store.transact(job, async (t) => {
      await t.settings.lock(`witness ${origin}`);
      // The log of a channel that ends here is cosigned as it arrives. A second record of it, beside that one, could be
      // shown another history under the same cosigner's name.
      const known = (await isOwnChannel(t, self, origin)) ? [] : logs;
      const last = await t.cosignatures.witnessed(origin);
      const verdict = judgeAddCheckpoint(
        request,
        known,
        last === null ? null : parseCheckpoint(splitNote(last.checkpoint).text),
      );
      const now = clock();
      if (verdict.status === 200) return accept(t, self, verdict, now);
      if (verdict.suspect !== null) {
        await keepIncident(t, {
          channel: null,
          code: "witnessed-log",
          message: `${origin}: ${verdict.message}`,
          // One incident for a pair of checkpoints, however often and with whatever proof it is sent.
          evidence: utf8(`${last?.checkpoint ?? ""}\n${verdict.suspect}`),
          at: instantOf(now),
        });
      }
      return refusal(verdict);
    });
  } catch (error) {
    if (error instanceof LedgerError || error instanceof BaseError)
      return { status: 400, contentType: TEXT, body: `${error.message}\n` };
    throw error;
  }
}

async function isOwnChannel(t: Transactor, self: Self, origin: string): Promise<boolean> {
  const channels = await t.channels.list();
  return channels.some(({ id, partner }) => origin === logOrigin(id, partner) || origin === logOrigin(id, self.id));
}

async function accept(
  t: Transactor,
  self: Self,
  { accepted: { origin, size, text }, note }: Extract<WitnessVerdict, { status: 200 }>,
  now: Date,
): Promise<WitnessAnswer> {
  await t.cosignatures.setWitnessed({ origin, size, checkpoint: note, at: instantOf(now) });
  return { status: 200, contentType: TEXT, body: cosignLines(self, text, now) };
}

function refusal(verdict: Exclude<WitnessVerdict, { status: 200 }>): WitnessAnswer {
  if (verdict.status === 409) return { status: 409, contentType: "text/x.tlog.size", body: `${verdict.size}\n` };
  return { status: verdict.status, contentType: TEXT, body: `${verdict.message}\n` };
}
