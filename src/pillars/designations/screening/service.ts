import { randomUUID } from "node:crypto";
import { canonicalJson, type JsonValue, sha256Hex } from "#base";
import { type OfficerViewer, requirePermission } from "#access";
import type { HitState, NewHit, ScreenEntry, ScreenHit, Store } from "#store";
import { ScreeningError } from "./errors.ts";
import { checkName } from "./input.ts";
import {
  type Candidate,
  createScreener,
  MATCHER_VERSION,
  type Screener,
  type ScreenOptions,
  type ScreenQuery,
} from "./screener.ts";
import { storedSubjects } from "./source.ts";
import type { ScreenSubject } from "./subject.ts";

export interface RegisterRow extends ScreenQuery {
  /** The owner's own key of the row; the name itself where there is none. */
  readonly reference?: string;
}

export interface Rescreened {
  readonly entries: number;
  /** Possible matches that were not there before, or whose sides changed. */
  readonly added: number;
  /** Still as they were, decided or not. */
  readonly standing: number;
  /** Kept back, because an officer called them false and neither side changed. */
  readonly goodGuys: number;
  /** No longer there: a side changed, or the entry was delisted. */
  readonly passed: number;
  readonly errors: number;
}

export type Decision = "false-positive" | "possible" | "confirm";

export interface Replay {
  readonly hit: string;
  readonly matcher: string;
  readonly score: number;
  /** By the matcher of today on both sides as they stood. */
  readonly today: { readonly matcher: string; readonly score: number; readonly reasons: readonly string[] };
  readonly same: boolean;
}

export interface Screening {
  screen(officer: OfficerViewer, query: ScreenQuery, options?: ScreenOptions): Promise<readonly Candidate[]>;
  /** Puts rows into a register; a row of the same reference replaces the one before. */
  register(
    officer: OfficerViewer,
    register: string,
    rows: readonly RegisterRow[],
  ): Promise<{ readonly changed: number; readonly rows: number }>;
  /** Screens a register against the lists as they stand. What an officer called false stays away until a side changes. */
  rescreen(officer: OfficerViewer, register: string): Promise<Rescreened>;
  hits(officer: OfficerViewer, states?: readonly HitState[]): Promise<readonly ScreenHit[]>;
  /**
   * Says what a possible match is. `confirm` takes two officers: the first proposes, another confirms.
   * @throws ScreeningError `hit-unknown`, `hit-decided` (confirmed or passed), `same-officer`.
   */
  decide(officer: OfficerViewer, id: string, decision: Decision, reason: string): Promise<ScreenHit>;
  /** Compares both sides again, as they stood when the hit was found. @throws ScreeningError `hit-unknown`. */
  replay(officer: OfficerViewer, id: string): Promise<Replay>;
}

const PAGE = 500;
const MAX_HITS = 500;

/** What of a listed entry is compared: its names and facts, not the version that carries them. */
function listedDigest({ version: _version, ...compared }: ScreenSubject): string {
  return sha256Hex(canonicalJson(compared as unknown as JsonValue));
}

