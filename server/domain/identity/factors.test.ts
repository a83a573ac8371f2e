import { beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { CHALLENGE_TRIES, RECOVERY_CODES, recoveryCode, recoveryText } from "#server/domain/identity/rules.ts";
import { Authenticator } from "#server/testing/authenticator.ts";
import { accountWithPasskey, accountWithTotp, codeAt, data, restFactors, told } from "#server/testing/factors.ts";
import type { Account } from "#server/testing/http.ts";
import { Browser, makeAccount, signedIn } from "#server/testing/http.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
beforeAll(async () => {
  world = await makeTenant();
});
// In the middle of a code's time, so that it is the same one when it arrives.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: (Math.floor(Date.now() / 30_000) + 0.5) * 30_000 });
  return () => vi.useRealTimers();
});

const sql = async (text: string, values: unknown[] = []) => (await admin().pool.query(text, values)).rows;
const rest = (account: Account) => restFactors(sql, account);
const withTotp = () => accountWithTotp(world, sql);
const withPasskey = (name?: string) => accountWithPasskey(world, name);

/** A browser whose password was right. */
async function halfway(account: Account, address?: string) {
  const browser = new Browser(address);
  const said = await browser.signIn(account.email, account.password);
  return { browser, said, finish: (code: string) => browser.mutate("signIn.secondStep", { code }) };
}

describe("an authenticator app", () => {
  test("counts once a code of it came back, is sealed at rest, and is in no audit", async () => {
    const account = await makeAccount(world, "administrator");
    const browser = await signedIn(account);
    const { secret, qr } = data(await browser.mutate("factors.beginTotp", {}));
    expect(qr.path).toMatch(/^M2 2h1v1h-1z/);
    expect((await halfway(account)).said.status).toBe(200);
    expect(told(await browser.mutate("factors.confirmTotp", { code: "000000" }))).toBe("session.proof_wrong");
    const { recoveryCodes } = data(await browser.mutate("factors.confirmTotp", { code: codeAt(secret) }));
    expect(new Set(recoveryCodes).size).toBe(RECOVERY_CODES);
    expect(told(await browser.mutate("factors.beginTotp", {}))).toBe("factor.already_set");
    expect(told(await browser.mutate("factors.confirmTotp", { code: codeAt(secret) }))).toBe("factor.not_found");
    const stored = JSON.stringify([
      await sql("SELECT encode(sealed_secret, 'escape') AS s FROM totp_factors"),
      await sql("SELECT * FROM recovery_codes"),
      await sql("SELECT * FROM audit_logs"),
      await sql("SELECT * FROM idempotency_records"),
      await sql("SELECT * FROM outbox_events"),
    ]);
    for (const text of [secret, ...recoveryCodes, ...recoveryCodes.map(recoveryText)])
      expect(stored).not.toContain(text);
    expect(data(await browser.query("factors.list", {}))).toMatchObject({
      totp: { since: expect.any(String) },
      recoveryLeft: RECOVERY_CODES,
    });
  });

  test("is asked for after a right password, which opens nothing by itself", async () => {
    const { account, secret } = await withTotp();
    const { browser, said, finish } = await halfway(account);
    expect([said.status, said.body.url]).toEqual([401, expect.stringMatching(/\?error=second:totp$/)]);
    expect((await browser.query("access.whoAmI", {})).status).toBe(401);
    expect(browser.set.at(-1)).toMatch(
      /^countersign\.challenge=.{43}; Path=\/; Max-Age=300; HttpOnly; SameSite=Strict$/,
    );
    expect(told(await finish(codeAt(secret)))).toBe("ok");
    expect((await browser.query("access.whoAmI", {})).status).toBe(200);
    expect([...browser.cookies.keys()]).not.toContain("countersign.challenge");
    const [{ n }] = (await sql("SELECT count(*)::int AS n FROM identity_challenges WHERE person_id = $1", [
      account.personId,
    ])) as [{ n: number }];
    expect(n).toBe(0);
  });

  test.each([
    [-60, "sign_in.wrong"],
    [-30, "ok"],
    [30, "ok"],
    [60, "sign_in.wrong"],
  ])("takes a code of %i seconds from now: %s", async (seconds, answer) => {
    const { account, secret } = await withTotp();
    expect(told(await (await halfway(account)).finish(codeAt(secret, seconds)))).toBe(answer);
  });

  test("a code is taken once: of many at a time, one, and none again of its time or before", async () => {
    const { account, secret } = await withTotp();
    const code = codeAt(secret);
    const sides = await Promise.all(Array.from({ length: 2 }, (_, i) => halfway(account, `198.51.100.${i}`)));
    await sql("DELETE FROM sign_in_attempts");
    const answers = await Promise.all(sides.map(({ finish }) => finish(code)));
    expect(answers.map(told).sort()).toEqual(["ok", "sign_in.wrong"]);
    await sql("DELETE FROM sign_in_attempts");
    const { finish } = await halfway(account);
    expect(told(await finish(code))).toBe("sign_in.wrong");
    expect(told(await finish(codeAt(secret, -30)))).toBe("sign_in.wrong");
  });

  test("a recovery code works in its place, once, however it is typed; new ones end the old", async () => {
    const { account, browser, recoveryCodes } = await withTotp();
    const [first = "", second = ""] = recoveryCodes;
    expect(told(await (await halfway(account)).finish(` ${first.toUpperCase().replaceAll("-", " ")} `))).toBe("ok");
    const { finish } = await halfway(account);
    expect(told(await finish(first))).toBe("sign_in.wrong");
    expect(data(await browser.query("factors.list", {})).recoveryLeft).toBe(RECOVERY_CODES - 1);
    const renewed = data(await browser.mutate("factors.renewRecoveryCodes", {})).recoveryCodes;
    expect(told(await finish(second))).toBe("sign_in.wrong");
    await rest(account);
    expect(told(await finish(renewed[0]))).toBe("ok");
  });

  test("of two at a time with one recovery code one is let in", async () => {
    const { account, recoveryCodes } = await withTotp();
    const sides = await Promise.all([halfway(account, "198.51.100.8"), halfway(account, "198.51.100.9")]);
    await sql("DELETE FROM sign_in_attempts");
    const answers = await Promise.all(sides.map(({ finish }) => finish(recoveryCodes[3] ?? "")));
    expect(answers.map(told).sort()).toEqual(["ok", "sign_in.wrong"]);
  });

  test("is asked for by a step-up too: a password alone does not do", async () => {
    const { account, browser, secret } = await withTotp();
    const { password } = account;
    expect(told(await browser.mutate("sessions.stepUp", { password }))).toBe("session.proof_wrong");
    expect(told(await browser.mutate("sessions.stepUp", { password: "x", code: codeAt(secret) }))).toBe(
      "session.proof_wrong",
    );
    await rest(account);
    expect(told(await browser.mutate("sessions.stepUp", { password, code: codeAt(secret) }))).toBe("ok");
  });

  test("once removed is asked for no more, and its recovery codes are gone", async () => {
    const { account, browser } = await withTotp();
    expect(told(await browser.mutate("factors.removeTotp", {}))).toBe("ok");
    expect(data(await browser.query("factors.list", {}))).toEqual({ totp: null, recoveryLeft: 0, passkeys: [] });
    expect((await halfway(account)).said.status).toBe(200);
    expect(told(await browser.mutate("factors.renewRecoveryCodes", {}))).toBe("factor.not_found");
  });
});

