import type { Instant } from "#base";
import type { PartyId } from "#policy";
import type { Channel, Copy, OnwardCopy, Reader } from "#store";
import { ExchangeError } from "./errors.ts";

/** One copy of a record, with a partner or further on, and what is known of it. */
export interface CopyState {
  readonly recordId: string;
  readonly version: Instant;
  readonly holder: { readonly id: PartyId; readonly name: string };
  /** The parties between this one and the holder; empty for a copy that this party gave itself. */
  readonly via: readonly { readonly id: PartyId; readonly name: string }[];
  readonly channel: string;
  readonly channelState: Channel["state"];
  readonly state: Copy["state"];
  /** Its holder's receipt has come for the last that was said of it: given, corrected, taken back or deleted. */
  readonly confirmed: boolean;
  readonly updatedAt: Instant;
}

export interface CopyTree {
  readonly record: string;
  readonly copies: readonly CopyState[];
  readonly confirmed: number;
  readonly unconfirmed: number;
}

const TAKEN_BACK: readonly Copy["state"][] = ["recall-sent", "recalled"];
const OPEN: readonly Copy["state"][] = ["sent", "recall-sent"];
const MOST = 10_000;

/**
 * Every copy that is or was out there, counted.
 * @throws ExchangeError `record-unknown` for a record that this viewer may not see, as for one that is not there.
 */
export async function copyStates(r: Reader, recordId: string): Promise<CopyTree> {
  if ((await r.records.versions(recordId)).length === 0) {
    throw new ExchangeError("record-unknown", `there is no record ${recordId} here that you may see`, {
      where: recordId,
      fix: "Look for it by name: entente records list --name …",
    });
  }
  const name = await namesOf(r);
  const given = await r.releases.copiesOf(recordId);
  const takenBack = new Set(given.filter(({ state }) => TAKEN_BACK.includes(state)).map(({ channel }) => channel));
  const copies = [
    ...given.map((copy) => near(copy, name)),
    ...(await r.onward.onwardCopies(recordId)).map((copy) => far(copy, name, takenBack.has(copy.channel))),
  ]
    // A version that its holder has replaced is no copy any more.
    .filter((copy) => copy.state !== "replaced" && copy.state !== "refused")
    .toSorted((a, b) => a.via.length - b.via.length || (a.holder.name < b.holder.name ? -1 : 1));
  const confirmed = copies.filter((copy) => copy.confirmed).length;
  return { record: recordId, copies, confirmed, unconfirmed: copies.length - confirmed };
}

/** What an overseer asks for: copies of which nobody has confirmed what was last said. Oldest first. */
export async function unconfirmed(r: Reader): Promise<readonly CopyState[]> {
  const name = await namesOf(r);
  return [
    ...(await r.releases.unconfirmed(MOST)).map((copy) => near(copy, name)),
    ...(await r.onward.unconfirmedOnward(MOST)).map((copy) => far(copy, name, true)),
  ].toSorted((a, b) => (a.updatedAt < b.updatedAt ? -1 : 1));
}

interface Names {
  readonly party: (id: string) => { readonly id: string; readonly name: string };
  readonly channel: (id: string) => Channel["state"];
}

async function namesOf(r: Reader): Promise<Names> {
  const channels = await r.channels.list();
  const parties = new Map(channels.map((channel) => [channel.partner, channel.partnerName]));
  const states = new Map(channels.map((channel) => [channel.id, channel.state]));
  return {
    party: (id) => ({ id, name: parties.get(id) ?? id }),
    channel: (id) => states.get(id) ?? "closed",
  };
}

function near({ recordId, version, party, channel, state, updatedAt }: Copy, name: Names): CopyState {
  return {
    recordId,
    version,
    channel,
    state,
    updatedAt,
    holder: name.party(party),
    via: [],
    channelState: name.channel(channel),
    confirmed: !OPEN.includes(state),
  };
}

/** `takenBack`: so was the copy that this one rests on, and a receipt for what it was given is then no confirmation. */
function far({ holder, holderName, path, ...copy }: OnwardCopy, name: Names, takenBack: boolean): CopyState {
  return {
    ...copy,
    holder: { id: holder, name: holderName },
    via: path.map(name.party),
    channelState: name.channel(copy.channel),
    confirmed: !OPEN.includes(copy.state) && !(takenBack && copy.state === "confirmed"),
  };
}
