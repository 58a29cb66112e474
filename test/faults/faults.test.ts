import { expect, test } from "vitest";
import { runFaults } from "./run.ts";

/** `npm run faults` is the same at full length, and takes a seed. */
const RELEASES = 600;
const SEED = Math.floor(Math.random() * 1_000_000);

test("releases both ways through delay, loss, duplication, reordering, resets, half-open links, full disks, clock jumps and kill -9", async () => {
  const report = await runFaults({ releases: RELEASES, seed: SEED, limit: 240_000, say: () => undefined });
  expect(report.problems, `npm run faults -- --releases ${RELEASES} --seed ${SEED}`).toEqual([]);
  // A harness that injects nothing proves nothing.
  expect(Object.values(report.faults).reduce((sum, n) => sum + n, 0)).toBeGreaterThan(10);
}, 300_000);
