import { expect, test } from "../fixtures.ts";
import { addressOf, signInAs } from "../screens/sign-in.ts";

/** What the started server sends; every kind of address is in server/platform/front.test.ts. */
const STANDING = {
  "x-frame-options": "DENY",
  "x-content-type-options": "nosniff",
  "referrer-policy": "strict-origin",
  "content-security-policy": expect.stringContaining("frame-ancestors 'none'"),
};

test("a page runs the scripts that carry its own nonce, and every answer says how it may be used", async ({
  request,
}) => {
  const nonces: (string | undefined)[] = [];
  for (let n = 0; n < 2; n++) {
    const page = await request.get("/sign-in");
    expect(page.headers()).toMatchObject(STANDING);
    expect(page.headers()).not.toHaveProperty("strict-transport-security");
    const nonce = /script-src 'self' 'nonce-([^']+)' 'strict-dynamic';/.exec(
      page.headers()["content-security-policy"] ?? "",
    )?.[1];
    const html = await page.text();
    const scripts = [...html.matchAll(/<script\b[^>]*>/g)].map(([tag]) => tag);
    expect(scripts.length).toBeGreaterThan(2);
    expect(scripts.filter((tag) => /nonce="([^"]*)"/.exec(tag)?.[1] !== nonce)).toEqual([]);
    nonces.push(nonce);
    const asset = await request.get(/<script\b[^>]*src="([^"]+)"/.exec(html)?.[1] ?? "");
    expect(asset.status()).toBe(200);
    expect(asset.headers()).toMatchObject({ ...STANDING, "content-type": expect.stringContaining("javascript") });
  }
  expect(new Set(nonces).size).toBe(2);

  for (const path of ["/api/core/approvals", "/api/trpc/profile.me", "/health", "/nowhere"])
    expect((await request.get(path)).headers()).toMatchObject(STANDING);
});

test("who says to come from elsewhere, and is no proxy of ours, stays where they are", async ({ browser, stack }) => {
  const headers = { "x-forwarded-for": "203.0.113.9" };
  const context = await browser.newContext({ baseURL: stack.url, extraHTTPHeaders: headers });
  await signInAs(await context.newPage(), "vera");
  expect(await addressOf(context.request)).toBe("127.0.0.1");
  await context.close();
});
