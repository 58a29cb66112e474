import { instantOf } from "#base";
import type { Viewer } from "#policy";
import { type ErasureDeps, expireDue } from "./erasure.ts";

const EVERY_MS = 60_000;
const LEASE_MS = 55_000;
const SCRUB_AGAIN_MS = 2_000;

export interface Expiry {
  /** A text was deleted by a recall: what is left of it beside the store goes too. */
  scrub(): void;
  stop(): Promise<void>;
}

/** Deletes what partners gave for a time that is over: at once, and then every minute, in one process of the party. */
export function startExpiry(
  deps: ErasureDeps,
  {
    holder,
    onError,
    wake,
  }: { readonly holder: string; readonly onError: (error: unknown) => void; readonly wake: () => void },
): Expiry {
  const { store, self, clock } = deps;
  const job: Viewer = { kind: "job", party: self.id, name: "expiry", may: [] };
  let stopped = false;
  let work: Promise<void> = Promise.resolve();
  let again: NodeJS.Timeout | null = null;

  const round = async (): Promise<void> => {
    const until = instantOf(new Date(clock().getTime() + LEASE_MS));
    if (stopped || !(await store.transact(job, (t) => t.settings.lease("expiry", holder, until)))) return;
    const { records, envelopes } = await expireDue(deps);
    // Done: another process, or this one after a restart, need not wait for the lease to run out.
    await store.transact(job, (t) => t.settings.lease("expiry", holder, instantOf(clock())));
    if (records > 0) wake();
    if (records + envelopes > 0) scrubSoon(0);
  };
  const scrubNow = async (): Promise<void> => {
    if (!stopped && !(await store.scrub())) scrubSoon(SCRUB_AGAIN_MS);
  };
  /** One after another; a failure is this node's own and is told, and the next round tries again. */
  const next = (act: () => Promise<void>): void => {
    work = work.then(act).catch(onError);
  };
  const scrubSoon = (after: number): void => {
    if (stopped || again !== null) return;
    again = setTimeout(() => {
      again = null;
      next(scrubNow);
    }, after);
  };
  const timer = setInterval(() => next(round), EVERY_MS);
  next(round);
  return {
    scrub: () => scrubSoon(0),
    async stop() {
      stopped = true;
      clearInterval(timer);
      if (again !== null) clearTimeout(again);
      await work;
    },
  };
}
