import { beforeAll, describe, expect, test } from "vitest";
import { decideApproval } from "#server/domain/approvals/decide.ts";
import { auditChoices, getAudit, listAudit } from "#server/domain/audit/queries.ts";
import type { AuditItem, AuditPage } from "#server/domain/audit/schema.ts";
import type { Caller } from "#server/domain/caller.ts";
import { uuidv7 } from "#server/domain/ids.ts";
import { refused } from "#server/testing/refused.ts";
import type { World } from "#server/testing/world.ts";
import { bindTestDatabase, makeTenant } from "#server/testing/world.ts";

const { admin } = bindTestDatabase();

let world: World;
let olu: Caller;
let ana: Caller;
let inCalifornia: Caller;
let decided: string;

/** A reader of the audit of one organisation: the administrator's role, there alone. */
beforeAll(async () => {
  world = await makeTenant();
  [ana, olu] = [await world.person("administrator"), await world.person("decider")];
  inCalifornia = await world.person("administrator", world.orgs.ca);
  decided = (await world.approvals(3))[0] as string;
  await world.approvals(2, { orgId: world.orgs.ny });
  await decideApproval(
    { ...olu, requestId: "req-7", correlationId: "chain-7", address: "203.0.113.7" },
    { id: decided, decision: "REJECT", comment: "No budget" },
  );
});

const actions = (items: readonly AuditItem[]) => items.map(({ action }) => action);
type Filter = NonNullable<Parameters<typeof listAudit>[1]["filter"]>;
const list = async (filter: Filter, caller = ana) => (await listAudit(caller, { filter, limit: 200 })).items;

describe("an entry", () => {
  test("says who did what to what, where and when; opened, what changed and from where it was asked", async () => {
    const [entry] = await list({ requestId: "req-7" });
    expect(entry).toMatchObject({
      class: "CHANGE",
      action: "approval.decided",
      by: { kind: "PERSON", id: olu.personId, name: olu.name },
      target: { type: "approval", id: decided, name: "Request 1" },
      scope: { id: world.orgs.ca, code: "CA", name: "California" },
    });
    expect(await getAudit(ana, { id: entry?.id as string })).toMatchObject({
      before: { state: "PENDING" },
      after: { state: "REJECTED", decision: "REJECT", comment: "No budget" },
      address: "203.0.113.7",
      requestId: "req-7",
      correlationId: "chain-7",
    });
  });

  test("of the program has no person and no name", async () => {
    const [entry] = await list({ action: "tenant.provisioned" });
    expect(entry?.by).toEqual({ kind: "SYSTEM", id: null, name: "" });
  });

  test("does not name a target that its reader may not read", async () => {
    await admin().pool.query(
      `INSERT INTO role_permissions SELECT tenant_id, id, 'audit:read' FROM roles WHERE tenant_id = $1 AND code = 'service'`,
      [world.tenantId],
    );
    await admin().pool.query(
      `DELETE FROM role_permissions p USING roles r WHERE r.tenant_id = p.tenant_id AND r.id = p.role_id AND r.tenant_id = $1 AND r.code = 'service' AND permission = 'approvals:read'`,
      [world.tenantId],
    );
    const auditor = await world.person("service");
    const [entry] = await list({ requestId: "req-7" }, auditor);
    expect(entry?.target).toEqual({ type: "approval", id: decided, name: null });
  });
});

describe("a filter", () => {
  test.each<[string, () => Filter, number]>([
    ["who", () => ({ person: olu.personId as string }), 1],
    ["what was done", () => ({ action: "approval.decided" }), 1],
    ["to what", () => ({ targetType: "approval", target: decided }), 2],
    ["the request", () => ({ requestId: "req-7" }), 1],
    ["the chain", () => ({ correlationId: "chain-7" }), 1],
    ["the class", () => ({ class: "CHANGE", action: "approval.decided" }), 1],
    ["a class that there is none of", () => ({ class: "EXTERNAL" }), 0],
    ["a client that did nothing", () => ({ client: uuidv7() }), 0],
    ["all of it together", () => ({ person: olu.personId as string, target: decided, requestId: "req-7" }), 1],
  ])("by %s leaves exactly those", async (_, filter, n) => {
    expect(await list(filter())).toHaveLength(n);
  });

  test("by time takes the first instant in and leaves the second out", async () => {
    const [entry] = await list({ requestId: "req-7" });
    const at = new Date(entry?.at as string);
    const later = new Date(at.getTime() + 1);
    const of = (from: Date, to: Date) => list({ target: decided, from: from.toISOString(), to: to.toISOString() });
    expect(actions(await of(at, later))).toEqual(["approval.decided"]);
    expect(await of(later, new Date(later.getTime() + 1000))).toEqual([]);
    expect(actions(await of(new Date(0), at))).toEqual(["approval.submitted"]);
  });
});

