import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject, type JsonObject, parseJson } from "#base";
import { checkEvidence } from "#ledger";
import { islamabadRound } from "#pillars/dialogues";
import { newId } from "#stix";
import type { StoredRecord } from "#store";
import { fileSource, keep, mark, pairSides, PURPOSE, refusalOf, type Side, type Tell, until } from "./party.ts";
import { appointWitness, type Onward, tellThird } from "./third-party.ts";

export interface Result {
  ok: boolean;
  imported: number;
  released: number;
  withheld: { id: string; reason: string }[];
  delivered: number;
  receipts: number;
  corrected: number;
  recalled: number;
  ledger: { a: { size: number; verified: boolean }; b: { size: number; verified: boolean } };
  evidence: string;
  tampered_evidence_refused: boolean;
  /** What the third party adds: witness of both logs, and a copy passed on and taken back. */
  onward: Onward;
  seconds: number;
}

const DATA = join(import.meta.dirname, "data");

/** The whole way out, on real input: source, record, marking, release, second officer, parcel, ledger, delivery, receipt, proof. */
export async function tellStory(a: Side, b: Side, c: Side, folder: string, tell: Tell): Promise<Result> {
  const analyst = a.as("analyst");
  const channel = await pairSides(a, b, tell, (id) => appointWitness(a, b, c, id));

  const open = await mark(a, { releasableTo: [b.node.self.id], caveats: ["For the two delegations of the dialogue."] });
  const national = await mark(a, {});
  const bordersOnly = await mark(a, {
    releasableTo: [b.node.self.id],
    purposes: ["border-security"],
    caveats: ["For border control only."],
  });

  const runs = [];
  for (const path of ["ofac/sdn.csv", "un/consolidated.xml"]) {
    const run = await a.node.intake.importFile(analyst, { source: fileSource(join(DATA, path)), markings: [open] });
    tell(
      `${a.node.self.name} imports ${path}`,
      `${run.imported} records, ${run.problems} row that cannot be read is listed`.replace(
        "0 row that cannot be read is listed",
        "nothing left out",
      ),
    );
    runs.push(run);
  }
  const round = islamabadRound();
  runs.push(await keep(a, round, [open]));
  tell(
    `${a.node.self.name} records the dialogue of 12 August 2025 in Islamabad`,
    "co-chairs Nabeel Munir and Gregory D. LoGerfo",
  );
  const note = ownNote(round);
  runs.push(await keep(a, note, [national]));
  const imported = runs.reduce((sum, run) => sum + run.imported, 0);

  const records = await allRecords(a);
  const group = (name: string, type: string): StoredRecord => {
    const found = records.find((record) => record.type === type && record.title.startsWith(name));
    if (found === undefined) throw new Error(`${name} was not imported`);
    return found;
  };
  const khorasan = group("ISIL KHORASAN", "identity");
  await a.node.store.transact(analyst, (t) => t.records.relabel(khorasan.id, khorasan.version, [bordersOnly]));
  tell("Marked", "most records releasable to Washington, one note national only, one record for border control only");

  const basis = await a.node.safeguards.addBasis(a.as("disclosure-officer"), {
    title: "Joint statement of the Pakistan–United States Counterterrorism Dialogue",
    citation: "Islamabad, 12 August 2025",
    purposes: [PURPOSE, "criminal-investigation"],
    parties: [b.node.self.id],
    validFrom: "2025-08-12T00:00:00.000000Z",
    validUntil: null,
  });
  let selfApproval = "";
  const draft = (title: string, ids: readonly string[]) =>
    a.node.safeguards.draft(analyst, {
      channel,
      title,
      purpose: PURPOSE,
      necessity: "Both delegations work from the same listings.",
      legalBasis: basis.id,
      reviewBy: new Date(Date.now() + 365 * 86_400_000).toISOString().replace("Z", "000Z"),
      records: ids,
    });
  const give = async (title: string, ids: readonly string[]) => {
    const { release } = await draft(title, ids);
    const submitted = await a.node.safeguards.submit(analyst, release.id);
    selfApproval = await refusalOf(a.node.safeguards.approve(analyst, release.id, "My own draft."));
    await a.node.safeguards.approve(a.as("disclosure-officer"), release.id, "Checked against the lists.");
    a.link.wake();
    return submitted;
  };
  const submitted = await give(
    "Listings for the round of August 2025",
    records.map((record) => record.id),
  );
  const withheld = submitted.items
    .filter((item) => item.state === "withheld")
    .map((item) => ({ id: item.recordId, reason: item.answer.reasons[0]?.rule ?? "" }));
  for (const item of submitted.items.filter((held) => held.state === "withheld"))
    tell("The safeguards keep one back", `${item.title ?? item.recordId}: ${item.answer.reasons[0]?.message ?? ""}`);
  const released = submitted.items.length - withheld.length;
  const persons = submitted.items.filter(
    (item) =>
      item.state === "included" && item.answer.obligations.some((duty) => duty.rule === "person-second-officer"),
  ).length;
  tell("Who drafted it cannot approve it", `refused: ${selfApproval}`);
  tell(
    "A second officer approves",
    `${released} records leave as a signed, logged parcel; ${persons} of them concern a person and never leave on one officer's word`,
  );

  const states = async (id: string) =>
    (await a.node.store.read(analyst, (r) => r.releases.copiesOf(id))).map((copy) => copy.state);
  const included = submitted.items.filter((item) => item.state === "included").map((item) => item.recordId);
  await until("the receipt of the release", async () => (await states(included.at(-1) ?? "")).includes("confirmed"));
  let delivered = 0;
  for (const id of included) {
    const [mine, theirs] = [
      await a.node.store.read(analyst, (r) => r.records.get(id)),
      await b.node.store.read(b.as("analyst"), (r) => r.records.get(id)),
    ];
    if (mine !== null && theirs !== null && mine.sha256 === theirs.sha256) delivered++;
  }
  tell(
    `${b.node.self.name} has verified and stored them`,
    `${delivered} records, each the same to the letter; its signed receipt is back`,
  );

  const listing = group("BALOCHISTAN LIBERATION ARMY", "designation");
  await keep(a, amended(listing), [open]);
  await give("Correction: named a Foreign Terrorist Organization on 11 August 2025", [listing.id]);
  await until("the receipt of the correction", async () => (await states(listing.id)).includes("replaced"));
  const corrected =
    (await b.node.store.read(b.as("analyst"), (r) => r.records.get(listing.id)))?.text.includes("2025-08-11") === true
      ? 1
      : 0;
  tell(
    "A correction follows",
    `${listing.title}: ${b.node.self.name}'s copy is the new version, and its receipt is back`,
  );

  const person = group("WALI, Noor", "identity");
  await a.node.exchange.recall(analyst, person.id, "To be checked against the listing again.");
  a.link.wake();
  await until("the receipt of the recall", async () => (await states(person.id)).includes("recalled"));
  const recalled = (await b.node.store.read(b.as("analyst"), (r) => r.records.get(person.id))) === null ? 1 : 0;
  tell("A recall takes one back", `${person.title}: the text is gone at ${b.node.self.name}, its receipt is back`);

  const [atA, atB] = [
    await a.node.exchange.verify(a.as("overseer"), channel),
    await b.node.exchange.verify(b.as("overseer"), channel),
  ];
  const verified = (own: typeof atA, theirs: typeof atA) => own.own.verified && theirs.theirs.verified;
  tell(
    "Each verifies both logs",
    `${atA.own.size} entries from ${a.node.self.name}, ${atB.own.size} from ${b.node.self.name}`,
  );

  const evidence = join(folder, "evidence.json");
  const text = await a.node.exchange.evidence(a.as("overseer"), submitted.release.id);
  writeFileSync(evidence, text);
  const keys = Object.fromEntries([a, b].map((side) => [side.node.self.id, side.node.self.key.publicKey]));
  const genuine = checkEvidence(text, keys);
  const forged = checkEvidence(tamper(text), keys);
  tell(
    "One file proves it, offline",
    `${evidence}: ${genuine.verdict}; a copy with one character changed: ${forged.verdict}`,
  );

  const onward = await tellThird({ a, b, c, channel, record: group("BALOCHISTAN LIBERATION ARMY", "identity"), tell });

  // Left for whoever signs in: a release that waits for the second officer.
  await a.node.safeguards.submit(
    analyst,
    (await draft("Names for the technical working group", [group("TEHRIK-E TALIBAN PAKISTAN", "identity").id])).release
      .id,
  );

  const receipts = (await a.node.store.read(a.as("overseer"), (r) => r.parcels.outboundList(channel))).filter(
    (parcel) => parcel.receipt !== null,
  ).length;
  const ledger = {
    a: { size: atA.own.size, verified: verified(atA, atB) },
    b: { size: atB.own.size, verified: verified(atB, atA) },
  };
  const ok =
    imported > 0 &&
    released > 0 &&
    withheld.length === 2 &&
    delivered === released &&
    receipts === 4 &&
    corrected === 1 &&
    recalled === 1 &&
    ledger.a.verified &&
    ledger.b.verified &&
    selfApproval !== "" &&
    genuine.verdict === "genuine" &&
    forged.verdict === "refused" &&
    onward.held;
  return {
    ok,
    imported,
    released,
    withheld,
    delivered,
    receipts,
    corrected,
    recalled,
    ledger,
    evidence,
    tampered_evidence_refused: forged.verdict === "refused",
    onward,
    seconds: 0,
  };
}

