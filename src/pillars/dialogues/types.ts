import { z } from "zod";
import type { JsonObject } from "#base";
import { defineType, fieldText, type RecordType } from "#stix";

/**
 * The record types of a dialogue. Each is a new SDO (STIX 2.1 §7.3) under an extension-definition of its own, so that any
 * STIX tool can carry it. A party is named by its STIX identity id; a date is `YYYY-MM-DD`.
 */
const text = z.string().min(1).max(20_000);
const line = z.string().min(1).max(2000);
const date = z.iso.date();
const language = z.string().regex(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, "a language tag (RFC 5646)");
const reference = (type: string) => z.string().regex(new RegExp(`^${type}--[0-9a-f-]{36}$`), `the id of a ${type}`);

/** Where words come from. Only agreed text makes an agreed commitment. */
export const ORIGINS = ["agreed-text", "unilateral-statement", "commentary"] as const;
export type Origin = (typeof ORIGINS)[number];

/** Open Government Partnership, completion of a commitment. */
export const COMPLETIONS = ["no-evidence", "not-started", "limited", "substantial", "complete"] as const;
export type Completion = (typeof COMPLETIONS)[number];

/** G20 Research Group, compliance: not met, partly met, met. */
const SCORES = [-1, 0, 1] as const;

export const CONFIDENCES = ["low", "moderate", "high"] as const;

/** What a party says of completion, and what somebody saw: two different states. */
export const STANDINGS = ["open", "claimed-complete", "verified"] as const;

const person = z.looseObject({ name: line, title: line.optional(), party: line });
const source = z.looseObject({ name: line, url: z.url().max(2000).optional(), retrieved_on: date.optional() });

export const EXTENSIONS = {
  dialogue: "extension-definition--71c95563-482c-41a7-8239-8e6ad34919e2",
  "dialogue-round": "extension-definition--b9a3a5d2-7d61-4c0a-9f5e-1c7e0a4b6d38",
  "dialogue-statement": "extension-definition--823d98c7-1005-482c-aabe-07b8bc35c88d",
  commitment: "extension-definition--d57ad641-5896-41a1-aeaf-da885725f9aa",
  "commitment-evidence": "extension-definition--c5951730-7e35-4bad-bc04-cabd7317df5f",
  "commitment-assessment": "extension-definition--df0a08de-1d45-4485-ad1c-32ec4753350a",
  "commitment-milestone": "extension-definition--11096564-a826-490e-be04-a85a3b8bb0b5",
  "dialogue-task": "extension-definition--4860b227-378d-4d11-9e27-afe17f7e71b4",
  "meeting-note": "extension-definition--7002e04f-4e51-4afa-b62d-f19cfbfc13ed",
  "round-record": "extension-definition--7355deb8-6eeb-46ac-8080-3a324d0e2e33",
  "round-amendment": "extension-definition--8ace28c9-59be-49c6-bb5a-69b28964a611",
  "round-signature": "extension-definition--1f433d2a-d122-4934-9a21-a3dbfa4c65a2",
} as const;
export type DialogueTypeName = keyof typeof EXTENSIONS;

const dialogueSchema = z.looseObject({
  name: line,
  description: text.optional(),
  /** Two or more: a dialogue may be multilateral. */
  parties: z
    .array(z.looseObject({ ref: line, name: line }))
    .min(2)
    .max(200),
  areas: z.array(line).max(100).optional(),
});

const roundSchema = z.looseObject({
  name: line,
  series: line,
  dialogue_ref: reference("dialogue").optional(),
  place: line,
  /** The day of the meeting; of one still to come, the day that is planned. */
  held_on: date,
  ended_on: date.optional(),
  co_chairs: z.array(person).min(1).max(50),
  delegations: z
    .array(z.looseObject({ party: line, members: z.array(person).max(500) }))
    .max(200)
    .optional(),
  agenda: z
    .array(z.looseObject({ item: line, area: line.optional() }))
    .max(200)
    .optional(),
  areas: z.array(line).min(1).max(100),
});

