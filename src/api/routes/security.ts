import { z } from "@hono/zod-openapi";
import { AccessError, SCOPES, whoCan } from "#access";
import { parseInstant } from "#base";
import type { ApiToken, SessionRow } from "#store";
import type { Context } from "hono";
import {
  answerSchema,
  askedSchema,
  auditSchema,
  madeTokenSchema,
  newTokenSchema,
  registrationSchema,
  securitySchema,
  sessionsSchema,
  waysSchema,
  whoCanSchema,
} from "../access-schema.ts";
import { relyingParty } from "../authenticate.ts";
import { type Api, type ApiDeps, type Env, idParam, route } from "../context.ts";
import { officerNames } from "../views.ts";
import { entryView } from "./audit.ts";

const done = z.object({ done: z.literal(true) });
const DONE = { done: true as const };
const HISTORY = 50;

export function sessionRowView({ id, createdAt, seenAt, expires, method, address, agent }: SessionRow, own: string) {
  return { id, createdAt, seenAt, expires, method, address, agent, current: id === own };
}

const tokenView = (token: ApiToken) => ({ ...token, scopes: [...token.scopes] });

/** What is done in a session, by a person. @throws AccessError `token-scope` for a token. */
function sessionOf(c: Context<Env>): SessionRow {
  const entry = c.get("entry");
  if (entry === null) throw new AccessError("token-scope", "this is for a person who has signed in");
  return entry;
}

/** An officer's own security: passkeys, recovery codes, sessions, tokens, and what they did. */
export function securityRoutes(api: Api, deps: ApiDeps): void {
  const { access, store } = deps;
  api.openapi(
    route({ method: "get", path: "/security", summary: "My security", response: securitySchema }),
    async (c) => {
      const [viewer, session] = [c.get("viewer"), sessionOf(c)];
      const [passkeys, sessions, tokens] = [
        await access.passkeys.list(viewer.officer),
        await access.sessions(viewer),
        await access.tokens.list(viewer),
      ];
      const [recoveryCodes, history] = await store.read(viewer, async (r) => [
        await r.credentials.recoveryCodes(viewer.officer),
        await r.audit.list({ subject: viewer.officer, verb: "session.", limit: HISTORY }),
      ]);
      const view = {
        passkeys: passkeys.map(({ id, name, backedUp, createdAt, lastUsedAt }) => ({
          id,
          name,
          backedUp,
          createdAt,
          lastUsedAt,
        })),
        recoveryCodes,
        recent: viewer.entry?.recent ?? false,
        sessions: sessions.map((row) => sessionRowView(row, session.id)),
        history: history.map(({ at, verb, detail }) => ({ at, verb, detail })),
        tokens: tokens.map(tokenView),
        scopes: Object.entries(SCOPES).map(([scope, { words }]) => ({ scope, words })),
      };
      return c.json(view, 200);
    },
  );
  api.openapi(
    route({ method: "get", path: "/who-can", summary: "Who can do what, from what decides", response: whoCanSchema }),
    (c) => {
      const { roles, permissions, reading } = whoCan();
      const view = {
        roles: [...roles],
        permissions: permissions.map((row) => ({ ...row, roles: [...row.roles], scopes: [...row.scopes] })),
        reading: reading.map((row) => ({ ...row, roles: [...row.roles] })),
      };
      return c.json(view, 200);
    },
  );
  api.openapi(
    route({
      method: "get",
      path: "/activity",
      summary: "What I did, and who read or decided what I drafted",
      query: z.object({ before: z.coerce.number().int().optional() }),
      response: auditSchema,
    }),
    async (c) => {
      const viewer = c.get("viewer");
      const entries = await deps.auditReading.activity(viewer, c.req.valid("query").before);
      const name = await store.read(viewer, officerNames);
      return c.json({ entries: entries.map((entry) => entryView(entry, name)) }, 200);
    },
  );
  passkeyRoutes(api, deps);
  ownSessionRoutes(api, deps);
  tokenRoutes(api, deps);
}

