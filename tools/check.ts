/**
 * `npm run check`: what must hold before a commit, in under 20 s: types, lint, format, rooms, dead code, unit tests.
 * Prints one line a gate, and the whole output of those that fail. Exit 1 when any does.
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";

const FOLDERS = ["src", "tools", "test", "demo", "bench", "web/src"];

/** The slow ones first, so that the short ones fill in beside them. */
const GATES: readonly { readonly name: string; readonly command: string; readonly args: readonly string[] }[] = [
  { name: "unit tests", command: "vitest", args: ["run", "src", "--reporter=dot"] },
  { name: "lint", command: "oxlint", args: ["--type-aware", ...FOLDERS] },
  { name: "types", command: "tsc", args: ["-p", "."] },
  { name: "types of the workbench", command: "tsc", args: ["-p", "web"] },
  { name: "format", command: "oxfmt", args: ["--check", ...FOLDERS] },
  { name: "dead code", command: "knip", args: [] },
  { name: "rooms", command: "node", args: ["tools/rooms.ts"] },
];

interface Outcome {
  readonly ok: boolean;
  readonly output: string;
}

function run(command: string, args: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    const parts: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => parts.push(part));
    child.stderr.on("data", (part: Buffer) => parts.push(part));
    child.on("error", (error) => resolve({ ok: false, output: error.message }));
    child.on("close", (code) => resolve({ ok: code === 0, output: Buffer.concat(parts).toString() }));
  });
}

const started = performance.now();
const waiting = [...GATES];
let failed = 0;

async function worker(): Promise<void> {
  for (let gate = waiting.shift(); gate !== undefined; gate = waiting.shift()) {
    const from = performance.now();
    const { ok, output } = await run(gate.command, gate.args);
    console.log(`${ok ? "ok    " : "FAILED"} ${gate.name} (${((performance.now() - from) / 1000).toFixed(1)} s)`);
    if (!ok) {
      failed++;
      console.log(output);
    }
  }
}

await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, worker));
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(`${GATES.length - failed} of ${GATES.length} gates hold, in ${seconds} s`);
process.exitCode = failed > 0 ? 1 : 0;
