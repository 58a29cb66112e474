import { expect, test } from "vitest";
import { runFaults } from "./run.ts";

/** `npm run faults` is the same at full length, and takes a seed. */
const SEED = Math.floor(Math.random() * 1_000_000);

test("releases both ways through delay, loss, duplication, reordering, resets, half-open links, full disks, clock jumps and kill -9", async () => {
  const report = await runFaults({ releases: 1000, seed: SEED, limit: 150_000, say: () => undefined });
  expect(report.problems, `npm run faults -- --releases 1000 --seed ${SEED}`).toEqual([]);
  // The harness that injects nothing proves nothing.
  expect(Object.values(report.faults).reduce((sum, n) => sum + n, 0)).toBeGreaterThan(30);
}, 200_000);