describe("pages", () => {
  test("follow one another without a gap or a double, the newest first", async () => {
    const all = (await list({})).map(({ id }) => id);
    expect(all).toEqual(all.toSorted().toReversed());
    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const page: AuditPage = await listAudit(ana, { limit: 3, cursor });
      expect(page.items.length).toBeLessThanOrEqual(3);
      paged.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(paged).toEqual(all);
  });

  test("are of at most 200", async () => {
    expect(await refused(listAudit(ana, { limit: 201 }))).toMatchObject({ code: "input.invalid" });
  });
});

describe("R7 the audit shows what may be read, and nothing else", () => {
  test("who reads one organisation sees its entries alone, and none of the whole tenant", async () => {
    const seen = await list({}, inCalifornia);
    expect(new Set(seen.map(({ scope }) => scope?.code))).toEqual(new Set(["CA"]));
    const all = await list({});
    expect(all.filter(({ scope }) => scope === null).length).toBeGreaterThan(0);
    for (const { id, scope } of all) {
      const got = await getAudit(inCalifornia, { id }).catch((error) => error.code);
      if (scope?.code === "CA") expect(got).toMatchObject({ id });
      else expect(got).toBe("audit.not_found");
    }
  });

  test("narrowed to an organisation, the same person sees its entries alone", async () => {
    const seen = await list({}, { ...ana, within: world.orgs.ny });
    expect(new Set(seen.map(({ scope }) => scope?.code))).toEqual(new Set(["NY"]));
  });

  test("who does not hold the permission is refused", async () => {
    expect(await refused(listAudit(olu, {}))).toMatchObject({ code: "access.denied" });
  });
});

describe("the choices", () => {
  test("are who acted and what was done, as far as the reader may read", async () => {
    const all = await auditChoices(ana, {});
    expect(all.people).toContainEqual({ id: olu.personId, name: olu.name });
    expect(all.actions).toEqual(expect.arrayContaining(["approval.decided", "tenant.provisioned"]));
    expect(all.targetTypes).toContain("approval");
    const less = await auditChoices(inCalifornia, {});
    expect(less.actions).not.toContain("tenant.provisioned");
    expect((await auditChoices({ ...ana, within: world.orgs.ny }, {})).people).toEqual([]);
  });
});

describe("each filter is served by its index under row-level security", () => {
  beforeAll(async () => {
    await admin().pool.query(
      `INSERT INTO audit_logs (tenant_id, id, class, action, target_type, target_id, scope_id, person_id, at, request_id, correlation_id)
       SELECT $1, id, 'CHANGE', 'noise', 'noise', id, $2, id, now(), 'n' || id, 'n' || id FROM unnest($3::uuid[]) AS id`,
      [world.tenantId, world.orgs.ca, Array.from({ length: 5000 }, uuidv7)],
    );
    await admin().pool.query("ANALYZE audit_logs");
  });

  test.each([
    ["person_id", () => `'${olu.personId}'::uuid`],
    ["action", () => "'approval.decided'"],
    ["target_id", () => `'${decided}'::uuid`],
    ["request_id", () => "'req-7'"],
    ["correlation_id", () => "'chain-7'"],
    ["class", () => "'SECURITY' AND class <> 'CHANGE'"],
    ["target_type", () => "'tenant' AND target_type <> 'approval'"],
  ])("%s: its rows, and not the log, are read", async (column, value) => {
    const client = await admin().pool.connect();
    try {
      await client.query("BEGIN");
      await client.query("SET LOCAL ROLE countersign_app");
      await client.query("SELECT set_config('app.tenant_id', $1, true)", [world.tenantId]);
      const { rows } = await client.query(
        `EXPLAIN (ANALYZE, FORMAT JSON) SELECT * FROM audit_logs WHERE tenant_id = $1 AND scope_id = ANY('{${world.orgs.ca}}'::uuid[]) AND ${column} = ${value()} ORDER BY id DESC LIMIT 51`,
        [world.tenantId],
      );
      const plan = JSON.stringify(rows[0]["QUERY PLAN"]);
      const removed = [...plan.matchAll(/"Rows Removed by Filter":(\d+)/g)].map(([, n]) => Number(n));
      expect(Math.max(0, ...removed)).toBeLessThan(50);
      expect(plan.includes("Index Scan") || plan.includes("Bitmap")).toBe(true);
    } finally {
      await client.query("ROLLBACK");
      client.release();
    }
  });
});
