import type { JsonObject } from "#base";

/** A column's name without what differs from issue to issue: case, spaces, marks. */
export const columnKey = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, "");

export const uniq = (values: readonly string[]): string[] => [...new Set(values.filter((value) => value !== ""))];

/** A table whose header names its columns, in whatever order. */
export interface Table {
  readonly width: number;
  has(column: string): boolean;
  /** One row by its columns' keys; empty cells are left out. */
  read(cells: readonly string[]): JsonObject;
  /** What rows hold in columns that have no place of their own, by the columns' own names. */
  rest(rows: readonly JsonObject[], mapped: ReadonlySet<string>): JsonObject;
}

/** @returns `null` when the row does not name the column that a header must have. */
export function tableOf(header: readonly string[], must: string): Table | null {
  const keys = header.map(columnKey);
  if (!keys.includes(must)) return null;
  return {
    width: header.length,
    has: (column) => keys.includes(column),
    read(cells) {
      const row: JsonObject = {};
      for (const [n, key] of keys.entries()) {
        const cell = cells[n] ?? "";
        if (cell !== "" && key !== "") row[key] = cell;
      }
      return row;
    },
    rest(rows, mapped) {
      const out: JsonObject = {};
      for (const [n, key] of keys.entries()) {
        if (mapped.has(key) || key === "") continue;
        const values = uniq(rows.map((row) => (typeof row[key] === "string" ? row[key] : "")));
        const [only] = values;
        if (only !== undefined) out[header[n] ?? key] = values.length === 1 ? only : values;
      }
      return out;
    },
  };
}
