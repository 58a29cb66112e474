import { type Command, Option } from "commander";
import { type Act, type Dossier, type DossierListing, type Matrix, POSITIONS, type Shown } from "#pillars/designations";
import type { OfficerViewer } from "#access";
import type { EntenteNode } from "#node";
import { actingOfficer, dateOption, print, withNode } from "../context.ts";
import { addActs, redressCommand } from "./designation-acts.ts";

/** Runs with the node and the officer that a command acts for. */
function acting(work: (node: EntenteNode, officer: OfficerViewer) => Promise<void>) {
  return (command: Command): Promise<void> =>
    withNode(command, async (node) => work(node, await actingOfficer(command, node)));
}

export function designationsCommand(program: Command): void {
  const designations = program
    .command("designations")
    .description("who is listed, where, since when, under which law; what parties hold of it");
  showCommand(designations);
  matrixCommand(designations);
  joinCommands(designations);
  addActs(designations);
  viewCommand(designations);
  redressCommand(designations);
}

function showCommand(designations: Command): void {
  designations
    .command("show")
    .description("whom a name, a reference or a key finds, and how each stood on a day")
    .argument("<name>")
    .option("--as-of <day>", "the day asked about (YYYY-MM-DD); today when absent")
    .option("--known-at <time>", "only from what this node held by then (a day or an RFC 3339 time)")
    .action((name: string, options: { asOf?: string; knownAt?: string }, command: Command) =>
      acting(async (node, officer) => {
        const knownAt = options.knownAt === undefined ? undefined : dateOption(options.knownAt);
        const shown = await node.lists.show(officer, name, options.asOf, knownAt);
        print(command, shown, shownLines(shown));
        if (shown.dossiers.length === 0 && shown.unlisted.length === 0) process.exitCode = 1;
      })(command),
    );
}

function shownLines({ day, knownAt, dossiers, unlisted }: Shown): string[] {
  const head = `As of ${day}${knownAt === null ? "" : `, from what was known at ${knownAt}`}:`;
  if (dossiers.length === 0 && unlisted.length === 0) return [head, "No list that is loaded has this name."];
  return [head, ...dossiers.flatMap(dossierLines), ...unlisted.map((act) => `  not listed: ${actLine(act)}`)];
}

const dossierLines = ({ joined, listings }: Dossier): string[] => [
  ...(joined === null ? [] : [`One subject by an officer's word (${joined}):`]),
  ...listings.flatMap((listing) => listingLines(listing)),
];

function listingLines(listing: DossierListing): string[] {
  const { subject, key, programmesInEffect } = listing;
  const aliases = subject.aliases.map(({ name, quality }) => (quality === undefined ? name : `${name} (${quality})`));
  return [
    `${subject.name}  [${key}]  ${subject.kind}`,
    `  ${subject.authority}: ${subject.listName}, ${subject.reference}${programmesInEffect.length === 0 ? "" : `, ${programmesInEffect.join(" ")}`}`,
    `  ${standingWords(listing)}`,
    ...(listing.inLaw === listing.standing
      ? []
      : [`  ${listing.inLaw.toUpperCase()} by an amendment entered by hand, later than the last state`]),
    ...(subject.legalBasis === null ? [] : [`  under ${subject.legalBasis}`]),
    ...(aliases.length === 0 ? [] : [`  also: ${aliases.join("; ")}`]),
    ...(subject.births.length === 0 ? [] : [`  born: ${subject.births.map(({ text }) => text).join("; ")}`]),
    ...listing.amendments.map((act) => `  by hand: ${actLine(act)}`),
    ...listing.laterAmendments.map((act) => `  by hand, later: ${actLine(act)}`),
    ...listing.proposals.map((act) => `  proposal: ${actLine(act)}`),
    ...listing.views.map((act) => `  view: ${actLine(act)}`),
    ...listing.cases.map((act) => `  redress: ${actLine(act)}`),
  ];
}

