import type { JsonObject } from "#base";
import type { Alias, Birth, Entry, SubjectKind } from "../entry.ts";
import { readBirth } from "./birth.ts";
import type { ListFormat, ListItem } from "./format.ts";
import { type Beside, dateWords, readBeside } from "./ofac-reference.ts";
import { scriptOf } from "./script.ts";
import { uniq } from "./table.ts";
import { all, attribute, type Element, textOf, within, xmlElements } from "./xml.ts";

const PARTIES = new Set(["DistinctParty"]);

/**
 * OFAC's SDN list as advanced XML (the UN's Advanced Sanctions Data Model): parties with typed aliases in several scripts,
 * joined by number to reference values, places, documents and list entries. It is read twice: first what parties refer to,
 * then the parties, one at a time.
 */
export const ofacAdvanced: ListFormat = {
  name: "ofac-sdn-advanced-xml",
  title: "OFAC SDN list (advanced XML)",
  sniff(head) {
    const text = new TextDecoder().decode(head);
    return (
      /<(?:\w+:)?Sanctions[\s>]/.test(text) && /DateOfIssue|ReferenceValueSets|sanctions\/1\.0|ADVANCED_XML/i.test(text)
    );
  },
  async *read(source, signal) {
    const beside: Beside = {
      words: new Map(),
      locations: new Map(),
      documents: new Map(),
      entries: new Map(),
      ties: new Map(),
      issuedOn: null,
    };
    for await (const problem of readBeside(source, beside, signal)) {
      yield problem;
      // What is broken is told once; the second reading gives the parties that stand before it.
      if (problem.code === "doctype") return;
    }
    if (beside.issuedOn !== null) yield { kind: "dated", on: beside.issuedOn };
    for await (const item of xmlElements(source, PARTIES, signal)) {
      if (item.kind === "element") yield* readParty(source.name, item.element, item.place, beside);
    }
  },
};

function* readParty(source: string, party: Element, place: string, beside: Beside): Generator<ListItem> {
  const number = attribute(party, "FixedRef");
  const [profile] = all(party, "Profile");
  const names = profile === undefined ? [] : namesOf(profile, beside);
  const primary = names.find((one) => one.primary && one.alias.script === undefined) ?? names[0];
  if (number === "" || profile === undefined || primary === undefined) {
    const message = "an entry needs a number and a name";
    yield { kind: "problem", place, code: "entry-malformed", message };
    return;
  }
  const sanctions = beside.entries.get(attribute(profile, "ID")) ?? [];
  const features = featuresOf(profile, beside);
  const identities = all(profile, "Identity").map((identity) => attribute(identity, "ID"));
  const comment = textOf(party, "Comment");
  const dates = sanctions.flatMap(({ listedOn }) => listedOn ?? []).toSorted();
  const [listedOn] = dates;
  const entry: Entry = {
    key: `ofac:${number}`,
    name: primary.alias.name,
    ...classOf(attribute(profile, "PartySubTypeID"), beside),
    aliases: names.filter((one) => one !== primary).map(({ alias }) => alias),
    authority: "United States: Department of the Treasury, OFAC",
    list: "Specially Designated Nationals and Blocked Persons List",
    reference: number,
    programmes: uniq(sanctions.flatMap(({ programmes }) => programmes)),
    source,
    ...(sanctions.every(({ bases }) => bases.length === 0)
      ? {}
      : { legalBasis: uniq(sanctions.flatMap(({ bases }) => bases)).join("; ") }),
    ...(listedOn === undefined ? {} : { listedOn }),
    ...(comment === "" ? {} : { remarks: comment }),
    births: features.births,
    identifiers: identities.flatMap((id) => beside.documents.get(id) ?? []),
    places: features.places,
    relations: (beside.ties.get(attribute(profile, "ID")) ?? []).map(({ kind, to }) => ({ kind, key: `ofac:${to}` })),
    facts: {
      nationalities: features.of(/nationality|citizenship/i),
      birth_places: features.of(/place of birth/i),
      genders: features.of(/gender/i),
      titles: features.of(/^title$/i),
    },
    unmapped: features.rest,
  };
  yield { kind: "entry", entry, place };
  for (const birth of features.births)
    if (birth.from === undefined)
      yield { kind: "problem", place, code: "date-impossible", message: `${number}: born ${birth.text} is no date` };
}

interface Name {
  readonly primary: boolean;
  readonly alias: Alias;
}

/** Every documented name of every identity, in its script, with the alias's type and quality. */
function namesOf(profile: Element, { words }: Beside): Name[] {
  return all(profile, "Identity").flatMap((identity) => {
    const types = new Map(
      within(identity, "NamePartGroups", "MasterNamePartGroup", "NamePartGroup").map((group) => [
        attribute(group, "ID"),
        words.get(`NamePartType ${attribute(group, "NamePartTypeID")}`) ?? "",
      ]),
    );
    return all(identity, "Alias").flatMap((alias) => {
      const type = words.get(`AliasType ${attribute(alias, "AliasTypeID")}`) ?? "";
      const primary = attribute(alias, "Primary") === "true" && attribute(identity, "Primary") !== "false";
      return all(alias, "DocumentedName").flatMap((documented): Name[] => {
        const { name, script } = readName(documented, types, words);
        if (name === "") return [];
        const found = script === "" || script === "Latn" ? scriptOf(name) : { script };
        const weak = attribute(alias, "LowQuality") === "true";
        const kind = found.script === undefined ? aliasKind(type) : "original-script";
        return [{ primary, alias: { name, kind, ...(weak ? { quality: "weak" } : {}), ...found } }];
      });
    });
  });
}

