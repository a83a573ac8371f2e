import pg from "pg";
import { expect, test } from "../fixtures.ts";
import { BulkScreen } from "../screens/bulk.ts";
import { beforeAnyPoll, call, colleague, isDone, submitElsewhere } from "../screens/live.ts";
import { signInAs } from "../screens/sign-in.ts";

test("a request that is open follows what others do with it; what its reader was writing stays, and so does the focus", async ({
  page: mei,
  browser,
  request,
  stack,
}) => {
  const submit = (title: string) =>
    submitElsewhere(request, stack.coreApiToken, "CA", { type: "other", title, amount: "1200" });
  const [one, two] = [await submit("A ramp for the loading dock"), await submit("Roof, east wing")];
  const olu = await colleague(browser, stack.url, "olu");
  await signInAs(mei, "mei", `/approvals/${one}`);
  const reason = mei.getByLabel("Reason");
  await reason.pressSequentially("The second offer is cheap");
  await call(olu, "approvals.decide", { id: one, decision: "REJECT", comment: "No budget." });
  await expect(mei.getByRole("status").filter({ hasText: "Olu Adeyemi rejected it" })).toBeVisible(
    await beforeAnyPoll(request),
  );
  await mei.keyboard.type("er.");
  await expect(reason).toHaveValue("The second offer is cheaper.");
  await expect(mei.getByRole("button", { name: "Approve" })).toBeDisabled();
  await expect(mei.getByText(/Already rejected by Olu Adeyemi/)).toBeVisible();
  await expect(mei.getByRole("complementary").getByText("No budget.").first()).toBeVisible();

  await mei.goto(`/approvals/${two}`);
  const approve = mei.getByRole("button", { name: "Approve" });
  await approve.focus();
  await call(olu, "approvals.decide", { id: two, decision: "CHANGES_REQUESTED", comment: "Which wing?" });
  await expect(approve).toBeDisabled(await beforeAnyPoll(request));
  await expect(mei.getByRole("region", { name: "Decision" })).toBeFocused();
  const ana = await colleague(browser, stack.url, "ana");
  await call(ana, "approvals.resubmit", { id: two, title: "Roof, both wings", amount: "9900" });
  await expect(mei.getByText("It was revised while you had it open, and is now revision 2.")).toBeVisible(
    await beforeAnyPoll(request),
  );
  await expect(mei.getByRole("heading", { level: 1, name: "Roof, both wings" })).toBeVisible();
  await expect(approve).toBeDisabled();
  await mei.getByRole("button", { name: "I have read it" }).click();
  await expect(approve).toBeEnabled();
  await approve.click();
  await expect(mei.getByText("Approved", { exact: true }).first()).toBeVisible();
});

test("the progress of a bulk reaches whoever looks at it, without their asking for it", async ({
  page: mei,
  browser,
  request,
  stack,
}) => {
  const olu = await colleague(browser, stack.url, "olu");
  await signInAs(mei, "mei", "/bulks");
  const filter = { type: ["credit_card"], state: ["PENDING"] };
  const { id, total } = await call<{ id: string; total: number }>(olu, "bulks.draft", { filter });
  expect(total).toBeGreaterThan(600);

  // The second batch waits for a row that somebody holds.
  const holder = new pg.Client({ connectionString: stack.adminUrl });
  await holder.connect();
  await holder.query("BEGIN");
  await holder.query(
    `SELECT 1 FROM approvals a JOIN bulk_items i ON i.tenant_id = a.tenant_id AND i.approval_id = a.id
     WHERE i.bulk_id = $1 AND i.position = 600 FOR UPDATE OF a`,
    [id],
  );
  await call(olu, "bulks.start", { id, decision: "REJECT", comment: "The programme has ended." });
  const row = mei.getByRole("main").getByRole("listitem").first();
  await expect(row.getByRole("link")).toHaveAttribute("href", `/bulks/${id}`, await beforeAnyPoll(request));
  await row.getByRole("link").click();
  const bulk = new BulkScreen(mei);
  await expect
    .poll(async () => (await bulk.counts()).decided, { ...(await beforeAnyPoll(request)), intervals: [50] })
    .toBe(500);

  // While nothing happens nothing is asked: once the last change has been read, no request comes in a while.
  await expect(() => expect(mei.waitForRequest(/bulks\.get/, { timeout: 2_500 })).rejects.toThrow("Timeout")).toPass({
    timeout: 15_000,
  });
  await holder.query("COMMIT");
  await holder.end();
  // How long a bulk takes is its own affair; once it is done, its page says so.
  await isDone(olu, id);
  await expect
    .poll(async () => (await bulk.counts()).decided, { ...(await beforeAnyPoll(request)), intervals: [50] })
    .toBe(total);
  await expect(bulk.state("Done")).toBeVisible(await beforeAnyPoll(request));
});

test("entries of the audit are counted as they are written, and come in when asked", async ({
  page: ana,
  browser,
  request,
  stack,
}) => {
  await signInAs(ana, "ana", "/audit?action=approval.decided");
  await expect(ana.getByRole("table").getByRole("link").first()).toBeVisible();
  const before = await ana.getByRole("table").getByRole("link").first().getAttribute("href");
  const id = await submitElsewhere(request, stack.coreApiToken, "TX", { type: "other", title: "A sign for the door" });
  const olu = await colleague(browser, stack.url, "olu");
  await call(olu, "approvals.decide", { id, decision: "REJECT", comment: "There is one." });
  const seen = ana.getByRole("button", { name: /^\d+ new$/ });
  await expect(seen).toBeVisible(await beforeAnyPoll(request));
  expect(await ana.getByRole("table").getByRole("link").first().getAttribute("href")).toBe(before);
  await seen.click();
  await expect(ana.getByRole("table").getByRole("row").nth(1)).toContainText("A sign for the door");
  await expect(seen).toHaveCount(0);
});
