import { type Clock, CodedError, instantOf } from "#base";
import { permits, requirePermission } from "#access";
import type { Viewer } from "#policy";
import type { Feed, Transactor } from "#store";
import { ExchangeError } from "../errors.ts";
import { type Collection, createTaxiiClient, readAddress, type TaxiiClient } from "../taxii-client/index.ts";
import { pull } from "./pull.ts";
import { push } from "./push.ts";
import { type FeedDeps, type FeedRun, type Hold, type NewFeed, NOTHING, type RunOptions } from "./types.ts";

export interface Feeds {
  /**
   * Looks the collection up on its server and keeps the feed. A pull needs `import.run`; a push gives records without
   * anybody's further word, so it needs `release.approve`.
   */
  add(actor: Viewer, feed: NewFeed): Promise<Feed>;
  /** With their state; never with credentials. */
  list(viewer: Viewer): Promise<readonly Feed[]>;
  remove(actor: Viewer, name: string): Promise<void>;
  /** Runs one feed now. @throws ExchangeError `feed-unknown`, `feed-busy`; TaxiiError. */
  run(actor: Viewer, name: string, options?: RunOptions): Promise<FeedRun>;
  /** Runs what is due, now and again, until stopped. */
  start(options: ScheduleOptions): Schedule;
}

interface ScheduleOptions {
  /** How often the list is looked at. */
  readonly pollMs: number;
  /** A failure of this node itself; what a server does wrong stands in the feed's last error. */
  readonly onError: (error: unknown) => void;
}

interface Schedule {
  stop(): Promise<void>;
}

const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/;
/** A node that was killed lets its feeds go after this. Renewed while a run is at work. */
const LEASE_MS = 10_000;
const RENEW_MS = 3_000;
/** A feed that failed is tried again after this, or its own interval if that is shorter. */
const RETRY_MS = 300_000;
const SHORTEST_SECONDS = 10;

