import type { Context, MiddlewareHandler } from "hono";
import { createMiddleware } from "hono/factory";
import type { ApiDeps, Env, NotedRead } from "./context.ts";

/** Names what this answer shows, instead of its bare address. */
export function noteRead(c: Context<Env>, read: NotedRead): void {
  c.get("reads").push(read);
}

/** Of the officer's own session, or of the node; nothing of records. */
const QUIET: readonly RegExp[] = [
  /^\/(node|openapi\.json|session|events|who-can|security|activity|channels|legal-bases|markings|sign-in\/.*)$/,
];

/**
 * Every reading answer is noted, whatever the route: a route that names nothing is noted by its address and waits for
 * the disk, as if it showed a person. So a new route cannot be forgotten. Refusals are noted too.
 */
export function audited({ audit }: ApiDeps): MiddlewareHandler<Env> {
  return createMiddleware<Env>(async (c, next) => {
    await next();
    const viewer = c.get("viewer") as Env["Variables"]["viewer"] | undefined;
    if (viewer === undefined) return;
    const path = c.req.path.replace(/^\/api\/v1/, "");
    if (c.res.status === 403) {
      await audit.note(viewer, {
        verb: "access.refused",
        subject: path.slice(0, 300),
        detail: { method: c.req.method },
      });
    }
    if (!c.res.ok || c.req.method !== "GET") return;
    const reads = c.get("reads");
    if (reads.length === 0) {
      if (!QUIET.some((quiet) => quiet.test(path)))
        await audit.durable(viewer, { verb: "api.read", subject: path.slice(0, 300) });
      return;
    }
    for (const { person, ...read } of reads) {
      const by = viewer.entry?.by === "token" ? { ...read, detail: { ...read.detail, by: "token" } } : read;
      if (person) await audit.durable(viewer, by);
      else await audit.note(viewer, by);
    }
  });
}
