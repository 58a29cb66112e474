import type { JsonObject } from "#base";

export type SubjectClass = "individual" | "organization" | "unspecified";

/** What was listed. STIX has no identity class for a ship or an aircraft. */
export type SubjectKind = "person" | "organization" | "vessel" | "aircraft" | "unspecified";

export interface Alias {
  readonly name: string;
  /** `aka`, `fka`, `nka`, `original-script`, `variation`; the list's own word where it has another. */
  readonly kind: string;
  /** In the list's own words: `Good`, `Low`, `weak`, `strong`. */
  readonly quality?: string;
  /** ISO 15924: `Arab`, `Cyrl`. Only where it is not Latin. */
  readonly script?: string;
  /** As the list names it. */
  readonly language?: string;
}

/** When somebody was born: a day, or the days between which it lies. Never narrower than what the list says. */
export interface Birth {
  readonly precision: "exact" | "approximate" | "between";
  /** First and last possible day, `YYYY-MM-DD`. Absent: the date is impossible, and only its text is known. */
  readonly from?: string;
  readonly to?: string;
  readonly calendar?: "hijri";
  /** As it came. */
  readonly text: string;
}

export interface Identifier {
  /** `passport`, `national-id`, `tax-id`, `imo`, `other`. */
  readonly kind: string;
  readonly value: string;
  readonly country?: string;
  /** The list's own word for the document, and what it says beside it. */
  readonly label?: string;
  readonly note?: string;
}

export interface Address {
  readonly text: string;
  readonly country?: string;
}

/** A tie to another subject, by its key where the list gives it, else by the name that the list gives. */
export interface Relation {
  readonly kind: string;
  readonly key?: string;
  readonly name?: string;
}

/** What a list's entry says, read but not interpreted beyond what its format defines. */
export interface Entry {
  /** The list's own stable key: `ofac:26953`, `un:QDe.132`. */
  readonly key: string;
  readonly name: string;
  readonly subjectClass: SubjectClass;
  readonly kind?: SubjectKind;
  readonly aliases: readonly Alias[];
  readonly authority: string;
  readonly list: string;
  readonly reference: string;
  readonly programmes: readonly string[];
  readonly legalBasis?: string;
  readonly listedOn?: string;
  readonly amendedOn?: readonly string[];
  readonly remarks?: string;
  readonly source: string;
  readonly births?: readonly Birth[];
  readonly identifiers?: readonly Identifier[];
  readonly places?: readonly Address[];
  readonly relations?: readonly Relation[];
  /** Keys of other lists that this list itself gives for the same subject: `un:QDe.132`. */
  readonly otherKeys?: readonly string[];
  /** Facts kept as they came: titles, birth data, documents, addresses, nationalities. */
  readonly facts: Readonly<Record<string, readonly (string | JsonObject)[]>>;
  /** What the format holds that has no place above, by the list's own names. */
  readonly unmapped?: JsonObject;
}
