import type { Command } from "commander";
import { actingOfficer, fileSource, print, withNode } from "../context.ts";

const SHOWN = 10;

export function importCommand(program: Command): void {
  program
    .command("import")
    .description(
      "read a file: STIX 2.1 (bundle, list, object, JSON lines), OFAC SDN CSV, UN consolidated XML, MISP events",
    )
    .argument("<file>")
    .option("--format <name>", "what kind of file it is, when its content does not tell: stix, misp, …")
    .option("--marking <id...>", "markings to give to everything in it")
    .action(async (file: string, options: { format?: string; marking?: string[] }, command: Command) => {
      await withNode(command, async (node) => {
        const officer = await actingOfficer(command, node);
        const source = fileSource(file);
        const stop = new AbortController();
        const onSignal = (): void => stop.abort();
        process.once("SIGINT", onSignal);
        const run = await node.intake.importFile(officer, {
          source,
          signal: stop.signal,
          ...(options.format === undefined ? {} : { format: options.format }),
          ...(options.marking === undefined ? {} : { markings: options.marking }),
          onProgress: ({ imported, unchanged, bytes }) => {
            if (process.stderr.isTTY)
              process.stderr.write(
                `\r${imported + unchanged} records, ${Math.round((100 * bytes) / Math.max(source.size ?? bytes, 1))} %  `,
              );
          },
        });
        process.removeListener("SIGINT", onSignal);
        if (process.stderr.isTTY) process.stderr.write("\n");
        const problems = await node.store.read(officer, (r) => r.imports.problems(run.id, -1, 500));
        print(command, { ...run, problemList: problems }, [
          `${run.state}: ${run.imported} imported, ${run.unchanged} already here, ${run.conflicts} conflicts, ${run.problems} problems (${run.id})`,
          ...problems.slice(0, SHOWN).map((problem) => `  ${problem.place}: ${problem.message} [${problem.code}]`),
          ...(run.problems > SHOWN ? [`  and ${run.problems - SHOWN} more: --json lists up to 500`] : []),
        ]);
        if (run.state !== "done") process.exitCode = 1;
      });
    });
}
