import type { Locator, Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import { englishOn } from "../screens/language.ts";
import { personOf } from "../screens/sign-in.ts";

test.use({
  viewport: { width: 320, height: 640 },
  colorScheme: "dark",
  locale: "es-ES",
  contextOptions: { reducedMotion: "reduce" },
});

const STEPS_MAX = 80;
/** A type is called as its requests were: here in English. */
const TYPE = "House";

/** Goes there as one without a pointer does: from what has the focus, one stop after the other. */
async function goTo(page: Page, target: Locator, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  await expect(target).toBeVisible();
  for (let step = 0; step < STEPS_MAX; step++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press(key);
  }
  throw new Error(`${key} does not lead there`);
}

async function look(page: Page, screen: string): Promise<void> {
  expect(await englishOn(page, [TYPE]), screen).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth), `${screen} scrolls sideways`).toBe(320);
  expect(await page.evaluate(() => document.documentElement.dataset.theme), screen).toBe("dark");
}

test("a set is decided from sign-in to outcome by keyboard, in Spanish, at 320 px, in the dark", async ({ page }) => {
  test.slow();
  const { email, password } = personOf("olu");
  await page.goto("/sign-in?callbackUrl=%2Finbox%3Ftype%3Dhouse");
  await page.waitForLoadState("networkidle");
  expect(await page.evaluate(() => document.documentElement.lang)).toBe("es");
  await look(page, "sign-in");
  await expect(page.getByLabel("Correo electrónico")).toBeFocused();
  await page.keyboard.type(email);
  await page.keyboard.press("Tab");
  await page.keyboard.type(password);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/inbox**");

  const list = page.getByRole("grid", { name: "Solicitudes" });
  const focused = page.locator("tbody tr:focus");
  await expect(focused).toHaveCount(1);
  await expect(list).toHaveAttribute("aria-busy", "false");
  await look(page, "inbox");

  // Every one that matches is chosen, and one taken out again.
  await goTo(page, page.getByRole("checkbox", { name: /^Seleccionar las primeras/ }), "Shift+Tab");
  await page.keyboard.press("Space");
  const selection = page.getByRole("region", { name: "Selección" });
  await look(page, "inbox with a selection");
  await goTo(page, selection.getByRole("button", { name: /^Seleccionar las .* que coinciden$/ }));
  await page.keyboard.press("Enter");
  await goTo(page, page.locator('tbody tr[tabindex="0"]'), "Shift+Tab");
  await expect(focused).toHaveCount(1);
  const matching = await countOf(selection);
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await expect.poll(() => countOf(selection)).toBe(matching - 1);

  await page.keyboard.press("r");
  const dialog = page.getByRole("dialog");
  await expect(dialog.getByText(/quedan? fijadas?/)).toBeVisible();
  await look(page, "before deciding");
  await page.keyboard.press("ControlOrMeta+Enter");
  await expect(dialog.getByText("Esta decisión necesita un motivo.")).toBeVisible();
  await look(page, "a reason is missing");
  await page.keyboard.type("Fuera de los límites de este trimestre.");
  await page.keyboard.press("ControlOrMeta+Enter");

  await page.waitForURL("**/bulks/**");
  await expect(page.getByText("Terminada", { exact: true })).toBeVisible({ timeout: 30_000 });
  await expect(page.locator('[data-outcome="ALL"]')).toContainText(String(matching - 1));
  await look(page, "outcome");

  // Back to a list that no longer holds them, but the one that was taken out.
  await page.keyboard.press("ControlOrMeta+k");
  await expect(page.getByRole("combobox")).toBeFocused();
  await look(page, "palette");
  await page.keyboard.type("Bandeja");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/inbox**");
  await expect(focused).toHaveCount(1);
  await page.goto("/inbox?type=house");
  await expect(list.locator("tbody tr[data-id]")).toHaveCount(1);
  await look(page, "inbox, afterwards");
});

const countOf = async (selection: Locator) =>
  Number(((await selection.getByText(/seleccionadas?$/).textContent()) ?? "").replaceAll(/\D/g, ""));
