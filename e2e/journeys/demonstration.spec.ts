import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Browser, Page } from "@playwright/test";
import pg from "pg";
import { expect, test } from "../fixtures.ts";
import { BulkScreen, countsIn } from "../screens/bulk.ts";
import { Inbox } from "../screens/inbox.ts";

const TENANT = "tenthousand";
const REASON = "The programme is fully funded.";
const PASSWORD = "a-long-enough-password";

/** The command line on the stack's own database: what it prints. */
async function run(dataDir: string, adminUrl: string, ...args: string[]): Promise<string> {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    DATA_DIR: dataDir,
    DATABASE_URL: adminUrl,
    APP_ENV: "demo",
    NODE_ENV: "production",
  };
  const child = spawn(process.execPath, [resolve("scripts/tool.mjs"), ...args], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  let said = "";
  child.stdout.on("data", (chunk) => (printed += chunk));
  child.stderr.on("data", (chunk) => (said += chunk));
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${said}`);
  return printed.trim();
}

/** Ten thousand records of a tenant of its own, all in one organisation, so that no other journey misses them. */
async function fill(dataDir: string, adminUrl: string): Promise<{ olu: string; mei: string }> {
  const tool = (...args: string[]) => run(dataDir, adminUrl, ...args);
  await tool("admin", "tenant", "create", TENANT, "--name", "Ten Thousand");
  await tool("admin", "scope", "create", "ORG", "HQ", "--tenant", TENANT, "--name", "Headquarters");
  const map = JSON.parse(readFileSync("prisma/demo/loans.map.json", "utf8"));
  map.fields.org = { constant: "HQ" };
  delete map.$schema;
  const mapFile = join(dataDir, "one-organisation.map.json");
  writeFileSync(mapFile, JSON.stringify(map));
  await tool("import", resolve("prisma/demo/loans.csv"), "--tenant", TENANT, "--map", mapFile);
  const invite = (email: string, name: string) =>
    tool("admin", "person", "invite", email, "--tenant", TENANT, "--name", name, "--role", "decider");
  return { olu: await invite("olu@tenthousand.test", "Olu Ten"), mei: await invite("mei@tenthousand.test", "Mei Ten") };
}

async function accept(browser: Browser, baseURL: string, link: string): Promise<Page> {
  const page = await (await browser.newContext({ baseURL })).newPage();
  await page.goto(`${baseURL}${new URL(link).pathname}${new URL(link).search}${new URL(link).hash}`);
  await page.waitForLoadState("networkidle");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Join" }).click();
  await page.waitForURL("**/inbox");
  return page;
}

test("ten thousand are selected, three taken out, the rest approved with a reason while a colleague decides 17: screen, file, REST, audit and SQL agree", async ({
  browser,
  request,
  stack,
}) => {
  test.setTimeout(600_000);
  const links = await fill(stack.dataDir, stack.adminUrl);
  const page = await accept(browser, stack.url, links.olu);
  const colleague = await accept(browser, stack.url, links.mei);
  const inbox = new Inbox(page);
  await inbox.open();
  expect(await inbox.selectAllMatching()).toBe(10_000);
  for (const index of [0, 1, 2]) await inbox.rows.nth(index).getByRole("checkbox").uncheck();
  const untouched = await inbox.order(3);
  await expect(inbox.selection.getByText("9,997 selected")).toBeVisible();
  await inbox.selection.getByRole("button", { name: "Approve" }).click();
  await expect(inbox.dialog.getByText(/^9,997 requests are frozen/)).toBeVisible();

  const owner = new pg.Client({ connectionString: stack.adminUrl });
  await owner.connect();
  const rows = async (sql: string, values: unknown[]) => (await owner.query(sql, values)).rows;
  try {
    const [{ id, tenant_id: tenantId }] = await rows(
      "SELECT b.id, b.tenant_id FROM bulks b JOIN tenants t ON t.id = b.tenant_id WHERE t.code = $1 AND b.state = 'DRAFT'",
      [TENANT],
    );
    const chosen = await rows("SELECT approval_id AS id FROM bulk_items WHERE bulk_id = $1 AND position % 588 = 0", [
      id,
    ]);
    expect(chosen).toHaveLength(17);
    const status = await colleague.evaluate(
      async (ids) => {
        const body = JSON.stringify({ ids, decision: "APPROVE" });
        const init = { method: "POST", headers: { "content-type": "application/json" }, body };
        return (await fetch("/api/trpc/approvals.decideSet", init)).status;
      },
      chosen.map((row) => row.id),
    );
    expect(status).toBe(200);

    await inbox.dialog.getByLabel(/^Reason/).fill(REASON);
    await inbox.dialog.getByLabel("Type 9,997 to confirm").fill("9997");
    const from = Date.now();
    await inbox.dialog.getByRole("button", { name: "Approve 9,997" }).click();
    await page.waitForURL("**/bulks/**");
    await expect(page.getByRole("progressbar")).toBeVisible();
    test.info().annotations.push({ type: "accepted after", description: `${Date.now() - from} ms` });
    const bulk = new BulkScreen(page);
    await expect(bulk.state("Done")).toBeVisible({ timeout: 180_000 });

    const wanted = { total: 9_997, decided: 9_980, recorded: 0, refused: 17, failed: 0 };
    expect(await bulk.counts()).toEqual(wanted);
    expect(countsIn(await bulk.csv())).toEqual(wanted);
    await bulk.show("Refused");
    await expect(bulk.reason("approval.already_decided")).toHaveText(/^17\s*already decided by colleagues/);
    await expect(bulk.items.getByRole("row").nth(17)).toContainText(/Already approved by Mei Ten/, { timeout: 15_000 });
    const refused = await bulk.csv();
    expect(refused.map((line) => line.by)).toEqual(Array(17).fill("Mei Ten"));
    expect(refused.map((line) => line.id).sort()).toEqual(chosen.map((row) => row.id).sort());

    // The organisation that all of it lies in finds the bulk that was started in the console.
    const headers = { authorization: `Bearer ${stack.coreApiToken}`, "x-tenant-id": TENANT, "x-org-id": "HQ" };
    const core = async (path: string) => {
      const answer = await request.get(`/api/core${path}`, { headers });
      expect(answer.status()).toBe(200);
      return answer.json();
    };
    expect(await core(`/approvals/bulk/${id}`)).toEqual({ state: "DONE", ...wanted });
    expect((await core("/approvals?state=APPROVED&limit=1&total=exact")).total).toBe(9_997);
    const pending = await core("/approvals?state=PENDING&total=exact");
    expect(pending.items.map((one: { id: string }) => one.id).sort()).toEqual([...untouched].sort());

    const states = await rows(
      "SELECT state, count(*)::int AS n FROM approvals WHERE tenant_id = $1 GROUP BY 1 ORDER BY 1",
      [tenantId],
    );
    expect(states).toEqual([
      { state: "APPROVED", n: 9_997 },
      { state: "PENDING", n: 3 },
    ]);
    const decisions = await rows(
      `SELECT p.name, count(*)::int AS n, count(*) FILTER (WHERE d.comment = $2)::int AS reasons FROM approval_decisions d JOIN people p ON p.id = d.person_id
       WHERE d.tenant_id = $1 GROUP BY 1 ORDER BY 1`,
      [tenantId, REASON],
    );
    expect(decisions).toEqual([
      { name: "Mei Ten", n: 17, reasons: 0 },
      { name: "Olu Ten", n: 9_980, reasons: 9_980 },
    ]);
    const audited = await rows(
      `SELECT p.name, count(*)::int AS n FROM audit_logs a JOIN people p ON p.id = a.person_id WHERE a.tenant_id = $1 AND a.action = 'approval.decided' GROUP BY 1 ORDER BY 1`,
      [tenantId],
    );
    expect(audited).toEqual([
      { name: "Mei Ten", n: 17 },
      { name: "Olu Ten", n: 9_980 },
    ]);
    const events = await rows(
      `SELECT count(*)::int AS n FROM outbox_events WHERE tenant_id = $1 AND event_type = 'ApprovalDecided'`,
      [tenantId],
    );
    expect(events).toEqual([{ n: 9_997 }]);
  } finally {
    await owner.end();
  }
});
