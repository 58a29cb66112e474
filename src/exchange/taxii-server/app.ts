import { randomUUID } from "node:crypto";
import { type Context, Hono } from "hono";
import { readCredentials } from "./credentials.ts";
import { readEnvelope } from "./envelope.ts";
import { TaxiiFault } from "./errors.ts";
import { requestLimits } from "./limits.ts";
import { acceptsTaxii, isTaxiiBody, TAXII_MEDIA_TYPE } from "./media-type.ts";
import { pageMarks } from "./page-mark.ts";
import type { Caller, OpenCollection, PageAsk, PageFacts, TaxiiPort } from "./port.ts";
import { type MatchField, readQuery, type TaxiiQuery, type VersionFilter } from "./query.ts";
import {
  collectionResource,
  envelopeBytes,
  manifestResource,
  rootResource,
  statusResource,
  versionsResource,
} from "./resources.ts";

export interface TaxiiServerOptions<C extends Caller> {
  readonly port: TaxiiPort<C>;
  /** Signs page marks. The same in every process that serves the same collections; 32 bytes, secret. */
  readonly key: Uint8Array;
  /** The path under which the server stands, with slashes at both ends: `/taxii2/`. */
  readonly path: string;
  readonly title: string;
  readonly contact?: string;
  /** What clients call this server (`https://taxii.example`), where that differs from what arrives here. */
  readonly publicUrl?: string;
  /** Bytes of one request's body. Default 16 MiB. */
  readonly maxContentLength?: number;
  /** Milliseconds, for the limits; any origin. */
  readonly now: () => number;
  /** Failures that are this server's own. */
  readonly onError: (error: unknown) => void;
}

const DEFAULT_MAX_CONTENT = 16 * 1024 * 1024;
/** Wrong passwords for one name, and from all names together, in a minute. */
const MAX_FAILURES = 20;
const MAX_ALL_FAILURES = 300;
const REALM = 'Basic realm="TAXII", charset="UTF-8", Bearer realm="TAXII"';
const STIX_OBJECT_ID = /^[a-z][a-z0-9-]{1,248}[a-z0-9]--[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

interface Request<C> {
  readonly c: Context;
  readonly caller: C;
  /** The named parts of the path. */
  readonly part: Readonly<Record<string, string>>;
}
type Handler<C> = (request: Request<C>) => Promise<Response>;
interface Route<C> {
  /** Parts of the path; those that begin with a colon are names. */
  readonly path: readonly string[];
  readonly methods: Readonly<Record<string, Handler<C>>>;
}

/** A TAXII 2.1 server. Everything that it answers, errors and unknown paths too, is in TAXII's media type. */
export function createTaxiiServer<C extends Caller>(options: TaxiiServerOptions<C>): Hono {
  const app = new Hono();
  const limits = requestLimits(options.now);
  const routes = routesOf(options);
  const unknownCaller = (): TaxiiFault =>
    new TaxiiFault("unauthenticated", "A name and password, or a bearer token, of a client of this server is needed.", {
      headers: { "www-authenticate": REALM },
    });

  async function callerOf(c: Context): Promise<C> {
    const credentials = readCredentials(c.req.header("authorization") ?? null);
    if (credentials === null) throw unknownCaller();
    const name = credentials.kind === "basic" ? `name ${credentials.username}` : "token";
    const caller = await options.port.authenticate(credentials);
    if (caller !== null) return caller;
    const wait = Math.max(
      limits.take(`wrong ${name}`, credentials.kind === "basic" ? MAX_FAILURES : MAX_ALL_FAILURES),
      limits.take("wrong", MAX_ALL_FAILURES),
    );
    if (wait > 0) throw busy(wait);
    throw unknownCaller();
  }

  app.all("*", async (c) => {
    const caller = await callerOf(c);
    const wait = limits.take(`client ${caller.key}`, caller.perMinute);
    if (wait > 0) throw busy(wait);
    const { handler, part } = find(routes, options.path, c);
    if (!acceptsTaxii(c.req.header("accept") ?? null))
      throw new TaxiiFault("not-acceptable", `This server gives ${TAXII_MEDIA_TYPE}.`, { where: "Accept" });
    return handler({ c, caller, part });
  });
  app.onError((error) => {
    let fault: TaxiiFault;
    if (error instanceof TaxiiFault) fault = error;
    else {
      options.onError(error);
      fault = new TaxiiFault("internal", "Nothing was changed. Try again.");
    }
    return answer(fault.resource(randomUUID()), fault.status, fault.headers);
  });
  return app;
}

function busy(seconds: number): TaxiiFault {
  return new TaxiiFault("too-many-requests", `Come again in ${seconds} s.`, {
    headers: { "retry-after": String(seconds) },
  });
}

function answer(
  body: string | Uint8Array<ArrayBuffer>,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(body, {
    status,
    headers: { "content-type": TAXII_MEDIA_TYPE, "cache-control": "no-store", ...headers },
  });
}
const json = (value: object, status = 200, headers: Record<string, string> = {}): Response =>
  answer(JSON.stringify(value), status, headers);

function find<C>(
  routes: readonly Route<C>[],
  base: string,
  c: Context,
): { readonly handler: Handler<C>; readonly part: Record<string, string> } {
  const { pathname } = new URL(c.req.url);
  const nothing = (fix?: string): TaxiiFault =>
    new TaxiiFault(
      "not-found",
      "There is no such resource, or it is not yours to see.",
      fix === undefined ? {} : { fix },
    );
  if (!pathname.endsWith("/")) throw nothing("Paths end in a slash.");
  if (!pathname.startsWith(base)) throw nothing();
  const parts = pathname.slice(base.length).split("/").slice(0, -1);
  for (const { path, methods } of routes) {
    const part = matchPath(path, parts);
    if (part === null) continue;
    const method = c.req.method === "HEAD" ? "GET" : c.req.method;
    const handler = Object.hasOwn(methods, method) ? methods[method] : undefined;
    if (handler !== undefined) return { handler, part };
    const allow = Object.keys(methods)
      .flatMap((name) => (name === "GET" ? ["GET", "HEAD"] : [name]))
      .join(", ");
    throw new TaxiiFault("method-not-allowed", `It takes ${allow}.`, { headers: { allow } });
  }
  throw nothing();
}

function matchPath(path: readonly string[], parts: readonly string[]): Record<string, string> | null {
  if (path.length !== parts.length) return null;
  const found: Record<string, string> = {};
  for (const [n, step] of path.entries()) {
    const given = decoded(parts[n] ?? "");
    if (given === null || given === "") return null;
    if (step.startsWith(":")) found[step.slice(1)] = given;
    else if (step !== given) return null;
  }
  return found;
}

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    // Not percent-encoding: it names nothing.
    return null;
  }
}

