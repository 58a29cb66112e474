/** `npm run demo`: two parties, and a third as their witness and as one to whom a record is passed on, on this machine do the main job on real input. `-- --once --json` does it and ends. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openSide, PURPOSE, type Side } from "./party.ts";
import { tellStory } from "./story.ts";

const { values } = parseArgs({
  options: { once: { type: "boolean", default: false }, json: { type: "boolean", default: false } },
});
const started = performance.now();
const folder = mkdtempSync(join(tmpdir(), "entente-demo-"));
const say = (line: string): void => (values.json ? console.error(line) : console.log(line));
let step = 0;

const people = (
  place: string,
  names: Readonly<Record<"desk" | "analyst" | "disclosure" | "overseer" | "administrator", string>>,
) => [
  { role: "desk-officer" as const, name: names.desk, email: `desk@${place}.example` },
  { role: "analyst" as const, name: names.analyst, email: `analyst@${place}.example` },
  { role: "disclosure-officer" as const, name: names.disclosure, email: `disclosure@${place}.example` },
  { role: "overseer" as const, name: names.overseer, email: `overseer@${place}.example` },
  { role: "administrator" as const, name: names.administrator, email: `admin@${place}.example` },
];

let sides: readonly Side[] = [];
try {
  sides = await Promise.all([
    openSide({
      folder: join(folder, "islamabad"),
      name: "Islamabad desk",
      purposes: [PURPOSE, "diplomatic-engagement"],
      webPort: 4081,
      officers: people("islamabad", {
        desk: "Desk officer",
        analyst: "Analyst",
        disclosure: "Disclosure officer",
        overseer: "Overseer",
        administrator: "Administrator",
      }),
    }),
    openSide({
      folder: join(folder, "washington"),
      name: "Washington desk",
      purposes: [PURPOSE, "criminal-investigation"],
      webPort: 4082,
      officers: people("washington", {
        desk: "Desk officer",
        analyst: "Analyst",
        disclosure: "Disclosure officer",
        overseer: "Overseer",
        administrator: "Administrator",
      }),
    }),
    openSide({
      folder: join(folder, "ankara"),
      name: "Ankara desk",
      purposes: [PURPOSE],
      webPort: 4083,
      officers: people("ankara", {
        desk: "Desk officer",
        analyst: "Analyst",
        disclosure: "Disclosure officer",
        overseer: "Overseer",
        administrator: "Administrator",
      }),
    }),
  ]);
  const [a, b, c] = sides;
  if (a === undefined || b === undefined || c === undefined) throw new Error("three sides");
  const result = await tellStory(a, b, c, folder, (what, detail) =>
    say(`${String(++step).padStart(2)}. ${what}${detail === undefined ? "" : `\n    ${detail}`}`),
  );
  result.seconds = Math.round((performance.now() - started) / 10) / 100;
  say(`\n${result.ok ? "Every step held" : "A STEP DID NOT HOLD"}, in ${result.seconds} s.`);
  if (!values.once) await stayOpen([a, b, c], result.evidence);
  if (values.once) {
    if (values.json) console.log(JSON.stringify(result));
    process.exitCode = result.ok ? 0 : 1;
  }
} catch (error) {
  if (values.json)
    console.log(JSON.stringify({ ok: false, error: error instanceof Error ? error.message : String(error) }));
  console.error(error);
  process.exitCode = 1;
}
for (const side of sides) {
  await side.link.close();
  await side.node.close();
}

/** The workbenches stay open until Ctrl-C, with a one-time sign-in link for each officer. */
async function stayOpen(open: readonly Side[], evidence: string): Promise<void> {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  const servers = [];
  for (const side of open) {
    const web = await side.node.serveWeb(() => side.link.wake());
    servers.push(web);
    say(`\n${side.node.self.name}: http://localhost:${web.port}`);
    for (const { role, email } of side.people) {
      const { officer } = side.as(role);
      const token = await side.node.access.signInToken(
        { kind: "job", party: side.node.self.id, name: "demo", may: [] },
        officer,
      );
      say(`  ${role.padEnd(18)} ${email.padEnd(30)} http://localhost:${web.port}/sign-in#token=${token}`);
    }
  }
  say(`\nTry: bin/entente evidence check ${evidence}\nEach link signs in once. Stop with Ctrl-C.`);
  await new Promise<void>((resolve) => stop.signal.addEventListener("abort", () => resolve(), { once: true }));
  for (const server of servers) await server.close();
}
