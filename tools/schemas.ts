/**
 * `npm run schemas`: writes what Entente publishes for other STIX tools into docs/schemas: a JSON Schema for each record type
 * and extension of ours, and a bundle of their extension-definitions. A test holds the folder against the code.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { z } from "zod";
import { MISP_EXTENSION_ID, mispExtensionSchema } from "#intake";
import { dialogueTypes } from "#pillars/dialogues";
import { actTypes, designationType, SUBJECT_EXTENSION_ID, subjectExtensionSchema } from "#pillars/designations";
import { HANDLING_EXTENSION_ID, handlingExtensionSchema } from "#policy";
import { extensionDefinition, type ExtensionFacts, jsonSchema, type RecordType } from "#stix";

const PUBLISHED = "2026-11-24T00:00:00.000Z";
const PROJECT = "identity--4e0a1c1e-2c39-4a53-9b0b-0d6f6a1f5c77";

/** What each type of a dialogue is for. */
const DIALOGUE_WORDS: Readonly<Record<string, string>> = {
  dialogue: "A series of talks between two or more parties.",
  "dialogue-round": "One meeting of a series of talks: where, when, led by whom, on what.",
  "dialogue-statement": "A statement in its languages, with its origin: agreed text, one side's own, or commentary.",
  commitment: "A verbatim span of a statement: who owes what to whom, until when, and what counts as done.",
  "commitment-evidence": "What was seen or claimed of a commitment, by whom, with its evaluation as it came.",
  "commitment-assessment": "One party's word on a commitment: completion, score, standing, confidence, reasons.",
  "commitment-milestone": "A step of a commitment.",
  "dialogue-task": "Something that an officer does for a dialogue.",
  "meeting-note": "A party's own note; national unless it is marked otherwise.",
  "round-record": "The record of a round, drafted by one party and closed by the signatures of all.",
  "round-amendment": "Wording that another party proposes for a round's record.",
  "round-signature": "A party's signature under the record of a round, as a DSSE envelope over its hash.",
};

const types: readonly (readonly [RecordType, string])[] = [
  [
    designationType,
    "One act of listing: which authority, on which list, under which programme, about whom, since when.",
  ],
  ...dialogueTypes.map((type) => [type, DIALOGUE_WORDS[type.name] ?? type.title] as const),
  ...actTypes,
];

const properties: readonly ExtensionFacts[] = [
  {
    id: SUBJECT_EXTENSION_ID,
    name: "listed-subject",
    description:
      "What a list says of an identity that it names: the list's key, aliases with their quality, facts as they came.",
    extensionTypes: ["property-extension"],
    schema: z.toJSONSchema(subjectExtensionSchema),
  },
  {
    id: HANDLING_EXTENSION_ID,
    name: "handling-terms",
    description:
      "Terms of a marking-definition: to whom, for what, until when, and what a recipient keeps to. Not understood means not released.",
    extensionTypes: ["property-extension"],
    schema: z.toJSONSchema(handlingExtensionSchema),
  },
  {
    id: MISP_EXTENSION_ID,
    name: "misp-original",
    description: "What a record was in MISP before it was read into STIX, so that it can go back as it came.",
    extensionTypes: ["property-extension"],
    schema: z.toJSONSchema(mispExtensionSchema),
  },
];

function published(): ExtensionFacts[] {
  const declared = types.map(([type, description]): ExtensionFacts => {
    if (type.extensionId === undefined) throw new Error(`${type.name} has no extension-definition`);
    const extensionTypes = [`new-${type.kind}`];
    return { id: type.extensionId, name: type.name, description, extensionTypes, schema: jsonSchema(type) };
  });
  return [...declared, ...properties];
}

/** The files of docs/schemas by name. */
export function schemaFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const text = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
  for (const { name, schema } of published()) files.set(`${name}.schema.json`, text(schema));
  const project = {
    type: "identity",
    spec_version: "2.1",
    id: PROJECT,
    created: PUBLISHED,
    modified: PUBLISHED,
    name: "Entente",
    identity_class: "organization",
    description: "The project that publishes these extensions.",
  };
  const objects = [project, ...published().map((facts) => extensionDefinition(facts, PROJECT, PUBLISHED))];
  files.set(
    "extension-definitions.json",
    text({ type: "bundle", id: "bundle--b7f6d1d0-0c1d-4a3a-9c59-3f4a1c0e7a11", objects }),
  );
  return files;
}

if (import.meta.main) {
  const folder = resolve(import.meta.dirname, "../docs/schemas");
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of schemaFiles()) writeFileSync(join(folder, name), text);
}
