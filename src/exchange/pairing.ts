import { randomBytes, randomUUID } from "node:crypto";
import { z } from "zod";
import {
  BaseError,
  canonicalJson,
  type Clock,
  fromBase64,
  fromUtf8,
  instantOf,
  isJsonObject,
  type JsonObject,
  parseJson,
  sha256,
  sha256Hex,
  toBase64,
  toHex,
  utf8,
} from "#base";
import { LedgerError, openEnvelope, sealEnvelope } from "#ledger";
import type { Viewer } from "#policy";
import { actorName, type Channel, type Store, type Transactor } from "#store";
import { ExchangeError } from "./errors.ts";
import { requireSettledKeys } from "./key-change.ts";
import type { Self } from "./self.ts";
import { type Continuation, continuationOf } from "./succession.ts";

const INVITATION_TYPE = "application/vnd.entente.invitation+json";
const VALID_DAYS = 14;
const MAX_INVITATION = 64 * 1024;

const invitation = z.strictObject({
  v: z.literal(1),
  id: z.string().max(100),
  party: z.strictObject({
    id: z.string().regex(/^identity--[0-9a-f-]{36}$/),
    name: z.string().min(1).max(300),
    key: z.string().length(44),
    tlsPin: z.string().regex(/^[0-9a-f]{64}$/),
    url: z.url({ protocol: /^https$/ }).max(500),
    purposes: z.array(z.string().max(200)).max(100),
  }),
  nonce: z.string().max(64),
  created: z.string().max(40),
  expires: z.string().max(40),
  /** The channel that this pairing continues with new keys, and how the writer's key of it stands. */
  continues: z
    .strictObject({
      channel: z.string().max(100),
      reason: z.string().min(1).max(1000),
      revoked: z.strictObject({ until: z.string().max(40), size: z.int().min(0) }).nullable(),
    })
    .optional(),
  /** SHA-256 of the invitation that this one answers. */
  answers: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});

type InvitationBody = z.infer<typeof invitation>;

export interface Accepted {
  readonly channel: Channel;
  /** 40 digits in 8 groups, for two people to read to each other. */
  readonly fingerprint: string;
  /** The file to send back, when this accepted a first invitation. */
  readonly answer: string | null;
}

export interface Pairing {
  /** `continues`: a channel with the same partner that this pairing takes on, since a key of it was revoked. */
  invite(
    actor: Viewer,
    continues?: { readonly channel: string; readonly reason: string },
  ): Promise<{ readonly id: string; readonly text: string }>;
  accept(actor: Viewer, text: string): Promise<Accepted>;
  /** The word of the officer that the partner read the same digits. Only then does anything cross. */
  confirm(actor: Viewer, channel: string, fingerprint: string): Promise<Channel>;
}

/** The channel that a new one takes on, and what the partner's invitation says of it. */
export interface Continued {
  readonly old: Channel;
  readonly theirs: Continuation;
}

