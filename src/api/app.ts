import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { serve } from "@hono/node-server";
import { serveStatic } from "@hono/node-server/serve-static";
import { OpenAPIHono } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import type { AddressInfo } from "node:net";
import { authentication } from "./authenticate.ts";
import { audited } from "./audited.ts";
import type { Api, ApiDeps, Env } from "./context.ts";
import { ownHost, securityHeaders } from "./headers.ts";
import { problem } from "./problem.ts";
import { ApiError } from "./errors.ts";
import { channelRoutes } from "./routes/channels.ts";
import { designationRoutes } from "./routes/designations.ts";
import { dialogueRoutes } from "./routes/dialogues.ts";
import { importRoutes } from "./routes/imports.ts";
import { onwardRoutes } from "./routes/onward.ts";
import { recordRoutes } from "./routes/records.ts";
import { releaseRoutes } from "./routes/releases.ts";
import { redressRoutes } from "./routes/redress.ts";
import { safeguardRoutes } from "./routes/safeguards.ts";
import { auditRoutes } from "./routes/audit.ts";
import { officerRoutes } from "./routes/officers.ts";
import { securityRoutes } from "./routes/security.ts";
import { sessionRoutes } from "./routes/session.ts";
import { signInRoutes } from "./routes/sign-in.ts";

/** An evidence bundle of a large release; a file to import, which is read as it comes and never held whole. */
const MAX_JSON = 80 * 1024 * 1024;
const MAX_FILE = 4 * 1024 * 1024 * 1024;
/** What anybody may send without having signed in. */
const MAX_SMALL = 64 * 1024;
const SMALL = /\/(sign-in\/.*|session|step-up\/.*|passkeys.*|tokens|officers.*)$/;

/** The whole HTTP face for people: the API under /api/v1, its OpenAPI document, and the built workbench. */
export function createApp(deps: ApiDeps): OpenAPIHono<Env> {
  const app = new OpenAPIHono<Env>();
  const { taxii } = deps;
  if (taxii !== undefined && taxii !== null) app.all("/taxii2/*", (c) => taxii.fetch(c.req.raw));
  app.use(ownHost(deps.web.host, deps.web.url));
  app.use(securityHeaders(deps.web.url !== undefined));
  const api: Api = new OpenAPIHono<Env>({
    defaultHook: (result) => {
      if (result.success) return;
      const issue = result.error.issues[0];
      throw new ApiError("request-invalid", issue?.message ?? "the request is not as documented", {
        where: (issue?.path ?? []).join("/"),
        fix: "See /api/v1/openapi.json.",
      });
    },
  });
  api.onError((error, c) => problem(c, error, deps.onError));
  api.use(authentication(deps));
  api.use(audited(deps));
  const bounded = (maxSize: number) =>
    bodyLimit({
      maxSize,
      onError: () => {
        throw new ApiError("too-large", "the request is too large");
      },
    });
  const [files, large, small] = [bounded(MAX_FILE), bounded(MAX_JSON), bounded(MAX_SMALL)];
  api.use((c, next) => {
    if (c.req.path.endsWith("/imports")) return files(c, next);
    return (SMALL.test(c.req.path) ? small : large)(c, next);
  });
  signInRoutes(api, deps);
  securityRoutes(api, deps);
  officerRoutes(api, deps);
  auditRoutes(api, deps);
  sessionRoutes(api, deps);
  recordRoutes(api, deps);
  releaseRoutes(api, deps);
  onwardRoutes(api, deps);
  safeguardRoutes(api, deps);
  redressRoutes(api, deps);
  channelRoutes(api, deps);
  importRoutes(api, deps);
  designationRoutes(api, deps);
  dialogueRoutes(api, deps);
  api.doc31("/openapi.json", {
    openapi: "3.1.0",
    info: { title: "Entente", version: deps.version, license: { name: "Apache-2.0" } },
    servers: [{ url: "/api/v1" }],
  });
  api.all("*", () => {
    throw new ApiError("not-found", "there is no such address in this API", { fix: "See /api/v1/openapi.json." });
  });
  app.route("/api/v1", api);
  app.onError((error, c) => problem(c, error, deps.onError));
  workbench(app, deps.webRoot);
  return app;
}

/** The built workbench; an address inside it is its own to read, so every other path gives its one page. */
function workbench(app: OpenAPIHono<Env>, webRoot: string | null): void {
  const page = webRoot === null ? null : join(webRoot, "index.html");
  if (webRoot === null || page === null || !existsSync(page)) {
    app.get("*", (c) => c.text("The workbench is not built: npm run build", 503));
    return;
  }
  const html = readFileSync(page, "utf8");
  app.use(
    "/assets/*",
    serveStatic({ root: webRoot, onFound: (_, c) => c.header("cache-control", "public, max-age=31536000, immutable") }),
  );
  app.get("/favicon.svg", serveStatic({ root: webRoot, path: "favicon.svg" }));
  app.get("*", (c) => {
    // The page's script hands the nonce on to what writes style elements.
    const nonce = c.get("secureHeadersNonce") ?? "";
    return c.html(html.replace("<script ", `<script nonce="${nonce}" `), 200, { "cache-control": "no-store" });
  });
}

export interface WebServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves the app. @throws the server's error when the port is taken. */
export function serveApp(deps: ApiDeps, host: string, port: number): Promise<WebServer> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: createApp(deps).fetch, hostname: host, port }, (info: AddressInfo) => {
      resolve({
        port: info.port,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            if ("closeAllConnections" in server) server.closeAllConnections();
          }),
      });
    });
    server.once("error", reject);
  });
}
