import type { Instant } from "#base";
import type { NextRound } from "./next-round.ts";

const MAX_OCTETS = 75;

/**
 * The rounds and due dates as an iCalendar object (RFC 5545), lines folded at 75 octets (§3.1). It says what the reader of
 * the screen may see, and no text of a commitment: a calendar is kept by other programs.
 */
export function calendar(screen: NextRound, now: Instant): string {
  const stamp = `${now.slice(0, 19).replace(/[-:]/g, "")}Z`;
  const day = (date: string): string => date.replaceAll("-", "");
  const event = (uid: string, on: string, summary: string, category: string): string[] => [
    "BEGIN:VEVENT",
    `UID:${uid}@entente`,
    `DTSTAMP:${stamp}`,
    `DTSTART;VALUE=DATE:${day(on)}`,
    `SUMMARY:${escapeText(summary)}`,
    `CATEGORIES:${category}`,
    "TRANSP:TRANSPARENT",
    "END:VEVENT",
  ];
  const rounds = [screen.last, screen.next].filter((round) => round !== null);
  const due = screen.areas.flatMap(({ commitments }) => commitments).filter((line) => line.state !== "done");
  return [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Entente//Dialogues//EN",
    `NAME:${escapeText(screen.dialogue.name)}`,
    ...rounds.flatMap((round) => event(round.id, round.heldOn, `${round.name}, ${round.place}`, "ROUND")),
    ...due.flatMap((line) =>
      line.dueOn === null ? [] : event(line.id, line.dueOn, `Due: ${line.name}`, "COMMITMENT"),
    ),
    ...screen.national.tasks.flatMap((task) =>
      task.dueOn === null || task.doneOn !== null ? [] : event(task.id, task.dueOn, `Task: ${task.name}`, "TASK"),
    ),
    "END:VCALENDAR",
    "",
  ]
    .map(fold)
    .join("\r\n");
}

const escapeText = (text: string): string => text.replace(/[\\;,]/g, (mark) => `\\${mark}`).replace(/\r?\n|\r/g, "\\n");

/** Never inside a character: continuation lines begin with one space. */
function fold(line: string): string {
  const parts: string[] = [];
  let part = "";
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > MAX_OCTETS) {
      parts.push(part);
      part = "";
      octets = 1;
    }
    part += character;
    octets += size;
  }
  return [...parts, part].join("\r\n ");
}
