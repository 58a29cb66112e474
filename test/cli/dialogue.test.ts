import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "entente-dialogue-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function entente(...args: readonly string[]) {
  const as = args[0] === "init" || args[0] === "officer" ? "admin@localhost" : "desk@x.org";
  const { status, stdout, stderr } = spawnSync(
    join(root, "bin/entente"),
    [...args, "--home", "node", "--as", as, "--json"],
    {
      encoding: "utf8",
      cwd: folder,
    },
  );
  const json = stdout.startsWith("{") ? (JSON.parse(stdout) as Record<string, never>) : {};
  return { status, json: json as Record<string, unknown>, err: stderr };
}

const made = (...args: readonly string[]): string => {
  const { status, json, err } = entente("dialogue", ...args);
  expect(status, `${args.join(" ")}\n${JSON.stringify(json)}\n${err}`).toBe(0);
  return json["id"] as string;
};

beforeAll(() => {
  expect(entente("init", "--party", "Islamabad", "--link-port", "14463").status).toBe(0);
  expect(entente("officer", "add", "--name", "Desk", "--email", "desk@x.org", "--role", "desk-officer").status).toBe(0);
}, 60_000);

describe("a dialogue on the command line", () => {
  test("FATF: 34 of 34 claimed in June 2022, verified only by the visit, off the list in October", () => {
    const fatf = "identity--22222222-2222-4222-8222-222222222222";
    const dialogue = made("new", "--name", "FATF action plans", "--party", "Pakistan=us", `FATF=${fatf}`);
    const plan = made(
      "statement",
      "add",
      "--template",
      "fatf-action-plan",
      "--dialogue",
      dialogue,
      "--on",
      "2018-06-29",
      "--name",
      "Action plans of 2018 and 2021",
    );
    const commitment = made(
      "commitments",
      "mark",
      plan,
      "--start",
      "0",
      "--end",
      "40",
      "--name",
      "34 items of both action plans",
      "--area",
      "Action plan",
      "--owed-by",
      "us",
      "--owed-to",
      "FATF",
      "--due",
      "2022-10-21",
    );
    const assess = (...more: readonly string[]) =>
      entente(
        "dialogue",
        "assess",
        commitment,
        "--score",
        "1",
        "--completion",
        "complete",
        "--reasons",
        "34 of 34.",
        ...more,
      );
    // Nobody scores before it is said what counts as done, and nobody calls a claim verified.
    expect(assess("--on", "2022-06-17").json).toMatchObject({ error: { code: "guideline-missing" } });
    expect(
      entente("dialogue", "commitments", "amend", commitment, "--guideline", "34 of 34 items, seen on site.").status,
    ).toBe(0);
    expect(assess("--standing", "verified").json).toMatchObject({ error: { code: "not-verified" } });
    const claim = made(
      "evidence",
      commitment,
      "--shows",
      "34 of 34 items largely addressed",
      "--source",
      "FATF plenary, 17 June 2022",
      "--by",
      "FATF",
      "--on",
      "2022-06-17",
    );
    expect(assess("--standing", "verified", "--evidence", claim).json).toMatchObject({
      error: { code: "not-verified" },
    });
    expect(assess("--standing", "claimed-complete", "--evidence", claim, "--on", "2022-06-17").status).toBe(0);
    const visit = made(
      "evidence",
      commitment,
      "--shows",
      "On-site visit, 29 August to 2 September 2022",
      "--source",
      "FATF plenary, 21 October 2022",
      "--by",
      "FATF",
      "--on",
      "2022-09-02",
      "--verified",
    );
    expect(assess("--standing", "verified", "--evidence", visit, "--on", "2022-10-21", "--final").status).toBe(0);
    // What counts as done is fixed once it was scored.
    expect(entente("dialogue", "commitments", "amend", commitment, "--guideline", "Less.").json).toMatchObject({
      error: { code: "guideline-fixed" },
    });

    const { json } = entente("dialogue", "progress", dialogue, "--on", "2022-06-30", "2022-10-21");
    const points = json["points"] as { byParty: { claimed: number; verified: number }[] }[];
    expect(points.map(({ byParty }) => [byParty[0]?.claimed, byParty[0]?.verified])).toEqual([
      [1, 0],
      [0, 1],
    ]);
    const screen = entente("dialogue", "next-round", dialogue).json as {
      areas: { commitments: { state: string }[] }[];
    };
    expect(screen.areas[0]?.commitments[0]?.state).toBe("done");
  }, 120_000);

  test("two statements compared by spans, the record drafted and signed, exported", () => {
    const dialogue = made(
      "new",
      "--name",
      "Talks",
      "--party",
      "Islamabad=us",
      "Partner=identity--33333333-3333-4333-8333-333333333333",
      "--area",
      "Borders",
    );
    const round = made(
      "round",
      dialogue,
      "--place",
      "Islamabad",
      "--on",
      "2025-08-12",
      "--chair",
      "Nabeel Munir; Special Secretary; Islamabad",
    );
    writeFileSync(join(folder, "one.txt"), "Both sides agreed to meet each year.\nThey thanked the hosts.");
    writeFileSync(
      join(folder, "two.html"),
      "<html><body><p>Both sides agreed to meet twice each year.</p><p>They will counter propaganda.</p></body></html>",
    );
    const [one, two] = [
      made("statement", "add", "one.txt", "--dialogue", dialogue, "--on", "2024-05-10"),
      made("statement", "add", "two.html", "--dialogue", dialogue, "--round", round, "--on", "2025-08-12"),
    ];
    expect(entente("dialogue", "diff", one, two).json).toMatchObject({ added: 1, dropped: 1, changed: 1 });
    // The words come from the statement itself, whatever the officer would call them.
    const commitment = made(
      "commitments",
      "mark",
      two,
      "--start",
      "0",
      "--end",
      "42",
      "--name",
      "Meet twice",
      "--area",
      "Borders",
      "--owed-by",
      "us",
      "--due",
      "2025-09-01",
    );
    expect(entente("dialogue", "commitments", dialogue).json["commitments"]).toMatchObject([
      { id: commitment, text: "Both sides agreed to meet twice each year.", state: "overdue", origin: "agreed-text" },
    ]);
    expect(
      entente(
        "dialogue",
        "commitments",
        "mark",
        two,
        "--start",
        "40",
        "--end",
        "9000",
        "--name",
        "x",
        "--area",
        "y",
        "--owed-by",
        "us",
      ).json,
    ).toMatchObject({ error: { code: "span-mismatch" } });

    const record = made("record", "draft", "one.txt", "--round", round, "--name", "Record");
    const shown = entente("dialogue", "sign", record, "--by", "Nabeel Munir").json;
    expect(shown["signed"]).toBe(false);
    expect(
      entente("dialogue", "sign", record, "--by", "Nabeel Munir", "--sha256", String(shown["sha256"])).json["signed"],
    ).toBe(true);
    expect(entente("dialogue", "record", dialogue).json["records"]).toMatchObject([
      { state: "signed-by-some", signatures: [{ state: "valid" }, { state: "missing" }] },
    ]);

    const text = (format: string) => entente("dialogue", "export", dialogue, "--format", format).json["text"] as string;
    expect(text("csv").split("\r\n")[1]).toContain("Both sides agreed to meet twice each year.");
    expect(text("ics")).toMatch(/^BEGIN:VCALENDAR\r\n[^]*SUMMARY:Due: Meet twice\r\n[^]*END:VCALENDAR\r\n$/);
    expect(entente("dialogue", "export", dialogue, "--format", "xls").status).toBe(1);
    expect(spawnSync(join(root, "bin/entente"), ["dialogue", "assess"], { cwd: folder }).status).toBe(2);
    expect(readFileSync(join(folder, "one.txt"), "utf8")).toContain("thanked");
  }, 120_000);
});