describe("the challenge between two steps", () => {
  test("is over after so many tries, whatever comes then", async () => {
    const { account, secret } = await withTotp();
    const { finish } = await halfway(account);
    for (let i = 0; i < CHALLENGE_TRIES; i++) {
      await rest(account);
      expect(told(await finish("000000"))).toBe("sign_in.wrong");
    }
    await rest(account);
    expect(told(await finish(codeAt(secret)))).toBe("sign_in.over");
  });

  test("is over after its time", async () => {
    const { account, secret } = await withTotp();
    const { finish } = await halfway(account);
    await sql("UPDATE identity_challenges SET expires_at = clock_timestamp() WHERE person_id = $1", [account.personId]);
    expect(told(await finish(codeAt(secret)))).toBe("sign_in.over");
  });

  test("serves the place that it was opened from and no other, and nobody without it", async () => {
    const { account, secret } = await withTotp();
    const { browser } = await halfway(account);
    const thief = new Browser();
    for (const [name, value] of browser.cookies) thief.cookies.set(name, value);
    expect(told(await thief.mutate("signIn.secondStep", { code: codeAt(secret) }))).toBe("sign_in.over");
    expect(told(await new Browser().mutate("signIn.secondStep", { code: codeAt(secret) }))).toBe("sign_in.over");
  });

  test("counts wrong codes for the account, from wherever they come", async () => {
    const { account, secret } = await withTotp();
    for (let i = 0; i <= CHALLENGE_TRIES; i++) {
      const { finish } = await halfway(account);
      expect(told(await finish("000000"))).toBe("sign_in.wrong");
    }
    await sql(
      "UPDATE sign_in_attempts SET failed_at = clock_timestamp() + interval '1 minute' WHERE account = $1 AND address = 'codes everywhere'",
      [account.email],
    );
    const held = await (await halfway(account)).finish(codeAt(secret));
    expect([held.status, told(held)]).toEqual([429, "session.too_soon"]);
  });

  test("serves the password that was right and no later one, and no account that is frozen meanwhile", async () => {
    const { account, secret } = await withTotp();
    const { finish } = await halfway(account);
    await sql("UPDATE credentials SET changed_at = clock_timestamp() WHERE person_id = $1", [account.personId]);
    expect(told(await finish(codeAt(secret)))).toBe("password.changed");
    const other = await withTotp();
    const later = await halfway(other.account);
    await sql("UPDATE people SET frozen_at = clock_timestamp() WHERE id = $1", [other.account.personId]);
    expect(told(await later.finish(codeAt(other.secret)))).toBe("password.changed");
  });

  test("is nothing that a session or a passkey is asked with", async () => {
    const { account } = await withTotp();
    const { browser } = await halfway(account);
    const challenge = browser.cookies.get("countersign.challenge") ?? "";
    const key = new Authenticator();
    expect(told(await browser.mutate("signIn.passkey", { passkey: key.assert({ challenge }) }))).toBe("sign_in.wrong");
    browser.cookies.set("countersign.session", challenge);
    expect((await browser.query("access.whoAmI", {})).status).toBe(401);
  });
});

