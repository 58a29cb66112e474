import type { Selectable } from "kysely";
import type { Instant } from "#base";
import type { BulkInsert } from "../engine/engine.ts";
import type { ListStateKind, ListTables } from "../tables/lists.ts";
import { actorName, chunks, type RepoContext } from "./context.ts";

/** One file of a list's state. */
export interface ListPart {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
  /** The address or file name that it came from. */
  readonly from: string;
  /** The state that it was first loaded with, when this state came without it. */
  readonly carriedFrom: number | null;
}

export interface ListState {
  readonly id: number;
  readonly list: string;
  readonly format: string;
  readonly statedOn: string;
  readonly datedBy: ListTables["list_state"]["dated_by"];
  readonly parts: readonly ListPart[];
  readonly digest: string;
  readonly carried: boolean;
  readonly state: ListStateKind;
  readonly heldFor: string | null;
  readonly entries: number;
  readonly problems: number;
  readonly missing: number;
  readonly markings: readonly string[];
  readonly loadedAt: Instant;
  readonly loadedBy: string;
  readonly decidedAt: Instant | null;
  readonly decidedBy: string | null;
  readonly seenAt: Instant;
}

type NewListState = Omit<ListState, "id" | "loadedAt" | "loadedBy" | "decidedAt" | "decidedBy" | "seenAt">;

export interface ListProblem {
  readonly n: number;
  readonly place: string;
  readonly code: string;
  readonly message: string;
}

/** What one entry said in the states that have it: versions of records, never their content. */
export interface ListEntry {
  readonly id: number;
  readonly key: string;
  readonly version: Instant;
  readonly list: string;
  readonly sha256: string;
  readonly subjectId: string;
  readonly designationId: string;
}

export interface ListAddress {
  readonly address: string;
  readonly list: string;
  readonly etag: string | null;
  readonly modified: string | null;
  readonly sha256: string;
  readonly fetchedAt: Instant;
  readonly checkedAt: Instant;
}

export interface JoinedEntry {
  readonly subject: string;
  readonly key: string;
  readonly reason: string;
  readonly joinedAt: Instant;
  readonly joinedBy: string;
  readonly leftAt: Instant | null;
  readonly leftBy: string | null;
  readonly leftReason: string | null;
}

export interface ListReader {
  /** By the date on which they stood, oldest first; states of one date as they were loaded. */
  states(list?: string): Promise<readonly ListState[]>;
  state(id: number): Promise<ListState | null>;
  problems(state: number, after?: number, limit?: number): Promise<readonly ListProblem[]>;
  /** Entries of a state by id, in pages. */
  members(state: number, after?: number, limit?: number): Promise<readonly ListEntry[]>;
  /** Everything that a list ever said of these keys. */
  entriesOf(keys: readonly string[]): Promise<readonly ListEntry[]>;
  /** Entries whose subject or act of listing is one of these records. */
  entriesAbout(records: readonly string[]): Promise<readonly ListEntry[]>;
  /** The accepted and held states that have each of these entries. */
  statesWith(entries: readonly number[]): Promise<readonly { readonly state: number; readonly entry: number }[]>;
  /** Keys of `before` that `after` has not, and those whose entry differs; by key. */
  difference(before: number, after: number): Promise<readonly ListChange[]>;
  hasFile(sha256: string): Promise<boolean>;
  /** How long a kept file is, or `null`. */
  fileBytes(sha256: string): Promise<number | null>;
  fileChunk(sha256: string, n: number): Promise<Uint8Array | null>;
  address(address: string): Promise<ListAddress | null>;
  /** Those joined now; with `all`, also those that were split. */
  joined(all?: boolean): Promise<readonly JoinedEntry[]>;
}

/** `null` on one side: the entry is not there. */
export interface ListChange {
  readonly key: string;
  readonly before: number | null;
  readonly after: number | null;
}

export interface ListWriter extends ListReader {
  addState(state: NewListState): Promise<number>;
  saveState(id: number, change: Partial<Pick<ListState, "state" | "heldFor" | "entries" | "missing">>): Promise<void>;
  decide(id: number, state: ListStateKind): Promise<void>;
  /** The same files were offered again. */
  seen(id: number): Promise<void>;
  addProblems(state: number, problems: readonly ListProblem[]): Promise<void>;
  /** @returns their ids, in order. */
  addEntries(entries: readonly Omit<ListEntry, "id">[]): Promise<readonly number[]>;
  addMembers(state: number, entries: readonly number[]): Promise<void>;
  clearMembers(state: number): Promise<void>;
  addFileChunk(sha256: string, n: number, data: Uint8Array): Promise<void>;
  addFile(sha256: string, bytes: number): Promise<void>;
  saveAddress(address: ListAddress): Promise<void>;
  join(subject: string, keys: readonly string[], reason: string): Promise<void>;
  split(keys: readonly string[], reason: string): Promise<void>;
}

