import type { Page } from "@playwright/test";
import { expect } from "@playwright/test";

/** The pages of one import, from its file to its requests. */
export class ImportScreen {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get id(): string {
    return new URL(this.page.url()).pathname.split("/").at(-1) ?? "";
  }

  async upload(name: string, text: string | Buffer): Promise<void> {
    await this.page.goto("/imports/new");
    await this.page.waitForLoadState("networkidle");
    await this.choose(name, text);
    await this.page.waitForURL(/\/imports\/[0-9a-f-]{36}$/);
    await expect(this.check).toBeVisible();
  }

  async choose(name: string, text: string | Buffer): Promise<void> {
    const file = { name, mimeType: "text/csv", buffer: Buffer.from(text as string) };
    await this.page.locator("input[type=file]").setInputFiles(file);
  }

  get check() {
    return this.page.getByRole("button", { name: "Check all rows" });
  }

  field(name: string) {
    return this.page.getByRole("combobox", { name, exact: true });
  }

  get preview() {
    return this.page.getByRole("table", { name: "First rows" });
  }

  get badRows() {
    return this.page.getByRole("table", { name: "Bad rows" });
  }

  get submit() {
    return this.page.getByRole("button", { name: /submit \d[\d,]* requests?$/i });
  }
}