async function allRecords(side: Side): Promise<StoredRecord[]> {
  const page = await side.node.store.read(side.as("analyst"), (r) => r.records.list({ limit: 1000 }));
  return [...page.items];
}

/** What the desk thinks, for itself. */
function ownNote(round: JsonObject): JsonObject {
  return {
    type: "note",
    spec_version: "2.1",
    id: newId("note"),
    created: "2025-08-12T15:00:00.000Z",
    modified: "2025-08-12T15:00:00.000Z",
    abstract: "National note on the round",
    content: "Ask at the next round how the listing of 11 August changes what each side may share.",
    object_refs: [round["id"] ?? ""],
  };
}

/** The United States named the group, with its Majeed Brigade, a Foreign Terrorist Organization on 11 August 2025. */
function amended(record: StoredRecord): JsonObject {
  const object = parseJson(record.text);
  if (!isJsonObject(object)) throw new Error("a record is an object");
  return {
    ...object,
    modified: "2025-08-13T08:00:00.000Z",
    programmes: ["FTO", "SDGT"],
    amended_on: ["2025-08-11"],
    remarks:
      "Named a Foreign Terrorist Organization, with its Majeed Brigade as an alias, on 11 August 2025 (U.S. Department of State).",
  };
}

function tamper(text: string): string {
  const at = text.indexOf('"envelope"') + 200;
  return `${text.slice(0, at)}${text[at] === "A" ? "B" : "A"}${text.slice(at + 1)}`;
}