const ENTRY: BulkInsert = {
  table: "list_entry",
  key: "id",
  columns: [
    { name: "entry_key", type: "text" },
    { name: "version", type: "text" },
    { name: "list", type: "text" },
    { name: "sha256", type: "text" },
    { name: "subject_id", type: "text" },
    { name: "designation_id", type: "text" },
  ],
};

const MEMBER: BulkInsert = {
  table: "list_member",
  key: null,
  columns: [
    { name: "state", type: "integer" },
    { name: "entry", type: "integer" },
  ],
};

const CHUNK: BulkInsert = {
  table: "list_file_chunk",
  key: null,
  columns: [
    { name: "sha256", type: "text" },
    { name: "n", type: "integer" },
    { name: "data", type: "bytes" },
  ],
};

type StateRow = Selectable<ListTables["list_state"]>;

function toState({ stated_on, dated_by, held_for, loaded_at, loaded_by, ...row }: StateRow): ListState {
  const { decided_at, decided_by, seen_at, ...same } = row;
  return {
    ...same,
    statedOn: stated_on,
    datedBy: dated_by,
    parts: JSON.parse(row.parts) as ListPart[],
    markings: JSON.parse(row.markings) as string[],
    carried: row.carried === 1,
    heldFor: held_for,
    loadedAt: loaded_at,
    loadedBy: loaded_by,
    decidedAt: decided_at,
    decidedBy: decided_by,
    seenAt: seen_at,
  };
}

const ENTRY_COLUMNS = [
  "list_entry.id",
  "list_entry.entry_key as key",
  "list_entry.version",
  "list_entry.list",
  "list_entry.sha256",
  "list_entry.subject_id as subjectId",
  "list_entry.designation_id as designationId",
] as const;

function listReader({ tx }: RepoContext): ListReader {
  const states = () => tx.db.selectFrom("list_state").selectAll();
  const entries = () => tx.db.selectFrom("list_entry").select(ENTRY_COLUMNS);
  return {
    async states(list) {
      const select = list === undefined ? states() : states().where("list", "=", list);
      return (await select.orderBy("stated_on").orderBy("id").execute()).map(toState);
    },
    async state(id) {
      const row = await states().where("id", "=", id).executeTakeFirst();
      return row === undefined ? null : toState(row);
    },
    problems: (state, after = -1, limit = 500) =>
      tx.db
        .selectFrom("list_problem")
        .select(["n", "place", "code", "message"])
        .where("state", "=", state)
        .where("n", ">", after)
        .orderBy("n")
        .limit(limit)
        .execute(),
    members: (state, after = 0, limit = 500) =>
      tx.db
        .selectFrom("list_member")
        .innerJoin("list_entry", "list_entry.id", "list_member.entry")
        .select(ENTRY_COLUMNS)
        .where("list_member.state", "=", state)
        .where("list_member.entry", ">", after)
        .orderBy("list_member.entry")
        .limit(limit)
        .execute(),
    async entriesOf(keys) {
      const parts = chunks([...new Set(keys)]);
      const found = [];
      for (const part of parts)
        found.push(...(await entries().where("entry_key", "in", part).orderBy("version").execute()));
      return found;
    },
    async entriesAbout(records) {
      const found = new Map<number, ListEntry>();
      for (const part of chunks([...new Set(records)])) {
        const either = await entries()
          .where((eb) => eb.or([eb("subject_id", "in", part), eb("designation_id", "in", part)]))
          .execute();
        for (const entry of either) found.set(entry.id, entry);
      }
      return [...found.values()];
    },
    async statesWith(ids) {
      const found = [];
      for (const part of chunks([...new Set(ids)]))
        found.push(
          ...(await tx.db.selectFrom("list_member").select(["state", "entry"]).where("entry", "in", part).execute()),
        );
      return found;
    },
    difference: (before, after) => difference(tx, before, after),
    async hasFile(sha256) {
      return (
        (await tx.db.selectFrom("list_file").select("sha256").where("sha256", "=", sha256).executeTakeFirst()) !==
        undefined
      );
    },
    async fileBytes(sha256) {
      const row = await tx.db.selectFrom("list_file").select("bytes").where("sha256", "=", sha256).executeTakeFirst();
      return row?.bytes ?? null;
    },
    async fileChunk(sha256, n) {
      const row = await tx.db
        .selectFrom("list_file_chunk")
        .select("data")
        .where("sha256", "=", sha256)
        .where("n", "=", n)
        .executeTakeFirst();
      return row?.data ?? null;
    },
    async address(address) {
      const row = await tx.db.selectFrom("list_address").selectAll().where("address", "=", address).executeTakeFirst();
      if (row === undefined) return null;
      const { fetched_at, checked_at, ...same } = row;
      return { ...same, fetchedAt: fetched_at, checkedAt: checked_at };
    },
    async joined(all = false) {
      let select = tx.db.selectFrom("joined_entry").selectAll();
      if (!all) select = select.where("left_at", "is", null);
      return (await select.orderBy("seq").execute()).map((row) => ({
        subject: row.subject,
        key: row.entry_key,
        reason: row.reason,
        joinedAt: row.joined_at,
        joinedBy: row.joined_by,
        leftAt: row.left_at,
        leftBy: row.left_by,
        leftReason: row.left_reason,
      }));
    },
  };
}

