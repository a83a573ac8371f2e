import { expect, test } from "../fixtures.ts";

test("the started stack says that it is healthy", async ({ page }) => {
  const answer = await page.goto("/health");
  expect(answer?.status()).toBe(200);
});
