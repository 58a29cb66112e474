/**
 * `npm test`: starts the services that tests need, runs types, lint and the whole suite, stops the services, and closes with the counts.
 * A service that cannot be had is one loud line and counts as skipped, so that `.ci/run` fails on it.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { provides } from "./debian.ts";
import { GO_PACKAGES, goIsThere } from "./go.ts";
import { startPostgres } from "./postgres.ts";

const results = join(mkdtempSync(join(tmpdir(), "entente-test-")), "results.json");

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): boolean {
  return spawnSync(command, args, { stdio: "inherit", env }).status === 0;
}

const typed =
  run("tsc", ["-p", "."]) &&
  run("oxlint", ["--type-aware", "src", "tools", "test", "demo", "bench", "web/src"]) &&
  run("tsc", ["-p", "web"]);
const browser = provides(() => existsSync("/usr/bin/chromium"), ["chromium", "fonts-noto-core"]);
const go = provides(goIsThere, GO_PACKAGES);
const postgres = startPostgres();
let ok = false;
try {
  const env = { ...process.env, ...(postgres === null ? {} : { ENTENTE_TEST_POSTGRES: postgres.url }) };
  ok = run(
    "vitest",
    ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${results}`, ...process.argv.slice(2)],
    env,
  );
} finally {
  postgres?.stop();
}
const counts = JSON.parse(readFileSync(results, "utf8")) as {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
};
rmSync(results);
const missing = [
  ...(postgres === null ? ["PostgreSQL is not to be had here; the store ran on SQLite and PGlite only."] : []),
  ...(go ? [] : ["Go is not to be had here; logs and evidence were not judged by the outside verifier."]),
  ...(browser ? [] : ["Chromium is not to be had here; the workbench was not tried in a browser."]),
];
for (const line of missing) console.error(`SKIPPED: ${line}`);
const skipped = Math.max(counts.numPendingTests, missing.length);
const failed = counts.numFailedTests + (typed ? 0 : 1) + (!ok && counts.numFailedTests === 0 ? 1 : 0);
console.log(`${counts.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode =
  failed > 0 || (skipped > 0 && process.env["CI"] !== undefined) || counts.numPassedTests === 0 ? 1 : 0;
