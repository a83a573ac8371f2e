import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Page } from "@playwright/test";
import { chromium } from "@playwright/test";
import { demoPeople } from "../prisma/demo.ts";
import { CHROMIUM_FLAGS, findChromium } from "./chromium.mjs";

/** Each screen at two widths in both themes, from a stack that runs already: BASE_URL, and a folder as argument. */

const BASE_URL = process.env.BASE_URL ?? "http://localhost:3000";
const FOLDER = resolve(process.argv[2] ?? ".data/screenshots");
const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } } as const;
const THEMES = ["light", "dark"] as const;

const ana = demoPeople.find(({ email }) => email.startsWith("ana@"));
if (!ana) throw new Error("The demo has no ana.");

async function signIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.goto("/sign-in");
  await page.waitForLoadState("networkidle");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL("**/inbox");
}

const rows = (page: Page) => page.locator("tbody tr[data-id]");

/** Something to show on the pages of bulk operations: all requests of one type, approved together. */
async function runBulk(page: Page): Promise<void> {
  await page.goto("/inbox?type=renewable_energy,house,vacation");
  await rows(page).first().waitFor();
  await page.getByRole("columnheader").getByRole("checkbox").check();
  await page.getByRole("button", { name: /Select all/ }).click();
  await page.getByRole("button", { name: "Approve", exact: true }).click();
  await page.getByLabel(/Reason/).fill("Within the limits of the autumn programme.");
  await page
    .getByRole("dialog")
    .getByRole("button", { name: /^Approve/ })
    .click();
  await page.waitForURL("**/bulks/**");
  await page.getByText("Done", { exact: true }).waitFor();
}

/** Every screen, and what to do to have it shown. */
const SCREENS: Record<string, (page: Page) => Promise<void>> = {
  inbox: async (page) => {
    await page.goto("/inbox");
    await rows(page).first().waitFor();
  },
  "inbox-selected": async (page) => {
    await page.goto("/inbox");
    await rows(page).first().waitFor();
    for (const index of [1, 2, 4]) await rows(page).nth(index).getByRole("checkbox").check();
  },
  "inbox-confirm": async (page) => {
    await page.goto("/inbox?q=manager");
    await rows(page).first().waitFor();
    await page.getByRole("columnheader").getByRole("checkbox").check();
    await page.getByRole("button", { name: /Select all/ }).click();
    await page.getByRole("button", { name: "Reject", exact: true }).click();
    await page.getByText(/frozen for this decision/).waitFor();
  },
  "inbox-filter": async (page) => {
    await page.goto("/inbox?priority=HIGH,URGENT");
    await rows(page).first().waitFor();
    const filters = page.getByRole("button", { name: /filters?$/i, expanded: false });
    if (await filters.isVisible()) await filters.click();
    await page.getByRole("button", { name: /^Type/ }).click();
    await page.getByRole("listitem").first().waitFor();
  },
  "inbox-quick": async (page) => {
    await page.goto("/inbox");
    await rows(page).nth(3).focus();
    await page.keyboard.press("r");
    await page.getByLabel("Reason").waitFor();
  },
  "inbox-empty": async (page) => {
    await page.goto("/inbox?q=zzzz&priority=LOW");
    await page.getByText(/Nothing matches/).waitFor();
  },
  approval: async (page) => {
    await page.goto("/inbox?state=ALL&q=manager");
    await rows(page).nth(3).getByRole("link").click();
    await page.waitForURL("**/approvals/**");
    await page.getByRole("heading", { level: 1 }).waitFor();
  },
  bulks: async (page) => {
    await page.goto("/bulks");
    await page.getByRole("heading", { level: 1 }).waitFor();
  },
  bulk: async (page) => {
    await page.goto("/bulks");
    const first = page.getByRole("main").getByRole("listitem").getByRole("link").first();
    if (await first.isVisible()) await first.click();
    else await runBulk(page);
    await page.getByRole("progressbar").waitFor();
  },
  palette: async (page) => {
    await page.goto("/inbox");
    await rows(page).first().waitFor();
    await page.keyboard.press("ControlOrMeta+k");
    await page.getByRole("combobox").waitFor();
  },
  help: async (page) => {
    await page.goto("/inbox");
    await rows(page).first().focus();
    await page.keyboard.press("?");
    await page.getByRole("dialog").waitFor();
  },
  "not-found": async (page) => {
    await page.goto("/approvals/00000000-0000-7000-8000-000000000000");
  },
};

const only = process.argv.slice(3);
const { executablePath, env } = await findChromium();
const browser = await chromium.launch({
  executablePath,
  args: CHROMIUM_FLAGS,
  env: { ...process.env, ...env } as Record<string, string>,
});
mkdirSync(FOLDER, { recursive: true });
try {
  for (const [size, viewport] of Object.entries(SIZES))
    for (const theme of THEMES) {
      const context = await browser.newContext({
        baseURL: BASE_URL,
        viewport,
        colorScheme: theme,
        reducedMotion: "reduce",
      });
      const page = await context.newPage();
      const shoot = async (name: string) => {
        await page.waitForTimeout(400);
        await page.screenshot({ path: join(FOLDER, `${name}-${size}-${theme}.png`) });
      };
      await page.goto("/sign-in");
      if (only.length === 0 || only.includes("sign-in")) await shoot("sign-in");
      await signIn(page, ana);
      for (const [name, show] of Object.entries(SCREENS)) {
        if (only.length > 0 && !only.includes(name)) continue;
        try {
          await show(page);
        } catch (error) {
          console.error(`${name} at ${size} in ${theme}: ${(error as Error).message.split("\n")[0]}`);
          process.exitCode = 1;
        }
        await shoot(name);
      }
      await context.close();
    }
} finally {
  await browser.close();
}
console.log(`Screenshots are in ${FOLDER}`);
