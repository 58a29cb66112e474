/**
 * dialogues: sustained and structured engagement. Rounds, statements, commitments tied to their verbatim words, evidence,
 * each party's own assessments, a round's record that both sides sign, and the one screen before the next round.
 */
export { type Collection, type Item, itemOf } from "./collect.ts";
export { commitmentsCsv } from "./csv.ts";
export { MAX_DOCUMENT_BYTES, readDocument } from "./documents/read-document.ts";
export { DialogueError, type DialogueErrorCode } from "./errors.ts";
export { islamabadRound } from "./islamabad.ts";
export type { CommitmentLine, NextRound, WordingChange } from "./next-round.ts";
export { createDialogues, type Dialogues } from "./service.ts";
export { findTemplate, TEMPLATES, templateText } from "./templates.ts";
export {
  COMPLETIONS,
  CONFIDENCES,
  type Dialogue,
  dialogueTypes,
  type Origin,
  ORIGINS,
  type RoundRecord,
  STANDINGS,
} from "./types.ts";