export function createFeeds(deps: FeedDeps): Feeds {
  const { store, self, secrets } = deps;

  async function get(viewer: Viewer, name: string): Promise<Feed> {
    const feed = await store.read(viewer, (r) => r.feeds.get(name));
    if (feed === null)
      throw new ExchangeError("feed-unknown", `there is no feed ${name}`, { fix: "List them with entente feed list." });
    return feed;
  }

  function clientOf(name: string, url: string, signal?: AbortSignal): TaxiiClient {
    const credentials = secrets.get(name);
    return createTaxiiClient({
      url,
      ...(credentials === null ? {} : { credentials }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** @returns `null` when `onlyDue` and another process has run it in the meantime. */
  async function runHeld(viewer: Viewer, name: string, options: RunOptions, onlyDue = false): Promise<FeedRun | null> {
    const signal = options.signal ?? new AbortController().signal;
    const hold = createHold(deps, viewer, name, signal);
    await hold.take();
    try {
      // Read under the lease: where it stands is what the last holder saved.
      const feed = await get(viewer, name);
      if (onlyDue && (feed.nextRunAt === null || feed.nextRunAt > instantOf(deps.clock()))) return null;
      const client = clientOf(feed.name, feed.url, signal);
      const work = feed.direction === "pull" ? pull : push;
      const counts = await work(deps, client, feed, hold, options.onProgress);
      const state = signal.aborted ? "stopped" : "done";
      if (state === "done") await finish(hold, viewer, name, null);
      return { name, state, ...counts };
    } catch (error) {
      if (signal.aborted && error instanceof CodedError) return { name, state: "stopped", ...NOTHING };
      await finish(hold, viewer, name, error);
      throw error;
    } finally {
      await hold.release();
    }
  }

  async function finish(hold: Hold, viewer: Viewer, name: string, error: unknown): Promise<void> {
    const feed = await store.read(viewer, (r) => r.feeds.get(name));
    if (feed === null || (error instanceof ExchangeError && error.code === "feed-busy")) return;
    const now = deps.clock();
    await hold.save({
      ...feed,
      lastRunAt: instantOf(now),
      lastError: error === null ? null : messageOf(error),
      nextRunAt: nextRun(feed, now, error),
    });
  }

  return {
    async add(actor, wanted) {
      requirePermission(actor, wanted.direction === "push" ? "release.approve" : "import.run");
      check(wanted);
      if ((await store.read(actor, (r) => r.feeds.get(wanted.name))) !== null)
        throw new ExchangeError("feed-exists", `there is a feed ${wanted.name} already`, {
          fix: "Choose another name, or remove that one.",
        });
      const url = readAddress(wanted.url).href;
      const client = createTaxiiClient({
        url,
        ...(wanted.credentials === undefined ? {} : { credentials: wanted.credentials }),
      });
      const { root, collection } = await lookUp(client, wanted);
      if (wanted.credentials !== undefined) secrets.set(wanted.name, wanted.credentials);
      return store.transact(actor, async (t) => {
        const now = instantOf(deps.clock());
        const feed: Feed = {
          ...NOTHING,
          name: wanted.name,
          url,
          root,
          collection,
          direction: wanted.direction,
          everySeconds: wanted.everySeconds,
          markings: wanted.markings,
          recipient: wanted.recipient ?? null,
          purpose: wanted.purpose ?? null,
          createdAt: now,
          createdBy: actor.officer,
          position: null,
          nextRunAt: wanted.everySeconds === null ? null : now,
          lastRunAt: null,
          lastError: null,
        };
        await t.feeds.add(feed);
        await t.audit.note("feed.add", feed.name, { direction: feed.direction, url, recipient: feed.recipient });
        return feed;
      });
    },

    async list(viewer) {
      requireAny(viewer);
      return store.read(viewer, (r) => r.feeds.list());
    },

    async remove(actor, name) {
      const feed = await get(actor, name);
      requirePermission(actor, feed.direction === "push" ? "release.approve" : "import.run");
      const hold = createHold(deps, actor, name, new AbortController().signal);
      await hold.take();
      try {
        await store.transact(actor, async (t) => {
          await t.feeds.remove(name);
          await t.audit.note("feed.remove", name);
        });
        secrets.remove(name);
      } finally {
        await hold.release();
      }
    },

    async run(actor, name, options = {}) {
      const feed = await get(actor, name);
      requirePermission(actor, feed.direction === "push" ? "release.approve" : "import.run");
      return (await runHeld(actor, name, options)) ?? { name, state: "done", ...NOTHING };
    },

    start({ pollMs, onError }) {
      const job: Viewer = { kind: "job", party: self.id, name: "feeds", may: [] };
      const stopping = new AbortController();
      const round = async (): Promise<void> => {
        for (const feed of await store.read(job, (r) => r.feeds.due())) {
          if (stopping.signal.aborted) return;
          await runHeld(job, feed.name, { signal: stopping.signal }, true).catch((error: unknown) => {
            // Said in the feed's own state already, where who looks after it sees it.
            if (!(error instanceof CodedError)) onError(error);
          });
        }
      };
      const loop = async (): Promise<void> => {
        while (!stopping.signal.aborted) {
          await round().catch(onError);
          await rest(pollMs, stopping.signal);
        }
      };
      const running = loop();
      return {
        async stop() {
          stopping.abort();
          await running;
        },
      };
    },
  };
}

function requireAny(viewer: Viewer): void {
  if (viewer.kind === "officer" && permits(viewer.roles, "release.approve")) return;
  if (viewer.kind === "officer" && permits(viewer.roles, "channel.manage")) return;
  requirePermission(viewer, "import.run");
}

function check({ name, direction, everySeconds, recipient, purpose, markings }: NewFeed): void {
  const refuse = (where: string, message: string): never => {
    throw new ExchangeError("feed-invalid", message, { where });
  };
  if (!NAME.test(name)) refuse("name", "a feed's name is of a–z, 0–9, dot, hyphen and underscore, 63 at most");
  if (everySeconds !== null && !(Number.isSafeInteger(everySeconds) && everySeconds >= SHORTEST_SECONDS))
    refuse("every", `a feed runs every ${SHORTEST_SECONDS} seconds at most`);
  if (direction === "push" && (recipient === undefined || purpose === undefined || purpose === ""))
    refuse("recipient", "a push names its recipient and its purpose: without them nothing may be given");
  if (direction === "push" && markings.length > 0) refuse("markings", "markings are given to what comes in");
}

async function lookUp(client: TaxiiClient, wanted: NewFeed): Promise<{ root: string; collection: string }> {
  const root = wanted.root ?? (await defaultRoot(client));
  const found = (await client.collections(root)).find(
    (item) => item.id === wanted.collection || item.alias === wanted.collection || item.title === wanted.collection,
  );
  if (found === undefined)
    throw new ExchangeError("feed-invalid", `the server shows no collection ${wanted.collection}`, {
      where: "collection",
      fix: "Check the name and the credentials; a server shows only what this caller may see.",
    });
  checkRights(found, wanted.direction);
  return { root, collection: found.id };
}

async function defaultRoot(client: TaxiiClient): Promise<string> {
  const discovery = await client.discovery();
  const root = discovery.default ?? (discovery.apiRoots.length === 1 ? discovery.apiRoots[0] : undefined);
  if (root === undefined)
    throw new ExchangeError("feed-invalid", "the server names no default API root", {
      where: "root",
      fix: discovery.apiRoots.length === 0 ? "Ask its operator." : `Name one: ${discovery.apiRoots.join(", ")}.`,
    });
  return root;
}

function checkRights({ title, canRead, canWrite }: Collection, direction: NewFeed["direction"]): void {
  if (direction === "pull" ? canRead : canWrite) return;
  throw new ExchangeError("feed-invalid", `the server does not let us ${direction} ${title}`, {
    where: "collection",
    fix: "Ask its operator for access.",
  });
}

/** The run's lease, renewed while it is at work. */
function createHold(
  { store, clock, holder }: FeedDeps,
  viewer: Viewer,
  name: string,
  signal: AbortSignal,
): Hold & { take(): Promise<void>; release(): Promise<void> } {
  const lease = (t: Transactor, ms: number): Promise<boolean> =>
    t.settings.lease(`feed ${name}`, holder, leaseEnd(clock, ms));
  let renewing: NodeJS.Timeout | undefined;
  let renewal: Promise<unknown> = Promise.resolve();
  return {
    viewer,
    signal,
    async take() {
      if (!(await store.transact(viewer, (t) => lease(t, LEASE_MS)))) throw busy(name);
      renewing = setInterval(() => {
        // A renewal that fails shows at the next save, which asks for the lease again.
        renewal = store.transact(viewer, (t) => lease(t, LEASE_MS)).catch(() => false);
      }, RENEW_MS);
    },
    save: (feed, also) =>
      store.transact(viewer, async (t) => {
        if (!(await lease(t, LEASE_MS))) throw busy(name);
        await t.feeds.save(feed);
        await also?.(t);
      }),
    async release() {
      clearInterval(renewing);
      await renewal;
      await store.transact(viewer, (t) => lease(t, 0));
    },
  };
}

function leaseEnd(clock: Clock, ms: number): string {
  return instantOf(new Date(clock().getTime() + ms));
}

function busy(name: string): ExchangeError {
  return new ExchangeError("feed-busy", `the feed ${name} is at work in another process`, {
    fix: "Wait until it is done; a node that was killed lets it go after 10 seconds.",
  });
}

function nextRun({ everySeconds }: Feed, now: Date, error: unknown): string | null {
  if (everySeconds === null) return null;
  const every = everySeconds * 1000;
  const asked = error instanceof CodedError ? error.detail?.["retryAfterMs"] : 0;
  const wait = error === null ? every : Math.max(Math.min(every, RETRY_MS), typeof asked === "number" ? asked : 0);
  return instantOf(new Date(now.getTime() + Math.min(wait, 366 * 86_400_000)));
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).slice(0, 500);
}

function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