function passkeyRoutes(api: Api, deps: ApiDeps): void {
  const { access } = deps;
  api.openapi(
    route({
      method: "get",
      path: "/step-up",
      summary: "How I can show again that it is me",
      response: waysSchema,
    }),
    async (c) => {
      const passkeys = await access.passkeys.list(c.get("viewer").officer);
      return c.json(
        { passkey: passkeys.length > 0, oidc: access.oidc.providers.map((provider) => ({ ...provider })) },
        200,
      );
    },
  );
  api.openapi(
    route({ method: "post", path: "/step-up/options", summary: "Begin to show that it is me", response: askedSchema }),
    async (c) => c.json(await access.passkeys.askStepUp(c.get("viewer"), relyingParty(c, deps)), 200),
  );
  api.openapi(
    route({
      method: "post",
      path: "/step-up/passkey",
      summary: "Show again, with a passkey, that it is me",
      body: answerSchema,
      response: done,
    }),
    async (c) => {
      const { ceremony, response } = c.req.valid("json");
      await access.passkeys.stepUp(c.get("viewer"), sessionOf(c), relyingParty(c, deps), ceremony, response);
      return c.json(DONE, 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/passkeys/options",
      summary: "Begin to add a passkey",
      response: askedSchema,
    }),
    async (c) =>
      c.json(await access.passkeys.askRegistration(c.get("viewer"), sessionOf(c), relyingParty(c, deps)), 200),
  );
  api.openapi(
    route({
      method: "post",
      path: "/passkeys",
      summary: "Add a passkey",
      body: registrationSchema,
      response: z.object({ id: z.string() }),
    }),
    async (c) => {
      const rp = relyingParty(c, deps);
      const { id } = await access.passkeys.register(c.get("viewer"), sessionOf(c), rp, c.req.valid("json"));
      return c.json({ id }, 200);
    },
  );
  api.openapi(
    route({ method: "delete", path: "/passkeys/{id}", summary: "Remove a passkey", params: idParam, response: done }),
    async (c) => {
      await access.passkeys.remove(c.get("viewer"), sessionOf(c), c.req.valid("param").id);
      return c.json(DONE, 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/recovery-codes",
      summary: "New recovery codes, shown once; the old ones end",
      response: z.object({ codes: z.array(z.string()) }),
    }),
    async (c) => {
      const viewer = c.get("viewer");
      if (sessionOf(c).method !== "recovery" && viewer.entry?.recent !== true)
        throw new AccessError("step-up-required", "before new codes are made, show again that it is you", {
          fix: "Confirm with your passkey, then do it again.",
        });
      return c.json({ codes: [...(await access.recovery.renew(viewer))] }, 200);
    },
  );
}

function ownSessionRoutes(api: Api, deps: ApiDeps): void {
  const { access } = deps;
  const ended = z.object({ ended: z.int() });
  api.openapi(
    route({ method: "get", path: "/sessions", summary: "Where I am signed in", response: sessionsSchema }),
    async (c) => {
      const session = sessionOf(c);
      const rows = await access.sessions(c.get("viewer"));
      return c.json({ sessions: rows.map((row) => sessionRowView(row, session.id)) }, 200);
    },
  );
  api.openapi(
    route({ method: "delete", path: "/sessions", summary: "Sign out everywhere but here", response: ended }),
    async (c) => {
      const [viewer, session] = [c.get("viewer"), sessionOf(c)];
      return c.json({ ended: await access.endSessions(viewer, viewer.officer, { but: session.id }) }, 200);
    },
  );
  api.openapi(
    route({
      method: "delete",
      path: "/sessions/{id}",
      summary: "End one of my sessions",
      params: idParam,
      response: ended,
    }),
    async (c) => {
      const viewer = c.get("viewer");
      return c.json({ ended: await access.endSessions(viewer, viewer.officer, { id: c.req.valid("param").id }) }, 200);
    },
  );
}

function tokenRoutes(api: Api, deps: ApiDeps): void {
  const { access } = deps;
  api.openapi(
    route({
      method: "post",
      path: "/tokens",
      summary: "Make an API token: shown once, with scopes and an end",
      body: newTokenSchema,
      response: madeTokenSchema,
    }),
    async (c) => {
      const viewer = c.get("viewer");
      if (viewer.entry?.recent !== true)
        throw new AccessError("step-up-required", "before a token is made, show again that it is you", {
          fix: "Confirm with your passkey, then do it again.",
        });
      const { name, scopes, expires } = c.req.valid("json");
      const until = parseInstant(/^\d{4}-\d{2}-\d{2}$/.test(expires) ? `${expires}T00:00:00Z` : expires);
      const { token, kept } = await access.tokens.make(viewer, { name, scopes, expires: until });
      return c.json({ token, kept: tokenView(kept) }, 200);
    },
  );
  api.openapi(
    route({ method: "delete", path: "/tokens/{id}", summary: "End a token", params: idParam, response: done }),
    async (c) => {
      await access.tokens.end(c.get("viewer"), c.req.valid("param").id);
      return c.json(DONE, 200);
    },
  );
}
