import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { expect } from "vitest";

/** Debian's browser: the test command installs it. */
const CHROMIUM = "/usr/bin/chromium";
export const hasBrowser = existsSync(CHROMIUM);

/** Kept for a person to look at; not part of the repository. */
const SHOTS = resolve(import.meta.dirname, "../../.cache/screens");

export async function openBrowser(): Promise<Browser> {
  mkdirSync(SHOTS, { recursive: true });
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"];
  return chromium.launch({
    executablePath: CHROMIUM,
    args: [...args, "--disable-background-networking", "--disable-component-update"],
  });
}

export interface Desk {
  readonly context: BrowserContext;
  readonly page: Page;
  /** What the page's console called an error. */
  readonly errors: string[];
  /** Goes to an address of this node. */
  go(path: string): Promise<void>;
}

/** One officer's browser, signed in by a one-time link. */
export async function signIn(
  browser: Browser,
  link: string,
  { language = "en", width = 1280, dark = false }: { language?: "en" | "ur"; width?: number; dark?: boolean } = {},
): Promise<Desk> {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    locale: language === "ur" ? "ur-PK" : "en-GB",
    colorScheme: dark ? "dark" : "light",
    acceptDownloads: true,
  });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const errors: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(link);
  await page.waitForURL((url) => !url.pathname.includes("sign-in"));
  return { context, page, errors, go: async (path) => void (await page.goto(new URL(path, page.url()).href)) };
}

/** The page as it stands: no accessibility violation, nothing wider than the window, and a picture of it. */
export async function look(page: Page, name: string): Promise<void> {
  await page.locator("h1").first().waitFor();
  // The page's policy forbids to wait inside it: ask from here until nothing loads and nothing moves.
  const restless = "document.querySelector('.mantine-Skeleton-root') !== null || document.getAnimations().length > 0";
  await expect.poll(() => page.evaluate<boolean>(restless), { timeout: 10_000 }).toBe(false);
  await page.screenshot({ path: join(SHOTS, `${name}.png`) });
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect
    .soft(
      violations.map(
        ({ id, nodes }) =>
          `${id}: ${nodes.map((node) => `${node.html.replace(/ (class|style|data-[a-z-]+)="[^"]*"/g, "").slice(0, 120)} ${node.any[0]?.message ?? ""}`).join(" | ")}`,
      ),
      name,
    )
    .toEqual([]);
  const overflow = await page.evaluate<number>(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  );
  expect(overflow, `${name} scrolls sideways`).toBeLessThanOrEqual(0);
}
