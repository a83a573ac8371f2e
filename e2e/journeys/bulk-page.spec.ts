import type { Browser, Page } from "@playwright/test";
import pg from "pg";
import { expect, test } from "../fixtures.ts";
import { BulkScreen, countsIn } from "../screens/bulk.ts";
import { Inbox } from "../screens/inbox.ts";
import type { Name } from "../screens/sign-in.ts";
import { signInAs } from "../screens/sign-in.ts";

const LARGE = "?type=debt_consolidation&org=TX,NY,FL,IL,NJ,PA,OH,GA";
const OTHER = "?type=debt_consolidation&org=NC,VA,MD,WA,AZ,MA,CO,MI";
const REASON = "Within the limits of the autumn programme.";
const BATCH = 500;

const adminUrl = () => (JSON.parse(process.env.E2E_STACK ?? "") as { adminUrl: string }).adminUrl;
let owner: pg.Client;
test.beforeAll(async () => {
  owner = new pg.Client({ connectionString: adminUrl() });
  await owner.connect();
  // What is named here cannot be decided until it is taken out again, by the word of the database.
  await owner.query(`
    CREATE TABLE broken (id uuid PRIMARY KEY);
    GRANT SELECT ON broken TO countersign_app;
    CREATE FUNCTION refuse_broken() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF EXISTS (SELECT FROM broken WHERE id = NEW.approval_id) THEN RAISE 'broken'; END IF;
      RETURN NEW;
    END $$;
    CREATE TRIGGER refuse_broken BEFORE INSERT ON approval_decisions FOR EACH ROW EXECUTE FUNCTION refuse_broken();`);
});
test.afterAll(async () => {
  await owner.query("DROP TABLE broken; DROP FUNCTION refuse_broken() CASCADE");
  await owner.end();
});

const rows = async (sql: string, values: unknown[] = []) => (await owner.query(sql, values)).rows;

async function pageOf(browser: Browser, baseURL: string, name: Name, path?: string): Promise<Page> {
  const page = await (await browser.newContext({ baseURL })).newPage();
  await signInAs(page, name, path);
  return page;
}

/** Opens the confirm dialog over all that the inbox shows; answers the draft. */
async function select(page: Page, query: string): Promise<{ inbox: Inbox; id: string; total: number }> {
  const inbox = new Inbox(page);
  await inbox.open(query);
  const total = await inbox.selectAllMatching();
  await inbox.selection.getByRole("button", { name: "Approve" }).click();
  await expect(inbox.dialog.getByText(/frozen for this decision/)).toBeVisible();
  const [draft] = await rows("SELECT id, total FROM bulks WHERE state = 'DRAFT' ORDER BY id DESC LIMIT 1");
  expect(draft.total).toBe(total);
  return { inbox, id: draft.id, total };
}

async function confirm({ inbox, total }: { inbox: Inbox; total: number }): Promise<void> {
  const start = inbox.dialog.getByRole("button", { name: /^Approve/ });
  await inbox.dialog.getByLabel(/^Reason/).fill(REASON);
  if (total > 1000) {
    await expect(start).toBeDisabled();
    await inbox.dialog.getByLabel(/to confirm$/).fill(String(total - 1));
    await expect(start).toBeDisabled();
    await inbox.dialog.getByLabel(/to confirm$/).fill(String(total));
  }
  await start.click();
  await inbox.page.waitForURL("**/bulks/**");
}

/** Keeps the batch that comes to this item from being committed, until it is let go. */
async function holdAt(id: string, position: number): Promise<{ letGoBehind: () => Promise<void> }> {
  const holder = new pg.Client({ connectionString: adminUrl() });
  await holder.connect();
  await holder.query("BEGIN");
  await holder.query("SELECT FROM bulk_items WHERE bulk_id = $1 AND position = $2 FOR UPDATE", [id, position]);
  const waiting = async () => (await rows("SELECT count(*)::int AS n FROM pg_locks WHERE NOT granted"))[0].n;
  return {
    /** Once what was pressed waits for the batch, as the batch waits here: else the next one could be quicker. */
    letGoBehind: async () => {
      await expect.poll(waiting, { timeout: 15_000 }).toBeGreaterThanOrEqual(2);
      await holder.end();
    },
  };
}

