import type { Clock } from "#base";
import type { Intake } from "#intake";
import type { Viewer } from "#policy";
import type { Feed, FeedCounts, Store } from "#store";
import type { Self } from "../self.ts";
import type { Credentials } from "../taxii-client/index.ts";

/** Where credentials are kept: apart from the store, and read anew for each run. */
export interface FeedSecrets {
  get(name: string): Credentials | null;
  set(name: string, credentials: Credentials): void;
  remove(name: string): void;
}

export interface FeedDeps {
  readonly store: Store;
  readonly self: Self;
  readonly clock: Clock;
  readonly intake: Intake;
  readonly secrets: FeedSecrets;
  /** Names this process among several of one party. */
  readonly holder: string;
}

/** A standing exchange with one collection, as it is asked for. */
export interface NewFeed {
  readonly name: string;
  /** Of the server's discovery, or of anything on it when `root` is given. */
  readonly url: string;
  /** The API root; without it the server's default. */
  readonly root?: string;
  /** Id, alias or title. */
  readonly collection: string;
  readonly direction: "pull" | "push";
  readonly everySeconds: number | null;
  readonly markings: readonly string[];
  readonly recipient?: string;
  readonly purpose?: string;
  readonly credentials?: Credentials;
}

/** What one run did. */
export interface FeedRun extends FeedCounts {
  readonly name: string;
  readonly state: "done" | "stopped";
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  /** Called when a page or a batch is on disk. */
  readonly onProgress?: (counts: FeedCounts) => void;
}

/** One run's hold on its feed. */
export interface Hold {
  readonly viewer: Viewer;
  readonly signal: AbortSignal;
  /**
   * Writes the feed's new state, with what else belongs to the same moment, if this process still holds the lease.
   * @throws ExchangeError `feed-busy` when another process took it over.
   */
  save(feed: Feed, also?: Parameters<Store["transact"]>[1]): Promise<void>;
}

export const NOTHING: FeedCounts = {
  objects: 0,
  imported: 0,
  unchanged: 0,
  problems: 0,
  sent: 0,
  refused: 0,
  withheld: 0,
};

/** What came in or went out, added to what did before; `withheld` is what is kept back now. */
export function plus(a: FeedCounts, b: Partial<FeedCounts>): FeedCounts {
  return {
    objects: a.objects + (b.objects ?? 0),
    imported: a.imported + (b.imported ?? 0),
    unchanged: a.unchanged + (b.unchanged ?? 0),
    problems: a.problems + (b.problems ?? 0),
    sent: a.sent + (b.sent ?? 0),
    refused: a.refused + (b.refused ?? 0),
    withheld: b.withheld ?? a.withheld,
  };
}
