import { fieldText } from "#stix";
import type { Reader } from "#store";
import { type Act, actsByKey, inEffect } from "./acts-of.ts";
import { joinedGroups } from "./join.ts";
import { findKeys, type Listing, listingsOf } from "./show.ts";

/** One subject: an entry, or those that an officer joined, with all that is held about each. */
export interface Dossier {
  /** The number of the joined subject; `null` for an entry that is joined to none. */
  readonly joined: string | null;
  readonly listings: readonly DossierListing[];
}

export interface DossierListing extends Listing {
  /** Entered by hand and in effect on the day; what the list's own states say is not changed by them. */
  readonly amendments: readonly Act[];
  /** In effect later than the day. */
  readonly laterAmendments: readonly Act[];
  /** Of all parties, side by side. */
  readonly views: readonly Act[];
  readonly proposals: readonly Act[];
  readonly cases: readonly Act[];
  /** What holds on the day: the states' answer, unless an amendment by hand that is later than the last of them says otherwise. */
  readonly inLaw: Listing["standing"];
  /** The programmes with what amendments add and remove, as on that day. */
  readonly programmesInEffect: readonly string[];
}

export interface Shown {
  readonly day: string;
  readonly knownAt: string | null;
  readonly dossiers: readonly Dossier[];
  /** Proposals about somebody who is on no list here. */
  readonly unlisted: readonly Act[];
}

export async function dossiersFor(reader: Reader, words: string, day: string, knownAt?: string): Promise<Shown> {
  const acts = await actsByKey(reader);
  const groups = await joinedGroups(reader);
  const subjectOf = new Map([...groups.values()].flat().map(({ key, subject }) => [key, subject]));
  const found = await findKeys(reader, words);
  // Who finds one entry of a joined subject sees all of them.
  const keys = new Set(
    found.flatMap((key) => [key, ...(groups.get(subjectOf.get(key) ?? "") ?? []).map((one) => one.key)]),
  );
  const listings = await listingsOf(reader, [...keys], day, knownAt);
  const dossiers = new Map<string, { joined: string | null; listings: DossierListing[] }>();
  for (const listing of listings) {
    const joined = subjectOf.get(listing.key) ?? null;
    const held = dossiers.get(joined ?? listing.key);
    const full = withActs(listing, acts.get(listing.key) ?? [], day, knownAt);
    if (held === undefined) dossiers.set(joined ?? listing.key, { joined, listings: [full] });
    else held.listings.push(full);
  }
  const wanted = words.trim().toUpperCase();
  const unlisted = (acts.get("") ?? []).filter(({ object }) =>
    fieldText(object, "name").toUpperCase().includes(wanted),
  );
  return { day, knownAt: knownAt ?? null, dossiers: [...dossiers.values()], unlisted };
}

function withActs(listing: Listing, acts: readonly Act[], day: string, knownAt: string | undefined): DossierListing {
  const known = acts.filter(({ object }) => knownAt === undefined || fieldText(object, "created") <= knownAt);
  const of = (type: string): readonly Act[] => known.filter((act) => act.type === type);
  const amendments = inEffect(known, day);
  const programmes = new Set(listing.subject.programmes);
  for (const { object } of amendments) {
    for (const code of list(object["programmes_added"])) programmes.add(code);
    for (const code of list(object["programmes_removed"])) programmes.delete(code);
  }
  return {
    ...listing,
    amendments,
    laterAmendments: of("designation-amendment").filter((act) => !amendments.includes(act)),
    views: of("designation-view"),
    proposals: of("designation-proposal"),
    cases: of("redress-case"),
    programmesInEffect: [...programmes],
    inLaw: inLawOn(listing, amendments),
  };
}

function inLawOn({ standing, before }: Listing, amendments: readonly Act[]): Listing["standing"] {
  const last = amendments.findLast(({ object }) => object["act"] !== "amended");
  if (last === undefined || fieldText(last.object, "effective_on") <= (before?.on ?? "")) return standing;
  return last.object["act"] === "delisted" ? "not-listed" : "listed";
}

const list = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
