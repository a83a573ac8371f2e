import { expect, test } from "../fixtures.ts";
import { call } from "../screens/live.ts";
import { signInAs } from "../screens/sign-in.ts";

test("Vera asks for what she is refused; Ana approves it, and Vera may until its time is over", async ({
  page,
  browser,
  stack,
}) => {
  test.slow();
  const hers = await browser.newContext({ baseURL: stack.url });
  const vera = await hers.newPage();
  await signInAs(vera, "vera", "/access");
  await vera.getByLabel("What").selectOption("approvals:decide");
  await vera.getByLabel("Where").fill("Nevada");
  await vera.getByRole("option", { name: /Nevada/ }).click();
  await expect(vera.getByRole("heading", { name: /You may not decide requests/ })).toBeVisible();
  await vera.getByRole("link", { name: "Ask for access" }).click();
  await vera.waitForURL("**/access/request?**");
  await expect(vera.getByLabel("Role")).toHaveValue("decider");
  await vera.getByLabel("For how long").selectOption("4");
  await vera.getByLabel("Why").fill("Iris is away until tonight.");
  await vera.getByRole("button", { name: "Ask", exact: true }).click();
  const asked = vera.getByRole("list", { name: "What you have asked for" }).getByRole("listitem");
  await expect(asked).toContainText("Decider, Nevada (NV)");
  await expect(asked).toContainText("Pending");

  await signInAs(page, "ana", "/inbox?type=access_grant");
  await page.getByRole("link", { name: /Access: decider, Nevada/ }).click();
  await page.waitForURL("**/approvals/**");
  await expect(page.getByText("Iris is away until tonight.").first()).toBeVisible();
  await expect(page.getByText("approvals:decide").first()).toBeVisible();
  await page.getByRole("button", { name: "Approve", exact: true }).click();
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(page.getByText(/^Approved/).first()).toBeVisible();

  await expect(asked).toContainText("Yours until", { timeout: 15_000 });
  await vera.goBack();
  await expect(vera.getByRole("heading", { name: /You may decide requests/ })).toBeVisible({ timeout: 15_000 });
  await expect(vera.getByText("Iris is away until tonight.")).toBeVisible();

  // As it was before.
  const id = page.url().split("/").at(-1)?.split("?")[0];
  const audit = await page.request.get(
    `/api/trpc/access.assignments?input=${encodeURIComponent(JSON.stringify({ q: "Vera", limit: 20 }))}`,
  );
  const { items } = (await audit.json()).result.data;
  const given = items.find((item: { reason: string | null }) => item.reason === "Iris is away until tonight.");
  expect([id, given?.until]).toEqual([expect.any(String), expect.any(String)]);
  await call(page.request, "access.revoke", { id: given.id });
  await hers.close();
});
