import { requirePermission } from "#access";
import type { Viewer } from "#policy";
import type { ListProblem, ListState } from "#store";
import { DesignationError } from "../errors.ts";
import { type Candidate, candidatesOf } from "./candidates.ts";
import { type Delta, deltaOf } from "./delta.ts";
import { dossiersFor, type Shown } from "./dossier.ts";
import { type FetchDeps, type Fetched, fetchList, type FetchRequest } from "./fetch.ts";
import { joinEntries, splitEntries } from "./join.ts";
import { decideState, type LoadDeps, type LoadRequest, type LoadResult, loadState, stateOf } from "./load.ts";
import { FOUNDING_GROUPS, type Matrix, matrixOf } from "./matrix.ts";
import { SOURCES, sourceOf } from "./sources.ts";
import {
  type ActDeps,
  amend,
  type CaseStep,
  type NewAmendment,
  type NewCase,
  type NewProposal,
  type NewView,
  openCase,
  propose,
  recordView,
  stepCase,
  today,
  type Written,
} from "./write-acts.ts";

/** How one list stands here. */
export interface ListStatus {
  readonly list: string;
  readonly title: string;
  readonly authority: string;
  readonly addresses: readonly string[];
  /** The newest accepted state, or `null`: the list was never loaded. */
  readonly current: ListState | null;
  readonly states: readonly ListState[];
}

/** The registry of lists: their states, what changed between them, who stood on them when. */
export interface Registry extends Acts {
  /** Takes a file from its address, to be loaded. @throws DesignationError `redirect-elsewhere`, `fetch-failed` and others. */
  fetch(actor: Viewer, request: FetchRequest): Promise<Fetched>;
  load(actor: Viewer, request: LoadRequest): Promise<LoadResult>;
  status(viewer: Viewer): Promise<readonly ListStatus[]>;
  held(viewer: Viewer): Promise<readonly ListState[]>;
  decide(
    actor: Viewer,
    state: number,
    word: "accept" | "refuse",
    onProgress?: (entries: number) => void,
  ): Promise<LoadResult>;
  problems(viewer: Viewer, state: number): Promise<readonly ListProblem[]>;
  /** By their numbers. @throws DesignationError `state-unknown`, `states-differ`. */
  delta(viewer: Viewer, from: number, to: number): Promise<Delta>;
  /** Who a name, reference or key finds, and how each stood on a day (today when absent), as known at a time. */
  show(viewer: Viewer, words: string, day?: string, knownAt?: string): Promise<Shown>;
  /** The three groups of the founding text, or those that are named. */
  matrix(viewer: Viewer, day?: string, names?: readonly string[]): Promise<Matrix>;
  candidates(viewer: Viewer): Promise<readonly Candidate[]>;
  /** @returns the joined subject's number. */
  join(actor: Viewer, keys: readonly string[], reason: string): Promise<string>;
  /** @returns the keys that left. */
  split(actor: Viewer, keys: readonly string[], reason: string): Promise<readonly string[]>;
}

/** What officers record about listings: records of this party, that leave only by a release. */
interface Acts {
  amend(actor: Viewer, amendment: NewAmendment): Promise<Written>;
  propose(actor: Viewer, proposal: NewProposal): Promise<Written>;
  view(actor: Viewer, view: NewView): Promise<Written>;
  openCase(actor: Viewer, petition: NewCase): Promise<Written>;
  stepCase(actor: Viewer, id: string, step: CaseStep): Promise<Written>;
}

export function createRegistry(deps: LoadDeps & ActDeps & FetchDeps): Registry {
  const { store, clock } = deps;
  const states = (viewer: Viewer) => store.read(viewer, (r) => r.lists.states());
  return {
    async fetch(actor, request) {
      requirePermission(actor, "import.run");
      return fetchList(deps, actor, { ...request, list: sourceOf(request.list).id });
    },
    load: (actor, request) => loadState(deps, actor, request),
    decide: (actor, state, word, onProgress) => decideState(deps, actor, state, word, onProgress),
    async status(viewer) {
      requirePermission(viewer, "content.read");
      const all = await states(viewer);
      const others = [...new Set(all.map(({ list }) => list))].filter((id) => !SOURCES.some((one) => one.id === id));
      return [...SOURCES, ...others.map(sourceOf)].map(({ id, title, authority, addresses }) => {
        const own = all.filter(({ list }) => list === id);
        const current = own.findLast(({ state }) => state === "accepted") ?? null;
        return { list: id, title, authority, addresses, current, states: own };
      });
    },
    async held(viewer) {
      requirePermission(viewer, "content.read");
      return (await states(viewer)).filter(({ state }) => state === "held");
    },
    async problems(viewer, state) {
      requirePermission(viewer, "content.read");
      return store.read(viewer, (r) => r.lists.problems(state));
    },
    async delta(viewer, from, to) {
      requirePermission(viewer, "content.read");
      const [one, other] = [await stateOf(store, viewer, from), await stateOf(store, viewer, to)];
      return store.read(viewer, (r) => deltaOf(r, one, other));
    },
    async show(viewer, words, day = today(clock), knownAt) {
      requirePermission(viewer, "content.read");
      return store.read(viewer, (r) => dossiersFor(r, words, checkedDay(day), knownAt));
    },
    async matrix(viewer, day = today(clock), names) {
      requirePermission(viewer, "content.read");
      const groups = names?.map((name) => ({ title: name, names: [name] })) ?? FOUNDING_GROUPS;
      return store.read(viewer, (r) => matrixOf(r, groups, checkedDay(day)));
    },
    async candidates(viewer) {
      requirePermission(viewer, "content.read");
      return store.read(viewer, candidatesOf);
    },
    async join(actor, keys, reason) {
      requirePermission(actor, "import.run");
      return store.transact(actor, (t) => joinEntries(t, keys, reason));
    },
    async split(actor, keys, reason) {
      requirePermission(actor, "import.run");
      return store.transact(actor, (t) => splitEntries(t, keys, reason));
    },
    ...actsOver(deps),
  };
}

function actsOver(deps: ActDeps): Acts {
  const written = (actor: Viewer): void => requirePermission(actor, "content.write");
  return {
    async amend(actor, amendment) {
      written(actor);
      return amend(deps, actor, amendment);
    },
    async propose(actor, proposal) {
      written(actor);
      return propose(deps, actor, proposal);
    },
    async view(actor, view) {
      written(actor);
      return recordView(deps, actor, view);
    },
    async openCase(actor, petition) {
      written(actor);
      return openCase(deps, actor, petition);
    },
    async stepCase(actor, id, step) {
      written(actor);
      return stepCase(deps, actor, id, step);
    },
  };
}

function checkedDay(day: string): string {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (!Number.isNaN(at) && new Date(at).toISOString().startsWith(day)) return day;
  throw new DesignationError("date-invalid", `${day} is no day`, { fix: "Give it as YYYY-MM-DD." });
}
