import { z } from "@hono/zod-openapi";
import { canonicalJson, instantOf, parseInstant } from "#base";
import { handlingMarking, readMarking, compileLabel } from "#policy";
import { newId } from "#stix";
import { StoreError, type Reader } from "#store";
import { noteRead } from "../audited.ts";
import { type Api, type ApiDeps, idParam, type PartyName, partyNames, route, viewerWith } from "../context.ts";
import { markingInputSchema, markingSchema, recordPageSchema, recordSchema } from "../schema.ts";
import { copyView, handlingView, objectOf, officerNames, recordView } from "../views.ts";

const listQuery = z.object({
  q: z.string().max(500).optional(),
  type: z.string().max(2000).optional().openapi({ description: "types, separated by commas" }),
  from: z.enum(["own", "partners"]).optional(),
  source: z.string().max(300).optional(),
  cursor: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(500).optional(),
});

/** A date as people write it becomes the instant at which it starts. */
export function instantFrom(text: string | null): string | null {
  return text === null || text === ""
    ? null
    : parseInstant(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
}

export function recordRoutes(api: Api, deps: ApiDeps): void {
  const { store, self } = deps;
  api.openapi(
    route({
      method: "get",
      path: "/records",
      summary: "Records that this officer may read, newest first",
      query: listQuery,
      response: recordPageSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "content.read");
      const { q, type, from, source, cursor, limit } = c.req.valid("query");
      const query = {
        ...(q === undefined ? {} : { name: q }),
        ...(type === undefined ? {} : { types: type.split(",") }),
        ...(from === "own" ? { owner: self.id } : {}),
        ...(from === "partners" ? { notOwner: self.id } : {}),
        ...(source === undefined ? {} : { source }),
        limit: limit ?? 50,
      };
      const view = await store.read(viewer, async (r) => {
        const party = await partyNames(r, self);
        const page = await r.records.list(cursor === undefined ? query : { ...query, cursor });
        return {
          items: page.items.map((record) => recordView(record, party, self.id)),
          next: page.next,
          total: await r.records.count(query),
        };
      });
      const persons = view.items.filter((item) => item.aboutPerson).length;
      noteRead(c, {
        verb: q === undefined ? "record.list" : "record.search",
        subject: "records",
        detail: { shown: view.items.length, persons, type: type ?? null, from: from ?? null },
        ...(q === undefined ? {} : { term: q }),
        person: persons > 0,
      });
      return c.json(view, 200);
    },
  );

  api.openapi(
    route({
      method: "get",
      path: "/records/{id}",
      summary: "One record: its history, provenance, markings, where it went",
      params: idParam,
      response: recordSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "content.read");
      const { id } = c.req.valid("param");
      const view = await store.read(viewer, async (r) => recordDetail(r, id, await partyNames(r, self)));
      const { version, aboutPerson } = view.record;
      noteRead(c, { verb: "record.read", subject: id, detail: { version, person: aboutPerson }, person: aboutPerson });
      return c.json(view, 200);
    },
  );

  async function recordDetail(r: Reader, id: string, party: PartyName) {
    const versions = await r.records.versions(id);
    const [record] = versions;
    // Absent and forbidden are one answer.
    if (record === undefined)
      throw new StoreError("not-found", "there is no such record that you may read", {
        where: id,
        fix: "Look for it by name.",
      });
    const object = objectOf(record.text);
    const name = await officerNames(r);
    const relations = [];
    for (const other of await r.records.referring(id))
      relations.push({
        id: other.id,
        type: other.type,
        title: other.title,
        property: other.property,
        direction: "from" as const,
      });
    for (const [property, value] of Object.entries(object)) {
      const targets = (Array.isArray(value) ? value : [value]).filter(
        (target): target is string => typeof target === "string",
      );
      if (!/_refs?$/.test(property) || property === "object_marking_refs") continue;
      for (const target of targets.slice(0, 200)) {
        const found = await r.records.get(target);
        if (found !== null)
          relations.push({ id: target, type: found.type, title: found.title, property, direction: "to" as const });
      }
    }
    return {
      record: recordView(record, party, self.id),
      object,
      text: record.text,
      sha256: record.sha256,
      state: record.state,
      handling: handlingView(await r.labels.label(record.labelId), party),
      versions: versions.map((version) => ({
        version: version.version,
        addedAt: version.addedAt,
        addedBy: name(version.addedBy),
        title: version.title,
        state: version.state,
        object: version.text === "" ? null : objectOf(version.text),
      })),
      relations,
      copies: (await r.releases.copiesOf(id)).map((copy) => copyView(copy, party)),
      source: await sourceOf(r, record.source, record.addedAt, name(record.addedBy)),
    };
  }

  async function sourceOf(r: Reader, source: string, at: string, by: string) {
    const [channelId] = source.split("#");
    if (source.startsWith("channel--")) {
      const channel = await r.channels.get(channelId ?? "");
      return {
        kind: "channel" as const,
        name: channel?.partnerName ?? source,
        id: source,
        at,
        by: channel?.partnerName ?? by,
      };
    }
    const run = await r.imports.get(source);
    return { kind: "import" as const, name: run?.name ?? source, id: source, at, by };
  }

  api.openapi(
    route({
      method: "post",
      path: "/records/{id}/recall",
      summary: "Take a record back from every party that holds it",
      params: idParam,
      body: z.object({ reason: z.string().min(1).max(5000) }),
      response: z.object({ parties: z.int() }),
    }),
    async (c) => {
      const parties = await deps.exchange.recall(c.get("viewer"), c.req.valid("param").id, c.req.valid("json").reason);
      deps.wake();
      return c.json({ parties }, 200);
    },
  );

  api.openapi(
    route({
      method: "put",
      path: "/records/{id}/markings",
      summary: "Set the markings that this party gives a record beside its text",
      params: idParam,
      body: z.object({ markings: z.array(z.string()).max(50) }),
      response: z.object({ done: z.literal(true) }),
    }),
    async (c) => {
      const viewer = viewerWith(c, "content.write");
      const { id } = c.req.valid("param");
      await store.transact(viewer, async (t) => {
        const record = await t.records.get(id);
        if (record === null || record.owner !== self.id)
          throw new StoreError("not-found", "there is no such record of your own party", {
            where: id,
            fix: "Only its originator marks a record.",
          });
        await t.records.relabel(id, record.version, c.req.valid("json").markings);
        await t.audit.note("record.mark", id);
      });
      return c.json({ done: true as const }, 200);
    },
  );

  api.openapi(
    route({
      method: "get",
      path: "/markings",
      summary: "The handling terms known here",
      response: z.object({ markings: z.array(markingSchema) }),
    }),
    async (c) => {
      const viewer = viewerWith(c, "content.read");
      const markings = await store.read(viewer, async (r) => {
        const party = await partyNames(r, self);
        return (await r.labels.markings()).map(({ id, text, owner }) => {
          const marking = readMarking(text);
          return {
            id,
            owner: party(owner),
            handling: handlingView(
              compileLabel(owner, [id], () => marking),
              party,
            ),
          };
        });
      });
      return c.json({ markings }, 200);
    },
  );

  api.openapi(
    route({
      method: "post",
      path: "/markings",
      summary: "Make handling terms",
      body: markingInputSchema,
      response: z.object({ id: z.string() }),
    }),
    async (c) => {
      const viewer = viewerWith(c, "content.write");
      const input = c.req.valid("json");
      const id = newId("marking-definition");
      const terms = {
        originator: self.id,
        releasableTo: input.releasableTo,
        noOnward: input.noOnward,
        purposes: input.purposes,
        evidenceUse: "with-consent" as const,
        caveats: input.caveats,
        reviewBy: instantFrom(input.reviewBy),
        expires: instantFrom(input.expires),
        foreignCodes: [],
      };
      const text = canonicalJson(handlingMarking(terms, { id, created: instantOf(deps.clock()), createdBy: self.id }));
      await store.transact(viewer, async (t) => {
        await t.labels.addMarking(id, text, self.id);
        await t.audit.note("marking.add", id);
      });
      return c.json({ id }, 200);
    },
  );
}
