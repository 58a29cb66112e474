import { z } from "@hono/zod-openapi";
import type { OfficerViewer } from "#access";
import type { DraftInput } from "#safeguards";
import type { Reader } from "#store";
import { noteRead } from "../audited.ts";
import { type Api, type ApiDeps, idParam, partyNames, route, viewerWith } from "../context.ts";
import { basisInputSchema, basisSchema, draftSchema, releaseSchema, releaseSummarySchema } from "../schema.ts";
import { copyView, officerNames, releaseView } from "../views.ts";
import { instantFrom } from "./records.ts";

function draftOf({ fair = false, reviewBy, facts = {}, ...input }: z.infer<typeof draftSchema>): DraftInput {
  return { ...input, fair, facts, reviewBy: instantFrom(reviewBy) };
}

export function releaseRoutes(api: Api, deps: ApiDeps): void {
  const { store, self, safeguards } = deps;

  async function releaseDetail(viewer: OfficerViewer, id: string) {
    const review = await safeguards.review(viewer, id);
    return store.read(viewer, async (r) => {
      const [party, name] = [await partyNames(r, self), await officerNames(r)];
      const copies = await r.releases.copiesIn(id);
      const kept = new Map((await r.releases.items(id)).map((item) => [item.recordId, item.answer]));
      const open = review.release.state === "draft" || review.release.state === "submitted";
      return {
        release: releaseView(review.release, party, name, viewer.officer),
        reasons: open ? review.reasons.map((reason) => ({ ...reason })) : [],
        items: await Promise.all(
          review.items.map(async (item) => {
            const copy = copies.find((candidate) => candidate.recordId === item.recordId);
            // A decided release shows the answer of its time, not today's.
            const answer =
              open || (kept.get(item.recordId) ?? "") === ""
                ? item.answer
                : (JSON.parse(kept.get(item.recordId) ?? "") as typeof item.answer);
            return {
              recordId: item.recordId,
              version: item.version,
              title: item.title,
              type: item.recordId.split("--")[0] ?? "",
              aboutPerson: item.aboutPerson,
              state: item.state,
              facts: item.facts,
              answer: { effect: answer.effect, reasons: [...answer.reasons], obligations: [...answer.obligations] },
              copy: copy === undefined ? null : copyView(copy, party),
            };
          }),
        ),
        parcels: await parcelsOf(r, id),
      };
    });
  }

  async function parcelsOf(r: Reader, id: string) {
    return (await r.parcels.outboundBySubject(id)).map(
      ({ sequence, kind, state, attempts, createdAt, deliveredAt, lastError, receipt }) => ({
        sequence,
        kind,
        state,
        attempts,
        createdAt,
        deliveredAt,
        lastError,
        receipted: receipt !== null,
      }),
    );
  }

  api.openapi(
    route({
      method: "get",
      path: "/releases",
      summary: "Releases, newest first",
      response: z.object({ releases: z.array(releaseSummarySchema) }),
    }),
    async (c) => {
      const viewer = viewerWith(c, "content.read");
      const releases = await store.read(viewer, async (r) => {
        const [party, name] = [await partyNames(r, self), await officerNames(r)];
        return (await r.releases.list({ limit: 500 })).map((release) =>
          releaseView(release, party, name, viewer.officer),
        );
      });
      return c.json({ releases }, 200);
    },
  );

  api.openapi(
    route({
      method: "post",
      path: "/releases",
      summary: "Draft a release",
      body: draftSchema,
      response: releaseSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "release.draft");
      const input = c.req.valid("json");
      const { release } = await safeguards.draft(viewer, draftOf(input));
      return c.json(await releaseDetail(viewer, release.id), 200);
    },
  );

  api.openapi(
    route({
      method: "get",
      path: "/releases/{id}",
      summary: "A release with the safeguards' answers, its parcels and receipts",
      params: idParam,
      response: releaseSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "content.read");
      const { id } = c.req.valid("param");
      const detail = await releaseDetail(viewer, id);
      const persons = detail.items.filter((item) => item.aboutPerson).length;
      noteRead(c, { verb: "release.read", subject: id, detail: { persons }, person: persons > 0 });
      return c.json(detail, 200);
    },
  );

  api.openapi(
    route({
      method: "put",
      path: "/releases/{id}",
      summary: "Change a draft",
      params: idParam,
      body: draftSchema,
      response: releaseSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "release.draft");
      const input = c.req.valid("json");
      await safeguards.edit(viewer, c.req.valid("param").id, draftOf(input));
      return c.json(await releaseDetail(viewer, c.req.valid("param").id), 200);
    },
  );

  api.openapi(
    route({
      method: "post",
      path: "/releases/{id}/submit",
      summary: "Hand it to the second officer",
      params: idParam,
      response: releaseSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "release.draft");
      await safeguards.submit(viewer, c.req.valid("param").id);
      return c.json(await releaseDetail(viewer, c.req.valid("param").id), 200);
    },
  );

  const decision = z.object({ note: z.string().max(5000) });
  api.openapi(
    route({
      method: "post",
      path: "/releases/{id}/approve",
      summary: "The second officer's word: it leaves",
      params: idParam,
      body: decision,
      response: releaseSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "release.approve");
      await safeguards.approve(viewer, c.req.valid("param").id, c.req.valid("json").note);
      deps.wake();
      return c.json(await releaseDetail(viewer, c.req.valid("param").id), 200);
    },
  );

  api.openapi(
    route({
      method: "post",
      path: "/releases/{id}/reject",
      summary: "The second officer's word: it stays",
      params: idParam,
      body: decision,
      response: releaseSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "release.approve");
      await safeguards.reject(viewer, c.req.valid("param").id, c.req.valid("json").note);
      return c.json(await releaseDetail(viewer, c.req.valid("param").id), 200);
    },
  );

  api.openapi(
    route({
      method: "get",
      path: "/legal-bases",
      summary: "The registry of legal bases",
      response: z.object({ bases: z.array(basisSchema) }),
    }),
    async (c) => {
      const bases = await store.read(viewerWith(c, "content.read"), async (r) => {
        const party = await partyNames(r, self);
        return (await r.releases.bases()).map(({ id, title, citation, purposes, parties, validFrom, validUntil }) => ({
          id,
          title,
          citation,
          purposes: [...purposes],
          parties: parties.map(party),
          validFrom,
          validUntil,
        }));
      });
      return c.json({ bases }, 200);
    },
  );

  api.openapi(
    route({
      method: "post",
      path: "/legal-bases",
      summary: "Register an instrument",
      body: basisInputSchema,
      response: z.object({ id: z.string() }),
    }),
    async (c) => {
      const input = c.req.valid("json");
      const basis = await safeguards.addBasis(viewerWith(c, "basis.write"), {
        ...input,
        validFrom: instantFrom(input.validFrom) ?? "",
        validUntil: instantFrom(input.validUntil),
      });
      return c.json({ id: basis.id }, 200);
    },
  );
}
