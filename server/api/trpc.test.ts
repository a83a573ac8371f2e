import { beforeAll, describe, expect, test } from "vitest";
import { uuidv7 } from "#server/domain/ids.ts";
import type { Account, Said } from "#server/testing/http.ts";
import { Browser, makeAccount, signedIn } from "#server/testing/http.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let other: World;
let account: Account;
let olu: Browser;

beforeAll(async () => {
  [world, other] = [await makeTenant(), await makeTenant()];
  account = await makeAccount(world, "decider");
  olu = await signedIn(account);
});

const one = async () => (await world.approvals(1))[0] as string;
const approve = (id: string) => ({ id, decision: "APPROVE" });
/** Status and code of an answer, from tRPC's own form or, before it was reached, from the problem body. */
const said = ({ status, body }: Said) => {
  const data = body.error?.data ?? body;
  expect(data.httpStatus ?? data.status).toBe(status);
  return `${status} ${data.code}`;
};
const stateOf = async (id: string) =>
  (await admin().pool.query("SELECT state FROM approvals WHERE id = $1", [id])).rows[0].state;

describe("the same codes as over REST", () => {
  test("200", async () => {
    const answer = await olu.query("access.whoAmI", {});
    expect(answer).toMatchObject({ status: 200, body: { result: { data: { tenant: { code: world.code } } } } });
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(answer.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("a refusal carries its code, facts and request id, and no stack", async () => {
    const id = await one();
    await olu.mutate("approvals.decide", approve(id));
    const { body } = await olu.mutate("approvals.decide", approve(id), { "x-request-id": "req-7" });
    expect(Object.keys(body.error).sort()).toEqual(["code", "data", "message"]);
    expect(body.error.data).toEqual({
      httpStatus: 409,
      code: "approval.already_decided",
      facts: { by: account.email, at: expect.any(String), state: "APPROVED" },
      issues: [],
      requestId: "req-7",
    });
  });

  test.each([
    ["400 input.invalid", (b: Browser) => b.query("approvals.list", { limit: 0 })],
    ["400 input.invalid", (b: Browser) => b.mutate("approvals.decide", [])],
    ["400 request.malformed", (b: Browser) => b.fetch("/api/trpc/approvals.list?input=%7B")],
    ["400 cursor.invalid", (b: Browser) => b.query("approvals.list", { cursor: "x" })],
    ["401 auth.required", () => new Browser().query("access.whoAmI", {})],
    ["401 auth.required", () => new Browser().mutate("approvals.decide", [])],
    [
      "403 access.denied",
      async () => (await signedIn(await makeAccount(world, "reader"))).mutate("approvals.decide", approve(uuidv7())),
    ],
    ["404 approval.not_found", (b: Browser) => b.query("approvals.detail", { id: uuidv7() })],
    ["404 route.not_found", (b: Browser) => b.query("approvals.nothing", {})],
    ["404 route.not_found", (b: Browser) => b.query("__proto__.constructor", {})],
    [
      "422 approval.reason_required",
      async (b: Browser) => b.mutate("approvals.decide", { id: await one(), decision: "REJECT" }),
    ],
  ] as const)("%s", async (expected, call) => {
    expect(said(await call(olu))).toBe(expected);
  });

  test("each wrong value is named in issues", async () => {
    const { body } = await olu.query("approvals.list", { limit: 0, sort: "title" });
    expect(body.error.data.issues.map((i: { path: string }) => i.path).sort()).toEqual(["limit", "sort"]);
  });
});

describe("what reaches a procedure", () => {
  const sent = { method: "POST", body: "{}", headers: { "content-type": "application/json" } };
  const from = (headers: Record<string, string>) =>
    olu.fetch("/api/trpc/approvals.decide", {
      ...sent,
      headers: { ...sent.headers, "sec-fetch-site": "", ...headers },
    });

  test("a mutation by GET is 405 and changes nothing", async () => {
    const id = await one();
    expect(said(await olu.query("approvals.decide", approve(id)))).toBe("405 route.method_not_allowed");
    expect(await stateOf(id)).toBe("PENDING");
  });

  test.each([
    [{ "sec-fetch-site": "cross-site" }],
    [{ "sec-fetch-site": "same-site" }],
    [{ "sec-fetch-site": "none" }],
    [{ "sec-fetch-site": "cross-site", origin: "http://localhost:3000" }],
    [{ origin: "http://evil.example" }],
    [{ origin: "http://localhost:3000.evil.example" }],
    [{ origin: "https://localhost:3000" }],
    [{ origin: "null" }],
    [{}],
  ] as Record<string, string>[][])("a POST from another site is 403: %o", async (headers) => {
    expect(said(await from(headers as Record<string, string>))).toBe("403 auth.foreign_origin");
  });

  test("a POST from this site is let in by Sec-Fetch-Site or, where that is missing, by Origin", async () => {
    expect(said(await from({ "sec-fetch-site": "same-origin" }))).toBe("400 input.invalid");
    expect(said(await from({ origin: "http://localhost:3000" }))).toBe("400 input.invalid");
  });

  test.each([
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json-seq",
    "",
  ])("a POST as %j is 415", async (type) => {
    expect(said(await from({ "sec-fetch-site": "same-origin", "content-type": type }))).toBe(
      "415 request.unsupported_type",
    );
  });

  test("a body above 1 MB is 413, whether it says its length or not", async () => {
    const body = `"${"x".repeat(1024 * 1024)}"`;
    const headers = { "content-type": "application/json" };
    const post = { method: "POST", headers };
    expect(said(await olu.fetch("/api/trpc/approvals.decide", { ...post, body }))).toBe("413 request.too_large");
    const said413 = await olu.fetch("/api/trpc/approvals.decide", {
      ...post,
      headers: { ...headers, "content-length": "9999999" },
      body: "{}",
    });
    expect(said(said413)).toBe("413 request.too_large");
  });

  test("malformed JSON is 400, and 401 for nobody", async () => {
    const malformed = { ...sent, body: "{" };
    expect(said(await olu.fetch("/api/trpc/approvals.decide", malformed))).toBe("400 request.malformed");
    expect(said(await new Browser().fetch("/api/trpc/approvals.decide", malformed))).toBe("401 auth.required");
  });

  test("twenty calls go in a batch, twenty-one are refused", async () => {
    const batch = (n: number) =>
      olu.fetch(
        `/api/trpc/${Array(n).fill("access.whoAmI").join(",")}?batch=1&input=${encodeURIComponent(JSON.stringify(Object.fromEntries(Array.from({ length: n }, (_, i) => [i, {}]))))}`,
      );
    expect((await batch(20)).body).toHaveLength(20);
    expect((await batch(21)).status).toBe(400);
  });

  test("the tenant is the session's, whatever a header says (R3, R11)", async () => {
    const headers = { "x-tenant-id": other.code, "x-org-id": other.orgs.ca };
    const [foreign] = await other.approvals(1);
    expect((await olu.query("access.whoAmI", {}, headers)).body.result.data.tenant.id).toBe(world.tenantId);
    expect(said(await olu.query("approvals.detail", { id: foreign }, headers))).toBe("404 approval.not_found");
    expect(said(await olu.mutate("approvals.decide", approve(foreign as string), headers))).toBe(
      "404 approval.not_found",
    );
  });

  test("the service token signs nobody in here, nor a session over REST", async () => {
    const bearer = { authorization: "Bearer core-token-for-tests-core-token-for-tests" };
    expect(said(await new Browser().query("access.whoAmI", {}, bearer))).toBe("401 auth.required");
    const core = await olu.fetch("/api/core/approvals", { headers: { "x-tenant-id": world.code, "x-org-id": "CA" } });
    expect(core.status).toBe(401);
  });
});

describe("Idempotency-Key", () => {
  test("the same call again answers the same, marked as replayed (I1)", async () => {
    const key = { "idempotency-key": "once" };
    const id = await one();
    const first = await olu.mutate("approvals.decide", approve(id), key);
    const again = await olu.mutate("approvals.decide", approve(id), key);
    expect([first.status, again.status, again.body]).toEqual([200, 200, first.body]);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    expect(said(await olu.mutate("approvals.decide", approve(await one()), key))).toBe("422 idempotency.mismatch");
  });

  test("the keys of two people never meet (I3)", async () => {
    const key = { "idempotency-key": "mine" };
    const mei = await signedIn(await makeAccount(world, "decider"));
    const [a, b] = [await one(), await one()];
    expect((await olu.mutate("approvals.decide", approve(a), key)).status).toBe(200);
    expect((await mei.mutate("approvals.decide", approve(b), key)).status).toBe(200);
    expect(await stateOf(b)).toBe("APPROVED");
  });

  test("a key on a batch is refused before anything runs; one of a length that cannot be kept too", async () => {
    const [a, b] = [await one(), await one()];
    for (const path of ["approvals.decide,approvals.decide?batch=1", "approvals.decide%2Capprovals.decide?batch=1"])
      expect(said(await olu.mutate(path, { 0: approve(a), 1: approve(b) }, { "idempotency-key": "both" }))).toBe(
        "400 request.malformed",
      );
    const long = await olu.mutate("approvals.decide", approve(a), { "idempotency-key": "k".repeat(201) });
    expect(said(long)).toBe("400 request.malformed");
    expect([await stateOf(a), await stateOf(b)]).toEqual(["PENDING", "PENDING"]);
  });

  test("a key whose first use is still running is 409 and says when to come back (I1)", async () => {
    const id = await one();
    const holder = await admin().pool.connect();
    await holder.query("BEGIN");
    await holder.query("SELECT 1 FROM approvals WHERE id = $1 FOR UPDATE", [id]);
    const key = { "idempotency-key": "running" };
    const first = olu.mutate("approvals.decide", approve(id), key);
    const waiting =
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while ((await admin().pool.query(waiting)).rows[0].n === 0);
    const second = await olu.mutate("approvals.decide", approve(id), key);
    expect(said(second)).toBe("409 idempotency.in_progress");
    expect(second.headers.get("retry-after")).toBe("1");
    await holder.query("COMMIT");
    holder.release();
    expect((await first).status).toBe(200);
  });
});
