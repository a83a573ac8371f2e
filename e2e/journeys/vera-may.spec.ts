import { expect, test } from "../fixtures.ts";
import { beforeAnyPoll, Streams, submitElsewhere } from "../screens/live.ts";
import { People } from "../screens/people.ts";
import { signInAs } from "../screens/sign-in.ts";

const UNTIL = "2031-01-01T12:00";

test("why can't Vera approve this: it is answered, given with an end, at work in her open tab, taken back, and her session ended", async ({
  page: ana,
  browser,
  request,
  stack,
}) => {
  test.slow();
  const submit = (title: string) =>
    submitElsewhere(request, stack.coreApiToken, "CA", { type: "other", title, amount: "900" });
  const [first, second] = [await submit("Chairs for the reading room"), await submit("Lamps for the reading room")];
  const context = await browser.newContext({ baseURL: stack.url });
  const streams = new Streams(context);
  const vera = await context.newPage();
  await signInAs(vera, "vera", `/approvals/${first}`);
  await streams.holder();
  const approve = vera.getByRole("button", { name: "Approve" });
  await expect(approve).toBeDisabled();

  await signInAs(ana, "ana", "/access");
  await ana.getByLabel("Who", { exact: true }).fill("vera");
  await ana.getByRole("option", { name: /Vera/ }).click();
  await ana.getByLabel("What", { exact: true }).selectOption("approvals:decide");
  await ana.getByLabel("Where").fill("California");
  await ana.getByRole("option", { name: /California/ }).click();
  const answer = ana.getByRole("heading", { level: 2 });
  await expect(answer).toHaveText(/^Vera \S+ may not decide requests in California \(CA\)$/);
  await expect(ana.getByText("Give Decider at California (CA)")).toBeVisible();
  await ana.getByRole("link", { name: /^Open Vera/ }).click();
  await ana.waitForURL("**/people/**");
  const people = new People(ana);
  await ana.getByRole("button", { name: "Grant a role" }).click();
  await people.chooseRole("decider", "California");
  await people.dialog.getByLabel(/^Until/).fill(UNTIL);
  await people.dialog.getByRole("button", { name: "Grant" }).click();
  await expect(people.dialog).toHaveCount(0);

  await expect(approve).toBeEnabled(await beforeAnyPoll(request));
  await approve.click();
  await expect(vera.getByRole("main").getByText("Approved", { exact: true }).first()).toBeVisible();

  await vera.goto(`/approvals/${second}`);
  await expect(approve).toBeEnabled();
  await streams.holder();
  await ana.getByRole("button", { name: "Take away Decider, California (CA)" }).click();
  await expect(people.dialog.getByText("1 of 1 decision would have been refused")).toBeVisible();
  await people.dialog.getByRole("button", { name: "Take away" }).click();
  await expect(people.dialog).toHaveCount(0);
  await expect(approve).toBeDisabled(await beforeAnyPoll(request));

  await ana.getByRole("link", { name: /^In (one|\d+) sessions?$/ }).click();
  await ana.waitForURL("**/sessions?person=*");
  await ana.getByRole("button", { name: "End all that match" }).click();
  await people.dialog.getByRole("button", { name: /^End \d+ sessions?$/ }).click();
  await expect(vera).toHaveURL(
    new RegExp(`/sign-in\\?callbackUrl=%2Fapprovals%2F${second}$`),
    await beforeAnyPoll(request),
  );
  await expect(people.dialog).toContainText("none of them is alive");
  await context.close();
});
