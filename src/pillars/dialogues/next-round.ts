import { daysBetween, type Instant } from "#base";
import { type Collection, type Item, order } from "./collect.ts";
import { diffStatements, type StatementDiff } from "./diff.ts";
import { findingOf, latestBy } from "./rules.ts";
import type { Assessment, Commitment, Evidence, MeetingNote, Origin, Round, Statement, Task } from "./types.ts";

/** One party's word on a commitment. */
interface View {
  readonly party: string;
  readonly score: number;
  readonly completion: string;
  readonly standing: string;
  readonly confidence: string;
  readonly reasons: string;
  readonly assessedOn: string;
  readonly stage: string;
}

export interface CommitmentLine {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly lang: string;
  readonly origin: Origin;
  /** What stands against it: its statement is not here, its words are not there, or it claims another origin. */
  readonly finding: ReturnType<typeof findingOf>;
  readonly area: string;
  readonly owedBy: readonly string[];
  readonly owedTo: readonly string[];
  readonly guideline: string | null;
  readonly dueOn: string | null;
  readonly daysToDue: number | null;
  readonly state: "overdue" | "due-soon" | "open" | "done";
  readonly ours: View | null;
  /** Each other party's latest word, side by side; never averaged. */
  readonly theirs: readonly View[];
  readonly disagree: boolean;
  readonly evidence: {
    readonly shows: string;
    readonly standing: string;
    readonly by: string;
    readonly on: string;
    readonly source: string;
  } | null;
  readonly statement: { readonly id: string; readonly name: string; readonly issuedOn: string };
}

interface Area {
  readonly name: string;
  readonly commitments: readonly CommitmentLine[];
}

interface RoundLine {
  readonly id: string;
  readonly name: string;
  readonly place: string;
  readonly heldOn: string;
  readonly coChairs: readonly { readonly name: string; readonly title: string; readonly party: string }[];
}

/** What a desk officer needs before the next round, on one screen. */
export interface NextRound {
  readonly dialogue: {
    readonly id: string;
    readonly name: string;
    readonly parties: readonly { readonly ref: string; readonly name: string }[];
  };
  /** The round to come, or `null` when none is planned. */
  readonly next: RoundLine | null;
  readonly daysToGo: number | null;
  readonly last: RoundLine | null;
  readonly areas: readonly Area[];
  /** How many are overdue by each side. */
  readonly overdue: readonly { readonly party: string; readonly commitments: readonly string[] }[];
  readonly disagreements: readonly string[];
  /** Records added since the last round, of any kind that this viewer may see. */
  readonly news: readonly NewsLine[];
  readonly wording: WordingChange | null;
  readonly talkingPoints: readonly TalkingPoint[];
  /** What this party holds for itself: notes and tasks that were given to nobody. */
  readonly national: { readonly notes: readonly NoteLine[]; readonly tasks: readonly TaskLine[] };
}

export interface NewsLine {
  readonly id: string;
  readonly type: string;
  readonly title: string;
  readonly addedAt: Instant;
  readonly owner: string;
}

export interface WordingChange extends StatementDiff {
  readonly lang: string;
  readonly before: { readonly id: string; readonly name: string; readonly issuedOn: string };
  readonly after: { readonly id: string; readonly name: string; readonly issuedOn: string };
}

interface TalkingPoint {
  readonly kind:
    | "overdue-theirs"
    | "overdue-ours"
    | "disagreement"
    | "unverified-claim"
    | "no-guideline"
    | "wording-dropped";
  /** The commitment's name, or the words that were dropped. */
  readonly text: string;
  /** Whom it concerns, by their ids. */
  readonly parties: readonly string[];
  /** The record that it rests on. */
  readonly source: string;
}

interface NoteLine {
  readonly id: string;
  readonly name: string;
  readonly content: string;
}

interface TaskLine {
  readonly id: string;
  readonly name: string;
  readonly assignedTo: string;
  readonly dueOn: string | null;
  readonly doneOn: string | null;
  readonly overdue: boolean;
}

