import { instantOf } from "#base";
import { requirePermission } from "#access";
import type { Parcel } from "#ledger";
import type { Viewer } from "#policy";
import type { Departures, Erasing, Recalling } from "#safeguards";
import type { Channel } from "#store";
import { createDepartures } from "./departures.ts";
import { ExchangeError } from "./errors.ts";
import { type Forward, forwardMedia } from "./hops.ts";
import { seeIncident } from "./incident.ts";
import { createLinkClient, type LinkIdentity } from "./link.ts";
import { type ExportedLog, exportLogs, type WriteFile } from "./log-export.ts";
import { type ExchangeDeps, type Link, type LinkOptions, openLink } from "./open-link.ts";
import { type Consents, createConsents } from "./consents.ts";
import { copyStates, type CopyState, type CopyTree, unconfirmed } from "./copies.ts";
import { type Expired, expireDue } from "./erasure.ts";
import { type NextKeys, rotateKeys, type Rotation } from "./key-change.ts";
import { makeEvidence } from "./make-evidence.ts";
import { exportMedia, importMedia, type MediaOptions, type MediaPart, type MediaReport } from "./media.ts";
import { sendRecalls } from "./onward.ts";
import { post } from "./outbox.ts";
import { createPairing, type Pairing } from "./pairing.ts";
import { publish, publishedSize } from "./publishing.ts";
import { receive } from "./receive.ts";
import { createTakeBack } from "./take-back.ts";
import { type ChannelVerdict, verifyChannel } from "./proof.ts";
import { type Revoked, revokeOwnKeys, revokePartnerKey } from "./revocation.ts";
import { askWitnesses, type Witnessing } from "./witnessing.ts";
import { succeed } from "./succession.ts";

export interface Exchange {
  readonly pairing: Pairing;
  readonly departures: Departures;
  /** For redress and reports of errors, which decide in a transaction of their own. */
  readonly takeBack: Erasing & Recalling;
  /** Originator control: asking for, giving and taking back consent to passing on. */
  readonly consents: Consents;
  /** Every copy of a record that this party knows of, near and far. */
  copies(viewer: Viewer, recordId: string): Promise<CopyTree>;
  /** Copies given or taken back of which no receipt has come by any way. */
  unconfirmed(viewer: Viewer): Promise<readonly CopyState[]>;
  /** Deletes now what partners gave for a time that is over; the link does so by itself. */
  expire(actor: Viewer): Promise<Expired>;
  /** Takes a record back from every party that holds a copy of it. @returns how many parties are told. */
  recall(actor: Viewer, recordId: string, reason: string): Promise<number>;
  verify(viewer: Viewer, channel: string): Promise<ChannelVerdict>;
  /** Both logs of a channel as C2SP tlog-tiles folders, for tools that are not Entente. */
  exportLogs(viewer: Viewer, channel: string, write: WriteFile): Promise<readonly ExportedLog[]>;
  /** Our log alone, at the size that is published: for witnesses and others who are not to see when the channel is used. */
  exportPublished(viewer: Viewer, channel: string, write: WriteFile): Promise<readonly ExportedLog[]>;
  /** The evidence bundle of a release, as the text of one file. */
  evidence(viewer: Viewer, release: string): Promise<string>;
  /** Puts new keys in the place of ours, and tells every partner. */
  rotateKeys(actor: Viewer, next: NextKeys, overlapDays: number): Promise<Rotation>;
  /** Our own key is lost or stolen: it ends everywhere, and partners pair anew. */
  revokeOwnKeys(actor: Viewer, next: NextKeys, reason: string): Promise<readonly Revoked[]>;
  /** The partner's key is stolen, as the partner has said: nothing of it is taken any more. */
  revokePartnerKey(actor: Viewer, channel: string, reason: string): Promise<Revoked>;
  /** What waits for a partner, as sealed files to carry by hand. */
  exportMedia(actor: Viewer, channel: string, options?: MediaOptions): AsyncGenerator<MediaPart>;
  /** Opens our layer of a file that we only carry on, and gives the file for the next hop. */
  forwardMedia(actor: Viewer, sealed: Uint8Array): Promise<Forward>;
  /** Takes in one file that a partner sealed for this party. */
  importMedia(actor: Viewer, sealed: Uint8Array): Promise<MediaReport>;
  /** Asks the witnesses once, without a link. */
  askWitnesses(identity: LinkIdentity): Promise<readonly Witnessing[]>;
  /** Notes that an officer has looked at an incident; it stays, with its evidence. */
  seeIncident(actor: Viewer, id: string): Promise<void>;
  /** Opens the link: partners reach this node, and the outbox is carried to them. */
  open(options: LinkOptions): Promise<Link>;
}

