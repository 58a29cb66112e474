import type { Context } from "hono";
import { readBody } from "./body.ts";
import { readEnvelope } from "./envelope.ts";
import { TaxiiFault } from "./errors.ts";
import { isTaxiiBody, TAXII_MEDIA_TYPE } from "./media-type.ts";
import type { pageMarks } from "./page-mark.ts";
import type { Caller, OpenCollection, PageAsk, PageFacts, RootInfo, TaxiiPort } from "./port.ts";
import { type MatchField, readQuery, type VersionFilter } from "./query.ts";
import {
  collectionResource,
  envelopeBytes,
  manifestResource,
  rootResource,
  statusResource,
  versionsResource,
} from "./resources.ts";

interface Request<C> {
  readonly c: Context;
  readonly caller: C;
  /** The named parts of the path. */
  readonly part: Readonly<Record<string, string>>;
}
export type Handler<C> = (request: Request<C>) => Promise<Response>;

export interface Route<C> {
  /** Parts of the path; those that begin with a colon are names. */
  readonly path: readonly string[];
  readonly methods: Readonly<Record<string, Handler<C>>>;
}

interface Serving<C extends Caller> {
  readonly port: TaxiiPort<C>;
  readonly path: string;
  readonly title: string;
  readonly contact: string | null;
  readonly publicOrigin: string | null;
  readonly maxContentLength: number;
  readonly marks: ReturnType<typeof pageMarks>;
}

const EVERY: readonly MatchField[] = ["id", "type", "version", "spec_version"];
const OF_OBJECT: readonly MatchField[] = ["version", "spec_version"];
const OF_VERSIONS: readonly MatchField[] = ["spec_version"];
const STIX_ID = /^[a-z][a-z0-9-]{1,248}[a-z0-9]--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function answer(
  body: string | Uint8Array,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(body as Uint8Array<ArrayBuffer>, {
    status,
    headers: { "content-type": TAXII_MEDIA_TYPE, "cache-control": "no-store", ...headers },
  });
}

const json = (value: object, status = 200, headers: Record<string, string> = {}): Response =>
  answer(JSON.stringify(value), status, headers);

const absent = (): TaxiiFault => new TaxiiFault("not-found", "There is no such resource, or it is not yours to see.");

/** The resources of TAXII 2.1, §4 and §5. */
export function routesOf<C extends Caller>(serving: Serving<C>): readonly Route<C>[] {
  const collection = [":root", "collections", ":collection"];
  const object = [...collection, "objects", ":object"];
  const at = (path: readonly string[], methods: Route<C>["methods"]): Route<C> => ({ path, methods });
  return [
    at([], { GET: (request) => discovery(serving, request) }),
    at([":root"], {
      GET: async (request) => json(rootResource(await rootOf(serving, request), serving.maxContentLength)),
    }),
    at([":root", "collections"], { GET: (request) => collections(serving, request) }),
    at(collection, { GET: async (request) => json(collectionResource((await open(serving, request)).info)) }),
    at([...collection, "manifest"], { GET: (request) => items(serving, request, "manifest", EVERY) }),
    at([...collection, "objects"], {
      GET: (request) => objects(serving, request, EVERY),
      POST: (request) => add(serving, request),
    }),
    at(object, {
      GET: (request) => objects(serving, request, OF_OBJECT),
      DELETE: (request) => remove(serving, request),
    }),
    at([...object, "versions"], { GET: (request) => items(serving, request, "versions", OF_VERSIONS, "all") }),
    at([":root", "status", ":status"], { GET: (request) => statusOf(serving, request) }),
  ];
}

/** §4.1. API roots follow the address that the client used, or the one that the server is known by. */
async function discovery<C extends Caller>(serving: Serving<C>, { c, caller }: Request<C>): Promise<Response> {
  const base = `${serving.publicOrigin ?? new URL(c.req.url).origin}${serving.path}`;
  const roots = (await serving.port.roots(caller)).map(({ name }) => `${base}${encodeURIComponent(name)}/`);
  return json({
    title: serving.title,
    ...(serving.contact === null ? {} : { contact: serving.contact }),
    ...(roots[0] === undefined ? {} : { default: roots[0], api_roots: roots }),
  });
}

async function rootOf<C extends Caller>({ port }: Serving<C>, { caller, part }: Request<C>): Promise<RootInfo> {
  const root = (await port.roots(caller)).find(({ name }) => name === part["root"]);
  if (root === undefined) throw absent();
  return root;
}

/** §5.1. */
async function collections<C extends Caller>(serving: Serving<C>, request: Request<C>): Promise<Response> {
  const { name } = await rootOf(serving, request);
  const list = await serving.port.collections(request.caller, name);
  return json(list.length === 0 ? {} : { collections: list.map(collectionResource) });
}

async function statusOf<C extends Caller>({ port }: Serving<C>, { caller, part }: Request<C>): Promise<Response> {
  const text = await port.status(caller, part["root"] ?? "", part["status"] ?? "");
  if (text === null) throw absent();
  return answer(text);
}

