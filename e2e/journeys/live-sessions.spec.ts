import { globSync } from "node:fs";
import type { APIRequestContext, Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import { Inbox } from "../screens/inbox.ts";
import { beforeAnyPoll, decideElsewhere, Streams } from "../screens/live.ts";
import { fillSignIn, personOf, signInAs } from "../screens/sign-in.ts";

/** An approval of the list, opened, and where it stands. */
async function openRow(page: Page, index: number): Promise<{ id: string; org: string }> {
  const inbox = new Inbox(page);
  const org = (await inbox.rows.nth(index).locator("abbr").textContent()) ?? "";
  await inbox.rows.nth(index).getByRole("link").click();
  await page.waitForURL("**/approvals/**");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  return { id: new URL(page.url()).pathname.split("/").at(-1) ?? "", org };
}

const rejected = (page: Page) => page.getByRole("main").getByText("Rejected", { exact: true }).first();

async function setStatus(asked: APIRequestContext, email: string, status: "ACTIVE" | "DISABLED"): Promise<void> {
  const input = encodeURIComponent(JSON.stringify({ q: email }));
  const { result } = await (await asked.get(`/api/trpc/people.list?input=${input}`)).json();
  const [member] = result.data.items as { id: string; email: string }[];
  expect(member?.email).toBe(email);
  const headers = { "sec-fetch-site": "same-origin" };
  const answer = await asked.post("/api/trpc/people.setStatus", { data: { id: member?.id, status }, headers });
  expect(answer.status()).toBe(200);
}

test("the tabs of one browser share one connection; when its tab is closed another takes over and misses nothing", async ({
  page: first,
  context,
  request,
  stack,
}) => {
  const streams = new Streams(context);
  await signInAs(first, "olu");
  await new Inbox(first).open("?type=debt_consolidation");
  await streams.holder();
  const opened = streams.opened; // the page after the sign-in may have had one, too
  const second = await context.newPage();
  await new Inbox(second).open("?type=debt_consolidation&dir=asc");
  const one = await openRow(second, 0);
  await decideElsewhere(request, stack.coreApiToken, one);
  await expect(rejected(second)).toBeVisible(await beforeAnyPoll(request));
  expect(await streams.holder()).toBe(first);
  expect(streams.opened).toBe(opened);

  await second.goBack();
  await expect(new Inbox(second).rows.first()).toBeVisible();
  const other = await openRow(second, 1);
  await first.close();
  await decideElsewhere(request, stack.coreApiToken, other);
  await expect(rejected(second)).toBeVisible(await beforeAnyPoll(request));
  expect(await streams.holder()).toBe(second);
});

test("S4: a session that is revoked leaves every tab at once, and who signs in again is where they were", async ({
  page,
  context,
  browser,
  request,
  stack,
}) => {
  const admin = await browser.newContext({ baseURL: stack.url });
  await signInAs(await admin.newPage(), "ana");
  const streams = new Streams(context);
  await signInAs(page, "iris", "/inbox?type=car");
  await new Inbox(page).open("?type=car");
  const other = await context.newPage();
  await other.goto("/profile");
  await expect(other.getByRole("heading", { level: 1 })).toBeVisible();
  await streams.holder();

  const { email, password } = personOf("iris");
  await setStatus(admin.request, email, "DISABLED");
  await expect(page).toHaveURL(/\/sign-in\?callbackUrl=%2Finbox%3Ftype%3Dcar$/, await beforeAnyPoll(request));
  await expect(other).toHaveURL(/\/sign-in\?callbackUrl=%2Fprofile$/, await beforeAnyPoll(request));
  await expect.poll(() => streams.open.size).toBe(0);

  await setStatus(admin.request, email, "ACTIVE");
  await admin.close();
  await page.waitForLoadState("networkidle");
  await fillSignIn(page, email, password);
  await page.waitForURL(/\/inbox\?type=car$/);
  await other.waitForURL(/\/profile$/);
});

test("signing out in one tab takes the others to the sign-in page, each with its own way back", async ({
  page,
  context,
  request,
}) => {
  await signInAs(page, "mei");
  const other = await context.newPage();
  await other.goto("/bulks");
  await expect(other.getByRole("heading", { level: 1 })).toBeVisible();
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL("**/sign-in");
  await expect(other).toHaveURL(/\/sign-in\?callbackUrl=%2Fbulks$/, await beforeAnyPoll(request));
});

test("every page of the console offers to sign out", async ({ page }) => {
  test.slow();
  const pages = globSync("app/(console)/**/page.tsx").map(
    (file) => /\(console\)(.*)\/page\.tsx$/.exec(file)?.[1] ?? "",
  );
  // Those of one record are shown by the same layout, under an id that each journey has to find first.
  const paths = pages.filter((path) => !path.includes("["));
  expect(paths.length).toBeGreaterThan(20);
  await signInAs(page, "ana");
  for (const path of paths) {
    await page.goto(path);
    await page.getByRole("button", { name: /^Account of/ }).click();
    await expect(page.getByRole("menuitem", { name: "Sign out" }), path).toBeVisible();
  }
});

test("without a connection it says so after a while, reads again when somebody looks, and comes back by itself", async ({
  page,
  context,
  request,
  stack,
}) => {
  await signInAs(page, "olu");
  await context.route("**/api/events*", (route) => route.abort());
  await new Inbox(page).open("?type=small_business");
  const { id, org } = await openRow(page, 0);
  await expect(page.getByRole("status").filter({ hasText: "Reconnecting" })).toBeVisible({ timeout: 15_000 });
  await decideElsewhere(request, stack.coreApiToken, { id, org });
  await page.evaluate(() => window.dispatchEvent(new Event("focus")));
  await expect(rejected(page)).toBeVisible(await beforeAnyPoll(request));
  await context.unroute("**/api/events*");
  await expect(page.getByText("Reconnecting")).toHaveCount(0, { timeout: 20_000 });
});
