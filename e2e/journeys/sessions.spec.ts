import type { Browser, BrowserContext, Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import { beforeAnyPoll, call, Streams } from "../screens/live.ts";
import { fillSignIn, personOf, signInAs } from "../screens/sign-in.ts";

const devices = (page: Page) => page.getByRole("list", { name: "Devices" }).getByRole("listitem");
const rows = (page: Page) => page.getByRole("table", { name: "Sessions" }).locator("tbody tr");

/** Another browser of somebody, at a page of the console with its connection open. */
async function another(
  browser: Browser,
  url: string,
  name: Parameters<typeof signInAs>[1],
  path: string,
  userAgent?: string,
) {
  const context: BrowserContext = await browser.newContext({ baseURL: url, ...(userAgent ? { userAgent } : {}) });
  const page = await context.newPage();
  const streams = new Streams(context);
  await signInAs(page, name, path);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await streams.holder();
  return { context, page };
}

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

test("who ends another device of theirs sees it gone, and its open tab at the sign-in page at once; signed in again it is where it was", async ({
  page,
  browser,
  request,
  stack,
}) => {
  test.slow();
  await signInAs(page, "mei", "/profile/sessions");
  await call(page.request, "sessions.revokeOthers", {}); // at the limit another one would make room for the next
  await page.reload();
  await expect(page.getByText("This device")).toHaveCount(1);
  const before = await devices(page).count();
  const other = await another(browser, stack.url, "mei", "/inbox?type=car", FIREFOX);

  await page.reload();
  await expect(devices(page)).toHaveCount(before + 1);
  const theirs = devices(page).filter({ hasText: "Firefox on Linux" });
  await expect(theirs).toHaveCount(1);
  await page.getByRole("button", { name: "Rename Firefox on Linux" }).click();
  await page.getByRole("dialog").getByLabel("Name").fill("The old laptop");
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await expect(devices(page).filter({ hasText: "The old laptop" })).toHaveCount(1);

  await page.getByRole("button", { name: "End the session on The old laptop" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "End" }).click();
  await expect(other.page).toHaveURL(/\/sign-in\?callbackUrl=%2Finbox%3Ftype%3Dcar$/, await beforeAnyPoll(request));
  await expect(devices(page)).toHaveCount(before);
  await page.getByRole("button", { name: "Ended", exact: true }).click();
  await expect(devices(page).filter({ hasText: "The old laptop" })).toContainText("Ended from another device");

  const { email, password } = personOf("mei");
  await other.page.waitForLoadState("networkidle");
  await fillSignIn(other.page, email, password);
  await other.page.waitForURL(/\/inbox\?type=car$/);
  await other.context.close();
});

test("an administrator ends all sessions of one person: so many as were counted, each out at once, and none alive", async ({
  page,
  browser,
  request,
  stack,
}) => {
  test.slow();
  const open = [
    await another(browser, stack.url, "iris", "/profile", FIREFOX),
    await another(browser, stack.url, "iris", "/inbox?type=house"),
  ];
  await signInAs(page, "ana", "/people?q=iris");
  await page.getByRole("list", { name: "Members" }).getByRole("link").first().click();
  await page.getByRole("link", { name: /^In (one|\d+) sessions?$/ }).click();
  await page.waitForURL("**/sessions?person=*");
  await expect(rows(page).first()).toContainText("iris@northwind.test");
  const count = await rows(page).count();
  expect(count).toBeGreaterThanOrEqual(2);

  await page.getByRole("button", { name: "End all that match" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog).toContainText(`${count} sessions would end, of 1 person.`);
  await dialog.getByRole("button", { name: `End ${count} sessions` }).click();
  await expect(open[0]?.page as Page).toHaveURL(/\/sign-in\?callbackUrl=%2Fprofile$/, await beforeAnyPoll(request));
  await expect(open[1]?.page as Page).toHaveURL(
    /\/sign-in\?callbackUrl=%2Finbox%3Ftype%3Dhouse$/,
    await beforeAnyPoll(request),
  );
  await expect(dialog).toContainText(`${count} sessions ended, of 1 person.`);
  await expect(dialog).toContainText("none of them is alive");
  await dialog.getByRole("button", { name: "Close" }).first().click();
  await expect(page.getByText("No session matches")).toBeVisible();
  await page.getByRole("button", { name: "Ended", exact: true }).click();
  await expect(rows(page).first()).toContainText("Ended by an administrator");
  for (const { context } of open) await context.close();
});

test("a limit ends what is beyond it only after saying how much, and holds at the next sign-in", async ({
  page,
  browser,
  request,
  stack,
}) => {
  test.slow();
  await signInAs(page, "ana", "/sessions");
  // Of everybody else nothing is open: what ends by the limit is only what this test opened.
  const { id: set } = await call<{ id: string }>(page.request, "sessions.freeze", {});
  await call(page.request, "sessions.revokeFrozen", { set });
  const [first, second] = [
    await another(browser, stack.url, "vera", "/profile"),
    await another(browser, stack.url, "vera", "/inbox"),
  ];
  await page.getByRole("button", { name: "Limits" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Sessions of one person").fill("1");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toContainText("1 session is beyond these limits and would end at once.");
  await dialog.getByRole("button", { name: "Save and end 1 session" }).click();
  await expect(dialog).toHaveCount(0);
  await expect(first.page).toHaveURL(/\/sign-in\?callbackUrl=%2Fprofile$/, await beforeAnyPoll(request));

  const { email, password } = personOf("vera");
  await first.page.waitForLoadState("networkidle");
  await fillSignIn(first.page, email, password);
  await first.page.waitForURL("**/profile");
  await expect(second.page).toHaveURL(/\/sign-in\?callbackUrl=%2Finbox$/, await beforeAnyPoll(request));

  await page.getByRole("button", { name: "Limits" }).click();
  await dialog.getByLabel("Sessions of one person").fill("");
  await dialog.getByLabel("Decisions at once without a fresh proof").fill("500");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toHaveCount(0);
  await page.getByRole("button", { name: "Limits" }).click();
  await expect(dialog.getByLabel("Decisions at once without a fresh proof")).toHaveValue("500");
  await dialog.getByLabel("Decisions at once without a fresh proof").fill("");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toHaveCount(0);
  for (const { context } of [first, second]) await context.close();
});

test("filters stand in the address; those that are picked end together; who may not is told so", async ({
  page,
  browser,
  stack,
}) => {
  const other = await another(browser, stack.url, "olu", "/profile", FIREFOX);
  await signInAs(page, "ana", "/sessions");
  await page.goto("/sessions?browser=Firefox&address=127.0.0.0/8&opened=2020-01-01");
  await expect(page.getByText("No session matches")).toBeVisible();
  await page.goto("/sessions?browser=Firefox&address=127.0.0.0/8");
  const olus = rows(page).filter({ hasText: "olu@northwind.test" });
  await expect(olus).toHaveCount(1);
  await page.goto("/sessions?browser=Firefox&address=10.0.0.0/8");
  await expect(page.getByText("No session matches")).toBeVisible();
  await page.getByRole("button", { name: "Clear filters" }).first().click();
  await expect(page).toHaveURL(/\/sessions$/);
  await olus.getByRole("checkbox").first().check();
  await page.getByRole("region", { name: "Selection" }).getByRole("button", { name: "End 1 session" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "End 1 session" }).click();
  await expect(page.getByRole("dialog")).toContainText("none of them is alive");
  await expect(other.page).toHaveURL(/\/sign-in/);
  await fillSignIn(other.page, personOf("olu").email, personOf("olu").password);
  await other.page.waitForURL("**/profile");
  await expect(other.page.getByRole("link", { name: "Sessions" })).toHaveCount(0);
  await other.page.goto("/sessions");
  await expect(other.page.getByRole("alert").first()).toContainText("You do not hold the permission");
  await other.context.close();
});
