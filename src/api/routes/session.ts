import { z } from "@hono/zod-openapi";
import { ALL_PERMISSIONS, type OfficerViewer, permits } from "#access";
import type { Officer } from "#store";
import { noteRead } from "../audited.ts";
import { dropSession, keepSession, whence } from "../authenticate.ts";
import { type Api, type ApiDeps, partyNames, route } from "../context.ts";
import { homeSchema, nodeSchema, sessionSchema } from "../schema.ts";
import { channelView, officerNames, releaseView } from "../views.ts";

export function sessionView(officer: Officer, viewer: OfficerViewer) {
  return {
    id: officer.id,
    name: officer.name,
    email: officer.email,
    roles: [...viewer.roles],
    permissions: ALL_PERMISSIONS.filter((permission) => permits(viewer.roles, permission)),
    recent: viewer.entry?.recent ?? false,
  };
}

const done = z.object({ done: z.literal(true) });

export function sessionRoutes(api: Api, deps: ApiDeps): void {
  api.openapi(route({ method: "get", path: "/node", summary: "Whose node this is", response: nodeSchema }), (c) =>
    c.json(
      {
        party: { id: deps.self.id, name: deps.self.name },
        version: deps.version,
        purposes: [...deps.self.purposes],
        organisations: deps.access.oidc.providers.map((provider) => ({ ...provider })),
      },
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
      const signedIn = await deps.access.signIn(c.req.valid("json").token, whence(c, deps));
      keepSession(c, deps, signedIn);
      const { viewer, officer } = await deps.access.authenticate(signedIn.session);
      return c.json(sessionView(officer, viewer), 200);
    },
  );
  api.openapi(route({ method: "get", path: "/session", summary: "Who is signed in", response: sessionSchema }), (c) =>
    c.json(sessionView(c.get("officer"), c.get("viewer")), 200),
  );
  api.openapi(route({ method: "delete", path: "/session", summary: "Sign out", response: done }), async (c) => {
    await deps.access.signOut(c.get("session"));
    dropSession(c, deps);
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
      noteRead(c, { verb: "home.read", subject: viewer.officer, person: false });
      return c.json(view, 200);
    },
  );
}
