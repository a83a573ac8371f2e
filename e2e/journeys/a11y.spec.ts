import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures.ts";
import { ImportScreen } from "../screens/import.ts";
import { Inbox } from "../screens/inbox.ts";
import { call } from "../screens/live.ts";
import { requireProof, requireSecondStep, stepUpOf } from "../screens/proof.ts";
import { fillSignIn, signInAs } from "../screens/sign-in.ts";

async function expectClean(page: Page, screen: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
    .analyze();
  const said = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(" | ")}`);
  expect.soft(said, screen).toEqual([]);
}

async function expectNoSidewaysScroll(page: Page, screen: string): Promise<void> {
  const wider = await page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll("main, main *")]
      .filter(
        (element) =>
          element.scrollWidth > element.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(element).overflowX),
      )
      .map((element) => element.outerHTML.slice(0, 120)),
  );
  expect.soft(wider, screen).toEqual([]);
  expect.soft(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), screen).toBe(true);
}

/** The dialog over so many that they are frozen and tried; among them requests of the decider's own. */
async function approveMany(page: Page, query: string): Promise<Inbox> {
  const inbox = new Inbox(page);
  await inbox.open(query);
  await inbox.selectAllMatching();
  await inbox.selection.getByRole("button", { name: "Approve" }).click();
  await expect(inbox.dialog.getByText(/will be approved/)).toBeVisible({ timeout: 30_000 });
  return inbox;
}

/** Walks every screen of the console and has each looked at; that is many screens for one test. */
async function walk(page: Page, look: (screen: string) => Promise<void>): Promise<void> {
  test.setTimeout(900_000);
  await page.goto("/sign-in");
  await look("sign-in");
  await page.waitForLoadState("networkidle");
  await requireSecondStep(page, ["totp", "passkey"]);
  await fillSignIn(page, "ana@northwind.test", "any");
  await expect(page.getByLabel("Code")).toBeVisible();
  await look("second step of a sign-in");
  await page.unrouteAll();
  await page.goto("/forgot-password");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await look("forgotten password");
  await page.goto("/reset-password?token=none");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await look("a link that is over");
  await signInAs(page, "ana");
  const inbox = new Inbox(page);
  await inbox.open("?type=car");
  await look("inbox");
  const id = (await inbox.order(3))[2];
  await call(page.request, "approvals.decide", { id, decision: "REJECT", comment: "Decided in another tab." });
  await expect(inbox.pill).toBeVisible();
  await look("inbox with a change");
  await inbox.rows.nth(0).getByRole("checkbox").check();
  await inbox.rows.nth(1).getByRole("checkbox").check();
  await look("inbox with a selection");
  await inbox.selection.getByRole("button", { name: "Reject" }).click();
  await expect(inbox.dialog.getByText(/will be rejected/)).toBeVisible();
  await look("confirm dialog");
  await page.keyboard.press("Escape");
  await inbox.rows.nth(0).getByRole("link").click();
  await page.waitForURL("**/approvals/**");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await look("approval");
  await page.goto("/bulks");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await look("bulk operations");
  const first = page.getByRole("main").getByRole("listitem").getByRole("link").first();
  if (await first.isVisible()) await first.click();
  else {
    const many = await approveMany(page, "?type=expense,other&org=CA");
    await many.dialog.getByRole("button", { name: /^Approve/ }).click();
    await page.waitForURL("**/bulks/**");
  }
  await expect(page.getByRole("progressbar")).toBeVisible();
  await expect(page.getByText("Done", { exact: true })).toBeVisible({ timeout: 30_000 });
  await look("bulk operation");
  await page.getByRole("button", { name: /^Refused/ }).click();
  await look("bulk operation, what was refused");
  await approveMany(page, "?type=expense,debt_consolidation&org=TX");
  await look("confirm dialog of many");
  await page.goto("/imports/new");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await look("new import");
  const screen = new ImportScreen(page);
  await screen.upload(
    "walk.csv",
    `org,type,title,amount,urgency,due\nCA,walk,One ${Math.random()},1.50,Low,2027-01-01\nQQ,walk,,1.005,?,x\n`,
  );
  await expect(screen.preview).toBeVisible();
  await page.getByRole("button", { name: "Values and blanks of Type" }).click();
  await look("import, columns");
  await page.getByRole("button", { name: "Paste or open a map" }).click();
  await look("import, a map");
  await page.keyboard.press("Escape");
  await screen.check.click();
  await expect(screen.badRows).toBeVisible();
  await look("import, checked");
  await screen.submit.click();
  await expect(page.getByRole("link", { name: "Show in the inbox" })).toBeVisible({ timeout: 30_000 });
  await look("import, submitted");
  await page.goto("/imports");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await look("imports");
  await page.goto("/policies");
  await page.getByRole("link", { name: "Small business" }).click();
  await expect(page.getByRole("table", { name: "Tried on existing requests" })).toBeVisible();
  await look("policy");
  await page.getByLabel("Needed only when").first().fill("amount >");
  await expect(page.getByText(/cannot be read here/)).toBeVisible();
  await look("policy with a mistake");
  await page.getByLabel("Needed only when").first().fill("");
  await page.getByLabel("Due after (hours)").fill("48");
  await page.getByRole("button", { name: "Review and save" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await look("policy, before saving");
  await page.goto("/policies/edit?type=travel");
  await page.getByRole("button", { name: "Add a field" }).click();
  await page.getByLabel("Label").last().fill("Nights");
  await expect(page.getByText("Another field has this name.").first()).toBeVisible();
  await look("policy, its fields");
  await page.goto("/policies/edit?type=travel");
  await page.getByRole("button", { name: "As JSON" }).click();
  await page.getByText("Keywords that may be used").click();
  await page.getByLabel("JSON Schema").fill("{");
  await look("policy, its fields as JSON");
  await page.goto("/policies");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await look("policies");
  await page.goto("/approvals/new?type=travel&org=CA");
  await page.getByLabel("Where to").fill("Lisbon");
  await page.getByRole("button", { name: "Add a link" }).click();
  await page.getByRole("button", { name: "Submit" }).click();
  await expect(page.getByText(/need another look/)).toBeVisible();
  await look("new request, with mistakes");
  await inbox.open("?q=acountant");
  await expect(page.getByRole("status").filter({ hasText: "are found for “acountant”" })).toHaveCount(1);
  await look("inbox with words");
  await page.keyboard.press("ControlOrMeta+k");
  await page.keyboard.type("tanka");
  await expect(page.getByRole("group", { name: "People" }).getByText("mei@northwind.test")).toBeVisible();
  await look("palette with words");
  await page.keyboard.press("Escape");
  await page.goto("/audit?q=ferreira");
  await expect(page.getByRole("table").getByRole("link").first()).toBeVisible();
  await look("audit with words");
  await page.goto("/audit");
  await page.getByRole("table").getByRole("link").first().click();
  await expect(page.getByRole("dialog").getByText(/^(Set|Removed|Before and after)$/)).toBeVisible();
  await look("audit, with an entry");
  await page.getByRole("dialog").getByRole("link", { name: "Open as a page" }).click();
  await page.waitForURL(/\/audit\/[0-9a-f-]+$/);
  await look("audit entry");
  await page.goto("/governance");
  await page.getByRole("table").getByRole("link").first().click();
  await expect(page.getByRole("dialog").getByRole("heading", { name: "Why" })).toBeVisible();
  await look("governance log, with an entry");
  await page.goto("/outbox?show=all");
  await expect(page.getByRole("list", { name: "Deliveries" })).toBeVisible();
  await look("outbox");
  await page.getByRole("list", { name: "Deliveries" }).getByRole("link").first().click();
  await expect(page.getByRole("list", { name: "Steps in time order" })).toBeVisible();
  await look("event");
  await page.getByRole("button", { name: "Replay anyway" }).first().click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await look("replay of what was delivered");
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "Trace of this request" }).click();
  await page.waitForURL("**/outbox/trace**");
  await expect(page.getByRole("list", { name: "Steps in time order" })).toBeVisible();
  await look("trace");
  await page.goto("/profile/security");
  await page.waitForLoadState("networkidle");
  await page.getByLabel("Current password").fill("anything");
  await page.getByLabel("New password").fill("short");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByText("At least 8 characters are needed.")).toBeVisible();
  await look("security, with a password that is too short");
  await page.getByRole("button", { name: "Set up an app" }).click();
  await expect(page.getByRole("img", { name: "QR code of the secret" })).toBeVisible();
  await look("setting up an authenticator app");
  await page.keyboard.press("Escape");
  await requireProof(page, ["password", "totp", "passkey"]);
  await page.getByRole("button", { name: "Set up an app" }).click();
  await expect(stepUpOf(page).getByLabel("Code")).toBeVisible();
  await look("confirming that it is them");
  await page.unrouteAll();
  await page.goto("/people");
  await expect(page.getByRole("list", { name: "Members" })).toBeVisible();
  await look("people");
  await page.getByRole("button", { name: "Invite a person" }).click();
  await page.getByLabel("Role").selectOption("decider");
  await page.getByLabel("Where").fill("cal");
  await expect(page.getByRole("option", { name: /California/ })).toBeVisible();
  await look("inviting a person");
  await page.keyboard.press("Escape");
  await page.goto("/people?tab=invitations");
  await expect(page.getByText(/No invitation is open|Send again/).first()).toBeVisible();
  await look("invitations");
  await page.goto("/people?q=olu");
  await page.getByRole("list", { name: "Members" }).getByRole("link").click();
  await expect(page.getByRole("heading", { name: "Roles" })).toBeVisible();
  await look("person");
  await page.getByRole("button", { name: "Grant a role" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await look("granting a role");
  await page.goto("/access?what=approvals:decide");
  await expect(page.getByRole("heading", { name: /You may decide requests/ })).toBeVisible();
  await look("why one may");
  await page.getByRole("button", { name: "Who can" }).click();
  await expect(page.getByRole("list", { name: "Who may" })).toBeVisible();
  await look("who may");
  await page.goto("/access/request?what=approvals:decide");
  await expect(page.getByText(/^May: /)).toBeVisible();
  await look("asking for access");
  await page.goto("/service-clients");
  await expect(page.getByRole("list", { name: "Clients" })).toBeVisible();
  await look("service clients");
  await page.getByRole("link", { name: "Core API" }).click();
  await page.getByRole("button", { name: "Issue a token" }).click();
  await expect(page.getByRole("checkbox", { name: "read requests" })).toBeVisible();
  await look("issuing a token");
  await page.getByRole("dialog").getByLabel("Name").fill("For a look");
  await page.getByRole("button", { name: "Issue", exact: true }).click();
  await expect(page.getByText(/you will not see it again/)).toBeVisible();
  await look("a token, once");
  await page.getByRole("button", { name: "I have kept it" }).click();
  await expect(page.getByRole("list", { name: "Tokens" })).toBeVisible();
  await look("service client");
  await page.goto("/sessions?show=all");
  await expect(page.getByRole("table", { name: "Sessions" })).toBeVisible();
  await look("sessions");
  await page.getByRole("button", { name: "End all sessions" }).click();
  await expect(page.getByRole("dialog").getByText(/would end/)).toBeVisible();
  await look("ending all sessions");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Limits" }).click();
  await expect(page.getByRole("dialog").getByLabel("Hours in all")).toBeVisible();
  await look("limits of sessions");
  await page.keyboard.press("Escape");
  await page.goto("/profile/sessions");
  await expect(page.getByText("This device")).toBeVisible();
  await look("devices");
  await page
    .getByRole("button", { name: /^Rename/ })
    .first()
    .click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await look("naming a device");
  await page.goto("/roles");
  await expect(page.getByRole("grid")).toBeVisible();
  await look("roles");
  await page.getByRole("button", { name: "Unused" }).click();
  await expect(page.getByRole("heading", { name: "By person and program" })).toBeVisible();
  await look("unused permissions");
  await page.getByRole("button", { name: "New role" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await look("a new role");
  await page.goto("/organisations");
  await page.getByRole("button", { name: /California/ }).click();
  await expect(page.getByRole("dialog").getByText(/pending/)).toBeVisible();
  await look("organisations, with one open");
  await page.goto("/api-reference");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await look("API reference");
}

test.use({ contextOptions: { reducedMotion: "reduce" } });

test("axe finds nothing on any screen, in either theme", async ({ page }) => {
  await walk(page, async (screen) => {
    await expectClean(page, `${screen}, light`);
    await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" });
    await expectClean(page, `${screen}, dark`);
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  });
});

test.describe("at 390 px, and at 320", () => {
  const height = 780;
  test.use({ viewport: { width: 390, height } });

  test("nothing scrolls sideways and axe finds nothing", async ({ page }) => {
    await walk(page, async (screen) => {
      for (const width of [320, 390]) {
        await page.setViewportSize({ width, height });
        await expectNoSidewaysScroll(page, `${screen} at ${width}`);
        await expectClean(page, `${screen} at ${width}`);
      }
    });
  });
});
