import { randomUUID } from "node:crypto";
import { type Instant, sha256Hex } from "#base";
import type { Transactor } from "#store";

/** Characters of evidence: a witness's largest request whole. */
const KEPT = 150_000;

/** Keeps what a partner or a witness did wrong, once for each distinct piece of evidence, and shows it to a person. */
export async function keepIncident(
  t: Transactor,
  incident: {
    readonly channel: string | null;
    readonly code: string;
    readonly message: string;
    readonly evidence: Uint8Array;
    readonly at: Instant;
  },
): Promise<void> {
  const digest = sha256Hex(incident.evidence);
  const known = (await t.parcels.incidents(1000)).some(
    (held) => held.channel === incident.channel && held.evidence.startsWith(digest),
  );
  if (known) return;
  await t.parcels.addIncident({
    id: `incident--${randomUUID()}`,
    channel: incident.channel,
    kind: incident.code,
    message: incident.message,
    evidence: `${digest}\n${Buffer.from(incident.evidence).toString("utf8").slice(0, KEPT)}`,
    at: incident.at,
    seenBy: null,
  });
  await t.audit.note("incident", incident.channel ?? "", { code: incident.code });
}
