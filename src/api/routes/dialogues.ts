import { z } from "@hono/zod-openapi";
import { fromBase64 } from "#base";
import type { OfficerViewer } from "#access";
import { findTemplate, readDocument, TEMPLATES, templateText } from "#pillars/dialogues";
import { type Api, type ApiDeps, idParam, route, viewerWith } from "../context.ts";
import {
  assessmentInputSchema,
  commitmentInputSchema,
  dialogueInputSchema,
  evidenceInputSchema,
  jointRecordSchema,
  nextRoundSchema,
  progressSchema,
  roundInputSchema,
  statementInputSchema,
  statementSchema,
  wordingSchema,
} from "../dialogue-schema.ts";
import { ApiError } from "../errors.ts";

const made = z.object({ id: z.string() });
const done = z.object({ done: z.literal(true) });

export function dialogueRoutes(api: Api, deps: ApiDeps): void {
  dialogueScreens(api, deps);
  dialogueWrites(api, deps);
  jointRecordRoutes(api, deps);
}

function dialogueScreens(api: Api, { dialogues, self }: ApiDeps): void {
  api.openapi(
    route({
      method: "get",
      path: "/dialogues",
      summary: "The dialogues that this officer may see, and the templates that may be adopted",
      response: z.object({
        dialogues: z.array(
          z.object({ id: z.string(), name: z.string(), parties: z.array(z.string()), own: z.boolean() }),
        ),
        templates: z.array(z.object({ key: z.string(), title: z.string(), instrument: z.string() })),
      }),
    }),
    async (c) => {
      const viewer = viewerWith(c, "content.read");
      const found = await dialogues.list(viewer);
      return c.json(
        {
          dialogues: found.map(({ id, name, parties, owner }) => ({
            id,
            name,
            parties: [...parties],
            own: owner === self.id,
          })),
          templates: TEMPLATES.map(({ key, title, instrument }) => ({ key, title, instrument })),
        },
        200,
      );
    },
  );
  api.openapi(
    route({
      method: "get",
      path: "/dialogues/{id}/next-round",
      summary: "All that a desk officer needs before the next round",
      params: idParam,
      response: nextRoundSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "content.read");
      const screen = await dialogues.nextRound(viewer, c.req.valid("param").id);
      return c.json({ ...(structuredClone(screen) as z.infer<typeof nextRoundSchema>), us: self.id }, 200);
    },
  );
  api.openapi(
    route({
      method: "get",
      path: "/dialogues/{id}/statements",
      summary: "Statements with their texts, what is marked in them and what reads like a commitment",
      params: idParam,
      response: z.object({ statements: z.array(statementSchema) }),
    }),
    async (c) => {
      const viewer = viewerWith(c, "content.read");
      const { statements, commitments } = await dialogues.collection(viewer, c.req.valid("param").id);
      const views = [];
      for (const { id, owner, value } of statements) {
        const suggestions = [];
        for (const { lang } of value.texts)
          for (const found of await dialogues.suggest(viewer, id, lang)) suggestions.push({ lang, ...found });
        views.push({
          id,
          name: value.name,
          origin: value.origin,
          issuedOn: value.issued_on,
          issuedBy: value.issued_by,
          round: value.round_ref ?? null,
          own: owner === self.id,
          texts: value.texts.map(({ lang, text, sha256 }) => ({ lang, text, sha256 })),
          marked: commitments
            .filter((item) => item.value.statement_ref === id)
            .map((item) => ({
              id: item.id,
              name: item.value.name,
              lang: item.value.span.lang,
              start: item.value.span.start,
              end: item.value.span.end,
            })),
          suggestions,
        });
      }
      return c.json({ statements: views }, 200);
    },
  );
  api.openapi(
    route({
      method: "get",
      path: "/dialogues/{id}/diff",
      summary: "What was added, dropped and changed from one statement to another",
      params: idParam,
      query: z.object({ before: z.string().max(300), after: z.string().max(300), lang: z.string().max(35) }),
      response: wordingSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "content.read");
      const { before, after, lang } = c.req.valid("query");
      const change = await dialogues.diff(viewer, before, after, lang);
      return c.json(structuredClone(change) as z.infer<typeof wordingSchema>, 200);
    },
  );
  api.openapi(
    route({
      method: "get",
      path: "/dialogues/{id}/progress",
      summary: "How the commitments stood at each round, by each party's own word",
      params: idParam,
      response: progressSchema,
    }),
    async (c) => {
      const viewer = viewerWith(c, "content.read");
      const points = await dialogues.progress(viewer, c.req.valid("param").id);
      return c.json({ points: points.map((point) => ({ ...point, byParty: [...point.byParty] })) }, 200);
    },
  );
  api.get("/dialogues/:id/calendar.ics", async (c) => {
    const viewer = viewerWith(c, "content.read");
    const text = await dialogues.calendar(viewer, c.req.param("id"));
    return c.body(text, 200, {
      "content-type": "text/calendar; charset=utf-8",
      "content-disposition": 'attachment; filename="dialogue.ics"',
      "cache-control": "no-store",
    });
  });
}

