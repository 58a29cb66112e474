import { stream } from "hono/streaming";
import { z } from "@hono/zod-openapi";
import type { ReadEntry } from "#access";
import { auditSchema, auditVerdictSchema } from "../access-schema.ts";
import { noteRead } from "../audited.ts";
import { type Api, type ApiDeps, route, viewerWith } from "../context.ts";
import { officerNames } from "../views.ts";
import { instantFrom } from "./records.ts";

const query = z.object({
  subject: z.string().max(300).optional(),
  actor: z.string().max(300).optional().openapi({ description: "an officer's id, or the beginning of a name" }),
  verb: z.string().max(100).optional().openapi({ description: "a verb, or the beginning of verbs with its dot" }),
  from: z.string().max(40).optional(),
  until: z.string().max(40).optional(),
  before: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(1000).optional(),
});

export function entryView(entry: ReadEntry, name: (id: string) => string) {
  const { seq, at, actor, verb, subject, detail, term, position } = entry;
  return { seq, at, actor: name(actor), actorId: actor, verb, subject: name(subject), detail, term, position };
}

/** For overseers: the audit, searched, exported and verified. Looking into it is noted in it. */
export function auditRoutes(api: Api, deps: ApiDeps): void {
  const { auditReading, store } = deps;
  api.openapi(
    route({ method: "get", path: "/audit", summary: "Who did what, newest first", query, response: auditSchema }),
    async (c) => {
      const viewer = viewerWith(c, "audit.read");
      const { from, until, actor, ...asked } = c.req.valid("query");
      await deps.audit.flush();
      const name = await store.read(viewer, officerNames);
      const [since, end] = [instantFrom(from ?? null), instantFrom(until ?? null)];
      const officers = await deps.access.officers();
      const named = officers.find((officer) => officer.email === actor || officer.name === actor)?.id ?? actor;
      const entries = await auditReading.search(viewer, {
        ...Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined && value !== "")),
        ...(named === undefined || named === "" ? {} : { actor: named }),
        ...(since === null ? {} : { from: since }),
        ...(end === null ? {} : { until: end }),
      });
      noteRead(c, { verb: "audit.search", subject: asked.subject ?? "audit", person: false });
      return c.json({ entries: entries.map((entry) => entryView(entry, name)) }, 200);
    },
  );
  api.openapi(
    route({
      method: "get",
      path: "/audit/verify",
      summary: "Whether every entry is the one that was noted",
      response: auditVerdictSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "audit.read");
      await deps.audit.flush();
      const verdict = await auditReading.verify(viewer);
      noteRead(c, {
        verb: "audit.verify",
        subject: "audit",
        detail: { verified: verdict.verified, size: verdict.size },
        person: false,
      });
      return c.json({ ...verdict, faults: verdict.faults.map((fault) => ({ ...fault })) }, 200);
    },
  );
  /** The whole log as lines of JSON, oldest first, sent as it is read. */
  api.get("/audit/export", async (c) => {
    const viewer = viewerWith(c, "audit.read");
    await deps.audit.flush();
    noteRead(c, { verb: "audit.export", subject: "audit", person: false });
    c.header("content-type", "application/x-ndjson");
    c.header("content-disposition", 'attachment; filename="audit.jsonl"');
    return stream(c, async (out) => {
      for await (const entry of auditReading.export(viewer)) await out.write(`${JSON.stringify(entry)}\n`);
    });
  });
}
