/** `npm run faults -- [--releases N] [--seed N] [--json]`: two nodes release to each other while everything fails. */
import { parseArgs } from "node:util";
import { runFaults } from "./run.ts";

const { values } = parseArgs({
  options: {
    releases: { type: "string", default: "10000" },
    seed: { type: "string", default: String(Math.floor(Math.random() * 1_000_000)) },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
const [releases, seed] = [Number(values.releases), Number(values.seed)];
if (values.help || !Number.isInteger(releases) || releases < 2 || !Number.isInteger(seed)) {
  console.error("npm run faults -- [--releases N, at least 2] [--seed N] [--json]");
  process.exitCode = values.help ? 0 : 2;
} else {
  const say = (line: string): void => console.error(`  ${line}`);
  console.error(`seed ${seed}`);
  // Three minutes, and a fifth of a second for each release: a machine under load still ends.
  const report = await runFaults({ releases, seed, limit: 180_000 + releases * 200, say });
  console.log(values.json ? JSON.stringify(report) : format(report));
  process.exitCode = report.problems.length === 0 ? 0 : 1;
}

function format({ seed: of, seconds, faults, problems }: Awaited<ReturnType<typeof runFaults>>): string {
  const injected = Object.entries(faults).map(([fault, n]) => `${n} ${fault}`);
  const verdict = problems.length === 0 ? "nothing lost, nothing doubled, every receipt came" : problems.join("\n");
  return `seed ${of}, ${releases} releases in ${seconds} s\ninjected: ${injected.join(", ")}\n${verdict}`;
}
