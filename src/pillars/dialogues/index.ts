/**
 * dialogues: sustained and structured engagement. For now the record of a round: which dialogue, where, when, led by whom,
 * on what.
 */
export { DIALOGUE_EXTENSION_ID, dialogueRoundType, islamabadRound } from "./types.ts";
