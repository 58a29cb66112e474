import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "entente-misp-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const fixture = join(root, "src/intake/misp/fixtures/event.json");

function entente(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(
    join(root, "bin/entente"),
    [...args, "--json", "--home", join(folder, "a")],
    { encoding: "utf8", cwd: folder },
  );
  const line = stdout.trim().split("\n").at(-1) ?? "";
  return { status, err: stderr, json: (line.startsWith("{") ? JSON.parse(line) : {}) as Record<string, unknown> };
}
const as = (role: string, ...args: readonly string[]) => entente(...args, "--as", `${role}@x.org`);

interface MispEvent {
  uuid: string;
  info: string;
  distribution: string;
  Attribute: { uuid: string; value: string; type: string; Tag?: { name: string }[] }[];
  Object: { uuid: string; name: string }[];
}
const events = (file: string): MispEvent[] =>
  (JSON.parse(readFileSync(join(folder, file), "utf8")) as { response: { Event: MispEvent }[] }).response.map(
    ({ Event }) => Event,
  );

beforeAll(() => {
  expect(entente("init", "--party", "Here", "--link-port", "14643", "--web-port", "14680").status).toBe(0);
  for (const role of ["analyst", "screening-officer"])
    expect(
      entente("officer", "add", "--as", "admin@localhost", "--name", role, "--email", `${role}@x.org`, "--role", role)
        .status,
    ).toBe(0);
}, 60_000);

test("a MISP event goes in by its content, is the same again, and comes out as the officer may read it", () => {
  const first = as("analyst", "import", fixture);
  expect(first).toMatchObject({ status: 0, json: { loader: "misp", state: "done", conflicts: 0 } });
  const places = (first.json["problemList"] as { place: string; code: string }[]).map(({ place }) => place);
  expect(places).toContain("event 0, byte 0/Event/ShadowAttribute/0");
  expect(as("analyst", "import", fixture).json).toMatchObject({
    imported: 0,
    unchanged: first.json["imported"],
    conflicts: 0,
  });

  expect(as("analyst", "export", "--format", "misp", "--out", "all.json").status).toBe(0);
  const before = (JSON.parse(readFileSync(fixture, "utf8")) as { Event: MispEvent }).Event;
  const all = events("all.json").find(({ uuid }) => uuid === before.uuid);
  expect(all?.Attribute.map(({ uuid }) => uuid).toSorted()).toEqual(
    before.Attribute.map(({ uuid }) => uuid).toSorted(),
  );
  expect(all?.Object.map(({ uuid }) => uuid).toSorted()).toEqual(before.Object.map(({ uuid }) => uuid).toSorted());

  // A screening officer may not see TLP:RED, nor what one attribute of TLP:RED became.
  expect(as("screening-officer", "export", "--format", "misp", "--out", "some.json").status).toBe(0);
  const text = readFileSync(join(folder, "some.json"), "utf8");
  const red = before.Attribute.find(({ Tag }) => Tag?.some(({ name }) => name === "tlp:red"));
  expect(text).not.toContain(red?.uuid);
  expect(events("some.json").find(({ uuid }) => uuid === before.uuid)?.Attribute.length).toBe(
    before.Attribute.length - 1,
  );

  // What was exported reads back as the same event.
  const again = as("analyst", "import", join(folder, "all.json")).json;
  expect(again).toMatchObject({ state: "done", loader: "misp" });
}, 120_000);

test("records that never were in MISP become attributes, objects and clusters; what has no place is told", () => {
  const id = (type: string, n: number) => `${type}--00000000-0000-4000-8000-${String(n).padStart(12, "0")}`;
  const common = { spec_version: "2.1", created: "2025-01-01T00:00:00Z", modified: "2025-01-01T00:00:00Z" };
  const objects = [
    {
      type: "indicator",
      id: id("indicator", 1),
      ...common,
      pattern: "[domain-name:value = 'a.example']",
      pattern_type: "stix",
      valid_from: common.created,
    },
    {
      type: "indicator",
      id: id("indicator", 2),
      ...common,
      pattern: "[a:b = 1] FOLLOWEDBY [a:c = 2]",
      pattern_type: "stix",
      valid_from: common.created,
    },
    { type: "malware", id: id("malware", 3), ...common, name: "Loader", is_family: true },
    { type: "identity", id: id("identity", 4), ...common, name: "Jane Roe", identity_class: "individual" },
    {
      type: "campaign",
      id: id("campaign", 5),
      ...common,
      name: "Summer",
      object_marking_refs: [id("marking-definition", 9)],
    },
    { type: "opinion", id: id("opinion", 6), ...common, opinion: "agree", object_refs: [id("malware", 3)] },
    {
      type: "report",
      id: id("report", 7),
      ...common,
      name: "A report",
      published: common.created,
      object_refs: [1, 2, 3, 4, 5, 6].map((n) =>
        id(["", "indicator", "indicator", "malware", "identity", "campaign", "opinion"][n] ?? "", n),
      ),
    },
    { type: "domain-name", spec_version: "2.1", id: id("domain-name", 8), value: "loose.example" },
  ];
  writeFileSync(join(folder, "own.json"), JSON.stringify({ type: "bundle", id: id("bundle", 1), objects }));
  expect(as("analyst", "import", join(folder, "own.json")).status).toBe(0);
  const out = as("analyst", "export", "--format", "misp", "--out", "own-misp.json");
  expect(out.json["leftOutList"]).toEqual(
    expect.arrayContaining([
      { id: id("campaign", 5), reason: "marking-unknown" },
      { id: id("opinion", 6), reason: "no-place" },
    ]),
  );
  const report = events("own-misp.json").find(({ info }) => info === "A report");
  expect(report).toMatchObject({
    distribution: "0",
    published: false,
    Galaxy: [{ GalaxyCluster: [{ value: "Loader" }] }],
  });
  expect(report?.Attribute.map(({ type, value }) => [type, value])).toEqual([
    ["domain", "a.example"],
    ["stix2-pattern", "[a:b = 1] FOLLOWEDBY [a:c = 2]"],
  ]);
  expect(report?.Object.map(({ name }) => name)).toEqual(["person"]);
  const loose = events("own-misp.json").flatMap(({ info, Attribute }) => (info === "A report" ? [] : Attribute));
  expect(loose.filter(({ value }) => value === "loose.example")).toHaveLength(1);
}, 60_000);

test("a wrong format is refused with what is known; a file that exists is not overwritten", () => {
  expect(as("analyst", "import", fixture, "--format", "nonsense")).toMatchObject({
    status: 1,
    json: { error: { code: "format-unknown" } },
  });
  expect(as("analyst", "export", "--format", "nonsense", "--out", "x.json").status).toBe(2);
  writeFileSync(join(folder, "there.json"), "");
  expect(as("analyst", "export", "--format", "misp", "--out", "there.json")).toMatchObject({
    status: 1,
    json: { error: { code: "file-unwritable" } },
  });
}, 60_000);