function readName(
  documented: Element,
  types: ReadonlyMap<string, string>,
  words: ReadonlyMap<string, string>,
): { name: string; script: string } {
  const values = within(documented, "DocumentedNamePart", "NamePartValue");
  const script = words.get(`Script ${attribute(values[0], "ScriptID")}`) ?? "";
  const part = (value: Element): { text: string; last: boolean } => ({
    text: value.text.trim(),
    last: /^last name/i.test(types.get(attribute(value, "NamePartGroupID")) ?? ""),
  });
  const parts = values.map(part).filter(({ text }) => text !== "");
  const last = parts.filter((one) => one.last).map(({ text }) => text);
  const rest = parts.filter((one) => !one.last).map(({ text }) => text);
  // As the legacy files write a person: `WALI, Noor`.
  const name =
    last.length > 0 && rest.length > 0 ? `${last.join(" ")}, ${rest.join(" ")}` : [...last, ...rest].join(" ");
  return { name, script };
}

function aliasKind(type: string): string {
  if (/f\.?k\.?a/i.test(type)) return "fka";
  return /n\.?k\.?a/i.test(type) ? "nka" : "aka";
}

function classOf(subType: string, { words }: Beside): Pick<Entry, "subjectClass"> & { readonly kind: SubjectKind } {
  const sub = words.get(`PartySubType ${subType}`) ?? "";
  if (/vessel/i.test(sub)) return { subjectClass: "unspecified", kind: "vessel" };
  if (/aircraft/i.test(sub)) return { subjectClass: "unspecified", kind: "aircraft" };
  const type = words.get(`PartyType ${words.get(`PartyTypeOf ${subType}`) ?? ""}`) ?? "";
  if (/individual/i.test(type)) return { subjectClass: "individual", kind: "person" };
  if (/entity/i.test(type)) return { subjectClass: "organization", kind: "organization" };
  return { subjectClass: "unspecified", kind: "unspecified" };
}

interface Features {
  readonly births: Birth[];
  readonly places: { text: string; country?: string }[];
  /** Words of the features of this type. */
  of(type: RegExp): string[];
  /** Features that have no place of their own, by their type. */
  readonly rest: JsonObject;
}

const PLACED = /birthdate|^location$|nationality|citizenship|place of birth|gender|^title$/i;

function featuresOf(profile: Element, beside: Beside): Features {
  const births: Birth[] = [];
  const places: { text: string; country?: string }[] = [];
  const said = new Map<string, string[]>();
  for (const feature of all(profile, "Feature")) {
    const type =
      beside.words.get(`FeatureType ${attribute(feature, "FeatureTypeID")}`) ?? attribute(feature, "FeatureTypeID");
    for (const version of all(feature, "FeatureVersion")) {
      const located = all(version, "VersionLocation").flatMap(
        (one) => beside.locations.get(attribute(one, "LocationID")) ?? [],
      );
      const periods = all(version, "DatePeriod");
      if (/birthdate/i.test(type)) births.push(...periods.flatMap(readPeriod));
      if (/^location$/i.test(type)) places.push(...located);
      const details = all(version, "VersionDetail").map(
        (one) => one.text.trim() || (beside.words.get(`DetailReference ${attribute(one, "DetailReferenceID")}`) ?? ""),
      );
      const dates = /birthdate/i.test(type) ? [] : periods.flatMap(readPeriod).map(({ text }) => text);
      const values = [...details, ...located.map(({ text }) => text), ...dates, textOf(version, "Comment")];
      said.set(type, uniq([...(said.get(type) ?? []), ...values]));
    }
  }
  const rest = [...said].filter(([type, values]) => !PLACED.test(type) && values.length > 0);
  return {
    births,
    places,
    of: (type) => uniq([...said].filter(([name]) => type.test(name)).flatMap(([, values]) => values)),
    rest: Object.fromEntries(rest),
  };
}

/** A period from `Start/From` to `End/To`; a whole year is written from its first day to its last. */
function readPeriod(period: Element): Birth[] {
  const start = all(period, "Start")[0];
  const end = all(period, "End")[0];
  const from = dateWords(start === undefined ? undefined : all(start, "From")[0]);
  const to = dateWords(
    (end === undefined ? undefined : all(end, "To")[0]) ?? (start === undefined ? undefined : all(start, "To")[0]),
  );
  if (from === null) return [];
  const about = attribute(start, "Approximate") === "true" || attribute(end, "Approximate") === "true";
  const words = to === null || to === from ? from : `${from} to ${to}`;
  const birth = readBirth(about ? `circa ${words}` : words);
  const year = /^(\d{4})-01-01 to \1-12-31$/.exec(words)?.[1];
  const exact = year !== undefined && !about ? ({ precision: "exact" } as const) : {};
  return [{ ...birth, ...exact, text: year ?? words }];
}
