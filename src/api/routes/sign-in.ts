import { getCookie, setCookie, deleteCookie } from "hono/cookie";
import { z } from "@hono/zod-openapi";
import { CodedError } from "#base";
import type { SignedIn } from "#access";
import type { Context } from "hono";
import { answerSchema, askedSchema } from "../access-schema.ts";
import { callbackAddress, cookieName, keepSession, relyingParty, whence } from "../authenticate.ts";
import { type Api, type ApiDeps, type Env, route } from "../context.ts";
import { sessionSchema } from "../schema.ts";
import { sessionView } from "./session.ts";

const FLOW_SECONDS = 600;

/** The ways in besides the one-time link: a passkey, a recovery code, an organisation. */
export function signInRoutes(api: Api, deps: ApiDeps): void {
  const { access } = deps;

  async function entered(c: Context<Env>, signedIn: SignedIn) {
    keepSession(c, deps, signedIn);
    const { viewer, officer } = await access.authenticate(signedIn.session);
    return sessionView(officer, viewer);
  }

  api.openapi(
    route({
      method: "post",
      path: "/sign-in/passkey/options",
      summary: "Begin to sign in with a passkey",
      response: askedSchema,
    }),
    async (c) => c.json(await access.passkeys.askSignIn(relyingParty(c, deps)), 200),
  );
  api.openapi(
    route({
      method: "post",
      path: "/sign-in/passkey",
      summary: "Sign in with a passkey",
      body: answerSchema,
      response: sessionSchema,
    }),
    async (c) => {
      const { ceremony, response } = c.req.valid("json");
      const signedIn = await access.passkeys.signIn(relyingParty(c, deps), ceremony, response, whence(c, deps));
      return c.json(await entered(c, signedIn), 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/sign-in/recovery",
      summary: "Sign in with a recovery code, once",
      body: z.object({ email: z.string().max(320), code: z.string().max(100) }),
      response: sessionSchema,
    }),
    async (c) => {
      const { email, code } = c.req.valid("json");
      return c.json(await entered(c, await access.recovery.signIn(email, code, whence(c, deps))), 200);
    },
  );
  organisationRoutes(api, deps);
}

function organisationRoutes(api: Api, deps: ApiDeps): void {
  const { access } = deps;
  const flowCookie = cookieName(deps, "_flow");
  const secure = deps.web.url !== undefined;

  /** Lax, because the provider sends the browser back from its own site; the session's cookie stays strict. */
  const keepFlow = (c: Context<Env>, flow: string): void =>
    setCookie(c, flowCookie, flow, { httpOnly: true, sameSite: "Lax", path: "/", maxAge: FLOW_SECONDS, secure });

  const named = z.object({ provider: z.string().max(40) });
  const away = z.object({ url: z.string() });
  api.openapi(
    route({
      method: "post",
      path: "/sign-in/oidc",
      summary: "Begin to sign in with an organisation; go to the address in the answer",
      body: named,
      response: away,
    }),
    async (c) => {
      const begun = await access.oidc.begin(c.req.valid("json").provider, callbackAddress(c, deps), null);
      keepFlow(c, begun.flow);
      return c.json({ url: begun.url }, 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/step-up/oidc",
      summary: "Show again, with an organisation, that it is you",
      body: named,
      response: away,
    }),
    async (c) => {
      const session = c.get("entry");
      const to = callbackAddress(c, deps);
      const begun = await access.oidc.begin(c.req.valid("json").provider, to, session);
      keepFlow(c, begun.flow);
      return c.json({ url: begun.url }, 200);
    },
  );
  api.get("/sign-in/oidc/callback", async (c) => {
    const flow = getCookie(c, flowCookie) ?? "";
    deleteCookie(c, flowCookie, { path: "/", secure });
    try {
      const signedIn = await access.oidc.finish(flow, new URL(c.req.url).search.slice(1), whence(c, deps));
      if (signedIn !== null) keepSession(c, deps, signedIn);
      return c.redirect(signedIn === null ? "/security#confirmed" : "/", 303);
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      // A page, not a problem document: a person stands before it.
      return c.redirect(`/sign-in#refused=${encodeURIComponent(String(error.code))}`, 303);
    }
  });
}