export function createExchange(deps: ExchangeDeps): Exchange {
  const { store, self, clock, onEvent, witnesses } = deps;
  const pairing = createPairing({
    store,
    self,
    clock,
    onConfirmed: async (t, channel, continued) => {
      const now = instantOf(clock());
      await post(t, self, channel, { kind: "hello", body: { name: self.name } }, null, now);
      if (continued !== null) await succeed(t, self, channel, continued.old, continued.theirs, now);
    },
  });

  async function channelOr(viewer: Viewer, id: string): Promise<Channel> {
    const channel = await store.read(viewer, (r) => r.channels.get(id));
    if (channel === null) throw new ExchangeError("channel-unknown", `there is no channel ${id}`);
    return channel;
  }

  let link: Link | null = null;
  const media = {
    store,
    self,
    clock,
    identities: deps.mediaIdentities,
    receive: (channel: string, bytes: Uint8Array) => {
      const onReceived = (id: string, parcel: Parcel["kind"]): void => {
        onEvent({ kind: "received", channel: id, parcel });
        link?.wake();
      };
      return receive({ ...deps, onReceived }, channel, bytes);
    },
  };

  return {
    async askWitnesses(identity) {
      const client = createLinkClient(identity);
      try {
        return await askWitnesses({ ...deps, client }, AbortSignal.timeout(60_000));
      } finally {
        client.close();
      }
    },
    rotateKeys: (actor, next, overlapDays) => rotateKeys(deps, actor, next, overlapDays),
    revokeOwnKeys: (actor, next, reason) => revokeOwnKeys(deps, actor, next, reason),
    revokePartnerKey: (actor, channel, reason) => revokePartnerKey(deps, actor, channel, reason),
    exportMedia: (actor, channel, options) => exportMedia(media, actor, channel, options),
    forwardMedia: (actor, sealed) => forwardMedia(media, actor, sealed),
    importMedia: (actor, sealed) => importMedia(media, actor, sealed),
    pairing: {
      invite: (actor, continues) => (requirePermission(actor, "channel.manage"), pairing.invite(actor, continues)),
      accept: (actor, text) => (requirePermission(actor, "channel.manage"), pairing.accept(actor, text)),
      confirm: (actor, id, fingerprint) => (
        requirePermission(actor, "channel.manage"),
        pairing.confirm(actor, id, fingerprint)
      ),
    },
    departures: createDepartures({ self, clock }),
    takeBack: createTakeBack({ self, clock }),

    async recall(actor, recordId, reason) {
      requirePermission(actor, "release.recall");
      return store.transact(actor, async (t) => {
        const now = instantOf(clock());
        const live = (await t.releases.copiesOf(recordId)).filter(
          (copy) => copy.state === "sent" || copy.state === "confirmed",
        );
        if (live.length === 0 || reason.trim() === "") {
          throw new ExchangeError(
            "nothing-to-recall",
            live.length === 0 ? "no partner holds a copy of this record" : "a recall states its reason",
          );
        }
        const parties = await sendRecalls(t, self, live, reason, recordId, now);
        if (parties === 0)
          throw new ExchangeError("key-ended", "this party's key has ended on every channel on which the record went", {
            where: recordId,
            fix: "Pair anew with the partners first; tell them by telephone meanwhile.",
          });
        await t.audit.note("record.recall", recordId, { parties });
        return parties;
      });
    },

    consents: createConsents({ store, self, clock }),
    copies: (viewer, recordId) => store.read(viewer, (r) => copyStates(r, recordId)),
    async unconfirmed(viewer) {
      requirePermission(viewer, "audit.read");
      return store.read(viewer, (r) => unconfirmed(r));
    },
    async expire(actor) {
      requirePermission(actor, "node.keep");
      const done = await expireDue(deps);
      if (done.records + done.envelopes > 0) await store.scrub();
      return done;
    },

    async verify(viewer, id) {
      const channel = await channelOr(viewer, id);
      return store.read(viewer, (r) => verifyChannel(r, self, channel));
    },

    async exportLogs(viewer, id, write) {
      requirePermission(viewer, "ledger.verify");
      const channel = await channelOr(viewer, id);
      const logs = await store.read(viewer, (r) => exportLogs(r, self, channel, witnesses, write));
      await store.transact(viewer, (t) => t.audit.note("ledger.export", id, { logs: logs.length }));
      return logs;
    },

    async exportPublished(viewer, id, write) {
      requirePermission(viewer, "ledger.verify");
      const channel = await channelOr(viewer, id);
      const size = await store.transact(viewer, async (t) => {
        await t.audit.note("ledger.export", id, { published: true });
        const known = await publishedSize(t, id);
        // With witnesses the cadence alone decides; without, this export is the publication.
        return witnesses.length > 0 && known > 0 ? known : publish(t, self, channel, deps.cadence, clock());
      });
      link?.wake();
      return store.read(viewer, (r) => exportLogs(r, self, channel, witnesses, write, size));
    },

    evidence: (viewer, release) => makeEvidence(store, self, viewer, clock, release),

    seeIncident: (actor, id) => seeIncident(store, actor, id),

    async open(options) {
      link = await openLink(deps, options);
      return link;
    },
  };
}
