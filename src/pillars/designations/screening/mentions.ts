import { MentionFinder } from "../matching/index.ts";
import type { ScreenSubject } from "./subject.ts";

/** A listed name in a document: for a reader to check, not a finding about anyone. */
export interface ListedMention {
  /** UTF-16 units; `end` is behind the last. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly confidence: number;
  readonly reason: string;
  readonly subjects: readonly {
    readonly list: string;
    readonly reference: string;
    readonly name: string;
    readonly matched: string;
    readonly subjectId: string;
  }[];
}

/** A finder over these entries; time of a search is linear in the text. */
export function createMentionFinder(
  subjects: readonly ScreenSubject[],
): (text: string, minimum?: number) => readonly ListedMention[] {
  const names = subjects.flatMap((subject, at) =>
    subject.names.map(({ name, weak }) => ({ name, weak, type: subject.type, subject: at })),
  );
  const finder = new MentionFinder(names);
  return (text, minimum = 0.5) =>
    finder
      .find(text)
      .filter(({ confidence }) => confidence >= minimum)
      .map(({ names: found, ...mention }) => ({
        ...mention,
        subjects: found.flatMap((at) => {
          const [name, subject] = [names[at], subjects[names[at]?.subject ?? -1]];
          if (name === undefined || subject === undefined) return [];
          const { list, reference, subjectId } = subject;
          return [{ list, reference, name: subject.name, matched: name.name, subjectId }];
        }),
      }));
}
