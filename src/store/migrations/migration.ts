import type { EngineName } from "../engine/engine.ts";

/** A numbered step forward. There is no way back: a restore is a backup's work. */
export interface Migration {
  readonly name: string;
  readonly statements: Readonly<Record<EngineName, readonly string[]>>;
}

/** One text for both engines where only the words for a type differ. */
export function bothEngines(text: string): Migration["statements"] {
  const statements = text
    .split(";")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const fill = (words: Readonly<Record<string, string>>): string[] =>
    statements.map((statement) => statement.replace(/\{(\w+)\}/g, (_, word: string) => words[word] ?? word));
  return {
    sqlite: fill({ serial: "integer primary key autoincrement", bytes: "blob", bigint: "integer" }),
    postgres: fill({ serial: "bigint generated always as identity primary key", bytes: "bytea", bigint: "bigint" }),
  };
}
