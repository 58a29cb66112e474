import { z } from "@hono/zod-openapi";
import { POSITIONS } from "#pillars/designations";
import { type Api, type ApiDeps, idParam, route, viewerWith } from "../context.ts";
import { parseInstant } from "#base";

const text = z.string().min(1).max(10_000);
const day = z.iso.date();
const markings = z.array(z.string()).max(20).optional();
/** Records and entries as the registry gives them; their own schemas are published in docs/schemas. */
const open = z.looseObject({});

const stateSchema = z
  .looseObject({
    id: z.int(),
    list: z.string(),
    statedOn: z.string(),
    datedBy: z.enum(["list", "officer", "server", "load"]),
    state: z.enum(["loading", "accepted", "held", "refused"]),
    heldFor: z.string().nullable(),
    entries: z.int(),
    problems: z.int(),
    missing: z.int(),
  })
  .openapi("ListState");

const listingSchema = z
  .looseObject({
    key: z.string(),
    list: z.string(),
    standing: z.enum(["listed", "not-listed", "uncertain", "unknown"]),
    inLaw: z.enum(["listed", "not-listed", "uncertain", "unknown"]),
    basis: z.string(),
    programmesInEffect: z.array(z.string()),
  })
  .openapi("Listing");

const shownSchema = z
  .object({
    day: z.string(),
    knownAt: z.string().nullable(),
    dossiers: z.array(z.object({ joined: z.string().nullable(), listings: z.array(listingSchema) })),
    unlisted: z.array(open),
  })
  .openapi("Dossiers");

const writtenSchema = z.object({ id: z.string(), version: z.string(), object: open }).openapi("WrittenAct");

/** Given as plain JSON, as the registry made them. */
const plain = <S extends z.ZodType>(schema: S, value: unknown): z.output<S> =>
  schema.parse(JSON.parse(JSON.stringify(value)));

/** Leaves out what was not given, which is not the same as given empty. */
function given<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as never;
}

export function designationRoutes(api: Api, deps: ApiDeps): void {
  listRoutes(api, deps);
  readRoutes(api, deps);
  joinRoutes(api, deps);
  actRoutes(api, deps);
}

function listRoutes(api: Api, { lists }: ApiDeps): void {
  const statusSchema = z.object({
    lists: z.array(
      z.looseObject({
        list: z.string(),
        title: z.string(),
        current: stateSchema.nullable(),
        states: z.array(stateSchema),
      }),
    ),
  });
  api.openapi(
    route({
      method: "get",
      path: "/lists",
      summary: "Lists of designations with their states",
      response: statusSchema,
    }),
    async (c) => c.json(plain(statusSchema, { lists: await lists.status(viewerWith(c, "content.read")) }), 200),
  );
  const body = z.object({
    list: text,
    address: z.url(),
    dated: day.optional(),
    markings,
    allowHosts: z.array(z.string()).max(10).optional(),
  });
  const loadedSchema = stateSchema.extend({ unchanged: z.boolean(), fresh: z.int() });
  api.openapi(
    route({
      method: "post",
      path: "/lists",
      summary: "Take a list's state from its address",
      body,
      response: loadedSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "import.run");
      const { list, address, dated, markings: marked, allowHosts = [] } = c.req.valid("json");
      const file = await lists.fetch(viewer, { list, address, allowHosts, signal: c.req.raw.signal });
      const request = given({ list, files: [file], statedOn: dated, markings: marked });
      const { state, unchanged, fresh } = await lists.load(viewer, request);
      return c.json(plain(loadedSchema, { ...state, unchanged, fresh }), 200);
    },
  );
  const deltaSchema = z
    .looseObject({
      list: z.string(),
      added: z.array(open),
      amended: z.array(open),
      delisted: z.array(open),
      unseen: z.int(),
    })
    .openapi("ListDelta");
  api.openapi(
    route({
      method: "get",
      path: "/lists/delta",
      summary: "What changed between two states of a list",
      query: z.object({ from: z.coerce.number().int(), to: z.coerce.number().int() }),
      response: deltaSchema,
    }),
    async (c) => {
      const { from, to } = c.req.valid("query");
      return c.json(plain(deltaSchema, await lists.delta(viewerWith(c, "content.read"), from, to)), 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/lists/states/{id}/decision",
      summary: "An officer's word on a state that was held",
      params: idParam,
      body: z.object({ word: z.enum(["accept", "refuse"]) }),
      response: stateSchema,
    }),
    async (c) => {
      const state = Number(c.req.valid("param").id);
      const decided = await lists.decide(viewerWith(c, "import.run"), state, c.req.valid("json").word);
      return c.json(plain(stateSchema, decided.state), 200);
    },
  );
}

