import { z } from "@hono/zod-openapi";

/** What the API says of dialogues. Spans are UTF-16 code units; dates are `YYYY-MM-DD`. */
const origin = z.enum(["agreed-text", "unilateral-statement", "commentary"]);
const date = z.iso.date();

const viewSchema = z.object({
  party: z.string(),
  score: z.number(),
  completion: z.string(),
  standing: z.string(),
  confidence: z.string(),
  reasons: z.string(),
  assessedOn: z.string(),
  stage: z.string(),
});

const commitmentSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    text: z.string(),
    lang: z.string(),
    origin,
    finding: z.enum(["statement-unseen", "not-verbatim", "origin-differs"]).nullable(),
    area: z.string(),
    owedBy: z.array(z.string()),
    owedTo: z.array(z.string()),
    guideline: z.string().nullable(),
    dueOn: z.string().nullable(),
    daysToDue: z.number().nullable(),
    state: z.enum(["overdue", "due-soon", "open", "done"]),
    ours: viewSchema.nullable(),
    theirs: z.array(viewSchema),
    disagree: z.boolean(),
    evidence: z
      .object({ shows: z.string(), standing: z.string(), by: z.string(), on: z.string(), source: z.string() })
      .nullable(),
    statement: z.object({ id: z.string(), name: z.string(), issuedOn: z.string() }),
  })
  .openapi("Commitment");

const roundSchema = z.object({
  id: z.string(),
  name: z.string(),
  place: z.string(),
  heldOn: z.string(),
  coChairs: z.array(z.object({ name: z.string(), title: z.string(), party: z.string() })),
});

const spanSide = z.object({ start: z.int(), end: z.int(), text: z.string() }).nullable();
const named = z.object({ id: z.string(), name: z.string(), issuedOn: z.string() });

const wording = z.object({
  lang: z.string(),
  before: named,
  after: named,
  added: z.int(),
  dropped: z.int(),
  changed: z.int(),
  spans: z.array(
    z.object({
      kind: z.enum(["same", "added", "dropped", "changed"]),
      before: spanSide,
      after: spanSide,
      words: z.array(z.object({ kind: z.enum(["same", "added", "dropped"]), text: z.string() })).optional(),
    }),
  ),
});

/** Named for the types of the workbench; where it may be absent, the plain shape is used. */
export const wordingSchema = wording.openapi("WordingChange");

export const nextRoundSchema = z
  .object({
    dialogue: z.object({
      id: z.string(),
      name: z.string(),
      parties: z.array(z.object({ ref: z.string(), name: z.string() })),
    }),
    next: roundSchema.nullable(),
    daysToGo: z.number().nullable(),
    last: roundSchema.nullable(),
    areas: z.array(z.object({ name: z.string(), commitments: z.array(commitmentSchema) })),
    overdue: z.array(z.object({ party: z.string(), commitments: z.array(z.string()) })),
    disagreements: z.array(z.string()),
    news: z.array(
      z.object({ id: z.string(), type: z.string(), title: z.string(), addedAt: z.string(), owner: z.string() }),
    ),
    wording: wording.nullable(),
    talkingPoints: z.array(
      z.object({
        kind: z.enum([
          "overdue-theirs",
          "overdue-ours",
          "disagreement",
          "unverified-claim",
          "no-guideline",
          "wording-dropped",
        ]),
        text: z.string(),
        parties: z.array(z.string()),
        source: z.string(),
      }),
    ),
    national: z.object({
      notes: z.array(z.object({ id: z.string(), name: z.string(), content: z.string() })),
      tasks: z.array(
        z.object({
          id: z.string(),
          name: z.string(),
          assignedTo: z.string(),
          dueOn: z.string().nullable(),
          doneOn: z.string().nullable(),
          overdue: z.boolean(),
        }),
      ),
    }),
    us: z.string(),
  })
  .openapi("NextRound");

export const statementSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    origin,
    issuedOn: z.string(),
    issuedBy: z.array(z.string()),
    round: z.string().nullable(),
    own: z.boolean(),
    texts: z.array(z.object({ lang: z.string(), text: z.string(), sha256: z.string() })),
    marked: z.array(z.object({ id: z.string(), name: z.string(), lang: z.string(), start: z.int(), end: z.int() })),
    suggestions: z.array(
      z.object({
        lang: z.string(),
        start: z.int(),
        end: z.int(),
        text: z.string(),
        because: z.string(),
        confidence: z.number(),
      }),
    ),
  })
  .openapi("Statement");

export const jointRecordSchema = z
  .object({
    id: z.string(),
    version: z.string(),
    sha256: z.string(),
    name: z.string(),
    own: z.boolean(),
    texts: z.array(z.object({ lang: z.string(), text: z.string() })),
    state: z.enum(["draft", "signed-by-some", "closed"]),
    signatures: z.array(
      z.object({
        party: z.string(),
        state: z.enum(["missing", "valid", "invalid", "of-another-version", "key-unknown"]),
        signedBy: z.string().nullable(),
        signedOn: z.string().nullable(),
      }),
    ),
    openAmendments: z.array(z.string()),
  })
  .openapi("JointRecord");

export const progressSchema = z.object({
  points: z.array(
    z.object({
      on: z.string(),
      label: z.string(),
      commitments: z.int(),
      byParty: z.array(
        z.object({
          party: z.string(),
          assessed: z.int(),
          claimed: z.int(),
          verified: z.int(),
          completion: z.record(z.string(), z.int()),
          score: z.number().nullable(),
        }),
      ),
    }),
  ),
});

const markings = z.array(z.string().max(300)).max(50);
const line = z.string().min(1).max(2000);

export const dialogueInputSchema = z.object({
  name: line,
  parties: z
    .array(z.object({ ref: line, name: line }))
    .min(2)
    .max(200),
  areas: z.array(line).max(100),
  markings,
});

export const roundInputSchema = z.object({
  place: line,
  heldOn: date,
  coChairs: z
    .array(z.object({ name: line, title: z.string().max(2000), party: line }))
    .min(1)
    .max(50),
  markings,
});

export const statementInputSchema = z.object({
  name: line,
  origin,
  issuedBy: z.array(line).min(1).max(200),
  issuedOn: date,
  lang: z.string().max(35),
  /** The text itself, or a document in base64 (text, HTML, PDF, DOCX), or a template's key. */
  text: z.string().max(2_000_000).optional(),
  document: z.string().max(70_000_000).optional(),
  template: z.string().max(100).optional(),
  round: z.string().max(300).nullable(),
  markings,
});

export const commitmentInputSchema = z.object({
  statement: z.string().max(300),
  lang: z.string().max(35),
  start: z.int().min(0),
  end: z.int().min(1),
  name: line,
  area: line,
  owedBy: z.array(line).min(1).max(200),
  owedTo: z.array(line).max(200),
  guideline: z.string().max(20_000).nullable(),
  dueOn: date.nullable(),
  markings,
});

export const assessmentInputSchema = z.object({
  score: z.union([z.literal(-1), z.literal(0), z.literal(1)]),
  completion: z.enum(["no-evidence", "not-started", "limited", "substantial", "complete"]),
  confidence: z.enum(["low", "moderate", "high"]),
  standing: z.enum(["open", "claimed-complete", "verified"]),
  stage: z.enum(["interim", "final"]),
  reasons: z.string().min(1).max(20_000),
  evidence: z.array(z.string().max(300)).max(500),
  markings,
});

export const evidenceInputSchema = z.object({
  shows: z.string().min(1).max(20_000),
  source: line,
  statedBy: line,
  observedOn: date,
  standing: z.enum(["claimed", "verified"]),
  markings,
});
