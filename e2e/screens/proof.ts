import type { Locator, Page } from "@playwright/test";
import { expect } from "@playwright/test";
import pg from "pg";

/** The dialog that asks whoever sits there to confirm that it is them. */
export const stepUpOf = (page: Page): Locator => page.getByRole("dialog", { name: "Confirm it is you" });

/** The next write is answered as if the last proof were too old, of somebody who has these. */
export async function requireProof(page: Page, proofs: readonly string[]): Promise<void> {
  const facts = { proofs };
  const data = { httpStatus: 403, code: "session.step_up_required", facts, issues: [], requestId: "r" };
  const error = { message: data.code, code: -32003, data };
  await page.route("**/api/trpc/factors.*", (route) =>
    route.request().method() === "POST" ? route.fulfill({ status: 403, json: { error } }) : route.continue(),
  );
}

/** The next sign-in is answered as if the password were right, and more were asked for. */
export async function requireSecondStep(page: Page, factors: readonly string[]): Promise<void> {
  await page.route("**/api/auth/callback/credentials*", (route) =>
    route.fulfill({ status: 401, json: { url: `${new URL(page.url()).origin}/sign-in?error=second:${factors}` } }),
  );
}

/** As if everybody with this address had last proven who they are an hour ago. */
export async function forgetProofs(adminUrl: string, email: string): Promise<void> {
  const owner = new pg.Client({ connectionString: adminUrl });
  await owner.connect();
  await owner.query(
    "UPDATE user_sessions s SET proven_at = clock_timestamp() - interval '1 hour' FROM people p WHERE p.id = s.person_id AND p.email = $1 AND s.status = 'ACTIVE'",
    [email],
  );
  await owner.end();
}

/** A device in the browser that keeps passkeys and always recognises its owner. */
export async function addAuthenticator(page: Page): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
}

export async function signOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: /^Account of/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL("**/sign-in");
  await expect(page.getByLabel("E-mail")).toBeVisible();
  await page.waitForLoadState("networkidle");
}
