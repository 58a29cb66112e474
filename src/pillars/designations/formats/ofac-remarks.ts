import type { Alias, Birth, Identifier, Relation } from "../entry.ts";
import { readBirth } from "./birth.ts";
import { scriptOf } from "./script.ts";

export interface Remarks {
  readonly births: Birth[];
  readonly birthPlaces: string[];
  readonly nationalities: string[];
  readonly genders: string[];
  readonly identifiers: Identifier[];
  readonly relations: Relation[];
  /** Weak ones: this is where the legacy files put them. */
  readonly aliases: Alias[];
}

const DOCUMENT =
  /^(?:alt\. )?(Passport|Diplomatic Passport|Stateless Person Passport|National ID No\.|Identification Number|C\.U\.I\.T\.|C\.U\.R\.P\.|Cedula No\.|NIT #|D\.N\.I\.|RUC #|R\.F\.C\.|RFC|SSN|Tax ID No\.|Tax ID|Registration ID|Registration Number|Company Number|Driver's License No\.|Personal ID Card|Identity Card|Kenyan ID No\.|Residency Number|Birth Certificate Number|Citizen's Card Number|Vessel Registration Identification|MMSI|Aircraft Manufacturer's Serial Number \(MSN\)|Aircraft Tail Number|Digital Currency Address - [A-Z0-9]+|SWIFT\/BIC|D-U-N-S Number|Legal Entity Number)\s*:?\s+(.+)$/i;

/**
 * What OFAC writes into the remarks of an entry, parts divided by semicolons: `DOB 26 Jun 1978; POB Gurguray, Pakistan;
 * nationality Pakistan; Passport AA1 (Pakistan); Linked To: TALIBAN.` The text itself is kept beside.
 */
export function readRemarks(remarks: string): Remarks {
  const said: Remarks = {
    births: [],
    birthPlaces: [],
    nationalities: [],
    genders: [],
    identifiers: [],
    relations: [],
    aliases: [],
  };
  if (remarks === "") return said;
  for (const match of remarks.matchAll(/(?:a|f|n)\.k\.a\. '([^']+)'/g)) {
    const [whole, name = ""] = match;
    said.aliases.push({ name, kind: `${whole.charAt(0)}ka`, quality: "weak", ...scriptOf(name) });
  }
  for (const part of remarks.split(";")) readPart(part.trim().replace(/\.$/, ""), said);
  return said;
}

function readPart(part: string, said: Remarks): void {
  const after = (form: RegExp): string | null => {
    const match = form.exec(part);
    return match === null ? null : part.slice(match[0].length).trim();
  };
  const birth = after(/^(?:alt\. )?DOB /i);
  if (birth !== null) return void said.births.push(readBirth(birth));
  const place = after(/^(?:alt\. )?POB /i);
  if (place !== null) return void said.birthPlaces.push(place);
  const nationality = after(/^(?:alt\. )?(?:nationality|citizen) /i);
  if (nationality !== null) return void said.nationalities.push(nationality);
  const gender = after(/^Gender /i);
  if (gender !== null) return void said.genders.push(gender);
  const linked = after(/^\(?Linked To: /i);
  if (linked !== null) return void said.relations.push({ kind: "linked-to", name: linked.replace(/\)$/, "") });
  const document = DOCUMENT.exec(part);
  if (document !== null) said.identifiers.push(readDocument(document[1] ?? "", document[2] ?? ""));
}

function readDocument(label: string, words: string): Identifier {
  const [, value = words, country = "", note = ""] =
    /^(.*?)(?: \(([^)]+)\))?((?: (?:issued|expires) .*)?)$/.exec(words) ?? [];
  return {
    kind: identifierKind(label),
    value: value.trim(),
    ...(country === "" ? {} : { country }),
    label,
    ...(note.trim() === "" ? {} : { note: note.trim() }),
  };
}

/** Kinds that matter when two lists are laid beside each other, by a list's own word for the document. */
export function identifierKind(label: string): string {
  if (/passport/i.test(label)) return "passport";
  if (/national id|cnic|identification number|identity card|personal id|national identification|citizen/i.test(label))
    return "national-id";
  if (/tax|nit\b|ruc\b|r\.?f\.?c/i.test(label)) return "tax-id";
  if (/imo|vessel registration/i.test(label)) return "imo";
  if (/registration|company number|legal entity/i.test(label)) return "registration";
  if (/digital currency/i.test(label)) return "digital-currency";
  return "other";
}
