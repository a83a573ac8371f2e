import { expect, test } from "../fixtures.ts";
import { Inbox } from "../screens/inbox.ts";
import { fillSignIn, personOf, signInAs } from "../screens/sign-in.ts";

test("who only reads is told so, in the list and on the request", async ({ page }) => {
  await signInAs(page, "vera");
  const inbox = new Inbox(page);
  await inbox.open("?type=medical");
  await inbox.rows.first().getByRole("checkbox").check();
  await expect(inbox.selection).toContainText("You may read these, not decide them.");
  await expect(inbox.selection.getByRole("button", { name: "Approve" })).toHaveCount(0);

  await inbox.rows.first().getByRole("link").click();
  await page.waitForURL("**/approvals/**");
  const approve = page.getByRole("button", { name: "Approve" });
  await expect(approve).toBeDisabled();
  await expect(approve).toHaveAccessibleDescription("You do not hold the permission of its open stage. Why?");
});

test("a deep link waits for the sign-in and is then followed; a foreign one is not", async ({ page }) => {
  await signInAs(page, "olu", "/inbox?state=ALL&priority=URGENT");
  await expect(page).toHaveURL(/state=ALL&priority=URGENT/);
  await page.goto("/sign-in?callbackUrl=https://evil.example/");
  await expect(page).toHaveURL(/\/inbox$/);
});

test("a wrong password is told without saying which part was wrong", async ({ page }) => {
  await page.goto("/sign-in");
  await page.waitForLoadState("networkidle");
  await expect(page.getByLabel("E-mail")).toBeFocused();
  await fillSignIn(page, personOf("iris").email, "not-the-password");
  await expect(page.getByText("E-mail and password do not match.")).toBeVisible();
});

test("signing out ends the session itself, not only the page", async ({ page, context, request }) => {
  await signInAs(page, "olu");
  const cookies = await context.cookies();
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL("**/sign-in");
  const cookie = cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  const replayed = await request.get("/api/trpc/access.whoAmI?input=%7B%7D", { headers: { cookie } });
  expect(replayed.status()).toBe(401);
  await page.goto("/inbox");
  await expect(page).toHaveURL(/\/sign-in\?callbackUrl=%2Finbox/);
});
