import type { Reader } from "#store";
import { nameKey } from "./candidates.ts";
import { acceptedStates } from "./current.ts";
import { type Dossier, type DossierListing, dossiersFor } from "./dossier.ts";

/** A group to look for on every list: by the names that lists give it. */
export interface WatchedGroup {
  readonly title: string;
  /** Names that lists use. Compared whole, without marks and abbreviations in brackets: a part of a name is no match. */
  readonly names: readonly string[];
  readonly note?: string;
}

/** The three groups of the dialogue's founding text. */
export const FOUNDING_GROUPS: readonly WatchedGroup[] = [
  {
    title: "Tehrik-e Taliban Pakistan (TTP)",
    names: [
      "Tehrik-e Taliban Pakistan",
      "Tehrik-i-Taliban Pakistan",
      "Tehreek-e-Taliban Pakistan",
      "Tehreek-i-Taliban Pakistan",
      "Tehrik-e-Taliban",
      "تحریک طالبان پاکستان",
    ],
  },
  {
    title: "ISIL-Khorasan (ISKP)",
    names: [
      "ISIL Khorasan",
      "ISIL-K",
      "ISIS Khorasan",
      "Islamic State Khorasan",
      "Islamic State Khorasan Province",
      "Islamic State in Iraq and the Levant - Khorasan",
      "Islamic State of Iraq and the Levant - Khorasan Province",
      "Islamic State's Khorasan Province",
    ],
    note: "ISKP is an analyst's abbreviation: neither OFAC nor the UN has it as an alias.",
  },
  {
    title: "Balochistan Liberation Army (BLA)",
    names: [
      "Balochistan Liberation Army",
      "Baluchistan Liberation Army",
      "Baloch Liberation Army",
      "Baluch Liberation Army",
    ],
  },
];

export interface MatrixCell {
  readonly list: string;
  /** Empty: no accepted state of the list has it. */
  readonly listings: readonly DossierListing[];
  /** The first day of which a state of the list is held; `null`: none that names its entries. */
  readonly heldFrom: string | null;
}

export interface MatrixRow {
  readonly title: string;
  readonly note: string | null;
  /** Whether all entries found are joined as one subject; otherwise they are found by name only. */
  readonly joined: boolean;
  readonly cells: readonly MatrixCell[];
}

export interface Matrix {
  readonly day: string;
  readonly lists: readonly string[];
  readonly rows: readonly MatrixRow[];
}

/** Who lists whom on a day, across all lists that are loaded. */
export async function matrixOf(reader: Reader, groups: readonly WatchedGroup[], day: string): Promise<Matrix> {
  const states = await acceptedStates(reader);
  const lists = [...new Set(states.map(({ list }) => list))].toSorted();
  const rows: MatrixRow[] = [];
  for (const { title, names, note } of groups) {
    const dossiers = await dossiersOf(reader, names, day);
    const listings = dossiers.flatMap((dossier) => dossier.listings);
    rows.push({
      title,
      note: note ?? null,
      joined: dossiers.length === 1 && listings.length > 1,
      cells: lists.map((list) => ({
        list,
        listings: listings.filter((listing) => listing.list === list),
        heldFrom: states.find((state) => state.list === list && !state.carried)?.statedOn ?? null,
      })),
    });
  }
  return { day, lists, rows };
}

async function dossiersOf(reader: Reader, names: readonly string[], day: string): Promise<readonly Dossier[]> {
  const wanted = new Set(names.map(nameKey));
  const found = new Map<string, Dossier>();
  for (const name of names) {
    const { dossiers } = await dossiersFor(reader, name, day);
    for (const dossier of dossiers) {
      const [first] = dossier.listings;
      if (first !== undefined && dossier.listings.some((listing) => bears(listing, wanted)))
        found.set(dossier.joined ?? first.key, dossier);
    }
  }
  return [...found.values()];
}

const bears = ({ subject }: DossierListing, wanted: ReadonlySet<string>): boolean =>
  subject.kind !== "person" &&
  [subject.name, ...subject.aliases.map((alias) => alias.name)].some((name) => wanted.has(nameKey(name)));
