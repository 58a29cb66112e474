import { z } from "@hono/zod-openapi";
import { streamSSE } from "hono/streaming";
import type { Source } from "#intake";
import type { ImportRun, Reader } from "#store";
import { type Api, type ApiDeps, idParam, route, viewerWith } from "../context.ts";
import { importSchema } from "../schema.ts";
import { ApiError } from "../errors.ts";

const MAX_SHOWN = 500;

function summary({
  id,
  name,
  loader,
  startedAt,
  endedAt,
  state,
  bytes,
  imported,
  unchanged,
  conflicts,
  problems,
}: ImportRun) {
  return { id, name, loader, startedAt, endedAt, state, bytes, imported, unchanged, conflicts, problems };
}

async function importView(r: Reader, id: string) {
  const run = await r.imports.get(id);
  if (run === null) throw new ApiError("not-found", `there is no import ${id}`);
  return { ...summary(run), problemList: [...(await r.imports.problems(id, -1, MAX_SHOWN))] };
}

export function importRoutes(api: Api, deps: ApiDeps): void {
  const { store, intake } = deps;

  api.openapi(
    route({
      method: "get",
      path: "/imports",
      summary: "What was read in, newest first",
      response: z.object({ imports: z.array(importSchema.omit({ problemList: true })) }),
    }),
    async (c) => {
      const imports = await store.read(viewerWith(c, "content.read"), async (r) =>
        (await r.imports.list()).map(summary),
      );
      return c.json({ imports }, 200);
    },
  );

  api.openapi(
    route({
      method: "get",
      path: "/imports/{id}",
      summary: "One import with what could not be read",
      params: idParam,
      response: importSchema,
    }),
    async (c) =>
      c.json(await store.read(viewerWith(c, "content.read"), (r) => importView(r, c.req.valid("param").id)), 200),
  );

  /** The file is the request's body, read as it comes: nothing is held whole. */
  api.post("/imports", async (c) => {
    const viewer = viewerWith(c, "import.run");
    const name = (c.req.query("name") ?? "upload").replace(/[^\p{L}\p{N}._ -]/gu, "_").slice(0, 200);
    const markings = c.req.queries("marking") ?? [];
    const { body } = c.req.raw;
    if (body === null) throw new ApiError("request-invalid", "the request has no file");
    const run = await intake.importFile(viewer, { source: onceSource(name, body), markings, signal: c.req.raw.signal });
    return c.json(await store.read(viewer, (r) => importView(r, run.id)), 200);
  });

  api.get("/events", (c) =>
    streamSSE(c, async (stream) => {
      const done = new Promise<void>((resolve) => stream.onAbort(resolve));
      const stop = deps.subscribe((kind) => void stream.writeSSE({ event: "change", data: kind }));
      const beat = setInterval(() => void stream.writeSSE({ event: "beat", data: "" }), 25_000);
      await stream.writeSSE({ event: "beat", data: "" });
      await done;
      clearInterval(beat);
      stop();
    }),
  );
}

/** A body can be read once, and intake looks at its head first: the head is kept and given again. */
function onceSource(name: string, body: ReadableStream<Uint8Array>): Source {
  const reader = body.getReader();
  const head: Uint8Array[] = [];
  let ended = false;
  const next = async (): Promise<Uint8Array | null> => {
    const { done, value } = await reader.read();
    ended = done;
    return value ?? null;
  };
  let opened = 0;
  return {
    name,
    size: null,
    sibling: () => null,
    async *open() {
      const sniffing = opened++ === 0;
      yield* head;
      for (;;) {
        const chunk = ended ? null : await next();
        if (chunk === null) return;
        if (sniffing) head.push(chunk);
        yield chunk;
      }
    },
  };
}
