import type { Instant } from "#base";
import type { PartyId } from "#policy";
import type { Reader, RedressCase } from "#store";

/** One party that must hear of a decision on a record that it holds. */
export interface Followed {
  readonly recordId: string;
  readonly holder: PartyId;
  readonly holderName: string;
  /** Further on than a partner of ours. */
  readonly onward: boolean;
  /** The newest version that is known to be there. */
  readonly version: Instant;
  readonly told: boolean;
  readonly confirmed: boolean;
}

const GONE: readonly string[] = ["recalled", "deleted"];

interface Held {
  readonly party: PartyId;
  readonly name: string;
  readonly onward: boolean;
  readonly version: Instant;
  readonly state: string;
}

/** Whom a granted correction or erasure concerns, and who has confirmed it. Nobody, for other cases. */
export async function followed(r: Reader, item: RedressCase, self: PartyId): Promise<readonly Followed[]> {
  if (item.outcome === null || item.outcome === "refused" || item.kind === "access") return [];
  const names = new Map((await r.channels.list()).map((channel) => [channel.partner, channel.partnerName]));
  const out: Followed[] = [];
  for (const { id, version } of item.records) {
    if ((await r.records.versions(id)).some((held) => held.owner !== self)) continue;
    const near = (await r.releases.copiesOf(id)).map((copy): Held => ({
      ...copy,
      name: names.get(copy.party) ?? copy.party,
      onward: false,
    }));
    const far = (await r.onward.onwardCopies(id)).map((copy): Held => ({
      party: copy.holder,
      name: copy.holderName,
      onward: true,
      version: copy.version,
      state: copy.state,
    }));
    for (const copies of byHolder([...near, ...far])) {
      const told = item.kind === "erasure" ? erased(copies) : corrected(copies, version);
      if (told !== null) out.push({ recordId: id, ...told });
    }
  }
  return out.toSorted((x, y) => (`${x.recordId} ${x.holderName}` < `${y.recordId} ${y.holderName}` ? -1 : 1));
}

function byHolder(copies: readonly Held[]): Held[][] {
  const groups = new Map<string, Held[]>();
  for (const copy of copies.filter(({ state }) => state !== "refused")) {
    const key = `${copy.party} ${copy.onward}`;
    groups.set(key, [...(groups.get(key) ?? []), copy]);
  }
  return [...groups.values()].map((group) => group.toSorted((a, b) => (a.version < b.version ? 1 : -1)));
}

type Told = Omit<Followed, "recordId">;

function erased(copies: readonly Held[]): Told | null {
  const live = copies.filter(({ state }) => state !== "replaced");
  const [newest] = live;
  if (newest === undefined) return null;
  return {
    ...who(newest),
    told: live.every(({ state }) => state === "recall-sent" || GONE.includes(state)),
    confirmed: live.every(({ state }) => GONE.includes(state)),
  };
}

/** `held`: the version in dispute. One who holds none of it any more need not hear of its correction. */
function corrected(copies: readonly Held[], held: Instant): Told | null {
  const [newest] = copies;
  if (newest === undefined || copies.every(({ state }) => GONE.includes(state))) return null;
  return {
    ...who(newest),
    told: newest.version > held,
    confirmed: newest.version > held && newest.state === "confirmed",
  };
}

function who({ party, name, onward, version }: Held): Pick<Followed, "holder" | "holderName" | "onward" | "version"> {
  return { holder: party, holderName: name, onward, version };
}
