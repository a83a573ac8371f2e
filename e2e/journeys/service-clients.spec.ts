import { expect, test } from "../fixtures.ts";
import { callCore, ServiceClients } from "../screens/service-clients.ts";
import { signInAs } from "../screens/sign-in.ts";

test("Ana makes a client for a program, which calls by its token until that is replaced and until that is revoked", async ({
  page,
  playwright,
  stack,
}) => {
  test.slow();
  await signInAs(page, "ana", "/service-clients");
  const clients = new ServiceClients(page);
  await expect(page.getByRole("list", { name: "Clients" }).getByRole("link", { name: "Core API" })).toBeVisible();
  await clients.create({ name: "Payout export", code: "payout-export", description: "Runs each night; ask Mei." });
  await clients.grant("service", "California");
  await expect(page.getByRole("listitem").filter({ hasText: "Program California (CA)" })).toBeVisible();

  await page.getByRole("button", { name: "Issue a token" }).click();
  await clients.dialog.getByLabel("Name").fill("Vault, production");
  await clients.dialog.getByLabel("Days until it ends").fill("30");
  await clients.dialog.getByRole("checkbox", { name: "read requests" }).check();
  await clients.dialog.getByRole("button", { name: "Issue", exact: true }).click();
  const first = await clients.keepToken();
  await expect(clients.tokens.filter({ hasText: "Vault, production" })).toContainText("Only: read requests");
  await expect(page.getByText(first)).toHaveCount(0);

  // A program of its own: no cookie of the browser goes with it.
  const program = await playwright.request.newContext({ baseURL: stack.url });
  const status = async (token: string, org: string) =>
    (await callCore(program, token, org, "/approvals?limit=1")).status();
  expect([await status(first, "CA"), await status(first, "NY")]).toEqual([200, 403]);
  const submit = await program.post("/api/core/approvals", {
    headers: { authorization: `Bearer ${first}`, "x-tenant-id": "northwind", "x-org-id": "CA" },
    data: { type: "travel", title: "Not by this token" },
  });
  expect(submit.status()).toBe(403);
  const elsewhere = await program.get("/api/core/approvals", {
    headers: { authorization: `Bearer ${first}`, "x-tenant-id": "contoso", "x-org-id": "CA" },
  });
  expect(elsewhere.status()).toBe(404);

  await page.getByRole("button", { name: "Rotate Vault, production" }).click();
  await clients.dialog.getByRole("button", { name: "Rotate", exact: true }).click();
  const second = await clients.keepToken();
  expect([await status(first, "CA"), await status(second, "CA")]).toEqual([200, 200]);
  await expect(clients.tokens.filter({ hasText: "Replaced" })).toHaveCount(1);
  await expect(clients.tokens.filter({ hasText: "Active" })).toHaveCount(1);

  for (const [token, state] of [
    [first, "Replaced"],
    [second, "Active"],
  ] as const) {
    await clients.tokens.filter({ hasText: state }).getByRole("button", { name: "Revoke Vault, production" }).click();
    await clients.dialog.getByLabel("Reason").fill("The job was moved.");
    await clients.dialog.getByRole("button", { name: "Revoke", exact: true }).click();
    await expect(clients.dialog).toHaveCount(0);
    expect(await status(token, "CA")).toBe(401);
  }
  await expect(clients.tokens.filter({ hasText: "Revoked by Ana" })).toHaveCount(2);
  await program.dispose();

  await page.goto("/audit?type=token");
  await expect(page.getByRole("table")).toContainText("Token revoked");
});
