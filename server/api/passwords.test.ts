import { beforeAll, describe, expect, test } from "vitest";
import { askReset } from "#server/domain/identity/ask-reset.ts";
import { answerResets } from "#server/domain/identity/send-reset.ts";
import { newToken } from "#server/domain/ids.ts";
import { sealContext } from "#server/domain/messaging/send-message.ts";
import { unseal } from "#server/platform/seals.ts";
import type { Said } from "#server/testing/http.ts";
import { Browser, makeAccount, signedIn } from "#server/testing/http.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
beforeAll(async () => {
  world = await makeTenant();
});

const NEXT = "an entirely new sentence";
const FACTS = { requestId: "r", correlationId: "r", address: null, locale: null };
const code = ({ body }: Said) => body.error?.data?.code;
const isIn = async (browser: Browser) => (await browser.query("access.whoAmI", {})).status === 200;
function copyOf(browser: Browser): Browser {
  const copy = new Browser();
  for (const [name, value] of browser.cookies) copy.cookies.set(name, value);
  return copy;
}

/** The token of the mail that an address gets. */
async function mailed(email: string): Promise<string> {
  await askReset({ email }, FACTS);
  await answerResets({ aborted: false });
  const { rows } = await admin().pool.query(
    `SELECT s.* FROM message_secrets s JOIN messages m ON m.tenant_id = s.tenant_id AND m.id = s.message_id
     WHERE m.to_email = $1 AND m.template = 'passwordReset' ORDER BY m.id DESC LIMIT 1`,
    [email],
  );
  const link = unseal(rows[0].sealed, sealContext(rows[0].tenant_id, rows[0].message_id, "link")) ?? "";
  return new URL(link).searchParams.get("token") as string;
}

describe("password.change", () => {
  test("brings the session's next cookie: the one that asked is worth nothing, and neither are other browsers", async () => {
    const account = await makeAccount(world, "decider");
    const [browser, other] = [await signedIn(account), await signedIn(account)];
    const before = copyOf(browser);
    const said = await browser.mutate("password.change", { current: account.password, password: NEXT });
    expect(said.body.result.data).toEqual({ ended: 1 });
    expect(browser.set.at(-1)).toMatch(
      /^countersign\.session=[\w-]{43}; Path=\/; Max-Age=\d+; HttpOnly; SameSite=Lax$/,
    );
    expect([await isIn(browser), await isIn(other)]).toEqual([true, false]);
    expect(await isIn(before)).toBe(false);
  });

  test("keeps no answer and no hash of what was sent for its idempotency key", async () => {
    const account = await makeAccount(world, "decider");
    const browser = await signedIn(account);
    const input = { current: account.password, password: NEXT };
    expect((await browser.mutate("password.change", input, { "idempotency-key": newToken() })).status).toBe(200);
    const { rows } = await admin().pool.query("SELECT FROM idempotency_records");
    expect(rows).toHaveLength(0);
  });

  test("is for who is signed in, and from this site", async () => {
    const account = await makeAccount(world, "decider");
    const input = { current: account.password, password: NEXT };
    expect(code(await new Browser().mutate("password.change", input))).toBe("auth.required");
    const browser = await signedIn(account);
    const foreign = await browser.mutate("password.change", input, { "sec-fetch-site": "cross-site" });
    expect(foreign.status).toBe(403);
    expect(code(await browser.mutate("password.change", { ...input, current: "wrong" }))).toBe("password.wrong");
    expect(await isIn(browser)).toBe(true);
  });
});

describe("a mailed link over the API", () => {
  test("is looked at without being used, sets a password from nobody known, and signs nobody in", async () => {
    const account = await makeAccount(world, "decider");
    const session = await signedIn(account);
    const token = await mailed(account.email);
    const stranger = new Browser();
    for (let i = 0; i < 2; i++)
      expect((await stranger.query("password.resetLink", { token })).body.result.data).toEqual({
        status: "OPEN",
        email: account.email,
        language: null,
      });
    expect(code(await stranger.mutate("password.reset", { token, password: "iloveyou1" }))).toBe("password.common");
    expect(stranger.cookies.size).toBe(0);
    expect((await stranger.mutate("password.reset", { token, password: NEXT })).status).toBe(200);
    expect([...stranger.cookies.keys()]).toEqual(["countersign.device"]);
    expect([await isIn(stranger), await isIn(session)]).toEqual([false, false]);
    expect((await stranger.signIn(account.email, NEXT)).status).toBe(200);
    expect(code(await stranger.mutate("password.reset", { token, password: NEXT }))).toBe("link.not_found");
  });

  test.each(["password.resetLink", "password.signInLink"])("%s knows no token that was not mailed", async (path) => {
    for (const token of [newToken(), "x"]) expect((await new Browser().query(path, { token })).status).toBe(404);
  });
});
