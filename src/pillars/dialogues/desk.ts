import { type Clock, instantOf, isJsonObject, type JsonObject, parseJson } from "#base";
import { requirePermission } from "#access";
import type { Viewer } from "#policy";
import { accept, newId, type TypeRegistry } from "#stix";
import type { Reader, StoredRecord, Transactor } from "#store";
import { DialogueError } from "./errors.ts";
import { type DialogueTypeName, EXTENSIONS } from "./types.ts";

/** What a party's desk writes with: its own records, one version after the other. */
export interface Desk {
  /** Makes a record of this party. Without markings it is national: it goes to nobody. @returns its id. */
  make(t: Transactor, type: DialogueTypeName, value: object, markings: readonly string[]): Promise<string>;
  /** A new version of one of this party's records, under the same markings. @throws DialogueError when it is not ours. */
  amend(t: Transactor, id: string, change: object): Promise<void>;
}

/** A record of this type that the viewer may see. @throws DialogueError `dialogue-unknown` for absent and forbidden alike. */
export async function existing(r: Reader, type: DialogueTypeName, id: string): Promise<StoredRecord> {
  const record = id.startsWith(`${type}--`) ? await r.records.get(id) : null;
  if (record === null)
    throw new DialogueError("dialogue-unknown", `there is no ${type} ${id} here that you may see`, {
      where: id,
      fix: "List them: entente dialogue list, entente dialogue commitments DIALOGUE.",
    });
  return record;
}

export function createDesk(deps: {
  readonly party: string;
  readonly clock: Clock;
  readonly registry: TypeRegistry;
}): Desk {
  const { party, clock, registry } = deps;

  async function append(t: Transactor, object: JsonObject, markings: readonly string[]): Promise<void> {
    const acceptance = accept(JSON.stringify(object), registry, { now: instantOf(clock()) });
    if (!acceptance.ok) {
      const [first] = acceptance.errors;
      throw new DialogueError("dialogue-invalid", first?.message ?? "it is not as its type asks", {
        where: first?.path ?? "",
        fix: "See the record type's schema in docs/schemas.",
      });
    }
    const [result] = await t.records.append([
      { record: acceptance.record, owner: party, assigned: markings, source: "desk" },
    ]);
    if (result !== "added")
      throw new DialogueError("dialogue-invalid", "another version was written in the same instant", {
        where: acceptance.record.id,
        fix: "Look at it again, and save once more.",
      });
  }

  return {
    async make(t, type, value, markings) {
      const id = newId(type);
      const now = clock().toISOString();
      await append(
        t,
        {
          type,
          spec_version: "2.1",
          id,
          created_by_ref: party,
          created: now,
          modified: now,
          ...plain(value),
          extensions: { [EXTENSIONS[type]]: { extension_type: "new-sdo" } },
        },
        markings,
      );
      await t.audit.note(`${type}.add`, id);
      return id;
    },
    async amend(t, id, change) {
      await t.settings.lock(id);
      const held = await t.records.get(id);
      if (held === null || held.owner !== party)
        throw new DialogueError("dialogue-unknown", "only the party whose record it is writes a new version of it", {
          where: id,
          fix: "Propose an amendment, or record your own view.",
        });
      const object = parseJson(held.text);
      if (!isJsonObject(object)) throw new TypeError(`a record is an object: ${id}`);
      // Strictly later, also when two versions are written within one millisecond.
      const later = Math.max(clock().getTime(), Date.parse(held.version) + 1);
      const label = await t.labels.label(held.labelId);
      await append(t, { ...object, ...plain(change), modified: new Date(later).toISOString() }, label.refs);
      await t.audit.note(`${held.type}.amend`, id);
    },
  };
}

/** Without what is undefined: a property that is not there has no value in STIX. */
function plain(value: object): JsonObject {
  return JSON.parse(JSON.stringify(value)) as JsonObject;
}

/** @throws AccessError `forbidden` unless this officer writes content. */
export function requireWriter(actor: Viewer): void {
  requirePermission(actor, "content.write");
}
