import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import { Inbox } from "../screens/inbox.ts";
import type { Name } from "../screens/sign-in.ts";
import { signInAs } from "../screens/sign-in.ts";

const fieldOf = (page: Page, place: number) => page.getByRole("listitem").filter({ hasText: `Field ${place}` });

test("fields are defined, a request with a mistake is put right and sent, sent back with a comment, resubmitted and compared", async ({
  page,
  browser,
  stack,
}) => {
  test.setTimeout(300_000); // three people, one after the other
  const as = async (name: Name, path: string) => {
    const context = await browser.newContext({ baseURL: stack.url });
    const theirs = await context.newPage();
    await signInAs(theirs, name, path);
    return theirs;
  };

  // Ana says what a request of the type has to say.
  await signInAs(page, "ana", "/policies/edit");
  await page.getByLabel("Type of request").fill("sponsorship");
  await page.getByLabel("Name", { exact: true }).first().fill("Sponsorships");
  await page.getByRole("button", { name: "Add a field" }).click();
  await fieldOf(page, 1).getByLabel("Label").fill("Audience");
  await expect(fieldOf(page, 1).getByLabel("Name")).toHaveValue("audience");
  await fieldOf(page, 1).getByLabel("Kind").selectOption("Whole number");
  await fieldOf(page, 1).getByLabel("Lowest").fill("10");
  await fieldOf(page, 1).getByLabel("Must be there").check();
  await page.getByRole("button", { name: "Add a field" }).click();
  await fieldOf(page, 2).getByLabel("Label").fill("Channel");
  await fieldOf(page, 2).getByLabel("Kind").selectOption("One of a list");
  await expect(page.getByRole("button", { name: "Review and save" })).toBeDisabled();
  await fieldOf(page, 2).getByLabel("Choices").fill("Radio\nPosters");
  await page.getByRole("button", { name: "As JSON" }).click();
  await expect(page.getByLabel("JSON Schema")).toHaveValue(/"minimum": 10/);
  await page.getByRole("button", { name: "As fields" }).click();
  await page.getByRole("button", { name: "Review and save" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await page.waitForURL("**/policies/edit?type=sponsorship");
  await expect(page.getByText("Asks for: Audience, Channel")).toBeVisible();

  // Olu asks for one; what is wrong is said where it is wrong, and a reload loses nothing.
  const olu = await as("olu", "/inbox");
  await new Inbox(olu).open();
  await olu.keyboard.press("Shift+n");
  await olu.waitForURL("**/approvals/new");
  await olu.getByLabel("Type", { exact: true }).selectOption("sponsorship");
  await olu.getByLabel("Organisation").selectOption({ label: "CA · California" });
  await olu.getByLabel("Title", { exact: true }).fill("Autumn fair in Fresno");
  await olu.getByLabel(/^Amount/).fill("1,250.5");
  await olu.getByLabel("Audience").fill("9");
  await olu.getByRole("button", { name: "Add a link" }).click();
  await olu.getByLabel("Address").fill("javascript:alert(1)");
  await olu.getByRole("button", { name: "Submit" }).click();
  await expect(olu.getByText("2 fields need another look.")).toBeVisible();
  await expect(olu.getByLabel("Audience")).toBeFocused();
  await expect(olu.getByLabel("Audience")).toHaveAccessibleDescription("At least 10.");
  await expect(olu.getByLabel("Address")).toHaveAccessibleDescription("It must begin with https://.");
  await olu.reload();
  await expect(olu.getByText(/^Your draft from/)).toBeVisible();
  await expect(olu.getByLabel("Title", { exact: true })).toHaveValue("Autumn fair in Fresno");
  await olu.getByLabel("Audience").fill("1200");
  await olu.getByLabel("Address").fill("https://files.example.com/fair.pdf");
  await expect(olu.getByText("Opens files.example.com")).toBeVisible();
  await expect(olu.getByRole("complementary", { name: "What happens next" })).toContainText("Decision");
  await olu.getByRole("button", { name: "Submit" }).click();
  await olu.waitForURL(/\/approvals\/[0-9a-f-]{36}$/);
  const { pathname } = new URL(olu.url());
  await expect(olu.getByRole("heading", { level: 1, name: "Autumn fair in Fresno" })).toBeVisible();
  await expect(olu.getByRole("button", { name: "Approve" })).toBeDisabled();

  // Mei looks, says something, and asks for changes.
  const mei = await as("mei", pathname);
  const link = mei.getByRole("link", { name: /files\.example\.com/ });
  await expect(link).toHaveAttribute("href", "https://files.example.com/fair.pdf");
  await expect(link).toHaveAttribute("target", "_blank");
  await expect(link).toHaveAttribute("rel", "noopener noreferrer");
  await mei.getByLabel("Comment").fill("Is this the fair of last year?");
  await mei.getByLabel("Comment").press("ControlOrMeta+Enter");
  const timeline = mei.getByRole("complementary", { name: "Progress" });
  await expect(timeline.getByText("Is this the fair of last year?")).toBeVisible();
  await expect(mei.getByLabel("Comment")).toHaveValue("");
  await mei.getByLabel("Reason").fill("Which channel, and for less.");
  await mei.getByRole("button", { name: "Request changes" }).click();
  await expect(mei.getByText("Changes requested", { exact: true }).first()).toBeVisible();

  // Olu's page has heard of it by itself; Olu revises it, and sees what changes before it is sent.
  await expect(olu.getByText("Is this the fair of last year?")).toBeVisible({ timeout: 15_000 });
  await olu.getByRole("link", { name: "Revise and resubmit" }).click();
  await olu.waitForURL("**/revise");
  await expect(olu.getByText("Which channel, and for less.")).toBeVisible();
  await expect(olu.getByLabel("Audience")).toHaveValue("1200");
  await olu.getByLabel("Title", { exact: true }).fill("Autumn fair in Fresno, second day");
  await olu.getByLabel(/^Amount/).fill("900");
  await olu.getByLabel(/^Channel/).selectOption("Radio");
  await olu.getByRole("button", { name: "Review changes" }).click();
  const review = olu.getByRole("dialog");
  await expect(review.getByRole("term")).toHaveText(["Title", "Amount", "Channel"]);
  await expect(review.getByRole("insertion").filter({ hasText: "900.00" })).toBeVisible();
  await review.getByRole("button", { name: "Resubmit" }).click();
  await olu.waitForURL((url) => url.pathname === pathname);
  await expect(olu.getByText("Pending", { exact: true }).first()).toBeVisible();

  // Mei sees the difference between the revisions, either way round, and decides.
  await mei.reload();
  const changes = mei.locator("section").filter({ has: mei.getByRole("heading", { level: 2, name: "Changes" }) });
  await expect(changes.getByRole("term")).toHaveText(["Title", "Amount", "Channel"]);
  await expect(changes.getByRole("insertion").filter({ hasText: ", second day" })).toBeVisible();
  await changes.getByLabel("From").selectOption("Rev 2");
  await changes.getByLabel("to", { exact: true }).selectOption("Rev 1");
  await expect(changes.getByRole("deletion").filter({ hasText: ", second day" })).toBeVisible();
  await mei.getByRole("button", { name: "Approve" }).click();
  await expect(mei.getByText("Approved", { exact: true }).first()).toBeVisible();
});

test("what the server refuses is said at its field, the draft stays, and a request can be cancelled by who sent it", async ({
  page,
}) => {
  test.slow();
  await signInAs(page, "mei", "/approvals/new?type=travel&org=CA");
  await page.getByLabel("Title", { exact: true }).fill("Reno, for a day");
  await page.getByLabel("Where to").fill("Reno");
  await page.getByLabel("Nights").fill("9");
  await expect(page.getByRole("complementary", { name: "What happens next" })).toContainText("Confirmation 1 decision");
  await page.getByLabel("Nights").fill("0");
  await expect(page.getByRole("complementary", { name: "What happens next" })).toContainText("Confirmation not needed");
  await page.getByLabel(/^For whom/).fill("nobody@northwind.test");
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.getByLabel(/^For whom/)).toHaveAccessibleDescription("Nobody here has this address.");
  await page.getByLabel(/^For whom/).fill("mei@northwind.test");
  await page.route("**/api/trpc/approvals.submit**", (route) => route.abort(), { times: 3 });
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.getByText(/The server did not answer/)).toBeVisible({ timeout: 15_000 });
  await expect(page.getByLabel("Where to")).toHaveValue("Reno");
  await page.getByRole("button", { name: "Submit" }).click();
  await page.waitForURL(/\/approvals\/[0-9a-f-]{36}$/);
  await page.getByRole("button", { name: "Cancel request" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Cancel request" }).click();
  await expect(page.getByText("Cancelled", { exact: true }).first()).toBeVisible();
  await page.goto("/approvals/new");
  await expect(page.getByLabel("Title", { exact: true })).toHaveValue("");
});

test("who may not submit is told so, and finds no button for it", async ({ page }) => {
  await signInAs(page, "vera", "/approvals/new");
  await expect(page.getByRole("heading", { name: "You may not submit requests" })).toBeVisible();
  const inbox = new Inbox(page);
  await inbox.open();
  await expect(page.getByRole("link", { name: "New request" })).toHaveCount(0);
});
