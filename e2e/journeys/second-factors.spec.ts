import type { Page } from "@playwright/test";
import { generateSync } from "otplib";
import { expect, test } from "../fixtures.ts";
import { People } from "../screens/people.ts";
import { addAuthenticator, forgetProofs, signOut, stepUpOf } from "../screens/proof.ts";
import { fillSignIn, signInAs } from "../screens/sign-in.ts";

/** The code of now, or of the next half minute: none is taken twice. */
const codeOf = (secret: string, ahead = 0) => generateSync({ secret, epoch: Date.now() / 1000 + ahead });

async function setUp(page: Page) {
  await page.getByRole("button", { name: "Set up an app" }).click();
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByRole("img", { name: "QR code of the secret" })).toBeVisible();
  return { dialog, secret: ((await dialog.locator("code").textContent()) ?? "").replace(/\s/g, "") };
}

test("Tess sets up an app: her password alone is too little then, a code or a kept one lets her in, and taking it away asks for both", async ({
  page,
  browser,
  stack,
}) => {
  test.slow();
  const tess = { email: "tess@northwind.test", name: "Tess Ohm", password: "Tess carries two phones." };
  await signInAs(page, "ana", "/people");
  const theirs = await (await browser.newContext({ baseURL: stack.url })).newPage();
  await new People(page).join(theirs, tess);
  await theirs.goto("/profile/security");
  await theirs.waitForLoadState("networkidle");

  const { dialog, secret } = await setUp(theirs);
  await dialog.getByRole("textbox", { name: "Code" }).fill("000000");
  await theirs.keyboard.press("Enter");
  await expect(dialog.getByRole("alert")).toContainText("That did not prove it");
  const shown = theirs.getByRole("dialog", { name: "Your recovery codes" });
  // The code before, so that the one of now is still to be used; again where half a minute ended just then.
  await expect(async () => {
    await dialog.getByRole("textbox", { name: "Code" }).fill(codeOf(secret, -30));
    await theirs.keyboard.press("Enter");
    await expect(shown).toBeVisible({ timeout: 5_000 });
  }).toPass({ timeout: 15_000 });
  const kept = await shown.getByRole("listitem").allTextContents();
  expect(kept).toHaveLength(10);
  await shown.getByRole("button", { name: "I have kept them" }).click();
  await expect(theirs.getByText("10 codes are left")).toBeVisible();

  await signOut(theirs);
  await fillSignIn(theirs, tess.email, tess.password);
  const code = theirs.getByLabel("Code");
  await expect(code).toBeFocused();
  await code.fill("000000");
  await theirs.keyboard.press("Enter");
  await expect(theirs.getByText("That did not work.")).toBeVisible();
  await theirs.goto("/inbox");
  await theirs.waitForURL("**/sign-in**");
  await theirs.waitForLoadState("networkidle");
  await fillSignIn(theirs, tess.email, tess.password);
  await code.fill(codeOf(secret));
  await theirs.keyboard.press("Enter");
  await theirs.waitForURL("**/inbox");

  await signOut(theirs);
  await fillSignIn(theirs, tess.email, tess.password);
  await code.fill(kept[4] ?? "");
  await theirs.keyboard.press("Enter");
  await theirs.waitForURL("**/inbox");
  await theirs.goto("/profile/security");
  await expect(theirs.getByText("9 codes are left")).toBeVisible();
  await theirs.waitForLoadState("networkidle");

  await forgetProofs(stack.adminUrl, tess.email);
  await theirs.getByRole("button", { name: "Remove", exact: true }).click();
  await theirs.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
  const asked = stepUpOf(theirs);
  await asked.getByLabel("Password").fill(tess.password);
  await asked.getByLabel("Code").fill(codeOf(secret, 30));
  await asked.getByRole("button", { name: "Confirm" }).click();
  await expect(theirs.getByText("Authenticator app removed")).toBeVisible();
  await signOut(theirs);
  await fillSignIn(theirs, tess.email, tess.password);
  await theirs.waitForURL("**/inbox");
});

test("Paul adds a passkey, signs in with nothing else, and confirms with it that it is him", async ({
  page,
  browser,
  stack,
}) => {
  test.slow();
  const paul = { email: "paul@northwind.test", name: "Paul Key", password: "Paul forgets what he types." };
  await signInAs(page, "ana", "/people");
  const theirs = await (await browser.newContext({ baseURL: stack.url })).newPage();
  await new People(page).join(theirs, paul);
  await addAuthenticator(theirs);
  await theirs.goto("/profile/security");
  await theirs.waitForLoadState("networkidle");
  await theirs.getByLabel("Name").fill("Work laptop");
  await theirs.getByRole("button", { name: "Add a passkey" }).click();
  await theirs.getByRole("dialog").getByRole("button", { name: "I have kept them" }).click();
  const passkeys = theirs.getByRole("list", { name: "Passkeys" }).getByRole("listitem");
  await expect(passkeys).toContainText(["Work laptop"]);
  await theirs.getByRole("button", { name: "Add a passkey" }).click();
  await expect(theirs.getByText("This device has a passkey of yours already.")).toBeVisible();

  await signOut(theirs);
  await theirs.getByRole("button", { name: "Use a passkey" }).click();
  await theirs.waitForURL("**/inbox");

  await signOut(theirs);
  await fillSignIn(theirs, paul.email, paul.password);
  await expect(theirs.getByLabel("Recovery code")).toBeVisible();
  await theirs.getByRole("button", { name: "Use a passkey" }).click();
  await theirs.waitForURL("**/inbox");

  await theirs.goto("/profile/security");
  await theirs.waitForLoadState("networkidle");
  await forgetProofs(stack.adminUrl, paul.email);
  await theirs.getByRole("button", { name: "Remove Work laptop" }).click();
  await theirs.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
  await stepUpOf(theirs).getByRole("button", { name: "Use a passkey" }).click();
  await expect(theirs.getByText("Passkey removed")).toBeVisible();
  await expect(passkeys).toHaveCount(0);

  await signOut(theirs);
  await theirs.getByRole("button", { name: "Use a passkey" }).click();
  await expect(theirs.getByText("That did not work.")).toBeVisible();
  await fillSignIn(theirs, paul.email, paul.password);
  await theirs.waitForURL("**/inbox");
});
