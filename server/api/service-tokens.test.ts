import { Writable } from "node:stream";
import pino from "pino";
import { beforeAll, describe, expect, test } from "vitest";
import { askAccess } from "#server/domain/access/ask-access.ts";
import { assignRole } from "#server/domain/access/assign-role.ts";
import { createScopes } from "#server/domain/access/create-scopes.ts";
import type { Caller } from "#server/domain/caller.ts";
import { getGoverned, listGoverned } from "#server/domain/governance/queries.ts";
import { flushDenials, settleDenials } from "#server/domain/governance/record.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { createClient } from "#server/domain/service-clients/create-client.ts";
import { issueToken } from "#server/domain/service-clients/issue-token.ts";
import { revokeToken } from "#server/domain/service-clients/revoke-token.ts";
import { setClientStatus } from "#server/domain/service-clients/set-client-status.ts";
import type { Browser, Said } from "#server/testing/http.ts";
import { core, makeAccount, problem, signedIn } from "#server/testing/http.ts";
import type { World } from "#server/testing/world.ts";
import { again, bindTestDatabase, makeRole, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();
let mine: World;
let theirs: World;
let ana: Caller;
let clientId: string;

const by = (token: string, headers: Record<string, string> = {}) => ({
  headers: { authorization: `Bearer ${token}`, ...headers },
});
const rows = async (sql: string, values: unknown[] = []) => (await admin().pool.query(sql, values)).rows;

beforeAll(async () => {
  [mine, theirs] = [await makeTenant(), await makeTenant()];
  ana = await mine.person("administrator");
  ({ id: clientId } = await createClient(ana, { code: "exporter", name: "Nightly exporter" }));
  await assignRole(ana, { clientId, role: "service", scopeId: mine.orgs.ca });
});

const issue = async (given: Partial<Parameters<typeof issueToken>[1]> = {}) =>
  issueToken(ana, { clientId, name: "One", ...given });

describe("an issued token", () => {
  test("calls as its client, where that holds a role and nowhere else; what it does is recorded of client and token", async () => {
    const { token, id } = await issue();
    const ca = core(mine.code, "CA");
    expect((await ca("/approvals", by(token))).status).toBe(200);
    const made = await ca("/approvals", { ...by(token), body: { type: "travel", title: "To Oslo" } });
    expect(made.status).toBe(201);
    expect(await rows("SELECT client_id, token_id FROM audit_logs WHERE target_id = $1", [made.body.id])).toEqual([
      { client_id: clientId, token_id: id },
    ]);
    expect(problem(await core(mine.code, "NY")("/approvals", by(token)))).toBe("403 access.denied");
    expect((await ca("/openapi.json", by(token))).status).toBe(200);
  });

  test.each([
    [
      "revoked",
      async () => {
        const { id, token } = await issue();
        await revokeToken(ana, { id });
        return token;
      },
    ],
    [
      "expired",
      async () => {
        const { id, token } = await issue();
        await rows(
          "UPDATE service_tokens SET created_at = created_at - interval '1 day', expires_at = clock_timestamp() WHERE id = $1",
          [id],
        );
        return token;
      },
    ],
    ["forged", async () => (await issue()).token.replace(/^cs_./, (begin) => `cs_${begin === "cs_a" ? "b" : "a"}`)],
    ["cut", async () => (await issue()).token.slice(0, -1)],
    ["made up, with a sound checksum", async () => (await import("#server/domain/ids.ts")).newServiceToken()],
    [
      "the hash of a token, as the database has it",
      async () => {
        const { id } = await issue();
        return (await rows("SELECT token_hash FROM service_tokens WHERE id = $1", [id]))[0].token_hash as string;
      },
    ],
  ])("that is %s is 401 before anything else is looked at", async (_, token) => {
    const sent = by(await token(), { "x-tenant-id": "" });
    for (const path of ["/approvals?limit=x", "/nothing", "/openapi.json"])
      expect(problem(await core(mine.code, "CA")(path, sent))).toBe("401 auth.required");
  });

  test("of a disabled client is 401 at the next request", async () => {
    const { token } = await issue();
    await setClientStatus(ana, { id: clientId, status: "DISABLED" });
    expect(problem(await core(mine.code, "CA")("/approvals", by(token)))).toBe("401 auth.required");
    await setClientStatus(ana, { id: clientId, status: "ACTIVE" });
    expect((await core(mine.code, "CA")("/approvals", by(token))).status).toBe(200);
  });

  test("R11 names no other tenant: foreign, unknown and misspelt ones are one identical 404", async () => {
    const { id, token } = await issue();
    const said: Said[] = [];
    for (const tenant of [theirs.code, theirs.tenantId, uuidv7(), "no-such", `${mine.code},${theirs.code}`])
      said.push(await core(tenant, "CA")("/approvals", by(token)));
    expect(new Set(said.map(({ status, body }) => JSON.stringify({ status, ...body, requestId: "" }))).size).toBe(1);
    expect(problem(said[0] as Said)).toBe("404 org.not_found");
    expect(problem(await core(mine.code, "no-such")("/approvals", by(token)))).toBe("404 org.not_found");
    // What it is not told its own tenant's log is: that it asked for what is not its own.
    await settleDenials();
    const filter = { outcome: "DENY", client: clientId, operation: "GET /approvals" } as const;
    const noted = (await listGoverned((await again(ana)) as Caller, { filter })).items;
    expect(noted.reduce((sum, { count }) => sum + count, 0)).toBe(said.length + 1);
    const entry = await getGoverned((await again(ana)) as Caller, { id: noted[0]?.id as string });
    expect(entry).toMatchObject({ explanation: { reason: "OUTSIDE" }, permission: null, scope: null, tokenId: id });
    for (const tenant of [mine.code, mine.tenantId, mine.tenantId.toUpperCase()])
      expect((await core(tenant, "CA")("/approvals", by(token))).status).toBe(200);
  });

  test("R11 narrowed to reading does not submit, and narrowed to an organisation does not leave it, whatever the headers say", async () => {
    const client = await createClient(ana, { code: "wide", name: "Wide" });
    await assignRole(ana, { clientId: client.id, role: "service", scopeId: mine.rootId });
    const reads = await issueToken(ana, { clientId: client.id, name: "Reads", permissions: ["approvals:read"] });
    const body = { type: "travel", title: "To Oslo" };
    expect(problem(await core(mine.code, "NY")("/approvals", { ...by(reads.token), body }))).toBe("403 access.denied");
    const local = await issueToken(ana, { clientId: client.id, name: "California", scopeId: mine.orgs.ca });
    expect((await core(mine.code, "CA")("/approvals", { ...by(local.token), body })).status).toBe(201);
    expect(problem(await core(mine.code, "NY")("/approvals", by(local.token)))).toBe("404 org.not_found");
    const [there] = await mine.approvals(1, { orgId: mine.orgs.ny });
    expect(problem(await core(mine.code, "CA")(`/approvals/${there}`, by(local.token)))).toBe("404 approval.not_found");
  });

  test("R11 narrowed to a place tells of organisations and cycles elsewhere what it tells of unknown ones, and its log more", async () => {
    const [cycle, sibling] = await createScopes(ana, {
      parentId: mine.orgs.ca,
      kind: "CYCLE",
      items: [
        { code: "S1", name: "Spring" },
        { code: "S2", name: "Summer" },
      ],
    });
    const client = await createClient(ana, { code: "placed", name: "Placed" });
    await assignRole(ana, { clientId: client.id, role: "service", scopeId: mine.rootId });
    const narrow = async (scopeId: string) =>
      by((await issueToken((await again(ana)) as Caller, { clientId: client.id, name: "N", scopeId })).token);
    const [local, ofCycle] = [await narrow(mine.orgs.ca), await narrow(cycle?.id as string)];
    const [there] = await mine.approvals(1, { orgId: mine.orgs.ny });
    const asked = [
      ["/approvals", undefined],
      [`/approvals/${there}`, undefined],
      ["/approvals", { type: "travel", title: "To Oslo" }],
      [`/approvals/${there}/decision`, { decision: "APPROVE" }],
      [`/approvals/${there}/comments`, { comment: "Seen." }],
      [`/approvals/${there}/revisions`, { title: "T" }],
      ["/approvals/bulk/decision", { ids: [there], decision: "APPROVE" }],
      ["/approvals/bulk/decision", { filter: {}, decision: "APPROVE" }],
      [`/approvals/bulk/${there}`, undefined],
      [`/approvals/bulk/${there}/pause`, {}],
    ] as const;
    const answers = async (org: string, by: { headers: Record<string, string> }) => {
      const said: string[] = [];
      for (const [path, body] of asked) {
        const { status, body: answer } = await core(mine.code, org)(path, body ? { ...by, body } : by);
        said.push(JSON.stringify({ status, ...answer, requestId: "" }));
      }
      return said;
    };
    const unknown = await answers("no-such", local);
    expect([...new Set(unknown)].map((one) => JSON.parse(one))).toMatchObject([{ status: 404, code: "org.not_found" }]);
    for (const org of ["NY", mine.orgs.ny]) expect(await answers(org, local)).toEqual(unknown);
    expect(await answers("NY", ofCycle)).toEqual(unknown);

    const inCycle = (id: string) => ({ headers: { ...ofCycle.headers, "x-cycle-id": id } });
    const ca = core(mine.code, "CA");
    expect((await ca("/approvals", inCycle(cycle?.id as string))).status).toBe(200);
    expect((await ca("/approvals", ofCycle)).status).toBe(200); // on the way to what it may
    for (const id of [sibling?.id as string, uuidv7()])
      expect(problem(await ca("/approvals", inCycle(id)))).toBe("404 org.not_found");

    await flushDenials();
    const logged = await rows(
      "SELECT DISTINCT operation, scope_id, explanation ->> 'reason' AS reason FROM governance_log WHERE client_id = $1 AND operation IN ('approvals.list', 'approvals.submit') ORDER BY 1, 2",
      [client.id],
    );
    const outside = (operation: string, scope_id: string) => ({ operation, scope_id, reason: "OUTSIDE" });
    expect(logged).toEqual(
      expect.arrayContaining([outside("approvals.list", mine.orgs.ny), outside("approvals.submit", mine.orgs.ny)]),
    );
    expect(logged).toHaveLength(3); // and the list of the cycle beside
  });

  test("decides no request for access whose role its client does not hold: 403, described as all answers are", async () => {
    const client = await createClient(ana, { code: "grants", name: "Grants" });
    await makeRole(admin(), mine, "granting", ["access:write", "approvals:read"]);
    await assignRole(ana, { clientId: client.id, role: "granting", scopeId: mine.rootId });
    const { token } = await issueToken(ana, { clientId: client.id, name: "Grants" });
    const asked = { role: "decider", scopeId: mine.orgs.ca, hours: 1, reason: "x" };
    const { id } = await askAccess(await mine.person(null), asked);
    const said = await core(mine.code, "CA")(`/approvals/${id}/decision`, {
      ...by(token),
      body: { decision: "APPROVE" },
    });
    expect(problem(said)).toBe("403 access.not_held");
  });

  test("has a rate of its own", async () => {
    const [one, two] = [await issue(), await issue()];
    const left = async (token: string) =>
      /r=(\d+)/.exec((await core(mine.code, "CA")("/approvals", by(token))).headers.get("ratelimit") ?? "")?.[1];
    const first = Number(await left(one.token));
    expect(Number(await left(one.token))).toBe(first - 1);
    expect(Number(await left(two.token))).toBe(first);
  });

  test("leaves the kept answers of wider tokens of its client alone, and finds those of the token that it replaced", async () => {
    const { rotateToken } = await import("#server/domain/service-clients/rotate-token.ts");
    const body = { type: "travel", title: "Once" };
    const keyed = (token: string) =>
      core(mine.code, "CA")("/approvals", { ...by(token, { "idempotency-key": "k-1" }), body });
    const narrow = await issue({ permissions: ["approvals:read", "approvals:submit"] });
    const [a, b] = [await keyed((await issue()).token), await keyed(narrow.token)];
    expect(a.body.id).not.toBe(b.body.id);
    const again = await keyed((await rotateToken(ana, { id: narrow.id })).token);
    expect([again.body.id, again.headers.get("idempotency-replayed")]).toEqual([b.body.id, "true"]);
  });
});

describe("over the console's API", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await signedIn(await makeAccount(mine, "administrator"));
  });

  test("a token is said once: its answer is kept for no key, and nothing that is read afterwards has it", async () => {
    const send = () =>
      browser.mutate("serviceClients.issueToken", { clientId, name: "Keyed" }, { "idempotency-key": "same" });
    const [one, two] = [await send(), await send()];
    const { token } = one.body.result.data;
    expect(token).toMatch(/^cs_/);
    expect(two.body.result.data.token).not.toBe(token);
    const shown = await browser.query("serviceClients.get", { id: clientId });
    expect(JSON.stringify(shown.body)).not.toContain(token.slice(9));
    expect(JSON.stringify(shown.body)).toContain(token.slice(0, 9));
  });

  test("U8 a token stands in no line of the log, also not where the request fails", async () => {
    const lines: string[] = [];
    const { logger } = await import("#server/platform/logger.ts");
    const sink = pino(
      { level: "trace" },
      new Writable({ write: (chunk, _, done) => done(void lines.push(`${chunk}`)) }),
    );
    const { token } = await issue();
    for (const level of ["info", "warn", "error", "debug"] as const) logger[level] = sink[level].bind(sink) as never;
    await core(mine.code, "CA")("/approvals", by(token));
    await core("no", "CA")("/approvals", by(token));
    await core(mine.code, "CA")("/approvals", { ...by(`${token}x`) });
    logger.error({ err: new Error("a line that is there") }, "said");
    expect(lines.join("")).toContain("a line that is there");
    expect(lines.join("")).not.toContain(token.slice(9));
  });
});
