import { type Clock, instantOf } from "#base";
import type { KnownLog, Parcel } from "#ledger";
import type { Viewer } from "#policy";
import type { TypeRegistry } from "#stix";
import type { Channel, Store } from "#store";
import { type Delivery, startDelivery } from "./delivery.ts";
import type { LegalHold } from "./erasure.ts";
import { ExchangeError } from "./errors.ts";
import { startExpiry } from "./expiry.ts";
import { channelOfPin, partnerPeriods, partnerPins } from "./key-ring.ts";
import { createLinkClient, type LinkClient, type LinkIdentity, listen } from "./link.ts";
import { proveLog, stateLog } from "./log-guard.ts";
import type { Cadence } from "./publishing.ts";
import { receive } from "./receive.ts";
import type { Self } from "./self.ts";
import { addCheckpoint } from "./witness.ts";
import { askWitnesses, seenByWitnesses, type WitnessAddress, type Witnessing } from "./witnessing.ts";

export interface ExchangeDeps {
  readonly store: Store;
  readonly self: Self;
  readonly clock: Clock;
  readonly registry: TypeRegistry;
  /** Logs of others that this node witnesses. */
  readonly witnessedLogs: readonly KnownLog[];
  /** Witnesses that cosign the logs of this node. */
  readonly witnesses: readonly WitnessAddress[];
  /** When checkpoints leave for witnesses, and at which sizes. */
  readonly cadence: Cadence;
  /** The age identities that open files sealed for this party, the latest first; asked for only then. */
  readonly mediaIdentities: () => Promise<readonly string[]>;
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
  /** Shown to those who have pinned them. */
  readonly others?: readonly LinkIdentity[];
  /** Which of them to call with now: it changes when the last partner has heard of a change of keys. */
  readonly callWith?: () => Promise<LinkIdentity>;
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
  /** Publishes and asks the witnesses now; the link does so by itself at its cadence. */
  askWitnesses(): Promise<readonly Witnessing[]>;
  close(): Promise<void>;
}

/** Opens the link: partners reach this node, the outbox is carried to them, witnesses are asked and answered. */
export async function openLink(deps: ExchangeDeps, options: LinkOptions): Promise<Link> {
  const { store, self, clock, registry, onEvent, witnessedLogs: logs } = deps;
  const { identity, others = [], host, port, holder, pollMs, onError } = options;
  const job: Viewer = { kind: "job", party: self.id, name: "link", may: [] };
  let calling = identity;
  const client = createLinkClient(() => calling, {
    timeout: options.timeoutMs,
    pinsOf: (pin) => store.read(job, (r) => partnerPins(r, pin, instantOf(clock()))),
  });
  let delivery: Delivery | null = null;
  const onReceived = (channel: string, parcel: Parcel["kind"]): void => {
    onEvent({ kind: "received", channel, parcel });
    delivery?.wake(channel);
    if (parcel === "recall") expiry.scrub();
  };
  const expiry = startExpiry(deps, { holder, onError, wake: () => delivery?.wake() });
  const ask = (channel: Channel, from: number, have: number, signal: AbortSignal) =>
    client.askLog(channel.partnerUrl, channel.partnerTlsPin, from, have, signal);
  const { witnesses, cadence } = deps;
  const seen = (channel: Channel, signal: AbortSignal) =>
    seenByWitnesses({ store, self, clock, client, witnesses, cadence }, channel, signal);
  const server = await listen({
    identity,
    others,
    host,
    port,
    onError,
    stateLog: async (id, from, have) => {
      const stated = await store.transact(job, async (t) => {
        const channel = await t.channels.get(id);
        if (channel === null) throw new ExchangeError("channel-unknown", `there is no channel ${id}`);
        // Whoever holds a revoked key learns nothing of what its owner sent.
        if ((await partnerPeriods(t, channel)).at(-1)?.ended === "revoked" || channel.state === "closed")
          return { size: 0, checkpoint: null, entries: [] };
        return stateLog(t, channel, from, have);
      });
      delivery?.wake(id);
      return stated;
    },
    channelOf: (pin) => store.read(job, (r) => channelOfPin(r, pin, instantOf(clock()))),
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
    prove: (channel, signal) => proveLog({ store, self, clock, registry, ask, seen }, job, channel, signal),
    onDelivered(channel, sequence) {
      onEvent({ kind: "delivered", channel, sequence });
      if (others.length > 1 && options.callWith !== undefined)
        options.callWith().then((now) => (calling = now), onError);
    },
  });
  delivery = running;
  running.wake();
  const witnessing = startWitnessing(deps, client, holder, () => running.wake(), onError);
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

function startWitnessing(
  deps: ExchangeDeps,
  client: LinkClient,
  holder: string,
  wake: () => void,
  onError: (error: unknown) => void,
): WitnessingRound {
  const { store, self, clock, witnesses, cadence } = deps;
  const job: Viewer = { kind: "job", party: self.id, name: "witnessing", may: [] };
  const stopping = new AbortController();
  let round: Promise<readonly Witnessing[]> = Promise.resolve([]);
  // One round after another: two at once would ask for the same cosignature.
  const ask = (): Promise<readonly Witnessing[]> => {
    const next = round.then(() => askWitnesses({ store, self, clock, client, witnesses, cadence }, stopping.signal));
    // Whoever asked hears of a failure; the next round does not depend on it.
    round = next.catch(() => []);
    // What was padded goes to the partner.
    void round.then(wake);
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
  let timer: NodeJS.Timeout | undefined;
  // On whole multiples of the cadence: a turn tells nothing of when this node started, or sent something.
  const untilTurn = (): number => cadence.everyMs - (clock().getTime() % cadence.everyMs);
  const turn = async (): Promise<void> => {
    // One process of several takes the turn; its lease ends before the next.
    const expires = instantOf(new Date(clock().getTime() + cadence.everyMs * 0.8));
    if (await store.transact(job, (t) => t.settings.lease("checkpoint cadence", holder, expires))) report(await ask());
  };
  const schedule = (): void => {
    timer = setTimeout(() => {
      schedule();
      turn().catch(onError);
    }, untilTurn());
  };
  if (witnesses.length > 0) schedule();
  return {
    ask,
    async stop() {
      clearTimeout(timer);
      stopping.abort();
      await round;
    },
  };
}
