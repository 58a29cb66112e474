import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { ofacLoader, unLoader } from "#pillars/designations";
import { islamabadRound } from "#pillars/dialogues";
import { handlingExtensionSchema, handlingMarking, HANDLING_EXTENSION_ID } from "#policy";
import { validateObject, validateText } from "#stix";
import { fileSource } from "../demo/party.ts";
import { schemaFiles } from "./schemas.ts";

const root = resolve(import.meta.dirname, "..");
const folder = join(root, "docs/schemas");

test("what is published is what the code says: npm run schemas", () => {
  const files = schemaFiles();
  expect(readdirSync(folder).toSorted()).toEqual([...files.keys()].toSorted());
  for (const [name, text] of files) expect(readFileSync(join(folder, name), "utf8"), name).toBe(text);
});

test("the extension-definitions are STIX to the letter", () => {
  expect(validateText(readFileSync(join(folder, "extension-definitions.json"), "utf8"))).toMatchObject({
    errors: [],
    warnings: [],
  });
});

test.each([[[]], [["identity--00000000-0000-4000-8000-00000000000c"]]])(
  "handling terms as they are made are as they are published, for %j",
  (releasableTo) => {
    const party = "identity--00000000-0000-4000-8000-00000000000a";
    const marking = handlingMarking(
      {
        originator: party,
        releasableTo,
        noOnward: true,
        purposes: ["a"],
        evidenceUse: "forbidden",
        caveats: ["c"],
        reviewBy: "2027-01-01T00:00:00.000000Z",
        expires: "2028-01-01T00:00:00.000000Z",
        foreignCodes: [{ scheme: "Europol", code: "H1" }],
      },
      {
        id: "marking-definition--00000000-0000-4000-8000-00000000000b",
        created: "2026-01-01T00:00:00.000000Z",
        createdBy: party,
      },
    );
    expect(validateObject(marking).errors).toEqual([]);
    const { extensions } = marking as { extensions: Record<string, unknown> };
    expect(handlingExtensionSchema.safeParse(extensions[HANDLING_EXTENSION_ID])).toMatchObject({ success: true });
  },
);

test("what our loaders make is STIX to the letter", async () => {
  const context = {
    now: "2026-01-01T00:00:00.000000Z",
    party: "identity--00000000-0000-4000-8000-00000000000a",
    signal: new AbortController().signal,
  };
  const objects: unknown[] = [islamabadRound()];
  for (const [loader, path] of [
    [ofacLoader, "ofac/sdn.csv"],
    [unLoader, "un/consolidated.xml"],
  ] as const) {
    for await (const item of loader.load(fileSource(join(root, "demo/data", path)), context))
      if (item.kind === "object") objects.push(item.object);
  }
  expect(objects.length).toBeGreaterThan(10);
  for (const object of objects) {
    const found = validateText(JSON.stringify(object));
    // Ids that stay the same in every state of a list come from its key; §2.9 would rather have random ones.
    const warnings = found.warnings.filter(({ code }) => code !== "id-version");
    expect([...found.errors, ...warnings], JSON.stringify(object).slice(0, 200)).toEqual([]);
  }
});
