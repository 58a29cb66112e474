import { DesignationError } from "../errors.ts";
import type { ListFormat } from "../formats/format.ts";
import { euXml } from "../formats/eu-xml.ts";
import { nationalCsv, type NationalList } from "../formats/national-csv.ts";
import { ofacAdvanced } from "../formats/ofac-advanced.ts";
import { ofacCsv } from "../formats/ofac-csv.ts";
import { ukCsv } from "../formats/uk-csv.ts";
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

const NATIONAL: readonly NationalList[] = [
  {
    id: "pk-proscribed",
    authority: "Pakistan: Ministry of Interior (NACTA)",
    title: "Proscribed organisations, First Schedule",
    legalBasis: "Anti-Terrorism Act 1997, section 11B",
    kind: "organization",
  },
  {
    id: "pk-fourth-schedule",
    authority: "Pakistan: Ministry of Interior (NACTA)",
    title: "Proscribed persons, Fourth Schedule",
    legalBasis: "Anti-Terrorism Act 1997, section 11EE",
    kind: "person",
  },
];

const national = (list: NationalList): ListSource => ({ ...list, formats: [nationalCsv(list)], addresses: [] });

export const SOURCES: readonly ListSource[] = [
  {
    id: "ofac-sdn",
    title: "Specially Designated Nationals and Blocked Persons List",
    authority: "United States: Department of the Treasury, OFAC",
    formats: [ofacCsv, ofacAdvanced],
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
  {
    id: "uk",
    title: "UK Sanctions List",
    authority: "United Kingdom: Foreign, Commonwealth and Development Office",
    formats: [ukCsv],
    addresses: ["https://sanctionslist.fcdo.gov.uk/docs/UK-Sanctions-List.csv"],
  },
  {
    id: "eu",
    title: "Consolidated list of persons, groups and entities subject to EU financial sanctions",
    authority: "European Union: Council",
    formats: [euXml],
    addresses: ["https://webgate.ec.europa.eu/fsd/fsf/public/files/xmlFullSanctionsList_1_1/content"],
  },
  ...NATIONAL.map(national),
];

/** @throws DesignationError `source-unknown`. */
export function sourceOf(id: string): ListSource {
  const source = SOURCES.find((one) => one.id === id);
  if (source !== undefined) return source;
  // Any other national list: its rows say in their columns whose it is.
  if (/^national-[a-z0-9][a-z0-9-]{0,40}$/.test(id))
    return national({ id, authority: id, title: `National list ${id.slice("national-".length)}`, kind: "unspecified" });
  throw new DesignationError("source-unknown", `there is no list ${id}`, {
    fix: `Known are: ${SOURCES.map((one) => one.id).join(", ")}, and national-NAME for any other national list as CSV.`,
  });
}
