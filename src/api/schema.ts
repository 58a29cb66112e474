import { z } from "@hono/zod-openapi";
import { itemFactsSchema } from "#safeguards";

/** What the HTTP API says, as schemas: the types, the validation and the OpenAPI document all come from here. */
const instant = z.string();
const party = z.object({ id: z.string(), name: z.string() }).openapi("Party");

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    where: z.string().nullable(),
    fix: z.string().nullable(),
  })
  .openapi("Problem");

export const nodeSchema = z
  .object({
    party,
    version: z.string(),
    purposes: z.array(z.string()),
    /** Organisations that let officers in. */
    organisations: z.array(z.object({ name: z.string(), title: z.string() })),
  })
  .openapi("Node");

export const sessionSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    email: z.string(),
    roles: z.array(z.string()),
    permissions: z.array(z.string()),
    /** Whether approvals may rest on this session now. */
    recent: z.boolean(),
  })
  .openapi("Session");

const handlingSchema = z
  .object({
    known: z.boolean(),
    granted: z.boolean(),
    tlp: z.string().nullable(),
    releasableTo: z.array(party),
    noOnward: z.boolean(),
    purposes: z.array(z.string()).nullable(),
    evidenceUse: z.string(),
    caveats: z.array(z.string()),
    statements: z.array(z.string()),
    reviewBy: instant.nullable(),
    expires: instant.nullable(),
    refs: z.array(z.string()),
  })
  .openapi("Handling");

const recordSummarySchema = z
  .object({
    id: z.string(),
    version: instant,
    type: z.string(),
    title: z.string(),
    owner: party,
    own: z.boolean(),
    aboutPerson: z.boolean(),
    addedAt: instant,
  })
  .openapi("RecordSummary");

export const recordPageSchema = z
  .object({ items: z.array(recordSummarySchema), next: z.string().nullable(), total: z.int() })
  .openapi("RecordPage");

const copySchema = z
  .object({
    party,
    version: instant,
    release: z.string(),
    state: z.enum(["sent", "confirmed", "refused", "recall-sent", "recalled", "replaced", "deleted"]),
    updatedAt: instant,
  })
  .openapi("Copy");

export const copyStateSchema = z
  .object({
    recordId: z.string(),
    version: instant,
    holder: party,
    via: z.array(party).openapi({ description: "the parties between this one and the holder" }),
    channel: z.string(),
    channelState: z.enum(["awaiting-confirmation", "active", "suspended", "closed"]),
    state: z.enum(["sent", "confirmed", "refused", "recall-sent", "recalled", "replaced", "deleted"]),
    confirmed: z.boolean(),
    updatedAt: instant,
  })
  .openapi("CopyState");

export const copyTreeSchema = z
  .object({ record: z.string(), copies: z.array(copyStateSchema), confirmed: z.int(), unconfirmed: z.int() })
  .openapi("CopyTree");

export const consentWordSchema = z
  .object({
    reason: z.string().min(1).max(10_000),
    conditions: z.string().max(10_000),
    validUntil: z.string().nullable(),
    liftsNoOnward: z.boolean(),
  })
  .openapi("ConsentWord");

export const consentSchema = z
  .object({
    id: z.string(),
    side: z.enum(["ours", "theirs"]),
    partner: party,
    records: z.array(z.object({ id: z.string(), version: instant, title: z.string().nullable() })),
    recipient: party,
    purpose: z.string(),
    why: z.string(),
    askedAt: instant,
    state: z.enum(["open", "proposed", "granted", "refused", "withdrawn"]),
    proposedByName: z.string().nullable(),
    decidedByName: z.string().nullable(),
    decidedAt: instant.nullable(),
    reason: z.string(),
    conditions: z.string(),
    validUntil: instant.nullable(),
    liftsNoOnward: z.boolean(),
    proof: z.string().nullable().openapi({ description: "SHA-256 of the envelope of the answer" }),
  })
  .openapi("Consent");

