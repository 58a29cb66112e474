import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Benchmark, round } from "./figure.ts";

const root = resolve(import.meta.dirname, "..");
const DEMO_LIMIT_S = 20;
const IDLE_LIMIT_MB = 150;

/** The whole demonstration, from the command to its last line. */
export const demoBench: Benchmark = {
  name: "demo",
  async run(say) {
    const started = performance.now();
    const { status, stdout } = spawnSync(process.execPath, ["demo/main.ts", "--once", "--json"], {
      cwd: root,
      encoding: "utf8",
    });
    const seconds = round((performance.now() - started) / 1000);
    say(`exit ${status}, ${seconds} s`);
    const last = JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}") as { ok?: boolean };
    return Promise.resolve({
      name: "demo",
      unit: "s",
      ours: seconds,
      against: "limit",
      theirs: DEMO_LIMIT_S,
      ratio: round(seconds / DEMO_LIMIT_S, 3),
      goal: `< ${DEMO_LIMIT_S} s`,
      holds: last.ok === true && seconds < DEMO_LIMIT_S,
    });
  },
};

/** A node that has started and waits: its resident memory after ten seconds. */
export const idleBench: Benchmark = {
  name: "idle",
  async run(say) {
    const folder = mkdtempSync(join(tmpdir(), "entente-idle-"));
    const child = spawn(
      "bin/entente",
      [
        "start",
        "--home",
        join(folder, "home"),
        "--link-port",
        "0",
        "--link-url",
        "https://127.0.0.1:1",
        "--web-port",
        "0",
      ],
      { cwd: root, stdio: "ignore" },
    );
    try {
      await new Promise((done) => setTimeout(done, 10_000));
      const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
      const megabytes = Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024);
      say(`${megabytes} MB resident`);
      return {
        name: "idle",
        unit: "MB",
        ours: megabytes,
        against: "limit",
        theirs: IDLE_LIMIT_MB,
        ratio: round(megabytes / IDLE_LIMIT_MB),
        goal: `< ${IDLE_LIMIT_MB} MB`,
        holds: megabytes < IDLE_LIMIT_MB,
      };
    } finally {
      child.kill("SIGTERM");
      await new Promise((done) => child.once("exit", done));
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
