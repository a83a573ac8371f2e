import type { Browser, Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import { People } from "../screens/people.ts";
import { fillSignIn, signInAs } from "../screens/sign-in.ts";

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:143.0) Gecko/20100101 Firefox/143.0";
const WRONG = "E-mail and password do not match";

async function enter(page: Page, email: string, password: string): Promise<void> {
  await page.goto("/sign-in");
  await page.waitForLoadState("networkidle");
  await fillSignIn(page, email, password);
}

/** Asks for a link, and takes it from the mail. */
async function askLink(page: Page, ana: Page, email: string): Promise<string> {
  await page.goto("/sign-in");
  await page.getByRole("link", { name: "Forgot your password?" }).click();
  await page.waitForURL("**/forgot-password");
  await page.waitForLoadState("networkidle");
  await page.getByLabel("E-mail").fill(email);
  await page.getByRole("button", { name: "Send the link" }).click();
  await expect(page.getByRole("status")).toContainText(`If ${email} belongs to an account`);
  return new People(ana).revealLink(email, { template: "passwordReset", page: "reset-password" });
}

const open = async (browser: Browser, baseURL: string, userAgent?: string) =>
  (await browser.newContext({ baseURL, ...(userAgent ? { userAgent } : {}) })).newPage();

test("Pia changes her password: her other browser is out, the old password is refused, and a common one never gets in", async ({
  page,
  browser,
  stack,
}) => {
  test.slow();
  const email = "pia@northwind.test";
  const [old, next] = ["pia-joins-by-mail", "Pia writes a whole sentence."];
  await signInAs(page, "ana", "/people");
  const [laptop, phone] = [await open(browser, stack.url), await open(browser, stack.url)];
  await new People(page).join(laptop, { email, name: "Pia Lund", password: old });
  await enter(phone, email, old);
  await phone.waitForURL("**/inbox");

  await laptop.goto("/profile");
  await laptop.getByRole("link", { name: "Security" }).click();
  await laptop.waitForURL("**/profile/security");
  await laptop.waitForLoadState("networkidle");
  const [current, chosen] = [laptop.getByLabel("Current password"), laptop.getByLabel("New password")];
  const submit = laptop.getByRole("button", { name: "Change password" });
  await current.fill(old);
  for (const [given, why] of [
    ["short", "At least 8 characters"],
    ["iloveyou1", "among those that are guessed first"],
    ["Northwind2026", "a name or an address"],
    [old, "the password that you have now"],
  ] as const) {
    await chosen.fill(given);
    await submit.click();
    await expect(chosen).toHaveAccessibleDescription(new RegExp(why));
  }
  await chosen.fill(next);
  await current.fill("not the password");
  await submit.click();
  await expect(current).toHaveAccessibleDescription("This is not your current password.");
  await laptop.getByRole("button", { name: "Show what is typed" }).last().click();
  await expect(chosen).toHaveAttribute("type", "text");
  await current.fill(old);
  await submit.click();
  await expect(laptop.getByText("Password changed; 1 other session ended")).toBeVisible();

  await phone.waitForURL("**/sign-in**");
  await laptop.goto("/inbox");
  await expect(laptop.getByRole("heading", { level: 1 })).toHaveText("Inbox");
  await enter(phone, email, old);
  await expect(phone.getByText(WRONG)).toBeVisible();
  await enter(phone, email, next);
  await phone.waitForURL("**/inbox");
});

test("Rui forgets his password: one answer for every address, a link that works once, and the new password alone lets him in", async ({
  page,
  browser,
  stack,
}) => {
  test.slow();
  const email = "rui@northwind.test";
  const [old, next] = ["rui-joins-by-mail", "Rui remembers this one."];
  await signInAs(page, "ana", "/people");
  const [laptop, phone] = [await open(browser, stack.url), await open(browser, stack.url)];
  await new People(page).join(laptop, { email, name: "Rui Costa", password: old });

  await phone.goto("/forgot-password");
  await phone.waitForLoadState("networkidle");
  await phone.getByLabel("E-mail").fill("nobody.here@northwind.test");
  await phone.getByRole("button", { name: "Send the link" }).click();
  await expect(phone.getByRole("status")).toContainText("If nobody.here@northwind.test belongs to an account");

  const link = await askLink(phone, page, email);
  const sent: (string | undefined)[] = [];
  phone.on("request", (request) => sent.push(request.headers().referer));
  await phone.goto(link);
  await phone.waitForLoadState("networkidle");
  await expect(phone.getByText(`For ${email}.`)).toBeVisible();
  expect(sent.filter((referrer) => referrer?.includes("token"))).toEqual([]);
  const chosen = phone.getByLabel("New password");
  await chosen.fill("password1");
  await phone.getByRole("button", { name: "Set the password" }).click();
  await expect(chosen).toHaveAccessibleDescription(/guessed first/);
  await chosen.fill(next);
  await phone.getByRole("button", { name: "Set the password" }).click();
  await expect(phone.getByRole("status")).toContainText("every session has ended");
  await laptop.waitForURL("**/sign-in**");

  await phone.goto(link);
  await expect(phone.getByText("It was used already.")).toBeVisible();
  await phone.goto("/reset-password?token=never-was-one");
  await expect(phone.getByText("not one of ours")).toBeVisible();
  await enter(phone, email, old);
  await expect(phone.getByText(WRONG)).toBeVisible();
  await enter(phone, email, next);
  await phone.waitForURL("**/inbox");
});

