import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evidenceText } from "#ledger";
import { EVIDENCE_CASES } from "../../src/ledger/evidence-key-cases.ts";
import { evidenceWorld } from "../../src/ledger/testing.ts";
import { buildVerifier, goIsThere } from "../../tools/go.ts";

const folder = mkdtempSync(join(tmpdir(), "entente-go-evidence-"));
const verifier = join(folder, "verify-log");
beforeAll(() => {
  if (goIsThere()) buildVerifier(verifier);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

function judge(...args: readonly string[]): { readonly status: number | null; readonly words: string } {
  const { status, stdout, stderr } = spawnSync(verifier, args, { encoding: "utf8" });
  return { status, words: stdout + stderr };
}

describe("evidence bundles, judged by Go as by Entente", () => {
  test.runIf(goIsThere()).each(EVIDENCE_CASES.map((item) => [item.verdict, item.name, item] as const))(
    "%s: %s",
    async (verdict, _, item) => {
      const world = await evidenceWorld();
      const made = await item.make(world);
      const file = join(mkdtempSync(join(folder, "bundle-")), "evidence.json");
      writeFileSync(file, typeof made === "string" ? made : evidenceText(made));
      const keys = Object.entries(item.keys?.(world) ?? world.keys).flatMap(([id, given]) =>
        (typeof given === "string" ? [given] : given).flatMap((one) => {
          const { key, until = "" } = typeof one === "string" ? { key: one } : one;
          return ["-key", `${id}=${key}${until === "" ? "" : `@${until}`}`];
        }),
      );
      const out = judge("-evidence", ...keys, file);
      expect(out.words).toMatch(
        { genuine: /^GENUINE/, incomplete: /^REFUSED: genuine, but incomplete/, refused: /^REFUSED: (?!genuine)/ }[
          verdict
        ],
      );
      expect(out.status).toBe(verdict === "genuine" ? 0 : 1);
    },
  );
});

test.runIf(goIsThere()).each([
  ["a member twice", '"format": "x",'],
  ["a member twice in another case", '"Format": "entente-evidence/1",'],
])("what two readers of JSON could understand differently proves nothing: %s", async (_, member) => {
  const world = await evidenceWorld();
  const file = join(mkdtempSync(join(folder, "bundle-")), "evidence.json");
  writeFileSync(file, evidenceText(world.genuine).replace("{", `{${member}`));
  expect(judge("-evidence", file)).toMatchObject({
    status: 1,
    words: expect.stringContaining("stands twice") as string,
  });
});
