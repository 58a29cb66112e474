import { fork } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createIntake, stixLoader } from "#intake";
import type { Viewer } from "#policy";
import { coreTypes, TypeRegistry } from "#stix";
import { openSqlite, openStore } from "#store";
import { type Benchmark, type Figure, round } from "./figure.ts";
import { bundleBytes } from "./objects.ts";

const GIGABYTE = 1024 ** 3;
/** About 1,180 bytes an object. */
const COUNT = 910_000;
const LIMIT_MB = 400;
/** As bin/entente runs it. */
const ENTENTE_FLAGS = ["--disable-warning=ExperimentalWarning", "--max-semi-space-size=16"];
const PARTY = "identity--10000000-0000-4000-8000-00000000000a";

interface Measured {
  readonly bytes: number;
  readonly imported: number;
  readonly peak: number;
}

/** A bundle of a gigabyte through the front door, in a process of its own; its peak resident memory. */
export const importMemoryBench: Benchmark = {
  name: "import-memory",
  async run(say): Promise<Figure> {
    const measured = await new Promise<Measured>((resolve, reject) => {
      const child = fork(import.meta.filename, ["child"], {
        stdio: ["ignore", "inherit", "inherit", "ipc"],
        execArgv: ENTENTE_FLAGS,
      });
      child.on("message", (message) => resolve(message as Measured));
      child.on("error", reject);
      child.on("exit", (code) => reject(new Error(`the importing process ended with ${code}`)));
    });
    say(`${measured.imported} objects, ${round(measured.bytes / GIGABYTE)} GB, peak ${Math.round(measured.peak)} MB`);
    return {
      name: "import-memory",
      unit: "MB peak",
      ours: Math.round(measured.peak),
      against: "limit for a bundle of 1 GB",
      theirs: LIMIT_MB,
      ratio: round(measured.peak / LIMIT_MB),
      goal: `< ${LIMIT_MB} MB`,
      holds: measured.peak < LIMIT_MB && measured.bytes >= GIGABYTE && measured.imported === COUNT,
    };
  },
};

if (process.argv[2] === "child" && process.send !== undefined) {
  const folder = mkdtempSync(join(tmpdir(), "entente-bench-"));
  const store = await openStore({
    engine: openSqlite(join(folder, "memory.sqlite")),
    party: PARTY,
    clock: () => new Date(),
  });
  const intake = createIntake({
    store,
    party: PARTY,
    clock: () => new Date(),
    registry: new TypeRegistry(coreTypes),
    loaders: [stixLoader],
  });
  const analyst: Viewer = { kind: "officer", party: PARTY, officer: "officer--1", roles: ["analyst"] };
  const run = await intake.importFile(analyst, {
    source: { name: "bundle.json", size: null, open: () => bundleBytes(COUNT), sibling: () => null },
  });
  await store.close();
  rmSync(folder, { recursive: true, force: true });
  process.send({ bytes: run.bytes, imported: run.imported, peak: process.resourceUsage().maxRSS / 1024 });
}
