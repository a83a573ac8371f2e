import { beforeAll, describe, expect, test, vi } from "vitest";

// Before anything reads the environment: another site, one tenant of the token, small rates.
vi.hoisted(() => {
  vi.stubEnv("APP_URL", "https://desk.example");
  vi.stubEnv("CORE_API_TENANTS", "mine, 01900000-0000-7000-8000-000000000001");
  vi.stubEnv("RATE_LIMIT_TOKEN", "40");
  vi.stubEnv("RATE_LIMIT_SESSION", "10");
  vi.stubEnv("RATE_LIMIT_ADDRESS", "10");
  vi.stubEnv("RATE_LIMIT_WRITE", "4");
  vi.stubEnv("RATE_LIMIT_SIGN_IN", "6");
});

import { pageCaller, visitorOf } from "#server/api/auth.ts";
import { createScopes } from "#server/domain/access/create-scopes.ts";
import { provisionTenant } from "#server/domain/access/provision-tenant.ts";
import { foundingCaller, systemCaller } from "#server/domain/identity/find-caller.ts";
import { beginSession } from "#server/domain/identity/open-session.ts";
import { tokenHash, uuidv7 } from "#server/domain/ids.ts";
import { Browser, core, makeAccount } from "#server/testing/http.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();

async function tenant(code: string, tenantId = uuidv7()) {
  const rootId = uuidv7();
  await provisionTenant(foundingCaller(tenantId, rootId, code), { id: tenantId, rootId, code, name: code });
  await createScopes(await systemCaller(tenantId), {
    parentId: rootId,
    kind: "ORG",
    items: [{ code: "CA", name: "California" }],
  });
  return tenantId;
}

let mine: string;
let theirs: string;
beforeAll(async () => {
  [mine, theirs] = [await tenant("mine"), await tenant("theirs")];
  await tenant("by-id", "01900000-0000-7000-8000-000000000001");
});

describe("R11 a header never widens a token", () => {
  test("CORE_API_TENANTS, by code or id, is where the token acts; everywhere else is the 404 of nowhere", async () => {
    for (const ref of ["mine", mine, "by-id", "01900000-0000-7000-8000-000000000001"])
      expect((await core(ref, "CA")("/approvals")).status).toBe(200);
    const nowhere = await core(uuidv7(), "CA")("/approvals");
    for (const ref of ["theirs", theirs, theirs.toUpperCase(), "mine,theirs"]) {
      const said = await core(ref, "CA")("/approvals");
      expect([said.status, { ...said.body, requestId: "" }]).toEqual([404, { ...nowhere.body, requestId: "" }]);
    }
  });
});

describe("on https", () => {
  test("every cookie is Secure and bound to the host by its name", async () => {
    const world = await makeTenant();
    const account = await makeAccount(world, "decider");
    const browser = new Browser();
    await browser.signIn(account.email, account.password);
    expect([...browser.cookies.keys()].sort()).toEqual([
      "__Host-countersign.csrf",
      "__Host-countersign.device",
      "__Host-countersign.session",
    ]);
    for (const line of browser.set) {
      expect(line).toContain("Secure");
      expect(line).toContain("Path=/;");
      expect(line).not.toContain("Domain");
    }
    expect((await browser.query("access.whoAmI", {})).status).toBe(200);
    const plain = new Browser();
    plain.cookies.set("countersign.session", browser.cookies.get("__Host-countersign.session") as string);
    expect((await plain.query("access.whoAmI", {})).status).toBe(401);
  });

  test("a sign-in leads to APP_URL, whatever host the request names", async () => {
    const world = await makeTenant();
    const account = await makeAccount(world, "decider");
    const said = await new Browser().signIn(account.email, account.password, {
      callbackUrl: "https://desk.example/inbox",
    });
    expect(said.body.url).toBe("https://desk.example/inbox");
  });
});

