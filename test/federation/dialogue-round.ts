import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Party } from "./two-nodes.ts";

const DATA = resolve(import.meta.dirname, "../../demo/data/dialogue");
const JOINT = readFileSync(join(DATA, "joint-statement-2025-08-12.txt"), "utf8");
const COMMENTARY = readFileSync(join(DATA, "commentary.txt"), "utf8");
const NAME = "Pakistan–United States Counterterrorism Dialogue";

/** The areas that the joint statement names, each with words of it. */
export const AGREED = [
  [
    "Institutional frameworks and capabilities",
    "building stronger institutional frameworks and developing capabilities",
  ],
  ["Emerging technologies", "to counter the use of emerging technologies for terrorist purposes"],
  ["Multilateral fora", "to work closely in multilateral fora, including the United Nations"],
  ["Sustained and structured engagement", "sustained and structured engagement remains vital"],
] as const;

const inDays = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

/** The series, the round of August 2025 with its two co-chairs, the next one, and both texts. */
export async function recordRound(a: Party, b: Party, marking: string) {
  const { dialogues } = a.node;
  const desk = a.officers.analyst;
  const [pk, us] = [a.node.self.id, b.node.self.id];
  const dialogue = await dialogues.newDialogue(
    desk,
    {
      name: NAME,
      parties: [
        { ref: pk, name: "Pakistan" },
        { ref: us, name: "United States" },
      ],
      areas: AGREED.map(([area]) => area),
    },
    [marking],
  );
  const coChairs = [
    { name: "Nabeel Munir", title: "Special Secretary for the United Nations", party: pk },
    { name: "Gregory D. LoGerfo", title: "Acting Coordinator for Counterterrorism", party: us },
  ];
  const meeting = {
    name: NAME,
    series: NAME,
    dialogue_ref: dialogue,
    co_chairs: coChairs,
    areas: AGREED.map(([area]) => area),
  };
  const round = await dialogues.addRound(desk, { ...meeting, place: "Islamabad", held_on: "2025-08-12" }, [marking]);
  const next = await dialogues.addRound(desk, { ...meeting, place: "Washington", held_on: inDays(40) }, [marking]);
  const statement = (name: string, origin: "agreed-text" | "commentary", text: string, by: string[]) =>
    dialogues.addStatement(
      desk,
      {
        name,
        dialogue_ref: dialogue,
        round_ref: round,
        origin,
        issued_by: by,
        issued_on: "2025-08-12",
        texts: [{ lang: "en", text }],
        source: { name },
      },
      [marking],
    );
  const joint = await statement("Joint statement", "agreed-text", JOINT, [pk, us]);
  const commentary = await statement("News analysis", "commentary", COMMENTARY, ["A news analysis"]);
  const commitment = (statement_ref: string, text: string, words: string, area: string, more: object = {}) =>
    dialogues.addCommitment(
      desk,
      {
        name: words,
        statement_ref,
        span: { lang: "en", start: text.indexOf(words), end: text.indexOf(words) + words.length },
        owed_by: [pk, us],
        owed_to: [pk, us],
        area,
        ...more,
      },
      [marking],
    );
  const agreed: string[] = [];
  for (const [place, [area, words]] of AGREED.entries())
    agreed.push(
      await commitment(joint, JOINT, words, area, {
        guideline: "Both sides show one act since the round.",
        due_on: inDays(place === 0 ? -3 : 200),
      }),
    );
  const tracked: string[] = [];
  const forward = (await dialogues.suggest(desk, commentary, "en")).filter(({ because }) => because === "should");
  for (const { text } of forward) tracked.push(await commitment(commentary, COMMENTARY, text, "Forward areas"));
  return { dialogue, round, next, joint, commentary, agreed, tracked };
}
