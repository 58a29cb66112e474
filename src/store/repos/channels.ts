import type { Instant } from "#base";
import type { PartyId } from "#policy";
import type { RepoContext } from "./context.ts";

export interface Channel {
  readonly id: string;
  readonly partner: PartyId;
  readonly partnerName: string;
  readonly partnerUrl: string;
  /** The partner's Ed25519 public key, base64 of 32 bytes. */
  readonly partnerKey: string;
  /** SHA-256 of the partner's TLS public key (SPKI), lower-case hex. */
  readonly partnerTlsPin: string;
  /** What the partner declared that it uses records for. */
  readonly purposes: readonly string[];
  readonly fingerprint: string;
  readonly state: "awaiting-confirmation" | "active" | "suspended" | "closed";
  readonly createdAt: Instant;
  readonly confirmedAt: Instant | null;
  readonly confirmedBy: string | null;
  readonly lastContactAt: Instant | null;
  readonly lastError: string | null;
}

export interface Invitation {
  readonly id: string;
  readonly text: string;
  readonly state: "open" | "answered" | "withdrawn";
  readonly createdAt: Instant;
  readonly createdBy: string;
  readonly expires: Instant;
}

export interface ChannelReader {
  get(id: string): Promise<Channel | null>;
  /** The channel whose partner holds this TLS key; one that is closed only when there is no other. */
  byTlsPin(pin: string): Promise<Channel | null>;
  list(): Promise<readonly Channel[]>;
  invitation(id: string): Promise<Invitation | null>;
  invitations(): Promise<readonly Invitation[]>;
}

export interface ChannelWriter extends ChannelReader {
  add(channel: Channel): Promise<void>;
  confirm(id: string, by: string): Promise<void>;
  setState(id: string, state: Channel["state"]): Promise<void>;
  setUrl(id: string, url: string): Promise<void>;
  /** The partner's latest keys. */
  setPartnerKeys(id: string, key: string, tlsPin: string): Promise<void>;
  /** Notes the last word from the link: `null` clears the error. */
  contact(id: string, error: string | null): Promise<void>;
  addInvitation(invitation: Invitation): Promise<void>;
  setInvitation(id: string, state: Invitation["state"]): Promise<void>;
}

export function channelRepo({ tx, now }: RepoContext): ChannelWriter {
  const select = () => tx.db.selectFrom("channel").selectAll();
  type Row = Awaited<ReturnType<ReturnType<typeof select>["executeTakeFirstOrThrow"]>>;
  const toChannel = (row: Row): Channel => ({
    id: row.id,
    partner: row.partner,
    partnerName: row.partner_name,
    partnerUrl: row.partner_url,
    partnerKey: row.partner_key,
    partnerTlsPin: row.partner_tls_pin,
    purposes: JSON.parse(row.purposes) as string[],
    fingerprint: row.fingerprint,
    state: row.state,
    createdAt: row.created_at,
    confirmedAt: row.confirmed_at,
    confirmedBy: row.confirmed_by,
    lastContactAt: row.last_contact_at,
    lastError: row.last_error,
  });
  const invitations = () => tx.db.selectFrom("invitation").selectAll();
  type InvitationRow = Awaited<ReturnType<ReturnType<typeof invitations>["executeTakeFirstOrThrow"]>>;
  const toInvitation = ({ created_at, created_by, ...row }: InvitationRow): Invitation => ({
    ...row,
    createdAt: created_at,
    createdBy: created_by,
  });
  return {
    async get(id) {
      const row = await select().where("id", "=", id).executeTakeFirst();
      return row === undefined ? null : toChannel(row);
    },
    async byTlsPin(pin) {
      const row = await select()
        .where("partner_tls_pin", "=", pin)
        .orderBy((eb) => eb.case().when("state", "=", "closed").then(1).else(0).end())
        .orderBy("created_at", "desc")
        .executeTakeFirst();
      return row === undefined ? null : toChannel(row);
    },
    async list() {
      return (await select().orderBy("created_at").execute()).map(toChannel);
    },
    async invitation(id) {
      const row = await invitations().where("id", "=", id).executeTakeFirst();
      return row === undefined ? null : toInvitation(row);
    },
    async invitations() {
      return (await invitations().orderBy("created_at", "desc").execute()).map(toInvitation);
    },
    async add(channel) {
      await tx.db
        .insertInto("channel")
        .values({
          id: channel.id,
          partner: channel.partner,
          partner_name: channel.partnerName,
          partner_url: channel.partnerUrl,
          partner_key: channel.partnerKey,
          partner_tls_pin: channel.partnerTlsPin,
          purposes: JSON.stringify(channel.purposes),
          fingerprint: channel.fingerprint,
          state: channel.state,
          created_at: channel.createdAt,
          confirmed_at: channel.confirmedAt,
          confirmed_by: channel.confirmedBy,
          last_contact_at: channel.lastContactAt,
          last_error: channel.lastError,
        })
        .execute();
    },
    async confirm(id, by) {
      await tx.db
        .updateTable("channel")
        .set({ state: "active", confirmed_at: now, confirmed_by: by })
        .where("id", "=", id)
        .execute();
    },
    async setState(id, state) {
      await tx.db.updateTable("channel").set({ state }).where("id", "=", id).execute();
    },
    async setPartnerKeys(id, key, tlsPin) {
      await tx.db
        .updateTable("channel")
        .set({ partner_key: key, partner_tls_pin: tlsPin })
        .where("id", "=", id)
        .execute();
    },
    async setUrl(id, url) {
      await tx.db.updateTable("channel").set({ partner_url: url }).where("id", "=", id).execute();
    },
    async contact(id, error) {
      const set = error === null ? { last_contact_at: now, last_error: null } : { last_error: error };
      await tx.db.updateTable("channel").set(set).where("id", "=", id).execute();
    },
    async addInvitation({ createdAt, createdBy, ...invitation }) {
      await tx.db
        .insertInto("invitation")
        .values({ ...invitation, created_at: createdAt, created_by: createdBy })
        .execute();
    },
    async setInvitation(id, state) {
      await tx.db.updateTable("invitation").set({ state }).where("id", "=", id).execute();
    },
  };
}
