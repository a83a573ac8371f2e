import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import { People } from "../screens/people.ts";
import { signInAs } from "../screens/sign-in.ts";

/** Goes to the search of a page by its key, and types. */
async function search(page: Page, words: string): Promise<void> {
  await expect(page.getByRole("searchbox")).toBeVisible();
  await expect(async () => {
    await page.keyboard.press("/");
    await expect(page.getByRole("searchbox")).toBeFocused({ timeout: 500 });
  }).toPass();
  await page.keyboard.type(words);
}

/** How many a filter says there are of one of its values. */
async function counted(page: Page, filter: string, value: string): Promise<number> {
  await page.getByRole("button", { name: new RegExp(`^${filter}`) }).click();
  const option = page.getByRole("dialog", { name: filter }).getByRole("listitem").filter({ hasText: value });
  await expect(option).toHaveText(/[1-9]\d*$/);
  const text = (await option.textContent()) ?? "";
  await page.keyboard.press("Escape");
  return Number(/[\d,]+$/.exec(text)?.[0]?.replaceAll(",", ""));
}

test("a person is found by a misspelt name, a message by its addressee; the filters count what is found", async ({
  page,
}) => {
  await signInAs(page, "ana", "/people");
  const people = new People(page);
  const email = "zoe.quarry@northwind.test";
  await people.invite({ email, name: "Zoe Quarry", language: "en", role: "reader", place: "California" });

  await page.goto("/people");
  await search(page, "tanka");
  await expect(people.members.getByRole("listitem")).toHaveCount(1);
  await expect(people.members.getByRole("link", { name: "Mei Tanaka" }).locator("mark")).toHaveText("Tanaka");
  await expect(page).toHaveURL(/q=tanka/);
  expect(await counted(page, "Status", "Active")).toBe(1);
  await page.getByRole("button", { name: "Clear filters" }).click();
  await expect(people.members.getByRole("link", { name: "Olu" })).toBeVisible();

  await page.goto("/messages");
  await search(page, "quary");
  const messages = page.getByRole("list", { name: "Messages" }).getByRole("listitem");
  await expect(messages).toHaveCount(1);
  await expect(messages.first()).toContainText(email);
  await expect(messages.first().locator("mark").first()).toHaveText(/quarry/i);
  expect(await counted(page, "Template", "Invitation")).toBe(1);
  await page.getByRole("searchbox").fill("nobodyhasthisname");
  await expect(page.getByText("No message matches these filters.")).toBeVisible();
});

test("the audit is searched by whom and by what, newest first; typing is one step back", async ({ page }) => {
  await signInAs(page, "ana", "/audit");
  const rows = page.getByRole("table", { name: "Audit entries" }).locator("tbody").getByRole("row");
  await expect(rows.first()).toBeVisible();
  await page.getByRole("link", { name: "Inbox" }).first().click();
  await page.waitForURL("**/inbox**");
  await page.getByRole("link", { name: "Audit" }).first().click();
  await page.waitForURL("**/audit");
  await search(page, "ferreira");
  await expect(rows.first().locator("mark").first()).toHaveText("Ferreira");
  const actions = await counted(page, "Class", "Security");
  expect(actions).toBeGreaterThan(0);
  await page.goBack();
  await page.waitForURL("**/inbox**");
});

test("a list whose search is away keeps its rows, says so, and is back by itself", async ({ page }) => {
  await signInAs(page, "ana", "/people");
  const people = new People(page);
  await expect(people.members.getByRole("link", { name: "Mei Tanaka" })).toBeVisible();
  let away = true;
  await page.route("**/api/search/multi_search*", (route) =>
    away ? route.fulfill({ status: 503, json: { message: "Not Ready or Lagging" } }) : route.continue(),
  );
  await search(page, "adeyemi");
  const said = page.getByRole("alert").filter({ hasText: "The search does not answer" });
  await expect(said).toBeVisible(); // within five seconds
  await expect(people.members.getByRole("link", { name: "Mei Tanaka" })).toBeVisible();
  away = false;
  await expect(said).toHaveCount(0, { timeout: 15_000 });
  await expect(people.members.getByRole("link", { name: "Mei Tanaka" })).toHaveCount(0);
  await expect(people.members.locator("mark").first()).toHaveText(/adeyemi/i);
});