/** What is known, from which states, and where it is an interval. */
function standingWords({ standing, basis, before, after, began, ended, subject }: DossierListing): string {
  const between = ({ after: from, by }: { after: string | null; by: string | null }): string =>
    from === null ? `by ${by ?? "?"} (the first state held)` : `between ${from} and ${by ?? "?"}`;
  const own = subject.listedOn === null ? "" : `; the list itself says ${subject.listedOn}`;
  const came = `It came on the list ${between(began)}${own}${ended === null ? "" : `, and off it ${between(ended)}`}.`;
  switch (basis) {
    case "state-of-the-day":
      return `${standing.toUpperCase()}: the state of that day says so. ${came}`;
    case "states-on-both-sides":
      return `${standing.toUpperCase()}: the states of ${before?.on ?? ""} and ${after?.on ?? ""} agree. ${came}`;
    case "last-state-held":
      return `${standing.toUpperCase()} in the last state held, of ${before?.on ?? ""}. ${came}`;
    case "lists-own-date":
      return `${standing.toUpperCase()} by the list's own date, ${subject.listedOn ?? ""}; no state of that day is held. ${came}`;
    case "between-states":
      return `UNCERTAIN: it changed between the states of ${before?.on ?? ""} and ${after?.on ?? ""}. ${came}`;
    case "before-first-state":
      return `UNKNOWN: the first state held is of ${after?.on ?? "no day"}. ${came}`;
  }
}

const field = ({ object }: Act, name: string): string => {
  const value = object[name];
  return Array.isArray(value)
    ? value
        .map((one) =>
          typeof one === "string"
            ? one
            : typeof one === "object" && one !== null
              ? JSON.stringify("name" in one ? one["name"] : one)
              : String(one),
        )
        .join(", ")
    : typeof value === "string"
      ? value
      : "";
};

function actLine(act: Act): string {
  switch (act.type) {
    case "designation-amendment": {
      const source = act.object["source"];
      const name =
        typeof source === "object" && source !== null && "name" in source && typeof source["name"] === "string"
          ? source["name"]
          : "";
      const parts = [
        ["programmes added", field(act, "programmes_added")],
        ["programmes removed", field(act, "programmes_removed")],
        ["aliases added", field(act, "aliases_added")],
      ].filter(([, value]) => value !== "");
      return `${field(act, "act")} from ${field(act, "effective_on")}: ${parts.map(([word, value]) => `${word ?? ""} ${value ?? ""}`).join("; ")} (source: ${name})`;
    }
    case "designation-proposal":
      return `to ${field(act, "act")} ${field(act, "name")} (${field(act, "state")}, ${field(act, "proposed_on")}): ${field(act, "grounds")}  ${act.id}`;
    case "designation-view":
      return `${field(act, "party_name") || act.owner} ${field(act, "position")} (${field(act, "held_on")}): ${field(act, "reasons")}`;
    default: {
      const phases = act.object["phases"];
      const last = Array.isArray(phases) ? phases.at(-1) : undefined;
      const running = typeof last === "object" && last !== null && !Array.isArray(last) ? last : {};
      const word = (name: string): string => (typeof running[name] === "string" ? running[name] : "");
      const due = word("extended_to") || word("due_on");
      return `${field(act, "route")}, filed ${field(act, "filed_on")}, ${field(act, "state")}; ${word("phase")}${due === "" ? "" : `, until ${due}`}  ${act.id}`;
    }
  }
}

function matrixCommand(designations: Command): void {
  designations
    .command("matrix")
    .description("who lists whom: the three groups of the dialogue, or those that are named, across all lists loaded")
    .argument("[name...]")
    .option("--as-of <day>", "the day asked about (YYYY-MM-DD); today when absent")
    .action((names: string[], options: { asOf?: string }, command: Command) =>
      acting(async (node, officer) => {
        const matrix = await node.lists.matrix(officer, options.asOf, names.length === 0 ? undefined : names);
        print(command, matrix, matrixLines(matrix));
      })(command),
    );
}

function matrixLines({ day, lists, rows }: Matrix): string[] {
  if (lists.length === 0) return ["No list is loaded. entente lists load SOURCE FILE|URL"];
  return [
    `As of ${day}:`,
    ...rows.flatMap(({ title, note, joined, cells }) => [
      `${title}${joined ? "" : "  (entries found by name; not joined by an officer)"}`,
      ...(note === null ? [] : [`  ${note}`]),
      ...cells.flatMap(({ list, listings, heldFrom }) =>
        listings.length === 0
          ? [`  ${list.padEnd(24)} in no state held${heldFrom === null ? "" : ` (held from ${heldFrom})`}`]
          : listings.map(
              (listing) =>
                `  ${list.padEnd(24)} ${listing.inLaw} ${listing.subject.reference} ${listing.subject.name} ${listing.programmesInEffect.join(" ")}  since ${sinceWords(listing)}`,
            ),
      ),
    ]),
  ];
}

