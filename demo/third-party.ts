import { cosignerName, logOrigin } from "#ledger";
import type { StoredRecord } from "#store";
import { pairSides, PURPOSE, refusalOf, reopen, type Side, type Tell, until } from "./party.ts";

export interface Onward {
  /** Every step below came out as it must. */
  held: boolean;
  /** Logs of the two that the third party cosigned. */
  witnessed: number;
  refused_without_consent: string[];
  administrator_refused: boolean;
  consent: string;
  copies: number;
  recalled: number;
  unconfirmed: number;
}

interface Scene {
  readonly a: Side;
  readonly b: Side;
  readonly c: Side;
  /** Between the first two. */
  readonly channel: string;
  /** One of the first party's, which the second holds. */
  readonly record: StoredRecord;
  readonly tell: Tell;
}

/** A third party: it witnesses the logs of the two without seeing an entry, and is given a record of the first by the second. */
export async function tellThird(scene: Scene): Promise<Onward> {
  const { a, b, c, record, tell } = scene;
  const witnessed = await witness(scene);
  const onwardChannel = await pairSides(b, c, tell);
  const release = await draftOnward(b, c, onwardChannel, record.id);

  const review = await b.node.safeguards.review(b.as("analyst"), release);
  const refused = review.items.flatMap((item) => item.answer.reasons.map((reason) => reason.rule));
  const [reason] = review.items[0]?.answer.reasons.slice(-1) ?? [];
  const submission = await refusalOf(b.node.safeguards.submit(b.as("analyst"), release));
  tell(
    `${b.node.self.name} wants to pass on what is ${a.node.self.name}'s`,
    `refused: ${reason?.message ?? ""} ${reason?.fix ?? ""}`,
  );
  const administrator = await refusalOf(b.node.safeguards.submit(b.as("administrator"), release));
  tell("Its administrator has no more right to it", `refused: ${administrator}`);

  const { id, proof } = await agree(scene);
  await b.node.safeguards.submit(b.as("analyst"), release);
  await b.node.safeguards.approve(b.as("disclosure-officer"), release, "Under the consent of Islamabad.");
  b.link.wake();
  const states = async (): Promise<readonly string[]> =>
    (await a.node.exchange.copies(a.as("overseer"), record.id)).copies.map(({ state }) => state);
  await until("the word of the copy", async () => (await states()).join() === "confirmed,confirmed");
  const there = await c.node.store.read(c.as("analyst"), (r) => r.records.get(record.id));
  const copies = await a.node.exchange.copies(a.as("overseer"), record.id);
  tell(
    "Now it goes, and its originator knows where",
    `${copies.copies.length} copies: ${copies.copies.map((copy) => `${[...copy.via, copy.holder].map(({ name }) => name).join(" → ")} ${copy.state}`).join("; ")}`,
  );

  await a.node.exchange.recall(a.as("analyst"), record.id, "To be listed anew.");
  a.link.wake();
  await until("the recall from all", async () => (await states()).join() === "recalled,recalled");
  const left = await Promise.all(
    [b, c].map((side) => side.node.store.read(side.as("analyst"), (r) => r.records.get(record.id))),
  );
  const { unconfirmed } = await a.node.exchange.copies(a.as("overseer"), record.id);
  const recalled = left.filter((held) => held === null).length;
  tell(
    "A recall follows every copy",
    `${recalled} of ${copies.copies.length} are gone, from store, search and envelopes; ${unconfirmed} without a receipt`,
  );
  const logs = await Promise.all([a, b].map((side) => side.node.exchange.verify(side.as("overseer"), scene.channel)));
  const verified = logs.every(({ own, theirs }) => own.verified && theirs.verified);
  tell(
    "Both logs verify as before",
    `parcels that have lost their text: ${logs.reduce((sum, log) => sum + log.theirs.deleted, 0)}; that have lost their hash: 0`,
  );
  return {
    held:
      witnessed === 2 &&
      refused.includes("originator-consent") &&
      submission !== "" &&
      administrator !== "" &&
      proof !== null &&
      there?.sha256 === record.sha256 &&
      recalled === 2 &&
      unconfirmed === 0 &&
      verified,
    witnessed,
    refused_without_consent: refused,
    administrator_refused: administrator !== "",
    consent: id,
    copies: copies.copies.length,
    recalled,
    unconfirmed,
  };
}

/** The third node is told of two logs and their keys, the two are told of the witness; it never sees a parcel of theirs. */
export async function appointWitness(a: Side, b: Side, c: Side, channel: string): Promise<void> {
  const logs = [a, b].map(({ node }) => ({ origin: logOrigin(channel, node.self.id), key: node.self.key.publicKey }));
  await reopen(c, { witness: { logs } });
  const { id, key, url, tlsPin } = c.node.self;
  const witnesses = [{ name: cosignerName(id), key: key.publicKey, url, tlsPin }];
  for (const side of [a, b]) await reopen(side, { witnesses });
}

async function witness({ a, b, c, tell }: Scene): Promise<number> {
  const rounds = await Promise.all([a, b].map((side) => side.link.askWitnesses()));
  const cosigned = rounds.flat().filter(({ outcome }) => outcome === "cosigned" || outcome === "current").length;
  tell(`${c.node.self.name} witnesses both logs`, `${cosigned} checkpoints cosigned; it has not seen an entry of them`);
  return cosigned;
}

async function draftOnward(b: Side, c: Side, channel: string, record: string): Promise<string> {
  const basis = await b.node.safeguards.addBasis(b.as("disclosure-officer"), {
    title: "United Nations Security Council resolution 1373 (2001)",
    citation: "para. 3 (a) and (b)",
    purposes: [PURPOSE],
    parties: [c.node.self.id],
    validFrom: "2001-09-28T00:00:00.000000Z",
    validUntil: null,
  });
  const { release } = await b.node.safeguards.draft(b.as("analyst"), {
    channel,
    title: "One listing, passed on",
    purpose: PURPOSE,
    necessity: "Ankara screens against the same listing.",
    legalBasis: basis.id,
    reviewBy: new Date(Date.now() + 365 * 86_400_000).toISOString().replace("Z", "000Z"),
    records: [record],
  });
  return release.id;
}

/** The question goes by the channel, an officer of the originator answers, the answer comes back signed. */
async function agree({
  a,
  b,
  c,
  record,
  tell,
}: Scene): Promise<{ readonly id: string; readonly proof: string | null }> {
  const { id } = await b.node.exchange.consents.request(b.as("analyst"), {
    records: [record.id],
    recipient: c.node.self.id,
    purpose: PURPOSE,
    why: "Ankara screens against the same listing.",
  });
  b.link.wake();
  await until("the request", async () =>
    (await a.node.exchange.consents.list(a.as("disclosure-officer"), true)).some((item) => item.id === id),
  );
  await a.node.exchange.consents.grant(a.as("disclosure-officer"), id, {
    reason: "A public listing, and the same purpose.",
    conditions: "For screening only.",
    validUntil: new Date(Date.now() + 30 * 86_400_000).toISOString().replace("Z", "000Z"),
    liftsNoOnward: true,
  });
  a.link.wake();
  await until("the consent", async () => (await b.node.exchange.consents.get(b.as("analyst"), id)).state === "granted");
  const { proof, conditions } = await b.node.exchange.consents.get(b.as("analyst"), id);
  tell(
    `${b.node.self.name} asks, ${a.node.self.name} consents`,
    `to one record, one recipient, one purpose, thirty days; on condition: ${conditions} Its proof is in ${a.node.self.name}'s log: ${proof?.slice(0, 16)}…`,
  );
  return { id, proof };
}
