import { expect, test } from "../fixtures.ts";
import { People } from "../screens/people.ts";
import { forgetProofs, stepUpOf } from "../screens/proof.ts";
import { personOf, signInAs } from "../screens/sign-in.ts";

test("Ana grants a role an hour after she signed in: she confirms that it is her, and it is done once, as she had filled it in", async ({
  page,
  context,
  stack,
}) => {
  const { email, password } = personOf("ana");
  await signInAs(page, "ana", "/people");
  const people = new People(page);
  await people.open("Vera Lindqvist");
  await forgetProofs(stack.adminUrl, email);
  const before = (await context.cookies()).find(({ name }) => name.endsWith("session"))?.value;

  await page.getByRole("button", { name: "Grant a role" }).click();
  await people.chooseRole("confirmer", "Wyoming");
  await people.dialog.getByLabel("Reason").fill("Stands in for Mei.");
  await people.dialog.getByRole("button", { name: "Grant", exact: true }).click();

  const asked = stepUpOf(page);
  await expect(asked.getByLabel("Password")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(asked).toBeHidden();
  await expect(page.getByRole("dialog").getByRole("alert")).toContainText("Nothing was changed");
  await expect(people.dialog.getByLabel("Reason")).toHaveValue("Stands in for Mei.");

  await people.dialog.getByRole("button", { name: "Grant", exact: true }).click();
  await asked.getByLabel("Password").fill("not hers");
  await page.keyboard.press("Enter");
  await expect(asked.getByRole("alert")).toContainText("That did not prove it");
  await asked.getByLabel("Password").fill(password);
  await page.keyboard.press("Enter");
  await expect(page.getByText("Confirmer granted: Wyoming")).toBeVisible();
  await expect(page.getByRole("dialog")).toHaveCount(0);
  const held = page.getByRole("listitem").filter({ hasText: "Wyoming" });
  await expect(held).toHaveCount(1);
  const after = (await context.cookies()).find(({ name }) => name.endsWith("session"))?.value;
  expect(after).not.toBe(before);

  // Fresh now: nothing more is asked.
  await held.getByRole("button", { name: /^Take away/ }).click();
  await people.dialog.getByRole("button", { name: "Take away" }).click();
  await expect(held).toHaveCount(0);
});
