import { DesignationError } from "../errors.ts";
import type { ListFormat } from "../formats/format.ts";
import { ofacCsv } from "../formats/ofac-csv.ts";
import { unXml } from "../formats/un-xml.ts";

/** A list that the registry follows from state to state. */
export interface ListSource {
  readonly id: string;
  readonly title: string;
  readonly authority: string;
  readonly formats: readonly ListFormat[];
  /** Where its authority publishes it, for people to give to the loader. */
  readonly addresses: readonly string[];
}

export const SOURCES: readonly ListSource[] = [
  {
    id: "ofac-sdn",
    title: "Specially Designated Nationals and Blocked Persons List",
    authority: "United States: Department of the Treasury, OFAC",
    formats: [ofacCsv],
    addresses: [
      "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/SDN.CSV",
      "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/SDN_ADVANCED.XML",
    ],
  },
  {
    id: "un",
    title: "Security Council Consolidated List",
    authority: "United Nations Security Council",
    formats: [unXml],
    addresses: ["https://scsanctions.un.org/resources/xml/en/consolidated.xml"],
  },
];

/** @throws DesignationError `source-unknown`. */
export function sourceOf(id: string): ListSource {
  const source = SOURCES.find((one) => one.id === id);
  if (source !== undefined) return source;
  throw new DesignationError("source-unknown", `there is no list ${id}`, {
    fix: `Known are: ${SOURCES.map((one) => one.id).join(", ")}.`,
  });
}
