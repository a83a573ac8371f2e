import type { APIRequestContext, APIResponse, Page } from "@playwright/test";
import { expect } from "@playwright/test";

export class ServiceClients {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get dialog() {
    return this.page.getByRole("dialog");
  }

  get tokens() {
    return this.page.getByRole("list", { name: "Tokens" }).getByRole("listitem");
  }

  async create(given: { name: string; code: string; description: string }): Promise<void> {
    await this.page.goto("/service-clients");
    await this.page.getByRole("button", { name: "New client" }).click();
    await this.dialog.getByLabel("Name", { exact: true }).fill(given.name);
    await this.dialog.getByLabel("Code").fill(given.code);
    await this.dialog.getByLabel("What it is for").fill(given.description);
    await this.dialog.getByRole("button", { name: "Create" }).click();
    await this.page.waitForURL(/\/service-clients\/[0-9a-f-]{36}$/);
    await expect(this.page.getByRole("heading", { level: 1, name: given.name })).toBeVisible();
  }

  async grant(role: string, place: string): Promise<void> {
    await this.page.getByRole("button", { name: "Grant a role" }).click();
    await this.dialog.getByLabel("Role", { exact: true }).selectOption(role);
    await this.dialog.getByLabel("Where").fill(place);
    await this.page.getByRole("option", { name: new RegExp(place) }).click();
    await this.dialog.getByRole("button", { name: "Grant", exact: true }).click();
    await expect(this.dialog).toHaveCount(0);
  }

  /** The token in the dialog that shows it, which is then closed. */
  async keepToken(): Promise<string> {
    const shown = this.dialog.getByText(/^cs_/);
    await expect(this.dialog.getByText(/you will not see it again/)).toBeVisible();
    const token = (await shown.textContent()) ?? "";
    await this.dialog.getByRole("button", { name: "I have kept it" }).click();
    await expect(this.dialog).toHaveCount(0);
    return token;
  }
}

/** A call of the Core API by a token, in an organisation of the demo. */
export const callCore = (request: APIRequestContext, token: string, org: string, path: string): Promise<APIResponse> =>
  request.get(`/api/core${path}`, {
    headers: { authorization: `Bearer ${token}`, "x-tenant-id": "northwind", "x-org-id": org },
  });