export function createScreening({ store }: { readonly store: Store }): Screening {
  const screenerFor = async (
    officer: OfficerViewer,
  ): Promise<{ screener: Screener; byKey: ReadonlyMap<string, ScreenSubject> }> => {
    const subjects = await store.read(officer, storedSubjects);
    return { screener: createScreener(subjects), byKey: new Map(subjects.map((subject) => [subject.key, subject])) };
  };

  /** A hit on an entry that this officer may not see is not there. */
  const visibleHit = async (officer: OfficerViewer, id: string): Promise<ScreenHit> => {
    const hit = await store.read(officer, async (r) => {
      const held = await r.screening.hit(id);
      return held === null || (await r.records.get(held.designationId)) === null ? null : held;
    });
    if (hit === null)
      throw new ScreeningError("hit-unknown", "there is no such possible match", {
        where: id,
        fix: "List them: entente screen hits.",
      });
    return hit;
  };

  return {
    async screen(officer, query, options) {
      requirePermission(officer, "content.read");
      return (await screenerFor(officer)).screener.screen(query, options);
    },
    async register(officer, register, rows) {
      requirePermission(officer, "content.write");
      const puts = rows.map((row) => entryOf(register, row));
      let changed = 0;
      for (let at = 0; at < puts.length; at += PAGE) {
        changed += await store.transact(officer, async (t) => {
          let count = 0;
          for (const put of puts.slice(at, at + PAGE)) if (await t.screening.put(put)) count++;
          await t.audit.note("screen.register", register, { rows: Math.min(PAGE, puts.length - at), changed: count });
          return count;
        });
      }
      return { changed, rows: rows.length };
    },
    async rescreen(officer, register) {
      requirePermission(officer, "content.write");
      const { screener, byKey } = await screenerFor(officer);
      const sum = { entries: 0, added: 0, standing: 0, goodGuys: 0, passed: 0, errors: 0 };
      for (let after = ""; ;) {
        const entries = await store.read(officer, (r) => r.screening.entries(register, after, PAGE));
        if (entries.length === 0) break;
        const found = entries.map((entry) => screenEntry(screener, byKey, entry));
        await store.transact(officer, async (t) => {
          const held = await t.screening.hitsOf(entries.map(({ id }) => id));
          const news = compareHits(found, held, sum);
          await t.screening.addHits(news.added);
          const passed: string[] = [];
          // What this officer may not see was not screened against, and nothing is said of it.
          for (const hit of news.gone) if ((await t.records.get(hit.designationId)) !== null) passed.push(hit.id);
          await t.screening.pass(passed);
          sum.passed += passed.length;
          await t.screening.markScreened(entries.map(({ id }) => id));
        });
        after = entries.at(-1)?.id ?? "";
      }
      if (sum.entries === 0)
        throw new ScreeningError("register-unknown", `there is no register ${register}`, {
          where: register,
          fix: "Fill one: entente screen register add NAME --in FILE.csv.",
        });
      await store.transact(officer, (t) =>
        t.audit.note("screen.rescreen", register, { ...sum, matcher: MATCHER_VERSION }),
      );
      return sum;
    },
    async hits(officer, states) {
      requirePermission(officer, "content.read");
      return store.read(officer, async (r) => {
        const out: ScreenHit[] = [];
        for (const hit of await r.screening.hits({ limit: MAX_HITS, ...(states === undefined ? {} : { states }) }))
          if ((await r.records.get(hit.designationId)) !== null) out.push(hit);
        return out;
      });
    },
    async decide(officer, id, decision, reason) {
      requirePermission(officer, "content.write");
      const hit = await visibleHit(officer, id);
      await store.transact(officer, async (t) => {
        const held = await t.screening.hit(id);
        if (held === null || held.state === "confirmed" || held.state === "passed")
          throw new ScreeningError(
            "hit-decided",
            `this possible match is ${hit.state}; nothing more is decided on it`,
            { where: id },
          );
        if (decision === "confirm" && held.state === "proposed") {
          if (held.decidedBy === officer.officer)
            throw new ScreeningError("same-officer", "you proposed this match; a second officer confirms it", {
              where: id,
            });
          await t.screening.confirm(id);
        } else await t.screening.decide(id, decision === "confirm" ? "proposed" : decision, reason);
        await t.audit.note("screen.decide", id, { decision, matcher: held.matcher, listed: held.listedDigest });
      });
      return visibleHit(officer, id);
    },
    async replay(officer, id) {
      requirePermission(officer, "content.read");
      const hit = await visibleHit(officer, id);
      const listed = JSON.parse(hit.listed) as ScreenSubject;
      const [again] = createScreener([listed]).screen(JSON.parse(hit.query) as ScreenQuery, { minimum: 0, limit: 1 });
      const today = { matcher: MATCHER_VERSION, score: again?.score ?? 0, reasons: again?.reasons ?? [] };
      return { hit: id, matcher: hit.matcher, score: hit.score, today, same: today.score === hit.score };
    },
  };
}

function entryOf(register: string, { reference, ...query }: RegisterRow) {
  const name = checkName(query.name, reference ?? "name");
  const text = canonicalJson({ ...query, name });
  return { id: randomUUID(), register, reference: reference ?? name, query: text, digest: sha256Hex(text) };
}

interface Found {
  readonly entry: string;
  /** `null`: the entry cannot be screened. */
  readonly hits: readonly NewHit[] | null;
}

function screenEntry(screener: Screener, byKey: ReadonlyMap<string, ScreenSubject>, entry: ScreenEntry): Found {
  let candidates: readonly Candidate[];
  try {
    candidates = screener.screen(JSON.parse(entry.query) as ScreenQuery).filter(({ match }) => match);
  } catch (error) {
    if (!(error instanceof ScreeningError)) throw error;
    return { entry: entry.id, hits: null };
  }
  return {
    entry: entry.id,
    hits: candidates.flatMap((candidate): NewHit[] => {
      const subject = byKey.get(candidate.key);
      if (subject === undefined) return [];
      return [
        {
          id: randomUUID(),
          entry: entry.id,
          query: entry.query,
          queryDigest: entry.digest,
          listKey: candidate.key,
          designationId: candidate.designationId,
          listed: JSON.stringify(subject),
          listedDigest: listedDigest(subject),
          score: candidate.score,
          reasons: candidate.reasons,
          matcher: MATCHER_VERSION,
        },
      ];
    }),
  };
}

const sides = (hit: NewHit | ScreenHit): string => `${hit.entry} ${hit.listKey} ${hit.queryDigest} ${hit.listedDigest}`;

function compareHits(
  found: readonly Found[],
  held: readonly ScreenHit[],
  sum: { entries: number; added: number; standing: number; goodGuys: number; passed: number; errors: number },
): { readonly added: readonly NewHit[]; readonly gone: readonly ScreenHit[] } {
  const before = new Map(held.filter(({ state }) => state !== "passed").map((hit) => [sides(hit), hit] as const));
  const screened = new Set(found.filter(({ hits }) => hits !== null).map(({ entry }) => entry));
  const added: NewHit[] = [];
  const still = new Set<string>();
  for (const { hits } of found) {
    sum.entries++;
    if (hits === null) sum.errors++;
    for (const hit of hits ?? []) {
      const old = before.get(sides(hit));
      if (old === undefined) added.push(hit);
      else {
        still.add(old.id);
        if (old.state === "false-positive") sum.goodGuys++;
        else sum.standing++;
      }
    }
  }
  // What was confirmed stays on the record, and what was called false stays on the good-guys list, whatever became of the list.
  const gone = [...before.values()].filter(
    (hit) =>
      screened.has(hit.entry) && !still.has(hit.id) && hit.state !== "confirmed" && hit.state !== "false-positive",
  );
  sum.added += added.length;
  return { added, gone };
}
