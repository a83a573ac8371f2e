import { readFile } from "node:fs/promises";
import { expect, test } from "../fixtures.ts";
import { ImportScreen } from "../screens/import.ts";
import { Inbox } from "../screens/inbox.ts";
import { signInAs } from "../screens/sign-in.ts";

const HEADER = "Office,Kind of request,What for,Urgency,Total,Who asks";
const rows = [
  "CA,journey_import,Repair of the awning,High,120.50,mei@northwind.test",
  "NY,journey_import,=Ladder,Low,80,",
  "QQ,journey_import,To nowhere,Low,1,",
  "TX,journey_import,Too exact,Low,1.005,stranger@example.test",
  "TX,journey_import,,Low,5,",
  "FL,journey_import,Umbrellas,Normal,60.25,",
];
const CSV = `${[HEADER, ...rows].join("\n")}\n`;

test("a file with bad rows is mapped, previewed, checked and submitted without them; its importer cannot decide what it brought, a colleague can", async ({
  page,
  browser,
  stack,
}) => {
  test.slow();
  await signInAs(page, "ana", "/imports");
  await page.getByRole("link", { name: "New import" }).first().click();
  const screen = new ImportScreen(page);
  await screen.upload("awnings.csv", CSV);

  // Guessed by name: the rest is for a person to say, and the preview follows.
  await expect(screen.field("Organisation")).toHaveValue("column:Office");
  await expect(screen.check).toBeDisabled();
  await screen.field("Type").selectOption("Kind of request");
  await screen.field("Title").selectOption("What for");
  await screen.field("Amount").selectOption("Total");
  await screen.field("Requester").selectOption("Who asks");
  await screen.field("Priority").selectOption("Urgency");
  await page.getByRole("button", { name: "Values and blanks of Priority" }).click();
  for (const [said, priority] of [
    ["High", "HIGH"],
    ["Low", "LOW"],
    ["Normal", "NORMAL"],
  ] as const)
    await page.getByLabel(`${said} becomes`).selectOption(priority);
  await screen.field("Summary").selectOption("A text with columns in it");
  await page.getByLabel("Text for Summary").fill("{What for} for {Office}");
  await expect(page.getByText("3 have a problem.")).toBeVisible();
  await expect(page.getByText(/you will not be able to decide them/)).toBeVisible();
  const good = screen.preview.getByRole("row").filter({ hasText: "Repair of the awning" });
  for (const said of ["Repair of the awning for CA", "CA", "High", "120.50", "mei@northwind.test"])
    await expect(good).toContainText(said);
  await expect(screen.preview.getByText('"QQ" is no organisation to which you may import')).toBeVisible();
  await expect(screen.preview.getByText('"1.005" has more than 2 decimal places')).toBeVisible();
  await expect(screen.preview.getByText('"stranger@example.test" is no member of this tenant')).toBeVisible();

  // The map goes to the command line, and comes back.
  const downloading = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download the map" }).click();
  const map = await readFile(await (await downloading).path(), "utf8");
  expect(JSON.parse(map).fields.priority).toMatchObject({ values: { High: "HIGH" } });
  await screen.field("Summary").selectOption("Nothing");
  await page.getByRole("button", { name: "Paste or open a map" }).click();
  await page.getByLabel("Map in JSON").fill("{");
  await page.getByRole("button", { name: "Use this map" }).click();
  await expect(page.getByText("This is not JSON.")).toBeVisible();
  await page.getByLabel("Map in JSON").fill(map);
  await page.getByRole("button", { name: "Use this map" }).click();
  await expect(page.getByLabel("Text for Summary")).toHaveValue("{What for} for {Office}");

  await screen.check.click();
  await expect(page.getByText("You will not be able to decide these 3 requests", { exact: false })).toBeVisible();
  await expect(screen.badRows.getByRole("row")).toHaveCount(4);
  const report = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download as CSV" }).click();
  const lines = (await readFile(await (await report).path(), "utf8")).trim().split("\r\n");
  expect(lines).toHaveLength(1 + 4);
  expect(lines[1]).toBe('4,"org","""QQ"" is no organisation to which you may import"');

  await screen.submit.click();
  await expect(page.getByRole("heading", { name: "3 requests submitted" })).toBeVisible({ timeout: 30_000 });
  const { id } = screen;
  await page.getByRole("link", { name: "Show in the inbox" }).click();
  const inbox = new Inbox(page);
  await expect(inbox.rows).toHaveCount(3);
  await expect(page.getByRole("button", { name: "From one import" })).toHaveAttribute("aria-pressed", "true");
  await expect(inbox.row("=Ladder")).toBeVisible();

  await inbox.row("Umbrellas").getByRole("link").click();
  await page.waitForURL("**/approvals/**");
  await expect(page.getByRole("button", { name: "Approve", exact: true })).toBeDisabled();
  await expect(page.getByText(/You asked for it, sent it or edited it last yourself/).first()).toBeVisible();

  const colleague = await (await browser.newContext({ baseURL: stack.url })).newPage();
  await signInAs(colleague, "olu", `/inbox?import=${id}`);
  await new Inbox(colleague).row("Umbrellas").getByRole("link").click();
  await colleague.waitForURL("**/approvals/**");
  await colleague.getByRole("button", { name: "Approve", exact: true }).click();
  await expect(colleague.getByRole("main").getByText("Approved", { exact: true }).first()).toBeVisible();
  await colleague.context().close();
});

