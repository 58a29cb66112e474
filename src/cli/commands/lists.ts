import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import type { EntenteNode } from "#node";
import type { OfficerViewer } from "#access";
import type { Delta, DeltaEntry, FieldChange, ListFile, LoadResult } from "#pillars/designations";
import type { ListProblem, ListState } from "#store";
import { actingOfficer, fileSource, print, withNode } from "../context.ts";

const SHOWN = 10;
/** Amendments of a delta in words; --json has them all. */
const DELTA_SHOWN = 40;

interface LoadOptions {
  readonly dated?: string;
  readonly marking?: string[];
  readonly allowHost?: string[];
}

export function listsCommand(program: Command): void {
  const lists = program
    .command("lists")
    .description("lists of designations: their states, and what changed between them");
  loadCommand(lists);
  lists
    .command("status")
    .description("each list with its states: since when it is held, from which bytes, loaded by whom")
    .action(async (_options: object, command: Command) => {
      await withNode(command, async (node) => {
        const status = await node.lists.status(await actingOfficer(command, node));
        const loaded = status.filter(({ states }) => states.length > 0);
        print(
          command,
          { lists: status },
          loaded.length === 0
            ? "No list is loaded. entente lists load SOURCE FILE|URL"
            : loaded.flatMap(({ list, title, states }) => [`${list}  ${title}`, ...states.map(stateLine)]),
        );
      });
    });
  deltaCommand(lists);
  heldCommands(lists);
}

function loadCommand(lists: Command): void {
  lists
    .command("load")
    .description("read a state of a list from its files (or their folder); the bytes are kept with their hash")
    .argument("<source>", "ofac-sdn, un, uk, eu, or a national list; lists status names them")
    .argument("<file...>", "files, folders or addresses")
    .option("--dated <day>", "the day on which the list stood so, where the file does not say it (YYYY-MM-DD)")
    .option("--marking <id...>", "markings to give to its records")
    .option("--allow-host <host...>", "hosts that the address may send to, where the authority has moved its list")
    .action(async (source: string, files: string[], options: LoadOptions, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const done: Loaded[] = [];
        const addresses = files.filter((file) => /^https?:/i.test(file));
        const fetched = [];
        for (const address of addresses)
          fetched.push(
            await node.lists.fetch(officer, {
              list: source,
              address,
              allowHosts: options.allowHost ?? [],
              onRedirect: (to) => console.error(`${address} sends to ${to}`),
            }),
          );
        const local = groups(files.filter((file) => !addresses.includes(file)));
        for (const group of fetched.length === 0 ? local : [fetched, ...local])
          done.push(await loadOne(node, officer, source, group, options));
        const [only] = done;
        print(
          command,
          only !== undefined && done.length === 1 ? shown(only) : { loads: done.map(shown) },
          done.flatMap(loadedLines),
        );
        if (done.some(({ result }) => result.state.state !== "accepted")) process.exitCode = 1;
      });
    });
}

interface Loaded {
  readonly result: LoadResult;
  readonly problems: readonly ListProblem[];
}

async function loadOne(
  node: EntenteNode,
  officer: OfficerViewer,
  list: string,
  files: readonly ListFile[],
  { dated, marking }: LoadOptions,
): Promise<Loaded> {
  const result = await node.lists.load(officer, {
    list,
    files,
    ...(dated === undefined ? {} : { statedOn: dated }),
    ...(marking === undefined ? {} : { markings: marking }),
    onProgress: progress,
  });
  if (process.stderr.isTTY) process.stderr.write("\n");
  return { result, problems: await node.lists.problems(officer, result.state.id) };
}

const progress = (entries: number): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r${entries} entries  `);
};

/** One group for each state: a folder's files; or the files of one folder, those that lie beside the only one with it. */
function groups(paths: readonly string[]): ListFile[][] {
  const folders = paths.filter((path) => existsSync(path) && statSync(path).isDirectory());
  const loose = new Map<string, ListFile[]>();
  for (const path of paths) {
    if (folders.includes(path)) continue;
    const group = loose.get(dirname(path));
    if (group === undefined) loose.set(dirname(path), [toFile(path)]);
    else group.push(toFile(path));
  }
  const inFolders = folders.map((folder) =>
    readdirSync(folder)
      .filter((name) => statSync(join(folder, name)).isFile() && !name.startsWith("."))
      .toSorted()
      .map((name) => toFile(join(folder, name))),
  );
  return [...inFolders, ...[...loose].map(([folder, group]) => withNeighbours(folder, group))];
}

const toFile = (path: string): ListFile => ({ source: fileSource(path), from: basename(path) });

/** OFAC's four files are one state: who names the first of them means the others that lie beside it too. */
function withNeighbours(folder: string, group: readonly ListFile[]): ListFile[] {
  const [only] = group;
  if (only === undefined || group.length > 1 || !/sdn\.csv$/i.test(only.from)) return [...group];
  const beside = readdirSync(folder).filter((name) => /^(?:alt|add|sdn_comments)\.csv$/i.test(name));
  return [...group, ...beside.map((name) => toFile(join(folder, name)))];
}

function shown({ result, problems }: Loaded): object {
  return { ...result.state, unchanged: result.unchanged, fresh: result.fresh, problemList: problems };
}

function loadedLines({ result: { state, unchanged, fresh }, problems }: Loaded): string[] {
  const said =
    state.state === "held"
      ? `HELD for an officer's word: ${state.heldFor ?? ""}. Nobody is delisted by it. entente lists accept ${state.id}`
      : unchanged
        ? "these files are here already; nothing was changed"
        : `${state.entries} entries, ${fresh} of them new or amended`;
  return [
    `${state.list}, state ${state.id} of ${state.statedOn} (${dateWords(state)}): ${said}`,
    ...state.parts.map((part) => partLine(part)),
    ...problems.slice(0, SHOWN).map((problem) => `  ${problem.place}: ${problem.message} [${problem.code}]`),
    ...(state.problems > SHOWN ? [`  and ${state.problems - SHOWN} more problems: --json lists up to 500`] : []),
  ];
}

