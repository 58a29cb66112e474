import { sha256Hex } from "#base";
import type { Collection, Item } from "./collect.ts";
import { DialogueError } from "./errors.ts";
import type { Assessment, Commitment, Evidence, Statement } from "./types.ts";

/** The wording of a statement in a language. @throws DialogueError `dialogue-invalid` when it has none in it. */
function wording(statement: Statement, lang: string): string {
  const found = statement.texts.find((item) => item.lang === lang);
  if (found === undefined)
    throw new DialogueError("dialogue-invalid", `the statement has no text in ${lang}`, {
      where: "lang",
      fix: `It has: ${statement.texts.map((item) => item.lang).join(", ")}.`,
    });
  return found.text;
}

/** Holds a statement's hashes against its texts. @throws DialogueError `dialogue-invalid`. */
export function checkStatement(statement: Statement): void {
  for (const [place, { text, sha256 }] of statement.texts.entries()) {
    if (sha256Hex(text) !== sha256)
      throw new DialogueError("dialogue-invalid", "the text is not the one that its hash names", {
        where: `texts/${place}/sha256`,
      });
  }
  if (new Set(statement.texts.map(({ lang }) => lang)).size !== statement.texts.length)
    throw new DialogueError("dialogue-invalid", "a statement has one text in a language", { where: "texts" });
}

/**
 * A commitment is a verbatim span of its statement, and of the statement's origin: a sentence of a commentary can be
 * tracked, and is never an agreed commitment.
 * @throws DialogueError `span-mismatch`, `origin-mismatch`, `dialogue-invalid`.
 */
export function checkCommitment(commitment: Commitment, statement: Statement): void {
  const text = wording(statement, commitment.span.lang);
  const { start, end } = commitment.span;
  if (!isSpan(start, end, text.length) || text.slice(start, end) !== commitment.span.text)
    throw new DialogueError("span-mismatch", "the span is not what stands in the statement at that place", {
      where: "span",
      fix: "Mark it again in the statement's text.",
    });
  if (commitment.origin !== statement.origin)
    throw new DialogueError(
      "origin-mismatch",
      `its statement is ${ORIGIN_WORDS[statement.origin]}, so it cannot be ${ORIGIN_WORDS[commitment.origin]}`,
      { where: "origin", fix: "Only agreed text makes an agreed commitment." },
    );
}

const isSpan = (start: number, end: number, length: number): boolean =>
  Number.isInteger(start) && Number.isInteger(end) && start >= 0 && end > start && end <= length;

/**
 * What stands against a commitment that came from a partner, who may have marked it by other rules: it is shown, with its
 * statement's own origin, and never taken for more than that.
 */
export function findingOf(
  commitment: Commitment,
  statement: Statement | undefined,
): "statement-unseen" | "not-verbatim" | "origin-differs" | null {
  if (statement === undefined) return "statement-unseen";
  const { lang, start, end, text } = commitment.span;
  if (statement.texts.find((item) => item.lang === lang)?.text.slice(start, end) !== text) return "not-verbatim";
  return commitment.origin === statement.origin ? null : "origin-differs";
}

const ORIGIN_WORDS = {
  "agreed-text": "agreed text",
  "unilateral-statement": "a unilateral statement",
  commentary: "commentary",
} as const;

/** What counts as done is fixed before anyone scores. @throws DialogueError `guideline-fixed`. */
export function checkAmendedCommitment(
  before: Commitment,
  after: Commitment,
  assessments: readonly Item<Assessment>[],
): void {
  if (assessments.length === 0) return;
  if (before.guideline === after.guideline && before.span.text === after.span.text) return;
  throw new DialogueError("guideline-fixed", "it was scored already, so what counts as done can no longer change", {
    where: "guideline",
    fix: "Mark a new commitment, and say in its name which one it follows.",
  });
}

/**
 * @throws DialogueError `guideline-missing` when nobody said what counts as done; `not-verified` when it calls verified
 *   what no evidence of its own shows as verified.
 */
export function checkAssessment(
  assessment: Assessment,
  commitment: Commitment,
  evidence: readonly Item<Evidence>[],
): void {
  if (commitment.guideline === undefined)
    throw new DialogueError("guideline-missing", "nobody has said yet what counts as done", {
      where: "guideline",
      fix: "Fix the guideline first: entente dialogue commitments amend ID --guideline TEXT.",
    });
  const named = evidence.filter((item) => assessment.evidence_refs?.includes(item.id) === true);
  const unknown = assessment.evidence_refs?.find((ref) => !named.some((item) => item.id === ref));
  if (unknown !== undefined)
    throw new DialogueError("dialogue-invalid", `there is no evidence ${unknown} of this commitment`, {
      where: "evidence_refs",
    });
  if (assessment.standing === "verified" && !named.some((item) => item.value.standing === "verified"))
    throw new DialogueError("not-verified", "a claim is not a verification: name the evidence that verified it", {
      where: "standing",
      fix: "Add evidence with --verified, and name it; or say claimed-complete.",
    });
}

export interface Suggestion {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Why it is suggested: the words that promise. */
  readonly because: string;
  /** From 0 to 1; an officer confirms each. */
  readonly confidence: number;
}

/** The state of a party's view of one commitment: its latest assessment, or none. */
export function latestBy(
  collection: Collection,
  commitment: string,
  party: (assessedBy: string) => boolean,
): Item<Assessment> | null {
  return collection.assessments.get(commitment)?.find((item) => party(item.value.assessed_by)) ?? null;
}