/** Entries that stand in one of the two states only, paired by key. */
async function difference(tx: RepoContext["tx"], before: number, after: number): Promise<readonly ListChange[]> {
  const only = (state: number, other: number) =>
    tx.db
      .selectFrom("list_member")
      .innerJoin("list_entry", "list_entry.id", "list_member.entry")
      .select(["list_entry.id", "list_entry.entry_key as key"])
      .where("list_member.state", "=", state)
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom("list_member as other")
              .select("other.entry")
              .where("other.state", "=", other)
              .whereRef("other.entry", "=", "list_member.entry"),
          ),
        ),
      )
      .execute();
  const changes = new Map<string, { key: string; before: number | null; after: number | null }>();
  for (const { id, key } of await only(before, after)) changes.set(key, { key, before: id, after: null });
  for (const { id, key } of await only(after, before)) {
    const known = changes.get(key);
    if (known === undefined) changes.set(key, { key, before: null, after: id });
    else known.after = id;
  }
  return [...changes.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

export function listRepo(context: RepoContext): ListWriter {
  const { tx, now, viewer } = context;
  const actor = actorName(viewer);
  const update = (id: number, values: Partial<StateRow>) =>
    tx.db.updateTable("list_state").set(values).where("id", "=", id).execute();
  return {
    ...listReader(context),
    async addState({ statedOn, datedBy, heldFor, parts, markings, carried, ...same }) {
      const row = await tx.db
        .insertInto("list_state")
        .values({
          ...same,
          stated_on: statedOn,
          dated_by: datedBy,
          held_for: heldFor,
          parts: JSON.stringify(parts),
          markings: JSON.stringify(markings),
          carried: Number(carried),
          loaded_at: now,
          loaded_by: actor,
          seen_at: now,
        })
        .returning("id")
        .executeTakeFirstOrThrow();
      return row.id;
    },
    async saveState(id, { heldFor, ...same }) {
      await update(id, { ...same, ...(heldFor === undefined ? {} : { held_for: heldFor }) });
    },
    async decide(id, state) {
      await update(id, { state, decided_at: now, decided_by: actor });
    },
    async seen(id) {
      await update(id, { seen_at: now });
    },
    async addProblems(state, problems) {
      for (const part of chunks(problems, 100))
        await tx.db
          .insertInto("list_problem")
          .values(part.map((problem) => ({ state, ...problem })))
          .execute();
    },
    async addEntries(entries) {
      const rows = entries.map((entry) => [
        entry.key,
        entry.version,
        entry.list,
        entry.sha256,
        entry.subjectId,
        entry.designationId,
      ]);
      const keys = await tx.insertMany(ENTRY, rows);
      return keys.map((key) => {
        if (key === null) throw new Error("an entry's version stands twice");
        return key;
      });
    },
    async addMembers(state, entries) {
      await tx.insertMany(
        MEMBER,
        entries.map((entry) => [state, entry]),
      );
    },
    async clearMembers(state) {
      await tx.db.deleteFrom("list_member").where("state", "=", state).execute();
      await tx.db.deleteFrom("list_problem").where("state", "=", state).execute();
    },
    async addFileChunk(sha256, n, data) {
      await tx.insertMany(CHUNK, [[sha256, n, data]]);
    },
    async addFile(sha256, bytes) {
      await tx.db
        .insertInto("list_file")
        .values({ sha256, bytes, added_at: now })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    },
    async saveAddress({ fetchedAt, checkedAt, address, ...same }) {
      const rest = { ...same, fetched_at: fetchedAt, checked_at: checkedAt };
      await tx.db
        .insertInto("list_address")
        .values({ address, ...rest })
        .onConflict((conflict) => conflict.column("address").doUpdateSet(rest))
        .execute();
    },
    async join(subject, keys, reason) {
      for (const key of keys)
        await tx.db
          .insertInto("joined_entry")
          .values({ subject, entry_key: key, reason, joined_at: now, joined_by: actor })
          .execute();
    },
    async split(keys, reason) {
      for (const part of chunks(keys))
        await tx.db
          .updateTable("joined_entry")
          .set({ left_at: now, left_by: actor, left_reason: reason })
          .where("entry_key", "in", part)
          .where("left_at", "is", null)
          .execute();
    },
  };
}
