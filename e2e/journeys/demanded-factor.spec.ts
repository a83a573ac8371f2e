import { expect, test } from "../fixtures.ts";
import { addAuthenticator } from "../screens/proof.ts";
import { fillSignIn } from "../screens/sign-in.ts";

const CARL = { email: "carl@contoso.test", password: "carl-lives-elsewhere" };

test("Carl demands a second factor of everybody, once he has one; without it he may set one up and nothing else, and goes on as soon as he has", async ({
  page,
}) => {
  test.slow();
  await page.goto("/sessions");
  await page.waitForURL("**/sign-in**");
  await page.waitForLoadState("networkidle");
  await fillSignIn(page, CARL.email, CARL.password);
  await page.waitForURL("**/sessions");

  const dialog = page.getByRole("dialog");
  const demand = async (demanded: boolean) => {
    await page.goto("/sessions");
    await page.waitForLoadState("networkidle");
    await page.getByRole("button", { name: "Limits" }).click();
    await dialog.getByLabel("Everybody needs a second factor").setChecked(demanded);
    await dialog.getByRole("button", { name: "Save" }).click();
  };
  const addPasskey = async () => {
    await page.getByLabel("Name").fill("Laptop");
    await page.getByRole("button", { name: "Add a passkey" }).click();
    await dialog.getByRole("button", { name: "I have kept them" }).click();
    await expect(page.getByRole("list", { name: "Passkeys" }).getByRole("listitem")).toContainText(["Laptop"]);
  };
  const removePasskey = async () => {
    await page.goto("/profile/security");
    await page.waitForLoadState("networkidle");
    await page.getByRole("button", { name: "Remove Laptop" }).click();
    await dialog.getByRole("button", { name: "Remove", exact: true }).click();
    await expect(page.getByText("Passkey removed")).toBeVisible();
  };

  await demand(true);
  await expect(dialog.getByRole("alert")).toContainText("Set up a second factor of your own first");
  await page.keyboard.press("Escape");

  await addAuthenticator(page);
  await page.goto("/profile/security");
  await page.waitForLoadState("networkidle");
  await addPasskey();
  await demand(true);
  await expect(page.getByText("Limits saved")).toBeVisible();

  await removePasskey();
  await page.goto("/inbox");
  const gate = page.getByRole("heading", { level: 1, name: "Contoso Works asks for a second factor" });
  await expect(gate).toBeVisible();
  await page.getByRole("link", { name: "Set one up" }).click();
  await page.waitForURL("**/profile/security");
  await page.waitForLoadState("networkidle");
  await addPasskey();
  await page.goto("/inbox");
  await expect(page.getByRole("heading", { level: 1, name: "Inbox" })).toBeVisible();
  await expect(gate).toHaveCount(0);

  await demand(false);
  await expect(page.getByText("Limits saved")).toBeVisible();
  await removePasskey();
});
