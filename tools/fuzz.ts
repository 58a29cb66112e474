/**
 * `npm run fuzz -- [--seconds N] [--seed N] [TARGET…]`: mutates the seed corpus against the readers of hostile input for as long
 * as told (60 s a target), and prints the first input that breaks one as base64. A finding becomes a seed of the corpus and a test.
 */
import { parseArgs } from "node:util";
import { fuzz } from "../test/fuzz/fuzz.ts";
import { TARGETS } from "../test/fuzz/targets.ts";

const { values, positionals } = parseArgs({
  options: { seconds: { type: "string", default: "60" }, seed: { type: "string" } },
  allowPositionals: true,
});
const wanted = TARGETS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
if (wanted.length === 0) {
  console.error(`Targets are: ${TARGETS.map(({ name }) => name).join(", ")}.`);
  process.exitCode = 2;
}
const seed = values.seed === undefined ? Date.now() >>> 0 : Number(values.seed);
for (const target of wanted) {
  const started = performance.now();
  const { runs, finding, slowestMs } = await fuzz(target, { seed, until: started + Number(values.seconds) * 1000 });
  const heap = Math.round(process.memoryUsage().rss / 1024 / 1024);
  console.log(
    `${target.name}: ${runs} inputs from seed ${seed}, slowest ${Math.round(slowestMs)} ms, ${heap} MiB resident`,
  );
  if (finding === null) continue;
  console.log(JSON.stringify(finding, null, 1));
  process.exitCode = 1;
}