function readRoutes(api: Api, { lists }: ApiDeps): void {
  api.openapi(
    route({
      method: "get",
      path: "/designations",
      summary: "Whom a name, a reference or a key finds, and how each stood on a day",
      query: z.object({
        name: text.max(500),
        asOf: day.optional(),
        knownAt: z.iso.datetime({ offset: true }).optional(),
      }),
      response: shownSchema,
    }),
    async (c) => {
      const { name, asOf, knownAt } = c.req.valid("query");
      const at = knownAt === undefined ? undefined : parseInstant(knownAt);
      const shown = await lists.show(viewerWith(c, "content.read"), name, asOf, at);
      return c.json(plain(shownSchema, shown), 200);
    },
  );
  const matrixSchema = z
    .looseObject({ day: z.string(), lists: z.array(z.string()), rows: z.array(open) })
    .openapi("Matrix");
  api.openapi(
    route({
      method: "get",
      path: "/designations/matrix",
      summary: "Who lists whom across all lists loaded",
      query: z.object({ asOf: day.optional() }),
      response: matrixSchema,
    }),
    async (c) => {
      const matrix = await lists.matrix(viewerWith(c, "content.read"), c.req.valid("query").asOf);
      return c.json(plain(matrixSchema, matrix), 200);
    },
  );
  const candidatesSchema = z.object({
    candidates: z.array(
      z.object({
        keys: z.array(z.string()),
        names: z.array(z.string()),
        score: z.number(),
        reasons: z.array(z.string()),
        splitBefore: z.string().nullable(),
      }),
    ),
  });
  api.openapi(
    route({
      method: "get",
      path: "/designations/candidates",
      summary: "Entries of different lists that may be one subject; people decide",
      response: candidatesSchema,
    }),
    async (c) => {
      const candidates = await lists.candidates(viewerWith(c, "content.read"));
      return c.json(plain(candidatesSchema, { candidates }), 200);
    },
  );
}

function joinRoutes(api: Api, { lists }: ApiDeps): void {
  const body = z.object({ keys: z.array(text).min(1).max(100), reason: text });
  api.openapi(
    route({
      method: "post",
      path: "/designations/joins",
      summary: "Say that entries are one subject",
      body,
      response: z.object({ joined: z.string() }),
    }),
    async (c) => {
      const { keys, reason } = c.req.valid("json");
      return c.json({ joined: await lists.join(viewerWith(c, "import.run"), keys, reason) }, 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/designations/splits",
      summary: "Take entries out of the subject that they were joined to",
      body,
      response: z.object({ left: z.array(z.string()) }),
    }),
    async (c) => {
      const { keys, reason } = c.req.valid("json");
      return c.json({ left: (await lists.split(viewerWith(c, "import.run"), keys, reason)).slice() }, 200);
    },
  );
}

function actRoutes(api: Api, { lists }: ApiDeps): void {
  const written = (value: unknown) => plain(writtenSchema, value);
  const source = z.object({ name: text, url: z.url().optional(), publishedOn: day.optional() });
  const codes = z.array(text).max(50).optional();
  api.openapi(
    route({
      method: "post",
      path: "/designations/amendments",
      summary: "Enter by hand what an authority did that no list's state shows yet",
      body: z.object({
        about: text,
        act: z.enum(["amended", "listed", "delisted"]),
        effectiveOn: day,
        programmesAdded: codes,
        programmesRemoved: codes,
        aliasesAdded: codes,
        legalBasis: text.optional(),
        source,
        note: text.optional(),
        markings,
      }),
      response: writtenSchema,
    }),
    async (c) => {
      const { source: from, ...rest } = c.req.valid("json");
      const amendment = { ...given(rest), source: given(from) };
      return c.json(written(await lists.amend(viewerWith(c, "content.write"), amendment)), 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/designations/proposals",
      summary: "Propose a listing, an amendment or a delisting; it goes to a partner by a release",
      body: z.object({
        about: text,
        act: z.enum(["list", "amend", "delist"]),
        authority: text.optional(),
        legalBasis: text.optional(),
        grounds: text,
        aliases: codes,
        person: z.boolean().optional(),
        markings,
      }),
      response: writtenSchema,
    }),
    async (c) => c.json(written(await lists.propose(viewerWith(c, "content.write"), given(c.req.valid("json")))), 200),
  );
  api.openapi(
    route({
      method: "post",
      path: "/designations/views",
      summary: "Record this party's own view of a listing or a proposal",
      body: z.object({ about: text, position: z.enum(POSITIONS), reasons: text, markings }),
      response: writtenSchema,
    }),
    async (c) => c.json(written(await lists.view(viewerWith(c, "content.write"), given(c.req.valid("json")))), 200),
  );
  api.openapi(
    route({
      method: "post",
      path: "/designations/redress",
      summary: "Record a petition against a listing; its route follows from the list",
      body: z.object({ about: text, filedOn: day, note: text.optional(), markings }),
      response: writtenSchema,
    }),
    async (c) => c.json(written(await lists.openCase(viewerWith(c, "content.write"), given(c.req.valid("json")))), 200),
  );
  api.openapi(
    route({
      method: "post",
      path: "/designations/redress/{id}/steps",
      summary: "Move a case on: its next phase, a longer term, or the decision",
      params: idParam,
      body: z.discriminatedUnion("step", [
        z.object({ step: z.literal("next"), on: day }),
        z.object({ step: z.literal("extend"), to: day }),
        z.object({
          step: z.literal("decide"),
          state: z.enum(["granted", "refused", "withdrawn"]),
          on: day,
          outcome: text,
        }),
      ]),
      response: writtenSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "content.write");
      return c.json(written(await lists.stepCase(viewer, c.req.valid("param").id, c.req.valid("json"))), 200);
    },
  );
}