describe("429", () => {
  test("a token beyond its rate is told when to come back, before its headers are looked at", async () => {
    const call = core("", "");
    for (let i = 0; ; i++) {
      const said = await call("/approvals");
      if (said.status === 400) continue;
      expect(i).toBeLessThanOrEqual(40);
      expect(said).toMatchObject({ status: 429, body: { code: "request.rate_limited" } });
      expect(Number(said.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(said.headers.get("ratelimit-policy")).toBe('"token";q=40;w=60');
      expect(said.headers.get("ratelimit")).toMatch(/^"token";r=0;t=\d+$/);
      break;
    }
    expect((await core("", "")("/approvals", { headers: { authorization: "Bearer no" } })).status).toBe(401);
  });

  test("a session beyond its rate is told when to come back; another one is not", async () => {
    const world = await makeTenant();
    const account = await makeAccount(world, "decider");
    const [browser, other] = [new Browser(), new Browser()];
    for (const b of [browser, other]) await b.signIn(account.email, account.password);
    for (let i = 0; i < 10; i++) expect((await browser.query("access.whoAmI", {})).status).toBe(200);
    const said = await browser.query("access.whoAmI", {});
    expect(said).toMatchObject({ status: 429, body: { error: { data: { code: "request.rate_limited" } } } });
    expect(Number(said.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await other.query("access.whoAmI", {})).status).toBe(200);
  });

  test("so is a person who writes too often, over all of their sessions; reading goes on", async () => {
    const account = await makeAccount(await makeTenant(), "decider");
    const [one, other] = [new Browser(), new Browser()];
    for (const browser of [one, other]) await browser.signIn(account.email, account.password);
    const write = (browser: Browser) => browser.mutate("approvals.decide", { id: uuidv7(), decision: "APPROVE" });
    for (const browser of [one, other, one, other]) expect((await write(browser)).status).toBe(404);
    for (const browser of [one, other]) {
      const said = await write(browser);
      expect(said).toMatchObject({ status: 429, body: { error: { data: { code: "request.rate_limited" } } } });
      expect(said.headers.get("ratelimit-policy")).toBe('"write";q=4;w=60');
      expect(Number(said.headers.get("retry-after"))).toBeGreaterThan(0);
      expect((await browser.query("access.whoAmI", {})).status).toBe(200);
    }
  });

  test("so is an address that tries one account after another, and it is told so before a password is looked at", async () => {
    const browser = new Browser();
    for (let i = 0; i < 6; i++) expect((await browser.signIn(`nobody${i}@example.test`, "secret")).status).toBe(401);
    const said = await browser.signIn("nobody@example.test", "secret");
    expect([said.status, said.body.code]).toEqual([429, "request.rate_limited"]);
    expect((await new Browser().signIn("nobody@example.test", "secret")).status).toBe(401);
  });

  test("and one that tries one token or cookie after another", async () => {
    const address = "203.0.113.9";
    const headers = { authorization: "Bearer guess", "x-forwarded-for": address };
    for (let i = 0; i < 10; i++) expect((await core("", "")("/approvals", { headers })).status).toBe(401);
    expect(await core("", "")("/approvals", { headers })).toMatchObject({ status: 429 });
    const cookie = { cookie: `__Host-countersign.session=${"a".repeat(43)}` };
    expect(await new Browser(address).query("access.whoAmI", {}, cookie)).toMatchObject({ status: 429 });
    expect(await new Browser().query("access.whoAmI", {}, cookie)).toMatchObject({ status: 401 });
  });

  describe("of many browsers behind one address whose sessions were ended", () => {
    const SESSION = "__Host-countersign.session";
    const place = { address: "198.51.100.1", userAgent: "x", requestId: "r", idleMinutes: 120, absoluteHours: 24 };
    async function ended(account: { personId: string }, world: { tenantId: string }, address: string) {
      const token = await beginSession(world.tenantId, { id: account.personId, name: "n" }, place);
      const browser = new Browser(address);
      browser.cookies.set(SESSION, token);
      expect((await browser.query("access.whoAmI", {})).status).toBe(200);
      const end = "UPDATE user_sessions SET status = 'REVOKED', ended_at = clock_timestamp() WHERE token_hash = $1";
      await admin().pool.query(end, [tokenHash(token)]);
      return browser;
    }
    const visits = ({ address, cookies }: Browser) => {
      const headers = new Headers({ "x-forwarded-for": address, cookie: `${SESSION}=${cookies.get(SESSION)}` });
      return visitorOf(pageCaller(headers));
    };

    test("each hears that it is over, sees the page to sign in by, and signs in; each is counted by itself", async () => {
      const [world, address] = [await makeTenant(), "203.0.113.20"];
      const account = await makeAccount(world, "decider");
      const browsers = [];
      for (let n = 0; n < 8; n++) browsers.push(await ended(account, world, address));
      for (const browser of browsers) {
        expect((await browser.fetch("/api/events")).status).toBe(401); // what an open page asks when it hears that it is over
        expect((await browser.fetch("/api/events")).status).toBe(401);
        expect(await visits(browser)).toBeNull();
      }
      for (const browser of browsers.slice(0, 6)) {
        expect((await browser.signIn(account.email, account.password)).status).toBe(200);
        expect((await browser.query("access.whoAmI", {})).status).toBe(200);
      }
      const last = browsers[7] as Browser;
      const statuses = [];
      for (let n = 0; n < 10; n++) statuses.push((await last.query("access.whoAmI", {})).status);
      expect(statuses.at(-1)).toBe(429);
    });

    test("a cookie that never was anybody's counts for the address: no page is lost by it, and no session opened beside a refusal", async () => {
      const [world, address] = [await makeTenant(), "203.0.113.21"];
      const account = await makeAccount(world, "decider");
      const browser = new Browser(address);
      const { csrfToken } = (await browser.fetch("/api/auth/csrf")).body;
      browser.cookies.set(SESSION, "a".repeat(43));
      for (let n = 0; n < 9; n++) expect((await browser.query("access.whoAmI", {})).status).toBe(401);
      const fields = { csrfToken, json: "true", email: account.email, password: account.password };
      expect((await browser.form("/api/auth/callback/credentials", fields)).status).toBe(429);
      const opened = "SELECT FROM user_sessions WHERE person_id = $1";
      expect((await admin().pool.query(opened, [account.personId])).rows).toHaveLength(0);
      expect(await visits(browser)).toBeNull();
      await expect(visitorOf(Promise.reject(new Error("the database is away")))).rejects.toThrow("away");
    });
  });

  test("and an account that is tried too soon from one address: 401 with its wait, then 429", async () => {
    const browser = new Browser();
    const statuses = [];
    for (let i = 0; i < 4; i++) statuses.push((await browser.signIn("somebody@example.test", "secret")).status);
    expect(statuses.slice(0, 3)).toEqual([401, 401, 401]);
    const said = await browser.signIn("somebody@example.test", "secret");
    expect(said.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    expect(said.body.url).toBe(`https://desk.example/sign-in?error=wait:${said.headers.get("retry-after")}`);
  });
});
