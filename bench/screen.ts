import { createScreener, type ScreenSubject } from "#pillars/designations";
import { type Benchmark, round } from "./figure.ts";
import { jaroWinkler, plainSorted } from "./jaro-winkler.ts";
import { makeSubjects, numbers, respelled } from "./names.ts";

const SUBJECTS = 20_000;
const MILLION = 333_334;
const SCREENS = 6000;
const SCANS = 12;

interface Measured {
  readonly buildSeconds: number;
  readonly megabytes: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly found: number;
  readonly names: number;
}

/** Seconds of processor time of this process: the machine may be shared. */
const cpuSeconds = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** One in three asked names is a listed one in another spelling, the rest are of the same making but not listed. */
function queriesOf(
  subjects: readonly ScreenSubject[],
  count: number,
): readonly { readonly name: string; readonly type: "person" | "organization"; readonly key: string | null }[] {
  const next = numbers(99);
  const others = makeSubjects(count, 4711);
  return Array.from({ length: count }, (_, n) => {
    const listed = n % 3 === 0 ? subjects[next(subjects.length)] : undefined;
    const subject = listed ?? others[n];
    return {
      name: listed === undefined ? (subject?.name ?? "") : respelled(subject?.name ?? "", next),
      type: subject?.type === "person" ? "person" : "organization",
      key: listed?.key ?? null,
    };
  });
}

function measure(subjects: readonly ScreenSubject[], screens: number): Measured {
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const started = cpuSeconds();
  const screener = createScreener(subjects);
  const buildSeconds = cpuSeconds() - started;
  const megabytes = (process.memoryUsage().rss - before) / 1e6;
  const queries = queriesOf(subjects, screens);
  for (const { name, type } of queries.slice(0, 500)) screener.screen({ name, type });
  const times: number[] = [];
  let found = 0;
  const from = cpuSeconds();
  for (const { name, type, key } of queries) {
    const at = performance.now();
    const candidates = screener.screen({ name, type });
    times.push(performance.now() - at);
    if (key !== null && candidates.some((one) => one.key === key)) found++;
  }
  const seconds = cpuSeconds() - from;
  times.sort((x, y) => x - y);
  return {
    buildSeconds,
    megabytes,
    perSecond: screens / seconds,
    p50: times[Math.floor(screens * 0.5)] ?? 0,
    p99: times[Math.floor(screens * 0.99)] ?? 0,
    found: found / queries.filter(({ key }) => key !== null).length,
    names: screener.names,
  };
}

/** Every name of the lists compared with Jaro-Winkler, as a scanning screener does. */
function scan(
  subjects: readonly ScreenSubject[],
  scans: number,
): { readonly perSecond: number; readonly best: number } {
  const names = subjects.flatMap((subject) => subject.names.map(({ name }) => plainSorted(name)));
  const queries = queriesOf(subjects, scans);
  const from = cpuSeconds();
  let best = 0;
  for (const { name } of queries) {
    const asked = plainSorted(name);
    for (const listed of names) best = Math.max(best, jaroWinkler(asked, listed));
  }
  return { perSecond: scans / (cpuSeconds() - from), best };
}

const words = ({ names, buildSeconds, megabytes, perSecond, p50, p99, found }: Measured): string =>
  `${names} names: ${Math.round(perSecond)} screens/s of processor time, p50 ${round(p50)} ms, p99 ${round(p99)} ms (wall); built in ${round(buildSeconds)} s, ${Math.round(megabytes)} MB; ${round(found * 100, 1)} % of respelled listed names found`;

export const screenBench: Benchmark = {
  name: "screen",
  async run(say) {
    const subjects = makeSubjects(SUBJECTS);
    const ours = measure(subjects, SCREENS);
    say(words(ours));
    const { perSecond: theirs, best } = scan(subjects, SCANS);
    say(`full scan with Jaro-Winkler: ${round(theirs)} screens/s; its best score ${round(best)}`);
    return await Promise.resolve({
      name: "screen",
      unit: "screens/s",
      ours: Math.round(ours.perSecond),
      against: "full scan with Jaro-Winkler",
      theirs: round(theirs),
      ratio: Math.round(ours.perSecond / theirs),
      goal: "≥ 3,000 screens/s on one core, p99 < 5 ms, built in < 5 s, < 300 MB",
      holds: ours.perSecond >= 3000 && ours.p99 < 5 && ours.buildSeconds < 5 && ours.megabytes < 300,
    });
  },
};

export const screenMillionBench: Benchmark = {
  name: "screen-million",
  async run(say) {
    const small = measure(makeSubjects(SUBJECTS), 2000);
    say(words(small));
    const large = measure(makeSubjects(MILLION), 2000);
    say(words(large));
    const growth = small.perSecond / large.perSecond;
    const size = large.names / small.names;
    return await Promise.resolve({
      name: "screen-million",
      unit: "screens/s over a million names",
      ours: Math.round(large.perSecond),
      against: `screens/s over ${small.names} names; the list is ${round(size, 1)} times as long, a screen costs ${round(growth, 1)} times as much`,
      theirs: Math.round(small.perSecond),
      ratio: round(growth / size),
      goal: "a screen's cost grows by less than a half of the list's growth",
      holds: growth < size / 2,
    });
  },
};
