import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import { Inbox } from "../screens/inbox.ts";
import { signInAs } from "../screens/sign-in.ts";

async function expectClean(page: Page, screen: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  const said = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
  expect(said, screen).toEqual([]);
}

async function expectNoSidewaysScroll(page: Page, screen: string): Promise<void> {
  const wider = await page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll("main, main *")]
      .filter(
        (element) =>
          element.scrollWidth > element.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(element).overflowX),
      )
      .map((element) => element.outerHTML.slice(0, 120)),
  );
  expect(wider, screen).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), screen).toBe(true);
}

/** Walks every screen of the console and has each looked at; that is many screens for one test. */
async function walk(page: Page, look: (screen: string) => Promise<void>): Promise<void> {
  test.slow();
  await page.goto("/sign-in");
  await look("sign-in");
  await signInAs(page, "ana");
  const inbox = new Inbox(page);
  await inbox.open("?type=car");
  await look("inbox");
  await inbox.rows.nth(0).getByRole("checkbox").check();
  await inbox.rows.nth(1).getByRole("checkbox").check();
  await look("inbox with a selection");
  await inbox.selection.getByRole("button", { name: "Reject" }).click();
  await expect(inbox.dialog.getByText(/will be rejected/)).toBeVisible();
  await look("confirm dialog");
  await page.keyboard.press("Escape");
  await inbox.rows.nth(0).getByRole("link").click();
  await page.waitForURL("**/approvals/**");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await look("approval");
  await page.goto("/bulks");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await look("bulk operations");
  const first = page.getByRole("main").getByRole("listitem").getByRole("link").first();
  if (await first.isVisible()) {
    await first.click();
    await expect(page.getByRole("progressbar")).toBeVisible();
    await look("bulk operation");
  }
}

for (const colorScheme of ["light", "dark"] as const)
  test.describe(`in the ${colorScheme} theme`, () => {
    test.use({ colorScheme, contextOptions: { reducedMotion: "reduce" } });

    test("axe finds nothing on any screen", async ({ page }) => {
      await walk(page, (screen) => expectClean(page, `${screen}, ${colorScheme}`));
    });
  });

for (const width of [390, 320])
  test.describe(`at ${width} px`, () => {
    test.use({ viewport: { width, height: 780 }, contextOptions: { reducedMotion: "reduce" } });

    test("nothing scrolls sideways and axe finds nothing", async ({ page }) => {
      await walk(page, async (screen) => {
        await expectNoSidewaysScroll(page, `${screen} at ${width}`);
        await expectClean(page, `${screen} at ${width}`);
      });
    });
  });