export function createPairing(deps: {
  readonly store: Store;
  readonly self: Self;
  readonly clock: Clock;
  readonly onConfirmed: (t: Transactor, channel: Channel, continued: Continued | null) => Promise<void>;
}): Pairing {
  const { store, self, clock, onConfirmed } = deps;

  function make(answers?: string, continues?: Continuation): { readonly body: InvitationBody; readonly text: string } {
    const now = clock();
    const body: InvitationBody = {
      v: 1,
      id: `invitation--${randomUUID()}`,
      party: {
        id: self.id,
        name: self.name,
        key: self.key.publicKey,
        tlsPin: self.tlsPin,
        url: self.url,
        purposes: [...self.purposes],
      },
      nonce: toBase64(new Uint8Array(randomBytes(16))),
      created: instantOf(now),
      expires: instantOf(new Date(now.getTime() + VALID_DAYS * 86_400_000)),
      ...(continues === undefined ? {} : { continues }),
      ...(answers === undefined ? {} : { answers }),
    };
    return {
      body,
      text: `${sealEnvelope(INVITATION_TYPE, utf8(canonicalJson(body as unknown as JsonObject)), self.key)}\n`,
    };
  }

  async function keep(
    t: Transactor,
    actor: Viewer,
    { body, text }: ReturnType<typeof make>,
    state: "open" | "answered",
  ): Promise<void> {
    await t.channels.addInvitation({
      id: body.id,
      text,
      state,
      createdAt: body.created,
      createdBy: actorName(actor),
      expires: body.expires,
    });
  }

  return {
    invite: (actor, continues) =>
      store.transact(actor, async (t) => {
        await requireSettledKeys(t, self);
        const made = make(
          undefined,
          continues === undefined
            ? undefined
            : await continuationOf(t, self, await continuable(t, continues.channel), continues.reason),
        );
        await keep(t, actor, made, "open");
        await t.audit.note("pairing.invite", made.body.id, continues ?? {});
        return { id: made.body.id, text: made.text };
      }),

    async accept(actor, text) {
      const theirs = readInvitation(text);
      const now = instantOf(clock());
      if (theirs.party.key === self.key.publicKey || theirs.party.id === self.id) {
        throw new ExchangeError("invitation-own", "this is an invitation of this very party", {
          fix: "Send it to the partner, and open here the file that the partner sent.",
        });
      }
      if (theirs.expires <= now) {
        throw new ExchangeError("invitation-expired", `this invitation ended on ${theirs.expires.slice(0, 10)}`, {
          fix: "Ask the partner for a new one.",
        });
      }
      return store.transact(actor, async (t) => {
        await t.settings.lock("pairing");
        await requireSettledKeys(t, self);
        const continued = theirs.continues;
        const old = continued === undefined ? null : await continuable(t, continued.channel);
        if (old !== null && old.partner !== theirs.party.id)
          throw new ExchangeError(
            "invitation-foreign",
            `the channel that it continues is not one with ${theirs.party.name}`,
          );
        const taken = (await t.channels.list()).find(
          (channel) =>
            channel.state !== "closed" &&
            channel.id !== old?.id &&
            (channel.partner === theirs.party.id || channel.partnerTlsPin === theirs.party.tlsPin),
        );
        if (taken !== undefined) {
          throw new ExchangeError("already-paired", `there is already a channel with ${taken.partnerName}`, {
            fix: "Close it first, or ask the partner which file is meant.",
          });
        }
        const theirHash = sha256Hex(text.trim());
        let first = theirHash;
        let second: string;
        let answer: string | null = null;
        if (theirs.answers === undefined) {
          const made = make(
            theirHash,
            continued === undefined || old === null ? undefined : await continuationOf(t, self, old, continued.reason),
          );
          await keep(t, actor, made, "answered");
          answer = made.text;
          second = sha256Hex(made.text.trim());
        } else {
          const mine = (await t.channels.invitations()).find(
            (open) => open.state === "open" && sha256Hex(open.text.trim()) === theirs.answers,
          );
          if (mine === undefined) {
            throw new ExchangeError(
              "invitation-foreign",
              "this file answers an invitation that is not an open one of ours",
              {
                fix: "It may be meant for another party, or its invitation was answered or withdrawn. Make a new invitation.",
              },
            );
          }
          if (readInvitation(mine.text).continues?.channel !== continued?.channel)
            throw new ExchangeError("invitation-foreign", "the answer continues another channel than our invitation");
          await t.channels.setInvitation(mine.id, "answered");
          first = theirs.answers;
          second = theirHash;
        }
        const fingerprint = fingerprintOf(first, second, self.key.publicKey, theirs.party.key);
        const channel: Channel = {
          id: channelId(first, second),
          partner: theirs.party.id,
          partnerName: theirs.party.name,
          partnerUrl: theirs.party.url,
          partnerKey: theirs.party.key,
          partnerTlsPin: theirs.party.tlsPin,
          purposes: theirs.party.purposes,
          fingerprint,
          state: "awaiting-confirmation",
          createdAt: now,
          confirmedAt: null,
          confirmedBy: null,
          lastContactAt: null,
          lastError: null,
        };
        await t.channels.add(channel);
        if (continued !== undefined && old !== null) {
          const { reason } = continued;
          const row = { channel: channel.id, continues: old.id, reason, theirs: JSON.stringify(continued), at: now };
          await t.keys.addSuccession(row);
        }
        await t.audit.note("pairing.accept", channel.id, { partner: channel.partner });
        return { channel, fingerprint, answer };
      });
    },

    confirm: (actor, id, fingerprint) =>
      store.transact(actor, async (t) => {
        await t.settings.lock("pairing");
        const channel = await t.channels.get(id);
        if (channel === null) throw new ExchangeError("channel-unknown", `there is no channel ${id}`);
        if (fingerprint.replace(/\D/g, "") !== channel.fingerprint.replace(/\D/g, "")) {
          throw new ExchangeError("fingerprint-differs", "the digits are not those of this channel", {
            fix: "Read them to each other again over a line you both trust. If they still differ, somebody stands between you: do not confirm.",
          });
        }
        if (channel.state !== "awaiting-confirmation") return channel;
        await t.channels.confirm(id, actorName(actor));
        await t.audit.note("pairing.confirm", id, { partner: channel.partner });
        const active: Channel = { ...channel, state: "active" };
        await onConfirmed(t, active, await continuedBy(t, active));
        return active;
      }),
  };
}

