import type { Instant, JsonObject } from "#base";
import type { PartyId } from "#policy";

/** A file to be read: opened as often as a loader needs, with the files that lie beside it. */
export interface Source {
  readonly name: string;
  /** Bytes, when known beforehand. */
  readonly size: number | null;
  open(): AsyncIterable<Uint8Array>;
  /** The file of that name in the same folder, or `null`. */
  sibling(name: string): Source | null;
}

/** What a loader finds: an object as text to be kept to the letter, one that it makes, or what cannot be read. */
export type Loaded =
  | { readonly kind: "text"; readonly text: string; readonly place: string }
  | { readonly kind: "object"; readonly object: JsonObject; readonly place: string }
  | { readonly kind: "problem"; readonly place: string; readonly code: string; readonly message: string };

export interface LoadContext {
  readonly now: Instant;
  readonly party: PartyId;
  readonly signal: AbortSignal;
}

/** One kind of file. Pillars declare theirs; `node` passes the list. */
export interface Loader {
  readonly name: string;
  readonly title: string;
  /** Whether this is its kind of file, by its first bytes (up to 4 KiB) and its name. */
  sniff(head: Uint8Array, fileName: string): boolean;
  load(source: Source, context: LoadContext): AsyncIterable<Loaded>;
}
