import { randomUUID } from "node:crypto";
import type { JoinedEntry, Reader, Transactor } from "#store";
import { DesignationError } from "../errors.ts";

/** Entries that are one subject by an officer's word, by the subject's number. */
export async function joinedGroups(reader: Reader): Promise<ReadonlyMap<string, readonly JoinedEntry[]>> {
  const groups = new Map<string, JoinedEntry[]>();
  for (const entry of await reader.lists.joined()) {
    const group = groups.get(entry.subject);
    if (group === undefined) groups.set(entry.subject, [entry]);
    else group.push(entry);
  }
  return groups;
}

/**
 * Says that these entries are one subject. What is the same as what is decided by people: who joins an entry to one that is
 * joined already must name the others of its group too, for he says that of all of them.
 *
 * @throws DesignationError `join-incomplete` with the keys to name; `subject-unknown`.
 */
export async function joinEntries(t: Transactor, keys: readonly string[], reason: string): Promise<string> {
  const wanted = [...new Set(keys)];
  if (wanted.length < 2)
    throw new DesignationError("join-incomplete", "two entries or more are joined", {
      fix: "Name them by their keys.",
    });
  const known = new Set((await t.lists.entriesOf(wanted)).map(({ key }) => key));
  const unknown = wanted.filter((key) => !known.has(key));
  if (unknown.length > 0)
    throw new DesignationError("subject-unknown", `no list that is loaded has ${unknown.join(", ")}`);
  const groups = [...(await joinedGroups(t)).values()];
  const touched = groups.filter((group) => group.some(({ key }) => wanted.includes(key)));
  const unnamed = touched.flatMap((group) => group.map(({ key }) => key)).filter((key) => !wanted.includes(key));
  if (unnamed.length > 0)
    throw new DesignationError(
      "join-incomplete",
      `this would say that ${unnamed.join(", ")} ${unnamed.length === 1 ? "is" : "are"} the same subject too`,
      { fix: `If so, name all: ${[...wanted, ...unnamed].join(" ")}` },
    );
  const subject = touched[0]?.[0]?.subject ?? `listed-subject--${randomUUID()}`;
  const [first, ...others] = touched;
  const leaving = others.flatMap((group) => group.map(({ key }) => key));
  if (leaving.length > 0) await t.lists.split(leaving, reason);
  const there = new Set((first ?? []).map(({ key }) => key));
  const coming = wanted.filter((key) => !there.has(key));
  if (coming.length > 0) await t.lists.join(subject, coming, reason);
  await t.audit.note("designation.join", subject, { keys: wanted, reason });
  return subject;
}

/** Takes entries out of the subject that they were joined to; one that would stay alone leaves too. @throws `not-joined`. */
export async function splitEntries(t: Transactor, keys: readonly string[], reason: string): Promise<readonly string[]> {
  const groups = await joinedGroups(t);
  const joined = new Map([...groups.values()].flat().map((entry) => [entry.key, entry.subject]));
  const unknown = keys.filter((key) => !joined.has(key));
  if (unknown.length > 0 || keys.length === 0)
    throw new DesignationError("not-joined", `${unknown.join(", ") || "nothing"} is not joined to another entry`);
  const leaving = new Set(keys);
  for (const subject of new Set(keys.flatMap((key) => joined.get(key) ?? []))) {
    const rest = (groups.get(subject) ?? []).filter(({ key }) => !leaving.has(key));
    if (rest.length === 1) for (const { key } of rest) leaving.add(key);
    await t.audit.note("designation.split", subject, { keys: [...leaving], reason });
  }
  await t.lists.split([...leaving], reason);
  return [...leaving];
}
