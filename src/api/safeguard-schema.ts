import { z } from "@hono/zod-openapi";
import { RISKS } from "#safeguards";
import { reasonSchema } from "./schema.ts";

/** Risks, assurances, holds, case files and reports of errors, as the API says them. */
const instant = z.string();
const text = z.string().min(1).max(10_000);
const party = z.object({ id: z.string(), name: z.string() });

export const riskSchema = z
  .object({
    id: z.string(),
    kind: z.string(),
    country: z.string(),
    parties: z.array(z.string()),
    text: z.string(),
    source: z.string(),
    validFrom: instant,
    validUntil: instant.nullable(),
    createdAt: instant,
    createdBy: z.string(),
    endingBy: z.string().nullable(),
    endedBy: z.string().nullable(),
    endedAt: instant.nullable(),
    endReason: z.string(),
  })
  .openapi("Risk");

export const riskInputSchema = z
  .object({
    kind: z.enum(RISKS),
    country: z.string().max(2),
    parties: z.array(z.string()).min(1).max(100),
    text,
    source: text,
    validFrom: z.string(),
    validUntil: z.string().nullable(),
  })
  .openapi("RiskInput");

export const assuranceSchema = z
  .object({
    id: z.string(),
    giver: z.string(),
    text: z.string(),
    signatory: z.string(),
    givenOn: instant,
    validFrom: instant,
    validUntil: instant.nullable(),
    risks: z.array(z.string()),
    records: z.array(z.string()).nullable(),
    createdAt: instant,
    createdBy: z.string(),
    withdrawnBy: z.string().nullable(),
    withdrawnAt: instant.nullable(),
    withdrawReason: z.string(),
  })
  .openapi("Assurance");

export const assuranceInputSchema = z
  .object({
    giver: z.string(),
    text,
    signatory: text,
    givenOn: z.string(),
    validFrom: z.string(),
    validUntil: z.string().nullable(),
    risks: z.array(z.enum(RISKS)).min(1).max(10),
    records: z.array(z.string()).max(1000).nullable(),
  })
  .openapi("AssuranceInput");

const capacity = z.enum(["legal", "senior"]);

export const escalationSchema = z
  .object({
    release: z.string(),
    title: z.string(),
    items: z.array(z.object({ recordId: z.string(), reasons: z.array(reasonSchema) })),
    decisions: z.array(
      z.object({
        release: z.string(),
        capacity,
        decision: z.enum(["allow", "refuse"]),
        reasons: z.string(),
        covers: z.array(z.object({ record: z.string(), risk: z.string() })),
        officer: z.string(),
        at: instant,
      }),
    ),
    waitsFor: z.array(capacity),
  })
  .openapi("Escalation");

export const riskWordSchema = z
  .object({ capacity, decision: z.enum(["allow", "refuse"]), reasons: text })
  .openapi("RiskWord");

export const holdSchema = z
  .object({
    id: z.string(),
    recordId: z.string(),
    reason: z.string(),
    until: instant.nullable(),
    placedBy: z.string(),
    placedAt: instant,
    releasedBy: z.string().nullable(),
    releasedAt: instant.nullable(),
    releaseReason: z.string(),
  })
  .openapi("LegalHold");

export const reviewDueSchema = z
  .object({
    recordId: z.string(),
    version: instant,
    side: z.enum(["given", "received"]),
    channel: z.string(),
    release: z.string(),
    reviewBy: instant,
    title: z.string().nullable(),
    days: z.int().openapi({ description: "until the review; negative when it is overdue" }),
  })
  .openapi("ReviewDue");

export const caseSchema = z
  .object({
    case: z.object({
      id: z.string(),
      kind: z.enum(["access", "correction", "erasure", "match-dispute"]),
      request: z.string(),
      state: z.enum(["open", "decided", "closed"]),
      receivedAt: instant,
      dueAt: instant,
      extendedBy: z.string().nullable(),
      extensionReason: z.string(),
      openedBy: z.string(),
      openedAt: instant,
      outcome: z.enum(["granted", "partly", "refused"]).nullable(),
      reasons: z.string(),
      decidedBy: z.string().nullable(),
      decidedAt: instant.nullable(),
      closedAt: instant.nullable(),
      records: z.array(z.object({ id: z.string(), version: instant })),
    }),
    overdue: z.boolean(),
    copies: z.array(
      z.object({
        recordId: z.string(),
        holder: z.string(),
        holderName: z.string(),
        onward: z.boolean(),
        version: instant,
        told: z.boolean(),
        confirmed: z.boolean(),
      }),
    ),
    confirmed: z.int(),
    missing: z.int(),
  })
  .openapi("RedressCase");

export const caseInputSchema = z
  .object({
    kind: z.enum(["access", "correction", "erasure", "match-dispute"]),
    request: z.string().min(1).max(20_000),
    receivedAt: z.string(),
    records: z.array(z.string()).max(1000),
  })
  .openapi("RedressInput");

export const errorQuerySchema = z
  .object({
    records: z.array(z.string()).max(10_000).optional(),
    marking: z.string().max(300).optional(),
    from: z.string().optional(),
    until: z.string().optional(),
    recipient: z.string().max(300).optional(),
  })
  .openapi("ErrorQuery");

export const reportSchema = z
  .object({
    report: z.object({
      id: z.string(),
      what: z.string(),
      query: errorQuerySchema,
      state: z.enum(["open", "closed"]),
      openedBy: z.string(),
      openedAt: instant,
      closedBy: z.string().nullable(),
      closedAt: instant.nullable(),
      closing: z.string(),
    }),
    notifyBy: instant,
    recipients: z.array(party.extend({ copies: z.int() })),
    copies: z.array(
      z.object({
        recordId: z.string(),
        version: instant,
        party: z.string(),
        channel: z.string(),
        release: z.string(),
        sequence: z.int(),
        state: z.string(),
      }),
    ),
    hidden: z.int(),
    gone: z.int(),
    remaining: z.int(),
  })
  .openapi("ErrorReport");
