import type { Page } from "@playwright/test";
import { expect } from "@playwright/test";

export interface Counts {
  total: number;
  decided: number;
  recorded: number;
  refused: number;
  failed: number;
}

export class BulkScreen {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  get id(): string {
    return new URL(this.page.url()).pathname.split("/").at(-1) ?? "";
  }

  async waitForEnd(): Promise<void> {
    await expect(this.page.getByText("Done", { exact: true })).toBeVisible({ timeout: 30_000 });
  }

  async counts(): Promise<Counts> {
    const read = async (outcome: string) => {
      const text = await this.page.locator(`[data-outcome="${outcome}"]`).textContent();
      return Number((text ?? "").replaceAll(/\D/g, ""));
    };
    const [total, decided, recorded, refused, failed] = await Promise.all(
      ["ALL", "DECIDED", "RECORDED", "REFUSED", "FAILED"].map(read),
    );
    return { total, decided, recorded, refused, failed } as Counts;
  }
}
