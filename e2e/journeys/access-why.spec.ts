import { expect, test } from "../fixtures.ts";
import { Inbox } from "../screens/inbox.ts";
import { submitElsewhere } from "../screens/live.ts";
import { People } from "../screens/people.ts";
import { signInAs } from "../screens/sign-in.ts";

test("why can't Iris decide in New York: the nearest grant, the change that would allow it, and the same page after it", async ({
  page,
}) => {
  await signInAs(page, "ana", "/access");
  await page.getByLabel("Who", { exact: true }).fill("iris");
  await page.getByRole("option", { name: /Iris Moreno/ }).click();
  await page.getByLabel("What", { exact: true }).selectOption("approvals:decide");
  await page.getByLabel("Where").fill("New York");
  await page.getByRole("option", { name: /New York/ }).click();
  await expect(
    page.getByRole("heading", { name: "Iris Moreno may not decide requests in New York (NY)" }),
  ).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "Decider at California (CA)" })).toContainText(
    "does not reach there",
  );
  await expect(page.getByText("Give Decider at New York (NY)")).toBeVisible();
  const asked = page.url();

  await page.getByRole("link", { name: "Open Iris Moreno" }).click();
  await page.waitForURL("**/people/**");
  const people = new People(page);
  const can = page.getByRole("region", { name: "What they may do" }).getByRole("listitem");
  await expect(can.filter({ hasText: "decide requests" })).toContainText("CA");
  await page.getByRole("button", { name: "Grant a role" }).click();
  await people.chooseRole("decider", "New York");
  await people.dialog.getByLabel(/^Until/).fill("2031-01-01T12:00");
  await people.dialog.getByRole("button", { name: "Grant" }).click();
  await expect(can.filter({ hasText: "decide requests" })).toContainText("CA, NY");

  await page.goto(asked);
  await expect(page.getByRole("heading", { name: "Iris Moreno may decide requests in New York (NY)" })).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "Decider at New York (NY)" })).toContainText("2031");
  await page.getByRole("button", { name: "Who can" }).click();
  const holders = page.getByRole("list", { name: "Who may" }).getByRole("listitem");
  await expect(holders.filter({ hasText: "Iris Moreno" })).toContainText("through Decider at New York (NY)");
  await holders.filter({ hasText: "Olu Adeyemi" }).getByRole("link", { name: "Why?" }).click();
  await expect(page.getByRole("heading", { name: "Olu Adeyemi may decide requests in New York (NY)" })).toBeVisible();
});

test("what one is refused leads to why; of others nothing is told to who administers nobody", async ({ page }) => {
  await signInAs(page, "vera", "/audit");
  await page.getByRole("link", { name: "Why?" }).click();
  await page.waitForURL("**/access?what=audit**");
  await expect(page.getByRole("heading", { name: "You may not read the audit in the whole tenant" })).toBeVisible();
  await expect(page.getByLabel("Who", { exact: true })).toHaveCount(0);
  await expect(page.getByText("Give Administrator in the whole tenant")).toBeVisible();
});

test("what one may not decide leads to why, from the page of the request, from a toast and from a dialog", async ({
  page: ana,
  browser,
  request,
  stack,
}) => {
  test.slow();
  const type = `why${Date.now()}`;
  const id = await submitElsewhere(request, stack.coreApiToken, "CA", { type: "other", title: type });
  await signInAs(ana, "ana", "/people");
  const people = new People(ana);
  await people.open("Vera");
  await ana.getByRole("button", { name: "Grant a role" }).click();
  await people.chooseRole("decider", "New York");
  await people.dialog.getByRole("button", { name: "Grant" }).click();
  await expect(people.dialog).toHaveCount(0);

  const context = await browser.newContext({ baseURL: stack.url });
  const vera = await context.newPage();
  const answer = vera.getByRole("heading", { name: "You may not decide requests in California (CA)" });
  await signInAs(vera, "vera", `/approvals/${id}`);
  await expect(vera.getByRole("button", { name: "Approve" })).toBeDisabled();
  await vera.getByRole("main").getByRole("link", { name: "Why?" }).click();
  await expect(answer).toBeVisible();
  await expect(vera.getByLabel("Where")).toHaveValue("California (CA)");
  await expect(vera.getByRole("listitem").filter({ hasText: "Decider at New York (NY)" })).toBeVisible();

  const inbox = new Inbox(vera);
  await inbox.open("?type=other&org=CA");
  await inbox.row(type).focus();
  await vera.keyboard.press("a");
  await expect(vera.getByLabel("Reason (optional)")).toBeFocused();
  await vera.keyboard.press("Enter");
  const toast = vera.getByRole("region", { name: /Notifications/ }).getByRole("listitem");
  await expect(toast).toContainText("You do not hold the permission");
  await toast.getByRole("button", { name: "Why?" }).click();
  await expect(answer).toBeVisible();

  await inbox.open("?type=other&org=CA");
  await inbox.row(type).getByRole("checkbox").check();
  await inbox.selection.getByRole("button", { name: "Approve" }).click();
  await expect(inbox.dialog).toContainText("1 will be refused");
  await inbox.dialog.getByRole("link", { name: "Why?" }).click();
  await expect(answer).toBeVisible();
  await context.close();

  await ana.getByRole("button", { name: "Take away Decider, New York (NY)" }).click();
  await people.dialog.getByRole("button", { name: "Take away" }).click();
  await expect(people.dialog).toHaveCount(0);
});

