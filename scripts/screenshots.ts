import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Page } from "@playwright/test";
import { chromium } from "@playwright/test";
import { demoPeople } from "../prisma/demo.ts";
import { CHROMIUM_FLAGS, findChromium } from "./chromium.mjs";
import { SCREENS } from "./screens.ts";

/**
 * Each screen at two widths in both themes, from a stack that runs already: BASE_URL, and a folder as argument, with the
 * names of some screens after it. LANGUAGE=es opens each where its steps end, as somebody sees it who reads Spanish.
 */

const BASE_URL = process.env.BASE_URL ?? "http://localhost:3000";
const FOLDER = resolve(process.argv[2] ?? ".data/screenshots");
const LANGUAGE = process.env.LANGUAGE ?? "en";
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

/** The same address by the same session, in a browser that asks for another language. */
async function translated(
  page: Page,
  viewport: { width: number; height: number },
  colorScheme: (typeof THEMES)[number],
): Promise<Page> {
  const context = await browser.newContext({
    baseURL: BASE_URL,
    viewport,
    colorScheme,
    reducedMotion: "reduce",
    locale: LANGUAGE,
    storageState: await page.context().storageState(),
  });
  const other = await context.newPage();
  await other.goto(page.url(), { waitUntil: "networkidle" });
  return other;
}

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
        const shown = LANGUAGE === "en" ? page : await translated(page, viewport, theme);
        await shown.waitForTimeout(400); // longer than any transition that reduced motion leaves
        await shown.screenshot({ path: join(FOLDER, `${name}-${size}-${theme}.png`) });
        if (shown !== page) await shown.context().close();
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
