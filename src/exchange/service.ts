import { type Clock, instantOf } from "#base";
import { requirePermission } from "#access";
import type { Parcel } from "#ledger";
import type { Viewer } from "#policy";
import type { Departures } from "#safeguards";
import type { TypeRegistry } from "#stix";
import type { Channel, Store } from "#store";
import { type Delivery, startDelivery } from "./delivery.ts";
import { createDepartures } from "./departures.ts";
import { ExchangeError } from "./errors.ts";
import { createLinkClient, type LinkIdentity, type LinkServer, listen } from "./link.ts";
import { proveLog, stateLog } from "./log-guard.ts";
import { post } from "./outbox.ts";
import { createPairing, type Pairing } from "./pairing.ts";
import { type ChannelVerdict, makeEvidence, verifyChannel } from "./proof.ts";
import { receive } from "./receive.ts";
import type { Self } from "./self.ts";

export interface ExchangeDeps {
  readonly store: Store;
  readonly self: Self;
  readonly clock: Clock;
  readonly registry: TypeRegistry;
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
  readonly onError: (error: unknown) => void;
}

export interface Exchange {
  readonly pairing: Pairing;
  readonly departures: Departures;
  /** Takes a record back from every party that holds a copy of it. @returns how many parties are told. */
  recall(actor: Viewer, recordId: string, reason: string): Promise<number>;
  verify(viewer: Viewer, channel: string): Promise<ChannelVerdict>;
  /** The evidence bundle of a release, as the text of one file. */
  evidence(viewer: Viewer, release: string): Promise<string>;
  /** Opens the link: partners reach this node, and the outbox is carried to them. */
  open(options: LinkOptions): Promise<Link>;
}

export interface Link {
  readonly port: number;
  /** Something was put in the outbox. */
  wake(): void;
  close(): Promise<void>;
}

export function createExchange(deps: ExchangeDeps): Exchange {
  const { store, self, clock, registry, onEvent } = deps;
  const pairing = createPairing({
    store,
    self,
    clock,
    onConfirmed: async (t, channel) => {
      await post(t, self, channel, { kind: "hello", body: { name: self.name } }, null, instantOf(clock()));
    },
  });

  async function channelOr(viewer: Viewer, id: string): Promise<Channel> {
    const channel = await store.read(viewer, (r) => r.channels.get(id));
    if (channel === null) throw new ExchangeError("channel-unknown", `there is no channel ${id}`);
    return channel;
  }

  return {
    pairing: {
      invite: (actor) => (requirePermission(actor, "channel.manage"), pairing.invite(actor)),
      accept: (actor, text) => (requirePermission(actor, "channel.manage"), pairing.accept(actor, text)),
      confirm: (actor, id, fingerprint) => (
        requirePermission(actor, "channel.manage"),
        pairing.confirm(actor, id, fingerprint)
      ),
    },
    departures: createDepartures({ self, clock }),

    async recall(actor, recordId, reason) {
      requirePermission(actor, "release.recall");
      return store.transact(actor, async (t) => {
        const now = instantOf(clock());
        const live = (await t.releases.copiesOf(recordId)).filter(
          (copy) => copy.state === "sent" || copy.state === "confirmed",
        );
        const channels = [...new Set(live.map((copy) => copy.channel))];
        if (channels.length === 0 || reason.trim() === "") {
          throw new ExchangeError(
            "nothing-to-recall",
            channels.length === 0 ? "no partner holds a copy of this record" : "a recall states its reason",
          );
        }
        for (const id of channels) {
          const channel = await t.channels.get(id);
          if (channel === null) continue;
          const copies = live.filter((copy) => copy.channel === id);
          const records = copies.map((copy) => ({ id: copy.recordId, version: copy.version }));
          await post(t, self, channel, { kind: "recall", body: { reason, records } }, recordId, now);
          for (const copy of copies) await t.releases.saveCopy({ ...copy, state: "recall-sent", updatedAt: now });
        }
        await t.audit.note("record.recall", recordId, { parties: channels.length });
        return channels.length;
      });
    },

    async verify(viewer, id) {
      const channel = await channelOr(viewer, id);
      return store.read(viewer, (r) => verifyChannel(r, self, channel));
    },

    evidence: (viewer, release) => makeEvidence(store, self, viewer, clock, release),

    async open({ identity, host, port, holder, pollMs, onError }) {
      const job: Viewer = { kind: "job", party: self.id, name: "link", may: [] };
      const client = createLinkClient(identity);
      const ask = (channel: Channel, from: number, have: number, signal: AbortSignal) =>
        client.askLog(channel.partnerUrl, channel.partnerTlsPin, from, have, signal);
      let delivery: Delivery | null = null;
      const server: LinkServer = await listen({
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
        receive: (channel, bytes) =>
          receive(
            {
              store,
              self,
              clock,
              registry,
              onReceived: (id, parcel) => {
                onEvent({ kind: "received", channel: id, parcel });
                delivery?.wake(id);
              },
            },
            channel,
            bytes,
          ),
      });
      delivery = startDelivery({
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
      const running = delivery;
      running.wake();
      return {
        port: server.port,
        wake: () => running.wake(),
        async close() {
          await running.stop();
          await server.close();
          client.close();
        },
      };
    },
  };
}
