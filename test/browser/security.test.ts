import type { Browser, CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { WebServer } from "#api";
import { type Party, party } from "../federation/two-nodes.ts";
import { hasBrowser, look, openBrowser, signIn } from "./browser.ts";

/** A passkey in Chromium's own virtual authenticator (WebAuthn level 3 §11, by the DevTools protocol). */
async function withAuthenticator(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return session;
}

describe.runIf(hasBrowser)("an officer's own security in the workbench", () => {
  let browser: Browser;
  let a: Party;
  let web: WebServer;

  async function link(who: keyof Party["officers"]): Promise<string> {
    const setup = { kind: "job", party: a.node.self.id, name: "setup", may: [] } as const;
    const token = await a.node.access.signInToken(setup, a.officers[who].officer);
    return `http://localhost:${web.port}/sign-in#token=${token}`;
  }

  beforeAll(async () => {
    [a, browser] = await Promise.all([party("Islamabad"), openBrowser()]);
    web = await a.node.serveWeb(() => undefined);
  }, 60_000);
  afterAll(async () => {
    await browser.close();
    await web.close();
    await a.close();
  });

  test("a passkey is added, signs in, and opens what rests on it; codes and tokens are shown once", async () => {
    const desk = await signIn(browser, await link("disclosure"));
    const { page } = desk;
    await withAuthenticator(page);
    await desk.go("/security");
    await page.getByText("You have none yet.").waitFor();
    await look(page, "security-empty-en");
    await page.getByLabel("Name of the passkey").fill("This laptop");
    await page.getByRole("button", { name: "Add a passkey" }).click();
    await page.getByRole("button", { name: "Remove This laptop" }).waitFor();
    await page.getByRole("button", { name: "Make new codes" }).click();
    await expect.poll(() => page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem").count()).toBe(10);
    const code =
      (await page.getByRole("list", { name: "Recovery codes" }).getByRole("listitem").first().textContent()) ?? "";
    await look(page, "security-codes-en");
    await page.getByRole("button", { name: "disclosure-officer" }).click();
    await page.getByRole("menuitem", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.getByText(/What waits for you/).waitFor();
    // In by a link, with a passkey in the house: what changes passkeys asks first, and the passkey answers.
    await page.goto(await link("disclosure"));
    await page.getByText(/What waits for you/).waitFor();
    await desk.go("/security");
    await page.getByRole("button", { name: "Remove This laptop" }).click();
    await page.getByRole("button", { name: "Confirm with your passkey" }).click();
    await page.getByText("Confirmed. Now do it again.").waitFor();
    await look(page, "security-confirmed-en");
    await page.getByRole("button", { name: "Remove This laptop" }).click();
    await page.getByText("You have none yet.").waitFor();
    expect(desk.errors.filter((error) => !/40[13]/.test(error))).toEqual([]);
    await desk.context.close();

    const other = await browser.newContext({ locale: "en-GB" });
    const lost = await other.newPage();
    await lost.goto(`http://localhost:${web.port}/sign-in`);
    await look(lost, "sign-in-en");
    await lost.getByRole("button", { name: "Use a recovery code" }).click();
    await lost.getByLabel("Your e-mail address").fill("disclosure-officer@example.org");
    await lost.getByLabel("Recovery code").fill("WRONG");
    await lost.getByRole("button", { name: "Sign in", exact: true }).click();
    await lost.getByRole("alert").waitFor();
    await look(lost, "sign-in-recovery-refused-en");
    await lost.getByLabel("Recovery code").fill(code);
    await lost.getByRole("button", { name: "Sign in", exact: true }).click();
    await lost.getByText(/What waits for you/).waitFor();
    await other.close();
  }, 120_000);

  test.each(["en", "ur"] as const)(
    "security, activity, oversight and sign-in in %s, at two widths",
    async (language) => {
      for (const width of [1280, 390]) {
        const desk = await signIn(browser, await link("overseer"), { language, width });
        for (const path of ["/security", "/activity", "/audit"]) {
          await desk.go(path);
          await look(desk.page, `${path.slice(1)}-${language}-${width}`);
        }
        await desk.page.getByRole("button", { name: language === "en" ? "Verify the log" : "کھاتہ جانچیں" }).click();
        await desk.page.getByText(language === "en" ? /^Verified: / : /^درست: /).waitFor();
        await look(desk.page, `audit-verified-${language}-${width}`);
        expect(desk.errors).toEqual([]);
        await desk.context.close();
      }
    },
    120_000,
  );
});
