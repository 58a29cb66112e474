import { compileLabel, type Label, type Marking, type PartyId, readMarking, TLP_RANK } from "#policy";
import { nextEpoch, type RepoContext } from "./context.ts";

/** Markings as they came, and the labels compiled from them. */
export interface LabelReader {
  marking(id: string): Promise<Marking | null>;
  markingText(id: string): Promise<string | null>;
  markings(): Promise<readonly { readonly id: string; readonly text: string; readonly owner: PartyId }[]>;
  label(id: number): Promise<Label>;
}

export interface LabelWriter extends LabelReader {
  /** Keeps a marking-definition. The same id with other text is a conflict and changes nothing. */
  addMarking(id: string, text: string, owner: PartyId): Promise<"added" | "unchanged" | "conflict">;
  /** The number of the label of these markings, made when it is new. */
  labelFor(owner: PartyId, refs: readonly string[]): Promise<number>;
}

export function labelRepo(context: RepoContext): LabelWriter {
  const known = new Map<string, number>();
  const db = () => context.tx.db;

  async function markingText(id: string): Promise<string | null> {
    const row = await db().selectFrom("marking").select("text").where("id", "=", id).executeTakeFirst();
    return row?.text ?? null;
  }

  async function compile(owner: PartyId, refs: readonly string[]): Promise<Label> {
    const found = new Map<string, Marking>();
    if (refs.length > 0) {
      const rows = await db()
        .selectFrom("marking")
        .select(["id", "text"])
        .where("id", "in", [...refs])
        .execute();
      for (const row of rows) found.set(row.id, readMarking(row.text));
    }
    return compileLabel(owner, refs, (id) => found.get(id));
  }

  async function write(label: Label, existing: number | null): Promise<number> {
    const { handling } = label;
    const columns = {
      known: Number(handling.known),
      granted: Number(handling.granted),
      no_onward: Number(handling.noOnward),
      tlp_rank: handling.tlp === null ? 0 : TLP_RANK[handling.tlp],
      any_purpose: Number(handling.purposes === null),
      expires: handling.expires,
    };
    let id = existing;
    if (id === null) {
      const row = await db()
        .insertInto("label")
        .values({ key: label.key, owner: label.owner, refs: JSON.stringify(label.refs), ...columns })
        .returning("id")
        .executeTakeFirstOrThrow();
      id = row.id;
      for (const ref of label.refs) await db().insertInto("label_ref").values({ label: id, ref }).execute();
    } else {
      await nextEpoch(context.tx);
      await db().updateTable("label").set(columns).where("id", "=", id).execute();
      await db().deleteFrom("label_party").where("label", "=", id).execute();
      await db().deleteFrom("label_purpose").where("label", "=", id).execute();
    }
    for (const party of handling.releasableTo)
      await db().insertInto("label_party").values({ label: id, party }).execute();
    for (const purpose of handling.purposes ?? []) {
      await db().insertInto("label_purpose").values({ label: id, purpose }).execute();
    }
    return id;
  }

  return {
    markingText,
    async marking(id) {
      const text = await markingText(id);
      return text === null ? null : readMarking(text);
    },
    markings: () => db().selectFrom("marking").select(["id", "text", "owner"]).orderBy("added_at").execute(),
    async label(id) {
      const row = await db()
        .selectFrom("label")
        .select(["owner", "refs"])
        .where("id", "=", id)
        .executeTakeFirstOrThrow();
      return compile(row.owner, JSON.parse(row.refs) as string[]);
    },
    async addMarking(id, text, owner) {
      const existing = await markingText(id);
      if (existing !== null) return existing === text ? "unchanged" : "conflict";
      await db().insertInto("marking").values({ id, text, owner, added_at: context.now }).execute();
      // Labels that named it before it came were unknown; what it says may now be obeyed.
      const waiting = await db()
        .selectFrom("label_ref")
        .innerJoin("label", "label.id", "label_ref.label")
        .select(["label.id", "label.owner", "label.refs"])
        .where("label_ref.ref", "=", id)
        .execute();
      for (const row of waiting) await write(await compile(row.owner, JSON.parse(row.refs) as string[]), row.id);
      return "added";
    },
    async labelFor(owner, refs) {
      const mark = `${owner} ${refs.join(" ")}`;
      const cached = known.get(mark);
      if (cached !== undefined) return cached;
      const label = await compile(owner, refs);
      const row = await db().selectFrom("label").select("id").where("key", "=", label.key).executeTakeFirst();
      const id = row?.id ?? (await write(label, null));
      known.set(mark, id);
      return id;
    },
  };
}
