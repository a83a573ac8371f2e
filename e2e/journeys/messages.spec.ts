import pg from "pg";
import { expect, test } from "../fixtures.ts";
import { Inbox } from "../screens/inbox.ts";
import { signInAs } from "../screens/sign-in.ts";

test.afterAll(async ({ stack }) => {
  const client = new pg.Client({ connectionString: stack.adminUrl });
  await client.connect();
  await client.query("UPDATE people SET locale = NULL WHERE email = 'mei@northwind.test'"); // for the other journeys
  await client.end();
});

test("who can decide a request is reminded in their own language; the mail is kept, seen and sent again", async ({
  page,
  browser,
  stack,
}) => {
  test.slow(); // two people and nine pages
  const other = await browser.newContext({ baseURL: stack.url });
  const mei = await other.newPage();
  await signInAs(mei, "mei", "/profile");
  await mei.waitForLoadState("networkidle");
  await mei.getByLabel("Language").selectOption("es");
  await mei.getByRole("button", { name: "Save" }).click();
  await expect(mei.getByRole("button", { name: "Guardar" })).toBeVisible({ timeout: 15_000 });
  await other.close();

  await signInAs(page, "ana");
  const inbox = new Inbox(page);
  await inbox.open("?type=car&org=OH");
  const title = (await inbox.rows.first().getByRole("link").textContent()) ?? "";
  await inbox.rows.first().getByRole("link").click();
  await page.waitForURL("**/approvals/**");
  await page.getByRole("button", { name: "Remind" }).click();
  const dialog = page.getByRole("dialog", { name: "Remind by mail" });
  for (const name of await dialog.getByRole("listitem").allTextContents())
    if (!/Mei|Olu/.test(name)) await dialog.getByRole("checkbox", { name }).uncheck();
  await dialog.getByRole("button", { name: "Remind 2 people" }).click();
  await expect(page.getByText("2 people are reminded")).toBeVisible();
  await page.getByRole("button", { name: "Remind" }).click();
  await expect(dialog.getByRole("checkbox", { name: "Mei Tanaka" })).toBeDisabled(); // once an hour
  await page.keyboard.press("Escape");

  await page.goto("/messages?q=mei");
  const messages = page.getByRole("list", { name: "Messages" }).getByRole("listitem");
  const spanish = messages.filter({ hasText: `A la espera de su decisión: ${title}` });
  await expect(spanish).toContainText("Captured");
  await expect(spanish).toContainText("Mei Tanaka");
  await spanish.getByRole("link").click();
  await page.waitForURL(/\/messages\/[0-9a-f-]+$/);
  const mail = page.frameLocator("iframe");
  await expect(mail.getByRole("heading", { name: "Una solicitud espera su decisión" })).toBeVisible();
  await expect(mail.getByText(/Ana Ferreira le recuerda esta solicitud/)).toBeVisible();
  await page.getByRole("button", { name: "Text" }).click();
  await expect(page.locator("pre")).toContainText("/approvals/");
  await expect(page.getByRole("region", { name: "Attempts" })).toContainText("Captured");

  const first = page.url();
  await page.getByRole("button", { name: "Send again" }).click();
  await page.waitForURL((url) => url.href !== first);
  await expect(page.getByRole("link", { name: "Open the first message" })).toBeVisible();
  await expect(page.getByRole("main").getByText("Captured", { exact: true }).first()).toBeVisible({ timeout: 15_000 });
  await page.getByRole("link", { name: "Trace of the whole chain" }).click();
  const steps = page.getByRole("list", { name: "Steps in time order" }).getByRole("listitem");
  await expect(steps.filter({ hasText: "Message captured" })).toHaveCount(1);
  await expect(steps.filter({ hasText: "Reminder to decide" })).toContainText("Captured");

  await page.goto("/messages?q=olu");
  await expect(messages.filter({ hasText: title }).first()).toContainText("Waiting for your decision");
});

test("every template is looked at in both languages", async ({ page }) => {
  await signInAs(page, "ana", "/messages");
  await page.getByRole("link", { name: "Templates" }).click();
  await page.waitForURL("**/messages/templates**");
  const mail = page.frameLocator("iframe");
  const expected = {
    "Reminder to decide": ["A request is waiting for your decision", "Una solicitud espera su decisión"],
    Decision: ["Your request was approved", "Su solicitud fue aprobada"],
    "Changes requested": ["Your request needs changes", "cambios"],
    Invitation: ["You are invited to Northwind", "Northwind"],
  } as const;
  for (const [template, [english, spanish]] of Object.entries(expected)) {
    await page.getByRole("button", { name: template, exact: true }).click();
    await page.getByRole("button", { name: "English", exact: true }).click();
    await expect(mail.locator("html")).toHaveAttribute("lang", "en");
    await expect(mail.getByRole("heading").first()).toContainText(english);
    await page.getByRole("button", { name: "Spanish", exact: true }).click();
    await expect(mail.locator("html")).toHaveAttribute("lang", "es");
    await expect(mail.getByRole("heading").first()).toContainText(spanish);
  }
});
