import { randomUUID } from "node:crypto";
import { type Context, Hono } from "hono";
import { readCredentials } from "./credentials.ts";
import { TaxiiFault } from "./errors.ts";
import { requestLimits } from "./limits.ts";
import { acceptsTaxii, TAXII_MEDIA_TYPE } from "./media-type.ts";
import { pageMarks } from "./page-mark.ts";
import type { Caller, TaxiiPort } from "./port.ts";
import { answer, type Handler, type Route, routesOf } from "./routes.ts";

interface TaxiiServerOptions<C extends Caller> {
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
/** Wrong credentials for one name, and of all callers together, in a minute. */
const MAX_WRONG = 20;
const MAX_ALL_WRONG = 300;
const REALM = 'Basic realm="TAXII", charset="UTF-8", Bearer realm="TAXII"';

/** A TAXII 2.1 server. Everything that it answers, errors and unknown paths too, is in TAXII's media type. */
export function createTaxiiServer<C extends Caller>(options: TaxiiServerOptions<C>): Hono {
  const app = new Hono();
  const limits = requestLimits(options.now);
  const routes = routesOf<C>({
    port: options.port,
    path: options.path,
    title: options.title,
    contact: options.contact ?? null,
    publicOrigin: options.publicUrl === undefined ? null : new URL(options.publicUrl).origin,
    maxContentLength: options.maxContentLength ?? DEFAULT_MAX_CONTENT,
    marks: pageMarks(options.key),
  });

  async function callerOf(c: Context): Promise<C> {
    const credentials = readCredentials(c.req.header("authorization") ?? null);
    if (credentials === null) throw unknownCaller();
    const caller = await options.port.authenticate(credentials);
    if (caller !== null) return caller;
    const name = credentials.kind === "basic" ? credentials.username : null;
    const wait = name === null ? 0 : limits.take(`wrong ${name}`, MAX_WRONG);
    const waitAll = limits.take("wrong", MAX_ALL_WRONG);
    throw wait + waitAll > 0 ? busy(Math.max(wait, waitAll)) : unknownCaller();
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
    if (!(error instanceof TaxiiFault)) options.onError(error);
    const fault = error instanceof TaxiiFault ? error : new TaxiiFault("internal", "Nothing was changed. Try again.");
    return answer(fault.resource(randomUUID()), fault.status, fault.headers);
  });
  return app;
}

function unknownCaller(): TaxiiFault {
  return new TaxiiFault("unauthenticated", "This needs the name and password, or the bearer token, of a client.", {
    headers: { "www-authenticate": REALM },
  });
}

function busy(seconds: number): TaxiiFault {
  return new TaxiiFault("too-many-requests", `Come again in ${seconds} s.`, {
    headers: { "retry-after": String(seconds) },
  });
}

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
