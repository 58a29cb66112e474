import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WebServer } from "#api";
import { pair, type Party, party, PURPOSE } from "../federation/two-nodes.ts";
import { type Desk, hasBrowser, look, openBrowser, signIn } from "./browser.ts";

type Who = keyof Party["officers"];

/** Two real nodes, each with its workbench; officers in real browsers. */
describe.runIf(hasBrowser)("the main story in the workbench", () => {
  let browser: Browser;
  let a: Party;
  let b: Party;
  const servers = new Map<Party, WebServer>();

  async function desk(side: Party, who: Who, options: Parameters<typeof signIn>[2] = {}): Promise<Desk> {
    const port = servers.get(side)?.port ?? 0;
    const setup = { kind: "job", party: side.node.self.id, name: "setup", may: [] } as const;
    const token = await side.node.access.signInToken(setup, side.officers[who].officer);
    return signIn(browser, `http://127.0.0.1:${port}/sign-in#token=${token}`, options);
  }

  beforeAll(async () => {
    [a, b] = await Promise.all([party("Islamabad"), party("Washington")]);
    browser = await openBrowser();
    for (const side of [a, b]) servers.set(side, await side.node.serveWeb(() => side.link?.wake()));
    await pair(a, b);
    const open = await a.mark({ releasableTo: [b.node.self.id], caveats: ["For the two delegations only."] });
    await a.record(
      { type: "threat-actor", name: "Balochistan Liberation Army", aliases: ["BLA", "بلوچستان لبریشن آرمی"] },
      [open],
    );
    await a.record({ type: "identity", name: "Noor Wali Mehsud", identity_class: "individual" }, [open]);
    for (const abstract of ["National note", "Meeting note"]) {
      const about = "identity--11111111-1111-4111-8111-111111111111";
      await a.record({ type: "note", abstract, content: "For us alone.", object_refs: [about] }, []);
    }
    await a.node.safeguards.addBasis(a.officers.disclosure, {
      title: "Arrangement on counterterrorism cooperation",
      citation: "art. 4",
      purposes: [PURPOSE],
      parties: [b.node.self.id],
      validFrom: "2025-01-01T00:00:00.000000Z",
      validUntil: null,
    });
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    for (const server of servers.values()) await server.close();
    await Promise.all([a.close(), b.close()]);
  });

  test("an analyst drafts, a second officer approves, the partner reads it in Urdu, both verify", async () => {
    const analyst = await desk(a, "analyst");
    await look(analyst.page, "analyst-home-en");
    await analyst.go("/releases/new");
    await analyst.page.getByRole("combobox", { name: "To" }).click();
    await analyst.page.getByRole("option", { name: "Washington" }).click();
    await analyst.page.getByLabel("Title").fill("For the round of August");
    await analyst.page.getByRole("combobox", { name: "Records" }).click();
    for (const name of ["Balochistan", "Noor Wali", "National note"]) {
      await analyst.page.getByRole("combobox", { name: "Records" }).fill(name);
      await analyst.page.getByRole("option", { name: new RegExp(name) }).click();
    }
    await analyst.page.keyboard.press("Escape");
    await analyst.page.getByRole("button", { name: "Save the draft" }).click();
    // Everything that stands in the way is said at once, with the way on.
    await analyst.page.getByText("No purpose is stated.").first().waitFor();
    await analyst.page.getByText("No legal basis is named.").waitFor();
    await look(analyst.page, "release-draft-refused-en");
    await analyst.page.getByRole("combobox", { name: "Purpose" }).click();
    await analyst.page.getByRole("option", { name: PURPOSE }).click();
    await analyst.page.getByRole("combobox", { name: "Legal basis" }).click();
    await analyst.page.getByRole("option", { name: /Arrangement/ }).click();
    await analyst.page.getByLabel("Why it is needed").fill("A shared case.");
    await analyst.page.getByRole("button", { name: "Submit to the second officer" }).click();
    await analyst.page.getByText("Waits for the second officer").first().waitFor();
    await analyst.page.getByText("It has no handling terms, so it goes to nobody.").waitFor();
    await look(analyst.page, "release-submitted-en");
    expect(await analyst.page.getByRole("button", { name: "Approve: it leaves" }).count()).toBe(0);

    const disclosure = await desk(a, "disclosure", { dark: true });
    await look(disclosure.page, "disclosure-home-dark-en");
    await disclosure.page.getByRole("main").getByText("For the round of August").click();
    await disclosure.page.getByRole("button", { name: "Approve: it leaves" }).click();
    await disclosure.page.getByText("Receipt is back").first().waitFor();
    await look(disclosure.page, "release-approved-dark-en");
    const [download] = await Promise.all([
      disclosure.page.waitForEvent("download"),
      disclosure.page.getByRole("link", { name: "Evidence bundle" }).click(),
    ]);
    const evidence = readFileSync(await download.path(), "utf8");

    const partner = await desk(b, "analyst", { language: "ur" });
    expect(await partner.page.locator("html").getAttribute("dir")).toBe("rtl");
    await look(partner.page, "partner-home-ur");
    await partner.go("/inbox");
    await partner.page.getByText("For the round of August").waitFor();
    await look(partner.page, "partner-inbox-ur");
    await partner.page.getByRole("link", { name: "Balochistan Liberation Army" }).click();
    await partner.page.getByText("For the two delegations only.").waitFor();
    await look(partner.page, "partner-record-ur");
    expect(await partner.page.getByText("National note").count()).toBe(0);

    const overseer = await desk(a, "overseer");
    await overseer.go("/ledger");
    await overseer.page.getByRole("button", { name: "Verify both logs" }).click();
    await overseer.page.getByText("Verified", { exact: true }).nth(1).waitFor();
    const choose = (text: string) =>
      overseer.page
        .locator('input[type="file"]')
        .setInputFiles({ name: "evidence.json", mimeType: "application/json", buffer: Buffer.from(text) });
    await choose(evidence);
    await overseer.page.getByText("Genuine", { exact: true }).waitFor();
    await look(overseer.page, "ledger-genuine-en");
    await choose(evidence.replace('"index": 1', '"index": 0'));
    await overseer.page.getByText("Refused", { exact: true }).waitFor();
    await look(overseer.page, "ledger-refused-en");
    for (const each of [analyst, disclosure, partner, overseer]) {
      expect(each.errors).toEqual([]);
      await each.context.close();
    }
  }, 120_000);

  test("a record is marked from its page, and what its text says stays", async () => {
    const analyst = await desk(a, "analyst");
    await analyst.go("/records?q=Meeting");
    await analyst.page.getByRole("link", { name: "Meeting note" }).click();
    await analyst.page.getByText("it has no handling terms").waitFor();
    await analyst.page.getByRole("button", { name: "Mark" }).click();
    await analyst.page.getByText("New handling terms").click();
    await analyst.page.getByRole("button", { name: "Make the terms" }).click();
    await analyst.page.getByRole("dialog").getByText("National only. It goes to no partner.").first().waitFor();
    await look(analyst.page, "record-mark-en");
    await analyst.page.getByRole("button", { name: "Save", exact: true }).click();
    await analyst.page.getByRole("dialog").waitFor({ state: "hidden" });
    await analyst.page.getByRole("main").getByText("National only. It goes to no partner.").waitFor();
    expect(analyst.errors).toEqual([]);
    await analyst.context.close();
  }, 60_000);

  test.each([
    ["en", 1280],
    ["en", 390],
    ["ur", 1280],
    ["ur", 390],
  ] as const)(
    "every screen, %s at %i pixels: accessible, nothing cut off, no console error",
    async (language, width) => {
      const analyst = await desk(a, "analyst", { language, width });
      for (const path of [
        "/",
        "/inbox",
        "/records",
        "/releases",
        "/releases/new",
        "/import",
        "/bases",
        "/channels",
        "/ledger",
      ]) {
        await analyst.go(path);
        await look(analyst.page, `${path === "/" ? "home" : path.slice(1).replaceAll("/", "-")}-${language}-${width}`);
      }
      expect(analyst.errors).toEqual([]);
      await analyst.context.close();
      const administrator = await desk(a, "administrator", { language, width });
      await administrator.go("/channels");
      await look(administrator.page, `administrator-channels-${language}-${width}`);
      await administrator.go("/records");
      await look(administrator.page, `administrator-records-${language}-${width}`);
      await administrator.context.close();
    },
    120_000,
  );

  test("a link signs in once, and a page asked for without signing in says so", async () => {
    const port = servers.get(a)?.port ?? 0;
    const setup = { kind: "job", party: a.node.self.id, name: "setup", may: [] } as const;
    const token = await a.node.access.signInToken(setup, a.officers.analyst.officer);
    const link = `http://127.0.0.1:${port}/sign-in#token=${token}`;
    const first = await signIn(browser, link);
    await first.context.close();
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(link);
    await page.getByRole("alert").waitFor();
    await look(page, "sign-in-used-link-en");
    await page.goto(`http://127.0.0.1:${port}/records`);
    await page.waitForURL((url) => url.pathname.includes("sign-in"));
    await context.close();
  }, 60_000);
});
