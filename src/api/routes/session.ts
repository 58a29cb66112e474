import { deleteCookie, getCookie, setCookie } from "hono/cookie";
import { createMiddleware } from "hono/factory";
import { z } from "@hono/zod-openapi";
import { AccessError, type OfficerViewer, PERMISSIONS } from "#access";
import type { Officer } from "#store";
import { type Api, type ApiDeps, type Env, partyNames, route, viewerWith } from "../context.ts";
import { auditSchema, homeSchema, nodeSchema, sessionSchema } from "../schema.ts";
import { channelView, officerNames, releaseView } from "../views.ts";

/** Cookies know no ports: two nodes on one machine must not share one. */
const cookieName = (deps: ApiDeps): string => `entente_${deps.self.id.slice(10, 18)}`;

/** Everything but the sign-in needs a session. A write from another origin is refused (OWASP ASVS 3.5). */
export function authentication(deps: ApiDeps) {
  return createMiddleware<Env>(async (c, next) => {
    const origin = c.req.header("origin");
    if (c.req.method !== "GET" && origin !== undefined && hostOf(origin) !== c.req.header("host")) {
      throw new AccessError("forbidden", "this request comes from another site");
    }
    const open =
      c.req.path.endsWith("/api/v1/node") ||
      (c.req.path.endsWith("/api/v1/session") && c.req.method === "POST") ||
      c.req.path.endsWith("/openapi.json");
    if (!open) {
      const session = getCookie(c, cookieName(deps));
      if (session === undefined)
        throw new AccessError("session-invalid", "you are not signed in", {
          fix: "Use your sign-in link, or ask the administrator for one.",
        });
      const { viewer, officer } = await deps.access.authenticate(session);
      c.set("viewer", viewer);
      c.set("officer", officer);
      c.set("session", session);
    }
    await next();
    c.header("cache-control", "no-store");
  });
}

/** `null`, as a sandboxed page sends it, is no host of ours. */
function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}

function sessionView(officer: Officer, viewer: OfficerViewer) {
  return {
    id: officer.id,
    name: officer.name,
    email: officer.email,
    roles: [...officer.roles],
    permissions: [...new Set(viewer.roles.flatMap((role) => PERMISSIONS[role]))],
  };
}

const done = z.object({ done: z.literal(true) });

export function sessionRoutes(api: Api, deps: ApiDeps): void {
  api.openapi(route({ method: "get", path: "/node", summary: "Whose node this is", response: nodeSchema }), (c) =>
    c.json(
      { party: { id: deps.self.id, name: deps.self.name }, version: deps.version, purposes: [...deps.self.purposes] },
      200,
    ),
  );
  api.openapi(
    route({
      method: "post",
      path: "/session",
      summary: "Sign in with a one-time link's token",
      body: z.object({ token: z.string().max(200) }),
      response: sessionSchema,
    }),
    async (c) => {
      const { session, officer } = await deps.access.signIn(c.req.valid("json").token);
      setCookie(c, cookieName(deps), session, {
        httpOnly: true,
        sameSite: "Strict",
        path: "/",
        secure: new URL(c.req.url).protocol === "https:",
      });
      const { viewer } = await deps.access.authenticate(session);
      return c.json(sessionView(officer, viewer), 200);
    },
  );
  api.openapi(route({ method: "get", path: "/session", summary: "Who is signed in", response: sessionSchema }), (c) =>
    c.json(sessionView(c.get("officer"), c.get("viewer")), 200),
  );
  api.openapi(route({ method: "delete", path: "/session", summary: "Sign out", response: done }), async (c) => {
    await deps.access.signOut(c.get("session"));
    deleteCookie(c, cookieName(deps), { path: "/" });
    return c.json({ done: true as const }, 200);
  });
  api.openapi(
    route({ method: "get", path: "/home", summary: "What waits for this officer", response: homeSchema }),
    async (c) => {
      const viewer = c.get("viewer");
      const view = await deps.store.read(viewer, async (r) => {
        const [party, name] = [await partyNames(r, deps.self), await officerNames(r)];
        const approves = viewer.roles.includes("disclosure-officer");
        const [submitted, drafts] = [
          await r.releases.list({ states: ["submitted"] }),
          await r.releases.list({ states: ["draft"] }),
        ];
        const channels = await r.channels.list();
        const unreceipted = await Promise.all(channels.map((channel) => r.parcels.unreceipted(channel.id)));
        const dayAgo = new Date(deps.clock().getTime() - 86_400_000).toISOString();
        return {
          toApprove: approves
            ? submitted
                .filter((release) => release.createdBy !== viewer.officer)
                .map((release) => releaseView(release, party, name, viewer.officer))
            : [],
          myDrafts: drafts
            .filter((release) => release.createdBy === viewer.officer)
            .map((release) => releaseView(release, party, name, viewer.officer)),
          recentlyIn: (await r.parcels.inboundList({ kinds: ["release", "correction", "recall"] })).filter(
            (parcel) => parcel.receivedAt > dayAgo,
          ).length,
          records: await r.records.count(),
          unreceipted: unreceipted.reduce((sum, n) => sum + n, 0),
          incidents: (await r.parcels.incidents()).filter((incident) => incident.seenBy === null).length,
          channels: await Promise.all(channels.map((channel) => channelView(r, channel))),
        };
      });
      return c.json(view, 200);
    },
  );
  api.openapi(
    route({
      method: "get",
      path: "/audit",
      summary: "Who did what, newest first",
      query: z.object({ subject: z.string().optional() }),
      response: auditSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "audit.read");
      const { subject } = c.req.valid("query");
      const view = await deps.store.read(viewer, async (r) => {
        const name = await officerNames(r);
        return (await r.audit.list(subject === undefined ? {} : { subject })).map((entry) => ({
          ...entry,
          actor: name(entry.actor),
        }));
      });
      return c.json({ entries: view }, 200);
    },
  );
}
