import { beforeAll, describe, expect, test } from "vitest";
import { bindDatabase, connect } from "#server/platform/db.ts";
import { ask, Browser, core } from "#server/testing/http.ts";

const SESSION = { cookie: `countersign.session=${"a".repeat(43)}` };

// One name with two addresses fails as an aggregate, one address by itself; both are a database that is away.
describe.each(["127.0.0.1", "localhost"])("without a database at %s", (host) => {
  beforeAll(() => bindDatabase(connect(`postgresql://countersign_app@${host}:1/none`)));

  test("the Core API answers 503 and says when to come back", async () => {
    const said = await core("any", "CA")("/approvals");
    expect(said).toMatchObject({ status: 503, body: { code: "unavailable", status: 503 } });
    expect(said.headers.get("retry-after")).toBe("1");
    expect(said.headers.get("content-type")).toBe("application/problem+json");
  });

  test("tRPC answers 503 and says when to come back", async () => {
    const said = await new Browser().query("access.whoAmI", {}, SESSION);
    expect(said).toMatchObject({ status: 503, body: { error: { data: { code: "unavailable", httpStatus: 503 } } } });
    expect(said.headers.get("retry-after")).toBe("1");
  });

  test("sign-in and sign-out answer 503, neither a wrong password nor a sign-out that did not happen", async () => {
    const browser = new Browser();
    expect(await browser.signIn("ana@example.test", "a password")).toMatchObject({
      status: 503,
      body: { code: "unavailable" },
    });
    browser.cookies.set("countersign.session", "a".repeat(43));
    expect(await browser.signOut()).toMatchObject({ status: 503 });
  });

  test("/health answers 503 and names the check", async () => {
    const said = await ask(new Request("http://localhost:3000/health"));
    expect(said).toMatchObject({ status: 503, body: { status: "unavailable", checks: { database: { ok: false } } } });
    expect(said.headers.get("retry-after")).toBe("1");
  });
});
