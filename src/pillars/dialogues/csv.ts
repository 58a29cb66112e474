import type { NextRound } from "./next-round.ts";

const COLUMNS = [
  "id",
  "area",
  "origin",
  "name",
  "text",
  "owed_by",
  "owed_to",
  "due_on",
  "state",
  "guideline",
  "our_score",
  "our_standing",
  "their_scores",
  "statement",
  "statement_date",
] as const;

/** The commitments of a dialogue as CSV (RFC 4180), as this viewer sees them. */
export function commitmentsCsv(screen: NextRound): string {
  const names = new Map(screen.dialogue.parties.map(({ ref, name }) => [ref, name]));
  const name = (ref: string): string => names.get(ref) ?? ref;
  const rows = screen.areas.flatMap(({ commitments }) =>
    commitments.map((line) => [
      line.id,
      line.area,
      line.origin,
      line.name,
      line.text,
      line.owedBy.map(name).join("; "),
      line.owedTo.map(name).join("; "),
      line.dueOn ?? "",
      line.state,
      line.guideline ?? "",
      line.ours === null ? "" : String(line.ours.score),
      line.ours?.standing ?? "",
      line.theirs.map((view) => `${name(view.party)}: ${view.score}`).join("; "),
      line.statement.name,
      line.statement.issuedOn,
    ]),
  );
  return `${[COLUMNS, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
}

/** A spreadsheet takes `=`, `+`, `-` and `@` at a cell's start for a formula: such text gets an apostrophe. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
