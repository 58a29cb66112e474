import type { Clock } from "#base";
import type { Viewer } from "#policy";
import type { TypeRegistry } from "#stix";
import type { Store, TaxiiClient } from "#store";
import type { Self } from "../self.ts";
import type { Caller } from "../taxii-server/index.ts";

export interface TaxiiDeps {
  readonly store: Store;
  readonly self: Self;
  readonly clock: Clock;
  readonly registry: TypeRegistry;
  /** Signs page marks: the same in every process of this party. */
  readonly pageKey: Uint8Array;
  readonly onError: (error: unknown) => void;
  /** Of pages kept as they went out. Default 128 MiB. */
  readonly cacheBytes?: number;
}

/** A client that signed in, as policy sees it. */
export interface TaxiiCaller extends Caller {
  readonly client: TaxiiClient;
  readonly viewer: Viewer;
  readonly terms: { readonly purpose?: string };
}