test("Kim is told of a sign-in from a browser that was never seen, freezes the account by it, and is back with a new password", async ({
  page,
  browser,
  stack,
}) => {
  test.slow();
  const email = "kim@northwind.test";
  const [stolen, next] = ["kim-joins-by-mail", "Kim keeps this to herself."];
  await signInAs(page, "ana", "/people");
  const laptop = await open(browser, stack.url);
  await new People(page).join(laptop, { email, name: "Kim Osei", password: stolen });
  const thief = await open(browser, stack.url, FIREFOX);
  await enter(thief, email, stolen);
  await thief.waitForURL("**/inbox");

  const link = await new People(page).revealLink(email, { template: "newDevice", page: "not-me" });
  const mailbox = await open(browser, stack.url);
  await mailbox.goto(link);
  await mailbox.waitForLoadState("networkidle");
  await expect(mailbox.getByRole("definition").first()).toContainText("Firefox");
  await thief.reload();
  await expect(thief.getByRole("heading", { level: 1 })).toHaveText("Inbox");
  await mailbox.getByRole("button", { name: "It was not me: freeze the account" }).click();
  await expect(mailbox.getByRole("status")).toContainText("2 sessions have ended");
  await thief.waitForURL("**/sign-in**");
  await laptop.waitForURL("**/sign-in**");
  await enter(thief, email, stolen);
  await expect(thief.getByText(WRONG)).toBeVisible();
  await enter(laptop, email, stolen);
  await expect(laptop.getByText(WRONG)).toBeVisible();

  await mailbox.goto(link);
  await expect(mailbox.getByText("It was used already")).toBeVisible();
  await laptop.goto(await askLink(laptop, page, email));
  await laptop.waitForLoadState("networkidle");
  await laptop.getByLabel("New password").fill(next);
  await laptop.getByRole("button", { name: "Set the password" }).click();
  await laptop.getByRole("link", { name: "Go to sign-in" }).click();
  await laptop.waitForURL("**/sign-in");
  await laptop.waitForLoadState("networkidle");
  await fillSignIn(laptop, email, next);
  await laptop.waitForURL("**/inbox");
  await enter(thief, email, stolen);
  await expect(thief.getByText(WRONG)).toBeVisible();
});

test("a password is masked until its owner looks at it, and may be pasted, in every form that asks for one", async ({
  page,
}) => {
  const forms = [
    { path: "/sign-in", label: "Password", autocomplete: "current-password" },
    { path: "/profile/security", label: "Current password", autocomplete: "current-password" },
    { path: "/profile/security", label: "New password", autocomplete: "new-password" },
  ];
  for (const { path, label, autocomplete } of forms) {
    if (path !== "/sign-in") await signInAs(page, "vera", path);
    else await page.goto(path);
    await page.waitForLoadState("networkidle");
    const field = page.getByLabel(label);
    await expect(field).toHaveAttribute("type", "password");
    await expect(field).toHaveAttribute("autocomplete", autocomplete);
    await expect(field).not.toHaveAttribute("maxlength");
    // Shown it can be copied, as from a password manager, and masked it is pasted.
    const show = field.locator("..").getByRole("button", { name: "Show what is typed" });
    await field.fill("words from elsewhere");
    await show.click();
    await expect(field).toHaveAttribute("type", "text");
    await field.press("ControlOrMeta+a");
    await field.press("ControlOrMeta+x");
    await expect(field).toHaveValue("");
    await show.click();
    await expect(field).toHaveAttribute("type", "password");
    await field.press("ControlOrMeta+v");
    await expect(field).toHaveValue("words from elsewhere");
    await page.context().clearCookies();
  }
});
