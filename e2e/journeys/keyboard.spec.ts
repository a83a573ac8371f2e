import { expect, test } from "../fixtures.ts";
import { Inbox } from "../screens/inbox.ts";
import { signInAs } from "../screens/sign-in.ts";

test("a set is chosen and decided without a pointer, and focus is never lost", async ({ page }) => {
  await signInAs(page, "mei");
  const inbox = new Inbox(page);
  await inbox.open("?type=home_improvement&sort=amount");

  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("Shift+j");
  await page.keyboard.press("Shift+j");
  await expect(inbox.selection).toContainText("3 selected");
  await expect(inbox.focusedRow).toHaveAttribute("aria-rowindex", "5");

  await page.keyboard.press("c");
  await expect(inbox.dialog.getByText("3 will be sent back for changes.")).toBeVisible();
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(inbox.dialog.getByText("This decision needs a reason.")).toBeVisible();
  await page.keyboard.type("Two offers are missing.");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(page.getByText("3 sent back")).toBeVisible();
  await expect(inbox.selection).toHaveCount(0);
  await expect(inbox.focusedRow).toHaveCount(1);

  const title = await inbox.focusedRow.getByRole("link").textContent();
  await page.keyboard.press("a");
  await page.keyboard.press("Enter");
  await expect(inbox.dialog).toHaveCount(0);
  await expect(inbox.focusedRow).toHaveCount(1);
  await expect(inbox.focusedRow).not.toContainText(title ?? "");

  await page.keyboard.press("/");
  await expect(page.getByRole("searchbox")).toBeFocused();
  await page.keyboard.type("teacher");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/q=teacher/);
  await expect(inbox.focusedRow).toHaveCount(1);

  await page.keyboard.press("?");
  await expect(inbox.dialog).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(inbox.focusedRow).toHaveCount(1);
  await page.keyboard.press("o");
  await page.waitForURL("**/approvals/**");
  await page.goBack();
  await expect(inbox.focusedRow).toHaveCount(1);
  await page.keyboard.press("g");
  await page.keyboard.press("b");
  await page.waitForURL("**/bulks");
});

test("letters can be turned off, arrows stay", async ({ page }) => {
  await signInAs(page, "mei");
  const inbox = new Inbox(page);
  await inbox.open();
  await page.keyboard.press("?");
  await page.getByRole("checkbox", { name: /Single letters/ }).uncheck();
  await page.keyboard.press("Escape");
  await page.keyboard.press("x");
  await expect(inbox.selection).toHaveCount(0);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  await expect(inbox.selection).toContainText("1 selected");
});

test("thousands of rows scroll with fewer than a hundred in the page", async ({ page }) => {
  await signInAs(page, "ana");
  const inbox = new Inbox(page);
  await inbox.open("?state=ALL&density=compact");
  const scroller = inbox.list.locator("xpath=..");
  let most = 0;
  let furthest = 0;
  for (let step = 0; step < 60 && furthest < 3_000; step++) {
    await scroller.evaluate((element) => element.scrollBy(0, 3_000));
    await page.waitForTimeout(60);
    most = Math.max(most, await inbox.rows.count());
    furthest = Math.max(furthest, Number(await inbox.rows.last().getAttribute("aria-rowindex")));
  }
  expect(furthest).toBeGreaterThan(3_000);
  expect(most).toBeLessThan(100);
  // The row that had the focus is still there to take the next key.
  await page.keyboard.press("j");
  await expect(inbox.focusedRow).toHaveAttribute("aria-rowindex", "3");
});