test("a large bulk is checked, paused, left and resumed; its outcomes agree on screen, in the file and in SQL; what failed is retried", async ({
  page,
  browser,
  stack,
}) => {
  test.setTimeout(240_000);
  await signInAs(page, "olu");
  const chosen = await select(page, LARGE);
  const { id, total } = chosen;
  expect(total).toBeGreaterThanOrEqual(2_000);
  await chosen.inbox.dialog.getByRole("button", { name: /^Check all/ }).click();
  await expect(chosen.inbox.dialog.getByText(`${total.toLocaleString("en")} will be approved.`)).toBeVisible({
    timeout: 60_000,
  });

  // A colleague is faster with 17 of them, and five cannot be decided.
  const late = await rows(
    "SELECT approval_id AS id FROM bulk_items WHERE bulk_id = $1 AND position > $2 ORDER BY position",
    [id, BATCH * 3],
  );
  const ids = late.slice(0, 17).map((row) => row.id);
  const mei = await pageOf(browser, stack.url, "mei");
  const decided = await mei.evaluate(async (set) => {
    const body = JSON.stringify({ ids: set, decision: "REJECT", comment: "Twice the same." });
    const init = { method: "POST", headers: { "content-type": "application/json" }, body };
    return (await fetch("/api/trpc/approvals.decideSet", init)).status;
  }, ids);
  expect(decided).toBe(200);
  await owner.query("INSERT INTO broken SELECT unnest($1::uuid[])", [late.slice(20, 25).map((row) => row.id)]);

  // The pause comes while the second batch is under way: that one is finished, and no other is begun.
  const held = await holdAt(id, BATCH + 7);
  await confirm(chosen);
  const bulk = new BulkScreen(page);
  await expect(page.getByText(`500 of ${total.toLocaleString("en")}`)).toBeVisible({ timeout: 30_000 });
  await bulk.button("Pause").click();
  await held.letGoBehind();
  await expect(bulk.state("Paused")).toBeVisible({ timeout: 30_000 });
  const still = await bulk.counts();
  expect(still).toMatchObject({ total, decided: BATCH * 2, refused: 0, failed: 0 });
  await page.goto("/inbox");
  await page.goto(`/bulks/${id}`);
  await expect(bulk.state("Paused")).toBeVisible();
  expect(await bulk.counts()).toEqual(still);
  await expect(page.getByText(/^Paused by Olu/)).toBeVisible();

  // Its address is a colleague's too: who only reads follows it, and may not touch it.
  const vera = new BulkScreen(await pageOf(browser, stack.url, "vera", `/bulks/${id}`));
  await expect(vera.state("Paused")).toBeVisible();
  expect(await vera.counts()).toEqual(still);
  await expect(vera.button(/^(Pause|Resume|Stop|Retry)/)).toHaveCount(0);

  await bulk.button("Resume").click();
  await expect(bulk.state("Done")).toBeVisible({ timeout: 120_000 });
  await expect(vera.state("Done")).toBeVisible({ timeout: 30_000 });
  const shown = await bulk.counts();
  expect(shown).toEqual({ total, decided: total - 22, recorded: 0, refused: 17, failed: 5 });
  const counted = await rows(
    `SELECT count(*)::int AS total, count(*) FILTER (WHERE outcome = 'DECIDED')::int AS decided, count(*) FILTER (WHERE outcome = 'RECORDED')::int AS recorded,
       count(*) FILTER (WHERE outcome = 'REFUSED')::int AS refused, count(*) FILTER (WHERE outcome = 'FAILED')::int AS failed FROM bulk_items WHERE bulk_id = $1`,
    [id],
  );
  expect(counted).toEqual([shown]);
  expect(countsIn(await bulk.csv())).toEqual(shown);

  await bulk.show("Refused");
  await expect(bulk.reason("approval.already_decided")).toHaveText(/^17\s*already decided by colleagues/);
  await bulk.reason("approval.already_decided").click();
  await expect(page).toHaveURL(/outcome=REFUSED&code=approval\.already_decided/);
  await expect(bulk.items).toHaveAttribute("aria-rowcount", "18");
  await expect(bulk.items.getByRole("row").nth(1)).toContainText(/Already rejected by Mei Tanaka/);
  const refused = await bulk.csv();
  expect(refused.map((line) => line.by)).toEqual(Array(17).fill("Mei Tanaka"));
  expect(refused.map((line) => line.id).sort()).toEqual([...ids].sort());
  await bulk.items.getByRole("link").first().click();
  await page.waitForURL("**/approvals/**");
  await page.goBack();
  await expect(bulk.items).toHaveAttribute("aria-rowcount", "18");

  await owner.query("DELETE FROM broken");
  await bulk.button("Retry 5 failed").click();
  await page.waitForURL((url) => url.pathname !== `/bulks/${id}`);
  await expect(bulk.state("Done")).toBeVisible({ timeout: 30_000 });
  expect(await bulk.counts()).toEqual({ total: 5, decided: 5, recorded: 0, refused: 0, failed: 0 });
  await expect(page.getByText(REASON)).toBeVisible();
  await page.getByRole("link", { name: "Retries an earlier operation" }).click();
  await page.waitForURL(`**/bulks/${id}`);
  await expect(bulk.button(/^Retry/)).toHaveCount(0);
  const left = await rows(
    "SELECT count(*)::int AS n FROM approvals a JOIN bulk_items i ON i.tenant_id = a.tenant_id AND i.approval_id = a.id WHERE i.bulk_id = $1 AND a.state = 'PENDING'",
    [id],
  );
  expect(left).toEqual([{ n: 0 }]);
});

