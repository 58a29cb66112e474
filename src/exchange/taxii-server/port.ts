import type { Instant } from "#base";
import type { VersionFilter } from "./query.ts";

/** What came in the Authorization header. */
export type PresentedCredentials =
  | { readonly kind: "basic"; readonly username: string; readonly password: string }
  | { readonly kind: "bearer"; readonly token: string };

/** Who calls, as far as the protocol needs to know. */
export interface Caller {
  /** Whose requests are counted together. */
  readonly key: string;
  /** Requests; 0: no limit. */
  readonly perMinute: number;
}

/** TAXII 2.1 §4.2, without what the server itself knows. */
export interface RootInfo {
  /** The part of the address that names it. */
  readonly name: string;
  readonly title: string;
  readonly description: string | null;
}

/** §5.2. */
export interface CollectionInfo {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly alias: string | null;
  readonly canRead: boolean;
  readonly canWrite: boolean;
}

/** The question of one page: rights are not in it; the port looks at them for each. */
export interface PageAsk {
  /** A position that an earlier page gave, exclusive. */
  readonly from: string | null;
  /** Strictly after; of no account where `from` is given. */
  readonly addedAfter: Instant | null;
  readonly ids: readonly string[] | null;
  readonly types: readonly string[] | null;
  readonly versions: VersionFilter;
  readonly limit: number;
}

export interface PageFacts {
  readonly count: number;
  /** Dates added of the first and the last object, microseconds. */
  readonly first: Instant | null;
  readonly last: Instant | null;
  /** A position (digits), or `null`: there is nothing more. */
  readonly next: string | null;
}

export interface ObjectsPage extends PageFacts {
  /** The objects' texts as they were accepted, joined by commas, in one part or several. */
  readonly bodies: readonly Uint8Array[];
}

export interface ManifestItem {
  readonly id: string;
  readonly version: Instant;
  readonly dateAdded: Instant;
}

export interface ItemsPage extends PageFacts {
  readonly items: readonly ManifestItem[];
}

/** A page as it goes out. */
export interface WrittenPage {
  readonly bytes: Uint8Array;
  readonly facts: PageFacts;
}

/** §4.3.1. */
export interface StatusDetail {
  readonly id: string;
  readonly version: Instant;
  readonly message?: string;
}

export interface AddOutcome {
  readonly id: string;
  readonly at: Instant;
  readonly successes: readonly StatusDetail[];
  readonly failures: readonly StatusDetail[];
}

/** One collection, as one caller has it. Objects come sorted by the date they were added, no two of one date. */
export interface OpenCollection {
  readonly info: CollectionInfo;
  /**
   * A page of objects, written by `write`. The port may keep what was written and give it again for as long as the page
   * would be the same for this caller.
   */
  objects(ask: PageAsk, write: (page: ObjectsPage) => Uint8Array): Promise<WrittenPage>;
  items(ask: PageAsk): Promise<ItemsPage>;
  /** Takes each object for itself: what is wrong with one does not keep the others out. A version already there is a success. */
  add(texts: readonly string[]): Promise<AddOutcome>;
  /** Takes versions of one object out of the collection. @returns how many. */
  remove(ask: PageAsk): Promise<number>;
}

/** What the server stands on: storage, and who may. An absent thing and one that the caller may not see are both `null`. */
export interface TaxiiPort<C extends Caller> {
  authenticate(credentials: PresentedCredentials): Promise<C | null>;
  roots(caller: C): Promise<readonly RootInfo[]>;
  collections(caller: C, root: string): Promise<readonly CollectionInfo[]>;
  /** By id or alias. */
  collection(caller: C, root: string, name: string): Promise<OpenCollection | null>;
  /** The status resource's text, for as long as it is kept (a day). */
  status(caller: C, root: string, id: string): Promise<string | null>;
}
