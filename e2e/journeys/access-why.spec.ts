import { expect, test } from "../fixtures.ts";
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
