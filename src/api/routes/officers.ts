import { z } from "@hono/zod-openapi";
import type { OfficerViewer } from "#access";
import type { Grant, Officer } from "#store";
import { newGrantSchema, newOfficerSchema, officerSchema, sessionsSchema } from "../access-schema.ts";
import { noteRead } from "../audited.ts";
import { type Api, type ApiDeps, idParam, route, viewerWith } from "../context.ts";
import { instantFrom } from "./records.ts";
import { sessionRowView } from "./security.ts";

const done = z.object({ done: z.literal(true) });
const DONE = { done: true as const };

function officerView(officer: Officer, grants: readonly Grant[]) {
  const { id, name, email, unit, roles, createdAt, disabledAt } = officer;
  return {
    id,
    name,
    email,
    unit,
    roles: [...roles],
    grants: grants.map((grant) => ({
      id: grant.id,
      role: grant.role,
      unit: grant.unit,
      from: grant.from,
      until: grant.until,
      grantedBy: grant.grantedBy,
      grantedAt: grant.grantedAt,
      endedAt: grant.endedAt,
    })),
    createdAt,
    disabledAt,
  };
}

function grantFrom({ role, unit, from, until }: z.infer<typeof newGrantSchema>) {
  const [start, end] = [instantFrom(from), instantFrom(until)];
  return { role, unit, until: end, ...(start === null ? {} : { from: start }) };
}

/** Officers, for whoever administers them. */
export function officerRoutes(api: Api, deps: ApiDeps): void {
  const { access, store } = deps;
  const view = (officer: Officer) =>
    store.read({ kind: "job", party: deps.self.id, name: "officers", may: [] }, async (r) =>
      officerView(officer, await r.officers.grants(officer.id)),
    );
  api.openapi(
    route({
      method: "get",
      path: "/officers",
      summary: "The officers, with every role they hold or held",
      response: z.object({ officers: z.array(officerSchema) }),
    }),
    async (c) => {
      viewerWith(c, "officer.manage");
      const officers = await Promise.all((await access.officers()).map(view));
      noteRead(c, { verb: "officer.list", subject: "officers", person: false });
      return c.json({ officers }, 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/officers",
      summary: "Add an officer; the link signs them in once",
      body: newOfficerSchema,
      response: z.object({ officer: officerSchema, token: z.string() }),
    }),
    async (c) => {
      const viewer = viewerWith(c, "officer.manage");
      const { name, email, unit, grants } = c.req.valid("json");
      const officer = await access.addOfficer(viewer, { name, email, unit, roles: [], grants: grants.map(grantFrom) });
      return c.json({ officer: await view(officer), token: await access.signInToken(viewer, officer.id) }, 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/officers/{id}/link",
      summary: "A new one-time sign-in link",
      params: idParam,
      response: z.object({ token: z.string() }),
    }),
    async (c) =>
      c.json({ token: await access.signInToken(viewerWith(c, "officer.manage"), c.req.valid("param").id) }, 200),
  );
  for (const [verb, summary, act] of [
    ["disable", "Let an officer in no more", (actor: OfficerViewer, id: string) => access.disable(actor, id)],
    ["enable", "Let an officer in again", (actor: OfficerViewer, id: string) => access.enable(actor, id)],
    [
      "reset",
      "Forget an officer's passkeys and codes, and end every session",
      (actor: OfficerViewer, id: string) => access.reset(actor, id),
    ],
  ] as const) {
    api.openapi(
      route({ method: "post", path: `/officers/{id}/${verb}`, summary, params: idParam, response: done }),
      async (c) => {
        await act(viewerWith(c, "officer.manage"), c.req.valid("param").id);
        return c.json(DONE, 200);
      },
    );
  }
  grantRoutes(api, deps);
}

function grantRoutes(api: Api, deps: ApiDeps): void {
  const { access } = deps;
  api.openapi(
    route({
      method: "post",
      path: "/officers/{id}/grants",
      summary: "Grant a role for a unit and a time",
      params: idParam,
      body: newGrantSchema,
      response: z.object({ id: z.string() }),
    }),
    async (c) => {
      const viewer = viewerWith(c, "officer.manage");
      const { id } = await access.grant(viewer, c.req.valid("param").id, grantFrom(c.req.valid("json")));
      return c.json({ id }, 200);
    },
  );
  const grantParam = z.object({ id: z.string().max(300), grant: z.string().max(300) });
  api.openapi(
    route({
      method: "delete",
      path: "/officers/{id}/grants/{grant}",
      summary: "End a role now",
      params: grantParam,
      response: done,
    }),
    async (c) => {
      const { id, grant } = c.req.valid("param");
      await access.endGrant(viewerWith(c, "officer.manage"), id, grant);
      return c.json(DONE, 200);
    },
  );
  api.openapi(
    route({
      method: "get",
      path: "/officers/{id}/sessions",
      summary: "Where an officer is signed in",
      params: idParam,
      response: sessionsSchema,
    }),
    async (c) => {
      const rows = await access.sessions(viewerWith(c, "officer.manage"), c.req.valid("param").id);
      noteRead(c, { verb: "session.list", subject: c.req.valid("param").id, person: false });
      return c.json({ sessions: rows.map((row) => sessionRowView(row, c.get("entry")?.id ?? "")) }, 200);
    },
  );
  api.openapi(
    route({
      method: "delete",
      path: "/officers/{id}/sessions",
      summary: "Sign an officer out everywhere",
      params: idParam,
      response: z.object({ ended: z.int() }),
    }),
    async (c) => {
      const viewer = viewerWith(c, "officer.manage");
      return c.json({ ended: await access.endSessions(viewer, c.req.valid("param").id, { but: null }) }, 200);
    },
  );
}
