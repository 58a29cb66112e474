import { z } from "@hono/zod-openapi";
import type { Instant } from "#base";
import { type Api, type ApiDeps, idParam, route, viewerWith } from "../context.ts";
import {
  assuranceInputSchema,
  assuranceSchema,
  escalationSchema,
  holdSchema,
  reviewDueSchema,
  riskInputSchema,
  riskSchema,
  riskWordSchema,
} from "../safeguard-schema.ts";
import { instantFrom } from "./records.ts";

const reasonBody = z.object({ reason: z.string().min(1).max(10_000) });
const since = (text: string): Instant => instantFrom(text) ?? "";

/** Risks to people at recipients, assurances, the decisions of legal and senior officers, and retention. */
export function safeguardRoutes(api: Api, deps: ApiDeps): void {
  riskRoutes(api, deps);
  escalationRoutes(api, deps);
  retentionRoutes(api, deps);
}

/** Services give readonly lists; the answers' types are those of the schemas. */
const copied = <T>(value: T): Writable<T> => structuredClone(value) as Writable<T>;
type Writable<T> = T extends readonly (infer Item)[]
  ? Writable<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Writable<T[Key]> }
    : T;

function riskRoutes(api: Api, { risks }: ApiDeps): void {
  api.openapi(
    route({
      method: "get",
      path: "/risks",
      summary: "The registry of risks to people at recipients, with what has ended",
      response: z.object({ risks: z.array(riskSchema) }),
    }),
    async (c) => c.json({ risks: copied(await risks.risks(viewerWith(c, "content.read"))) }, 200),
  );
  api.openapi(
    route({ method: "post", path: "/risks", summary: "Enter a risk", body: riskInputSchema, response: riskSchema }),
    async (c) => {
      const input = c.req.valid("json");
      const viewer = viewerWith(c, "risk.write");
      const validFrom = since(input.validFrom);
      const added = await risks.addRisk(viewer, { ...input, validFrom, validUntil: instantFrom(input.validUntil) });
      return c.json(copied(added), 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/risks/{id}/end",
      summary: "Say that a finding no longer holds; for torture two officers say so",
      params: idParam,
      body: reasonBody,
      response: riskSchema,
    }),
    async (c) => {
      const ended = await risks.endRisk(
        viewerWith(c, "risk.write"),
        c.req.valid("param").id,
        c.req.valid("json").reason,
      );
      return c.json(copied(ended), 200);
    },
  );
  api.openapi(
    route({
      method: "get",
      path: "/assurances",
      summary: "Assurances of recipients, with those withdrawn",
      response: z.object({ assurances: z.array(assuranceSchema) }),
    }),
    async (c) => c.json({ assurances: copied(await risks.assurances(viewerWith(c, "content.read"))) }, 200),
  );
  api.openapi(
    route({
      method: "post",
      path: "/assurances",
      summary: "Register an assurance",
      body: assuranceInputSchema,
      response: assuranceSchema,
    }),
    async (c) => {
      const input = c.req.valid("json");
      const added = await risks.addAssurance(viewerWith(c, "risk.write"), {
        ...input,
        givenOn: since(input.givenOn),
        validFrom: since(input.validFrom),
        validUntil: instantFrom(input.validUntil),
      });
      return c.json(copied(added), 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/assurances/{id}/withdraw",
      summary: "It is not relied on any more",
      params: idParam,
      body: reasonBody,
      response: assuranceSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "risk.write");
      const gone = await risks.withdrawAssurance(viewer, c.req.valid("param").id, c.req.valid("json").reason);
      return c.json(copied(gone), 200);
    },
  );
}

function escalationRoutes(api: Api, { risks }: ApiDeps): void {
  api.openapi(
    route({
      method: "get",
      path: "/escalations",
      summary: "Releases that wait for the words of a legal and a senior officer",
      response: z.object({ escalations: z.array(escalationSchema) }),
    }),
    async (c) => c.json({ escalations: copied(await risks.escalations(viewerWith(c, "content.read"))) }, 200),
  );
  api.openapi(
    route({
      method: "get",
      path: "/releases/{id}/escalation",
      summary: "The risks of a release, and the words said",
      params: idParam,
      response: escalationSchema,
    }),
    async (c) => c.json(copied(await risks.escalation(viewerWith(c, "content.read"), c.req.valid("param").id)), 200),
  );
  api.openapi(
    route({
      method: "post",
      path: "/releases/{id}/escalation",
      summary: "Say one of the two words",
      params: idParam,
      body: riskWordSchema,
      response: escalationSchema,
    }),
    async (c) => {
      const said = await risks.decide(viewerWith(c, "risk.decide"), c.req.valid("param").id, c.req.valid("json"));
      return c.json(copied(said), 200);
    },
  );
}

function retentionRoutes(api: Api, { retention }: ApiDeps): void {
  api.openapi(
    route({
      method: "get",
      path: "/retention",
      summary: "Reviews that are due or overdue, and legal holds",
      query: z.object({ days: z.coerce.number().int().min(0).max(36_600).optional() }),
      response: z.object({ due: z.array(reviewDueSchema), holds: z.array(holdSchema) }),
    }),
    async (c) => {
      const viewer = viewerWith(c, "content.read");
      const due = await retention.due(viewer, c.req.valid("query").days ?? 30);
      return c.json(copied({ due, holds: await retention.holds(viewer) }), 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/records/{id}/review",
      summary: "It was looked at and is still needed",
      params: idParam,
      body: reasonBody.extend({ nextReview: z.string() }),
      response: z.object({ record: z.string(), nextReview: z.string() }),
    }),
    async (c) => {
      const [{ id }, { reason, ...body }] = [c.req.valid("param"), c.req.valid("json")];
      const nextReview = since(body.nextReview);
      await retention.keep(viewerWith(c, "retention.keep"), id, nextReview, reason);
      return c.json({ record: id, nextReview }, 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/records/{id}/holds",
      summary: "Place a legal hold",
      params: idParam,
      body: reasonBody.extend({ until: z.string().nullable() }),
      response: holdSchema,
    }),
    async (c) => {
      const { reason, until } = c.req.valid("json");
      const viewer = viewerWith(c, "retention.keep");
      return c.json(await retention.hold(viewer, c.req.valid("param").id, reason, instantFrom(until)), 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/holds/{id}/release",
      summary: "The duty to keep is over",
      params: idParam,
      body: reasonBody,
      response: holdSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "retention.keep");
      return c.json(await retention.releaseHold(viewer, c.req.valid("param").id, c.req.valid("json").reason), 200);
    },
  );
  api.openapi(
    route({
      method: "get",
      path: "/records/{id}/facts",
      summary: "What a giver said of a received record beside its text",
      params: idParam,
      response: z.object({
        facts: z.array(
          z.object({
            version: z.string(),
            channel: z.string(),
            release: z.string(),
            reviewBy: z.string(),
            facts: z.record(z.string(), z.unknown()),
          }),
        ),
      }),
    }),
    async (c) => {
      const found = await retention.facts(viewerWith(c, "content.read"), c.req.valid("param").id);
      const facts = found.map(({ version, channel, release, reviewBy, facts: said }) => ({
        version,
        channel,
        release,
        reviewBy,
        facts: JSON.parse(said) as Record<string, unknown>,
      }));
      return c.json({ facts }, 200);
    },
  );
}
