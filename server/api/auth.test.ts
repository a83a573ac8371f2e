import { beforeAll, describe, expect, test } from "vitest";
import type { Account } from "#server/testing/http.ts";
import { Browser, makeAccount, signedIn } from "#server/testing/http.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
const SESSION = "countersign.session";
let world: World;
let olu: Account;

beforeAll(async () => {
  world = await makeTenant();
  olu = await makeAccount(world, "decider");
});

const rows = async (sql: string, values: unknown[] = []) => (await admin().pool.query(sql, values)).rows;
const sessionsOf = (account: Account) =>
  rows("SELECT * FROM user_sessions WHERE person_id = $1 ORDER BY created_at", [account.personId]);
const whoAmI = async (browser: Browser) => (await browser.query("access.whoAmI", {})).status;
const errorOf = (url: string) => new URL(url).searchParams.get("error");

describe("sign-in", () => {
  test("opens a session of the person's tenant: a row, a SECURITY record and a cookie that scripts cannot read", async () => {
    const account = await makeAccount(world, "decider");
    const browser = new Browser("198.51.100.7");
    const agent =
      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36";
    const { csrfToken } = (await browser.fetch("/api/auth/csrf")).body;
    const fields = { csrfToken, json: "true", email: ` ${account.email.toUpperCase()} `, password: account.password };
    const said = await browser.form("/api/auth/callback/credentials", fields, { "user-agent": agent });
    expect([said.status, said.body]).toEqual([200, { url: "http://localhost:3000/" }]);

    const line = browser.set.find((s) => s.startsWith(`${SESSION}=`)) ?? "";
    const attributes = line
      .split("; ")
      .slice(1)
      .filter((a) => !a.startsWith("Expires="));
    expect(attributes.sort()).toEqual(["HttpOnly", "Path=/", "SameSite=Lax"]);
    expect(browser.cookies.get(SESSION)).toMatch(/^[\w-]{43}$/); // 256 random bits

    const [session] = await sessionsOf(account);
    expect(session).toMatchObject({
      tenant_id: world.tenantId,
      status: "ACTIVE",
      address: "198.51.100.7",
      os: "Linux",
    });
    expect(session.browser).toContain("Chrome");
    expect(session.idle_expires_at - session.created_at).toBe(120 * 60_000);
    expect(session.absolute_expires_at - session.created_at).toBe(24 * 3_600_000);
    expect(await rows("SELECT class, action FROM audit_logs WHERE target_id = $1", [session.id])).toEqual([
      { class: "SECURITY", action: "session.opened" },
    ]);
    expect(await whoAmI(browser)).toBe(200);
    expect((await browser.fetch("/api/auth/session")).body.user).toEqual({ name: account.email });
  });

  test("every cookie of a sign-in and a sign-out is HttpOnly, SameSite=Lax, for the whole site, and one of ours", async () => {
    const browser = await signedIn(olu);
    await browser.signOut();
    for (const line of browser.set) {
      expect(line).toMatch(/^countersign\.(session|csrf|device)=/);
      for (const attribute of ["Path=/", "HttpOnly", "SameSite=Lax"]) expect(line).toContain(attribute);
      expect(line).not.toContain("Domain");
    }
  });

  test("without scripts the form leads on by itself", async () => {
    const browser = new Browser();
    const { csrfToken } = (await browser.fetch("/api/auth/csrf")).body;
    const fields = { csrfToken, email: olu.email, password: olu.password, callbackUrl: "/approvals?state=PENDING" };
    const said = await browser.form("/api/auth/callback/credentials", fields);
    expect([said.status, said.headers.get("location")]).toEqual([303, "http://localhost:3000/approvals?state=PENDING"]);
  });

  test("over a session that lives takes its place: at the limit no other device ends for it (S6)", async () => {
    const tenant = await makeTenant();
    await rows("INSERT INTO session_limits (tenant_id, concurrent) VALUES ($1, 2)", [tenant.tenantId]);
    const account = await makeAccount(tenant, "decider");
    const [other, browser] = [await signedIn(account), await signedIn(account)];
    const old = new Browser();
    old.cookies.set(SESSION, browser.cookies.get(SESSION) as string);
    expect((await browser.signIn(account.email, account.password)).status).toBe(200);
    expect([await whoAmI(other), await whoAmI(browser), await whoAmI(old)]).toEqual([200, 200, 401]);
    expect((await sessionsOf(account)).map((session) => session.ended_reason)).toEqual([null, "signed_out", null]);
    // Of two at a time with one cookie, each opens its own, and no more live than may.
    const twice = [1, 2].map(() => {
      const same = new Browser();
      same.cookies.set(SESSION, browser.cookies.get(SESSION) as string);
      return same.signIn(account.email, account.password);
    });
    expect((await Promise.all(twice)).map(({ status }) => status)).toEqual([200, 200]);
    const alive = (await sessionsOf(account)).filter((session) => session.status === "ACTIVE");
    expect(alive).toHaveLength(2);
  });

  test("over a session in another tenant, or of somebody else, ends that one too", async () => {
    const [tenant, account] = [await makeTenant(), await makeAccount(world, "decider")];
    for (const before of [await makeAccount(world, "reader"), await makeAccount(tenant, "reader")]) {
      const browser = await signedIn(before);
      expect((await browser.signIn(account.email, account.password)).status).toBe(200);
      expect((await sessionsOf(before)).map(({ ended_reason }) => ended_reason)).toEqual(["signed_out"]);
      expect(await whoAmI(browser)).toBe(200);
    }
  });

  test("makes a new token each time; the one before it is worth nothing (no fixation)", async () => {
    const account = await makeAccount(world, "decider");
    const browser = new Browser();
    browser.cookies.set(SESSION, "planted-by-a-stranger-planted-by-a-stranger");
    await browser.signIn(account.email, account.password);
    const first = browser.cookies.get(SESSION) as string;
    expect(first).not.toContain("planted");
    await browser.signIn(account.email, account.password);
    expect(browser.cookies.get(SESSION)).not.toBe(first);
    const replay = new Browser();
    replay.cookies.set(SESSION, first);
    expect([await whoAmI(browser), await whoAmI(replay)]).toEqual([200, 401]);
  });

  test.each([
    ["an unknown person", () => ["nobody@example.test", "secret-of-nobody"]],
    ["a wrong password", () => [olu.email, "secret-of-nobody"]],
    ["an empty password", () => [olu.email, ""]],
    ["nothing", () => ["", ""]],
    ["a NUL", () => [`${olu.email}\u0000`, "x\u0000"]],
    ["half a surrogate pair and a long text", () => ["\ud800".repeat(9000), "\udfff".repeat(9000)]],
  ] as const)("%s gets the answer that everybody gets who is not let in", async (_, credentials) => {
    const browser = new Browser();
    const [email = "", password = ""] = credentials();
    const said = await browser.signIn(email, password);
    expect(said).toMatchObject({ status: 401, body: { url: "http://localhost:3000/sign-in?error=CredentialsSignin" } });
    expect(browser.cookies.has(SESSION)).toBe(false);
  });

  test("so does a disabled person, one whose membership is disabled, and one without a password", async () => {
    const [disabled, left, mute] = [
      await makeAccount(world, null),
      await makeAccount(world, null),
      await makeAccount(world, null),
    ];
    await rows("UPDATE people SET disabled_at = now() WHERE id = $1", [disabled.personId]);
    await rows("UPDATE memberships SET status = 'DISABLED' WHERE person_id = $1", [left.personId]);
    await rows("DELETE FROM credentials WHERE person_id = $1", [mute.personId]);
    for (const account of [disabled, left, mute]) {
      const { status, body } = await new Browser().signIn(account.email, account.password);
      expect([status, errorOf(body.url)]).toEqual([401, "CredentialsSignin"]);
    }
  });

  test("an unknown person costs the hash that a wrong password costs", async () => {
    const time = async (email: string) => {
      const browser = new Browser(); // a place of its own each time, so that nothing waits
      const { csrfToken } = (await browser.fetch("/api/auth/csrf")).body;
      const from = performance.now();
      await browser.form("/api/auth/callback/credentials", {
        csrfToken,
        json: "true",
        email,
        password: "secret-of-nobody",
      });
      return performance.now() - from;
    };
    const { email } = await makeAccount(world, "decider");
    const [unknown, wrong]: [number[], number[]] = [[], []];
    for (let i = 0; i < 9; i++) {
      unknown.push(await time(`nobody${i}@example.test`));
      wrong.push(await time(email));
    }
    const median = (times: number[]) => times.sort((a, b) => a - b)[4] as number;
    expect(median(unknown) / median(wrong)).toBeGreaterThan(0.5);
    expect(median(unknown) / median(wrong)).toBeLessThan(2);
  });
});

