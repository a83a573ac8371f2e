import { expect, test } from "../fixtures.ts";
import { Inbox } from "../screens/inbox.ts";
import { signInAs } from "../screens/sign-in.ts";

test("a policy is made, tried on what there is, corrected and saved; the next request follows it", async ({
  page,
  request,
  stack,
}) => {
  await signInAs(page, "ana", "/policies");
  await page.getByRole("link", { name: "New policy" }).click();
  await page.getByLabel("Type of request").fill("journey");
  await page.getByLabel("Name", { exact: true }).first().fill("Journeys");
  await page.getByRole("button", { name: "Add a stage" }).click();
  const second = page.getByRole("listitem").filter({ hasText: "Stage 2" });
  await second.getByLabel("Name").fill("Confirmation");
  await second.getByLabel("Decided by who may").selectOption("approvals:confirm");
  const when = second.getByLabel("Needed only when");
  await when.fill('amount >= "much"');
  await expect(second.getByText(/cannot be put together/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Review and save" })).toBeDisabled();
  await when.fill("amount >= 100000");
  await expect(page.getByText(/there are none/)).toBeVisible();
  await page.getByRole("button", { name: "Review and save" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await page.waitForURL("**/policies/edit?type=journey");
  await expect(page.getByText("Version 1", { exact: true })).toBeVisible();

  const headers = { authorization: `Bearer ${stack.coreApiToken}`, "x-tenant-id": "northwind", "x-org-id": "CA" };
  const submit = async (title: string, amount: string) => {
    const data = { type: "journey", title, amount, requesterEmail: "olu@northwind.test" };
    const said = await request.post(`${stack.url}/api/core/approvals`, { headers, data });
    expect(said.status()).toBe(201);
    return (await said.json()).id as string;
  };
  const [dear, cheap] = [await submit("To Tokyo", "250000"), await submit("To Turku", "9000")];

  await page.goto("/policies/edit?type=journey");
  const tried = page.getByRole("table", { name: "Tried on existing requests" });
  await expect(tried.getByRole("row").filter({ hasText: "To Tokyo" })).toContainText("Decision + Confirmation");
  await page.getByLabel("Needed only when").last().fill("amount >= 5000");
  await expect(page.getByText("1 would change", { exact: true })).toBeVisible();
  await page.getByLabel("Due after (hours)").fill("72");
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("listitem")).toHaveCount(2);
  await expect(dialog.getByText("amount >= 5000")).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(page.getByText("Version 2", { exact: true })).toBeVisible();

  // Those under way keep their stages: one decision settles the cheap one, the dear one waits for a confirmation.
  for (const [id, said] of [
    [cheap, "Approved"],
    [dear, "Pending"],
  ] as const) {
    await page.goto(`/approvals/${id}`);
    await page.getByRole("button", { name: "Approve" }).click();
    await expect(page.getByRole("main").getByText(said, { exact: true }).first()).toBeVisible();
  }
});

test("who may only read policies sees how a type is decided, and can change nothing", async ({ page }) => {
  await signInAs(page, "vera", "/policies");
  await page.getByRole("link", { name: "Small business" }).click();
  await expect(page.getByLabel("Name", { exact: true }).first()).toBeDisabled();
  await expect(page.getByRole("button", { name: "Review and save" })).toHaveCount(0);
  await expect(page.getByText("Version 1", { exact: true })).toBeVisible();
  const inbox = new Inbox(page);
  await inbox.open();
});
