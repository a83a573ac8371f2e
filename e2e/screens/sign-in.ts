import type { APIRequestContext, Page } from "@playwright/test";
import { expect } from "@playwright/test";
import { demoPeople } from "../../prisma/demo.ts";

export type Name = "ana" | "olu" | "mei" | "vera" | "iris";

export function personOf(name: Name) {
  const person = demoPeople.find(({ email }) => email.startsWith(`${name}@`));
  if (!person) throw new Error(`The demo has no ${name}.`);
  return person;
}

export async function fillSignIn(page: Page, email: string, password: string): Promise<void> {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}

/** Signs in, and ends where `path` leads. */
export async function signInAs(page: Page, name: Name, path = "/inbox"): Promise<void> {
  const { email, password } = personOf(name);
  await page.goto(path);
  await page.waitForURL("**/sign-in**");
  await page.waitForLoadState("networkidle");
  await fillSignIn(page, email, password);
  // The navigation there may be overtaken by the one that shows the page; where it ends is what counts.
  await expect(page).toHaveURL((url) => url.pathname + url.search === path, { timeout: 20_000 });
  await page.waitForLoadState();
}

/** Where the session that asks was opened from, as its owner is shown it. */
export async function addressOf(asked: APIRequestContext): Promise<string | undefined> {
  const answer = await asked.get("/api/trpc/sessions.mine?input=%7B%7D");
  const { items } = (await answer.json()).result.data as { items: { current: boolean; address: string }[] };
  return items.find(({ current }) => current)?.address;
}