const statementSchema = z.looseObject({
  name: line,
  dialogue_ref: reference("dialogue"),
  round_ref: reference("dialogue-round").optional(),
  origin: z.enum(ORIGINS),
  issued_by: z.array(line).min(1).max(200),
  issued_on: date,
  /** The wording in each of its languages; `sha256` is of the text as UTF-8, lower-case hex. */
  texts: z
    .array(
      z.looseObject({
        lang: language,
        text: z.string().min(1).max(2_000_000),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .min(1)
    .max(20),
  source,
});

const commitmentSchema = z.looseObject({
  name: line,
  dialogue_ref: reference("dialogue"),
  statement_ref: reference("dialogue-statement"),
  round_ref: reference("dialogue-round").optional(),
  /** Verbatim, and where it stands: UTF-16 code units from the start of the statement's text in that language. */
  span: z.looseObject({ lang: language, start: z.int().min(0), end: z.int().min(1), text }),
  origin: z.enum(ORIGINS),
  owed_by: z.array(line).min(1).max(200),
  owed_to: z.array(line).min(1).max(200).optional(),
  area: line,
  target: text.optional(),
  /** What will count as done; fixed before anyone scores. */
  guideline: text.optional(),
  due_on: date.optional(),
  review_on: date.optional(),
  /** The instrument of a template, for example `UNSCR 1373 (2001)`. */
  instrument: line.optional(),
});

const evidenceSchema = z.looseObject({
  commitment_ref: reference("commitment"),
  dialogue_ref: reference("dialogue"),
  shows: text,
  source,
  /** Admiralty code as it came: reliability A–F, credibility 1–6; other schemes in `evaluation_as_given`. */
  source_reliability: z.enum(["A", "B", "C", "D", "E", "F"]).optional(),
  information_credibility: z.enum(["1", "2", "3", "4", "5", "6"]).optional(),
  evaluation_as_given: line.optional(),
  standing: z.enum(["claimed", "verified"]),
  /** Who claims it, or who verified it. */
  stated_by: line,
  observed_on: date,
});

const assessmentSchema = z.looseObject({
  commitment_ref: reference("commitment"),
  dialogue_ref: reference("dialogue"),
  round_ref: reference("dialogue-round").optional(),
  assessed_by: line,
  assessed_on: date,
  stage: z.enum(["interim", "final"]),
  completion: z.enum(COMPLETIONS),
  score: z.literal([...SCORES]),
  confidence: z.enum(CONFIDENCES),
  standing: z.enum(STANDINGS),
  reasons: text,
  /** A rating of another scheme beside the score, for example FATF: C, LC, PC, NC. */
  rating: z.looseObject({ scheme: line, value: line }).optional(),
  evidence_refs: z.array(reference("commitment-evidence")).max(500).optional(),
});

const milestoneSchema = z.looseObject({
  name: line,
  commitment_ref: reference("commitment"),
  dialogue_ref: reference("dialogue"),
  due_on: date.optional(),
  reached_on: date.optional(),
});

const taskSchema = z.looseObject({
  name: line,
  dialogue_ref: reference("dialogue"),
  commitment_ref: reference("commitment").optional(),
  /** The officer's address. */
  assigned_to: line,
  due_on: date.optional(),
  done_on: date.optional(),
});

const noteSchema = z.looseObject({
  name: line,
  dialogue_ref: reference("dialogue"),
  round_ref: reference("dialogue-round").optional(),
  content: z.string().min(1).max(200_000),
});

const recordSchema = z.looseObject({
  name: line,
  dialogue_ref: reference("dialogue"),
  round_ref: reference("dialogue-round"),
  drafted_by: line,
  texts: z
    .array(z.looseObject({ lang: language, text: z.string().min(1).max(500_000) }))
    .min(1)
    .max(20),
  commitment_refs: z.array(reference("commitment")).max(10_000).optional(),
  /** The amendments that this version takes in. */
  amendment_refs: z.array(reference("round-amendment")).max(1000).optional(),
});

const amendmentSchema = z.looseObject({
  dialogue_ref: reference("dialogue"),
  record_ref: reference("round-record"),
  /** The version that it would change. */
  record_modified: z.string(),
  proposed_by: line,
  texts: z
    .array(z.looseObject({ lang: language, text: z.string().min(1).max(500_000) }))
    .min(1)
    .max(20),
  reasons: text,
});

const signatureSchema = z.looseObject({
  dialogue_ref: reference("dialogue"),
  record_ref: reference("round-record"),
  record_modified: z.string(),
  /** Of the record's text as it is stored, lower-case hex. */
  record_sha256: z.string().regex(/^[0-9a-f]{64}$/),
  party: line,
  signed_by: line,
  signed_on: date,
  /** A DSSE envelope of `application/vnd.entente.round-record+json` by the party's key: provable without this software. */
  envelope: z.string().min(1).max(20_000),
});

const title = (object: JsonObject, ...names: readonly string[]): string =>
  names
    .map((name) => fieldText(object, name))
    .filter((part) => part !== "")
    .join(", ");

function declare(
  name: DialogueTypeName,
  titleOf: string,
  schema: z.ZodType,
  more: Partial<RecordType> = {},
): RecordType {
  return defineType({ name, kind: "sdo", title: titleOf, extensionId: EXTENSIONS[name], schema, ...more });
}

/** One meeting of a series of talks. */
const dialogueRoundType = declare("dialogue-round", "Dialogue round", roundSchema, {
  summary: (object) => title(object, "name", "place", "held_on"),
  names: (object) => [fieldText(object, "name"), fieldText(object, "series")],
});

/** Every record type that the pillar brings. */
export const dialogueTypes: readonly RecordType[] = [
  declare("dialogue", "Dialogue", dialogueSchema),
  dialogueRoundType,
  declare("dialogue-statement", "Statement", statementSchema, {
    summary: (object) => title(object, "name", "issued_on"),
  }),
  declare("commitment", "Commitment", commitmentSchema),
  declare("commitment-evidence", "Evidence", evidenceSchema, {
    summary: (object) => `${fieldText(object, "standing")}: ${fieldText(object, "shows")}`,
    names: (object) => [fieldText(object, "shows")],
  }),
  declare("commitment-assessment", "Assessment", assessmentSchema, {
    summary: (object) =>
      `${fieldText(object, "completion")} (${fieldText(object, "score")}), ${fieldText(object, "assessed_on")}`,
    names: () => [],
  }),
  declare("commitment-milestone", "Milestone", milestoneSchema),
  declare("dialogue-task", "Task", taskSchema),
  declare("meeting-note", "Meeting note", noteSchema),
  declare("round-record", "Record of a round", recordSchema),
  declare("round-amendment", "Amendment of a round's record", amendmentSchema, {
    summary: (object) => `Amendment: ${fieldText(object, "reasons")}`,
    names: () => [],
  }),
  declare("round-signature", "Signature of a round's record", signatureSchema, {
    summary: (object) => `Signed ${fieldText(object, "signed_on")} by ${fieldText(object, "signed_by")}`,
    names: () => [],
  }),
];

/** The properties that are declared; others are carried and have no type. */
type Known<T> = { [K in keyof T as string extends K ? never : K]: T[K] };

export type Dialogue = Known<z.infer<typeof dialogueSchema>>;
export type Round = Known<z.infer<typeof roundSchema>>;
export type Statement = Known<z.infer<typeof statementSchema>>;
export type Commitment = Known<z.infer<typeof commitmentSchema>>;
export type Evidence = Known<z.infer<typeof evidenceSchema>>;
export type Assessment = Known<z.infer<typeof assessmentSchema>>;
export type Milestone = Known<z.infer<typeof milestoneSchema>>;
export type Task = Known<z.infer<typeof taskSchema>>;
export type MeetingNote = Known<z.infer<typeof noteSchema>>;
export type RoundRecord = Known<z.infer<typeof recordSchema>>;
export type Amendment = Known<z.infer<typeof amendmentSchema>>;
export type Signature = Known<z.infer<typeof signatureSchema>>;
