import { instantOf, isJsonObject, parseJson } from "#base";
import { decide, type Label, type Viewer } from "#policy";
import { markingRefsOf, ONLY_VERSION } from "#stix";
import type { Feed, FeedCounts, Page, Reader, StoredRecord } from "#store";
import { ExchangeError } from "../errors.ts";
import { envelopeOf, sizeInEnvelope, type Status, type TaxiiClient } from "../taxii-client/index.ts";
import { type FeedDeps, type Hold, NOTHING, plus, type RunOptions } from "./types.ts";

const PAGE = 500;
const BATCH_OBJECTS = 200;
const BATCH_BYTES = 8 * 1024 * 1024;

/** A record or a marking-definition on its way out. */
interface Item {
  readonly id: string;
  readonly version: string;
  readonly text: string;
}

interface Chosen {
  readonly items: readonly Item[];
  readonly withheld: number;
  readonly next: string | null;
}

/**
 * Gives the collection each record of our own that policy lets its recipient receive, once for each version, with the
 * definitions of its markings first. Nothing about a person goes this way: that takes a release, and two officers.
 */
export async function push(
  deps: FeedDeps,
  client: TaxiiClient,
  start: Feed,
  hold: Hold,
  onProgress: RunOptions["onProgress"],
): Promise<FeedCounts> {
  const { maxContentLength } = await client.apiRoot(start.root);
  const most = Math.min(maxContentLength ?? BATCH_BYTES, BATCH_BYTES);
  const reader: Viewer = { kind: "job", party: deps.self.id, name: `feed ${start.name}`, may: ["read"] };
  let feed: Feed = { ...start, withheld: 0 };
  let counts = NOTHING;
  let cursor: string | null = null;
  do {
    const from: string | null = cursor;
    const chosen: Chosen = await deps.store.read(reader, (r) => choose(r, deps, feed, from));
    cursor = chosen.next;
    let gained: Partial<FeedCounts> = { withheld: counts.withheld + chosen.withheld };
    const { batches, tooLarge } = inBatches(chosen.items, most);
    if (tooLarge > 0) gained = { ...gained, refused: tooLarge };
    counts = plus(counts, gained);
    feed = { ...feed, ...plus(feed, gained) };
    for (const batch of batches) {
      if (hold.signal.aborted) return counts;
      const status = await client.push(
        feed.root,
        feed.collection,
        batch.map((item) => item.text),
      );
      const taken = takenOf(batch, status);
      const now = { sent: taken.length, refused: batch.length - taken.length };
      counts = plus(counts, now);
      feed = { ...feed, ...plus(feed, now) };
      await hold.save(feed, async (t) => {
        await t.feeds.markSent(feed.name, taken);
        await t.audit.note("feed.push", feed.name, { records: taken.length, recipient: feed.recipient });
      });
      onProgress?.(counts);
    }
  } while (cursor !== null && !hold.signal.aborted);
  await hold.save(feed);
  return counts;
}

async function choose(r: Reader, { self, clock }: FeedDeps, feed: Feed, cursor: string | null): Promise<Chosen> {
  const { recipient, purpose } = feed;
  if (recipient === null || purpose === null)
    throw new ExchangeError("feed-invalid", "a push names its recipient and its purpose");
  const page: Page<StoredRecord> = await r.records.list({
    owner: self.id,
    limit: PAGE,
    ...(cursor === null ? {} : { cursor }),
  });
  const gone = await r.feeds.sentAlready(feed.name, page.items);
  const labels = new Map<number, Label>();
  const context = { now: instantOf(clock()), party: self.id, purpose };
  const items: Item[] = [];
  let withheld = 0;
  const markings = new Set<string>();
  for (const record of page.items) {
    // Definitions go with the records that name them.
    if (record.type === "marking-definition" || gone.has(`${record.id} ${record.version}`)) continue;
    const label = labels.get(record.labelId) ?? (await r.labels.label(record.labelId));
    labels.set(record.labelId, label);
    const decision = decide({ kind: "partner", party: recipient }, "receive", label, context);
    const told = decision.obligations.length === 0 || saysItself(record, label);
    if (decision.effect !== "allow" || record.aboutPerson || !told) {
      withheld++;
      continue;
    }
    for (const ref of label.refs) markings.add(ref);
    items.push({ id: record.id, version: record.version, text: record.text });
  }
  return { items: [...(await definitions(r, feed, markings)), ...items], withheld, next: page.next };
}

/**
 * TAXII carries the text and nothing beside it. What the recipient must keep to may go only when the text itself names every
 * marking that says so; terms that were given beside it would be lost on the way.
 */
function saysItself(record: StoredRecord, label: Label): boolean {
  const object = parseJson(record.text);
  const named = isJsonObject(object) ? markingRefsOf(object) : [];
  return label.refs.every((ref) => named.includes(ref));
}

async function definitions(r: Reader, feed: Feed, ids: ReadonlySet<string>): Promise<Item[]> {
  const wanted = [...ids].map((id) => ({ id, version: ONLY_VERSION }));
  const gone = await r.feeds.sentAlready(feed.name, wanted);
  const out: Item[] = [];
  for (const { id, version } of wanted) {
    const text = gone.has(`${id} ${version}`) ? null : await r.labels.markingText(id);
    if (text !== null) out.push({ id, version, text });
  }
  return out;
}

function inBatches(items: readonly Item[], most: number): { readonly batches: Item[][]; readonly tooLarge: number } {
  const batches: Item[][] = [];
  const empty = envelopeOf([]).length;
  let tooLarge = 0;
  let size = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const bytes = sizeInEnvelope(item.text);
    if (empty + bytes > most) {
      tooLarge++;
      continue;
    }
    if (size + bytes > most || (batches.at(-1)?.length ?? 0) >= BATCH_OBJECTS) {
      batches.push([]);
      size = empty;
    }
    batches.at(-1)?.push(item);
    size += bytes;
  }
  return { batches, tooLarge };
}

/** What the server says it took. A server that counts failures and does not name them is believed about none: all go again. */
function takenOf(batch: readonly Item[], status: Status): readonly Item[] {
  if (status.failed === 0) return batch;
  const failed = new Set(status.failures.map((failure) => failure.id));
  return failed.size < status.failed ? [] : batch.filter((item) => !failed.has(item.id));
}
