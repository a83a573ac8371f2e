import { expect, test } from "../fixtures.ts";
import { Inbox } from "../screens/inbox.ts";
import { signInAs } from "../screens/sign-in.ts";

test("from a request to who decided it, what that changed, and all else of the same request", async ({ page }) => {
  await signInAs(page, "ana");
  const inbox = new Inbox(page);
  await inbox.open("?type=moving&sort=amount");
  await inbox.rows.nth(1).getByRole("link").click();
  await page.waitForURL("**/approvals/**");
  await page.getByRole("button", { name: "Reject" }).click();
  await page.getByLabel("Reason").fill("Over the limit for moving.");
  await page.getByRole("button", { name: "Reject" }).click();
  await expect(page.getByText("Rejected", { exact: true }).first()).toBeVisible();

  await page.getByRole("link", { name: "Audit", exact: true }).and(page.locator("main a")).click();
  await page.waitForURL(/\/audit\?target=/);
  const entries = page.getByRole("table", { name: "Audit entries" }).getByRole("link");
  await expect(entries).toHaveText(["Request decided", "Request submitted"]);
  await entries.first().click();
  const entry = page.getByRole("dialog");
  await expect(entry.getByRole("heading", { name: "Request decided" })).toBeVisible();
  await expect(entry.getByRole("definition").filter({ hasText: "PENDING" })).toContainText("REJECTED");
  await expect(entry.getByText("Over the limit for moving.")).toBeVisible();

  await entry.getByRole("link", { name: "All entries with this request id" }).click();
  await page.waitForURL(/\/audit\?request=/);
  await expect(entry).toBeHidden();
  await expect(entries.filter({ hasText: "Request decided" })).toHaveCount(1);
});

test("the audit is not there for who may not read it", async ({ page }) => {
  await signInAs(page, "olu");
  const sections = page.getByRole("navigation", { name: "Main" }).getByRole("link");
  await expect(sections.filter({ hasText: "Inbox" })).toBeVisible();
  await expect(sections.filter({ hasText: "Audit" })).toHaveCount(0);
  await page.goto("/audit");
  await expect(page.getByRole("alert").filter({ hasText: "permission" })).toBeVisible();
});
