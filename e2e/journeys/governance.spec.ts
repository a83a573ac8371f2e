import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import { call } from "../screens/live.ts";
import { signInAs } from "../screens/sign-in.ts";

async function ask<T>(page: Page, query: string, input: object): Promise<T> {
  const asked = await page.request.get(`/api/trpc/${query}?input=${encodeURIComponent(JSON.stringify(input))}`);
  return (await asked.json()).result.data as T;
}

test("what Vera is refused is in the governance log within a moment, with why; its filters are the address", async ({
  page,
  browser,
  baseURL,
}) => {
  const theirs = await browser.newContext(baseURL ? { baseURL } : {});
  const vera = await theirs.newPage();
  await signInAs(vera, "vera", "/audit");
  await expect(vera.getByRole("link", { name: "Why?" })).toBeVisible();
  await theirs.close();

  await signInAs(page, "ana", "/governance?operation=audit.list");
  const row = page.getByRole("row").filter({ hasText: "Vera" }).first();
  await expect(row).toContainText("Denied");
  await row.getByRole("link").click();
  const entry = page.getByRole("dialog");
  await expect(entry.getByRole("heading", { name: "read the audit" })).toBeVisible();
  await expect(entry.getByRole("listitem").filter({ hasText: "Reader in the whole tenant" })).toContainText(
    "does not hold it",
  );
  await entry.getByRole("link", { name: "Why, in the access" }).click();
  await page.waitForURL("**/access?**");
  await expect(
    page.getByRole("heading", { name: /^Vera .* was not allowed to read the audit in the whole tenant$/ }),
  ).toBeVisible();
  await page.goBack();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Answer/ }).click();
  await page.getByRole("button", { name: "Allowed" }).click();
  await expect(page).toHaveURL(/outcome=ALLOW/);
  await expect(page.getByText("No entry matches these filters.")).toBeVisible();
});

test("a role that is given is an entry of the same commit; taken away, the answer of now turns and that of then stays", async ({
  page,
}) => {
  await signInAs(page, "ana", "/governance");
  const { items: people } = await ask<{ items: { personId: string }[] }>(page, "people.list", { q: "vera" });
  const { items: places } = await ask<{ items: { id: string }[] }>(page, "scopes.list", { q: "Nevada" });
  const [personId, scopeId] = [people[0]?.personId, places.at(-1)?.id];
  const { id } = await call<{ id: string }>(page.request, "access.assign", { personId, scopeId, role: "decider" });
  const then = new Date(Date.now() + 1).toISOString();
  await page.goto("/governance?outcome=ALLOW&operation=access.assign");
  const row = page.getByRole("row").filter({ hasText: "NV" }).first();
  await expect(row).toContainText("Allowed");
  await row.getByRole("link").click();
  const entry = page.getByRole("dialog");
  await expect(entry.getByText("Administrator in the whole tenant")).toBeVisible();
  await entry.getByRole("link", { name: "All entries with this request id" }).click();
  await page.waitForURL("**/audit?request=**");
  await expect(page.getByRole("table").getByText("Role assigned")).toBeVisible();

  await call(page.request, "access.revoke", { id });
  await page.goto(`/access?person=${personId}&what=approvals:decide&where=${scopeId}&at=${then}`);
  await expect(
    page.getByRole("heading", { name: "Vera Lindqvist was allowed to decide requests in Nevada (NV)" }),
  ).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "Decider at Nevada (NV)" })).toContainText("Given by Ana");
  await page.getByLabel("When").fill("");
  await expect(
    page.getByRole("heading", { name: "Vera Lindqvist may not decide requests in Nevada (NV)" }),
  ).toBeVisible();
});
