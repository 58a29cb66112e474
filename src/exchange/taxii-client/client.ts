import { BaseError, type Instant, parseInstant, utf8 } from "#base";
import { readAddress } from "./address.ts";
import { readEnvelope } from "./envelope.ts";
import { TaxiiError } from "./errors.ts";
import {
  type ApiRoot,
  type Collection,
  type Discovery,
  type ManifestRecord,
  readApiRoot,
  readCollection,
  readCollections,
  readDiscovery,
  readManifest,
  readStatus,
  type Status,
} from "./resources.ts";
import { type Answer, createTransport, readResource, type TransportOptions } from "./transport.ts";

/** Which objects, and from where on (§3.4 filtering, §3.5 pagination). */
export interface PageQuery {
  /** Only what the server received strictly after this. */
  readonly addedAfter?: Instant;
  /** The `next` of the page before; all else must then be as it was. */
  readonly next?: string;
  readonly limit?: number;
  /** `match[type]`, `match[id]`, `match[version]`, `match[spec_version]`: values of one field are alternatives. */
  readonly match?: Readonly<Partial<Record<"id" | "type" | "version" | "spec_version", readonly string[]>>>;
}

/** One page of a collection's objects, with the envelope's text as it came. */
export interface ObjectsPage {
  readonly body: Uint8Array;
  readonly objects: number;
  readonly more: boolean;
  readonly next: string | null;
  /** When the server received the page's first and last object; `null` when it does not say, or not readably. */
  readonly first: Instant | null;
  readonly last: Instant | null;
}

interface ManifestPage extends Omit<ObjectsPage, "body" | "objects"> {
  readonly records: readonly ManifestRecord[];
}

/** One API root of one server. Nothing is ever sent to another origin. */
export interface TaxiiClient {
  /** Of the server at `url`, usually `https://host/taxii2/` (§4.1). */
  discovery(): Promise<Discovery>;
  /** What the API root at `root` says of itself (§4.2). */
  apiRoot(root: string): Promise<ApiRoot>;
  collections(root: string): Promise<readonly Collection[]>;
  collection(root: string, id: string): Promise<Collection>;
  /** One page (§5.4). */
  objects(root: string, collection: string, query?: PageQuery): Promise<ObjectsPage>;
  /** One page (§5.3). */
  manifest(root: string, collection: string, query?: PageQuery): Promise<ManifestPage>;
  /** What became of what was posted (§4.3). */
  status(root: string, id: string): Promise<Status>;
  /** Posts objects, each as its text to the letter, and asks until the server has done with them (§5.5). */
  push(root: string, collection: string, objects: readonly string[], options?: PushOptions): Promise<Status>;
}

interface PushOptions {
  /** Milliseconds from one question to the next. Default 1,000; it grows. */
  readonly pollMs?: number;
  /** Milliseconds until the client gives up. Default 120,000. */
  readonly deadlineMs?: number;
}

export interface ClientOptions extends TransportOptions {
  readonly url: string;
}

const LONGEST_POLL_MS = 15_000;

/** @throws TaxiiError `address-refused` for an address that is neither HTTPS nor this machine's. */
export function createTaxiiClient({ url, ...options }: ClientOptions): TaxiiClient {
  const base = readAddress(url);
  const transport = createTransport(options);

  const rootOf = (root: string): URL => readAddress(root, base);
  const inside = (root: string, ...parts: readonly string[]): URL => {
    const address = rootOf(root);
    for (const part of parts) address.pathname += `${segment(part)}/`;
    return address;
  };
  const get = async <T>(address: URL, read: (object: ReturnType<typeof readResource>, at: URL) => T): Promise<T> =>
    read(readResource((await transport.get(address)).body, address), address);
  const status = async (root: string, id: string): Promise<Status> => get(inside(root, "status", id), readStatus);

  async function page(address: URL, query: PageQuery): Promise<{ answer: Answer; page: ObjectsPage }> {
    addQuery(address, query);
    const answer = await transport.get(address);
    const envelope = readEnvelope(answer.body);
    if (envelope === null)
      throw new TaxiiError("body-malformed", "the page is not a well-formed envelope", { where: address.pathname });
    const { more, next, objects } = envelope;
    const header = (name: string): Instant | null => readInstant(answer.headers.get(`x-taxii-date-added-${name}`));
    return {
      answer,
      page: { body: answer.body, objects, more, next, first: header("first"), last: header("last") },
    };
  }

  return {
    discovery: () => get(base, readDiscovery),
    apiRoot: async (root) => get(rootOf(root), readApiRoot),
    collections: async (root) => get(inside(root, "collections"), readCollections),
    collection: async (root, id) => get(inside(root, "collections", id), readCollection),
    status,
    objects: async (root, collection, query = {}) =>
      (await page(inside(root, "collections", collection, "objects"), query)).page,
    async manifest(root, collection, query = {}) {
      const address = inside(root, "collections", collection, "manifest");
      const { answer, page: found } = await page(address, query);
      const { more, next, first, last } = found;
      return { more, next, first, last, records: readManifest(readResource(answer.body, address), address) };
    },
    async push(root, collection, objects, { pollMs = 1000, deadlineMs = 120_000 } = {}) {
      const address = inside(root, "collections", collection, "objects");
      const answer = await transport.post(address, envelopeOf(objects));
      let now = readStatus(readResource(answer.body, address), address);
      let waited = 0;
      let wait = pollMs;
      while (now.state === "pending") {
        if (waited + wait > deadlineMs) {
          throw new TaxiiError("unfinished", `the server has not finished with ${now.pending} of the objects`, {
            where: now.id,
            fix: "Ask for the status again later.",
          });
        }
        await transport.rest(wait);
        waited += wait;
        wait = Math.min(wait * 2, LONGEST_POLL_MS);
        now = await status(root, now.id);
      }
      return now;
    },
  };
}

/** Objects as one envelope (§3.7), each to the letter. */
export function envelopeOf(objects: readonly string[]): string {
  return `{"objects":[${objects.join(",")}]}`;
}

/** Bytes that an object takes in an envelope, its comma with it. */
export function sizeInEnvelope(object: string): number {
  return utf8(object).length + 1;
}

/** An id or alias as one segment of a path; one that would lead elsewhere is refused. */
function segment(part: string): string {
  if (part === "" || part === "." || part === "..")
    throw new TaxiiError("address-refused", "not an id of a TAXII resource", { where: "collection" });
  return encodeURIComponent(part);
}

function addQuery(url: URL, { addedAfter, next, limit, match = {} }: PageQuery): void {
  if (addedAfter !== undefined) url.searchParams.set("added_after", addedAfter);
  if (limit !== undefined) url.searchParams.set("limit", String(limit));
  if (next !== undefined) url.searchParams.set("next", next);
  for (const [field, values] of Object.entries(match)) url.searchParams.set(`match[${field}]`, values.join(","));
}

/** A header that is no timestamp says nothing. */
function readInstant(text: string | null): Instant | null {
  if (text === null) return null;
  try {
    return parseInstant(text.trim());
  } catch (error) {
    if (!(error instanceof BaseError)) throw error;
    return null;
  }
}
