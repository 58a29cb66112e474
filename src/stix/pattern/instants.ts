import { parseInstant } from "#base";

const FRACTION = /\.(\d+)/;

/** A text whose order is time order, to the last digit of the fraction. @throws BaseError `instant`. */
export function instantKey(text: string): string {
  const digits = FRACTION.exec(text)?.[1] ?? "";
  // Not by a regular expression: its time on a hostile fraction would be quadratic.
  let end = digits.length;
  while (digits[end - 1] === "0") end--;
  const whole = parseInstant(text.replace(FRACTION, ""));
  return `${whole.slice(0, 20)}${digits.slice(0, end)}`;
}

/** Negative when `a` is earlier. @throws BaseError `instant` when either is no timestamp. */
export function compareInstants(a: string, b: string): number {
  const [left, right] = [instantKey(a), instantKey(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Microseconds since 1970, as a big integer: a double holds them to 2255. @throws BaseError `instant`. */
export function microsecondsOf(text: string): bigint {
  const instant = parseInstant(text.replace(/(\.\d{12})\d+/, "$1"));
  return BigInt(Date.parse(`${instant.slice(0, 19)}Z`)) * 1000n + BigInt(instant.slice(20, 26));
}
