import type { JsonObject } from "#base";
import { EXTENSIONS } from "./types.ts";

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
    extensions: { [EXTENSIONS["dialogue-round"]]: { extension_type: "new-sdo" } },
  };
}
