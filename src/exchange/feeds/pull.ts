import { isJsonObject, parseJson, sha256Hex } from "#base";
import type { Source } from "#intake";
import type { Feed, FeedCounts } from "#store";
import { type Position, START, type TaxiiClient, walkObjects } from "../taxii-client/index.ts";
import { type FeedDeps, type Hold, NOTHING, plus, type RunOptions } from "./types.ts";

const PAGE = 1000;

/** What is kept between runs: where to go on, and the page that was last imported. */
interface Saved {
  readonly at: Position;
  /** A walk looks back a little, so a quiet collection gives its last page again: it need not be imported again. */
  readonly lastPage: string | null;
}

/**
 * Brings in what the collection received since the last run. The position is saved only when the page is in the store, so a
 * run that is killed anywhere goes on without a gap; what comes twice is known by id and version.
 */
export async function pull(
  { intake, clock }: FeedDeps,
  client: TaxiiClient,
  start: Feed,
  hold: Hold,
  onProgress: RunOptions["onProgress"],
): Promise<FeedCounts> {
  let feed = start;
  let counts = NOTHING;
  let saved = readSaved(feed.position);
  const walk = walkObjects(client, feed.root, feed.collection, saved.at, { limit: PAGE, now: clock });
  for await (const { page, after } of walk) {
    const hash = sha256Hex(page.body);
    let gained: Partial<FeedCounts> = {};
    if (page.objects > 0 && hash !== saved.lastPage) {
      const run = await intake.importFile(hold.viewer, {
        source: pageSource(feed.name, page.body),
        // An envelope holds STIX whatever it looks like: no stranger's page is taken for another kind of file.
        format: "stix",
        markings: feed.markings,
        signal: hold.signal,
      });
      if (run.state !== "done") break;
      const { imported, unchanged, problems } = run;
      gained = { objects: page.objects, imported, unchanged, problems };
    }
    saved = { at: after, lastPage: page.objects > 0 ? hash : saved.lastPage };
    counts = plus(counts, gained);
    feed = { ...feed, ...plus(feed, gained), position: JSON.stringify(saved) };
    await hold.save(feed);
    onProgress?.(counts);
    if (hold.signal.aborted) break;
  }
  return counts;
}

function pageSource(name: string, body: Uint8Array): Source {
  return {
    name: `feed ${name}`,
    size: body.length,
    async *open() {
      yield body;
    },
    sibling: () => null,
  };
}

function readSaved(text: string | null): Saved {
  const value = text === null ? null : parseJson(text);
  if (!isJsonObject(value) || !isJsonObject(value["at"])) return { at: START, lastPage: null };
  const { addedAfter, page } = value["at"];
  const since = isJsonObject(page) ? page["addedAfter"] : null;
  return {
    at: {
      addedAfter: typeof addedAfter === "string" ? addedAfter : null,
      page:
        isJsonObject(page) && typeof page["next"] === "string"
          ? { next: page["next"], addedAfter: typeof since === "string" ? since : null }
          : null,
    },
    lastPage: typeof value["lastPage"] === "string" ? value["lastPage"] : null,
  };
}
