import type { Command } from "commander";
import {
  askedType,
  checkName,
  checkQuery,
  type Decision,
  type RegisterRow,
  ScreeningError,
} from "#pillars/designations";
import type { ScreenHit } from "#store";
import { actingOfficer, print, withNode } from "../context.ts";
import { openCsv } from "../csv.ts";

export function registerCommands(screen: Command): void {
  const register = screen.command("register").description("names that are screened again whenever a list changes");
  register
    .command("add")
    .description("put the rows of a CSV file (name, and if you like id, type, born, country, document) into a register")
    .argument("<register>")
    .option("--in <file>")
    .action(async (name: string, _options: object, command: Command) => {
      const from = command.optsWithGlobals<{ in?: string }>().in;
      if (from === undefined) command.error("error: name the rows with --in FILE.csv");
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const { rows, problems } = await readRows(from ?? "");
        const done = await node.screening.register(officer, name, rows);
        print(
          command,
          { register: name, ...done, problems },
          `${done.rows} rows, ${done.changed} new or changed, ${problems} left out.`,
        );
      });
    });
  register
    .command("rescreen")
    .description(
      "screen a register against the lists as they stand; what an officer called false stays away until a side changes",
    )
    .argument("<register>")
    .action(async (name: string, _options: object, command: Command) => {
      await withNode(command, async (node) => {
        const done = await node.screening.rescreen(await actingOfficer(command, node), name);
        print(
          command,
          { register: name, ...done },
          `${done.entries} names screened: ${done.added} new possible matches, ${done.standing} as before, ${done.goodGuys} called false before, ${done.passed} no longer stand, ${done.errors} cannot be screened.`,
        );
      });
    });
  hitCommands(screen);
}

function hitCommands(screen: Command): void {
  screen
    .command("hits")
    .description("possible matches of registers, newest first")
    .option("--state <state...>", "open, possible, proposed, confirmed, false-positive, passed", [
      "open",
      "possible",
      "proposed",
    ])
    .action(async (options: { state: ScreenHit["state"][] }, command: Command) => {
      await withNode(command, async (node) => {
        const hits = (await node.screening.hits(await actingOfficer(command, node), options.state)).map(shown);
        print(
          command,
          { hits },
          hits.length === 0
            ? "There are none."
            : hits.flatMap((hit) => [
                `${hit.score.toFixed(2)}  ${hit.state.padEnd(14)} “${hit.name}” and ${hit.listedName} (${hit.list}, ${hit.reference})  ${hit.id}`,
                ...hit.reasons.map((reason) => `      ${reason}`),
              ]),
        );
      });
    });
  screen
    .command("decide")
    .description("say what a possible match is; confirm takes a second officer")
    .argument("<hit>")
    .argument("<decision>", "false-positive, possible or confirm")
    .requiredOption("--reason <text>", "why; kept with the decision")
    .action(async (id: string, decision: string, options: { reason: string }, command: Command) => {
      if (!["false-positive", "possible", "confirm"].includes(decision))
        command.error("error: the decision is false-positive, possible or confirm");
      await withNode(command, async (node) => {
        const hit = shown(
          await node.screening.decide(await actingOfficer(command, node), id, decision as Decision, options.reason),
        );
        print(command, hit, `${hit.id}: ${hit.state}`);
      });
    });
  screen
    .command("replay")
    .description("compare both sides of a possible match again, as they stood; exit code 0 the same score, 1 another")
    .argument("<hit>")
    .action(async (id: string, _options: object, command: Command) => {
      await withNode(command, async (node) => {
        const replay = await node.screening.replay(await actingOfficer(command, node), id);
        print(command, replay, [
          `${replay.score.toFixed(4)} by matcher ${replay.matcher}, ${replay.today.score.toFixed(4)} by matcher ${replay.today.matcher} today`,
          ...replay.today.reasons.map((reason) => `  ${reason}`),
        ]);
        if (!replay.same) process.exitCode = 1;
      });
    });
}

function shown(hit: ScreenHit) {
  const [query, listed] = [
    JSON.parse(hit.query) as { name: string },
    JSON.parse(hit.listed) as { name: string; list: string; reference: string },
  ];
  const { id, state, score, reasons, matcher, foundAt, reason, decidedAt, decidedBy, confirmedAt, confirmedBy } = hit;
  return {
    id,
    state,
    name: query.name,
    listedName: listed.name,
    list: listed.list,
    reference: listed.reference,
    score,
    reasons,
    matcher,
    foundAt,
    reason,
    decidedAt,
    decidedBy,
    confirmedAt,
    confirmedBy,
  };
}

async function readRows(path: string): Promise<{ readonly rows: readonly RegisterRow[]; readonly problems: number }> {
  const file = await openCsv(path, ["name"]);
  const rows: RegisterRow[] = [];
  let problems = 0;
  const problem = (row: number, message: string): void => {
    problems++;
    console.error(`row ${row}: ${message}`);
  };
  for await (const row of file.rows(problem)) {
    const [name, id, type, born, country, document] = ["name", "id", "type", "born", "country", "document"].map(
      (column) => row.get(column),
    ) as [string, string, string, string, string, string];
    try {
      rows.push(checkedRow({ name, id, type, born, country, document }));
    } catch (error) {
      if (!(error instanceof ScreeningError)) throw error;
      problem(row.row, error.message);
    }
  }
  return { rows, problems };
}

/** @throws ScreeningError what cannot be screened does not come into a register. */
function checkedRow({
  name,
  id,
  type,
  born,
  country,
  document,
}: Record<"name" | "id" | "type" | "born" | "country" | "document", string>): RegisterRow {
  const row: RegisterRow = {
    name: checkName(name, "name"),
    type: askedType(type),
    ...(id === "" ? {} : { reference: id }),
    ...(born === "" ? {} : { born }),
    ...(country === "" ? {} : { country }),
    ...(document === "" ? {} : { document }),
  };
  checkQuery(row);
  return row;
}
