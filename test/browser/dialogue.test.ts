import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { extractText, getDocumentProxy } from "unpdf";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WebServer } from "#api";
import { recordRound } from "../federation/dialogue-round.ts";
import { type Party, pair, party } from "../federation/two-nodes.ts";
import { type Desk, hasBrowser, look, openBrowser, signIn } from "./browser.ts";

/** The desk officer's work before a round, in a real browser. */
describe.runIf(hasBrowser)("a dialogue in the workbench", () => {
  let browser: Browser;
  let a: Party;
  let b: Party;
  let server: WebServer;
  let dialogue = "";
  const desk = async (options: Parameters<typeof signIn>[2] = {}): Promise<Desk> => {
    const setup = { kind: "job", party: a.node.self.id, name: "setup", may: [] } as const;
    const token = await a.node.access.signInToken(setup, a.officers.analyst.officer);
    return signIn(browser, `http://127.0.0.1:${server.port}/sign-in#token=${token}`, options);
  };

  beforeAll(async () => {
    [a, b] = await Promise.all([party("Islamabad"), party("Washington")]);
    browser = await openBrowser();
    server = await a.node.serveWeb(() => a.link?.wake());
    await pair(a, b);
    const marking = await a.mark({ releasableTo: [b.node.self.id], caveats: ["For the two delegations only."] });
    ({ dialogue } = await recordRound(a, b, marking));
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await server.close();
    await Promise.all([a.close(), b.close()]);
  });

  test("begin one, then the round of August: score, mark words, keep a note, print with its marking", async () => {
    const officer = await desk();
    const { page } = officer;
    await officer.go("/dialogues");
    await look(page, "dialogues-en");
    await page.getByLabel("Name").fill("A first series");
    await page.getByRole("combobox", { name: "With" }).click();
    await page.getByRole("option", { name: "Washington" }).click();
    await page.getByRole("button", { name: "Begin" }).click();
    await page.getByRole("heading", { level: 1, name: "A first series" }).waitFor();
    await look(page, "dialogue-empty-en");

    await officer.go(`/dialogues/${dialogue}`);
    await page.getByText("40 days to the next round").waitFor();
    await page
      .getByRole("button", { name: /^Our word/ })
      .first()
      .click();
    await page.getByRole("textbox", { name: "Reasons" }).fill("Two courses were held.");
    await page.getByRole("button", { name: "Record our word" }).click();
    await page.getByText("Two courses were held.").waitFor();
    await page.getByLabel("Note, in a word").fill("For ourselves");
    await page.getByLabel("For ourselves").fill("Ask for the working group first.");
    await page.getByRole("button", { name: "Keep the note" }).click();
    await page.getByRole("complementary").getByText("Ask for the working group first.").waitFor();
    await look(page, "dialogue-en");

    const pdf = await page.pdf({ format: "A4" });
    writeFileSync(join(resolve(import.meta.dirname, "../../.cache/screens"), "dialogue.pdf"), pdf);
    const { text } = await extractText(await getDocumentProxy(new Uint8Array(pdf)), { mergePages: false });
    expect(text.length).toBeGreaterThan(1);
    for (const printed of text) expect(printed).toContain("For the two delegations only.");

    await officer.go(`/dialogues/${dialogue}/statements`);
    await page.getByText("building stronger institutional frameworks").first().waitFor();
    // Words are chosen in the text as with the mouse.
    await page.getByRole("region", { name: "Joint statement, text in en" }).getByText("applauded Pakistan").waitFor();
    await page.evaluate(`(() => {
      const box = [...document.querySelectorAll(".statement")].find((one) => one.textContent.includes("applauded"));
      const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const at = node.data.indexOf("effective approaches to terrorist threats");
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(node, at);
        range.setEnd(node, at + "effective approaches to terrorist threats".length);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
      }
      box.dispatchEvent(new MouseEvent("mouseup", { bubbles: true }));
    })()`);
    await page.getByLabel("Area").fill("Emerging technologies");
    await look(page, "statement-marking-en");
    await page.getByRole("button", { name: "Mark it" }).click();
    await page.locator("mark", { hasText: "effective approaches to terrorist threats" }).waitFor();
    expect(officer.errors).toEqual([]);
  }, 120_000);

  test("in Urdu, narrow, dark", async () => {
    const officer = await desk({ language: "ur", width: 390, dark: true });
    await officer.go("/dialogues");
    await look(officer.page, "dialogues-narrow-ur");
    await officer.go(`/dialogues/${dialogue}`);
    await officer.page.getByText("متفقہ").first().waitFor();
    await look(officer.page, "dialogue-narrow-ur");
    await officer.go(`/dialogues/${dialogue}/statements`);
    await officer.page.locator("mark").first().waitFor();
    await look(officer.page, "statements-narrow-ur");
    await officer.go("/dialogues/dialogue--11111111-1111-4111-8111-111111111111");
    await officer.page.getByRole("alert").waitFor();
    const wide = await desk({ language: "ur", width: 1600 });
    await wide.go(`/dialogues/${dialogue}`);
    await wide.page.getByText("متفقہ").first().waitFor();
    await look(wide.page, "dialogue-wide-ur");
  }, 120_000);
});
