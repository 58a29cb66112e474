import { DialogueError } from "./errors.ts";

/**
 * What states have bound themselves to by instruments of the United Nations, and how an action plan of the FATF is laid out:
 * templates that a party can adopt as commitments. The words of an instrument are kept short and are a pointer to it, not its text.
 */
interface TemplateItem {
  readonly name: string;
  readonly area: string;
  /** What the instrument asks, in a sentence. */
  readonly asks: string;
  readonly guideline: string;
}

export interface Template {
  readonly key: string;
  readonly title: string;
  readonly instrument: string;
  readonly source: string;
  readonly items: readonly TemplateItem[];
}

const item = (area: string, name: string, asks: string, guideline: string): TemplateItem => ({
  area,
  name,
  asks,
  guideline,
});

export const TEMPLATES: readonly Template[] = [
  {
    key: "unscr-1267",
    title: "ISIL (Da'esh) and Al-Qaida sanctions",
    instrument: "UNSCR 1267 (1999), 1989 (2011), 2253 (2015)",
    source: "https://main.un.org/securitycouncil/en/sanctions/1267",
    items: [
      item(
        "Asset freeze",
        "Freeze funds of listed persons without delay",
        "States freeze without delay the funds and economic resources of those on the list.",
        "A listing takes effect in domestic law within 24 hours, and the date of effect is on record.",
      ),
      item(
        "Travel ban",
        "Prevent entry and transit of listed persons",
        "States prevent the entry into or transit through their territories of listed individuals.",
        "Listed individuals are in the border authority's watch list on the day of listing.",
      ),
      item(
        "Arms embargo",
        "Prevent supply of arms to listed persons",
        "States prevent the direct or indirect supply, sale or transfer of arms to those on the list.",
        "Export control refuses, and records, supplies to listed names.",
      ),
    ],
  },
  {
    key: "unscr-1373",
    title: "Threats to international peace and security caused by terrorist acts",
    instrument: "UNSCR 1373 (2001)",
    source: "https://docs.un.org/en/S/RES/1373(2001)",
    items: [
      item(
        "Financing",
        "Criminalise the financing of terrorism (1(b))",
        "States criminalise the wilful provision or collection of funds for terrorist acts.",
        "An offence is in force and has been charged at least once, or there is a reasoned account of why not.",
      ),
      item(
        "Financing",
        "Freeze funds of those who commit terrorist acts (1(c))",
        "States freeze without delay funds of persons who commit or attempt terrorist acts.",
        "A national list exists with a freezing power, review and redress.",
      ),
      item(
        "Safe haven",
        "Deny safe haven (2(c))",
        "States deny safe haven to those who finance, plan, support or commit terrorist acts.",
        "Requests concerning presence on the territory are answered within the agreed time.",
      ),
      item(
        "Justice",
        "Bring to justice and assist investigations (2(e), 2(f))",
        "States bring those who take part to justice and give one another the greatest measure of assistance.",
        "Each request for legal assistance has an answer, or a ground of refusal, on record.",
      ),
      item(
        "Borders",
        "Prevent movement by effective border controls (2(g))",
        "States prevent the movement of terrorists by effective border controls and travel documents.",
        "Lost and stolen documents are shared and checked at first-line control.",
      ),
      item(
        "Information",
        "Exchange operational information (3(a))",
        "States find ways of intensifying and accelerating the exchange of operational information.",
        "A channel is open and used; requests and answers are counted each half-year.",
      ),
    ],
  },
  {
    key: "gcts",
    title: "United Nations Global Counter-Terrorism Strategy, four pillars",
    instrument: "A/RES/60/288 and its reviews",
    source: "https://docs.un.org/en/A/RES/60/288",
    items: [
      item(
        "Pillar I",
        "Address the conditions conducive to the spread of terrorism",
        "Member States address conflicts, exclusion, lack of rule of law and violations of human rights.",
        "A programme with a measured outcome is running in the areas both sides named.",
      ),
      item(
        "Pillar II",
        "Prevent and combat terrorism",
        "Member States deny terrorists access to means of attack, targets and the desired impact.",
        "Agreed measures are in force and their use is reported each round.",
      ),
      item(
        "Pillar III",
        "Build States' capacity",
        "Member States build capacity and strengthen the role of the United Nations system.",
        "Courses and equipment are delivered, vetted and checked for their use.",
      ),
      item(
        "Pillar IV",
        "Respect human rights and the rule of law",
        "Member States ensure respect for human rights for all and the rule of law as the basis of the fight.",
        "Each shared case states its legal basis, and complaints have an answer.",
      ),
    ],
  },
  {
    key: "fatf-action-plan",
    title: "FATF action plan for a jurisdiction under increased monitoring",
    instrument: "FATF, International Co-operation Review Group procedures",
    source: "https://www.fatf-gafi.org/en/topics/high-risk-and-other-monitored-jurisdictions.html",
    items: [
      item(
        "Risk",
        "Understand the risks of money laundering and terrorist financing",
        "The jurisdiction demonstrates its understanding of its risks.",
        "Largely addressed or addressed in the review group's own word; verified only by the on-site visit.",
      ),
      item(
        "Supervision",
        "Supervise by risk",
        "Supervision is based on risk and sanctions are dissuasive.",
        "Addressed in the review group's own word; verified only by the on-site visit.",
      ),
      item(
        "Financial intelligence",
        "Use financial intelligence",
        "Authorities use financial intelligence in investigations of terrorist financing.",
        "Addressed in the review group's own word; verified only by the on-site visit.",
      ),
      item(
        "Investigation",
        "Investigate and prosecute terrorist financing",
        "Investigations and prosecutions follow the identified risks and reach commanders.",
        "Addressed in the review group's own word; verified only by the on-site visit.",
      ),
      item(
        "Targeted financial sanctions",
        "Freeze without delay under UNSCR 1267 and 1373",
        "Targeted financial sanctions are applied without delay.",
        "Addressed in the review group's own word; verified only by the on-site visit.",
      ),
    ],
  },
];

/** A template's text, as a statement that a party adopts: one item a line, so that each is a span of it. */
export function templateText(template: Template): string {
  return template.items.map(({ name, asks }) => `${name}: ${asks}`).join("\n");
}

/** @throws DialogueError `dialogue-unknown`. */
export function findTemplate(key: string): Template {
  const found = TEMPLATES.find((template) => template.key === key);
  if (found === undefined)
    throw new DialogueError("dialogue-unknown", `there is no template ${key}`, {
      fix: `Choose one: ${TEMPLATES.map((template) => template.key).join(", ")}.`,
    });
  return found;
}
