import { type Clock, type Instant, instantOf, sha256Hex } from "#base";
import type { SigningKey } from "#ledger";
import type { Viewer } from "#policy";
import type { TypeRegistry } from "#stix";
import type { Reader, Store, StoredRecord } from "#store";
import { calendar } from "./calendar.ts";
import { collect, type Collection, type Item, itemOf } from "./collect.ts";
import { createDesk, existing, requireWriter } from "./desk.ts";
import { DialogueError } from "./errors.ts";
import { type JointRecord, jointRecord, sealSignature } from "./joint-record.ts";
import { compareStatements, nextRound, type NextRound, type WordingChange } from "./next-round.ts";
import { progress, type ProgressPoint, roundDays } from "./progress.ts";
import { createItems } from "./read-items.ts";
import { checkAmendedCommitment, checkAssessment, checkCommitment, checkStatement } from "./rules.ts";
import { suggestSpans } from "./suggest.ts";
import type {
  Amendment,
  Assessment,
  Commitment,
  Dialogue,
  Evidence,
  MeetingNote,
  Milestone,
  Round,
  RoundRecord,
  Signature,
  Statement,
  Task,
} from "./types.ts";

/** This party, as the pillar needs it. */
export interface DialogueSelf {
  readonly id: string;
  readonly key: SigningKey;
}

type Given<T, Own extends string> = Omit<T, Own>;

interface StatementInput extends Given<Statement, "texts"> {
  readonly texts: readonly { readonly lang: string; readonly text: string }[];
}

/** A commitment as an officer marks it: where it stands; its words are taken from the statement itself. */
interface CommitmentInput extends Given<Commitment, "span" | "origin" | "dialogue_ref"> {
  readonly span: { readonly lang: string; readonly start: number; readonly end: number };
}

interface DialogueSummary {
  readonly id: string;
  readonly name: string;
  readonly parties: readonly string[];
  readonly owner: string;
}

export interface Dialogues {
  list(viewer: Viewer): Promise<readonly DialogueSummary[]>;
  /** All that this viewer may see of a dialogue. */
  collection(viewer: Viewer, dialogue: string): Promise<Collection>;
  /** `markings`: with none, a record is national and goes to nobody. Each returns the new record's id. */
  newDialogue(actor: Viewer, input: Dialogue, markings: readonly string[]): Promise<string>;
  addRound(actor: Viewer, input: Round, markings: readonly string[]): Promise<string>;
  addStatement(actor: Viewer, input: StatementInput, markings: readonly string[]): Promise<string>;
  suggest(viewer: Viewer, statement: string, lang: string): Promise<ReturnType<typeof suggestSpans>>;
  addCommitment(actor: Viewer, input: CommitmentInput, markings: readonly string[]): Promise<string>;
  /** Changes area, guideline, dates, target of one of this party's commitments. */
  amendCommitment(actor: Viewer, id: string, change: Partial<CommitmentInput>): Promise<void>;
  addEvidence(actor: Viewer, input: Given<Evidence, "dialogue_ref">, markings: readonly string[]): Promise<string>;
  /** This party's own word; `assessed_by` is this party. */
  assess(
    actor: Viewer,
    input: Given<Assessment, "dialogue_ref" | "assessed_by" | "assessed_on"> & { readonly assessed_on?: string },
    markings: readonly string[],
  ): Promise<string>;
  addMilestone(actor: Viewer, input: Given<Milestone, "dialogue_ref">, markings: readonly string[]): Promise<string>;
  addTask(actor: Viewer, input: Task): Promise<string>;
  finishTask(actor: Viewer, id: string): Promise<void>;
  /** National: it has no marking, so it goes to nobody. */
  addNote(actor: Viewer, input: MeetingNote): Promise<string>;
  draftRecord(actor: Viewer, input: Given<RoundRecord, "drafted_by">, markings: readonly string[]): Promise<string>;
  /** Another party's record is amended by proposal: the drafter takes it in, or does not. */
  proposeAmendment(
    actor: Viewer,
    input: Pick<Amendment, "record_ref" | "texts" | "reasons">,
    markings: readonly string[],
  ): Promise<string>;
  acceptAmendment(actor: Viewer, amendment: string): Promise<void>;
  /** Signs the round's record. `sha256` is of the text that the signer read: nobody signs what they did not see. */
  sign(
    actor: Viewer,
    input: { readonly record: string; readonly sha256: string; readonly signedBy: string },
    markings: readonly string[],
  ): Promise<string>;
  records(viewer: Viewer, dialogue: string): Promise<readonly JointRecord[]>;
  nextRound(viewer: Viewer, dialogue: string): Promise<NextRound>;
  diff(viewer: Viewer, before: string, after: string, lang: string): Promise<WordingChange>;
  progress(viewer: Viewer, dialogue: string, days?: readonly string[]): Promise<readonly ProgressPoint[]>;
  calendar(viewer: Viewer, dialogue: string): Promise<string>;
}

