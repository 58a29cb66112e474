import type { Instant } from "#base";
import type { KeyPeriod } from "#ledger";
import type { PartyId } from "#policy";
import type { RepoContext } from "./context.ts";

/** One key of a party of a channel. A channel has no rows until one of its keys changes. */
export interface PartyKey extends KeyPeriod {
  readonly channel: string;
  readonly party: PartyId;
  /** SHA-256 of the link's TLS public key (SPKI) that went with it. */
  readonly tlsPin: string | null;
}

/** A channel that a fresh pairing opened in place of another. */
export interface Succession {
  readonly channel: string;
  readonly continues: string;
  readonly reason: string;
  /** JSON: what the partner's invitation says of the channel that is continued. */
  readonly theirs: string;
  readonly at: Instant;
}

export interface PartyKeyReader {
  /** In the order in which they came. */
  of(channel: string, party: PartyId): Promise<readonly PartyKey[]>;
  byTlsPin(pin: string): Promise<readonly PartyKey[]>;
  /** What a channel continues. */
  succession(channel: string): Promise<Succession | null>;
  /** What continues a channel. */
  successor(channel: string): Promise<Succession | null>;
}

export interface PartyKeyWriter extends PartyKeyReader {
  /** Adds a key, or sets how it ended. */
  save(key: PartyKey): Promise<void>;
  /** Another attempt at continuing the same channel takes the place of one before it. */
  addSuccession(succession: Succession): Promise<void>;
}

export function partyKeyRepo({ tx }: RepoContext): PartyKeyWriter {
  const select = () => tx.db.selectFrom("party_key").selectAll();
  type Row = Awaited<ReturnType<ReturnType<typeof select>["executeTakeFirstOrThrow"]>>;
  const toKey = (row: Row): PartyKey => ({
    channel: row.channel,
    party: row.party,
    key: row.key,
    tlsPin: row.tls_pin,
    from: row.from_at,
    first: row.first_place,
    until: row.until_at,
    last: row.last_place,
    ended: row.ended,
  });
  const successions = () => tx.db.selectFrom("succession").selectAll();
  return {
    of: async (channel, party) =>
      (await select().where("channel", "=", channel).where("party", "=", party).orderBy("first_place").execute()).map(
        toKey,
      ),
    byTlsPin: async (pin) => (await select().where("tls_pin", "=", pin).execute()).map(toKey),
    succession: async (channel) => (await successions().where("channel", "=", channel).executeTakeFirst()) ?? null,
    successor: async (channel) => (await successions().where("continues", "=", channel).executeTakeFirst()) ?? null,
    async save({ channel, party, key, tlsPin, from, first, until, last, ended }) {
      const end = { until_at: until, last_place: last, ended };
      await tx.db
        .insertInto("party_key")
        .values({ channel, party, key, tls_pin: tlsPin, from_at: from, first_place: first, ...end })
        .onConflict((conflict) => conflict.columns(["channel", "party", "key"]).doUpdateSet(end))
        .execute();
    },
    async addSuccession(row) {
      await tx.db
        .insertInto("succession")
        .values(row)
        .onConflict((conflict) => conflict.column("continues").doUpdateSet(row))
        .execute();
    },
  };
}
