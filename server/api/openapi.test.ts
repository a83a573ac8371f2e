import { Validator } from "@seriousme/openapi-schema-validator";
import { beforeAll, describe, expect, test } from "vitest";
import { openApi } from "#server/api/openapi.ts";
import { operations } from "#server/api/rest.ts";
import { revokeRole } from "#server/domain/access/revoke-role.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { bindDatabase, connect, database } from "#server/platform/db.ts";
import { described, validatorOf } from "#server/testing/described.ts";
import type { Said } from "#server/testing/http.ts";
import { ask, core, makeAccount, routeFiles, signedIn } from "#server/testing/http.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
const TOKEN = { authorization: "Bearer core-token-for-tests-core-token-for-tests" };

let world: World;
let powerless: World;
let ca: ReturnType<typeof core>;
beforeAll(async () => {
  [world, powerless] = [await makeTenant(), await makeTenant()];
  ca = core(world.code, "CA");
  const [{ id }] = (
    await admin().pool.query(
      "SELECT a.id FROM assignments a JOIN service_clients c ON c.tenant_id = a.tenant_id AND c.id = a.client_id WHERE a.tenant_id = $1",
      [powerless.tenantId],
    )
  ).rows as [{ id: string }];
  await revokeRole(await powerless.system(), { id });
});

/** An operation with what makes it work, each time anew. */
interface Call {
  readonly path: string;
  readonly body?: unknown;
}

const pending = async () => (await world.approvals(1))[0] as string;
const SUBMISSION = { type: "plain", title: "One more" };

/** Every answer that is no refusal, by operation and status. */
const WORKS: Record<string, Partial<Record<number, () => Promise<Call>>>> = {
  "GET /approvals": { 200: async () => ({ path: "/approvals?limit=2" }) },
  "POST /approvals": {
    201: async () => ({ path: "/approvals", body: SUBMISSION }),
    200: async () => {
      const body = { ...SUBMISSION, importKey: uuidv7() };
      await ca("/approvals", { body });
      return { path: "/approvals", body };
    },
  },
  "GET /approvals/{id}": { 200: async () => ({ path: `/approvals/${await pending()}` }) },
  "POST /approvals/{id}/comments": {
    201: async () => ({ path: `/approvals/${await pending()}/comments`, body: { comment: "Seen." } }),
  },
  "POST /approvals/{id}/revisions": {
    201: async () => {
      const id = await pending();
      const body = { decision: "CHANGES_REQUESTED", comment: "more" };
      await ca(`/approvals/${id}/decision`, { body });
      return { path: `/approvals/${id}/revisions`, body: { title: "Corrected" } };
    },
  },
  "POST /approvals/{id}/decision": {
    200: async () => ({ path: `/approvals/${await pending()}/decision`, body: { decision: "APPROVE" } }),
  },
  "POST /approvals/bulk/decision": {
    200: async () => ({
      path: "/approvals/bulk/decision",
      body: { ids: [await pending(), uuidv7()], decision: "APPROVE" },
    }),
    202: async () => ({
      path: "/approvals/bulk/decision",
      body: { filter: { type: ["plain"] }, decision: "APPROVE" },
    }),
  },
  "GET /approvals/bulk/{bulkId}": { 200: async () => ({ path: await running() }) },
  "POST /approvals/bulk/{bulkId}/pause": { 200: async () => ({ path: `${await running()}/pause`, body: {} }) },
  "POST /approvals/bulk/{bulkId}/resume": {
    200: async () => {
      const path = await running();
      await ca(`${path}/pause`, { body: {} });
      return { path: `${path}/resume`, body: {} };
    },
  },
  "POST /approvals/bulk/{bulkId}/cancel": { 200: async () => ({ path: `${await running()}/cancel`, body: {} }) },
};

/** The address of a bulk that runs, of one approval of its own. */
async function running(): Promise<string> {
  await pending();
  const { body } = await ca("/approvals/bulk/decision", { body: { filter: {}, decision: "APPROVE" } });
  return `/approvals/bulk/${body.bulkId}`;
}

const callOf = (name: string): Promise<Call> => {
  const [make] = Object.values(WORKS[name] ?? {});
  if (!make) throw new Error(`${name} has no call here that works`);
  return make();
};

/** As another client at one address that has used up what a stranger may ask. */
async function exhausted({ path, body }: Call): Promise<Said> {
  const headers = { authorization: "", "x-forwarded-for": "198.51.100.7" };
  for (;;) {
    const said = await ca(path, { body, headers });
    if (said.status !== 401) return said;
  }
}

/** With the statement's lock in another hand. */
async function whileRunning(name: string, { path, body }: Call): Promise<Said> {
  const key = uuidv7();
  const client = await admin().pool.connect();
  try {
    const first = await ca(path, { body, headers: { "idempotency-key": key } });
    expect(first.status).toBeLessThan(300);
    const { rows } = await client.query("SELECT scope FROM idempotency_records WHERE tenant_id = $1 AND key = $2", [
      world.tenantId,
      key,
    ]);
    await client.query("BEGIN");
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
      `${world.tenantId} ${rows[0]?.scope ?? name} ${key}`,
    ]);
    return await ca(path, { body, headers: { "idempotency-key": key } });
  } finally {
    await client.query("ROLLBACK");
    client.release();
  }
}

