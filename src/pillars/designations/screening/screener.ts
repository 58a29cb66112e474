import {
  type AskedType,
  countryOf,
  documentNumber,
  explainNames,
  type Facts,
  type Hit,
  MATCH_THRESHOLD,
  NameIndex,
  type NameType,
  parseBirth,
  type Weighed,
  weighFacts,
} from "../matching/index.ts";
import { ScreeningError } from "./errors.ts";
import { checkName } from "./input.ts";
import type { ScreenSubject } from "./subject.ts";

/** Of the rules and tables that make a score: kept with every decision, so that it can be replayed. */
export const MATCHER_VERSION = "1";

export interface ScreenQuery {
  readonly name: string;
  readonly type?: AskedType;
  /** As people write it; see `parseBirth`. */
  readonly born?: string;
  readonly country?: string;
  /** A document's number. */
  readonly document?: string;
}

/** A possible match. Whether it is one, a person says. */
export interface Candidate {
  readonly list: string;
  readonly reference: string;
  /** The entry's name. */
  readonly name: string;
  /** The name or alias that met. */
  readonly matched: string;
  readonly type: NameType;
  readonly score: number;
  /** The score reaches the threshold. */
  readonly match: boolean;
  readonly reasons: readonly string[];
  readonly key: string;
  readonly subjectId: string;
  readonly designationId: string;
  readonly version: string;
}

export interface ScreenOptions {
  /** Lowest score that is told. Default 0.6: below the threshold of a match, for the reader to see what came near. */
  readonly minimum?: number;
  /** Default 10. */
  readonly limit?: number;
}

export interface Screener {
  readonly subjects: number;
  readonly names: number;
  /** @throws ScreeningError for a name or a birth date that cannot be read. */
  screen(query: ScreenQuery, options?: ScreenOptions): readonly Candidate[];
}

const ALL: readonly NameType[] = ["person", "organization", "vessel"];
const WEAK = 0.92;

/** Builds the index over these entries. @throws ScreeningError `list-empty`. */
export function createScreener(subjects: readonly ScreenSubject[]): Screener {
  if (subjects.length === 0)
    throw new ScreeningError("list-empty", "there is no list to screen against", {
      fix: "Load one: entente import sdn.csv, or name one: --list FILE.",
    });
  const entries = subjects.flatMap((subject, at) =>
    subject.names.map(({ name, weak }) => ({ name, weak, type: subject.type, subject: at })),
  );
  const index = new NameIndex(entries);
  return {
    subjects: subjects.length,
    names: index.size,
    screen(query, { minimum = 0.6, limit = 10 } = {}) {
      const name = checkName(query.name, "name");
      const asked = askedFacts(query);
      const types = query.type === undefined || query.type === "any" ? ALL : [query.type];
      // Facts may raise what the name alone leaves just below.
      const told = asked.births.length + asked.countries.length + asked.identifiers.length > 0;
      const hits = index.find(name, types, {
        minimum: told ? Math.max(0.2, minimum - 0.15) : minimum,
        limit: limit * 2,
      });
      const judged = hits.flatMap((hit) => {
        const subject = subjects[hit.subject];
        if (subject === undefined) return [];
        const weak = entries[hit.at]?.weak === true;
        const weighed = weighFacts(weak ? hit.result.score * WEAK : hit.result.score, asked, subject.facts);
        return weighed.score >= minimum ? [{ hit, subject, weak, weighed }] : [];
      });
      judged.sort((x, y) => y.weighed.score - x.weighed.score);
      return judged.slice(0, limit).map(({ hit, subject, weak, weighed }) => describe(hit, subject, weak, weighed));
    },
  };
}

function describe(hit: Hit, subject: ScreenSubject, weak: boolean, weighed: Weighed): Candidate {
  const score = Math.round(weighed.score * 10_000) / 10_000;
  return {
    list: subject.list,
    reference: subject.reference,
    name: subject.name,
    matched: hit.found.raw,
    type: subject.type,
    score,
    match: score >= MATCH_THRESHOLD,
    reasons: [
      ...explainNames(hit.query, hit.found, hit.result),
      ...(weak ? ["the list itself calls this alias weak"] : []),
      ...weighed.reasons,
    ],
    key: subject.key,
    subjectId: subject.subjectId,
    designationId: subject.designationId,
    version: subject.version,
  };
}

/** @throws ScreeningError for a name or a birth date that cannot be read. */
export function checkQuery(query: ScreenQuery): void {
  checkName(query.name, "name");
  askedFacts(query);
}

function askedFacts({ born, country, document }: ScreenQuery): Facts {
  const birth = born === undefined || born.trim() === "" ? undefined : parseBirth(born);
  if (birth === null) {
    throw new ScreeningError("birth-date-invalid", `“${(born ?? "").slice(0, 60)}” is no birth date`, {
      where: "born",
      fix: "Write 1962-03-05, 1962-03, 1962, 5 Mar 1962, circa 1964, or 1964 to 1966.",
    });
  }
  const number = documentNumber(document ?? "");
  return {
    births: birth === undefined ? [] : [birth],
    countries: (country ?? "")
      .split(/[;|]/)
      .map((one) => one.trim())
      .filter((one) => one !== "")
      .map(countryOf),
    identifiers: number === null ? [] : [number],
  };
}