/** The collection of the path, when the caller has these rights on it. */
async function open<C extends Caller>(
  { port }: Serving<C>,
  { caller, part }: Request<C>,
  ...rights: readonly ("read" | "write")[]
): Promise<OpenCollection> {
  const collection = await port.collection(caller, part["root"] ?? "", part["collection"] ?? "");
  if (collection === null) throw absent();
  // That it exists is known: whoever may do either sees the collection in the list.
  if (rights.includes("read") && !collection.info.canRead)
    throw new TaxiiFault("forbidden", "You may not read this collection.");
  if (rights.includes("write") && !collection.info.canWrite)
    throw new TaxiiFault("forbidden", "You may not write to this collection.");
  return collection;
}

interface Asked {
  readonly ask: PageAsk;
  /** No object here is of a version of STIX that was asked for. */
  readonly none: boolean;
  readonly mark: (facts: PageFacts) => string | null;
}

/** The question of a request, and where its page begins. */
function asked<C extends Caller>(
  { marks }: Serving<C>,
  { c, part }: Request<C>,
  { info }: OpenCollection,
  kind: string,
  fields: readonly MatchField[],
): Asked {
  const query = readQuery(new URL(c.req.url).search, fields);
  const { object } = part;
  if (object !== undefined && !STIX_ID.test(object)) throw absent();
  const page = { resource: `${kind} ${info.id} ${object ?? ""}`, query };
  const { addedAfter, types, versions, limit, specVersions } = query;
  const from = query.next === null ? null : marks.read(query.next, page);
  return {
    ask: { from, addedAfter, ids: object === undefined ? query.ids : [object], types, versions, limit },
    none: specVersions !== null && !specVersions.includes("2.1"),
    mark: ({ next }) => (next === null ? null : marks.write(next, page)),
  };
}

/** §5.4, §5.6. */
async function objects<C extends Caller>(
  serving: Serving<C>,
  request: Request<C>,
  fields: readonly MatchField[],
): Promise<Response> {
  const collection = await open(serving, request, "read");
  const { ask, none, mark } = asked(serving, request, collection, "objects", fields);
  if (none) return json({});
  const { bytes, facts } = await collection.objects(ask, (page) => envelopeBytes(page, mark(page)));
  if (facts.count === 0) await mustExist(request, collection);
  return answer(bytes, 200, dates(facts));
}

/** §5.3, §5.7. */
async function items<C extends Caller>(
  serving: Serving<C>,
  request: Request<C>,
  kind: "manifest" | "versions",
  fields: readonly MatchField[],
  every?: VersionFilter,
): Promise<Response> {
  const collection = await open(serving, request, "read");
  const { ask, none, mark } = asked(serving, request, collection, kind, fields);
  if (none) return json({});
  const page = await collection.items(every === undefined ? ask : { ...ask, versions: every });
  if (page.count === 0) await mustExist(request, collection);
  const resource = kind === "manifest" ? manifestResource : versionsResource;
  return json(resource(page, mark(page)), 200, dates(page));
}

/** §5.5. */
async function add<C extends Caller>(serving: Serving<C>, request: Request<C>): Promise<Response> {
  const { c } = request;
  const to = await open(serving, request, "write");
  if (!isTaxiiBody(c.req.header("content-type") ?? null))
    throw new TaxiiFault("media-type", `An envelope comes as ${TAXII_MEDIA_TYPE}.`, { where: "Content-Type" });
  if ((c.req.header("content-encoding") ?? "identity").trim().toLowerCase() !== "identity")
    throw new TaxiiFault("media-type", "A body that is encoded is not read.", { where: "Content-Encoding" });
  const texts = readEnvelope(await readBody(c.req.raw, serving.maxContentLength));
  return json(statusResource(await to.add(texts)), 202);
}

/** §5.8: without a version named, the object is gone whole. */
async function remove<C extends Caller>(serving: Serving<C>, request: Request<C>): Promise<Response> {
  const from = await open(serving, request, "read", "write");
  const { ask, none } = asked(serving, request, from, "delete", OF_OBJECT);
  const named = new URL(request.c.req.url).searchParams.has("match[version]");
  const gone = none ? 0 : await from.remove(named ? ask : { ...ask, versions: "all" });
  if (gone === 0) await mustExist(request, from);
  return json({});
}

/** An object of the path that the caller may see in no version is not there; one that the filters leave out is. */
async function mustExist<C>({ part }: Request<C>, collection: OpenCollection): Promise<void> {
  const { object } = part;
  if (object === undefined) return;
  const any: PageAsk = { from: null, addedAfter: null, ids: [object], types: null, versions: "all", limit: 1 };
  if ((await collection.items(any)).count === 0) throw absent();
}

/** §3.5: of the first and the last object of the page, to the microsecond. */
function dates({ first, last }: PageFacts): Record<string, string> {
  return first === null || last === null ? {} : { "X-TAXII-Date-Added-First": first, "X-TAXII-Date-Added-Last": last };
}
