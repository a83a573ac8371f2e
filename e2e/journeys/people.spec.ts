import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import { People } from "../screens/people.ts";
import { signInAs } from "../screens/sign-in.ts";

const PASSWORD = "nora-joins-by-mail";

/** Opens the link as whoever it was sent to, chooses a password, and is in. */
async function join(page: Page, link: string, words: { password: string; join: string }): Promise<void> {
  await page.goto(link);
  await page.waitForLoadState("networkidle");
  await page.getByLabel(words.password).fill(PASSWORD);
  await page.getByRole("button", { name: words.join }).click();
  await page.waitForURL("**/inbox");
}

test("Nora is invited by mail, joins, may at once what she is granted, and is out at once when she is disabled", async ({
  page,
  browser,
  stack,
}) => {
  test.slow();
  const email = "nora@northwind.test";
  await signInAs(page, "ana", "/people");
  const people = new People(page);
  await people.invite({ email, name: "Nora Vidal", language: "es", role: "reader", place: "California" });
  const row = page.getByRole("list", { name: "Open invitations" }).getByRole("listitem").filter({ hasText: email });
  await expect(row).toContainText("Reader CA");
  const first = await people.revealLink(email);

  await page.goto("/people?tab=invitations");
  await page.getByRole("button", { name: `Send the invitation of ${email} again` }).click();
  await people.dialog.getByRole("button", { name: "Send again" }).click();
  await expect(page.getByText("A new link is on its way")).toBeVisible();
  await expect(row).toHaveCount(1);
  const second = await people.revealLink(email);
  expect(second).not.toBe(first);

  // Another browser, that asks for English: the page is in the language of the invitation all the same.
  const hers = await browser.newContext({ baseURL: stack.url, locale: "en-GB" });
  const nora = await hers.newPage();
  await nora.goto(first);
  await expect(nora.getByRole("heading", { level: 1 })).toHaveText("This invitation cannot be used");
  await join(nora, second, { password: "Contraseña", join: "Unirse" });
  await expect(nora.getByRole("heading", { level: 1 })).toHaveText("Bandeja");

  // She sees her organisation and no other: its rows, and no filter for more.
  const orgs = nora.locator("tbody tr[data-id]");
  await expect(orgs.first()).toBeVisible();
  await nora.getByRole("button", { name: /^Organización/ }).click();
  await expect(nora.getByRole("checkbox", { name: /California/ })).toBeVisible();
  await expect(nora.getByRole("dialog").getByRole("checkbox")).toHaveCount(1);
  await nora.keyboard.press("Escape");
  await expect(nora.getByRole("link", { name: "Personas" })).toHaveCount(0);
  await nora.goto("/people");
  await expect(nora.getByRole("alert").filter({ hasText: "No tiene el permiso" })).toBeVisible();

  await nora.goto("/inbox?type=car");
  await orgs.first().getByRole("link").click();
  await nora.waitForURL("**/approvals/**");
  const approve = nora.getByRole("button", { name: "Aprobar" });
  await expect(approve).toBeDisabled();

  await people.open("Nora Vidal");
  await page.getByRole("button", { name: "Grant a role" }).click();
  await people.chooseRole("decider", "California");
  await people.dialog.getByLabel("Reason").fill("Covers for Iris.");
  await people.dialog.getByRole("button", { name: "Grant", exact: true }).click();
  await expect(page.getByText("Decider granted: California")).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "Covers for Iris." })).toContainText(
    "Decider California (CA)",
  );

  // Without a reload.
  await expect(approve).toBeEnabled();
  await approve.click();
  await nora.keyboard.press("ControlOrMeta+Enter");
  await expect(nora.getByText(/Aprobada/).first()).toBeVisible();

  await page.getByRole("button", { name: "Disable", exact: true }).click();
  await expect(people.dialog).toContainText("One session ends at once");
  await people.dialog.getByRole("button", { name: "Disable" }).click();
  await expect(page.getByText("One session ended")).toBeVisible();
  await expect(page.getByRole("button", { name: "Enable" })).toBeVisible();
  const cookie = (await hers.cookies()).map(({ name, value }) => `${name}=${value}`).join("; ");
  const asked = await page.request.get("/api/trpc/access.whoAmI?input=%7B%7D", { headers: { cookie } });
  expect(asked.status()).toBe(401);
  await nora.waitForURL("**/sign-in**");
  await hers.close();
});

test("whoever administers one organisation sees and gives what lies in it, and nothing beyond", async ({
  page,
  browser,
  stack,
}) => {
  test.slow();
  const email = "cal@northwind.test";
  await signInAs(page, "ana", "/people");
  const people = new People(page);
  await people.invite({ email, name: "Cal Ortega", language: "en", role: "administrator", place: "California" });
  const link = await people.revealLink(email);

  const theirs = await browser.newContext({ baseURL: stack.url });
  const cal = await theirs.newPage();
  await join(cal, link, { password: "Password", join: "Join" });
  await cal.goto("/people");
  const seen = new People(cal);
  await expect(seen.members.getByRole("link", { name: "Iris" })).toBeVisible();
  await expect(seen.members.getByRole("link", { name: "Ana" })).toHaveCount(0);
  await expect(seen.members.getByRole("link", { name: "Olu" })).toHaveCount(0);

  await seen.open("Iris Moreno");
  await expect(cal.getByRole("button", { name: "Disable", exact: true })).toHaveCount(0);
  await cal.getByRole("button", { name: "Grant a role" }).click();
  await seen.dialog.getByLabel("Where").fill("New York");
  await expect(cal.getByText("No organisation matches.")).toBeVisible();
  await seen.dialog.getByLabel("Where").fill("");
  await expect(cal.getByRole("option")).toHaveText([/California/]);
  await cal.keyboard.press("Escape");
  await cal.keyboard.press("Escape");

  await cal.goto("/organisations");
  await expect(cal.getByRole("navigation", { name: "Organisations" }).getByRole("button")).toHaveCount(1);
  await cal.getByRole("button", { name: /California/ }).click();
  const panel = cal.getByRole("dialog");
  await panel.getByLabel("Code").fill("S27");
  await panel.getByLabel("Name").last().fill("Spring 2027");
  await panel.getByRole("button", { name: "Create: Cycle" }).click();
  await expect(cal.getByText("Cycle created: Spring 2027")).toBeVisible();
  await panel.getByLabel("Code").fill("S27");
  await panel.getByLabel("Name").last().fill("Spring again");
  await panel.getByRole("button", { name: "Create: Cycle" }).click();
  await expect(panel.getByText("S27 is there already.")).toBeVisible();
  await theirs.close();

  // Ana, who administers all of it, finds the new cycle below California.
  await page.goto("/organisations?q=spring 2027");
  await expect(page.getByRole("navigation", { name: "Organisations" })).toContainText("California");
  await page.getByRole("button", { name: /Spring 2027/ }).click();
  await expect(page.getByRole("dialog")).toContainText("California");

  // And is not to be the last who leaves.
  await people.open("Ana Ferreira");
  await page.getByRole("button", { name: "End membership" }).click();
  await expect(people.dialog).toContainText("This is you: your own session ends too.");
  await people.dialog.getByRole("button", { name: "End membership" }).click();
  await expect(people.dialog.getByRole("alert")).toContainText("Nobody else administers access");
});
