import type { Locator, Page } from "@playwright/test";
import { expect } from "@playwright/test";

export class Inbox {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get list() {
    return this.page.getByRole("grid", { name: "Requests" });
  }

  get rows() {
    return this.list.locator("tbody").getByRole("row");
  }

  row(title: string) {
    return this.rows.filter({ hasText: title });
  }

  get focusedRow() {
    return this.page.locator("tbody tr:focus");
  }

  /** The number that stands at the end of it, once there is one. */
  async counted(place: Locator): Promise<number> {
    await expect(place).toContainText(/\d$/);
    return Number(/([\d,]+)$/.exec((await place.textContent()) ?? "")?.[1]?.replaceAll(",", ""));
  }

  async open(query = ""): Promise<void> {
    await this.page.goto(`/inbox${query}`);
    await expect(this.rows.first()).toBeVisible();
    await expect(this.list).toHaveAttribute("aria-busy", "false");
    // Focus comes to the list once the page is alive.
    await expect(this.focusedRow).toHaveCount(1);
  }

  /** Says how far the list is from what is there now. */
  get pill() {
    return this.page.getByRole("button", { name: /\d (new|changed)/ });
  }

  /** The ids of the first rows, in their order. */
  async order(count: number): Promise<(string | undefined)[]> {
    const ids = await this.rows.evaluateAll((rows) => rows.map((row) => (row as HTMLElement).dataset.id));
    return ids.slice(0, count);
  }

  async filterType(label: string): Promise<void> {
    await this.page.getByRole("button", { name: /^Type/ }).click();
    await this.page.getByRole("checkbox", { name: new RegExp(`^${label}`) }).check();
    await this.page.keyboard.press("Escape");
  }

  /** The count on the tab of a state. */
  async count(state: string): Promise<number> {
    const text = (await this.page.getByRole("button", { name: new RegExp(`^${state} [\\d,]+$`) }).textContent()) ?? "";
    return Number(text.replaceAll(/\D/g, ""));
  }

  async selectAllMatching(): Promise<number> {
    await this.page.getByRole("checkbox", { name: /^Select the first/ }).check();
    await this.page.getByRole("button", { name: /^Select all .* matching$/ }).click();
    const text = (await this.selection.getByText(/ selected$/).textContent()) ?? "";
    return Number(text.replaceAll(/\D/g, ""));
  }

  get selection() {
    return this.page.getByRole("region", { name: "Selection" });
  }

  get dialog() {
    return this.page.getByRole("dialog");
  }
}
