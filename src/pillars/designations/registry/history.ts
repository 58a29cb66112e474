/**
 * What was in law on a day, from states of a list that were held. Between two states nothing is known but that something
 * changed: the answer is an interval, and a list's own dates are told beside it as what they are, its own.
 */

/** One held state, seen from one entry. States are given in the order of the days on which they stood. */
export interface Sighting {
  readonly state: number;
  readonly on: string;
  /** The entry's version that the state has, or `null`. */
  readonly entry: number | null;
  /** The file that names the entries was an earlier state's: whether it still stood then is not known from this one. */
  readonly carried: boolean;
}

/** Days between which something happened; `null` on a side where no state is held. */
export interface Interval {
  readonly after: string | null;
  readonly by: string | null;
}

export type Standing =
  /** It stands in the states on both sides of the day, or in the last one held. */
  | "listed"
  | "not-listed"
  /** It changed between the two states around the day, and no date of the list's own settles when. */
  | "uncertain"
  /** No state is held that says anything of that day. */
  | "unknown";

export type Basis =
  | "state-of-the-day"
  | "states-on-both-sides"
  | "last-state-held"
  | "lists-own-date"
  | "between-states"
  | "before-first-state";

export interface Answer {
  readonly standing: Standing;
  readonly basis: Basis;
  /** The version that says what was listed: of the last state until the day, else of the first after it. */
  readonly entry: number | null;
  readonly before: Sighting | null;
  readonly after: Sighting | null;
  /** When the listing that covers the day (or the one nearest to it) began, and when it ended; `null`: it has not. */
  readonly began: Interval;
  readonly ended: Interval | null;
}

/**
 * @param sightings Every accepted state of the list that was known at the time asked about, oldest first.
 * @param listedOn The list's own listing date, as the nearest version gives it.
 */
export function standingOn(day: string, sightings: readonly Sighting[], listedOn: string | null): Answer {
  const telling = sightings.filter((one) => !one.carried);
  const before = telling.findLast((one) => one.on <= day) ?? null;
  const after = telling.find((one) => one.on > day) ?? null;
  const { standing, basis } = judge(day, before, after, listedOn);
  return { standing, basis, entry: versionOn(day, sightings), before, after, ...spell(day, telling) };
}

function judge(
  day: string,
  before: Sighting | null,
  after: Sighting | null,
  listedOn: string | null,
): { standing: Standing; basis: Basis } {
  if (before === null) {
    if (after === null || after.entry === null) return { standing: "unknown", basis: "before-first-state" };
    // Its own date is a claim about a time of which no state is held; a date after the day is a claim too.
    if (listedOn === null || listedOn > after.on) return { standing: "unknown", basis: "before-first-state" };
    return { standing: listedOn <= day ? "listed" : "not-listed", basis: "lists-own-date" };
  }
  if (before.on === day) return { standing: stands(before), basis: "state-of-the-day" };
  if (after === null) return { standing: stands(before), basis: "last-state-held" };
  if ((before.entry === null) === (after.entry === null))
    return { standing: stands(before), basis: "states-on-both-sides" };
  // It came between the two states. The list's own date settles when, only if it falls between them too.
  if (before.entry === null && listedOn !== null && listedOn > before.on && listedOn <= after.on)
    return { standing: listedOn <= day ? "listed" : "not-listed", basis: "lists-own-date" };
  return { standing: "uncertain", basis: "between-states" };
}

const stands = (sighting: Sighting): Standing => (sighting.entry === null ? "not-listed" : "listed");

function versionOn(day: string, sightings: readonly Sighting[]): number | null {
  const until = sightings.findLast((one) => one.on <= day && one.entry !== null);
  return until?.entry ?? sightings.find((one) => one.on > day && one.entry !== null)?.entry ?? null;
}

/** The run of states with the entry that covers the day; else the last before it, else the first after it. */
function spell(day: string, telling: readonly Sighting[]): { began: Interval; ended: Interval | null } {
  const runs: { first: number; last: number }[] = [];
  for (const [n, one] of telling.entries()) {
    if (one.entry === null) continue;
    const run = runs.at(-1);
    if (run !== undefined && run.last === n - 1) run.last = n;
    else runs.push({ first: n, last: n });
  }
  const on = (n: number): string | null => telling[n]?.on ?? null;
  const run =
    runs.find(
      ({ first, last }) => (on(first - 1) ?? "") <= day && (on(last + 1) ?? "9999") > day && (on(first) ?? "") <= day,
    ) ??
    runs.findLast(({ first }) => (on(first) ?? "") <= day) ??
    runs[0];
  if (run === undefined) return { began: { after: null, by: null }, ended: null };
  const ended = run.last + 1 < telling.length ? { after: on(run.last), by: on(run.last + 1) } : null;
  return { began: { after: on(run.first - 1), by: on(run.first) }, ended };
}
