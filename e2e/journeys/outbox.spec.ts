import type { Page } from "@playwright/test";
import pg from "pg";
import { expect, test } from "../fixtures.ts";
import { Inbox } from "../screens/inbox.ts";
import { signInAs } from "../screens/sign-in.ts";

const REASON = "Error: connect ECONNREFUSED 10.0.3.17:6379";

/** As the owner: what a worker that failed three times leaves. */
async function letDie(adminUrl: string, aggregateId: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const delivered = async () => {
      const { rowCount } = await client.query(
        "UPDATE outbox_deliveries SET status = 'DEAD', published_at = NULL, attempts = 3, last_error = $2 WHERE aggregate_id = $1 AND reaction = 'live' AND status = 'PUBLISHED'",
        [aggregateId, REASON],
      );
      return rowCount;
    };
    await expect.poll(delivered).toBeGreaterThan(0);
  } finally {
    await client.end();
  }
}

/** Rejects the first request of a type, and says which it was. */
async function reject(page: Page, type: string): Promise<string> {
  const inbox = new Inbox(page);
  await inbox.open(`?type=${type}`);
  await inbox.rows.first().getByRole("link").click();
  await page.waitForURL("**/approvals/**");
  await page.getByRole("button", { name: "Reject" }).click();
  await page.getByLabel("Reason").fill("The invoice is missing.");
  await page.getByRole("button", { name: "Reject" }).click();
  await expect(page.getByText("Rejected", { exact: true }).first()).toBeVisible();
  return new URL(page.url()).pathname.split("/").at(-1) ?? "";
}

test("a delivery that died is seen with its reason, replayed, and seen delivered; the audit tells who did it", async ({
  page,
  stack,
}) => {
  await signInAs(page, "ana");
  const id = await reject(page, "other");
  await letDie(stack.adminUrl, id);

  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Outbox" }).click();
  await page.waitForURL("**/outbox");
  const dead = page.getByRole("list", { name: "Deliveries" }).getByRole("listitem");
  const died = dead.filter({ hasText: "Request decided" }).filter({ hasText: id.slice(-8) });
  await expect(died).toContainText(REASON);
  await expect(died).toContainText("3 of 3 attempts");
  await expect(page.getByRole("row", { name: /^Open pages/ })).toContainText("Replay all");

  await died.getByRole("link").click();
  await page.waitForURL(/\/outbox\/[0-9a-f-]+$/);
  const event = page.url();
  await expect(page.getByRole("heading", { level: 1, name: "Request decided" })).toBeVisible();
  const steps = page.getByRole("list", { name: "Steps in time order" }).getByRole("listitem");
  await expect(steps.filter({ hasText: "Event" }).filter({ hasText: "Dead" })).toHaveCount(1);
  await expect(steps.filter({ hasText: "Audit" }).filter({ hasText: "Ana Ferreira" })).toHaveCount(1);
  const deliveries = page
    .getByRole("region", { name: "Deliveries" })
    .getByRole("listitem")
    .filter({ hasText: "Open pages" });
  await deliveries.getByRole("button", { name: /^Replay/ }).click();
  await expect(page.getByText("Open pages: it is tried again")).toBeVisible();
  await expect(deliveries.getByText("Delivered", { exact: true })).toBeVisible({ timeout: 15_000 });
  await expect(deliveries).toContainText("4 of 6 attempts");

  await page.getByRole("main").getByRole("link", { name: "Audit", exact: true }).click();
  await page.waitForURL(/\/audit\?target=/);
  await page.getByRole("table", { name: "Audit entries" }).getByRole("link", { name: "Delivery replayed" }).click();
  const entry = page.getByRole("dialog");
  await expect(entry.getByRole("link", { name: "Ana Ferreira" })).toBeVisible();
  await entry.getByRole("link", { name: "Trace of this request" }).click();
  await page.waitForURL(/\/outbox\/trace\?request=/);
  await expect(steps.filter({ hasText: "Delivery replayed" })).toHaveCount(2); // its audit entry and its event
  await page.goto(event);
  await expect(deliveries.getByRole("button", { name: "Replay anyway" })).toBeVisible();
});

test("all that is dead of a reaction is replayed at once, by keyboard", async ({ page, stack }) => {
  await signInAs(page, "ana");
  const ids = [await reject(page, "vacation"), await reject(page, "vacation")];
  for (const id of ids) await letDie(stack.adminUrl, id);
  await page.goto("/outbox");
  const row = page.getByRole("row", { name: /^Open pages/ });
  const all = row.getByRole("button", { name: "Replay all dead deliveries of Open pages" });
  await all.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Open pages: replay what is dead" });
  await expect(dialog.getByRole("button", { name: "Replay", exact: true })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(dialog.getByRole("status")).toContainText(/\d+ deliveries are tried again/);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(all).toHaveCount(0);
  await expect(page.getByText("Nothing is dead")).toBeVisible();
});

test("the outbox is not there for who may not read it", async ({ page }) => {
  await signInAs(page, "olu");
  const sections = page.getByRole("navigation", { name: "Main" }).getByRole("link");
  await expect(sections.filter({ hasText: "Inbox" })).toBeVisible();
  await expect(sections.filter({ hasText: "Outbox" })).toHaveCount(0);
  await page.goto("/outbox");
  await expect(page.getByRole("alert").filter({ hasText: "permission" }).first()).toBeVisible();
});
