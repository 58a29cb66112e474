/** The next-round screen of a dialogue with 5,000 commitments, and a statement of 100 pages brought in. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { canonicalJson, instantOf, sha256Hex } from "#base";
import type { Viewer } from "#policy";
import { createDialogues, dialogueTypes, readDocument } from "#pillars/dialogues";
import { signingKey } from "#ledger";
import { accept, coreTypes, newId, TypeRegistry } from "#stix";
import { openSqlite, openStore } from "#store";
import { type Benchmark, type Figure, round } from "./figure.ts";
import { pdf } from "../src/pillars/dialogues/testing.ts";

const COMMITMENTS = 5000;
const ROUNDS = 21;
const GOAL_MS = 200;
const PARTY = "identity--11111111-1111-4111-8111-111111111111";
const OTHER = "identity--22222222-2222-4222-8222-222222222222";
const desk: Viewer = { kind: "officer", party: PARTY, officer: "officer--bench", roles: ["desk-officer"] };

export const dialogueBench: Benchmark = {
  name: "dialogue",
  async run(say): Promise<Figure> {
    const folder = mkdtempSync(join(tmpdir(), "entente-bench-dialogue-"));
    const clock = (): Date => new Date();
    const store = await openStore({ engine: openSqlite(join(folder, "entente.sqlite")), party: PARTY, clock });
    try {
      const registry = new TypeRegistry([...coreTypes, ...dialogueTypes]);
      const seed = Buffer.alloc(32, 7).toString("base64");
      const dialogues = createDialogues({ store, self: { id: PARTY, key: signingKey(seed) }, clock, registry });
      const { dialogue, texts } = await fill(registry, (objects) =>
        store.transact(desk, async (t) => {
          const records = objects.map((object) => {
            const accepted = accept(canonicalJson(object as never), registry, { now: instantOf(clock()) });
            if (!accepted.ok) throw new Error(JSON.stringify(accepted.errors[0]));
            return { record: accepted.record, owner: PARTY, assigned: [], source: "bench" };
          });
          await t.records.append(records);
        }),
      );
      say(`${COMMITMENTS} commitments, each with an assessment of both parties and one piece of evidence`);
      const times: number[] = [];
      for (let n = 0; n < ROUNDS; n++) {
        const from = performance.now();
        const screen = await dialogues.nextRound(desk, dialogue);
        times.push(performance.now() - from);
        if (screen.areas.reduce((sum, { commitments }) => sum + commitments.length, 0) !== COMMITMENTS)
          throw new Error("not all are shown");
      }
      say(`the first time ${round(times[0] ?? 0)} ms, then the median`);
      const ours = times.toSorted((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
      const parsing = performance.now();
      for (const text of texts) JSON.parse(text);
      const theirs = performance.now() - parsing;
      await hundredPages(say);
      return {
        name: "dialogue",
        unit: "ms a screen",
        ours: round(ours),
        against: "JSON.parse of the same records' texts alone",
        theirs: round(theirs),
        ratio: round(ours / theirs),
        goal: `≤ ${GOAL_MS} ms`,
        holds: ours <= GOAL_MS,
      };
    } finally {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function fill(registry: TypeRegistry, keep: (objects: readonly object[]) => Promise<void>) {
  const time = "2025-08-12T12:00:00.000Z";
  const texts: string[] = [];
  const make = (type: string, value: object) => {
    const extension = registry.get(type)?.extensionId ?? "";
    const object = {
      type,
      spec_version: "2.1",
      id: newId(type),
      created: time,
      modified: time,
      ...value,
      extensions: { [extension]: { extension_type: "new-sdo" } },
    };
    texts.push(JSON.stringify(object));
    return object;
  };
  const words = "The delegations agreed to exchange lists of designated groups each quarter. ";
  const dialogue = make("dialogue", {
    name: "Bench",
    parties: [
      { ref: PARTY, name: "Us" },
      { ref: OTHER, name: "Them" },
    ],
  });
  const statement = make("dialogue-statement", {
    name: "Statement",
    dialogue_ref: dialogue.id,
    origin: "agreed-text",
    issued_by: [PARTY, OTHER],
    issued_on: "2025-08-12",
    texts: [{ lang: "en", text: words, sha256: sha256Hex(words) }],
    source: { name: "Bench" },
  });
  const objects: object[] = [dialogue, statement];
  for (let n = 0; n < COMMITMENTS; n++) {
    const commitment = make("commitment", {
      name: `Commitment ${n}`,
      dialogue_ref: dialogue.id,
      statement_ref: statement.id,
      span: { lang: "en", start: 0, end: words.length - 1, text: words.trim() },
      origin: "agreed-text",
      owed_by: [n % 2 === 0 ? PARTY : OTHER],
      owed_to: [PARTY, OTHER],
      area: `Area ${n % 12}`,
      guideline: "A list a quarter.",
      due_on: `202${5 + (n % 4)}-0${1 + (n % 9)}-15`,
    });
    const about = { commitment_ref: commitment.id, dialogue_ref: dialogue.id };
    const view = (party: string, score: number) =>
      make("commitment-assessment", {
        ...about,
        assessed_by: party,
        assessed_on: "2025-12-01",
        stage: "interim",
        completion: "limited",
        score,
        confidence: "moderate",
        standing: "open",
        reasons: "As it stands.",
      });
    const evidence = make("commitment-evidence", {
      ...about,
      shows: "A list came.",
      source: { name: "Desk" },
      standing: "claimed",
      stated_by: OTHER,
      observed_on: "2025-11-01",
    });
    objects.push(commitment, view(PARTY, (n % 3) - 1), view(OTHER, 1), evidence);
  }
  for (let at = 0; at < objects.length; at += 1000) await keep(objects.slice(at, at + 1000));
  return { dialogue: dialogue.id, texts };
}

async function hundredPages(say: (line: string) => void): Promise<void> {
  const line = "The delegations agreed to exchange lists of designated groups, and will meet again.";
  const bytes = pdf(Array.from({ length: 100 }, () => Array.from({ length: 45 }, () => line)));
  const from = performance.now();
  const { text } = await readDocument(bytes);
  say(
    `a statement of 100 pages (PDF, ${text.length} characters): ${((performance.now() - from) / 1000).toFixed(2)} s (goal 5 s)`,
  );
}
