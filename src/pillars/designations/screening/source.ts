import { isJsonObject, type JsonObject, parseJson } from "#base";
import type { Loader, Source } from "#intake";
import { fieldText } from "#stix";
import type { Reader } from "#store";
import { currentSubjects } from "../registry/current.ts";
import { readSubject, type ScreenSubject } from "./subject.ts";

const PAGE = 1000;

/**
 * Every entry of the lists in the store that the reader may see: of the newest accepted states where the registry follows
 * lists, so that nobody delisted is told; else of the lists that were imported as records, by their latest version.
 */
export async function storedSubjects(reader: Reader): Promise<readonly ScreenSubject[]> {
  const current: ScreenSubject[] = [];
  for await (const { subject, designation } of currentSubjects(reader)) {
    const read = readSubject(subject, designation);
    if (read !== null) current.push(read);
  }
  if (current.length > 0) return current;
  const [identities, designations] = [await all(reader, "identity"), await all(reader, "designation")];
  return pair(identities, designations);
}

async function all(reader: Reader, type: string): Promise<readonly JsonObject[]> {
  const out: JsonObject[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const page: Awaited<ReturnType<Reader["records"]["list"]>> = await reader.records.list({
      types: [type],
      limit: PAGE,
      ...(cursor === "" ? {} : { cursor }),
    });
    for (const { text } of page.items) {
      const object = text === "" ? null : parseJson(text);
      if (isJsonObject(object)) out.push(object);
    }
    cursor = page.next;
  }
  return out;
}

function pair(identities: readonly JsonObject[], designations: readonly JsonObject[]): readonly ScreenSubject[] {
  const byId = new Map(identities.map((identity) => [fieldText(identity, "id"), identity] as const));
  return designations
    .flatMap((designation) => {
      const subject = byId.get(fieldText(designation, "subject_ref"));
      return subject === undefined ? [] : (readSubject(subject, designation) ?? []);
    })
    .toSorted((x, y) => (x.key < y.key ? -1 : 1));
}

export interface ListFileRead {
  readonly subjects: readonly ScreenSubject[];
  readonly problems: readonly string[];
}

/** The entries of list files, without a node. A file that no loader knows is a problem. */
export async function subjectsOfFiles(
  sources: readonly Source[],
  loaders: readonly Loader[],
  signal: AbortSignal,
): Promise<ListFileRead> {
  const [identities, designations, problems]: [JsonObject[], JsonObject[], string[]] = [[], [], []];
  for (const source of sources) {
    const head = await headOf(source);
    const loader = loaders.find((one) => one.sniff(head, source.name));
    if (loader === undefined) {
      problems.push(`${source.name}: no list that is known (${loaders.map((one) => one.title).join(", ")})`);
      continue;
    }
    // The party and the time only stamp records, and none is kept here.
    const context = {
      now: "2001-01-01T00:00:00.000Z",
      party: "identity--00000000-0000-4000-8000-000000000000",
      signal,
    };
    for await (const item of loader.load(source, context)) {
      if (item.kind === "problem") problems.push(`${item.place}: ${item.message}`);
      else if (item.kind === "object")
        (item.object["type"] === "designation" ? designations : identities).push(item.object);
    }
  }
  return { subjects: pair(identities, designations), problems };
}

async function headOf(source: Source): Promise<Uint8Array> {
  for await (const chunk of source.open()) return chunk.subarray(0, 4096);
  return new Uint8Array();
}