describe("a passkey", () => {
  const asked = async (browser: Browser) => data(await browser.mutate("signIn.passkeyOptions", {}));
  const enter = async (browser: Browser, passkey: ReturnType<Authenticator["assert"]>) =>
    told(await browser.mutate("signIn.passkey", { passkey }));

  test("signs in by itself, and brings recovery codes with the first", async () => {
    const { account, browser, key, added } = await withPasskey();
    expect(added.recoveryCodes).toHaveLength(RECOVERY_CODES);
    const other = new Browser();
    expect(await enter(other, key.assert(await asked(other)))).toBe("ok");
    expect(data(await other.query("profile.get", {})).email).toBe(account.email);
    const [listed] = data(await browser.query("factors.list", {})).passkeys;
    expect(listed).toMatchObject({ id: added.id, name: "Laptop", lastUsedAt: expect.any(String) });
    expect(JSON.stringify(data(await browser.query("factors.list", {})))).not.toContain(key.id.toString("base64url"));
  });

  test("makes a password alone too little, and a recovery code stands in for it", async () => {
    const { account, added } = await withPasskey();
    const { said, finish } = await halfway(account);
    expect(said.body.url).toMatch(/\?error=second:passkey$/);
    expect(told(await finish(added.recoveryCodes[0]))).toBe("ok");
  });

  test("answers a challenge once; a copy of an answer opens nothing", async () => {
    const { key } = await withPasskey();
    const browser = new Browser();
    const answer = key.assert(await asked(browser));
    expect(await enter(browser, answer)).toBe("ok");
    expect(await enter(new Browser(), answer)).toBe("sign_in.wrong");
  });

  test.each([
    ["of another site", { origin: "https://evil.example" }],
    ["for another domain", { rpId: "evil.example" }],
    ["without a look at its owner", { verified: false }],
    ["that counts no further, as a copy does", { counter: 0 }],
  ])("an answer %s holds not", async (_, lie) => {
    const { key } = await withPasskey();
    key.counter = 5;
    const browser = new Browser();
    expect(await enter(browser, key.assert(await asked(browser)))).toBe("ok");
    const other = new Browser();
    expect(await enter(other, key.assert(await asked(other), lie))).toBe("sign_in.wrong");
  });

  test("of an expired challenge, of one made up, and of an unknown key say the same", async () => {
    const { key } = await withPasskey();
    const browser = new Browser();
    const options = await asked(browser);
    await sql("UPDATE identity_challenges SET expires_at = clock_timestamp() WHERE purpose = 'SIGN_IN'");
    expect(await enter(browser, key.assert(options))).toBe("sign_in.wrong");
    expect(await enter(browser, key.assert({ challenge: "bWFkZSB1cA" }))).toBe("sign_in.wrong");
    expect(await enter(browser, new Authenticator().assert(await asked(browser)))).toBe("sign_in.wrong");
  });

  test("confirms a step-up, for its own person and session only", async () => {
    const { browser, key } = await withPasskey();
    const other = await withPasskey();
    const options = data(await browser.mutate("sessions.stepUpOptions", {}));
    expect(options.allowCredentials).toEqual([{ id: key.id.toString("base64url"), type: "public-key" }]);
    const theirs = { passkey: other.key.assert(options) };
    expect(told(await browser.mutate("sessions.stepUp", theirs))).toBe("session.proof_wrong");
    const again = data(await browser.mutate("sessions.stepUpOptions", {}));
    expect(told(await other.browser.mutate("sessions.stepUp", { passkey: key.assert(again) }))).toBe(
      "session.proof_wrong",
    );
    expect(told(await browser.mutate("sessions.stepUp", { passkey: key.assert(again) }))).toBe("ok");
    expect(told(await browser.mutate("sessions.stepUp", { passkey: key.assert(await asked(browser)) }))).toBe(
      "session.proof_wrong",
    );
  });

  test("of somebody else cannot be registered again, nor removed: it answers like one that is not there", async () => {
    const { key, added } = await withPasskey();
    const { browser } = await withPasskey();
    const options = data(await browser.mutate("factors.beginPasskey", {}));
    expect(told(await browser.mutate("factors.addPasskey", { passkey: key.register(options), name: "Mine" }))).toBe(
      "factor.not_usable",
    );
    expect(told(await browser.mutate("factors.removePasskey", { id: added.id }))).toBe("factor.not_found");
  });

  test("is registered with an answer to one's own challenge, once", async () => {
    const { browser, asked: used } = await withPasskey();
    const add = async (passkey: ReturnType<Authenticator["register"]>) =>
      told(await browser.mutate("factors.addPasskey", { passkey, name: "Second" }));
    expect(await add(new Authenticator().register(used))).toBe("factor.not_usable");
    const theirs = data(await (await withPasskey()).browser.mutate("factors.beginPasskey", {}));
    expect(await add(new Authenticator().register(theirs))).toBe("factor.not_usable");
    const mine = data(await browser.mutate("factors.beginPasskey", {}));
    expect(mine.excludeCredentials).toHaveLength(1);
    expect(await add(new Authenticator().register(mine, { verified: false }))).toBe("factor.not_usable");
    expect(await add(new Authenticator().register(mine))).toBe("ok");
  });

  test("that is removed signs nobody in", async () => {
    const { browser, key, added } = await withPasskey();
    expect(told(await browser.mutate("factors.removePasskey", { id: added.id }))).toBe("ok");
    const other = new Browser();
    expect(await enter(other, key.assert(await asked(other)))).toBe("sign_in.wrong");
  });

  test.each(["disabled_at", "frozen_at"])("lets nobody in who is held by %s", async (column) => {
    const { account, key } = await withPasskey();
    await sql(`UPDATE people SET ${column} = clock_timestamp() WHERE id = $1`, [account.personId]);
    const other = new Browser();
    expect(await enter(other, key.assert(await asked(other)))).toBe("sign_in.wrong");
  });
});