function dialogueWrites(api: Api, { dialogues }: ApiDeps): void {
  api.openapi(
    route({
      method: "post",
      path: "/dialogues",
      summary: "Begin a dialogue",
      body: dialogueInputSchema,
      response: made,
    }),
    async (c) => {
      const { name, parties, areas, markings } = c.req.valid("json");
      const input = { name, parties, ...(areas.length === 0 ? {} : { areas }) };
      return c.json({ id: await dialogues.newDialogue(viewerWith(c, "content.write"), input, markings) }, 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/dialogues/{id}/rounds",
      summary: "Record a round, held or planned",
      params: idParam,
      body: roundInputSchema,
      response: made,
    }),
    async (c) => {
      const viewer = viewerWith(c, "content.write");
      const { id } = c.req.valid("param");
      const { place, heldOn, coChairs, markings } = c.req.valid("json");
      const { value } = (await dialogues.collection(viewer, id)).dialogue;
      const round = {
        name: value.name,
        series: value.name,
        dialogue_ref: id,
        place,
        held_on: heldOn,
        co_chairs: coChairs.map(({ title, ...chair }) => (title === "" ? chair : { ...chair, title })),
        areas: value.areas ?? [value.name],
      };
      return c.json({ id: await dialogues.addRound(viewer, round, markings) }, 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/dialogues/{id}/statements",
      summary: "Bring a statement in: its text, a document (text, HTML, PDF, DOCX), or a template",
      params: idParam,
      body: statementInputSchema,
      response: made,
    }),
    async (c) => {
      const viewer = viewerWith(c, "content.write");
      const input = c.req.valid("json");
      const statement = {
        name: input.name,
        dialogue_ref: c.req.valid("param").id,
        ...(input.round === null ? {} : { round_ref: input.round }),
        origin: input.origin,
        issued_by: input.issuedBy,
        issued_on: input.issuedOn,
        texts: [{ lang: input.lang, text: await textOf(input, c.req.raw.signal) }],
        source: { name: input.template === undefined ? input.name : findTemplate(input.template).instrument },
      };
      return c.json({ id: await dialogues.addStatement(viewer, statement, input.markings) }, 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/commitments",
      summary: "Mark a commitment in a statement",
      body: commitmentInputSchema,
      response: made,
    }),
    async (c) => {
      const viewer = viewerWith(c, "content.write");
      const { statement, lang, start, end, name, area, owedBy, owedTo, guideline, dueOn, markings } =
        c.req.valid("json");
      const input = {
        statement_ref: statement,
        span: { lang, start, end },
        name,
        area,
        owed_by: owedBy,
        ...(owedTo.length === 0 ? {} : { owed_to: owedTo }),
        ...(guideline === null ? {} : { guideline }),
        ...(dueOn === null ? {} : { due_on: dueOn }),
      };
      return c.json({ id: await dialogues.addCommitment(viewer, input, markings) }, 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/commitments/{id}/guideline",
      summary: "Fix what counts as done",
      params: idParam,
      body: z.object({ guideline: z.string().min(1).max(20_000) }),
      response: done,
    }),
    async (c) => {
      const { guideline } = c.req.valid("json");
      await dialogues.amendCommitment(viewerWith(c, "content.write"), c.req.valid("param").id, { guideline });
      return c.json({ done: true as const }, 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/commitments/{id}/assessments",
      summary: "This party's own word on a commitment",
      params: idParam,
      body: assessmentInputSchema,
      response: made,
    }),
    async (c) => {
      const { markings, evidence, ...input } = c.req.valid("json");
      const assessment = {
        ...input,
        commitment_ref: c.req.valid("param").id,
        ...(evidence.length === 0 ? {} : { evidence_refs: evidence }),
      };
      return c.json({ id: await dialogues.assess(viewerWith(c, "content.write"), assessment, markings) }, 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/commitments/{id}/evidence",
      summary: "What shows how far a commitment is met: claimed, or verified",
      params: idParam,
      body: evidenceInputSchema,
      response: made,
    }),
    async (c) => {
      const { shows, source, statedBy, observedOn, standing, markings } = c.req.valid("json");
      const evidence = {
        commitment_ref: c.req.valid("param").id,
        shows,
        source: { name: source },
        standing,
        stated_by: statedBy,
        observed_on: observedOn,
      };
      return c.json({ id: await dialogues.addEvidence(viewerWith(c, "content.write"), evidence, markings) }, 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/dialogues/{id}/notes",
      summary: "A meeting note; national, it goes to nobody",
      params: idParam,
      body: z.object({ name: z.string().min(1).max(2000), content: z.string().min(1).max(200_000) }),
      response: made,
    }),
    async (c) => {
      const note = { ...c.req.valid("json"), dialogue_ref: c.req.valid("param").id };
      return c.json({ id: await dialogues.addNote(viewerWith(c, "content.write"), note) }, 200);
    },
  );
}