describe("a POST of sign-in or sign-out", () => {
  test.each(["callback/credentials", "signout"])("%s from another site is 403", async (action) => {
    const foreign: Record<string, string>[] = [
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "", origin: "https://evil.example" },
    ];
    for (const headers of foreign) {
      const said = await new Browser().form(`/api/auth/${action}`, { json: "true" }, headers);
      expect([said.status, said.body.code]).toEqual([403, "auth.foreign_origin"]);
    }
  });

  test("without the csrf token of its own cookie it is 403 and changes nothing", async () => {
    const browser = await signedIn(olu);
    const { csrfToken } = (await new Browser().fetch("/api/auth/csrf")).body;
    for (const token of ["", csrfToken]) {
      const fields = { csrfToken: token, json: "true", email: olu.email, password: olu.password };
      expect((await browser.form("/api/auth/signout", fields)).status).toBe(403);
      expect((await new Browser().form("/api/auth/callback/credentials", fields)).status).toBe(403);
    }
    expect(await whoAmI(browser)).toBe(200);
  });

  test("as JSON it is 415, above 1 MB it is 413", async () => {
    const browser = new Browser();
    const json = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
    expect((await browser.fetch("/api/auth/callback/credentials", json)).status).toBe(415);
    expect((await browser.form("/api/auth/callback/credentials", { email: "x".repeat(1024 * 1024) })).status).toBe(413);
  });

  test.each([
    ["POST", "_log"],
    ["POST", "session"],
    ["GET", "callback/credentials"],
    ["GET", "signout"],
    ["GET", "signin"],
    ["GET", "error"],
    ["POST", "callback/github"],
    ["GET", "constructor"],
  ])("%s %s of next-auth is not there", async (method, action) => {
    const said =
      method === "GET"
        ? await new Browser().fetch(`/api/auth/${action}`)
        : await new Browser().form(`/api/auth/${action}`, {});
    expect([said.status, said.body.code]).toEqual([404, "route.not_found"]);
  });
});

