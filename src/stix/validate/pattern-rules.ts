import type { JsonObject } from "#base";
import type { ComparisonExpression, ObjectPath, ObservationExpression } from "../pattern/ast.ts";
import type { PatternError } from "../pattern/errors.ts";
import { checkPattern } from "../pattern/match.ts";
import { compareTimestamps, isPropertyName, isTypeName, timestampDigits } from "./forms.ts";
import { kindOf } from "./kinds.ts";
import { type Report, type Rule, shown } from "./report.ts";
import { SCOS } from "./sco.ts";

/** Of one pattern; the same few say all. */
const MAX_FINDINGS = 20;
const COMMON = ["id", "type", "spec_version", "object_marking_refs", "granular_markings", "defanged", "extensions"];
const PROPERTIES: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(SCOS).map(([type, { properties }]) => [type, new Set([...COMMON, ...Object.keys(properties)])]),
);

/**
 * §4.7 and §9: a STIX pattern is one of the language. §9.7: its paths name types and properties of cyber-observables; a name
 * that the standard does not have is a warning, since its own examples have such. What we cannot run is told, and no fault.
 */
export const patternOfIndicator: Rule = (indicator, at) => {
  const { pattern: text, pattern_type: type } = indicator;
  if (type !== "stix" || typeof text !== "string") return;
  const { errors, warnings, pattern } = checkPattern(text);
  for (const error of errors) at.error(error.code, told(error), "9", "pattern");
  for (const warning of warnings) at.warning(warning.code, told(warning), "9", "pattern");
  if (pattern !== null) observation(pattern, { indicator, at, seen: new Set() });
};

const told = ({ message, where }: PatternError): string => (where === undefined ? message : `${where}: ${message}`);

interface Walk {
  readonly indicator: JsonObject;
  readonly at: Report;
  /** Findings are told once. */
  readonly seen: Set<string>;
}

function tell(walk: Walk, weight: "error" | "warning", code: string, message: string, section: string): void {
  if (walk.seen.has(message) || walk.seen.size >= MAX_FINDINGS) return;
  walk.seen.add(message);
  walk.at[weight](code, message, section, "pattern");
}

/** Recursion is as deep as the parser allowed. */
function observation(expression: ObservationExpression, walk: Walk): void {
  switch (expression.kind) {
    case "observation":
      return comparison(expression.comparison, walk);
    case "qualified":
      for (const qualifier of expression.qualifiers)
        if (qualifier.kind === "startstop") window(qualifier.start, qualifier.stop, walk);
      return observation(expression.expression, walk);
    default:
      for (const operand of expression.operands) observation(operand, walk);
  }
}

function comparison(expression: ComparisonExpression, walk: Walk): void {
  if (expression.kind === "and" || expression.kind === "or")
    for (const operand of expression.operands) comparison(operand, walk);
  else if ("path" in expression) path(expression.path, walk);
}

function path({ type, steps }: ObjectPath, walk: Walk): void {
  const known = PROPERTIES.get(type);
  if (known === undefined && kindOf(type) !== undefined)
    return tell(walk, "error", "pattern-type", `${type} is no cyber-observable object`, "9.7");
  if (known === undefined && !isTypeName(type))
    return tell(walk, "error", "pattern-type", `${shown(type)} is no name of an object type`, "11.2");
  if (known === undefined && !type.startsWith("x-"))
    tell(walk, "warning", "pattern-type", `the standard has no cyber-observable ${shown(type)}`, "9.7");
  const [step] = steps;
  if (step?.kind !== "key" || known?.has(step.name) === true) return;
  if (!isPropertyName(step.name))
    tell(walk, "error", "pattern-property", `${shown(step.name)} is no name of a property`, "11.1");
  else if (known !== undefined && !step.name.startsWith("x_"))
    tell(walk, "warning", "pattern-property", `${type} has no property ${shown(step.name)}`, "9.7");
}

/** §9.5.1: what is watched for lies within the time for which the indicator is valid. */
function window(start: string, stop: string, walk: Walk): void {
  const { valid_from: from, valid_until: until } = walk.indicator;
  const isTime = (value: unknown): value is string => typeof value === "string" && timestampDigits(value) !== -1;
  if (isTime(from) && isTime(start) && compareTimestamps(start, from) < 0)
    tell(walk, "warning", "pattern-window", "START should not be before valid_from", "9.5.1");
  if (isTime(until) && isTime(stop) && compareTimestamps(stop, until) > 0)
    tell(walk, "warning", "pattern-window", "STOP should not be after valid_until", "9.5.1");
}