describe("a right password that a second step follows is no failed try", () => {
  const failures = async ({ email }: Account) =>
    (await sql("SELECT coalesce(sum(failures), 0)::int AS n FROM sign_in_attempts WHERE account = $1", [email]))[0].n;

  test("where that is a code", async () => {
    const { account, secret } = await withTotp();
    const { finish } = await halfway(account);
    expect(await finish("000000").then(told)).toBe("sign_in.wrong");
    expect(await failures(account)).toBe(2);
    expect(told(await finish(codeAt(secret)))).toBe("ok");
    expect(await failures(account)).toBe(0);
  });

  test("where that is a passkey: it goes on day after day without a delay", async () => {
    const { account, key } = await withPasskey();
    for (let i = 0; i < 6; i++) {
      const { browser, said } = await halfway(account, "198.51.100.20");
      expect(said.body.url).toMatch(/\?error=second:passkey$/);
      const options = data(await browser.mutate("signIn.passkeyOptions", {}));
      expect(told(await browser.mutate("signIn.passkey", { passkey: key.assert(options) }))).toBe("ok");
    }
    expect(await failures(account)).toBe(0);
  });

  test("but one that nothing follows is, and a passkey of somebody else clears nobody's", async () => {
    const { account } = await withPasskey();
    const other = await withPasskey();
    const { browser } = await halfway(account);
    const options = data(await browser.mutate("signIn.passkeyOptions", {}));
    expect(told(await browser.mutate("signIn.passkey", { passkey: other.key.assert(options) }))).toBe("ok");
    expect(await failures(account)).toBe(1);
  });
});

test("a recovery code is 120 bits in letters that are not mistaken, and is read however it was written", () => {
  const code = recoveryCode(Uint8Array.from({ length: 24 }, (_, i) => i * 11));
  expect(code).toMatch(/^([0-9a-hjkmnp-tv-z]{4}-){5}[0-9a-hjkmnp-tv-z]{4}$/);
  expect(recoveryText(code.toUpperCase())).toBe(code.replaceAll("-", ""));
  expect(recoveryText("O0Il-1111-2222-3333-4444-5555")).toBe("001111112222333344445555");
  for (const none of ["", "123456", `${code}0`, "uuuu-uuuu-uuuu-uuuu-uuuu-uuuu"]) expect(recoveryText(none)).toBeNull();
});
