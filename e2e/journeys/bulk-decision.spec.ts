import pg from "pg";
import { expect, test } from "../fixtures.ts";
import { BulkScreen } from "../screens/bulk.ts";
import { Inbox } from "../screens/inbox.ts";
import { signInAs } from "../screens/sign-in.ts";

test("one type is approved as a whole, and screen, REST and SQL count the same", async ({ page, request, stack }) => {
  await signInAs(page, "olu");
  const inbox = new Inbox(page);
  await inbox.open();
  await inbox.filterType("Major purchase");
  await expect(page).toHaveURL(/type=major_purchase/);
  await expect(inbox.list).toHaveAttribute("aria-busy", "false");
  const waiting = await inbox.count("Pending");

  const selected = await inbox.selectAllMatching();
  expect(selected).toBe(waiting);
  await inbox.selection.getByRole("button", { name: "Approve" }).click();
  await expect(inbox.dialog.getByText(new RegExp(`^${selected} requests are frozen`))).toBeVisible();
  await expect(inbox.dialog.getByText(`${selected} will be approved.`)).toBeVisible(); // so few are tried by themselves
  await inbox.dialog.getByLabel(/^Reason/).fill("Within the limits of this quarter.");
  await inbox.dialog.getByRole("button", { name: `Approve ${selected}` }).click();

  await page.waitForURL("**/bulks/**");
  await expect(page.getByRole("progressbar")).toBeVisible();
  const bulk = new BulkScreen(page);
  await bulk.waitForEnd();
  const shown = await bulk.counts();
  expect(shown.total).toBe(selected);
  expect(shown.decided + shown.recorded + shown.refused + shown.failed).toBe(shown.total);
  expect(shown.failed).toBe(0);
  await expect(
    page
      .getByRole("table", { name: /Outcome/ })
      .getByRole("row")
      .nth(1),
  ).toContainText(/Approved|Recorded/);

  const client = new pg.Client({ connectionString: stack.adminUrl });
  await client.connect();
  try {
    const { rows } = await client.query(
      `SELECT count(*)::int AS total, count(*) FILTER (WHERE i.outcome = 'DECIDED')::int AS decided,
         count(*) FILTER (WHERE i.outcome = 'RECORDED')::int AS recorded, count(*) FILTER (WHERE i.outcome = 'REFUSED')::int AS refused,
         count(*) FILTER (WHERE i.outcome = 'FAILED')::int AS failed
       FROM bulk_items i WHERE i.bulk_id = $1`,
      [bulk.id],
    );
    expect(rows).toEqual([shown]);
    const decisions = await client.query(
      `SELECT count(*)::int AS n FROM approval_decisions d JOIN bulk_items i ON i.tenant_id = d.tenant_id AND i.approval_id = d.approval_id
       WHERE i.bulk_id = $1 AND d.comment = 'Within the limits of this quarter.'`,
      [bulk.id],
    );
    expect(decisions.rows).toEqual([{ n: shown.decided + shown.recorded }]);

    // The Core API sees one organisation at a time: what it counts in each adds up to what the console decided.
    const scopes = await client.query<{ code: string }>(
      `SELECT s.code FROM scopes s JOIN tenants t ON t.id = s.tenant_id WHERE t.code = 'northwind' AND s.kind = 'ORG'`,
    );
    const headers = { authorization: `Bearer ${stack.coreApiToken}`, "x-tenant-id": "northwind" };
    const overRest = async (state: string) => {
      let sum = 0;
      for (const { code } of scopes.rows) {
        const url = `/api/core/approvals?state=${state}&type=major_purchase&limit=1&total=exact`;
        const answer = await request.get(url, { headers: { ...headers, "x-org-id": code } });
        expect(answer.status()).toBe(200);
        sum += (await answer.json()).total;
      }
      return sum;
    };
    expect(await overRest("APPROVED")).toBe(shown.decided);
    expect(await overRest("PENDING")).toBe(shown.recorded);
  } finally {
    await client.end();
  }

  // Its address can be handed to a colleague, and the inbox no longer holds what was decided.
  await inbox.open("?state=APPROVED&type=major_purchase");
  expect(await inbox.count("Approved")).toBe(shown.decided);
});
