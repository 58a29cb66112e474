import { BaseError, type Clock, type Instant, instantOf, utf8 } from "#base";
import {
  consistencyProof,
  formatAddCheckpoint,
  LedgerError,
  logOrigin,
  openCheckpoint,
  readCosignatures,
} from "#ledger";
import type { Viewer } from "#policy";
import type { Channel, Store } from "#store";
import { ExchangeError } from "./errors.ts";
import { keepIncident } from "./incident.ts";
import { type LinkClient, type LinkReply, WITNESS_PATH } from "./link.ts";
import { distrustLog, isDistrusted } from "./log-trust.ts";
import { checkpointAt, ownLog, readingHashes } from "./outbox.ts";
import { type Cadence, publishAll, publishedSize } from "./publishing.ts";
import type { Self } from "./self.ts";

/** A witness that this node asks to cosign its logs (C2SP tlog-witness). */
export interface WitnessAddress {
  /** The cosigner's name in its signature lines. */
  readonly name: string;
  /** Its Ed25519 public key, base64 of 32 bytes. */
  readonly key: string;
  /** `https://host:port`; the submission prefix is `/witness` below it. */
  readonly url: string;
  /** SHA-256 of its TLS public key (SPKI), lower-case hex. */
  readonly tlsPin: string;
}

export interface WitnessingDeps {
  readonly store: Store;
  readonly self: Self;
  readonly clock: Clock;
  readonly client: LinkClient;
  readonly witnesses: readonly WitnessAddress[];
  readonly cadence: Cadence;
}

export interface Witnessing {
  readonly witness: string;
  readonly channel: string;
  /** `cosigned`: it holds our published checkpoint. `behind`: it has seen more of our log than we have. */
  readonly outcome: "cosigned" | "current" | "behind" | "refused" | "unreachable";
  readonly message: string;
  /** `behind`: how much of our log the witness has seen. */
  readonly seen?: number;
}

/** How much of our log of a channel the witnesses have seen beyond what is held here; 0: nothing that any of them says. */
export async function seenByWitnesses(deps: WitnessingDeps, channel: Channel, signal: AbortSignal): Promise<number> {
  const job: Viewer = { kind: "job", party: deps.self.id, name: "witnessing", may: [] };
  const all = deps.witnesses.map((witness) => ask(deps, job, witness, channel, signal, true));
  return Math.max(0, ...(await Promise.all(all)).map(({ seen = 0 }) => seen));
}

/** Asks every witness to cosign the published checkpoint of every log of this node that it has not cosigned yet. */
export async function askWitnesses(deps: WitnessingDeps, signal: AbortSignal): Promise<readonly Witnessing[]> {
  const job: Viewer = { kind: "job", party: deps.self.id, name: "witnessing", may: [] };
  await publishAll(deps, job);
  const channels = (await deps.store.read(job, (r) => r.channels.list())).filter(
    // Of a channel that has ended the log grows no more, and its key may be gone.
    ({ state }) => state === "active",
  );
  const all = deps.witnesses.map(async (witness) => {
    const outcomes: Witnessing[] = [];
    for (const channel of channels) {
      if (signal.aborted) break;
      outcomes.push(await ask(deps, job, witness, channel, signal));
    }
    return outcomes;
  });
  return (await Promise.all(all)).flat();
}

