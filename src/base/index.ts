/**
 * base: what every room stands on — errors with codes, bytes, bounded JSON, canonical JSON, instants.
 * Pure: no I/O, no ambient clock, and no word of the domain.
 */
export * from "./bytes.ts";
export * from "./errors.ts";
export * from "./json.ts";
export * from "./time.ts";