async function textOf(
  { text, document, template }: z.infer<typeof statementInputSchema>,
  signal: AbortSignal,
): Promise<string> {
  if ([text, document, template].filter((given) => given !== undefined).length !== 1)
    throw new ApiError("request-invalid", "a statement comes from its text, from one document, or from one template");
  if (template !== undefined) return templateText(findTemplate(template));
  if (document !== undefined) return (await readDocument(fromBase64(document), signal)).text;
  return (text ?? "").normalize("NFC");
}

function jointRecordRoutes(api: Api, { dialogues, self }: ApiDeps): void {
  const view = async (viewer: OfficerViewer, id: string) =>
    (await dialogues.records(viewer, id)).map((record) => ({
      id: record.id,
      version: record.version,
      sha256: record.sha256,
      name: record.value.name,
      own: record.value.drafted_by === self.id,
      texts: record.value.texts.map(({ lang, text }) => ({ lang, text })),
      state: record.state,
      signatures: record.signatures.map((signature) => ({ ...signature })),
      openAmendments: [...record.openAmendments],
    }));
  api.openapi(
    route({
      method: "get",
      path: "/dialogues/{id}/records",
      summary: "The records of a dialogue's rounds, and who has signed them",
      params: idParam,
      response: z.object({ records: z.array(jointRecordSchema) }),
    }),
    async (c) => c.json({ records: await view(viewerWith(c, "content.read"), c.req.valid("param").id) }, 200),
  );
  api.openapi(
    route({
      method: "post",
      path: "/round-records/{id}/signatures",
      summary: "Sign a round's record; `sha256` is of the text that the signer read",
      params: idParam,
      body: z.object({
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
        signedBy: z.string().min(1).max(2000),
        markings: z.array(z.string().max(300)).max(50),
      }),
      response: made,
    }),
    async (c) => {
      const { markings, ...rest } = c.req.valid("json");
      const input = { record: c.req.valid("param").id, ...rest };
      return c.json({ id: await dialogues.sign(viewerWith(c, "content.write"), input, markings) }, 200);
    },
  );
  api.openapi(
    route({
      method: "post",
      path: "/round-amendments/{id}/accept",
      summary: "Take a proposed amendment into a record that this party drafted",
      params: idParam,
      response: done,
    }),
    async (c) => {
      await dialogues.acceptAmendment(viewerWith(c, "content.write"), c.req.valid("param").id);
      return c.json({ done: true as const }, 200);
    },
  );
}
