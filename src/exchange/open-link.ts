import type { Clock } from "#base";
import type { KnownLog, Parcel } from "#ledger";
import type { Viewer } from "#policy";
import type { TypeRegistry } from "#stix";
import type { Channel, Store } from "#store";
import { type Delivery, startDelivery } from "./delivery.ts";
import type { LegalHold } from "./erasure.ts";
import { ExchangeError } from "./errors.ts";
import { startExpiry } from "./expiry.ts";
import { createLinkClient, type LinkClient, type LinkIdentity, listen } from "./link.ts";
import { proveLog, stateLog } from "./log-guard.ts";
import { receive } from "./receive.ts";
import type { Self } from "./self.ts";
import { addCheckpoint } from "./witness.ts";
import { askWitnesses, type WitnessAddress, type Witnessing } from "./witnessing.ts";

export interface ExchangeDeps {
  readonly store: Store;
  readonly self: Self;
  readonly clock: Clock;
  readonly registry: TypeRegistry;
  /** Logs of others that this node witnesses. */
  readonly witnessedLogs: readonly KnownLog[];
  /** Witnesses that cosign the logs of this node. */
  readonly witnesses: readonly WitnessAddress[];
  /** The age identity that opens files sealed for this party; asked for only then. */
  readonly mediaIdentity: () => Promise<string>;
  /** The duty to keep a record that stands against its deletion; without it nothing is held. */
  readonly legalHold?: LegalHold;
  /** Told of everything that comes in or is delivered, after it is on disk. */
  readonly onEvent: (event: ExchangeEvent) => void;
}

export type ExchangeEvent =
  | { readonly kind: "received"; readonly channel: string; readonly parcel: Parcel["kind"] }
  | { readonly kind: "delivered"; readonly channel: string; readonly sequence: number };

export interface LinkOptions {
  readonly identity: LinkIdentity;
  readonly host: string;
  readonly port: number;
  readonly holder: string;
  readonly pollMs: number;
  /** How long a partner may be silent in the middle of an answer. */
  readonly timeoutMs?: number;
  readonly onError: (error: unknown) => void;
}

export interface Link {
  readonly port: number;
  /** Something was put in the outbox. */
  wake(): void;
  /** Asks the witnesses now; the link does so by itself every minute. */
  askWitnesses(): Promise<readonly Witnessing[]>;
  close(): Promise<void>;
}

/** A fixed cadence: what a witness sees of a log then tells little of when something was sent. */
const WITNESS_MS = 60_000;

/** Opens the link: partners reach this node, the outbox is carried to them, witnesses are asked and answered. */
export async function openLink(deps: ExchangeDeps, options: LinkOptions): Promise<Link> {
  const { store, self, clock, registry, onEvent, witnessedLogs: logs } = deps;
  const { identity, host, port, holder, pollMs, onError } = options;
  const job: Viewer = { kind: "job", party: self.id, name: "link", may: [] };
  const client = createLinkClient(identity, options.timeoutMs);
  let delivery: Delivery | null = null;
  const onReceived = (channel: string, parcel: Parcel["kind"]): void => {
    onEvent({ kind: "received", channel, parcel });
    delivery?.wake(channel);
    if (parcel === "recall") expiry.scrub();
  };
  const expiry = startExpiry(deps, { holder, onError, wake: () => delivery?.wake() });
  const ask = (channel: Channel, from: number, have: number, signal: AbortSignal) =>
    client.askLog(channel.partnerUrl, channel.partnerTlsPin, from, have, signal);
  const server = await listen({
    identity,
    host,
    port,
    onError,
    stateLog: async (id, from, have) => {
      const stated = await store.transact(job, async (t) => {
        const channel = await t.channels.get(id);
        if (channel === null) throw new ExchangeError("channel-unknown", `there is no channel ${id}`);
        return stateLog(t, channel, from, have);
      });
      delivery?.wake(id);
      return stated;
    },
    channelOf: async (pin) => (await store.read(job, (r) => r.channels.byTlsPin(pin)))?.id ?? null,
    receive: (channel, bytes) => receive({ ...deps, onReceived }, channel, bytes),
    ...(logs.length === 0 ? {} : { witness: (bytes) => addCheckpoint({ store, self, clock, logs }, bytes) }),
  });
  const running = startDelivery({
    store,
    self,
    clock,
    client,
    holder,
    pollMs,
    onError,
    prove: (channel, signal) => proveLog({ store, self, clock, registry, ask }, job, channel, signal),
    onDelivered: (channel, sequence) => onEvent({ kind: "delivered", channel, sequence }),
  });
  delivery = running;
  running.wake();
  const witnessing = startWitnessing(deps, client, onError);
  return {
    port: server.port,
    wake: () => running.wake(),
    askWitnesses: () => witnessing.ask(),
    async close() {
      await Promise.all([running.stop(), witnessing.stop(), expiry.stop()]);
      await server.close();
      client.close();
    },
  };
}

interface WitnessingRound {
  ask(): Promise<readonly Witnessing[]>;
  stop(): Promise<void>;
}

function startWitnessing(deps: ExchangeDeps, client: LinkClient, onError: (error: unknown) => void): WitnessingRound {
  const { store, self, clock, witnesses } = deps;
  const stopping = new AbortController();
  let round: Promise<readonly Witnessing[]> = Promise.resolve([]);
  // One round after another: two at once would ask for the same cosignature.
  const ask = (): Promise<readonly Witnessing[]> => {
    const next = round.then(() => askWitnesses({ store, self, clock, client, witnesses }, stopping.signal));
    // Whoever asked hears of a failure; the next round does not depend on it.
    round = next.catch(() => []);
    return next;
  };
  const told = new Map<string, string>();
  const report = (outcomes: readonly Witnessing[]): void => {
    for (const { witness, channel, outcome, message } of outcomes) {
      const good = outcome === "cosigned" || outcome === "current";
      const words = good ? "" : `witness ${witness}, ${channel}: ${outcome}: ${message}`;
      // Once, when it begins; not every minute that a witness is away.
      if (!good && told.get(`${witness} ${channel}`) !== words) onError(new ExchangeError("witness-failed", words));
      told.set(`${witness} ${channel}`, words);
    }
  };
  const timer = setInterval(() => void ask().then(report).catch(onError), WITNESS_MS);
  if (witnesses.length === 0) clearInterval(timer);
  return {
    ask,
    async stop() {
      clearInterval(timer);
      stopping.abort();
      await round;
    },
  };
}