function routesOf<C extends Caller>(options: TaxiiServerOptions<C>): readonly Route<C>[] {
  const { port, path } = options;
  const maxContentLength = options.maxContentLength ?? DEFAULT_MAX_CONTENT;
  const marks = pageMarks(options.key);

  const absent = (): TaxiiFault => new TaxiiFault("not-found", "There is no such resource, or it is not yours to see.");

  async function rootOf({ caller, part }: Request<C>) {
    const root = (await port.roots(caller)).find(({ name }) => name === part["root"]);
    if (root === undefined) throw absent();
    return root;
  }

  async function open({ caller, part }: Request<C>, right?: "read" | "write" | "both"): Promise<OpenCollection> {
    const collection = await port.collection(caller, part["root"] ?? "", part["collection"] ?? "");
    if (collection === null) throw absent();
    const { canRead, canWrite } = collection.info;
    // Its existence is known: whoever may do either sees the collection in the list.
    if ((right === "read" || right === "both") && !canRead)
      throw new TaxiiFault("forbidden", "You may not read this collection.");
    if ((right === "write" || right === "both") && !canWrite)
      throw new TaxiiFault("forbidden", "You may not write to this collection.");
    return collection;
  }

  /** The question of a request, and where its page begins. */
  function asked({ c, part }: Request<C>, collection: OpenCollection, kind: string, fields: readonly MatchField[]) {
    const query = readQuery(new URL(c.req.url).search, fields);
    const { object } = part;
    if (object !== undefined && !STIX_OBJECT_ID.test(object)) throw absent();
    const page = { resource: `${kind} ${collection.info.id} ${object ?? ""}`, query };
    const from = query.next === null ? null : marks.read(query.next, page);
    const ask = askOf(query, from, object);
    return {
      ask,
      /** Every object here is of STIX 2.1. */
      none: query.specVersions !== null && !query.specVersions.includes("2.1"),
      mark: (facts: PageFacts): string | null => (facts.next === null ? null : marks.write(facts.next, page)),
    };
  }

  async function objects(request: Request<C>, fields: readonly MatchField[]): Promise<Response> {
    const collection = await open(request, "read");
    const { ask, none, mark } = asked(request, collection, "objects", fields);
    if (none) return json({});
    const { bytes, facts } = await collection.objects(ask, (page) => envelopeBytes(page, mark(page)));
    if (facts.count === 0) await mustExist(request, collection);
    return answer(bytes as Uint8Array<ArrayBuffer>, 200, dates(facts));
  }

  async function items(
    request: Request<C>,
    kind: "manifest" | "versions",
    fields: readonly MatchField[],
    every?: VersionFilter,
  ): Promise<Response> {
    const collection = await open(request, "read");
    const { ask, none, mark } = asked(request, collection, kind, fields);
    if (none) return json({});
    const page = await collection.items(every === undefined ? ask : { ...ask, versions: every });
    if (page.count === 0) await mustExist(request, collection);
    const resource = kind === "manifest" ? manifestResource : versionsResource;
    return json(resource(page, mark(page)), 200, dates(page));
  }

  /** An object of the path that the caller may see in no version is not there; one that the filters leave out is. */
  async function mustExist({ part }: Request<C>, collection: OpenCollection): Promise<void> {
    const { object } = part;
    if (object === undefined) return;
    const any = { from: null, addedAfter: null, ids: [object], types: null, versions: "all" as const, limit: 1 };
    if ((await collection.items(any)).count === 0) throw absent();
  }

  const every: readonly MatchField[] = ["id", "type", "version", "spec_version"];
  const collection = [":root", "collections", ":collection"];
  return [
    {
      path: [],
      methods: {
        GET: async ({ c, caller }) => {
          const base = options.publicUrl === undefined ? "" : new URL(options.publicUrl).origin;
          const host = base === "" ? new URL(c.req.url).origin : base;
          const roots = (await port.roots(caller)).map(({ name }) => `${host}${path}${encodeURIComponent(name)}/`);
          return json({
            title: options.title,
            ...(options.contact === undefined ? {} : { contact: options.contact }),
            ...(roots[0] === undefined ? {} : { default: roots[0], api_roots: roots }),
          });
        },
      },
    },
    {
      path: [":root"],
      methods: { GET: async (request) => json(rootResource(await rootOf(request), maxContentLength)) },
    },
    {
      path: [":root", "collections"],
      methods: {
        GET: async (request) => {
          await rootOf(request);
          const list = await port.collections(request.caller, request.part["root"] ?? "");
          return json(list.length === 0 ? {} : { collections: list.map(collectionResource) });
        },
      },
    },
    { path: collection, methods: { GET: async (request) => json(collectionResource((await open(request)).info)) } },
    { path: [...collection, "manifest"], methods: { GET: (request) => items(request, "manifest", every) } },
    {
      path: [...collection, "objects"],
      methods: {
        GET: (request) => objects(request, every),
        POST: async (request) => {
          const { c } = request;
          const to = await open(request, "write");
          if (!isTaxiiBody(c.req.header("content-type") ?? null))
            throw new TaxiiFault("media-type", `An envelope comes as ${TAXII_MEDIA_TYPE}.`, { where: "Content-Type" });
          const encoding = c.req.header("content-encoding") ?? "identity";
          if (encoding.trim().toLowerCase() !== "identity")
            throw new TaxiiFault("media-type", "A body that is encoded is not read.", { where: "Content-Encoding" });
          const texts = readEnvelope(await readBody(c.req.raw, maxContentLength));
          return json(statusResource(await to.add(texts)), 202);
        },
      },
    },
    {
      path: [...collection, "objects", ":object"],
      methods: {
        GET: (request) => objects(request, ["version", "spec_version"]),
        DELETE: async (request) => {
          const from = await open(request, "both");
          const { ask, none } = asked(request, from, "delete", ["version", "spec_version"]);
          // §5.8: without a version named, the object is gone whole.
          const whole = !new URL(c_url(request)).searchParams.has("match[version]");
          const gone = none ? 0 : await from.remove(whole ? { ...ask, versions: "all" } : ask);
          if (gone === 0) await mustExist(request, from);
          return json({});
        },
      },
    },
    {
      path: [...collection, "objects", ":object", "versions"],
      methods: { GET: (request) => items(request, "versions", ["spec_version"], "all") },
    },
    {
      path: [":root", "status", ":status"],
      methods: {
        GET: async ({ caller, part }) => {
          const text = await port.status(caller, part["root"] ?? "", part["status"] ?? "");
          if (text === null) throw absent();
          return answer(text);
        },
      },
    },
  ];
}

const c_url = <C>({ c }: Request<C>): string => c.req.url;

function askOf({ addedAfter, ids, types, versions, limit }: TaxiiQuery, from: string | null, object?: string): PageAsk {
  return { from, addedAfter, ids: object === undefined ? ids : [object], types, versions, limit };
}

/** §3.5: of the first and the last object of the page, to the microsecond. */
function dates({ first, last }: PageFacts): Record<string, string> {
  return first === null || last === null ? {} : { "X-TAXII-Date-Added-First": first, "X-TAXII-Date-Added-Last": last };
}

/** @throws TaxiiFault `too-large` as soon as that is known. */
async function readBody(request: globalThis.Request, max: number): Promise<Uint8Array> {
  const tooLarge = (): TaxiiFault =>
    new TaxiiFault("too-large", `A request holds ${max} bytes at most (max_content_length).`, {
      fix: "Send several envelopes.",
    });
  if (Number(request.headers.get("content-length") ?? 0) > max) throw tooLarge();
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body ?? []) {
    size += part.length;
    if (size > max) throw tooLarge();
    parts.push(part);
  }
  return Buffer.concat(parts, size);
}
