import { spawn } from "node:child_process";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pair, type Party, party, PURPOSE, release, until } from "../federation/two-nodes.ts";

const root = resolve(import.meta.dirname, "../..");
let a: Party;
let b: Party;
let channel: string;

beforeAll(async () => {
  [a, b] = await Promise.all([party("Islamabad"), party("Washington")]);
  channel = await pair(a, b);
  const setup = { kind: "job", party: a.node.self.id, name: "setup", may: [] } as const;
  for (const name of ["second", "third"])
    await a.node.access.addOfficer(setup, { name, email: `${name}@example.org`, roles: ["disclosure-officer"] });
}, 60_000);
afterAll(() => Promise.all([a, b].map((side) => side.close())));

/** A command beside the running node; it must not block this process, in which the nodes run. */
function entente(as: string, ...args: readonly string[]) {
  return new Promise<{ status: number | null; out: string; json: Record<string, unknown> }>((done, failed) => {
    const common = ["--home", a.node.home.folder, "--as", `${as}@example.org`, "--json"];
    const child = spawn(join(root, "bin/entente"), [...args, ...common], { cwd: root });
    let out = "";
    child.stdout.on("data", (part: Buffer) => (out += part.toString()));
    child.on("error", failed);
    child.on("close", (status) => {
      const line = out.trim().split("\n").at(-1) ?? "";
      done({ status, out, json: line.startsWith("{") ? (JSON.parse(line) as Record<string, unknown>) : {} });
    });
  });
}

test("a risk is entered, a release waits for two words, an error is reported, a case is opened and decided, as typed", async () => {
  const id = await a.record({ type: "identity", name: "A. N. Other", identity_class: "individual" }, [
    await a.mark({ releasableTo: [b.node.self.id] }),
  ]);
  await release(a, channel, [id]);
  await until("the copy", async () => b.node.store.read(b.officers.analyst, (r) => r.records.get(id)));

  const risk = ["safeguards", "risk", "add", "--kind", "rendition", "--party", "Washington", "--from", "2025-01-01"];
  const words = ["--text", "Handed on to a third state", "--source", "A court's judgment"];
  expect((await entente("third", ...risk)).status).toBe(2);
  expect((await entente("analyst", ...risk, ...words)).json).toMatchObject({ error: { code: "forbidden" } });
  expect((await entente("third", ...risk, ...words)).json).toMatchObject({
    kind: "rendition",
    parties: [b.node.self.id],
  });

  const [basis] = await a.node.store.read(a.officers.analyst, (r) => r.releases.bases());
  const draft = ["release", "draft", "--to", "Washington", "--title", "Again", "--purpose", PURPOSE, "--record", id];
  const law = ["--necessity", "A shared case.", "--basis", basis?.id ?? "", "--review-by", "2027-06-01"];
  const facts = ["--facts", JSON.stringify({ [id]: { category: "witness", age: "adult", nature: "fact" } })];
  const drafted = (await entente("analyst", ...draft, ...law, ...facts)).json;
  expect(drafted).toMatchObject({
    items: [
      { facts: { category: "witness" }, answer: { effect: "escalate", reasons: [{ rule: "real-risk-rendition" }] } },
    ],
  });
  const unsaid = await entente("analyst", ...draft, ...law, "--facts", JSON.stringify({ [id]: { category: "spy" } }));
  expect(unsaid).toMatchObject({ status: 1, json: { error: { code: "facts-invalid" } } });

  const { id: releaseId } = drafted["release"] as { id: string };
  const decide = ["safeguards", "escalation", "decide", releaseId, "--decision", "allow", "--reason", "Weighed."];
  expect((await entente("second", ...decide, "--capacity", "legal")).json).toMatchObject({ waitsFor: ["senior"] });
  expect((await entente("second", ...decide, "--capacity", "senior")).json).toMatchObject({
    error: { code: "same-officer" },
  });
  expect((await entente("third", ...decide, "--capacity", "senior")).json).toMatchObject({ items: [], waitsFor: [] });

  const opened = (await entente("analyst", "redress", "open", "--kind", "access", "--request", "What is held?")).json;
  const { id: caseId } = opened["case"] as { id: string };
  const answer = ["redress", "decide", caseId, "--outcome", "partly", "--reasons", "The rest would harm an inquiry."];
  expect((await entente("overseer", ...answer)).json).toMatchObject({ error: { code: "forbidden" } });
  expect((await entente("second", ...answer)).json).toMatchObject({ case: { state: "decided", outcome: "partly" } });
  expect((await entente("overseer", "redress", "list")).json).toMatchObject({ cases: [{ case: { id: caseId } }] });

  const what = ["error-report", "open", "--what", "The wrong man.", "--record", id, "--recall"];
  const report = (await entente("second", ...what)).json;
  expect(report).toMatchObject({ remaining: 1, recipients: [{ name: "Washington", copies: 1 }] });
  expect((await entente("overseer", "retention", "list", "--days", "9000")).json).toMatchObject({ due: [], holds: [] });
  a.link?.wake();
  await until("it is gone", async () =>
    b.node.store.read(b.officers.analyst, async (r) => (await r.records.get(id)) === null),
  );
  expect((await entente("overseer", "retention", "proof", id)).json).toMatchObject({
    gone: [{ state: "recalled" }],
    held: 0,
  });
}, 120_000);
