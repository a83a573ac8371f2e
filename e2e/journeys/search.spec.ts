import { expect, test } from "../fixtures.ts";
import { Inbox } from "../screens/inbox.ts";
import { signInAs } from "../screens/sign-in.ts";

const DOOR = "**/api/search/multi_search*";

test("a misspelt job title is found, narrowed by two facets and decided as a whole; counts follow, and the way back is exact", async ({
  page,
}) => {
  await signInAs(page, "olu");
  const inbox = new Inbox(page);
  await inbox.open();
  await page.keyboard.press("/");
  await page.keyboard.type("acountant");
  await expect(inbox.rows.first().locator("mark").first()).toHaveText(/accountant/i);
  await expect(page).toHaveURL(/q=acountant/);
  const pending = page.getByRole("group", { name: "State" }).getByRole("button", { pressed: true });
  const all = await inbox.counted(pending);
  expect(all).toBeGreaterThan(1);

  await page.getByRole("button", { name: /^Type/ }).click();
  const types = page.getByRole("dialog", { name: "Type" });
  const consolidation = types.getByRole("listitem").filter({ hasText: "Debt consolidation" });
  const ofType = await inbox.counted(consolidation);
  await consolidation.getByRole("checkbox").check();
  await expect(pending).toContainText(String(ofType));
  await page.keyboard.press("Escape");

  await page.getByRole("button", { name: /^Stage/ }).click();
  const stages = page.getByRole("dialog", { name: "Stage" });
  await stages.getByRole("textbox").fill("dec");
  const stage = stages.getByRole("listitem").filter({ hasText: "Decision" });
  const ofStage = await inbox.counted(stage);
  expect(ofStage).toBeLessThanOrEqual(ofType);
  await stage.getByRole("checkbox").check();
  await page.keyboard.press("Escape");
  await expect(pending).toContainText(String(ofStage));
  await expect(inbox.list).toHaveAttribute("aria-rowcount", String(ofStage + 1));
  const narrowed = page.url();

  await inbox.list.getByRole("checkbox").first().check();
  await expect(inbox.selection).toContainText(`${ofStage} selected`);
  await inbox.selection.getByRole("button", { name: "Approve" }).click();
  await expect(inbox.dialog.getByText(`${ofStage} will be approved.`)).toBeVisible();
  await inbox.dialog.getByRole("button", { name: `Approve ${ofStage}` }).click();
  await expect(page.getByText(`${ofStage} approved`)).toBeVisible();
  await expect(page.getByText("Nothing matches these filters")).toBeVisible();

  await page.goto(narrowed);
  await expect(page.getByText("Nothing matches these filters")).toBeVisible();
  await page.getByRole("button", { name: "Drop stage" }).click();
  await page.getByRole("button", { name: "Drop type" }).click();
  await expect(inbox.rows.first()).toBeVisible();
  await expect(pending).toContainText(String(all - ofStage));
  await page.goBack();
  await expect(page.getByText("Nothing matches these filters")).toBeVisible();
  await page.goForward();
  await expect(page.getByRole("searchbox")).toHaveValue("acountant");
  await expect(inbox.rows.first()).toBeVisible();
});

test("the palette finds requests, people and messages as they are typed, and goes there by keyboard", async ({
  page,
}) => {
  await signInAs(page, "ana");
  const inbox = new Inbox(page);
  await inbox.open();
  await page.keyboard.press("ControlOrMeta+k");
  const palette = page.getByRole("dialog", { name: "Commands" });
  await page.keyboard.type("tanka");
  const people = palette.getByRole("group", { name: "People" });
  await expect(people.getByRole("option").first()).toContainText("Mei Tanaka");
  await people.getByRole("option").first().click();
  await page.waitForURL("**/people/**");
  await expect(page.getByRole("heading", { level: 1, name: "Mei Tanaka" })).toBeVisible();

  await page.keyboard.press("ControlOrMeta+k");
  await page.keyboard.type("supervisor");
  const requests = palette.getByRole("group", { name: "Requests" });
  await expect(requests.getByRole("option")).toHaveCount(5);
  await expect(requests.getByRole("option").first()).toHaveAttribute("aria-selected", "true");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/approvals/**");
  await expect(page.getByRole("heading", { level: 1, name: /supervisor/i })).toBeVisible();

  await page.keyboard.press("ControlOrMeta+k");
  await page.keyboard.type("zzyzxqqq");
  await expect(palette.getByText("Nothing by that name.")).toBeVisible();
});

test("a search that fails once is asked again; one that is away says so, keeps the rows, and is back by itself", async ({
  page,
}) => {
  await signInAs(page, "olu");
  const inbox = new Inbox(page);
  let failing = 1;
  await page.route(DOOR, (route) =>
    failing-- > 0 ? route.fulfill({ status: 503, json: { message: "Not Ready or Lagging" } }) : route.continue(),
  );
  await inbox.open("?q=driver");
  await expect(inbox.rows.first().locator("mark").first()).toHaveText(/driver/i);
  expect(failing).toBeLessThan(1);

  failing = Number.POSITIVE_INFINITY;
  await page.getByRole("searchbox").fill("driver owner");
  const said = page.getByRole("alert").filter({ hasText: "The search does not answer" });
  await expect(said).toBeVisible(); // within five seconds
  await expect(inbox.rows.first()).toContainText(/driver/i);

  await page.unroute(DOOR);
  const message = "The search index is being built. Try again shortly.";
  await page.route(DOOR, (route) =>
    failing > 0 ? route.fulfill({ status: 503, json: { message } }) : route.continue(),
  );
  await expect(page.getByRole("alert").filter({ hasText: "index is being built" })).toBeVisible();
  await expect(inbox.rows.first()).toContainText(/driver/i);

  failing = 0;
  await expect(page.getByRole("alert").filter({ hasText: "index is being built" })).toHaveCount(0, { timeout: 15_000 });
  await expect(said).toHaveCount(0, { timeout: 15_000 });
  await expect(page.getByRole("searchbox")).toHaveValue("driver owner");
});
