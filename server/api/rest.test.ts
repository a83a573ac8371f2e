import { beforeAll, describe, expect, test } from "vitest";
import { uuidv7 } from "#server/domain/ids.ts";
import { core, problem, send } from "#server/testing/http.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let world: World;
let ca: ReturnType<typeof core>;

beforeAll(async () => {
  world = await makeTenant();
  ca = core(world.code, "CA");
});

const rows = async (sql: string, values: unknown[] = []) => (await admin().pool.query(sql, values)).rows;
const newest = { type: "travel", title: "To Oslo" };

describe("who, what and where", () => {
  test.each([
    ["no token", { authorization: "" }],
    ["another token", { authorization: "Bearer nobody" }],
    ["the token with something behind it", { authorization: "Bearer core-token-for-tests-core-token-for-testsx" }],
    ["another scheme", { authorization: "Basic core-token-for-tests-core-token-for-tests" }],
  ])("%s is 401 before anything else is looked at", async (_, headers) => {
    const wrong = { ...headers, "x-tenant-id": "", "content-type": "text/plain" };
    for (const [method, path] of [
      ["GET", "/approvals?limit=x"],
      ["POST", "/approvals"],
      ["DELETE", "/approvals"],
      ["GET", "/nothing"],
    ] as const) {
      const said = await ca(path, { method, headers: wrong, ...(method === "POST" ? { body: "{" } : {}) });
      expect(problem(said)).toBe("401 auth.required");
      expect(said.headers.get("www-authenticate")).toBe("Bearer");
    }
  });

  test.each([
    ["a missing tenant header", "GET", "/approvals", { "x-tenant-id": "" }, undefined, "400 request.malformed"],
    ["a missing organisation header", "GET", "/approvals", { "x-org-id": "" }, undefined, "400 request.malformed"],
    [
      "a wrong value, in an unknown tenant",
      "GET",
      "/approvals?limit=0",
      { "x-tenant-id": "no" },
      undefined,
      "400 input.invalid",
    ],
    [
      "a malformed id, in an unknown tenant",
      "GET",
      "/approvals/1",
      { "x-tenant-id": "no" },
      undefined,
      "400 input.invalid",
    ],
    [
      "another content type",
      "POST",
      "/approvals",
      { "content-type": "text/json" },
      "{}",
      "415 request.unsupported_type",
    ],
    ["no content type", "POST", "/approvals", { "content-type": "" }, "{}", "415 request.unsupported_type"],
    ["malformed JSON", "POST", "/approvals", {}, "{", "400 request.malformed"],
    ["an empty body", "POST", "/approvals", {}, "", "400 request.malformed"],
    ["a list for an object", "POST", "/approvals", {}, "[]", "400 input.invalid"],
    ["an unknown key", "POST", "/approvals", {}, '{"type":"a","title":"b","orgId":"x"}', "400 input.invalid"],
    [
      "a payload that is too deep",
      "POST",
      "/approvals",
      {},
      `{"type":"a","title":"b","payload":${'{"a":'.repeat(40)}1${"}".repeat(41)}`,
      "400 input.invalid",
    ],
    ["a body above 1 MB", "POST", "/approvals", {}, `"${"x".repeat(1024 * 1024)}"`, "413 request.too_large"],
    [
      "an Idempotency-Key above 200 characters",
      "POST",
      "/approvals",
      { "idempotency-key": "k".repeat(201) },
      "{}",
      "400 request.malformed",
    ],
    ["an unknown tenant", "GET", "/approvals", { "x-tenant-id": "no" }, undefined, "404 org.not_found"],
    ["an unknown path", "GET", "/approvals/a/b/c", {}, undefined, "404 route.not_found"],
    ["the root", "POST", "", {}, "{}", "404 route.not_found"],
  ])("%s", async (_, method, path, headers, body, expected) => {
    expect(problem(await ca(path, { method, headers, body }))).toBe(expected);
  });

  test("bytes that are not UTF-8 are 400, and a body above 1 MB that does not say its length is 413", async () => {
    const post = async (body: BodyInit) => {
      const headers = {
        authorization: "Bearer core-token-for-tests-core-token-for-tests",
        "x-tenant-id": world.code,
        "x-org-id": "CA",
        "content-type": "application/json",
      };
      const init = { method: "POST", headers, body, duplex: "half" } as RequestInit;
      return (await send(new Request("http://localhost:3000/api/core/approvals", init))).status;
    };
    expect(await post(new Uint8Array([0x22, 0xff, 0x22]))).toBe(400);
    let sent = 0;
    const long = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(32));
        if (sent > 8_000_000) controller.close();
      },
    });
    expect(await post(long)).toBe(413);
    expect(sent).toBeLessThan(2_000_000); // the rest is not read
  });

  test.each(["PUT", "PATCH", "DELETE", "OPTIONS"])("%s is 405 and names the methods that are taken", async (method) => {
    const said = await ca("/approvals", { method });
    expect(problem(said)).toBe("405 route.method_not_allowed");
    expect(said.headers.get("allow")).toBe("GET, HEAD, POST");
  });

  test("each wrong value is named in errors", async () => {
    const { body } = await ca("/approvals", { body: { title: 1, priority: "SOON" } });
    expect(body.errors.map((e: { path: string }) => e.path).sort()).toEqual(["priority", "title", "type"]);
    for (const error of body.errors) expect(Object.keys(error).sort()).toEqual(["code", "message", "path"]);
  });

  test("unknown and foreign tenants, organisations and cycles are one identical 404 (A12, R3)", async () => {
    const other = await makeTenant();
    const foreign: Record<string, string>[] = [
      { "x-tenant-id": uuidv7() },
      { "x-tenant-id": "no-such-tenant" },
      { "x-tenant-id": `${world.code}, ${other.code}` },
      { "x-org-id": other.orgs.ca },
      { "x-org-id": "XX" },
      { "x-org-id": "ca" },
      { "x-org-id": world.rootId },
      { "x-cycle-id": "2026" },
      { "x-cycle-id": world.orgs.ca },
    ];
    const bodies = [];
    for (const headers of foreign) {
      const { status, body } = await ca("/approvals", { headers });
      bodies.push({ status, ...body, requestId: "" });
    }
    expect(new Set(bodies.map((b) => JSON.stringify(b))).size).toBe(1);
    expect(bodies[0]).toMatchObject({ status: 404, code: "org.not_found" });
  });

  test("tenant and organisation are found by id or by code", async () => {
    for (const tenant of [world.code, world.tenantId, world.tenantId.toUpperCase()])
      for (const org of ["CA", world.orgs.ca, world.orgs.ca.toUpperCase()])
        expect((await core(tenant, org)("/approvals")).status).toBe(200);
  });

  test("the request id is echoed and the correlation id recorded; what does not look like an id is replaced", async () => {
    const headers = { "x-request-id": "req-1", "x-correlation-id": "chain-1" };
    const said = await ca("/approvals", { body: newest, headers });
    expect(said.headers.get("x-request-id")).toBe("req-1");
    const ids = { request_id: "req-1", correlation_id: "chain-1" };
    for (const [table, column] of [
      ["audit_logs", "target_id"],
      ["outbox_events", "aggregate_id"],
    ])
      expect(
        await rows(`SELECT request_id, correlation_id FROM ${table} WHERE ${column} = $1`, [said.body.id]),
      ).toEqual([ids]);
    const strange = await ca("/approvals", { headers: { "x-request-id": "<script>" } });
    expect(strange.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  test("HEAD answers as GET does", async () => {
    expect((await ca("/approvals", { method: "HEAD" })).status).toBe(200);
  });
});
