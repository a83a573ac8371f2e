import type { Page } from "@playwright/test";
import { expect } from "@playwright/test";

export class People {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get members() {
    return this.page.getByRole("list", { name: "Members" });
  }

  get dialog() {
    return this.page.getByRole("dialog");
  }

  /** In the fields of a role: which, and where. */
  async chooseRole(role: string, place: string): Promise<void> {
    await this.dialog.getByLabel("Role", { exact: true }).selectOption(role);
    await this.dialog.getByLabel("Where").fill(place);
    await this.page.getByRole("option", { name: new RegExp(place) }).click();
  }

  async invite(given: {
    email: string;
    name: string;
    language: "en" | "es";
    role: string;
    place: string;
  }): Promise<void> {
    await this.page.goto("/people");
    await this.page.getByRole("button", { name: "Invite a person" }).click();
    await this.dialog.getByLabel("E-mail").fill(given.email);
    await this.dialog.getByLabel("Name", { exact: true }).fill(given.name);
    await this.dialog.getByLabel("Language").selectOption(given.language);
    await this.chooseRole(given.role, given.place);
    await this.dialog.getByRole("button", { name: "Send the invitation" }).click();
    await expect(this.page.getByText("The invitation is on its way")).toBeVisible();
  }

  /** The link in the newest mail to an address, as whoever runs an installation without a mail server sees it. */
  async revealLink(email: string, { template, page } = { template: "invitation", page: "welcome" }): Promise<string> {
    const messages = this.page.getByRole("list", { name: "Messages" }).getByRole("listitem");
    const message = messages.filter({ hasText: email }).first();
    // A mail that the worker writes comes after its answer.
    await expect(async () => {
      await this.page.goto(`/messages?template=${template}`);
      await expect(message).toBeVisible({ timeout: 3_000 });
    }).toPass({ timeout: 30_000 });
    await message.getByRole("link").click();
    await this.page.getByRole("button", { name: "Show one-time link" }).click();
    return (await this.dialog.getByText(`/${page}?token=`).textContent()) ?? "";
  }

  /** Somebody new, invited by who is signed in here, who is in with a password of their own in `theirs`. */
  async join(theirs: Page, { email, name, password }: { email: string; name: string; password: string }) {
    await this.invite({ email, name, language: "en", role: "reader", place: "California" });
    await theirs.goto(await this.revealLink(email));
    await theirs.waitForLoadState("networkidle");
    await theirs.getByLabel("Password").fill(password);
    await theirs.getByRole("button", { name: "Join" }).click();
    await theirs.waitForURL("**/inbox");
  }

  async open(name: string): Promise<void> {
    await this.page.goto(`/people?q=${encodeURIComponent(name)}`);
    await this.members.getByRole("link", { name }).click();
    await expect(this.page.getByRole("heading", { level: 1, name })).toBeVisible();
  }
}