function dateWords({ datedBy }: ListState): string {
  switch (datedBy) {
    case "list":
      return "its own date";
    case "officer":
      return "dated by an officer";
    case "server":
      return "its server's date";
    case "load":
      return "the day it was loaded, since the files give none; --dated says otherwise";
  }
}

const partLine = ({ name, sha256, bytes, from, carriedFrom }: ListState["parts"][number]): string =>
  `  ${name}  ${bytes} bytes  sha256 ${sha256}  ${carriedFrom === null ? from : `not given: that of state ${carriedFrom}`}`;

function stateLine(state: ListState): string {
  const what = state.state === "held" ? `HELD: ${state.heldFor ?? ""}` : state.state;
  const carried = state.carried ? ", entries of an earlier state" : "";
  return `  ${String(state.id).padStart(4)}  ${state.statedOn}  ${what}  ${state.entries} entries${carried}, ${state.problems} problems, loaded ${state.loadedAt.slice(0, 16)}  sha256 ${state.parts[0]?.sha256.slice(0, 12) ?? ""}`;
}

function number(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("a list state is given by its number: lists status");
  return Number(text);
}

function deltaCommand(lists: Command): void {
  lists
    .command("delta")
    .description("what changed between two states of a list: added, amended field by field, delisted")
    .argument("<from>", "a state's number", number)
    .argument("<to>", "a state's number", number)
    .action(async (from: number, to: number, _options: object, command: Command) => {
      await withNode(command, async (node) => {
        const delta = await node.lists.delta(await actingOfficer(command, node), from, to);
        print(command, delta, deltaLines(delta));
      });
    });
}

function deltaLines(delta: Delta): string[] {
  const line = ({ key, name, programmes }: DeltaEntry): string =>
    `  ${key}  ${name}  ${programmes.join(" ")}`.trimEnd();
  const some = (title: string, entries: readonly DeltaEntry[]): string[] => [
    `${title}: ${entries.length}`,
    ...entries.slice(0, DELTA_SHOWN).map(line),
    ...(entries.length > DELTA_SHOWN ? [`  and ${entries.length - DELTA_SHOWN} more: --json lists all`] : []),
  ];
  return [
    `${delta.list}: from state ${delta.from.id} of ${delta.from.statedOn} to state ${delta.to.id} of ${delta.to.statedOn}`,
    ...(delta.formsDiffer
      ? ["The two were read from different forms of the list: an amendment may be the form's."]
      : []),
    ...some("added", delta.added),
    ...some("delisted", delta.delisted),
    `amended: ${delta.amended.length}`,
    ...delta.amended.slice(0, DELTA_SHOWN).flatMap((entry) => [line(entry), ...entry.fields.flatMap(fieldLines)]),
    ...(delta.amended.length > DELTA_SHOWN
      ? [`  and ${delta.amended.length - DELTA_SHOWN} more: --json lists all`]
      : []),
  ];
}

const fieldLines = ({ field, removed, added }: FieldChange): string[] => [
  ...removed.map((value) => `      - ${field}: ${JSON.stringify(value)}`),
  ...added.map((value) => `      + ${field}: ${JSON.stringify(value)}`),
];

function heldCommands(lists: Command): void {
  lists
    .command("held")
    .description("states that wait for an officer's word before they delist anybody")
    .action(async (_options: object, command: Command) => {
      await withNode(command, async (node) => {
        const held = await node.lists.held(await actingOfficer(command, node));
        print(command, { held }, held.length === 0 ? "No state is held." : held.map(stateLine));
      });
    });
  for (const word of ["accept", "refuse"] as const)
    lists
      .command(word)
      .description(
        word === "accept" ? "take a held state as the list's" : "leave a held state aside; its bytes are kept",
      )
      .argument("<state>", "its number", number)
      .action(async (state: number, _options: object, command: Command) => {
        await withNode(command, async (node) => {
          const officer = await actingOfficer(command, node);
          const result = await node.lists.decide(officer, state, word, progress);
          print(
            command,
            { ...result.state, fresh: result.fresh },
            `state ${state} of ${result.state.list} is ${result.state.state}`,
          );
        });
      });
}
