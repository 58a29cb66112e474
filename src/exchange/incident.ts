import { randomUUID } from "node:crypto";
import { requirePermission } from "#access";
import { type Instant, sha256Hex } from "#base";
import type { Viewer } from "#policy";
import type { Store, Transactor } from "#store";
import { ExchangeError } from "./errors.ts";

/** Characters of evidence: a witness's largest request whole. */
const KEPT = 150_000;
/** Incidents of one kind on one channel that wait for a person. More are counted, not kept: nobody fills this store with them. */
const MOST_UNSEEN = 200;

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
  const { channel, code, message, at } = incident;
  const digest = sha256Hex(incident.evidence);
  const known = await t.parcels.incidentOf(channel, code, digest, MOST_UNSEEN);
  if (known !== null) return t.parcels.incidentAgain(known, at);
  await t.parcels.addIncident({
    id: `incident--${randomUUID()}`,
    channel,
    kind: code,
    message,
    digest,
    evidence: `${digest}\n${Buffer.from(incident.evidence).toString("utf8").replaceAll("\0", "\u{fffd}").slice(0, KEPT)}`,
    at,
    times: 1,
    lastAt: at,
    seenBy: null,
  });
  await t.audit.note("incident", channel ?? "", { code });
}

/** A person has looked at it. @throws ExchangeError `incident-unknown`. */
export async function seeIncident(store: Store, actor: Viewer, id: string): Promise<void> {
  requirePermission(actor, "ledger.verify");
  await store.transact(actor, async (t) => {
    if (!(await t.parcels.incidentSeen(id)))
      throw new ExchangeError("incident-unknown", `there is no incident ${id} that nobody has looked at`, {
        fix: "`entente incident list --all` shows them all.",
      });
    await t.audit.note("incident.seen", id);
  });
}