function sinceWords({ began, subject }: DossierListing): string {
  const held = began.after === null ? `${began.by ?? "?"} or earlier` : `${began.after} to ${began.by ?? "?"}`;
  return subject.listedOn === null ? held : `${subject.listedOn} by the list's own word (held: ${held})`;
}

function joinCommands(designations: Command): void {
  designations
    .command("candidates")
    .description("entries of different lists that may be one subject, with the reasons; people decide")
    .option("--limit <n>", "how many", (text: string) => Number.parseInt(text, 10), 50)
    .action(({ limit }: { limit: number }, command: Command) =>
      acting(async (node, officer) => {
        const all = await node.lists.candidates(officer);
        const candidates = all.slice(0, Math.max(limit, 0));
        print(
          command,
          { candidates, total: all.length },
          candidates.length === 0
            ? "No candidates."
            : [
                ...candidates.map(
                  ({ keys, names, score, reasons, splitBefore }) =>
                    `${score.toFixed(3)}  ${keys.join(" ")}  ${names.join(" = ")}: ${reasons.join("; ")}${splitBefore === null ? "" : ` (${splitBefore})`}`,
                ),
                `${all.length} in all. They may be the same; nothing is joined without an officer's word.`,
              ],
        );
      })(command),
    );
  designations
    .command("join")
    .description("say that entries are one subject; who joins to a joined entry names the others too")
    .argument("<key...>", "keys of entries, such as ofac:12206 un:QDe.132")
    .requiredOption("--reason <text>")
    .action((keys: string[], { reason }: { reason: string }, command: Command) =>
      acting(async (node, officer) => {
        const joined = await node.lists.join(officer, keys, reason);
        print(
          command,
          { joined, keys },
          `${keys.join(", ")} are one subject now (${joined}). designations split undoes it.`,
        );
      })(command),
    );
  designations
    .command("split")
    .description("take entries out of the subject that they were joined to")
    .argument("<key...>")
    .requiredOption("--reason <text>")
    .action((keys: string[], { reason }: { reason: string }, command: Command) =>
      acting(async (node, officer) => {
        const left = await node.lists.split(officer, keys, reason);
        print(command, { left }, `${left.join(", ")} stand${left.length === 1 ? "s" : ""} alone again.`);
      })(command),
    );
}

function viewCommand(designations: Command): void {
  designations
    .command("view")
    .description("what parties hold of a listing or a proposal, side by side; with --position, record this party's own")
    .argument("<name>", "a key, reference or name, or a proposal's id")
    .addOption(new Option("--position <position>", "this party's view").choices([...POSITIONS]))
    .option("--reasons <text>", "why; needed with --position")
    .option("--marking <id...>", "markings to give to it")
    .action(
      (
        name: string,
        options: { position?: (typeof POSITIONS)[number]; reasons?: string; marking?: string[] },
        command: Command,
      ) =>
        acting(async (node, officer) => {
          if (options.position !== undefined) {
            const written = await node.lists.view(officer, {
              about: name,
              position: options.position,
              reasons: options.reasons ?? "",
              ...(options.marking === undefined ? {} : { markings: options.marking }),
            });
            return print(command, written, `kept as ${written.id}; it leaves only by a release`);
          }
          const shown = await node.lists.show(officer, name);
          const views = shown.dossiers.flatMap(({ listings }) =>
            listings.map((listing) => ({
              key: listing.key,
              name: listing.subject.name,
              views: listing.views,
              proposals: listing.proposals,
            })),
          );
          const lines = views.flatMap((one) => [
            `${one.name}  [${one.key}]`,
            ...one.proposals.map((act) => `  proposal: ${actLine(act)}`),
            ...(one.views.length === 0
              ? ["  no party has recorded a view"]
              : one.views.map((act) => `  ${actLine(act)}`)),
          ]);
          print(command, { views }, lines.length === 0 ? "No list that is loaded has this name." : lines);
        })(command),
    );
}