/** A dialogue's records in all; a series of talks has far fewer. */
const MAX_RECORDS = 100_000;
const NEWS = 100;

export function createDialogues(deps: {
  readonly store: Store;
  readonly self: DialogueSelf;
  readonly clock: Clock;
  readonly registry: TypeRegistry;
}): Dialogues {
  const { store, self, clock, registry } = deps;
  const desk = createDesk({ party: self.id, clock, registry });
  const items = createItems();
  const today = (): string => clock().toISOString().slice(0, 10);

  async function gather(r: Reader, id: string): Promise<Collection> {
    const dialogue = await existing(r, "dialogue", id);
    return collect(dialogue, await items(r, id, MAX_RECORDS));
  }

  /** One write by an officer who may write. */
  async function writing<T>(actor: Viewer, fn: Parameters<typeof store.transact<T>>[1]): Promise<T> {
    requireWriter(actor);
    return store.transact(actor, fn);
  }

  async function of<T>(r: Reader, type: Parameters<typeof existing>[1], id: string): Promise<Item<T>> {
    return itemOf<T>(await existing(r, type, id));
  }

  /** A signed record is not changed any more; what one side signed and the other did not may still be. */
  async function requireOpen(r: Reader, record: Item<RoundRecord>): Promise<void> {
    const found = jointRecord(await gather(r, record.value.dialogue_ref), record, await keys(r));
    if (found.state === "closed")
      throw new DialogueError("record-closed", "both parties have signed this record; it stands as it is", {
        where: record.id,
        fix: "Record what changed since in the record of a later round.",
      });
  }

  /** Each party's keys, those it has rotated away too: what was signed by them stays signed. A revoked key proves nothing. */
  async function keys(r: Reader): Promise<(party: string) => readonly string[]> {
    const known = new Map<string, Set<string>>([[self.id, new Set([self.key.publicKey])]]);
    for (const { id, partner, partnerKey } of await r.channels.list()) {
      known.set(partner, (known.get(partner) ?? new Set()).add(partnerKey));
      for (const party of [self.id, partner])
        for (const { key, ended } of await r.keys.of(id, party)) {
          if (ended === "revoked") known.get(party)?.delete(key);
          else known.get(party)?.add(key);
        }
    }
    return (party) => [...(known.get(party) ?? [])];
  }

  return {
    list: (viewer) =>
      store.read(viewer, async (r) =>
        (await allOf(r, "dialogue")).map((record) => {
          const { id, owner, value } = itemOf<Dialogue>(record);
          return { id, owner, name: value.name, parties: value.parties.map(({ name }) => name) };
        }),
      ),
    collection: (viewer, dialogue) => store.read(viewer, (r) => gather(r, dialogue)),

    newDialogue: (actor, input, markings) => writing(actor, (t) => desk.make(t, "dialogue", input, markings)),
    addRound: (actor, input, markings) =>
      writing(actor, async (t) => {
        if (input.dialogue_ref !== undefined) await existing(t, "dialogue", input.dialogue_ref);
        return desk.make(t, "dialogue-round", input, markings);
      }),
    addStatement: (actor, input, markings) =>
      writing(actor, async (t) => {
        await existing(t, "dialogue", input.dialogue_ref);
        const texts = input.texts.map(({ lang, text }) => ({ lang, text, sha256: sha256Hex(text) }));
        const statement = { ...input, texts } as Statement;
        checkStatement(statement);
        return desk.make(t, "dialogue-statement", statement, markings);
      }),
    suggest: (viewer, id, lang) =>
      store.read(viewer, async (r) => {
        const { value } = await of<Statement>(r, "dialogue-statement", id);
        return value.texts.filter((text) => text.lang === lang).flatMap(({ text }) => suggestSpans(text, lang));
      }),
    addCommitment: (actor, input, markings) =>
      writing(actor, async (t) => {
        const { value: statement } = await of<Statement>(t, "dialogue-statement", input.statement_ref);
        const text = statement.texts.find(({ lang }) => lang === input.span.lang)?.text ?? "";
        const commitment = {
          ...input,
          span: { ...input.span, text: text.slice(input.span.start, input.span.end) },
          origin: statement.origin,
          dialogue_ref: statement.dialogue_ref,
          ...(statement.round_ref === undefined ? {} : { round_ref: statement.round_ref }),
        } as Commitment;
        checkCommitment(commitment, statement);
        return desk.make(t, "commitment", commitment, markings);
      }),
    amendCommitment: (actor, id, change) =>
      writing(actor, async (t) => {
        const before = await of<Commitment>(t, "commitment", id);
        const { span: _span, statement_ref: _statement, ...allowed } = change;
        const { assessments } = await gather(t, before.value.dialogue_ref);
        checkAmendedCommitment(before.value, { ...before.value, ...allowed }, assessments.get(id) ?? []);
        await desk.amend(t, id, allowed);
      }),
    addEvidence: (actor, input, markings) =>
      writing(actor, async (t) => {
        const { value } = await of<Commitment>(t, "commitment", input.commitment_ref);
        return desk.make(t, "commitment-evidence", { ...input, dialogue_ref: value.dialogue_ref }, markings);
      }),
    assess: (actor, input, markings) =>
      writing(actor, async (t) => {
        const { value } = await of<Commitment>(t, "commitment", input.commitment_ref);
        const assessment = {
          assessed_on: today(),
          ...input,
          assessed_by: self.id,
          dialogue_ref: value.dialogue_ref,
        } as Assessment;
        const { evidence } = await gather(t, value.dialogue_ref);
        checkAssessment(assessment, value, evidence.get(input.commitment_ref) ?? []);
        return desk.make(t, "commitment-assessment", assessment, markings);
      }),
    addMilestone: (actor, input, markings) =>
      writing(actor, async (t) => {
        const { value } = await of<Commitment>(t, "commitment", input.commitment_ref);
        return desk.make(t, "commitment-milestone", { ...input, dialogue_ref: value.dialogue_ref }, markings);
      }),
    addTask: (actor, input) => writing(actor, (t) => desk.make(t, "dialogue-task", input, [])),
    finishTask: (actor, id) =>
      writing(actor, async (t) => {
        await existing(t, "dialogue-task", id);
        await desk.amend(t, id, { done_on: today() });
      }),
    addNote: (actor, input) => writing(actor, (t) => desk.make(t, "meeting-note", input, [])),

    draftRecord: (actor, input, markings) =>
      writing(actor, async (t) => {
        await existing(t, "dialogue-round", input.round_ref);
        return desk.make(t, "round-record", { ...input, drafted_by: self.id }, markings);
      }),
    proposeAmendment: (actor, input, markings) =>
      writing(actor, async (t) => {
        const record = await of<RoundRecord>(t, "round-record", input.record_ref);
        await requireOpen(t, record);
        const amendment = {
          ...input,
          dialogue_ref: record.value.dialogue_ref,
          record_modified: record.version,
          proposed_by: self.id,
        };
        return desk.make(t, "round-amendment", amendment, markings);
      }),
    acceptAmendment: (actor, id) =>
      writing(actor, async (t) => {
        const { value: amendment } = await of<Amendment>(t, "round-amendment", id);
        const record = await of<RoundRecord>(t, "round-record", amendment.record_ref);
        await requireOpen(t, record);
        if (amendment.record_modified !== record.version)
          throw new DialogueError("record-changed", "the record has changed since this amendment was proposed", {
            where: id,
            fix: "Ask for a new proposal against the present version, so that nobody's words are lost.",
          });
        await desk.amend(t, record.id, {
          texts: amendment.texts,
          amendment_refs: [...(record.value.amendment_refs ?? []), id],
        });
      }),
    sign: (actor, { record: id, sha256, signedBy }, markings) =>
      writing(actor, async (t) => {
        const record = await of<RoundRecord>(t, "round-record", id);
        if (record.sha256 !== sha256)
          throw new DialogueError("record-changed", "the record is not the text that you read", {
            where: id,
            fix: "Read it as it stands now, and sign that.",
          });
        await requireOpen(t, record);
        const statement = {
          record: id,
          modified: record.version,
          sha256: record.sha256,
          party: self.id,
          signed_by: signedBy,
          signed_on: today(),
        };
        const signature: Signature = {
          dialogue_ref: record.value.dialogue_ref,
          record_ref: id,
          record_modified: record.version,
          record_sha256: record.sha256,
          party: self.id,
          signed_by: signedBy,
          signed_on: statement.signed_on,
          envelope: sealSignature(statement, self.key),
        };
        return desk.make(t, "round-signature", signature, markings);
      }),

    records: (viewer, id) =>
      store.read(viewer, async (r) => {
        const collection = await gather(r, id);
        const keysOf = await keys(r);
        return collection.records.map((record) => jointRecord(collection, record, keysOf));
      }),
    nextRound: (viewer, id) => store.read(viewer, (r) => screen(r, id)),
    diff: (viewer, before, after, lang) =>
      store.read(viewer, async (r) =>
        compareStatements(
          await of<Statement>(r, "dialogue-statement", before),
          await of<Statement>(r, "dialogue-statement", after),
          lang,
        ),
      ),
    progress: (viewer, id, days) =>
      store.read(viewer, async (r) => {
        const collection = await gather(r, id);
        return progress(collection, days?.map((on) => ({ on, label: on })) ?? roundDays(collection));
      }),
    calendar: (viewer, id) => store.read(viewer, async (r) => calendar(await screen(r, id), instantOf(clock()))),
  };

  async function screen(r: Reader, id: string): Promise<NextRound> {
    const collection = await gather(r, id);
    const since = collection.rounds.findLast(({ value }) => value.held_on < today())?.value.held_on ?? null;
    return nextRound(collection, { self: self.id, today: today(), news: await newsSince(r, since) });
  }
}

/** Kinds of record that a round is told of. */
const NEWS_TYPES: readonly string[] = ["designation", "incident", "report", "dialogue-statement"];

/** What came in since a day, newest first; `null` when there was no round before. */
async function newsSince(r: Reader, since: string | null) {
  if (since === null) return [];
  const from: Instant = `${since}T23:59:59.999999Z`;
  const { items } = await r.records.list({ types: NEWS_TYPES, limit: NEWS });
  return items
    .filter(({ addedAt }) => addedAt > from)
    .map(({ id, type, title, addedAt, owner }) => ({ id, type, title, addedAt, owner }));
}

async function allOf(r: Reader, type: string): Promise<StoredRecord[]> {
  const found: StoredRecord[] = [];
  let cursor: string | undefined;
  do {
    const page = await r.records.list({ types: [type], limit: 1000, ...(cursor === undefined ? {} : { cursor }) });
    found.push(...page.items);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return found;
}
