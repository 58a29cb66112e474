/**
 * `node tools/dependencies.ts`: what of others is in this product may be: every package of the lock file bears a licence
 * on the list, and none has an advisory that npm's registry calls high. `--sbom FILE` writes a CycloneDX list of them.
 * Exit 1 when something is wrong. A registry that does not answer is one loud line and no failure: nothing was learnt.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** Licences under which we may pass the work on with ours (Apache-2.0), as SPDX names them. */
export const ALLOWED: ReadonlySet<string> = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC-BY-4.0",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "MPL-2.0",
  "OFL-1.1",
  "PostgreSQL",
  "Python-2.0",
  "Unlicense",
  "Zlib",
]);

export interface Package {
  readonly path: string;
  readonly version: string;
  readonly licence: string;
}

/** SPDX expressions: `OR` gives a choice, `AND` asks for all. */
export function allowed(licence: string): boolean {
  const bare = licence.replace(/^\(|\)$/g, "");
  if (bare.includes(" OR ")) return bare.split(" OR ").some(allowed);
  if (bare.includes(" AND ")) return bare.split(" AND ").every(allowed);
  return ALLOWED.has(bare.trim());
}

interface Locked {
  readonly version?: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly optional?: boolean;
}

/** Packages whose manifest names no SPDX licence, as read in the licence file of that version. */
const READ: Readonly<Record<string, string>> = { "node_modules/duck@0.1.12": "BSD-2-Clause" };

/** Every package of the lock file with its licence; from its own package.json where the lock says none. */
export function packages(root: string): Package[] {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Readonly<Record<string, Locked>>;
  };
  return Object.entries(lock.packages)
    .filter(([path, { link }]) => path.includes("node_modules/") && link !== true)
    .map(([path, { version = "", license }]) => ({
      path,
      version,
      licence: READ[`${path}@${version}`] ?? license ?? licenceIn(join(root, path)),
    }));
}

function licenceIn(folder: string): string {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return "unknown";
  const { license } = JSON.parse(readFileSync(file, "utf8")) as { license?: unknown };
  return typeof license === "string" ? license : "unknown";
}

/** Advisories of the registry. @returns `null` when it cannot be asked. */
function advisories(root: string): Readonly<Record<string, number>> | null {
  const { stdout } = spawnSync("npm", ["audit", "--json", "--audit-level=high"], {
    cwd: root,
    encoding: "utf8",
    timeout: 120_000,
  });
  try {
    const report = JSON.parse(stdout) as { metadata?: { vulnerabilities?: Readonly<Record<string, number>> } };
    return report.metadata?.vulnerabilities ?? null;
  } catch {
    // No answer, or none that is JSON: a registry without this service.
    return null;
  }
}

function main(): void {
  const root = resolve(import.meta.dirname, "..");
  const all = packages(root);
  const bad = all.filter(({ licence }) => !allowed(licence));
  for (const { path, version, licence } of bad)
    console.error(`${path} ${version}: licence ${licence} is not on the list`);
  console.log(`${all.length} packages, ${bad.length} with a licence that is not on the list`);
  const found = advisories(root);
  const grave = found === null ? 0 : (found["high"] ?? 0) + (found["critical"] ?? 0);
  if (found === null) console.error("NOT ASKED: the registry gives no advisories here; npm audit was not made.");
  else console.log(`npm audit: ${JSON.stringify(found)}`);
  const place = process.argv.indexOf("--sbom");
  const file = place === -1 ? undefined : process.argv[place + 1];
  if (file !== undefined) writeFileSync(file, sbom(root));
  process.exitCode = bad.length > 0 || grave > 0 || all.length === 0 ? 1 : 0;
}

/** A software bill of materials (CycloneDX), as npm itself makes it from the lock file. */
function sbom(root: string): string {
  const { stdout, status, stderr } = spawnSync(
    "npm",
    ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only", "--omit", "dev"],
    { cwd: root, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
  );
  if (status !== 0) throw new Error(`npm sbom failed: ${stderr}`);
  return stdout;
}

if (process.argv[1] === import.meta.filename) main();
