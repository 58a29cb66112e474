/** Debian's packages for the tests: installed where it may be (as root), and otherwise done without, loudly. */
import { spawnSync } from "node:child_process";

const noninteractive = "DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends";

/** True when it is there, after installing `packages` if it was not and this is root. */
export function provides(isThere: () => boolean, packages: readonly string[]): boolean {
  if (!isThere() && process.getuid?.() === 0) {
    console.error(`Installing ${packages.join(" ")} …`);
    const command = `apt-get update -qq && ${noninteractive} ${packages.join(" ")}`;
    spawnSync("sh", ["-c", command], { stdio: ["ignore", "ignore", "inherit"] });
  }
  return isThere();
}
