import { z } from "@hono/zod-openapi";
import { checkEvidence } from "#ledger";
import type { InboundParcel } from "#store";
import { type Api, type ApiDeps, idParam, partyNames, route, viewerWith } from "../context.ts";
import { ApiError } from "../errors.ts";
import {
  channelSchema,
  evidenceVerdictSchema,
  inboxSchema,
  incidentSchema,
  ledgerSchema,
  verdictSchema,
} from "../schema.ts";
import { channelView, incidentView } from "../views.ts";

/** Kinds that are answered with a receipt of their own. */
const RECEIPTED: ReadonlySet<string> = new Set(["release", "correction", "recall", "fair-offer", "fair-key"]);

/** A sealed release is shown when its key has opened it. */
const opened = ({ kind, summary }: InboundParcel): boolean =>
  kind !== "fair-key" || (JSON.parse(summary) as Summary).gives !== undefined;

interface Summary {
  /** What the key of a sealed release opened. */
  readonly gives?: "release" | "correction";
  readonly title?: string;
  readonly purpose?: string;
  readonly legalBasis?: { readonly title: string };
  readonly reviewBy?: string;
  readonly results?: readonly {
    readonly id: string;
    readonly version: string;
    readonly result: string;
    readonly reason?: string;
  }[];
}

export function channelRoutes(api: Api, deps: ApiDeps): void {
  const { store, self, exchange } = deps;

  api.openapi(
    route({
      method: "get",
      path: "/inbox",
      summary: "What partners gave, corrected and took back",
      response: inboxSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "content.read");
      const parcels = await store.read(viewer, async (r) => {
        const party = await partyNames(r, self);
        const channels = new Map((await r.channels.list()).map((channel) => [channel.id, channel]));
        const receipts = new Set(
          (await Promise.all([...channels.keys()].map((id) => r.parcels.outboundList(id, 5000))))
            .flat()
            .map((parcel) => parcel.subject),
        );
        const inbound = await r.parcels.inboundList({
          kinds: ["release", "correction", "recall", "fair-key"],
          limit: 200,
        });
        return Promise.all(
          inbound.filter(opened).map(async (parcel) => {
            const summary = JSON.parse(parcel.summary) as Summary;
            const results = await Promise.all(
              (summary.results ?? []).map(async ({ id, version, result, reason }) => ({
                id,
                version,
                result,
                reason: reason ?? null,
                title: (await r.records.get(id))?.title ?? null,
              })),
            );
            return {
              id: `${parcel.channel}#${parcel.sequence}`,
              channel: parcel.channel,
              sequence: parcel.sequence,
              kind: summary.gives ?? (parcel.kind as "release" | "correction" | "recall"),
              from: party(channels.get(parcel.channel)?.partner ?? ""),
              receivedAt: parcel.receivedAt,
              title: summary.title ?? "",
              purpose: summary.purpose ?? null,
              legalBasis: summary.legalBasis?.title ?? null,
              reviewBy: summary.reviewBy ?? null,
              receiptSent: receipts.has(parcel.hash),
              results,
            };
          }),
        );
      });
      return c.json({ parcels }, 200);
    },
  );

  api.openapi(
    route({
      method: "get",
      path: "/channels",
      summary: "The channels and their health",
      response: z.object({ channels: z.array(channelSchema) }),
    }),
    async (c) => {
      const channels = await store.read(c.get("viewer"), async (r) =>
        Promise.all((await r.channels.list()).map((channel) => channelView(r, channel))),
      );
      return c.json({ channels }, 200);
    },
  );

  api.openapi(
    route({
      method: "post",
      path: "/channels/invitations",
      summary: "Make an invitation to give to a partner",
      response: z.object({ id: z.string(), text: z.string() }),
    }),
    async (c) => c.json(await exchange.pairing.invite(c.get("viewer")), 200),
  );

  api.openapi(
    route({
      method: "post",
      path: "/channels/accept",
      summary: "Open a partner's invitation or answer",
      body: z.object({ text: z.string().max(100_000) }),
      response: z.object({ channel: z.string(), fingerprint: z.string(), answer: z.string().nullable() }),
    }),
    async (c) => {
      const { channel, fingerprint, answer } = await exchange.pairing.accept(c.get("viewer"), c.req.valid("json").text);
      return c.json({ channel: channel.id, fingerprint, answer }, 200);
    },
  );

  api.openapi(
    route({
      method: "post",
      path: "/channels/{id}/confirm",
      summary: "The partner read the same digits",
      params: idParam,
      body: z.object({ fingerprint: z.string().max(200) }),
      response: channelSchema,
    }),
    async (c) => {
      const channel = await exchange.pairing.confirm(
        c.get("viewer"),
        c.req.valid("param").id,
        c.req.valid("json").fingerprint,
      );
      deps.wake();
      return c.json(await store.read(c.get("viewer"), (r) => channelView(r, channel)), 200);
    },
  );

  api.openapi(
    route({
      method: "get",
      path: "/ledger/{id}",
      summary: "Both logs of a channel",
      params: idParam,
      response: ledgerSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "ledger.verify");
      const { id } = c.req.valid("param");
      const view = await store.read(viewer, async (r) => {
        const channel = await r.channels.get(id);
        if (channel === null) return null;
        const [sent, received] = [
          await r.parcels.outboundList(id),
          await r.parcels.inboundList({ channel: id, limit: 200 }),
        ];
        const entries = [
          ...sent.map(({ sequence, kind, hash, createdAt, state, receipt }) => ({
            direction: "sent" as const,
            sequence,
            kind,
            hash,
            at: createdAt,
            state,
            receipted: RECEIPTED.has(kind) ? receipt !== null : null,
          })),
          ...received.map(({ sequence, kind, hash, receivedAt }) => ({
            direction: "received" as const,
            sequence,
            kind,
            hash,
            at: receivedAt,
            state: "stored",
            receipted: null,
          })),
        ].toSorted((a, b) => (a.at < b.at ? 1 : -1));
        return {
          channel: await channelView(r, channel),
          own: { size: await r.trees.size(`out:${id}`), checkpoint: await r.trees.checkpoint(`out:${id}`) },
          theirs: { size: await r.trees.size(`in:${id}`), checkpoint: await r.trees.checkpoint(`in:${id}`) },
          entries,
          incidents: (await r.parcels.incidents()).filter((incident) => incident.channel === id).map(incidentView),
        };
      });
      if (view === null) throw new ApiError("not-found", `there is no channel ${id}`);
      return c.json(view, 200);
    },
  );

  api.openapi(
    route({
      method: "post",
      path: "/ledger/{id}/verify",
      summary: "Build both logs again and hold them against the signed checkpoints",
      params: idParam,
      response: verdictSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "ledger.verify");
      const verdict = await exchange.verify(viewer, c.req.valid("param").id);
      const party = await store.read(viewer, (r) => partyNames(r, self));
      return c.json(
        {
          channel: verdict.channel,
          partner: party(verdict.partner),
          own: { ...verdict.own, problems: [...verdict.own.problems] },
          theirs: { ...verdict.theirs, problems: [...verdict.theirs.problems] },
        },
        200,
      );
    },
  );

  api.openapi(
    route({
      method: "get",
      path: "/incidents",
      summary: "What partners and witnesses did wrong, and what to do",
      response: z.object({ incidents: z.array(incidentSchema) }),
    }),
    async (c) => {
      const viewer = viewerWith(c, "ledger.verify");
      const incidents = await store.read(viewer, (r) => r.parcels.incidents(1000));
      return c.json({ incidents: incidents.map(incidentView) }, 200);
    },
  );

  api.openapi(
    route({
      method: "post",
      path: "/incidents/{id}/seen",
      summary: "An officer has looked at an incident",
      params: idParam,
      response: z.object({ id: z.string() }),
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      await exchange.seeIncident(viewerWith(c, "ledger.verify"), id);
      return c.json({ id }, 200);
    },
  );

  api.get("/releases/:id/evidence", async (c) => {
    const viewer = viewerWith(c, "ledger.verify");
    viewerWith(c, "content.read");
    const text = await exchange.evidence(viewer, c.req.param("id"));
    return c.body(text, 200, {
      "content-type": "application/json",
      "content-disposition": `attachment; filename="evidence-${c.req.param("id").slice(9, 17)}.json"`,
    });
  });

  api.openapi(
    route({
      method: "post",
      path: "/evidence/check",
      summary: "Judge an evidence bundle",
      body: z.object({ text: z.string().max(64 * 1024 * 1024) }),
      response: evidenceVerdictSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "ledger.verify");
      // This node knows both keys of its own channels: the verdict need not rest on the file's word.
      const known = await store.read(
        viewer,
        async (r) =>
          Object.fromEntries([
            [self.id, self.key.publicKey],
            ...(await r.channels.list()).map((channel) => [channel.partner, channel.partnerKey]),
          ]) as Record<string, string>,
      );
      const { verdict, keysFrom, reasons, facts } = checkEvidence(c.req.valid("json").text, known);
      return c.json(
        {
          verdict,
          keysFrom,
          reasons: [...reasons],
          facts:
            facts === null
              ? null
              : {
                  ...facts,
                  given: [...facts.given],
                  cosigned: [...facts.cosigned],
                  returned: facts.returned.map((receipt) => ({ ...receipt, results: { ...receipt.results } })),
                },
        },
        200,
      );
    },
  );
}
