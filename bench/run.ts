/** `npm run bench [-- NAME] [--json]`: our figure, a peer's or the limit's from the same run, and the ratio. */
import { parseArgs } from "node:util";
import { decisionBench } from "./decision.ts";
import { auditBench } from "./audit.ts";
import { demoBench, idleBench } from "./demo.ts";
import { dialogueBench } from "./dialogue.ts";
import type { Benchmark, Figure } from "./figure.ts";
import { importBench } from "./import.ts";
import { importMemoryBench } from "./import-memory.ts";
import { evidenceBench, ledgerBench } from "./ledger.ts";
import { bulkBench, releaseBench } from "./release.ts";
import { screenBench, screenMillionBench } from "./screen.ts";
import { screenQualityBench } from "./screen-quality.ts";
import { taxiiGetBench, taxiiPostBench } from "./taxii.ts";
import { taxiiDeepBench } from "./taxii-deep.ts";
import { validateBench } from "./validate.ts";

const ALL: readonly Benchmark[] = [
  importBench,
  importMemoryBench,
  ledgerBench,
  evidenceBench,
  demoBench,
  idleBench,
  releaseBench,
  bulkBench,
  validateBench,
  screenBench,
  screenMillionBench,
  screenQualityBench,
  auditBench,
  taxiiPostBench,
  taxiiGetBench,
  taxiiDeepBench,
  dialogueBench,
  decisionBench,
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
    /** Of `taxii-deep`: how many objects its collection holds. */
    objects: { type: "string" },
  },
});
const unknown = positionals.filter((name) => !ALL.some((bench) => bench.name === name));
if (values.help || unknown.length > 0) {
  console.error(
    `${unknown.length > 0 ? `no benchmark ${unknown.join(", ")}. ` : ""}npm run bench -- [${ALL.map((bench) => bench.name).join("|")}] [--json]`,
  );
  process.exitCode = values.help ? 0 : 2;
} else {
  const say = (line: string): void => console.error(`  ${line}`);
  const figures: Figure[] = [];
  for (const bench of ALL.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
    console.error(bench.name);
    figures.push(await bench.run(say));
  }
  if (values.json) {
    console.log(JSON.stringify(figures.length === 1 ? figures[0] : { figures }));
  } else {
    console.log("| benchmark | ours | against | theirs | ratio | goal | holds |\n|---|---|---|---|---|---|---|");
    for (const figure of figures)
      console.log(
        `| ${figure.name} | ${figure.ours} ${figure.unit} | ${figure.against} | ${figure.theirs} | ${figure.ratio} | ${figure.goal} | ${figure.holds ? "yes" : "NO"} |`,
      );
  }
  process.exitCode = figures.every((figure) => figure.holds) ? 0 : 1;
}