/** A commitment is soon due within this many days, as impact reporting has it. */
const DUE_WINDOW_DAYS = 30;

const roundLine = ({ id, value }: Item<Round>): RoundLine => ({
  id,
  name: value.name,
  place: value.place,
  heldOn: value.held_on,
  coChairs: value.co_chairs.map(({ name, title = "", party }) => ({ name, title, party })),
});

/**
 * Computes the screen from what the viewer may see. `today` is a date, `self` this party's id. A round is still to come
 * until its day has passed.
 */
export function nextRound(
  collection: Collection,
  facts: { readonly self: string; readonly today: string; readonly news: readonly NewsLine[] },
): NextRound {
  const { self, today } = facts;
  const { dialogue, rounds } = collection;
  const next = rounds.find(({ value }) => value.held_on >= today) ?? null;
  const last = rounds.findLast(({ value }) => value.held_on < today) ?? null;
  const statements = new Map(collection.statements.map((item) => [item.id, item]));
  const lines = collection.commitments.map((item) => commitmentLine(collection, statements, item, self, today));
  const areas = groupByArea(lines, dialogue.value.areas ?? []);
  const overdue = dialogue.value.parties.map(({ ref }) => ({
    party: ref,
    commitments: lines.filter((line) => line.state === "overdue" && line.owedBy.includes(ref)).map(({ id }) => id),
  }));
  const wording = latestWording(collection);
  return {
    dialogue: {
      id: dialogue.id,
      name: dialogue.value.name,
      parties: dialogue.value.parties.map(({ ref, name }) => ({ ref, name })),
    },
    next: next === null ? null : roundLine(next),
    daysToGo: next === null ? null : daysBetween(today, next.value.held_on),
    last: last === null ? null : roundLine(last),
    areas,
    overdue,
    disagreements: lines.filter(({ disagree }) => disagree).map(({ id }) => id),
    news: facts.news,
    wording,
    talkingPoints: talkingPoints(lines, wording, self),
    national: {
      notes: collection.notes.filter(({ owner }) => owner === self).map(noteLine),
      tasks: collection.tasks.filter(({ owner }) => owner === self).map((item) => taskLine(item, today)),
    },
  };
}

const noteLine = ({ id, value }: Item<MeetingNote>): NoteLine => ({ id, name: value.name, content: value.content });

const taskLine = ({ id, value }: Item<Task>, today: string): TaskLine => ({
  id,
  name: value.name,
  assignedTo: value.assigned_to,
  dueOn: value.due_on ?? null,
  doneOn: value.done_on ?? null,
  overdue: value.done_on === undefined && value.due_on !== undefined && value.due_on < today,
});

function commitmentLine(
  collection: Collection,
  statements: ReadonlyMap<string, Item<Statement>>,
  { id, value }: Item<Commitment>,
  self: string,
  today: string,
): CommitmentLine {
  const ours = latestBy(collection, id, (party) => party === self);
  const others = new Set((collection.assessments.get(id) ?? []).map((item) => item.value.assessed_by));
  others.delete(self);
  const theirs = [...others].toSorted().flatMap((party) => {
    const latest = latestBy(collection, id, (by) => by === party);
    return latest === null ? [] : [view(latest)];
  });
  const evidence = collection.evidence.get(id)?.[0];
  const statement = statements.get(value.statement_ref);
  const due = value.due_on ?? value.review_on ?? null;
  return {
    id,
    name: value.name,
    text: value.span.text,
    lang: value.span.lang,
    // Only agreed text makes an agreed commitment, whatever its marker called it.
    origin: statement?.value.origin ?? "unilateral-statement",
    finding: findingOf(value, statement?.value),
    area: value.area,
    owedBy: value.owed_by,
    owedTo: value.owed_to ?? [],
    guideline: value.guideline ?? null,
    dueOn: due,
    daysToDue: due === null ? null : daysBetween(today, due),
    state: stateOf(value, due, ours, today),
    ours: ours === null ? null : view(ours),
    theirs,
    disagree: ours !== null && theirs.some((other) => other.score !== ours.value.score),
    evidence: evidence === undefined ? null : evidenceLine(evidence),
    statement: {
      id: value.statement_ref,
      name: statement?.value.name ?? "",
      issuedOn: statement?.value.issued_on ?? "",
    },
  };
}

