/** The outside verifier in Go (tools/verify-log): built from Debian's packages alone, no module proxy, no network. */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";

const GOPATH = "/usr/share/gocode";

export const GO_PACKAGES: readonly string[] = ["golang-go", "golang-golang-x-mod-dev"];

export function goIsThere(): boolean {
  return existsSync("/usr/bin/go") && existsSync(`${GOPATH}/src/golang.org/x/mod/sumdb/tlog`);
}

/** @throws Error with the compiler's words when it does not build. */
export function buildVerifier(out: string): void {
  const { status, stderr } = spawnSync("/usr/bin/go", ["build", "-o", out, "."], {
    cwd: resolve(import.meta.dirname, "verify-log"),
    env: { ...process.env, GO111MODULE: "off", GOPATH, GOFLAGS: "", GOPROXY: "off" },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`tools/verify-log does not build: ${stderr}`);
}
