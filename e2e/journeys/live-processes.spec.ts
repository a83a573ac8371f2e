import type { APIRequestContext } from "@playwright/test";
import { test as base, expect } from "../fixtures.ts";
import type { Processes } from "../processes.ts";
import { startProcesses } from "../processes.ts";
import { BulkScreen } from "../screens/bulk.ts";
import { Inbox } from "../screens/inbox.ts";
import { beforeAnyPoll, call, colleague, isDone } from "../screens/live.ts";
import { addressOf, personOf, signInAs } from "../screens/sign-in.ts";

/** Two web processes and two workers on one database: whichever is asked, all hear of it. */

const test = base.extend<object, { processes: Processes }>({
  processes: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures that are wanted from the pattern
    async ({}, use) => {
      const processes = await startProcesses(JSON.parse(process.env.E2E_STACK ?? ""));
      await use(processes);
      await processes.stop();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  baseURL: async ({ processes }, use) => use(processes.balancer.url),
});

async function memberId(asked: APIRequestContext, email: string): Promise<string> {
  const input = encodeURIComponent(JSON.stringify({ q: email }));
  const { result } = await (await asked.get(`/api/trpc/people.list?input=${input}`)).json();
  return result.data.items[0].id;
}

test("S4: a session that one process revokes is told by the other, which holds the stream, to every tab at once", async ({
  page,
  context,
  browser,
  request,
  processes: { balancer },
}) => {
  const ana = await colleague(browser, balancer.url, "ana");
  const { email } = personOf("iris");
  const id = await memberId(ana, email);
  await signInAs(page, "iris", "/inbox?type=car");
  const other = await context.newPage();
  await other.goto("/profile");
  await expect(other.getByRole("heading", { level: 1 })).toBeVisible();
  // One stream for both tabs; the other process is told to end the session.
  await expect.poll(() => balancer.holder()?.port).toBeDefined();
  const { port } = balancer.targets.find((target) => target !== balancer.holder()) as { port: number };
  const set = (status: string) =>
    ana.post(`http://localhost:${port}/api/trpc/people.setStatus`, {
      data: { id, status },
      headers: { "sec-fetch-site": "same-origin" },
    });
  expect((await set("DISABLED")).status()).toBe(200);
  await expect(page).toHaveURL(/\/sign-in\?callbackUrl=%2Finbox%3Ftype%3Dcar$/, await beforeAnyPoll(request));
  await expect(other).toHaveURL(/\/sign-in\?callbackUrl=%2Fprofile$/, await beforeAnyPoll(request));
  await expect.poll(() => balancer.targets.map(({ streams }) => streams)).toEqual([0, 0]);
  expect((await set("ACTIVE")).status()).toBe(200);
});

// Before one of the two ends.
test("a proxy of ours is believed where a session comes from", async ({ browser, processes: { balancer } }) => {
  const baseURL = `http://localhost:${balancer.targets[0]?.port}`;
  const context = await browser.newContext({ baseURL, extraHTTPHeaders: { "x-forwarded-for": "203.0.113.9" } });
  await signInAs(await context.newPage(), "vera");
  expect(await addressOf(context.request)).toBe("203.0.113.9");
  await context.close();
});

test("decisions and bulks are seen at once, whichever process took them; one that ends is not missed", async ({
  page: mei,
  browser,
  request,
  processes,
}) => {
  const { balancer } = processes;
  await signInAs(mei, "mei");
  const inbox = new Inbox(mei);
  await inbox.open("?type=small_business&priority=NORMAL,HIGH");
  await expect.poll(() => balancer.holder()?.port).toBeDefined();
  const olu = await colleague(browser, balancer.url, "olu");
  const ids = await inbox.order(6);
  // Straight to each process: to the one that holds the stream, and to the other.
  for (const [index, { port }] of balancer.targets.entries()) {
    const address = `http://localhost:${port}/api/trpc/approvals.decide`;
    const data = { id: ids[index], decision: "REJECT", comment: "Closed." };
    const answer = await olu.post(address, { data, headers: { "sec-fetch-site": "same-origin" } });
    expect(answer.status(), await answer.text()).toBe(200);
    await expect(inbox.rows.nth(index)).toContainText("Rejected", await beforeAnyPoll(request));
  }
  for (const index of [2, 3, 4]) {
    await call(olu, "approvals.decide", { id: ids[index], decision: "REJECT", comment: "Closed." });
    await expect(inbox.rows.nth(index)).toContainText("Rejected", await beforeAnyPoll(request));
  }
  await expect(inbox.pill).toHaveText("5 changed");
  expect(balancer.targets.every(({ served }) => served > 5)).toBe(true);

  await mei.goto("/bulks");
  await expect.poll(() => balancer.holder()?.port).toBeDefined();
  const filter = { type: ["house"], state: ["PENDING"] };
  const { id, total } = await call<{ id: string; total: number }>(olu, "bulks.draft", { filter });
  await call(olu, "bulks.start", { id, decision: "REJECT", comment: "Closed." });
  const row = mei.getByRole("main").getByRole("listitem").first();
  await expect(row.getByRole("link")).toHaveAttribute("href", `/bulks/${id}`, await beforeAnyPoll(request));
  await row.getByRole("link").click();
  await mei.waitForURL(`**/bulks/${id}`);
  await isDone(olu, id);
  const bulk = new BulkScreen(mei);
  await expect(bulk.state("Done")).toBeVisible(await beforeAnyPoll(request));
  expect((await bulk.counts()).decided).toBe(total);

  // The process that holds the stream ends; what changes meanwhile is heard from the other.
  await mei.goto(`/approvals/${ids[5]}`);
  await expect(mei.getByRole("heading", { level: 1 })).toBeVisible();
  await expect.poll(() => balancer.holder()?.port).toBeDefined();
  const ending = balancer.holder()?.port as number;
  const stopped = processes.stopWeb(ending);
  await call(olu, "approvals.decide", { id: ids[5], decision: "REJECT", comment: "Closed." });
  await expect(mei.getByRole("status").filter({ hasText: "Olu Adeyemi rejected it" })).toBeVisible({
    timeout: (await beforeAnyPoll(request)).timeout * 2,
  });
  await stopped;
  await expect.poll(() => balancer.holder()?.port).not.toBe(ending);
});