test("what a program may do is said on its page, each with why, as of a person", async ({ page }) => {
  await signInAs(page, "ana", "/service-clients");
  await page.getByRole("list", { name: "Clients" }).getByRole("link", { name: "Core API" }).click();
  const can = page.getByRole("region", { name: "What it may do" }).getByRole("listitem");
  await expect(can.filter({ hasText: "decide requests" })).toContainText("Program");
  await page.getByRole("link", { name: "Why may Core API decide requests?" }).click();
  await page.waitForURL("**/access?client=**");
  await expect(page.getByRole("heading", { name: /^Core API may decide requests/ })).toBeVisible();
  await expect(page.getByLabel("Who", { exact: true })).toHaveValue("Core API (Program)");
  await page.getByLabel("What", { exact: true }).selectOption("audit:read");
  await expect(page.getByRole("heading", { name: /^Core API may not read the audit/ })).toBeVisible();
  await expect(page.getByRole("link", { name: "Open Core API" })).toHaveAttribute("href", /^\/service-clients\//);
  await page.getByRole("button", { name: "Who can" }).click();
  await page.getByLabel("What", { exact: true }).selectOption("approvals:decide");
  const holders = page.getByRole("list", { name: "Who may" }).getByRole("listitem");
  await holders.filter({ hasText: "Core API" }).getByRole("link", { name: "Why?" }).click();
  await expect(page.getByRole("heading", { name: /^Core API may decide requests/ })).toBeVisible();
  await page.goto("/access?what=approvals%3Adecide");
  await page.getByLabel("Who", { exact: true }).fill("core");
  await page.getByRole("option", { name: /Core API/ }).click();
  await expect(page.getByRole("heading", { name: /^Core API may decide requests/ })).toBeVisible();
});

test("a role in many places: the first of them, and the others page by page", async ({ page }) => {
  await signInAs(page, "ana", "/service-clients");
  const send = async (path: string, data: object) => {
    const headers = { "sec-fetch-site": "same-origin" };
    return (await (await page.request.post(`/api/trpc/${path}`, { data, headers })).json()).result.data;
  };
  const scopes = await (await page.request.get("/api/trpc/scopes.list?input=%7B%7D")).json();
  const orgs: { id: string; code: string; kind: string }[] = scopes.result.data.items;
  const others = orgs.filter(({ kind }) => kind === "ORG").slice(0, 15);
  const code = `many-${Date.now()}`;
  const { id: clientId } = await send("serviceClients.create", { code, name: "Reads in many places", description: "" });
  for (const { id: scopeId } of others) await send("access.assign", { clientId, role: "reader", scopeId });

  // The page of a hundred is made one of six, so that these are three of them; the second waits for what is told.
  const { promise: told, resolve: tell } = Promise.withResolvers<void>();
  await page.route("**/api/trpc/*access.whatCan*", async (route) => {
    const url = route.request().url();
    if (url.includes("%22after%22")) await told;
    await route.continue({ url: url.replaceAll("%22limit%22%3A100", "%22limit%22%3A6") });
  });
  await page.goto(`/service-clients/${clientId}`);
  const can = page.getByRole("region", { name: "What it may do" }).getByRole("listitem");
  const line = can.filter({ hasText: "read requests" });
  await line.getByRole("button", { name: "and 3 more" }).click();
  await expect(line.getByRole("status")).toHaveText("6 of 15 places are shown");
  const more = line.getByRole("button", { name: "Show more" });
  await more.focus();
  const asked = page.waitForRequest(/whatCan.*%22after%22/);
  await page.keyboard.press("Enter");
  await asked;
  const readAgain = page.waitForRequest(/whatCan.*%22limit%22%3A12/);
  await send("access.assign", { clientId, role: "decider", scopeId: others[0]?.id });
  await readAgain;
  tell();
  await expect(line.getByRole("status")).toHaveText("12 of 15 places are shown");
  await page.keyboard.press("Enter");
  await expect(line.getByRole("status")).toHaveText("15 of 15 places are shown");
  await expect(more).toHaveCount(0);
  await expect(line.getByRole("status")).toBeFocused();
  for (const { code } of others) await expect(line.getByRole("list", { name: "Where" })).toContainText(`(${code})`);
  await line.getByRole("button", { name: "Show fewer" }).click();
  await expect(line.getByRole("list")).toHaveCount(0);
});
