import type { Token } from "./parse.ts";
import { type Met, meet, meetAcronym, meetJoined, MIN_MET, type Rule } from "./similarity.ts";

/** One meeting of words: usually one on each side, several where they are written together on the other. */
export interface Meeting {
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly similarity: number;
  readonly rule: Rule;
}

export interface Alignment {
  readonly meetings: readonly Meeting[];
  readonly leftAlone: readonly number[];
  readonly rightAlone: readonly number[];
}

export type Meet = (left: Token, right: Token) => Met;

/**
 * Pairs the words of two names, the best meeting first, each word once. Exact meetings are taken before anything is
 * computed, so that long names that share most words stay cheap.
 */
export function align(left: readonly Token[], right: readonly Token[], meeting: Meet = meet): Alignment {
  const takenLeft = new Uint8Array(left.length);
  const takenRight = new Uint8Array(right.length);
  const meetings: Meeting[] = [];
  const take = (found: Meeting): void => {
    for (const at of found.left) takenLeft[at] = 1;
    for (const at of found.right) takenRight[at] = 1;
    meetings.push(found);
  };
  for (let i = 0; i < left.length; i++) {
    const a = left[i] as Token;
    for (let j = 0; j < right.length; j++) {
      const b = right[j] as Token;
      if (
        takenRight[j] === 1 ||
        a.text !== b.text ||
        a.compound !== b.compound ||
        a.kind !== b.kind ||
        a.feminine !== b.feminine ||
        a.abjad ||
        b.abjad
      )
        continue;
      take({ left: [i], right: [j], similarity: 1, rule: "same" });
      break;
    }
  }
  const options: Meeting[] = [];
  for (let i = 0; i < left.length; i++) {
    if (takenLeft[i] === 1) continue;
    for (let j = 0; j < right.length; j++) {
      if (takenRight[j] === 1) continue;
      const met = meeting(left[i] as Token, right[j] as Token);
      if (met.similarity >= MIN_MET) options.push({ left: [i], right: [j], ...met });
    }
  }
  if (left.length !== right.length || options.length < Math.min(left.length, right.length) - meetings.length) {
    joins(left, right, takenLeft, takenRight, (i, j, met) => options.push({ left: [i], right: j, ...met }));
    joins(right, left, takenRight, takenLeft, (i, j, met) => options.push({ left: j, right: [i], ...met }));
  }
  options.sort(
    (x, y) => y.similarity - x.similarity || y.left.length + y.right.length - x.left.length - x.right.length,
  );
  for (const option of options) {
    if (option.left.some((at) => takenLeft[at] === 1) || option.right.some((at) => takenRight[at] === 1)) continue;
    take(option);
  }
  const alone = (taken: Uint8Array): number[] => [...taken.keys()].filter((at) => taken[at] === 0);
  return { meetings, leftAlone: alone(takenLeft), rightAlone: alone(takenRight) };
}

/** A free word of one side against two or three neighbours of the other. */
function joins(
  whole: readonly Token[],
  parts: readonly Token[],
  takenWhole: Uint8Array,
  takenParts: Uint8Array,
  found: (whole: number, parts: readonly number[], met: Met) => void,
): void {
  for (let i = 0; i < whole.length; i++) {
    const one = whole[i] as Token;
    if (takenWhole[i] === 1) continue;
    const letters = one.text.length;
    if (one.kind === "word" && letters >= 2 && letters <= 6) {
      for (let j = 0; j + letters <= parts.length; j++) {
        if (takenParts.subarray(j, j + letters).includes(1)) continue;
        const met = meetAcronym(one, parts.slice(j, j + letters));
        if (met.similarity > 0)
          found(
            i,
            Array.from({ length: letters }, (_, n) => j + n),
            met,
          );
      }
    }
    if (letters < 4) continue;
    for (let j = 0; j + 1 < parts.length; j++) {
      if (takenParts[j] === 1 || takenParts[j + 1] === 1) continue;
      const two = meetJoined(one, parts.slice(j, j + 2));
      if (two.similarity > 0) found(i, [j, j + 1], two);
      if (j + 2 >= parts.length || takenParts[j + 2] === 1) continue;
      const three = meetJoined(one, parts.slice(j, j + 3));
      if (three.similarity > 0) found(i, [j, j + 1, j + 2], three);
    }
  }
}
