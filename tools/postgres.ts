/** A PostgreSQL of our own for the tests: a fresh cluster in a temporary folder, on a socket there, ended with the run. */
import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { provides } from "./debian.ts";

export interface TestPostgres {
  readonly url: string;
  stop(): void;
}

const ROOT = "/usr/lib/postgresql";

function binaries(): string | null {
  if (!existsSync(ROOT)) return null;
  const versions = readdirSync(ROOT)
    .filter((version) => existsSync(join(ROOT, version, "bin", "initdb")))
    .toSorted((a, b) => Number(b) - Number(a));
  return versions[0] === undefined ? null : join(ROOT, versions[0], "bin");
}

function account(name: string): { uid: number; gid: number } | null {
  const line = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((entry) => entry.startsWith(`${name}:`));
  if (line === undefined) return null;
  const [, , uid, gid] = line.split(":");
  return { uid: Number(uid), gid: Number(gid) };
}

/** Starts it; installs Debian's package first when it is missing and this is root. `null` when it cannot be had. */
export function startPostgres(): TestPostgres | null {
  const root = process.getuid?.() === 0;
  provides(() => binaries() !== null, ["postgresql", "postgresql-contrib"]);
  const bin = binaries();
  if (bin === null) return null;
  const who = root ? (account("postgres") ?? account("nobody")) : null;
  const home = mkdtempSync(join(tmpdir(), "entente-pg-"));
  chmodSync(home, 0o700);
  if (who !== null) chownSync(home, who.uid, who.gid);
  const data = join(home, "data");
  const call = (program: string, args: readonly string[]) =>
    spawnSync(join(bin, program), args, { cwd: home, stdio: ["ignore", "ignore", "inherit"], ...who }).status === 0;
  const settings = `-c listen_addresses='' -c unix_socket_directories=${home} -c max_connections=100`;
  const started =
    call("initdb", ["-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]) &&
    call("pg_ctl", ["-D", data, "-w", "-t", "60", "-l", join(home, "log"), "-o", settings, "start"]);
  const remove = () => rmSync(home, { recursive: true, force: true });
  if (!started) {
    remove();
    return null;
  }
  return {
    url: `postgresql://postgres@localhost/postgres?host=${encodeURIComponent(home)}`,
    stop() {
      call("pg_ctl", ["-D", data, "-m", "immediate", "stop"]);
      remove();
    },
  };
}
