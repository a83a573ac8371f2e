import { expect, test } from "../fixtures.ts";
import { Inbox } from "../screens/inbox.ts";
import { signInAs } from "../screens/sign-in.ts";

test("one request is rejected with a reason, and a colleague is told by whom instead of deciding over it", async ({
  page,
  browser,
  stack,
}) => {
  await signInAs(page, "olu");
  const inbox = new Inbox(page);
  await inbox.open("?type=medical");
  const title = (await inbox.rows.nth(2).getByRole("link").textContent()) ?? "";
  await inbox.rows.nth(2).getByRole("link").click();
  await page.waitForURL("**/approvals/**");
  await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();

  const other = await browser.newContext({ baseURL: stack.url });
  const colleague = await other.newPage();
  const { pathname } = new URL(page.url());
  await signInAs(colleague, "mei", pathname);
  // Without the live connection their screen stays as it was: the answer alone says what happened meanwhile.
  await other.route("**/api/events*", (route) => route.abort());
  await colleague.reload();
  await expect(colleague.getByRole("button", { name: "Approve" })).toBeEnabled();

  await page.getByRole("button", { name: "Reject" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "needs a reason" })).toBeVisible();
  await page.getByLabel("Reason").fill("The invoice is missing.");
  await page.getByRole("button", { name: "Reject" }).click();
  await expect(page.getByText("Rejected", { exact: true }).first()).toBeVisible();
  await expect(page.getByRole("complementary").getByText("The invoice is missing.").first()).toBeVisible();
  await expect(page.getByRole("button", { name: "Approve" })).toBeDisabled();

  await colleague.getByRole("button", { name: "Approve" }).click();
  await expect(colleague.getByText(/Already rejected by Olu Adeyemi .*ago/).first()).toBeVisible();
  await expect(colleague.getByRole("button", { name: "Approve" })).toBeDisabled();
  await other.close();
});

test("a set that a colleague was faster with is refused one by one, with who and when", async ({
  page,
  browser,
  stack,
}) => {
  await signInAs(page, "olu");
  const inbox = new Inbox(page);
  await inbox.open("?type=vacation&sort=amount");
  for (const index of [0, 1, 2]) await inbox.rows.nth(index).getByRole("checkbox").check();
  const title = (await inbox.rows.nth(1).getByRole("link").textContent()) ?? "";
  await inbox.selection.getByRole("button", { name: "Approve" }).click();
  await expect(inbox.dialog.getByText("3 will be approved.")).toBeVisible();

  const other = await browser.newContext({ baseURL: stack.url });
  const colleague = await other.newPage();
  await signInAs(colleague, "mei");
  const theirs = new Inbox(colleague);
  await theirs.open("?type=vacation&sort=amount");
  await theirs.rows.nth(1).focus();
  await colleague.keyboard.press("a");
  await colleague.getByLabel(/^Reason/).press("Enter");
  await expect(colleague.getByText("Approved", { exact: true }).last()).toBeVisible();
  await other.close();

  await inbox.dialog.getByRole("button", { name: "Approve 3" }).click();
  await expect(page.getByText("2 approved, 1 refused")).toBeVisible();
  await expect(page.getByText(/1 × Already approved by Mei Tanaka .*ago/)).toBeVisible();
  expect(title).not.toBe("");
});

test("a decided row is gone at the key; one whose decision does not get through is back, with its reason kept", async ({
  page,
  context,
}) => {
  await signInAs(page, "olu");
  const inbox = new Inbox(page);
  await inbox.open("?type=moving");
  const row = inbox.rows.nth(1);
  const title = (await row.getByRole("link").textContent()) ?? "";
  const id = (await row.getAttribute("data-id")) ?? "";
  const same = inbox.rows.and(page.locator(`[data-id="${id}"]`));
  await row.focus();
  await page.keyboard.press("r"); // the first key brings the code of what is needed below without a connection
  await page.getByLabel(/^Reason/).press("Escape");
  await expect(page.getByRole("region", { name: /^Notifications/ })).toBeAttached();
  await expect(row).toBeFocused();

  await context.setOffline(true);
  await page.keyboard.press("r");
  await page.getByLabel(/^Reason/).fill("The quote is from another year.");
  await page.keyboard.press("Enter");
  await expect(same).toHaveCount(0);
  await expect(inbox.rows.nth(1)).toBeFocused();
  const retry = page.getByRole("button", { name: "Retry" });
  await expect(retry).toBeVisible();
  await expect(same).toHaveCount(1);

  await context.setOffline(false);
  await retry.click();
  await expect(same).toHaveCount(0);
  await expect(page.getByText("Rejected", { exact: true }).last()).toBeVisible();
  await page.goto(`/approvals/${id}`);
  await expect(page.getByRole("heading", { level: 1, name: title })).toBeVisible();
  await expect(page.getByRole("complementary").getByText("The quote is from another year.").first()).toBeVisible();
});
