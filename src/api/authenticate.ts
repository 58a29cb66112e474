import { getConnInfo } from "@hono/node-server/conninfo";
import type { Context, MiddlewareHandler } from "hono";
import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import { AccessError, type RelyingParty, type SignedIn, type Whence } from "#access";
import type { ApiDeps, Env } from "./context.ts";
import { ApiError } from "./errors.ts";
import { rateLimiter } from "./rate-limit.ts";

/** Callers who have not said who they are: enough to sign in, too little to guess. */
const STRANGERS = { burst: 120, perSecond: 10 };
const OFFICERS = { burst: 2000, perSecond: 200 };

/** What a token reaches, by its scope; everything else is for people. Absence denies. */
const TOKEN_ROUTES: readonly { readonly scope: string; readonly method: string; readonly path: RegExp }[] = [
  { scope: "records:read", method: "GET", path: /^\/records(\/[^/]+)?$/ },
  { scope: "records:read", method: "GET", path: /^\/markings$/ },
  { scope: "import", method: "POST", path: /^\/imports$/ },
  { scope: "import", method: "GET", path: /^\/imports(\/[^/]+)?$/ },
  { scope: "import", method: "GET", path: /^\/markings$/ },
  { scope: "audit:read", method: "GET", path: /^\/audit(\/verify|\/export)?$/ },
];

/** Asked before anyone has signed in. */
const OPEN: readonly RegExp[] = [
  /^GET \/node$/,
  /^GET \/openapi\.json$/,
  /^POST \/session$/,
  /^POST \/sign-in\/(passkey\/options|passkey|recovery|oidc)$/,
  /^GET \/sign-in\/oidc\/callback$/,
];

/** Cookies know no ports: two nodes on one machine must not share one. Over TLS the browser itself holds it to this host. */
export const cookieName = ({ self, web }: ApiDeps, kind = ""): string =>
  `${web.url === undefined ? "" : "__Host-"}entente_${self.id.slice(10, 18)}${kind}`;

const path = (c: Context<Env>): string => c.req.path.replace(/^\/api\/v1/, "");

/** Everything but the sign-in needs a session or a token. A write from another origin is refused (OWASP ASVS 4.0.3, 4.2.2). */
export function authentication(deps: ApiDeps): MiddlewareHandler<Env> {
  const clock = (): number => performance.now();
  const strangers = rateLimiter(STRANGERS, clock);
  const officers = rateLimiter(deps.web.limit ?? OFFICERS, clock);
  return createMiddleware<Env>(async (c, next) => {
    c.set("reads", []);
    c.set("entry", null);
    sameSite(c, deps);
    if (OPEN.some((route) => route.test(`${c.req.method} ${path(c)}`))) {
      pass(strangers.take(whence(c, deps).address));
    } else {
      const bearer = /^Bearer (\S{1,300})$/.exec(c.req.header("authorization") ?? "")?.[1];
      const session = getCookie(c, cookieName(deps));
      try {
        if (bearer !== undefined) await byToken(c, deps, bearer);
        else await bySession(c, deps, session);
      } catch (error) {
        pass(strangers.take(whence(c, deps).address));
        throw error;
      }
      pass(officers.take(c.get("viewer").officer));
    }
    await next();
    c.header("cache-control", "no-store");
  });
}

function pass(seconds: number): void {
  if (seconds > 0)
    throw new ApiError("too-many", "too many requests in a short time", {
      fix: `Wait ${seconds} seconds.`,
      detail: { retryAfter: seconds },
    });
}

async function bySession(c: Context<Env>, deps: ApiDeps, session: string | undefined): Promise<void> {
  if (session === undefined)
    throw new AccessError("session-invalid", "you are not signed in", {
      fix: "Use a passkey or your sign-in link, or ask the administrator for one.",
    });
  const { viewer, officer, session: entry } = await deps.access.authenticate(session);
  c.set("viewer", viewer);
  c.set("officer", officer);
  c.set("session", session);
  c.set("entry", entry);
}

async function byToken(c: Context<Env>, deps: ApiDeps, token: string): Promise<void> {
  const { viewer, officer } = await deps.access.tokens.authenticate(token);
  const scopes = viewer.entry?.scopes ?? [];
  const reached = TOKEN_ROUTES.some(
    (route) => scopes.includes(route.scope) && route.method === c.req.method && route.path.test(path(c)),
  );
  if (!reached)
    throw new AccessError("token-scope", "this token does not reach this address", {
      fix: "Make one with the scope that it needs. What approves or administers is for people.",
    });
  c.set("viewer", viewer);
  c.set("officer", officer);
  c.set("session", "");
}

/**
 * Browsers say where a write comes from (Fetch, "Origin header"; Fetch Metadata); whoever says nothing is no browser and
 * carries no cookie that it was not given.
 */
function sameSite(c: Context<Env>, { web }: ApiDeps): void {
  if (c.req.method === "GET" || c.req.method === "HEAD") return;
  const [origin, site] = [c.req.header("origin"), c.req.header("sec-fetch-site")];
  const own = web.url === undefined ? hostOf(origin) === c.req.header("host") : origin === new URL(web.url).origin;
  if ((origin !== undefined && !own) || (site !== undefined && site !== "same-origin" && site !== "none"))
    throw new AccessError("forbidden", "this request comes from another site");
}

/** `null`, as a sandboxed page sends it, is no host of ours. */
function hostOf(origin: string | undefined): string | null {
  return origin !== undefined && URL.canParse(origin) ? new URL(origin).host : null;
}

/** Where the caller is. Behind a proxy that is trusted to say so, what the proxy says last. */
export function whence(c: Context<Env>, { web }: ApiDeps): Whence {
  const agent = (c.req.header("user-agent") ?? "").slice(0, 300);
  const said = c.req.header("x-forwarded-for")?.split(",").at(-1)?.trim();
  if (web.forwarded === true && said !== undefined) return { address: said.slice(0, 60), agent };
  // In process, as tests call it, there is no connection.
  if (c.env === undefined || !("incoming" in (c.env as object))) return { address: "", agent };
  return { address: getConnInfo(c).remote.address ?? "", agent };
}

/** @throws ApiError `passkey-origin`: an authenticator holds keys for names, not for numbers (WebAuthn §5.1.2). */
export function relyingParty(c: Context<Env>, { web }: ApiDeps): RelyingParty {
  if (web.url !== undefined) return { id: new URL(web.url).hostname, origin: new URL(web.url).origin };
  const host = c.req.header("host") ?? "";
  if (/^localhost(:\d+)?$/.test(host)) return { id: "localhost", origin: `http://${host}` };
  throw new ApiError("passkey-origin", "passkeys work at a name, and this address is a number", {
    fix: `Open this node at http://localhost:${host.split(":")[1] ?? "80"}, or set web.url in config.json.`,
  });
}

/** Where a provider sends the browser back to. */
export function callbackAddress(c: Context<Env>, { web }: ApiDeps): string {
  const origin = web.url === undefined ? `http://${c.req.header("host") ?? ""}` : new URL(web.url).origin;
  return `${origin}/api/v1/sign-in/oidc/callback`;
}

export function keepSession(c: Context<Env>, deps: ApiDeps, { session }: SignedIn): void {
  const secure = deps.web.url !== undefined;
  setCookie(c, cookieName(deps), session, { httpOnly: true, sameSite: "Strict", path: "/", secure });
}

export function dropSession(c: Context<Env>, deps: ApiDeps): void {
  deleteCookie(c, cookieName(deps), { path: "/", secure: deps.web.url !== undefined });
}
