import type { Route } from "../acts.ts";
import { DesignationError } from "../errors.ts";

/** One phase of a route: how long it lasts, and how far it may be extended. `null`: the route sets no term. */
interface PhaseRule {
  readonly phase: string;
  readonly months: number | null;
  readonly days?: number;
  readonly extendableMonths: number;
}

interface RouteRule {
  readonly title: string;
  /** What sets the terms. */
  readonly authority: string;
  readonly phases: readonly PhaseRule[];
}

/**
 * The ways to ask for a delisting. The Ombudsperson hears petitions about the ISIL (Da'esh) and Al-Qaida list only
 * (resolution 2734 (2024), annex II: gathering of information 4 months, extendable by 2; dialogue and report 2 months,
 * extendable by 2; then the Committee, to whose decision 60 days after it has considered the report belong). Other UN lists
 * have the Focal Point (resolution 2744 (2024)). The United States hear petitions under 31 CFR 501.807, which sets no term.
 */
const ROUTE_RULES: Readonly<Record<Route, RouteRule>> = {
  "un-ombudsperson": {
    title: "UN Ombudsperson (1267 list)",
    authority: "Security Council resolution 2734 (2024), annex II",
    phases: [
      { phase: "information gathering", months: 4, extendableMonths: 2 },
      { phase: "dialogue and report", months: 2, extendableMonths: 2 },
      { phase: "committee discussion and decision", months: null, days: 60, extendableMonths: 0 },
    ],
  },
  "un-focal-point": {
    title: "UN Focal Point for De-listing",
    authority: "Security Council resolution 2744 (2024), annex I",
    phases: [{ phase: "consultation and committee", months: null, extendableMonths: 0 }],
  },
  "ofac-501.807": {
    title: "OFAC reconsideration",
    authority: "31 CFR 501.807",
    phases: [{ phase: "reconsideration", months: null, extendableMonths: 0 }],
  },
  national: {
    title: "The listing authority's own procedure",
    authority: "national law",
    phases: [{ phase: "petition", months: null, extendableMonths: 0 }],
  },
};

/** The route that a listing has, by its list. */
export function routeOf({ list, listName }: { readonly list: string; readonly listName: string }): Route {
  if (list === "un") return /al-qaida|isil|1267/i.test(listName) ? "un-ombudsperson" : "un-focal-point";
  return list.startsWith("ofac") ? "ofac-501.807" : "national";
}

export interface Phase {
  readonly phase: string;
  readonly started_on: string;
  readonly due_on?: string;
  readonly extended_to?: string;
  readonly ended_on?: string;
}

export function firstPhase(route: Route, on: string): Phase {
  return startPhase(route, 0, on);
}

function startPhase(route: Route, n: number, on: string): Phase {
  const rule = ROUTE_RULES[route].phases[n];
  if (rule === undefined)
    throw new DesignationError("case-invalid", `${ROUTE_RULES[route].title} has no phase after this one`, {
      fix: "Record the decision.",
    });
  const due =
    rule.days !== undefined ? addDays(on, rule.days) : rule.months === null ? null : addMonths(on, rule.months);
  return { phase: rule.phase, started_on: on, ...(due === null ? {} : { due_on: due }) };
}

/** Ends the running phase and starts the next. @throws DesignationError `case-invalid`. */
export function nextPhase(route: Route, phases: readonly Phase[], on: string): readonly Phase[] {
  const running = phases.at(-1);
  if (running === undefined || on < running.started_on)
    throw new DesignationError("case-invalid", "a phase cannot end before it started");
  return [...phases.slice(0, -1), { ...running, ended_on: on }, startPhase(route, phases.length, on)];
}

/** Extends the running phase, once and no further than the route allows. @throws DesignationError `case-invalid`. */
export function extendPhase(route: Route, phases: readonly Phase[], to: string): readonly Phase[] {
  const [running, rule] = [phases.at(-1), ROUTE_RULES[route].phases[phases.length - 1]];
  const most =
    running?.due_on === undefined || rule === undefined ? null : addMonths(running.due_on, rule.extendableMonths);
  if (running?.due_on === undefined || most === null || to <= running.due_on || to > most)
    throw new DesignationError(
      "case-invalid",
      most === null || most === running?.due_on
        ? "this phase has no term that could be extended"
        : `this phase may be extended until ${most}, not to ${to}`,
    );
  return [...phases.slice(0, -1), { ...running, extended_to: to }];
}

/** The same day of a later month, or that month's last. */
function addMonths(day: string, months: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(date, last))).toISOString().slice(0, 10);
}

const addDays = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10);