async function twice({ path, body }: Call): Promise<Said> {
  const headers = { "idempotency-key": uuidv7() };
  await ca(path, { body, headers });
  if (/\/bulk\/.+\/\w+$/.test(path)) return ca(path.replace(/[^/]+(?=\/\w+$)/, uuidv7()), { body, headers });
  return ca(path, { body: { ...(body as object), ...OTHER[path.split("/").at(-1) ?? ""] }, headers });
}
const OTHER: Record<string, object> = {
  approvals: { title: "Another" },
  revisions: { title: "Another" },
  comments: { comment: "Another" },
  decision: { decision: "REJECT", comment: "no" },
};

/** The application's role may not read a table that it needs: a fault of ours, not of the caller's. */
async function broken({ path, body }: Call): Promise<Said> {
  await admin().pool.query("REVOKE SELECT ON approvals, policies, bulks FROM countersign_app");
  try {
    return await ca(path, { body });
  } finally {
    await admin().pool.query("GRANT SELECT ON approvals, policies, bulks TO countersign_app");
  }
}

async function withoutDatabase({ path, body }: Call): Promise<Said> {
  const kept = database();
  bindDatabase(connect("postgresql://countersign_app@127.0.0.1:1/none"));
  try {
    return await ca(path, { body });
  } finally {
    bindDatabase(kept);
  }
}

/** How each refusal comes about, whatever the operation. */
const REFUSED: Record<number, (name: string, call: Call) => Promise<Said>> = {
  400: (_, { path, body }) => ca(path, { body, headers: { "x-org-id": "" } }),
  401: (_, { path, body }) => ca(path, { body, headers: { authorization: "Bearer wrong" } }),
  403: (_, { path, body }) => core(powerless.code, "CA")(path, { body }),
  404: (_, { path, body }) => ca(path, { body, headers: { "x-org-id": "nowhere" } }),
  409: whileRunning,
  413: (_, { path }) => ca(path, { body: `"${"x".repeat(1024 * 1024)}"` }),
  415: (_, { path, body }) => ca(path, { body, headers: { "content-type": "text/plain" } }),
  422: (_, call) => twice(call),
  429: (_, call) => exhausted(call),
  500: (_, call) => broken(call),
  503: (_, call) => withoutDatabase(call),
};

const name = (method: string, path: string) => `${method.toUpperCase()} ${path}`;
const CASES = Object.entries(described.paths).flatMap(([path, methods]) =>
  Object.entries(methods).flatMap(([method, { responses }]) =>
    Object.keys(responses).map((status) => [name(method, path), Number(status)] as const),
  ),
);

describe("the document", () => {
  test("is OpenAPI 3.1", async () => {
    expect(openApi().openapi).toBe("3.1.1");
    expect(await new Validator().validate(structuredClone(openApi()))).toMatchObject({ valid: true });
  });

  test("describes every address under /api/core, and nothing else", () => {
    const CORE = "/api/core";
    const onDisk = routeFiles
      .filter(({ address }) => address.startsWith(`${CORE}/`) && !address.includes("[[..."))
      .map(({ address }) => address.slice(CORE.length).replace(/\[(\w+)\]/g, "{$1}"));
    expect(Object.keys(described.paths).sort()).toEqual(onDisk.sort());
    const methods = Object.entries(described.paths).flatMap(([path, all]) =>
      Object.keys(all).map((method) => name(method, path)),
    );
    expect(methods.sort()).toEqual(["GET /openapi.json", ...operations.keys()].sort());
  });

  test("has examples that are what it describes", () => {
    for (const { path, method, body, answers } of operations.values()) {
      const about = ["paths", path, method.toLowerCase()];
      for (const [status, { example }] of Object.entries(answers)) {
        const validate = validatorOf(...about, "responses", status, "content", "application/json", "schema");
        expect(validate(example), `${method} ${path} ${status} ${JSON.stringify(validate.errors)}`).toBe(true);
      }
      for (const [title, example] of Object.entries(body?.examples ?? {})) {
        const validate = validatorOf(...about, "requestBody", "content", "application/json", "schema");
        expect(validate(example), `${title} ${JSON.stringify(validate.errors)}`).toBe(true);
        expect(body?.shape.safeParse(example).success).toBe(true);
      }
    }
  });

  test("is there for the token and for who is signed in, and for nobody else", async () => {
    const get = (headers: Record<string, string>) =>
      ask(new Request("http://localhost:3000/api/core/openapi.json", { headers }));
    expect((await get(TOKEN)).body).toEqual(JSON.parse(JSON.stringify(openApi())));
    expect((await get({})).status).toBe(401);
    const reader = await signedIn(await makeAccount(world, "reader"));
    expect((await reader.fetch("/api/core/openapi.json")).status).toBe(200);
    const headers = { "x-forwarded-for": "198.51.100.8" };
    let said = await get(headers);
    while (said.status === 401) said = await get(headers);
    expect(said.status).toBe(429);
  });
});

describe("every answer that is described is given", () => {
  test.each(CASES.filter(([about]) => about !== "GET /openapi.json"))("%s %d", async (about, status) => {
    const call = await (WORKS[about]?.[status]?.() ?? callOf(about));
    const refused = REFUSED[status];
    const said = await (WORKS[about]?.[status] ? ca(call.path, { body: call.body }) : refused?.(about, call));
    expect(said?.status).toBe(status);
  });
});
