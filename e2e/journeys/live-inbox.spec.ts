import type { Browser, BrowserContext, Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import { Inbox } from "../screens/inbox.ts";
import { beforeAnyPoll, decideElsewhere, submitElsewhere } from "../screens/live.ts";
import type { Name } from "../screens/sign-in.ts";
import { signInAs } from "../screens/sign-in.ts";

const opened: BrowserContext[] = [];
test.afterEach(() => Promise.all(opened.splice(0).map((context) => context.close())));

async function openFor(browser: Browser, baseURL: string, name: Name, query: string): Promise<Inbox> {
  const context = await browser.newContext({ baseURL });
  opened.push(context);
  const page = await context.newPage();
  await signInAs(page, name);
  const inbox = new Inbox(page);
  await inbox.open(query);
  await isFollowing(page);
  return inbox;
}

/** The line is open once the stream is asked for; what changed before is caught up with. */
const isFollowing = (page: Page) =>
  expect.poll(() => page.evaluate(() => navigator.locks.query().then(({ held }) => held?.length))).toBe(1);

const titleOf = (inbox: Inbox, index: number) => inbox.rows.nth(index).getByRole("link").textContent();

test("a colleague's decision shows in its row at once; nothing moves before it is asked for, and the key brings it in", async ({
  browser,
  request,
  stack,
}) => {
  const query = "?type=debt_consolidation&org=CA";
  const olu = await openFor(browser, stack.url, "olu", query);
  const mei = await openFor(browser, stack.url, "mei", query);
  const before = await mei.order(10);
  const pending = await mei.count("Pending");
  await mei.rows.nth(2).focus();
  const title = await titleOf(olu, 1);

  await olu.rows.nth(1).focus();
  await olu.page.keyboard.press("r");
  await olu.page.getByLabel("Reason").fill("The income is not verified.");
  await olu.page.keyboard.press("Enter");
  await expect.poll(() => olu.order(2)).toEqual([before[0], before[2]]);
  const soon = await beforeAnyPoll(request);
  await expect(mei.rows.nth(1)).toContainText("Rejected", soon);
  await expect(mei.rows.nth(1)).toContainText("Changed");
  await expect(mei.rows.nth(1)).toContainText(title ?? "");
  await expect(mei.pill).toHaveText("1 changed", soon);
  await expect.poll(() => mei.count("Pending"), { timeout: soon.timeout * 2 }).toBe(pending - 1);

  // Of another type it does not concern this list; of this one it does.
  await submitElsewhere(request, stack.coreApiToken, "CA", { type: "medical", title: "A hearing aid" });
  await submitElsewhere(request, stack.coreApiToken, "CA", {
    type: "debt_consolidation",
    title: "Three cards into one",
  });
  await expect(mei.pill).toHaveText("1 new, 1 changed", await beforeAnyPoll(request));
  expect(await mei.order(10)).toEqual(before);
  await expect(mei.focusedRow).toHaveAttribute("data-id", before[2] ?? "");

  await mei.page.keyboard.press("n");
  await expect(mei.rows.first()).toContainText("Three cards into one");
  await expect(mei.focusedRow).toContainText("Three cards into one");
  await expect(mei.pill).toHaveCount(0);
  expect(await mei.order(3)).toEqual(["", before[0], before[2]].map((id, n) => (n === 0 ? expect.any(String) : id)));
  // What one decided oneself is no news.
  await expect(olu.pill).toHaveText("1 new", await beforeAnyPoll(request));
  await olu.pill.click();
  await expect(olu.focusedRow).toContainText("Three cards into one");
});

test("what changed while a request was open is told when its reader is back; into an empty list it comes by itself", async ({
  browser,
  request,
  stack,
}) => {
  const mei = await openFor(browser, stack.url, "mei", "?type=other&org=NY");
  const [first, second] = await mei.order(2);
  await mei.rows.first().getByRole("link").click();
  await mei.page.waitForURL("**/approvals/**");
  await decideElsewhere(request, stack.coreApiToken, { id: second ?? "", org: "NY" });
  await decideElsewhere(request, stack.coreApiToken, { id: first ?? "", org: "NY" });
  await expect(mei.page.getByRole("main").getByText("Rejected", { exact: true }).first()).toBeVisible(
    await beforeAnyPoll(request),
  );
  await mei.page.getByRole("link", { name: "Inbox" }).last().click();
  await expect(mei.pill).toHaveText("2 changed");
  expect(await mei.order(2)).toEqual([first, second]);
  await expect(mei.rows.nth(1)).toContainText("Rejected");

  const connected = mei.page.waitForResponse("**/api/events*");
  await mei.page.goto("/inbox?q=Lighthouse");
  await expect(mei.page.getByText("Nothing matches these filters")).toBeVisible();
  await connected;
  await submitElsewhere(request, stack.coreApiToken, "CA", { type: "other", title: "Lighthouse, repainted" });
  await expect(mei.row("Lighthouse, repainted")).toBeVisible(await beforeAnyPoll(request));
});

test("while a colleague decides hundreds, the list stays, is counted, and asks for the counts at most once a second", async ({
  browser,
  request,
  stack,
}) => {
  const query = "?type=home_improvement";
  const olu = await openFor(browser, stack.url, "olu", query);
  const mei = await openFor(browser, stack.url, "mei", query);
  const before = await mei.order(5);
  const asked: number[] = [];
  mei.page.on("request", (sent) => {
    if (sent.url().includes("approvals.count")) asked.push(performance.now());
  });
  const selected = await olu.selectAllMatching();
  await olu.selection.getByRole("button", { name: "Reject" }).click();
  await olu.dialog.getByLabel(/^Reason/).fill("The programme has ended.");
  await olu.dialog.getByRole("button", { name: `Reject ${selected}` }).click();
  await olu.page.waitForURL("**/bulks/**");
  await expect(olu.page.getByText("Done", { exact: true })).toBeVisible({ timeout: 30_000 });

  await expect(mei.pill).toHaveText(`${selected} changed`, await beforeAnyPoll(request));
  expect(await mei.order(5)).toEqual(before);
  for (const index of [0, 3]) await expect(mei.rows.nth(index)).toContainText("Rejected");
  await expect.poll(() => mei.count("Pending")).toBe(0);
  const gaps = asked.slice(1).map((at, n) => at - (asked[n] as number));
  expect(gaps.filter((gap) => gap < 900)).toEqual([]);
});
