import { expect, test } from "../fixtures.ts";
import { signInAs } from "../screens/sign-in.ts";

test("from the account to the description of the API, and a call out of it that works", async ({
  page,
  request,
  stack,
}) => {
  await signInAs(page, "vera");
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("menuitem", { name: "API reference" }).click();
  await page.waitForURL("**/api-reference");
  const operation = page.getByRole("article").filter({ hasText: "Decide one approval" }).first();
  await expect(operation.getByText("approval.already_decided").first()).toBeAttached();

  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "openapi.json", exact: true }).click();
  expect((await download).suggestedFilename()).toBe("countersign-openapi.json");

  const base = (await page.getByText(/\/api\/core$/).textContent()) ?? "";
  const answer = await request.get(`${base}/approvals?limit=1`, {
    headers: { authorization: `Bearer ${stack.coreApiToken}`, "x-tenant-id": "northwind", "x-org-id": "CA" },
  });
  expect(answer.status()).toBe(200);
});
