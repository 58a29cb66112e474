import type { ListEntry, ListState, Reader } from "#store";
import { acceptedStates, type ListedSubject, readEntries } from "./current.ts";
import { type Answer, type Sighting, standingOn } from "./history.ts";

/** One entry of one list, and how it stood on a day. */
export interface Listing extends Answer {
  readonly key: string;
  readonly list: string;
  /** What was listed, as the nearest state until that day has it. */
  readonly subject: ListedSubject;
}

/**
 * How entries stood on a day, from the states known at a time.
 * @param knownAt Only what this node had accepted by then counts; absent: all of it.
 */
export async function listingsOf(
  reader: Reader,
  keys: readonly string[],
  day: string,
  knownAt?: string,
): Promise<readonly Listing[]> {
  const states = await acceptedStates(reader, knownAt);
  const entries = await reader.lists.entriesOf(keys);
  const places = new Map<number, Set<number>>();
  for (const { state, entry } of await reader.lists.statesWith(entries.map(({ id }) => id))) {
    const set = places.get(state);
    if (set === undefined) places.set(state, new Set([entry]));
    else set.add(entry);
  }
  const listings: Listing[] = [];
  for (const key of new Set(keys)) {
    const own = entries.filter((entry) => entry.key === key);
    const listing = await listingOf(reader, key, own, states, places, day);
    if (listing !== null) listings.push(listing);
  }
  return listings;
}

async function listingOf(
  reader: Reader,
  key: string,
  own: readonly ListEntry[],
  states: readonly ListState[],
  places: ReadonlyMap<number, ReadonlySet<number>>,
  day: string,
): Promise<Listing | null> {
  const [first] = own;
  if (first === undefined) return null;
  const sightings: Sighting[] = states
    .filter((state) => state.list === first.list)
    .map((state) => ({
      state: state.id,
      on: state.statedOn,
      entry: own.find(({ id }) => places.get(state.id)?.has(id) === true)?.id ?? null,
      carried: state.carried,
    }));
  const nearest = standingOn(day, sightings, null).entry;
  const entry = own.find(({ id }) => id === nearest);
  const state = states.find((one) => one.id === sightings.find((sighting) => sighting.entry === nearest)?.state);
  if (entry === undefined || state === undefined) return null;
  const [subject] = await readEntries(reader, [entry], () => state);
  if (subject === undefined) return null;
  return { key, list: first.list, subject, ...standingOn(day, sightings, subject.listedOn) };
}

const MAX_FOUND = 200;
/** What stands before a list's reference in a key. */
const PREFIXES = ["ofac", "un", "uk", "eu"];

/** Keys of the entries that a name, a reference or a key finds. */
export async function findKeys(reader: Reader, words: string): Promise<readonly string[]> {
  const text = words.trim();
  if (text === "" || text.length > 500) return [];
  if (/^[a-z0-9-]+:\S+$/.test(text) && (await reader.lists.entriesOf([text])).length > 0) return [text];
  const references = PREFIXES.map((prefix) => `${prefix}:${text}`);
  const named = /\s/.test(text) ? [] : (await reader.lists.entriesOf(references)).map(({ key }) => key);
  if (named.length > 0) return [...new Set(named)];
  const page = await reader.records.list({
    types: ["identity", "designation", "designation-amendment"],
    name: text,
    limit: MAX_FOUND,
  });
  const ids = page.items.flatMap(({ id, text: body }) => [id, ...referred(body)]);
  const keys = new Set((await reader.lists.entriesAbout(ids)).map(({ key }) => key));
  return [...keys].toSorted();
}

/** An amendment entered by hand names the act of listing that it amends. */
function referred(body: string): string[] {
  const match = /"designation_ref":"(designation--[0-9a-f-]{36})"/.exec(body);
  return match?.[1] === undefined ? [] : [match[1]];
}
