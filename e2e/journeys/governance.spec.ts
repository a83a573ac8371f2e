import { expect, test } from "../fixtures.ts";
import { call } from "../screens/live.ts";
import { signInAs } from "../screens/sign-in.ts";

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
    page.getByRole("heading", { name: /^Vera .* may not read the audit in the whole tenant$/ }),
  ).toBeVisible();
  await page.goBack();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /^Answer/ }).click();
  await page.getByRole("button", { name: "Allowed" }).click();
  await expect(page).toHaveURL(/outcome=ALLOW/);
  await expect(page.getByText("No entry matches these filters.")).toBeVisible();
});

test("a role that is given is an entry of the same commit, and leads to the audit of its request", async ({ page }) => {
  await signInAs(page, "ana", "/governance");
  const { items: people } = await call<{ items: { personId: string }[] }>(page.request, "people.list", { q: "vera" });
  const { items: places } = await call<{ items: { id: string }[] }>(page.request, "scopes.list", { q: "Nevada" });
  const [personId, scopeId] = [people[0]?.personId, places.at(-1)?.id];
  const { id } = await call<{ id: string }>(page.request, "access.assign", { personId, scopeId, role: "reader" });
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
});
