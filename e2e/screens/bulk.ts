import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expect } from "@playwright/test";
import { parse } from "csv-parse/sync";

export interface Counts {
  total: number;
  decided: number;
  recorded: number;
  refused: number;
  failed: number;
}

type Line = Readonly<Record<string, string>>;

/** What a file of outcomes counts. */
export function countsIn(lines: readonly Line[]): Counts {
  const of = (outcome: string) => lines.filter((line) => line.outcome === outcome).length;
  return {
    total: lines.length,
    decided: of("DECIDED"),
    recorded: of("RECORDED"),
    refused: of("REFUSED"),
    failed: of("FAILED"),
  };
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

  /** The word for how it stands, beside its name. */
  state(word: "Running" | "Paused" | "Done" | "Stopped") {
    return this.page.getByText(word, { exact: true });
  }

  button(name: string | RegExp) {
    return this.page.getByRole("main").getByRole("button", { name });
  }

  get items() {
    return this.page.getByRole("table", { name: "Outcome of each request" });
  }

  async show(outcome: "All" | "Decided" | "Recorded" | "Refused" | "Failed" | "Waiting"): Promise<void> {
    const tab = this.page
      .getByRole("group", { name: "Outcome" })
      .getByRole("button", { name: new RegExp(`^${outcome}`) });
    await tab.click();
    await expect(tab).toHaveAttribute("aria-pressed", "true");
  }

  reason(code: string) {
    return this.page.locator(`[data-reason="${code}"]`);
  }

  /** The file of what is shown, as somebody gets it who clicks on it. */
  async csv(): Promise<Line[]> {
    const [download] = await Promise.all([
      this.page.waitForEvent("download"),
      this.page.getByRole("link", { name: "CSV" }).click(),
    ]);
    return parse(await readFile(await download.path()), { bom: true, columns: true });
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