export const recordSchema = z
  .object({
    record: recordSummarySchema,
    object: z.record(z.string(), z.unknown()),
    text: z.string(),
    sha256: z.string(),
    state: z.enum(["held", "withdrawn", "expired"]),
    handling: handlingSchema,
    versions: z.array(
      z.object({
        version: instant,
        addedAt: instant,
        addedBy: z.string(),
        title: z.string(),
        state: z.string(),
        object: z.record(z.string(), z.unknown()).nullable(),
      }),
    ),
    relations: z.array(
      z.object({
        id: z.string(),
        type: z.string(),
        title: z.string(),
        property: z.string(),
        direction: z.enum(["from", "to"]),
      }),
    ),
    copies: z.array(copySchema),
    source: z.object({
      kind: z.enum(["import", "channel"]),
      name: z.string(),
      id: z.string(),
      at: instant,
      by: z.string(),
    }),
  })
  .openapi("Record");

export const importSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    loader: z.string(),
    startedAt: instant,
    endedAt: instant.nullable(),
    state: z.string(),
    bytes: z.number(),
    imported: z.int(),
    unchanged: z.int(),
    conflicts: z.int(),
    problems: z.int(),
    problemList: z.array(z.object({ number: z.int(), place: z.string(), code: z.string(), message: z.string() })),
  })
  .openapi("Import");

export const markingInputSchema = z
  .object({
    releasableTo: z.array(z.string()).max(100),
    purposes: z.array(z.string().max(200)).max(50).nullable(),
    noOnward: z.boolean(),
    caveats: z.array(z.string().max(1000)).max(50),
    reviewBy: z.string().nullable(),
    expires: z.string().nullable(),
  })
  .openapi("MarkingInput");

export const markingSchema = z.object({ id: z.string(), owner: party, handling: handlingSchema }).openapi("Marking");

export const basisSchema = z
  .object({
    id: z.string(),
    title: z.string(),
    citation: z.string(),
    purposes: z.array(z.string()),
    parties: z.array(party),
    validFrom: instant,
    validUntil: instant.nullable(),
  })
  .openapi("LegalBasis");

export const basisInputSchema = z
  .object({
    title: z.string().max(1000),
    citation: z.string().max(1000),
    purposes: z.array(z.string().max(200)).max(50),
    parties: z.array(z.string()).max(100),
    validFrom: z.string(),
    validUntil: z.string().nullable(),
  })
  .openapi("LegalBasisInput");

// Made anew: a schema of another room has not what the OpenAPI document needs.
const factsSchema = z.strictObject(itemFactsSchema.shape).openapi("RecordFacts");

export const reasonSchema = z
  .object({ rule: z.string(), message: z.string(), source: z.string(), fix: z.string() })
  .openapi("Reason");

export const releaseSummarySchema = z
  .object({
    id: z.string(),
    title: z.string(),
    recipient: party,
    channel: z.string(),
    purpose: z.string(),
    necessity: z.string(),
    legalBasis: z.string().nullable(),
    reviewBy: instant.nullable(),
    state: z.enum(["draft", "submitted", "approved", "rejected", "recalled"]),
    createdBy: z.string(),
    createdByName: z.string(),
    createdAt: instant,
    submittedAt: instant.nullable(),
    decidedByName: z.string().nullable(),
    decidedAt: instant.nullable(),
    decisionNote: z.string(),
    mine: z.boolean(),
    fair: z.boolean(),
  })
  .openapi("ReleaseSummary");

export const releaseSchema = z
  .object({
    release: releaseSummarySchema,
    reasons: z.array(reasonSchema),
    items: z.array(
      z.object({
        recordId: z.string(),
        version: instant,
        title: z.string().nullable(),
        type: z.string(),
        aboutPerson: z.boolean(),
        state: z.enum(["included", "withheld", "removed"]),
        facts: factsSchema,
        answer: z.object({
          effect: z.enum(["allow", "refuse", "escalate"]),
          reasons: z.array(reasonSchema),
          obligations: z.array(reasonSchema),
        }),
        copy: z.union([copySchema, z.null()]),
      }),
    ),
    parcels: z.array(
      z.object({
        sequence: z.int(),
        kind: z.string(),
        state: z.enum(["queued", "delivered"]),
        attempts: z.int(),
        createdAt: instant,
        deliveredAt: instant.nullable(),
        lastError: z.string().nullable(),
        receipted: z.boolean(),
      }),
    ),
  })
  .openapi("Release");