test("a colleague's runaway bulk is stopped by an administrator: what was done stays, the rest is as it was", async ({
  page,
  browser,
  stack,
}) => {
  test.setTimeout(120_000);
  await signInAs(page, "olu");
  const chosen = await select(page, OTHER);
  const { id, total } = chosen;
  expect(total).toBeGreaterThan(BATCH * 2); // else the batch under way would be the last
  const held = await holdAt(id, BATCH + 1);
  await confirm(chosen);
  await expect(page.getByText(`500 of ${total.toLocaleString("en")}`)).toBeVisible({ timeout: 30_000 });

  const ana = await pageOf(browser, stack.url, "ana", `/bulks/${id}`);
  const hers = new BulkScreen(ana);
  await hers.button("Stop").click();
  await expect(ana.getByRole("dialog")).toContainText("500 are done and stay so.");
  await ana.getByRole("dialog").getByRole("button", { name: "Stop" }).click();
  await held.letGoBehind();
  await expect(hers.state("Stopped")).toBeVisible({ timeout: 30_000 });
  await expect(ana.getByText(/^Stopped by Ana/)).toBeVisible();
  await expect(new BulkScreen(page).state("Stopped")).toBeVisible({ timeout: 30_000 });

  const [counted] = await rows(
    `SELECT count(*) FILTER (WHERE a.state = 'APPROVED')::int AS approved, count(*) FILTER (WHERE a.state = 'PENDING')::int AS pending,
       count(*) FILTER (WHERE i.outcome IS NULL)::int AS waiting FROM bulk_items i JOIN approvals a ON a.tenant_id = i.tenant_id AND a.id = i.approval_id WHERE i.bulk_id = $1`,
    [id],
  );
  const shown = await hers.counts();
  expect(counted).toEqual({ approved: shown.decided, pending: total - shown.decided, waiting: total - shown.decided });
  await hers.show("Waiting");
  await expect(hers.items).toHaveAttribute("aria-rowcount", String(total - shown.decided + 1));
});
