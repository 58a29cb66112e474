/**
 * policy: markings compiled into labels, and the one decision on who may see or receive what, with its reasons. Pure.
 * Absence denies; a marking added never widens; a marking not understood is seen by its owner only.
 */
export { type Consent, type Context, type Decision, type DecisionReason, decide, predicate } from "./decide.ts";
export { handlingExtensionSchema } from "./handling-schema.ts";
export { compileLabel, type Handling, type Label } from "./label.ts";
export { type LabelTest, matches } from "./label-test.ts";
export {
  type EvidenceUse,
  HANDLING_EXTENSION_ID,
  handlingMarking,
  type HandlingTerms,
  type Marking,
  readMarking,
  type Tlp,
  TLP_RANK,
} from "./marking.ts";
export { type Action, type Entry, type PartyId, type Role, ROLES, type Viewer } from "./viewer.ts";