test("the same file and map once more adds nothing, and says so; the map of last time is there", async ({ page }) => {
  await signInAs(page, "ana", "/imports");
  const screen = new ImportScreen(page);
  const csv = `org,type,title\nCA,journey_again,Once ${Date.now()}\nCA,journey_again,Twice\n`;
  await screen.upload("again.csv", csv);
  await screen.check.click();
  await screen.submit.click();
  await expect(page.getByRole("heading", { name: /requests? submitted$/ })).toBeVisible({ timeout: 30_000 });

  await screen.upload("again, under another name.csv", csv);
  await expect(page.getByLabel("Begin with")).toContainText("As for again.csv");
  await screen.check.click();
  await expect(page.getByText("This would add nothing")).toBeVisible();
  await expect(screen.submit).toHaveCount(0);
  await page.getByRole("button", { name: "Stop" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Stop" }).click();
  await expect(page.getByRole("heading", { name: "This import was stopped" })).toBeVisible();
});

test("a file that is none is refused in words, by keyboard too, and another may be chosen", async ({ page }) => {
  await signInAs(page, "ana", "/imports/new");
  await page.waitForLoadState("networkidle");
  const screen = new ImportScreen(page);
  for (const [file, said] of [
    [Buffer.from([0x50, 0x4b, 3, 4, 0x14, 0]), "The file is not CSV in UTF-8."],
    ["", "The file is empty."],
    ["a,b\n", "The file has a header and no rows."],
    ['a,b\n1,2\n3,"x\n', "The row that begins on line 3 is not CSV: a quote is opened and never closed."],
    ["a,b,a\n1,2,3\n", 'The header has more than one column named "a".'],
  ] as const) {
    await screen.choose("none.csv", file as string);
    await expect(page.getByRole("alert").filter({ hasText: said })).toBeVisible();
  }
  const chooser = page.waitForEvent("filechooser");
  await page.getByLabel("Choose a file").focus();
  await page.keyboard.press("Enter");
  await (await chooser).setFiles({ name: "good.csv", mimeType: "text/csv", buffer: Buffer.from("a,b\n1,2\n") });
  await page.waitForURL(/\/imports\/[0-9a-f-]{36}$/);
});

test("who may not import finds no way to it", async ({ page }) => {
  await signInAs(page, "olu", "/inbox");
  await expect(page.getByRole("link", { name: "Imports" })).toHaveCount(0);
  await page.goto("/imports");
  await expect(page.getByText("You do not hold the permission that this needs.")).toBeVisible();
});
