import { z } from "zod";
import { defineType, fieldText, type RecordType } from "#stix";

/** Acts about designations that a party records itself: they have markings, and travel as ordinary releases. */

const AMENDMENT_EXTENSION_ID = "extension-definition--4f109aa7-a13a-4123-92ba-6ece5d212491";
const PROPOSAL_EXTENSION_ID = "extension-definition--e22a5390-dfe9-438e-9b26-2a59cd04f741";
const VIEW_EXTENSION_ID = "extension-definition--8246104b-21fb-4914-93ba-2888a57c0509";
const REDRESS_EXTENSION_ID = "extension-definition--f5ffc312-7aaa-4f1c-a6f6-5829d1808fbe";

const text = z.string().min(1);
const day = z.iso.date();
const source = z.looseObject({ name: text, url: z.url().optional(), published_on: day.optional() });
const alias = z.looseObject({ name: text, kind: text, quality: text.optional() });

/** What every act names: the entry of a list, by its key, and the record of it where there is one. */
const about = { name: text, list_key: text.optional(), designation_ref: text.optional() };

/** Without looking at the subject, an act is handled as if it were about a person. */
const perhapsPerson = (object: Parameters<RecordType["aboutPerson"]>[0]): boolean =>
  object["subject_class"] !== "organization";

/** A change in law that was read elsewhere (an official gazette), entered by hand before or beside a list's state. */
export const amendmentType: RecordType = defineType({
  name: "designation-amendment",
  kind: "sdo",
  title: "Designation, amended by hand",
  extensionId: AMENDMENT_EXTENSION_ID,
  schema: z.looseObject({
    ...about,
    act: z.enum(["amended", "listed", "delisted"]),
    authority: text.optional(),
    effective_on: day,
    programmes_added: z.array(text).optional(),
    programmes_removed: z.array(text).optional(),
    aliases_added: z.array(alias).optional(),
    legal_basis: text.optional(),
    source,
    note: text.optional(),
  }),
  summary: (object) =>
    `${fieldText(object, "name")}: ${fieldText(object, "act")}, in effect from ${fieldText(object, "effective_on")}`,
  names: (object) => [
    fieldText(object, "name"),
    ...(Array.isArray(object["aliases_added"]) ? object["aliases_added"] : []).flatMap((one) =>
      typeof one === "object" && one !== null && !Array.isArray(one) ? fieldText(one, "name") : [],
    ),
  ],
  aboutPerson: perhapsPerson,
});

/** One party proposes to another that it list somebody, or amend or end a listing. */
export const proposalType: RecordType = defineType({
  name: "designation-proposal",
  kind: "sdo",
  title: "Proposal to designate",
  extensionId: PROPOSAL_EXTENSION_ID,
  schema: z.looseObject({
    ...about,
    act: z.enum(["list", "amend", "delist"]),
    /** The authority and list that the proposal is for. */
    authority: text.optional(),
    list: text.optional(),
    legal_basis: text.optional(),
    grounds: text,
    aliases: z.array(alias).optional(),
    proposed_on: day,
    evidence_refs: z.array(text).optional(),
    /** The proposer's: a partner's answer is its own view. */
    state: z.enum(["open", "withdrawn"]),
  }),
  summary: (object) => `Proposed to ${fieldText(object, "act")}: ${fieldText(object, "name")}`,
  aboutPerson: perhapsPerson,
});

export const POSITIONS = ["supports", "opposes", "undecided", "comment"] as const;
export type Position = (typeof POSITIONS)[number];

/** What one party holds of a listing or of a proposal. Views of several parties stand side by side; none replaces another. */
export const viewType: RecordType = defineType({
  name: "designation-view",
  kind: "sdo",
  title: "View of a designation",
  extensionId: VIEW_EXTENSION_ID,
  schema: z.looseObject({
    ...about,
    proposal_ref: text.optional(),
    position: z.enum(POSITIONS),
    reasons: text,
    held_on: day,
    /** The party's name, as it writes it; its identity is created_by_ref. */
    party_name: text.optional(),
  }),
  summary: (object) =>
    `${fieldText(object, "party_name")} ${fieldText(object, "position")}: ${fieldText(object, "name")}`.trim(),
  aboutPerson: perhapsPerson,
});

const ROUTES = ["un-ombudsperson", "un-focal-point", "ofac-501.807", "national"] as const;
export type Route = (typeof ROUTES)[number];

const phase = z.looseObject({
  phase: text,
  started_on: day,
  /** The last day, by the rule that the route gives; absent where it gives none. */
  due_on: day.optional(),
  extended_to: day.optional(),
  ended_on: day.optional(),
});

/** A petition against a listing, on the way that its list gives. */
export const redressType: RecordType = defineType({
  name: "redress-case",
  kind: "sdo",
  title: "Redress case",
  extensionId: REDRESS_EXTENSION_ID,
  schema: z.looseObject({
    ...about,
    route: z.enum(ROUTES),
    filed_on: day,
    state: z.enum(["open", "granted", "refused", "withdrawn"]),
    phases: z.array(phase).min(1),
    outcome: text.optional(),
    decided_on: day.optional(),
    note: text.optional(),
  }),
  summary: (object) =>
    `Redress (${fieldText(object, "route")}): ${fieldText(object, "name")}, ${fieldText(object, "state")}`,
  aboutPerson: perhapsPerson,
});

/** The record types of this pillar besides the designation itself, with what they are for. */
export const actTypes: readonly (readonly [RecordType, string])[] = [
  [amendmentType, "A change of a designation read elsewhere and entered by hand, with its source and its day."],
  [proposalType, "A party's proposal that an authority list somebody, or amend or end a listing."],
  [viewType, "What one party holds of a designation or of a proposal, with its reasons."],
  [redressType, "A petition against a designation: its route, its phases with their last days, its outcome."],
];
