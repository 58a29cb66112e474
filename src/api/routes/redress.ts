import { z } from "@hono/zod-openapi";
import type { CaseView, ReportView } from "#safeguards";
import { type Api, type ApiDeps, idParam, route, viewerWith } from "../context.ts";
import { caseInputSchema, caseSchema, errorQuerySchema, reportSchema } from "../safeguard-schema.ts";
import { instantFrom } from "./records.ts";

const openQuery = z.object({ open: z.enum(["true", "false"]).optional() });

const caseView = ({ case: item, copies, ...rest }: CaseView) => ({
  ...rest,
  case: { ...item, records: [...item.records] },
  copies: [...copies],
});

function reportView({ report, recipients, copies, ...rest }: ReportView) {
  const { records, ...query } = report.query;
  return {
    ...rest,
    report: { ...report, query: { ...query, ...(records === undefined ? {} : { records: [...records] }) } },
    recipients: [...recipients],
    copies: [...copies],
  };
}

/** Case files of people who ask or dispute, and reports of what left that should not have. */
export function redressRoutes(api: Api, deps: ApiDeps): void {
  readCases(api, deps);
  writeCases(api, deps);
  errorRoutes(api, deps);
}

function readCases(api: Api, { redress }: ApiDeps): void {
  api.openapi(
    route({
      method: "get",
      path: "/redress",
      summary: "Case files, by when they are due",
      query: openQuery,
      response: z.object({ cases: z.array(caseSchema) }),
    }),
    async (c) => {
      const cases = await redress.list(viewerWith(c, "redress.read"), c.req.valid("query").open === "true");
      return c.json({ cases: cases.map(caseView) }, 200);
    },
  );
  api.openapi(
    route({
      method: "get",
      path: "/redress/{id}",
      summary: "A case, its decision, and who has confirmed it",
      params: idParam,
      response: caseSchema,
    }),
    async (c) => c.json(caseView(await redress.show(viewerWith(c, "redress.read"), c.req.valid("param").id)), 200),
  );
  api.openapi(
    route({
      method: "get",
      path: "/redress/{id}/notice",
      summary: "What the person is sent: the number of the case and nothing about it",
      params: idParam,
      response: z.object({ case: z.string(), text: z.string() }),
    }),
    async (c) => c.json(await redress.notice(viewerWith(c, "redress.read"), c.req.valid("param").id), 200),
  );
}

function writeCases(api: Api, { redress, wake }: ApiDeps): void {
  api.openapi(
    route({ method: "post", path: "/redress", summary: "Open a case", body: caseInputSchema, response: caseSchema }),
    async (c) => {
      const input = c.req.valid("json");
      const viewer = viewerWith(c, "redress.write");
      const opened = await redress.open(viewer, { ...input, receivedAt: instantFrom(input.receivedAt) ?? "" });
      return c.json(caseView(opened), 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/redress/{id}/decide",
      summary: "Decide a case that another officer opened; a granted erasure goes out at once",
      params: idParam,
      body: z.object({ outcome: z.enum(["granted", "partly", "refused"]), reasons: z.string().min(1).max(20_000) }),
      response: caseSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "redress.decide");
      const decided = await redress.decide(viewer, c.req.valid("param").id, c.req.valid("json"));
      wake();
      return c.json(caseView(decided), 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/redress/{id}/extend",
      summary: "Extend its time, once",
      params: idParam,
      body: z.object({ reason: z.string().min(1).max(20_000) }),
      response: caseSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "redress.decide");
      return c.json(caseView(await redress.extend(viewer, c.req.valid("param").id, c.req.valid("json").reason)), 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/redress/{id}/correct",
      summary: "Draft and submit the corrected version to every party that holds an older one",
      params: idParam,
      response: z.object({ releases: z.array(z.string()) }),
    }),
    async (c) => {
      const releases = await redress.correct(viewerWith(c, "release.draft"), c.req.valid("param").id);
      return c.json({ releases: [...releases] }, 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/redress/{id}/close",
      summary: "Close it when every receipt has come",
      params: idParam,
      response: caseSchema,
    }),
    async (c) => c.json(caseView(await redress.close(viewerWith(c, "redress.decide"), c.req.valid("param").id)), 200),
  );
}

function errorRoutes(api: Api, { errorReports, wake }: ApiDeps): void {
  api.openapi(
    route({
      method: "get",
      path: "/error-reports",
      summary: "Reports of what left that should not have, newest first",
      query: openQuery,
      response: z.object({ reports: z.array(reportSchema) }),
    }),
    async (c) => {
      const found = await errorReports.list(viewerWith(c, "error.read"), c.req.valid("query").open === "true");
      return c.json({ reports: found.map(reportView) }, 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/error-reports",
      summary: "Report it; the affected copies are found by the query",
      body: z.object({ what: z.string().min(1).max(20_000), query: errorQuerySchema }),
      response: reportSchema,
    }),
    async (c) => {
      const { what, query } = c.req.valid("json");
      const { records, marking, recipient } = query;
      const [from, until] = [instantFrom(query.from ?? null), instantFrom(query.until ?? null)];
      const opened = await errorReports.open(viewerWith(c, "error.report"), {
        what,
        query: {
          ...(records === undefined ? {} : { records }),
          ...(marking === undefined ? {} : { marking }),
          ...(recipient === undefined ? {} : { recipient }),
          ...(from === null ? {} : { from }),
          ...(until === null ? {} : { until }),
        },
      });
      return c.json(reportView(opened), 200);
    },
  );
  api.openapi(
    route({
      method: "get",
      path: "/error-reports/{id}",
      summary: "One report, and what is not confirmed as gone",
      params: idParam,
      response: reportSchema,
    }),
    async (c) => c.json(reportView(await errorReports.show(viewerWith(c, "error.read"), c.req.valid("param").id)), 200),
  );
  api.openapi(
    route({
      method: "post",
      path: "/error-reports/{id}/recall",
      summary: "Take back what is still out there",
      params: idParam,
      response: z.object({ told: z.int() }),
    }),
    async (c) => {
      const told = await errorReports.recall(viewerWith(c, "release.recall"), c.req.valid("param").id);
      wake();
      return c.json({ told }, 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/error-reports/{id}/close",
      summary: "Close it when nothing that it names is out there any more",
      params: idParam,
      body: z.object({ closing: z.string().min(1).max(20_000) }),
      response: reportSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "error.close");
      return c.json(
        reportView(await errorReports.close(viewer, c.req.valid("param").id, c.req.valid("json").closing)),
        200,
      );
    },
  );
}
