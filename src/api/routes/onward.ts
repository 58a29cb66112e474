import { z } from "@hono/zod-openapi";
import type { ConsentView, CopyState } from "#exchange";
import type { Reader } from "#store";
import { type Api, type ApiDeps, idParam, partyNames, route, viewerWith } from "../context.ts";
import { consentSchema, consentWordSchema, copyTreeSchema, copyStateSchema } from "../schema.ts";
import { officerNames } from "../views.ts";
import { instantFrom } from "./records.ts";

/** Originator control, and where copies went. */
export function onwardRoutes(api: Api, deps: ApiDeps): void {
  const { store, self, exchange } = deps;

  async function view(r: Reader, item: ConsentView) {
    const [party, name] = [await partyNames(r, self), await officerNames(r)];
    const named = party(item.recipient);
    return {
      id: item.id,
      side: item.side,
      partner: { id: item.partner, name: item.partnerName },
      records: await Promise.all(
        item.records.map(async ({ id, version }) => ({
          id,
          version,
          title: (await r.records.get(id))?.title ?? null,
        })),
      ),
      recipient: named.name === named.id ? { id: item.recipient, name: item.recipientName } : named,
      purpose: item.purpose,
      why: item.why,
      askedAt: item.askedAt,
      state: item.state,
      proposedByName: item.proposedBy === null ? null : name(item.proposedBy),
      decidedByName: item.decidedBy === null ? null : name(item.decidedBy),
      decidedAt: item.decidedAt,
      reason: item.reason,
      conditions: item.conditions,
      validUntil: item.validUntil,
      liftsNoOnward: item.liftsNoOnward,
      proof: item.proof,
    };
  }
  const answered = async (viewer: Parameters<typeof store.read>[0], id: string) => {
    deps.wake();
    const item = await exchange.consents.get(viewer, id);
    return store.read(viewer, (r) => view(r, item));
  };

  api.openapi(
    route({
      method: "get",
      path: "/consents",
      summary: "Requests to pass records on, ours and those made of us",
      response: z.object({ consents: z.array(consentSchema) }),
    }),
    async (c) => {
      const viewer = viewerWith(c, "content.read");
      const items = await exchange.consents.list(viewer, false);
      const consents = await store.read(viewer, (r) => Promise.all(items.map((item) => view(r, item))));
      return c.json({ consents }, 200);
    },
  );

  api.openapi(
    route({
      method: "post",
      path: "/consents",
      summary: "Ask the originator whether its records may be passed on",
      body: z.object({
        records: z.array(z.string()).min(1).max(1000),
        recipient: z.string(),
        purpose: z.string().max(200),
        why: z.string().max(10_000),
      }),
      response: consentSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "consent.ask");
      const { id } = await exchange.consents.request(viewer, c.req.valid("json"));
      return c.json(await answered(viewer, id), 200);
    },
  );

  api.openapi(
    route({
      method: "post",
      path: "/consents/{id}/grant",
      summary: "Consent; with a person in it the first word is a proposal",
      params: idParam,
      body: consentWordSchema,
      response: consentSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "consent.ask");
      const { validUntil, ...word } = c.req.valid("json");
      const { id } = c.req.valid("param");
      await exchange.consents.grant(viewer, id, { ...word, validUntil: instantFrom(validUntil) });
      return c.json(await answered(viewer, id), 200);
    },
  );

  for (const name of ["refuse", "withdraw"] as const) {
    api.openapi(
      route({
        method: "post",
        path: `/consents/{id}/${name}`,
        summary: name === "refuse" ? "Refuse" : "Take a consent back",
        params: idParam,
        body: z.object({ reason: z.string().min(1).max(10_000) }),
        response: consentSchema,
      }),
      async (c) => {
        const viewer = viewerWith(c, "consent.decide");
        const { id } = c.req.valid("param");
        await exchange.consents[name](viewer, id, c.req.valid("json").reason);
        return c.json(await answered(viewer, id), 200);
      },
    );
  }

  const copyView = ({ via, ...copy }: CopyState) => ({ ...copy, via: [...via] });

  api.openapi(
    route({
      method: "get",
      path: "/records/{id}/copies",
      summary: "Every copy of a record, near and far, and whose receipt is missing",
      params: idParam,
      response: copyTreeSchema,
    }),
    async (c) => {
      const tree = await exchange.copies(viewerWith(c, "content.read"), c.req.valid("param").id);
      return c.json({ ...tree, copies: tree.copies.map(copyView) }, 200);
    },
  );

  api.openapi(
    route({
      method: "get",
      path: "/oversight/unconfirmed",
      summary: "Copies given or taken back of which no receipt has come",
      response: z.object({ copies: z.array(copyStateSchema) }),
    }),
    async (c) => {
      const copies = await exchange.unconfirmed(viewerWith(c, "audit.read"));
      return c.json({ copies: copies.map(copyView) }, 200);
    },
  );
}