const evidenceLine = ({ value }: Item<Evidence>) => ({
  shows: value.shows,
  standing: value.standing,
  by: value.stated_by,
  on: value.observed_on,
  source: value.source.name,
});

const view = ({ value }: Item<Assessment>): View => ({
  party: value.assessed_by,
  score: value.score,
  completion: value.completion,
  standing: value.standing,
  confidence: value.confidence,
  reasons: value.reasons,
  assessedOn: value.assessed_on,
  stage: value.stage,
});

/** Done is what this party itself holds verified; a claim alone leaves it open. */
function stateOf(
  _commitment: Commitment,
  due: string | null,
  ours: Item<Assessment> | null,
  today: string,
): CommitmentLine["state"] {
  if (ours !== null && ours.value.completion === "complete" && ours.value.standing === "verified") return "done";
  if (due === null) return "open";
  const days = daysBetween(today, due);
  return days < 0 ? "overdue" : days <= DUE_WINDOW_DAYS ? "due-soon" : "open";
}

/** In the dialogue's own order of areas, then those that it does not name, by name. */
function groupByArea(lines: readonly CommitmentLine[], known: readonly string[]): Area[] {
  const groups = new Map<string, CommitmentLine[]>(known.map((name) => [name, []]));
  const others = new Set(lines.map(({ area }) => area).filter((area) => !groups.has(area)));
  for (const name of [...others].toSorted(order)) groups.set(name, []);
  for (const line of lines) groups.get(line.area)?.push(line);
  return [...groups].map(([name, commitments]) => ({ name, commitments }));
}

/** The two latest agreed texts that share a language, the first of those that the later one has. */
function latestWording({ statements }: Collection): WordingChange | null {
  const agreed = statements.filter(({ value }) => value.origin === "agreed-text");
  const after = agreed.at(-1);
  const before = agreed.at(-2);
  if (after === undefined || before === undefined) return null;
  const lang = after.value.texts.find((text) => before.value.texts.some((other) => other.lang === text.lang))?.lang;
  if (lang === undefined) return null;
  return compareStatements(before, after, lang);
}

export function compareStatements(before: Item<Statement>, after: Item<Statement>, lang: string): WordingChange {
  const text = ({ value }: Item<Statement>): string => value.texts.find((item) => item.lang === lang)?.text ?? "";
  const named = ({ id, value }: Item<Statement>) => ({ id, name: value.name, issuedOn: value.issued_on });
  return { lang, before: named(before), after: named(after), ...diffStatements(text(before), text(after), lang) };
}

function talkingPoints(lines: readonly CommitmentLine[], wording: WordingChange | null, self: string): TalkingPoint[] {
  const points: TalkingPoint[] = [];
  for (const line of lines) {
    const say = (kind: TalkingPoint["kind"], parties: readonly string[]): void =>
      void points.push({ kind, text: line.name, parties: [...parties], source: line.id });
    if (line.state === "overdue") say(line.owedBy.includes(self) ? "overdue-ours" : "overdue-theirs", line.owedBy);
    if (line.disagree)
      say(
        "disagreement",
        line.theirs.map(({ party }) => party),
      );
    const claimed = line.theirs.find((other) => other.standing === "claimed-complete");
    if (claimed !== undefined && line.ours?.standing !== "verified") say("unverified-claim", [claimed.party]);
    if (line.guideline === null && line.origin === "agreed-text") say("no-guideline", []);
  }
  for (const span of wording?.spans ?? [])
    if (span.kind === "dropped" && span.before !== null && wording !== null)
      points.push({ kind: "wording-dropped", text: span.before.text, parties: [], source: wording.after.id });
  return points;
}
