import type { Loaded, Loader, Source } from "#intake";
import type { Entry } from "../entry.ts";
import { makeObjects } from "../make.ts";

export type Problem = Extract<Loaded, { kind: "problem" }>;

/** What a list holds: its entries, the date that it gives itself, and what cannot be read. */
export type ListItem =
  | { readonly kind: "entry"; readonly entry: Entry; readonly place: string }
  | { readonly kind: "dated"; readonly on: string }
  | Problem;

/** One way in which a list is published. Reading holds one entry at a time, or what the format obliges to join. */
export interface ListFormat {
  readonly name: string;
  readonly title: string;
  /** Files of one state by the end of their names, the one that names the entries first. Absent: one file. */
  readonly parts?: readonly string[];
  sniff(head: Uint8Array, fileName: string): boolean;
  read(source: Source, signal: AbortSignal): AsyncIterable<ListItem>;
}

/** Codes of problems after which an entry, or all that stand behind, may be missing though the list has them. */
const ENTRY_LOST = new Set(["row-columns", "row-unreadable", "row-malformed", "entry-malformed"]);
const REST_LOST = new Set(["xml-syntax", "xml-depth", "xml-size", "doctype", "encoding", "csv-cut", "header-missing"]);

export const losesEntry = (code: string): boolean => ENTRY_LOST.has(code);
export const losesRest = (code: string): boolean => REST_LOST.has(code);

/** The format as intake's loader, for a file that is imported without a place in the registry. */
export function loaderOf(format: ListFormat): Loader {
  return {
    name: format.name,
    title: format.title,
    sniff: (head, name) => format.sniff(head, name),
    async *load(source, { signal }) {
      for await (const item of format.read(source, signal)) {
        if (item.kind === "problem") yield item;
        if (item.kind !== "entry") continue;
        for (const object of makeObjects(item.entry)) yield { kind: "object", object, place: item.place };
      }
    },
  };
}