async function ask(
  deps: WitnessingDeps,
  job: Viewer,
  witness: WitnessAddress,
  channel: Channel,
  signal: AbortSignal,
  /** Asks even about what it has cosigned: a store that was set back does not know what came after. */
  anyway = false,
): Promise<Witnessing> {
  const told = (outcome: Witnessing["outcome"], message = "", seen?: number): Witnessing => ({
    witness: witness.name,
    channel: channel.id,
    outcome,
    message,
    ...(seen === undefined ? {} : { seen }),
  });
  const { store, self } = deps;
  const log = ownLog(channel.id);
  try {
    const { size, known, checkpoint } = await store.read(job, async (r) => {
      const [whole, published] = [await r.trees.size(log), await publishedSize(r, channel.id)];
      const now = anyway && published === 0 ? whole : Math.min(whole, published);
      return {
        size: now,
        known: (await r.cosignatures.largest(log, { cosigner: witness.name })) ?? 0,
        checkpoint: await checkpointAt(r, self, channel.id, now),
      };
    });
    if (size === 0 || (size === known && !anyway)) return told("current");
    const old = Math.min(known, size);
    let reply = await submit(deps, job, witness, log, old, size, checkpoint, signal);
    const held = reply.status === 409 ? heldSize(reply) : null;
    if (held !== null && held !== old && held <= size) {
      reply = await submit(deps, job, witness, log, held, size, checkpoint, signal);
    }
    if (reply.status === 200 && size === known) return told("current");
    if (reply.status === 200) return told(await keep(deps, job, witness, channel, checkpoint, size, reply));
    if (held === null) return told("refused", `${reply.status} ${reply.text.slice(0, 200).trim()}`);
    // Another process of this party may have signed on, and asked, since we looked.
    if (held > size && held <= (await store.read(job, (r) => r.trees.size(log)))) return told("current");
    const message =
      held > size
        ? `${witness.name} has seen ${held} entries of our log, which has ${size}: was this node restored from an old backup?`
        : `${witness.name} holds another history of our log`;
    await complain(deps, job, channel, "log-disputed", message, `${checkpoint}${reply.text}`);
    if (held <= size) return told("behind", message);
    await store.transact(job, async (t) => {
      if (!(await isDistrusted(t, channel.id))) await distrustLog(t, channel.id, message);
    });
    return told("behind", message, held);
  } catch (error) {
    if (error instanceof ExchangeError) return told("unreachable", error.message);
    throw error;
  }
}

async function submit(
  { store, client }: WitnessingDeps,
  job: Viewer,
  witness: WitnessAddress,
  log: string,
  oldSize: number,
  size: number,
  checkpoint: string,
  signal: AbortSignal,
): Promise<LinkReply> {
  const proof = await store.read(job, (r) => consistencyProof(readingHashes(r), log, oldSize, size));
  const body = formatAddCheckpoint({ oldSize, proof, checkpoint });
  return client.post(new URL(WITNESS_PATH, witness.url), witness.tlsPin, body, signal);
}

/** tlog-witness: the size of the last checkpoint that it cosigned, alone on a line. */
function heldSize({ text }: LinkReply): number | null {
  const size = Number(/^(0|[1-9]\d{0,15})\n$/.exec(text)?.[1] ?? "NaN");
  return Number.isSafeInteger(size) ? size : null;
}

async function keep(
  deps: WitnessingDeps,
  job: Viewer,
  witness: WitnessAddress,
  channel: Channel,
  checkpoint: string,
  size: number,
  reply: LinkReply,
): Promise<"cosigned" | "refused"> {
  const { store, self, clock } = deps;
  const own = openCheckpoint(checkpoint, { name: logOrigin(channel.id, self.id), publicKey: self.key.publicKey });
  try {
    const [first] = readCosignatures(reply.text, own.text, [{ name: witness.name, publicKey: witness.key }]);
    if (first === undefined) throw new LedgerError("note-unsigned", "its key did not make it");
    const at: Instant = instantOf(clock());
    const { line } = first;
    await store.transact(job, (t) =>
      t.cosignatures.add({ log: ownLog(channel.id), size, cosigner: witness.name, line, at }),
    );
    return "cosigned";
  } catch (error) {
    if (!(error instanceof LedgerError || error instanceof BaseError)) throw error;
    const message = `the cosignature of ${witness.name} does not hold: ${error.message}`;
    await complain(deps, job, channel, "cosignature-invalid", message, `${checkpoint}${reply.text}`);
    return "refused";
  }
}

function complain(
  { store, clock }: WitnessingDeps,
  job: Viewer,
  channel: Channel,
  code: string,
  message: string,
  evidence: string,
): Promise<void> {
  const at = instantOf(clock());
  return store.transact(job, (t) =>
    keepIncident(t, { channel: channel.id, code, message, evidence: utf8(evidence), at }),
  );
}
