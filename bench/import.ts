import { createReadStream, createWriteStream, mkdtempSync, rmSync, statSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createIntake, stixLoader } from "#intake";
import type { Viewer } from "#policy";
import { coreTypes, TypeRegistry } from "#stix";
import { openSqlite, openStore } from "#store";
import { type Benchmark, round } from "./figure.ts";
import { bundleBytes } from "./objects.ts";

const COUNT = 100_000;
const PARTY = "identity--10000000-0000-4000-8000-00000000000a";
const analyst: Viewer = { kind: "officer", party: PARTY, officer: "officer--1", roles: ["analyst"] };

/** The whole front door (stream, scan, parse, validate, label, hash, insert, index names, commit to disk) beside a bare indexed insert of the same rows. */
export const importBench: Benchmark = {
  name: "import",
  async run(say) {
    const folder = mkdtempSync(join(tmpdir(), "entente-bench-"));
    try {
      const bundle = join(folder, "bundle.json");
      await pipeline(Readable.from(bundleBytes(COUNT)), createWriteStream(bundle));
      const file = join(folder, "ours.sqlite");
      const store = await openStore({ engine: openSqlite(file), party: PARTY, clock: () => new Date() });
      const intake = createIntake({
        store,
        party: PARTY,
        clock: () => new Date(),
        registry: new TypeRegistry(coreTypes),
        loaders: [stixLoader],
      });
      const started = performance.now();
      const run = await intake.importFile(analyst, {
        source: {
          name: "bundle.json",
          size: statSync(bundle).size,
          open: () => createReadStream(bundle, { highWaterMark: 256 * 1024 }),
          sibling: () => null,
        },
      });
      const ours = (run.imported / (performance.now() - started)) * 1000;
      await store.close();
      say(`front door: ${Math.round(ours)} objects/s (${run.imported} of ${COUNT})`);
      const theirs = rawInsert(file, join(folder, "raw.sqlite"));
      say(`bare indexed insert of the same rows: ${Math.round(theirs)} rows/s`);
      const ratio = round(ours / theirs);
      return {
        name: "import",
        unit: "objects/s",
        ours: Math.round(ours),
        against: "bare indexed insert of the same rows, committed each 1,000",
        theirs: Math.round(theirs),
        ratio,
        goal: "ratio ≥ 0.5",
        holds: ratio >= 0.5 && run.imported === COUNT,
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** The rows that the import made, inserted again into the same schema by one prepared statement for each table. */
function rawInsert(made: string, into: string): number {
  const from = new DatabaseSync(made, { readOnly: true });
  const to = new DatabaseSync(into);
  to.exec(
    "pragma page_size = 8192; pragma journal_mode = wal; pragma synchronous = full; pragma wal_autocheckpoint = 8192; pragma cache_size = -32768; pragma mmap_size = 67108864; pragma temp_store = memory",
  );
  for (const { sql } of from
    .prepare(
      "select sql from sqlite_master where sql is not null and name not like 'sqlite_%' and name not like 'record_names_%'",
    )
    .all())
    to.exec(String(sql));
  const columns =
    "id, version, type, label, title, names, about_person, created_by, text, sha256, added_at, added_by, source, state";
  const rows = from
    .prepare(`select ${columns} from record order by seq`)
    .all()
    .map((row) => Object.values(row));
  const names = from
    .prepare("select seq, names from record where names <> '' order by seq")
    .all()
    .map((row) => Object.values(row));
  for (const label of from.prepare("select * from label").all()) {
    const values = Object.values(label);
    to.prepare(`insert into label values (${values.map(() => "?").join(",")})`).run(...values);
  }
  from.close();
  const record = to.prepare(
    `insert into record (${columns}) values (${columns
      .split(",")
      .map(() => "?")
      .join(",")})`,
  );
  const search = to.prepare("insert into record_names (rowid, names) values (?, ?)");
  const started = performance.now();
  for (let at = 0; at < rows.length; at += 1000) {
    to.exec("begin");
    for (const row of rows.slice(at, at + 1000)) record.run(...row);
    for (const row of names.slice(at, at + 1000)) search.run(...row);
    to.exec("commit");
  }
  const rate = (rows.length / (performance.now() - started)) * 1000;
  to.close();
  return rate;
}