describe("where a sign-in leads", () => {
  const home = "http://localhost:3000/";
  test.each([
    ["/approvals?state=PENDING", `${home}approvals?state=PENDING`],
    ["http://localhost:3000/inbox", `${home}inbox`],
    ["/?next=https://evil.example", `${home}?next=https://evil.example`],
    ["//evil.example", home],
    ["///evil.example", home],
    ["/\\evil.example", home],
    ["\\\\evil.example", home],
    ["/%09/evil.example", home],
    ["/\t/evil.example", home],
    ["/\n//evil.example", home],
    ["/%2Fevil.example", home],
    ["/%2fevil.example/%2e%2e", home],
    ["/%5Cevil.example", home],
    ["/%0d%0aSet-Cookie:x=1", home],
    ["/%zz", home],
    ["%2F%2Fevil.example", home],
    ["https://evil.example", home],
    ["https:evil.example", home],
    ["http://localhost:3000.evil.example/", home],
    ["http://localhost:3000@evil.example/", home],
    ["http://localhost:3000//evil.example/", home],
    ["javascript:alert(1)", home],
    ["data:text/html,x", home],
    [" /approvals", home],
    ["approvals", home],
    ["", home],
  ])("%j: %s", async (callbackUrl, expected) => {
    const browser = new Browser();
    browser.cookies.set("next-auth.callback-url", encodeURIComponent("https://evil.example"));
    expect((await browser.signIn(olu.email, olu.password, { callbackUrl })).body.url).toBe(expected);
    expect((await browser.signOut()).body.url).toBe(home);
  });
});

describe("a session", () => {
  test("ends with the sign-out: a replayed cookie is nobody's at once (S4)", async () => {
    const account = await makeAccount(world, "decider");
    const browser = await signedIn(account);
    const replay = new Browser();
    replay.cookies.set(SESSION, browser.cookies.get(SESSION) as string);
    expect(await whoAmI(replay)).toBe(200);
    expect((await browser.signOut()).status).toBe(200);
    expect(browser.cookies.has(SESSION)).toBe(false);
    expect(await whoAmI(replay)).toBe(401);
    expect(await sessionsOf(account)).toMatchObject([
      { status: "REVOKED", ended_by: account.personId, ended_reason: "signed_out" },
    ]);
  });

  test("ends with the cookie of before its last proofs, when that comes back, whatever it asks for (S5)", async () => {
    const asked = [(old: Browser) => whoAmI(old), async (old: Browser) => (await old.fetch("/api/events")).status];
    for (const come of asked) {
      const browser = await signedIn(olu);
      const old = new Browser();
      old.cookies.set(SESSION, browser.cookies.get(SESSION) as string);
      for (let n = 0; n < 2; n++)
        expect((await browser.mutate("sessions.stepUp", { password: olu.password })).status).toBe(200);
      expect([await come(old), await whoAmI(browser)]).toEqual([401, 200]);
      await rows("UPDATE replaced_tokens SET replaced_at = replaced_at - interval '61 seconds'");
      expect([await come(old), await whoAmI(browser)]).toEqual([401, 401]);
    }
  });

  test("that has ended is not brought back by looking at it, nor by signing out again", async () => {
    const browser = await signedIn(olu);
    const token = browser.cookies.get(SESSION) as string;
    await browser.signOut();
    browser.cookies.set(SESSION, token);
    const looked = await browser.fetch("/api/auth/session");
    expect([looked.status, looked.body]).toEqual([200, {}]);
    expect(looked.headers.getSetCookie()).toEqual([]);
    expect((await browser.signOut()).status).toBe(200);
    expect(await whoAmI(browser)).toBe(401);
  });

  test("is not set again by looking at it, which could overwrite a newer one", async () => {
    const browser = await signedIn(olu);
    expect((await browser.fetch("/api/auth/session")).headers.getSetCookie()).toEqual([]);
  });

  test.each(["", "x", "a".repeat(43), "%00", "a".repeat(5000), "'; DROP TABLE user_sessions; --"])(
    "is not made by the cookie %j",
    async (value) => {
      const browser = new Browser();
      browser.cookies.set(SESSION, value);
      expect(await whoAmI(browser)).toBe(401);
      expect((await browser.fetch("/api/auth/session")).body).toEqual({});
    },
  );
});
