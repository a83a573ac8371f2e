import { expect, test } from "../fixtures.ts";
import { Inbox } from "../screens/inbox.ts";
import { signInAs } from "../screens/sign-in.ts";

test("the address is the view: a bad part is dropped with a notice, and back goes back", async ({ page }) => {
  await signInAs(page, "ana", "/inbox?state=WRONG&priority=HIGH&org=ZZ");
  await expect(
    page.getByText("Some of the address could not be read and was dropped: state, organisation."),
  ).toBeVisible();
  await expect(page).toHaveURL(/\/inbox\?priority=HIGH$/);

  const inbox = new Inbox(page);
  await inbox.open("?priority=HIGH");
  await inbox.filterType("Car");
  await expect(page).toHaveURL(/type=car/);
  await expect(inbox.rows.first()).toContainText("Car");
  await page.goBack();
  await expect(page).not.toHaveURL(/type=car/);
  await expect(page.getByRole("button", { name: /^Priority High/ })).toBeVisible();
});

test("a list that was scrolled is found again where it was left", async ({ page }) => {
  await signInAs(page, "ana");
  const inbox = new Inbox(page);
  await inbox.open("?state=ALL");
  const scroller = inbox.list.locator("xpath=..");
  const row = inbox.list.locator('tr[aria-rowindex="260"][data-id]');
  await expect(async () => {
    await scroller.evaluate((element) => element.scrollTo(0, 9_000)); // as far as there are rows yet
    await expect(row).toBeInViewport({ timeout: 300 });
  }).toPass();
  const id = await row.getAttribute("data-id");
  await row.getByRole("link").click();
  await page.waitForURL(`**/approvals/${id}**`);
  await page.getByRole("link", { name: "Inbox" }).last().click();
  await page.waitForURL("**/inbox**");
  await expect(inbox.list.locator(`tr[data-id="${id}"]`)).toBeInViewport();
});
