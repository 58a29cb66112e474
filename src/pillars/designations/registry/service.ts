import { requirePermission } from "#access";
import type { Viewer } from "#policy";
import type { ListProblem, ListState } from "#store";
import { type Delta, deltaOf } from "./delta.ts";
import { decideState, type LoadDeps, type LoadRequest, type LoadResult, loadState, stateOf } from "./load.ts";
import { SOURCES } from "./sources.ts";

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
export interface Registry {
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
}

export function createRegistry(deps: LoadDeps): Registry {
  const { store } = deps;
  const states = (viewer: Viewer) => store.read(viewer, (r) => r.lists.states());
  return {
    load: (actor, request) => loadState(deps, actor, request),
    decide: (actor, state, word, onProgress) => decideState(deps, actor, state, word, onProgress),
    async status(viewer) {
      requirePermission(viewer, "content.read");
      const all = await states(viewer);
      return SOURCES.map(({ id, title, authority, addresses }) => {
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
  };
}