/** @throws ExchangeError unless a channel is there and has not been continued or closed. */
async function continuable(t: Transactor, id: string): Promise<Channel> {
  const channel = await t.channels.get(id);
  if (channel === null) throw new ExchangeError("channel-unknown", `there is no channel ${id}`);
  if (channel.state === "active" || channel.state === "suspended") return channel;
  throw new ExchangeError("channel-inactive", `the channel with ${channel.partnerName} is ${channel.state}`);
}

async function continuedBy(t: Transactor, channel: Channel): Promise<Continued | null> {
  const row = await t.keys.succession(channel.id);
  const old = row === null ? null : await t.channels.get(row.continues);
  const theirs = invitation.shape.continues.parse(row === null ? undefined : JSON.parse(row.theirs));
  return old === null || theirs === undefined ? null : { old, theirs };
}

/** @throws ExchangeError `invitation-malformed` for anything but an invitation signed by the key that it names. */
export function readInvitation(text: string): InvitationBody {
  try {
    if (text.length > MAX_INVITATION) throw new BaseError("json-size", "the file is too large");
    const envelope = parseJson(text.trim(), { maxLength: MAX_INVITATION, maxDepth: 6 });
    const payload =
      isJsonObject(envelope) && typeof envelope["payload"] === "string"
        ? fromBase64(envelope["payload"])
        : new Uint8Array();
    const body = invitation.parse(parseJson(fromUtf8(payload), { maxLength: MAX_INVITATION, maxDepth: 6 }));
    // It names its own key: this shows that whoever wrote it holds that key. Whose it is, two people settle by voice.
    openEnvelope(text.trim(), INVITATION_TYPE, [body.party.key]);
    return body;
  } catch (error) {
    if (error instanceof BaseError || error instanceof LedgerError || error instanceof z.ZodError) {
      throw new ExchangeError("invitation-malformed", "this file is not an invitation, or it was changed on its way", {
        fix: "Ask the partner to send the file again, unopened.",
        cause: error,
      });
    }
    throw error;
  }
}

function channelId(first: string, second: string): string {
  const hex = sha256Hex(`entente/channel/v1\n${first}\n${second}\n`);
  return `channel--${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/** Both sides compute the same digits only if they hold the same two files and the same two keys. */
function fingerprintOf(first: string, second: string, ...keys: readonly [string, string]): string {
  const digest = sha256(`entente/fingerprint/v1\n${first}\n${second}\n${keys.toSorted().join("\n")}\n`);
  const digits = (BigInt(`0x${toHex(digest)}`) % 10n ** 40n).toString().padStart(40, "0");
  return (digits.match(/.{5}/g) ?? []).join(" ");
}
