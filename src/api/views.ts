import { isJsonObject, parseJson, type JsonObject } from "#base";
import type { Label } from "#policy";
import { adviceFor } from "#exchange";
import type { Channel, Copy, Incident, Reader, Release, StoredRecord } from "#store";
import type { PartyName } from "./context.ts";

/** Stored things as the API shows them. */
export function recordView(record: StoredRecord, party: PartyName, self: string) {
  const { id, version, type, title, aboutPerson, addedAt } = record;
  return { id, version, type, title, owner: party(record.owner), own: record.owner === self, aboutPerson, addedAt };
}

export function handlingView({ handling, refs }: Label, party: PartyName) {
  const { known, granted, tlp, noOnward, purposes, evidenceUse, caveats, statements, reviewBy, expires } = handling;
  return {
    known,
    granted,
    tlp,
    releasableTo: handling.releasableTo.map(party),
    noOnward,
    purposes: purposes === null ? null : [...purposes],
    evidenceUse,
    caveats: [...caveats],
    statements: [...statements],
    reviewBy,
    expires,
    refs: [...refs],
  };
}

export function copyView({ version, release, state, updatedAt, party: holder }: Copy, party: PartyName) {
  return { party: party(holder), version, release, state, updatedAt };
}

export async function officerNames(r: Reader): Promise<(id: string) => string> {
  const names = new Map((await r.officers.list()).map((officer) => [officer.id, officer.name]));
  return (id) => names.get(id) ?? id;
}

export function releaseView(release: Release, party: PartyName, name: (id: string) => string, viewer: string) {
  const {
    id,
    title,
    channel,
    purpose,
    necessity,
    legalBasis,
    reviewBy,
    state,
    createdBy,
    createdAt,
    submittedAt,
    decidedBy,
    decidedAt,
    decisionNote,
    fair,
  } = release;
  return {
    id,
    title,
    recipient: party(release.recipient),
    channel,
    purpose,
    necessity,
    legalBasis,
    reviewBy,
    state,
    createdBy,
    createdByName: name(createdBy),
    createdAt,
    submittedAt,
    decidedByName: decidedBy === null ? null : name(decidedBy),
    decidedAt,
    decisionNote,
    fair,
    mine: createdBy === viewer,
  };
}

export async function channelView(r: Reader, channel: Channel) {
  const { id, state, fingerprint, purposes, createdAt, confirmedAt, lastContactAt, lastError, partnerUrl } = channel;
  return {
    id,
    partner: { id: channel.partner, name: channel.partnerName },
    state,
    fingerprint,
    purposes: [...purposes],
    createdAt,
    confirmedAt,
    lastContactAt,
    lastError,
    waiting: await r.parcels.queued(id),
    url: partnerUrl,
  };
}

/** The object in a stored text; empty for one whose text was withdrawn. */
export function objectOf(text: string): JsonObject {
  if (text === "") return {};
  const value = parseJson(text, { maxLength: text.length });
  return isJsonObject(value) ? value : {};
}

/** Without the evidence itself, which may hold what a record holds. */
export function incidentView({ id, channel, kind, message, digest, at, times, lastAt, seenBy }: Incident) {
  return { id, channel, kind, message, todo: adviceFor(kind), digest, at, times, lastAt, seenBy };
}