export const draftSchema = z
  .object({
    channel: z.string(),
    title: z.string().max(1000),
    purpose: z.string().max(200),
    necessity: z.string().max(10_000),
    legalBasis: z.string().nullable(),
    reviewBy: z.string().nullable(),
    records: z.array(z.string()).max(10_000),
    facts: z
      .record(z.string(), factsSchema)
      .optional()
      .openapi({ description: "what the drafter says of records, by their ids" }),
    fair: z
      .boolean()
      .optional()
      .openapi({ description: "the ciphertext goes first, the key on the recipient's signed receipt" }),
  })
  .openapi("Draft");

export const channelSchema = z
  .object({
    id: z.string(),
    partner: party,
    state: z.enum(["awaiting-confirmation", "active", "suspended", "closed"]),
    fingerprint: z.string(),
    purposes: z.array(z.string()),
    createdAt: instant,
    confirmedAt: instant.nullable(),
    lastContactAt: instant.nullable(),
    lastError: z.string().nullable(),
    waiting: z.int(),
    url: z.string(),
  })
  .openapi("Channel");

export const inboxSchema = z
  .object({
    parcels: z.array(
      z.object({
        id: z.string(),
        channel: z.string(),
        sequence: z.int(),
        kind: z.enum(["release", "correction", "recall"]),
        from: party,
        receivedAt: instant,
        title: z.string(),
        purpose: z.string().nullable(),
        legalBasis: z.string().nullable(),
        reviewBy: instant.nullable(),
        receiptSent: z.boolean(),
        results: z.array(
          z.object({
            id: z.string(),
            version: instant,
            result: z.string(),
            reason: z.string().nullable(),
            title: z.string().nullable(),
          }),
        ),
      }),
    ),
  })
  .openapi("Inbox");

const logSchema = z.object({
  size: z.int(),
  deleted: z.int().openapi({ description: "parcels whose text was deleted; their hashes still make the tree" }),
  verified: z.boolean(),
  root: z.string().nullable(),
  problems: z.array(z.string()),
});

export const verdictSchema = z
  .object({ channel: z.string(), partner: party, own: logSchema, theirs: logSchema })
  .openapi("ChannelVerdict");

export const incidentSchema = z
  .object({
    id: z.string(),
    channel: z.string().nullable(),
    kind: z.string(),
    message: z.string(),
    /** What a person does about it. */
    todo: z.string(),
    /** SHA-256 of the evidence. */
    digest: z.string(),
    at: instant,
    /** How often the same was tried, and when last. */
    times: z.int(),
    lastAt: instant,
    seenBy: z.string().nullable(),
  })
  .openapi("Incident");

export const ledgerSchema = z
  .object({
    channel: channelSchema,
    own: z.object({ size: z.int(), checkpoint: z.string().nullable() }),
    theirs: z.object({ size: z.int(), checkpoint: z.string().nullable() }),
    entries: z.array(
      z.object({
        direction: z.enum(["sent", "received"]),
        sequence: z.int(),
        kind: z.string(),
        hash: z.string(),
        at: instant,
        state: z.string(),
        receipted: z.boolean().nullable(),
      }),
    ),
    incidents: z.array(incidentSchema),
  })
  .openapi("Ledger");

export const evidenceVerdictSchema = z
  .object({
    verdict: z.enum(["genuine", "incomplete", "refused"]),
    keysFrom: z.enum(["given", "file"]),
    reasons: z.array(z.object({ code: z.string(), message: z.string(), where: z.string() })),
    facts: z
      .object({
        from: z.string(),
        to: z.string(),
        given: z.array(
          z.object({ kind: z.string(), title: z.string(), sent: instant, records: z.int(), sequence: z.int() }),
        ),
        returned: z.array(z.object({ received: instant, sequence: z.int(), results: z.record(z.string(), z.int()) })),
        cosigned: z.array(z.object({ log: z.string(), cosigner: z.string(), size: z.int(), at: instant })),
      })
      .nullable(),
  })
  .openapi("EvidenceVerdict");

export const homeSchema = z
  .object({
    toApprove: z.array(releaseSummarySchema),
    myDrafts: z.array(releaseSummarySchema),
    recentlyIn: z.int(),
    records: z.int(),
    unreceipted: z.int(),
    incidents: z.int(),
    channels: z.array(channelSchema),
  })
  .openapi("Home");
