import { z } from "zod";
import type { JsonObject } from "#base";
import { defineType, fieldText, type RecordType } from "#stix";

/** The extension-definition that publishes `dialogue-round`, a new SDO (STIX 2.1 §7.3). */
export const DIALOGUE_EXTENSION_ID = "extension-definition--b9a3a5d2-7d61-4c0a-9f5e-1c7e0a4b6d38";

const text = z.string().min(1);

/** One meeting of a series of talks. */
export const dialogueRoundType: RecordType = defineType({
  name: "dialogue-round",
  kind: "sdo",
  title: "Dialogue round",
  extensionId: DIALOGUE_EXTENSION_ID,
  schema: z.looseObject({
    name: text,
    series: text,
    place: text,
    held_on: z.iso.date(),
    co_chairs: z.array(z.looseObject({ name: text, title: text.optional(), party: text })).min(1),
    areas: z.array(text).min(1),
  }),
  summary: (object) => `${fieldText(object, "name")}, ${fieldText(object, "place")}, ${fieldText(object, "held_on")}`,
  names: (object) => [fieldText(object, "name"), fieldText(object, "series")],
});

/** The round of 12 August 2025 in Islamabad, as its joint statement and public record have it. */
export function islamabadRound(): JsonObject {
  return {
    type: "dialogue-round",
    spec_version: "2.1",
    id: "dialogue-round--5f0f8c0a-6b39-4c53-8f0a-2f3d6f3b9a12",
    created: "2025-08-12T12:00:00.000Z",
    modified: "2025-08-12T12:00:00.000Z",
    name: "Pakistan–United States Counterterrorism Dialogue",
    series: "Pakistan–United States Counterterrorism Dialogue",
    place: "Islamabad",
    held_on: "2025-08-12",
    co_chairs: [
      {
        name: "Nabeel Munir",
        title: "Special Secretary for the United Nations, Ministry of Foreign Affairs",
        party: "Pakistan",
      },
      {
        name: "Gregory D. LoGerfo",
        title: "Acting Coordinator for Counterterrorism, Department of State",
        party: "United States",
      },
    ],
    areas: [
      "Stronger institutional frameworks and capabilities",
      "Countering terrorist use of emerging technologies",
      "Multilateral fora, including the United Nations",
      "Sustained and structured engagement",
    ],
    extensions: { [DIALOGUE_EXTENSION_ID]: { extension_type: "new-sdo" } },
  };
}
