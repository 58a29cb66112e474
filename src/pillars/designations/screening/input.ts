import { MAX_NAME } from "../matching/index.ts";
import { ScreeningError } from "./errors.ts";

/**
 * A name as it may be screened: trimmed.
 * @throws ScreeningError `name-empty`, `name-too-long` (more than `MAX_NAME` characters), `name-unreadable` (no letter or digit).
 */
export function checkName(raw: string, where: string): string {
  const name = raw.trim();
  if (name === "") throw new ScreeningError("name-empty", "the name is empty", { where });
  if (name.length > MAX_NAME) {
    throw new ScreeningError("name-too-long", `the name has ${name.length} characters; at most ${MAX_NAME} are read`, {
      where,
      fix: "Screen one name at a time. To find names in a text, use: entente screen mentions FILE.",
    });
  }
  if (!/[\p{L}\p{N}]/u.test(name)) {
    throw new ScreeningError("name-unreadable", "the name has no letter and no digit", { where });
  }
  return name;
}
