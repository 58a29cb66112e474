import { type Instant, instantOf } from "#base";
import type { ObjectsPage, PageQuery, TaxiiClient } from "./client.ts";
import { TaxiiError } from "./errors.ts";

/** Where a walk stands: enough to go on from in another process. */
export interface Position {
  /** Everything that the server received up to here was handed over. `null`: nothing yet. */
  readonly addedAfter: Instant | null;
  /** In the middle of a walk: the server's mark of the next page, with the `added_after` it belongs to. */
  readonly page: { readonly next: string; readonly addedAfter: Instant | null } | null;
}

export const START: Position = { addedAfter: null, page: null };

export interface WalkOptions {
  readonly limit?: number;
  readonly match?: NonNullable<PageQuery["match"]>;
  /** Pages of one walk. Default 100,000. */
  readonly maxPages?: number;
  /** No position runs ahead of it: a server whose clock is wrong must not make the client skip what comes later. */
  readonly now: () => Date;
}

export interface WalkStep {
  readonly page: ObjectsPage;
  /** Where to go on once this page is kept. */
  readonly after: Position;
}

const MAX_LIMIT = 10_000;

/**
 * Walks through a collection's objects, oldest first, from a position. Goes by the server's `next` where it gives one,
 * otherwise by `added_after` (§3.5). Save `after` when the page is kept: a walk broken off anywhere loses nothing.
 *
 * @throws TaxiiError `paging` when the pages do not get on or do not end.
 */
export async function* walkObjects(
  client: Pick<TaxiiClient, "objects">,
  root: string,
  collection: string,
  from: Position,
  options: WalkOptions,
): AsyncGenerator<WalkStep> {
  const { match, maxPages = 100_000 } = options;
  let { limit } = options;
  let position = from;
  // By what the server itself says, which the saved position may not follow into the future.
  let since = from.page === null ? from.addedAfter : from.page.addedAfter;
  const seen = new Set<string>();
  for (let n = 0; n < maxPages; n++) {
    const query: PageQuery = {
      ...(since === null ? {} : { addedAfter: since }),
      ...(position.page === null ? {} : { next: position.page.next }),
      ...(limit === undefined ? {} : { limit }),
      ...(match === undefined ? {} : { match }),
    };
    const found = await ask(client, root, collection, query, position);
    const { page } = found;
    if (found.expired) {
      position = { addedAfter: position.addedAfter, page: null };
      since = position.addedAfter;
    }
    const after = advance(position, page, since, options.now());
    yield { page, after };
    if (!page.more) return;
    if (page.next !== null) {
      if (seen.has(page.next)) throw endless(collection, "the server names the same next page again");
      seen.add(page.next);
    } else if (page.last !== null && (since === null || stepBack(page.last) > since)) {
      since = stepBack(page.last);
    } else {
      // The whole page shares one date: only a larger page leads past it.
      const larger = Math.max((limit ?? page.objects) * 2, 2);
      if (
        page.last === null ||
        page.objects === 0 ||
        larger > MAX_LIMIT ||
        (limit !== undefined && page.objects < limit)
      )
        throw endless(collection, "the server says there is more, names no next page, and its dates do not get on");
      limit = larger;
    }
    position = after;
  }
  throw endless(collection, `the pages did not end after ${maxPages}`);
}

/** A mark may have expired (§3.5): the server then answers 400 or 404, and the walk goes on by date. */
async function ask(
  client: Pick<TaxiiClient, "objects">,
  root: string,
  collection: string,
  query: PageQuery,
  { addedAfter, page }: Position,
): Promise<{ readonly page: ObjectsPage; readonly expired: boolean }> {
  try {
    return { page: await client.objects(root, collection, query), expired: false };
  } catch (error) {
    const status = error instanceof TaxiiError ? error.detail?.["status"] : null;
    if (page === null || (status !== 400 && status !== 404)) throw error;
    const { next: _, addedAfter: __, ...rest } = query;
    const byDate = addedAfter === null ? rest : { ...rest, addedAfter };
    return { page: await client.objects(root, collection, byDate), expired: true };
  }
}

function advance({ addedAfter }: Position, page: ObjectsPage, since: Instant | null, now: Date): Position {
  const present = instantOf(now);
  const reached = page.last === null ? null : stepBack(page.last);
  const bounded = reached !== null && reached > present ? present : reached;
  return {
    addedAfter: bounded === null || (addedAfter !== null && addedAfter > bounded) ? addedAfter : bounded,
    page: page.more && page.next !== null ? { next: page.next, addedAfter: since } : null,
  };
}

/**
 * One microsecond earlier. `added_after` is strict, so objects that share the last date, or are given the same one later,
 * would be passed over. What then comes twice is known by its id and version.
 */
function stepBack(last: Instant): Instant {
  const micros = Number(last.slice(20, 26));
  if (micros > 0) return `${last.slice(0, 20)}${String(micros - 1).padStart(6, "0")}Z`;
  return `${instantOf(new Date(Date.parse(last) - 1000)).slice(0, 20)}999999Z`;
}

function endless(collection: string, message: string): TaxiiError {
  return new TaxiiError("paging", message, {
    where: collection,
    fix: "Tell the server's operator; what came before this place was kept.",
  });
}
