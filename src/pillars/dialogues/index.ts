/**
 * dialogues: sustained and structured engagement. Rounds, statements, commitments tied to their verbatim words, evidence,
 * each party's own assessments, a round's record that both sides sign, and the one screen before the next round.
 */
export type { Collection, Item } from "./collect.ts";
export { diffStatements, type StatementDiff } from "./diff.ts";
export { DialogueError, type DialogueErrorCode } from "./errors.ts";
export { islamabadRound } from "./islamabad.ts";
export type { JointRecord } from "./joint-record.ts";
export { type CommitmentLine, nextRound, type NextRound, type WordingChange } from "./next-round.ts";
export type { ProgressPoint } from "./progress.ts";
export { createDialogues, type Dialogues } from "./service.ts";
export * as dialogueSchemas from "./types.ts";
export { dialogueTypes } from "./types.ts";
