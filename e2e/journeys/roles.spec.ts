import { expect, test } from "../fixtures.ts";
import { People } from "../screens/people.ts";
import { signInAs } from "../screens/sign-in.ts";

test("a role of one's own is made, widened with its difference seen first, given, narrowed, taken back and deleted", async ({
  page,
  browser,
  baseURL,
}) => {
  await signInAs(page, "ana", "/roles");
  const matrix = page.getByRole("grid", { name: "What each role may do" });
  const box = (permission: string) => matrix.getByRole("checkbox", { name: `Onlooker: ${permission}` });
  await page.getByRole("button", { name: "New role" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Name", { exact: true }).fill("Onlooker");
  await expect(dialog.getByLabel("Code", { exact: true })).toHaveValue("onlooker");
  await dialog.getByLabel("Begins as").selectOption("Copy of Reader");
  await dialog.getByRole("button", { name: "Create" }).click();
  await expect(box("read requests")).toBeChecked();

  // By keyboard: from a box to the one below and beside it, and no box of a built-in role can be pressed.
  await box("read requests").focus();
  await page.keyboard.press("ArrowLeft");
  await expect(page.getByRole("gridcell", { name: "Yes" }).and(page.locator(":focus"))).toBeVisible();
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowDown");
  await expect(box("submit requests")).toBeFocused();

  const vera = await browser.newPage({ baseURL: baseURL ?? "" });
  await signInAs(vera, "vera", "/audit");
  await expect(vera.getByRole("link", { name: "Why?" })).toBeVisible();
  const people = new People(page);
  await people.open("Vera");
  await page.getByRole("button", { name: "Grant a role" }).click();
  await people.dialog.getByLabel("Role", { exact: true }).selectOption({ label: "Onlooker" });
  await people.dialog.getByLabel("Where").fill("Whole");
  await page.getByRole("option", { name: "Whole tenant" }).click();
  await expect(people.dialog.getByText("Nothing new: nothing is gained or lost.")).toBeVisible(); // she is a reader
  await people.dialog.getByRole("button", { name: "Grant" }).click();
  await expect(page.getByRole("region", { name: "Roles", exact: true })).toContainText("Onlooker");

  await page.goto("/roles");
  await box("read the audit").focus();
  await page.keyboard.press("Space");
  await expect(page.getByRole("region", { name: "Unsaved changes" })).toContainText("1 added");
  await page.getByRole("button", { name: "Review and save" }).click();
  await expect(dialog.getByRole("list", { name: "Difference" })).toContainText("read the audit");
  await expect(dialog.getByText("One person gains something, nobody loses anything now.")).toBeVisible();
  await expect(dialog.getByRole("region", { name: "What this changes" })).toContainText("Vera");
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Onlooker is saved")).toBeVisible();
  await vera.goto("/audit");
  await expect(vera.getByRole("table")).toBeVisible();

  await box("read the audit").click();
  await page.getByRole("button", { name: "Review and save" }).click();
  await expect(dialog.getByText("Nobody gains anything, one person loses something now.")).toBeVisible();
  await dialog.getByRole("button", { name: "Save" }).click();
  await expect(dialog).toHaveCount(0); // the toast may be the one from before
  await vera.reload();
  await expect(vera.getByRole("link", { name: "Why?" })).toBeVisible();
  await vera.close();

  await page.getByRole("button", { name: "Actions for Onlooker" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await expect(dialog).toContainText("held once");
  await expect(dialog.getByRole("button", { name: "Delete" })).toBeDisabled();
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await people.open("Vera");
  await page.getByRole("button", { name: /^Take away Onlooker/ }).click();
  await expect(people.dialog.getByText("Nothing new")).toBeVisible();
  await people.dialog.getByRole("button", { name: "Take away" }).click();
  await expect(people.dialog).toHaveCount(0); // what it said stands in the dialog too
  await page.goto("/roles");
  await page.getByRole("button", { name: "Actions for Onlooker" }).click();
  await page.getByRole("menuitem", { name: "Delete" }).click();
  await dialog.getByRole("button", { name: "Delete" }).click();
  await expect(page.getByText("Onlooker is deleted")).toBeVisible();
  await expect(box("read requests")).toHaveCount(0);
});

test("on the tree a place says who holds what there and above, what a grant gives, and takes it back", async ({
  page,
}) => {
  await signInAs(page, "ana", "/organisations?q=utah");
  await page.getByRole("button", { name: /^Utah/ }).click();
  const drawer = page.getByRole("dialog", { name: "Utah" });
  await expect(drawer.getByRole("list", { name: "Held above, and reaching here" })).toContainText("Ana Ferreira");
  await expect(drawer.getByText("Nobody holds a role right here.")).toBeVisible();
  await drawer.getByRole("button", { name: "Grant a role" }).click();
  const dialog = page.getByRole("dialog", { name: "Grant a role" });
  await dialog.getByLabel("To whom").fill("iris");
  await page.getByRole("option", { name: /Iris Moreno/ }).click();
  await dialog.getByLabel("Role", { exact: true }).selectOption("reader");
  await expect(dialog.getByRole("region", { name: "What this changes" })).toContainText(
    "read requests, read policies · UT",
  );
  await dialog.getByRole("button", { name: "Grant" }).click();
  const here = drawer.getByRole("list", { name: "Held right here" });
  await expect(here).toContainText("Iris Moreno");
  await here.getByRole("button", { name: /Take away Reader/ }).click();
  const confirm = page.getByRole("dialog", { name: "Take the role away?" });
  await expect(confirm.getByRole("region", { name: "What this changes" })).toContainText("Loses: read requests");
  await confirm.getByRole("button", { name: "Take away" }).click();
  await expect(drawer.getByText("Nobody holds a role right here.")).toBeVisible();
});

test("who holds a role at a place goes on page by page, by keyboard", async ({ page }) => {
  // The page of fifty is made one of a single row.
  await page.route("**/api/trpc/*access.assignments*", (route) =>
    route.continue({ url: route.request().url().replaceAll("%22limit%22%3A50", "%22limit%22%3A1") }),
  );
  await signInAs(page, "ana", "/organisations?q=utah");
  await page.getByRole("button", { name: /^Utah/ }).click();
  const above = page.getByRole("dialog", { name: "Utah" }).getByRole("list", { name: "Held above, and reaching here" });
  const rows = above.getByRole("listitem");
  const more = page.getByRole("dialog", { name: "Utah" }).getByRole("button", { name: "Show more" });
  await expect(rows).toHaveCount(1);
  await more.focus();
  await page.keyboard.press("Enter");
  await expect(rows).toHaveCount(2);
  await expect(rows.nth(1)).toBeFocused();
  await expect(page.getByRole("status").filter({ hasText: "2 are shown; there are more." })).toHaveCount(1);
  for (let n = 2; (await more.count()) > 0; n++) {
    await more.click();
    await expect(rows.nth(n)).toBeFocused();
  }
  await expect(page.getByRole("status").filter({ hasText: "that is all" })).toHaveCount(1);
  await expect(above).toContainText("Ana Ferreira");
  expect(new Set(await rows.allTextContents()).size).toBe(await rows.count());
});

test("a grant waits for what it changes to be said, and goes on where that cannot be", async ({ page }) => {
  await signInAs(page, "ana", "/people");
  const people = new People(page);
  await people.open("Iris Moreno");
  const held = Promise.withResolvers<void>();
  await page.route("**/api/trpc/access.simulate", async (route) => {
    await held.promise;
    await route.fulfill({ status: 500, body: "" });
  });
  await page.getByRole("button", { name: "Grant a role" }).click();
  await people.chooseRole("reader", "Utah");
  const grant = people.dialog.getByRole("button", { name: "Grant", exact: true });
  await expect(grant).toBeDisabled();
  held.resolve();
  await expect(people.dialog.getByText("It can be done all the same.")).toBeVisible();
  await grant.click();
  await expect(people.dialog).toHaveCount(0);
  await page.unrouteAll();
  await page.getByRole("button", { name: "Take away Reader, Utah (UT)" }).click();
  await people.dialog.getByRole("button", { name: "Take away" }).click();
  await expect(people.dialog).toHaveCount(0);
});

test("what a role would take from whoever edits it, and what they do not hold, is refused", async ({ page }) => {
  await signInAs(page, "iris", "/roles");
  await expect(page.getByText("You do not hold the permission that this needs.")).toBeVisible();
});
